//! Notices when nobody has asked for anything for a while.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

/// Running requests, and when the last one ended.
#[derive(Debug)]
pub(super) struct Pulse {
    state: Mutex<(usize, Instant)>,
}

impl Default for Pulse {
    fn default() -> Self {
        Self { state: Mutex::new((0, Instant::now())) }
    }
}

/// A running request.
#[derive(Debug)]
pub(super) struct Beat(Arc<Pulse>);

impl Pulse {
    pub(super) fn beat(self: &Arc<Self>) -> Beat {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).0 += 1;
        Beat(Arc::clone(self))
    }

    /// How long nothing has run; zero while something does.
    fn idle(&self) -> Duration {
        let (running, last) = *self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if running > 0 { Duration::ZERO } else { last.elapsed() }
    }
}

impl Drop for Beat {
    fn drop(&mut self) {
        let mut state = self.0.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.0 = state.0.saturating_sub(1);
        state.1 = Instant::now();
    }
}

pub(super) async fn stop_when_idle(pulse: Arc<Pulse>, limit: Duration, stop: CancellationToken) {
    loop {
        let left = limit.saturating_sub(pulse.idle());
        if left.is_zero() {
            stop.cancel();
            return;
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(left) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_running_request_keeps_it_awake() {
        let pulse = Arc::new(Pulse::default());
        let beat = pulse.beat();
        assert_eq!(pulse.idle(), Duration::ZERO);
        drop(beat);
        assert_eq!(pulse.state.lock().unwrap().0, 0);
    }
}
