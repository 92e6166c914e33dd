//! How many requests a minute go to one target, where the user has set that.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;

/// What the limit counts by.
const WINDOW: Duration = Duration::from_mins(1);

/// Who waits looks again that often, because the limit may be another by then.
const LOOK: Duration = Duration::from_millis(500);

/// No limit, as the number.
const FREE: u32 = 0;

/// The requests of one target, of all its uploads together; cheap to clone. In no minute are there more than the
/// limit says, and as long as there are fewer nobody waits.
#[derive(Debug, Clone, Default)]
pub struct Pace(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    per_minute: AtomicU32,
    /// When the last requests were let go, as many as the limit ever was. Who waits holds it: first come, first served.
    gone: Mutex<VecDeque<Instant>>,
}

impl Pace {
    /// From now on, also for what waits; `None` and 0 mean no limit.
    pub fn set(&self, per_minute: Option<u32>) {
        self.0.per_minute.store(per_minute.unwrap_or(FREE), Ordering::Relaxed);
    }

    /// Waits until a request may go, and counts it.
    pub(super) async fn turn(&self) {
        if self.limit() == FREE {
            return;
        }
        let mut gone = self.0.gone.lock().await;
        while let Some(wait) = self.wait(&gone) {
            tokio::time::sleep(wait.min(LOOK)).await;
        }
        let now = Instant::now();
        while gone.front().is_some_and(|at| now.duration_since(*at) >= WINDOW) {
            gone.pop_front();
        }
        gone.push_back(now);
    }

    fn wait(&self, gone: &VecDeque<Instant>) -> Option<Duration> {
        let limit = usize::try_from(self.limit()).unwrap_or(usize::MAX);
        if limit == 0 {
            return None;
        }
        let oldest = gone.get(gone.len().checked_sub(limit)?)?;
        let wait = WINDOW.saturating_sub(oldest.elapsed());
        (!wait.is_zero()).then_some(wait)
    }

    fn limit(&self) -> u32 {
        self.0.per_minute.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn gone_at(pace: &Pace, count: usize) -> Vec<u64> {
        let began = Instant::now();
        let mut at = Vec::new();
        for _ in 0..count {
            pace.turn().await;
            at.push(began.elapsed().as_secs());
        }
        at
    }

    #[tokio::test(start_paused = true)]
    async fn in_no_minute_are_more_than_the_limit_and_fewer_wait_for_nothing() {
        let pace = Pace::default();
        assert_eq!(gone_at(&pace, 1_000).await, [0; 1_000]);
        pace.set(Some(3));
        assert_eq!(gone_at(&pace, 3).await, [0, 0, 0]);
        tokio::time::sleep(Duration::from_secs(20)).await;
        assert_eq!(gone_at(&pace, 4).await, [40, 40, 40, 100]);
    }

    #[tokio::test(start_paused = true)]
    async fn who_waits_hears_of_another_limit_and_can_be_cancelled() {
        let pace = Pace::default();
        pace.set(Some(1));
        pace.turn().await;
        let waits = tokio::spawn({
            let pace = pace.clone();
            async move { gone_at(&pace, 3).await }
        });
        let cancelled = tokio::time::timeout(Duration::from_secs(10), pace.turn()).await;
        assert!(cancelled.is_err());
        pace.set(Some(100));
        assert!(waits.await.unwrap().iter().all(|at| (10..=11).contains(at)));
    }
}
