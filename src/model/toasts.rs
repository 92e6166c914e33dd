//! What happened elsewhere, told for a few seconds.

use super::Notice;

/// Milliseconds that a toast stays; one about a failure stays longer.
const TEXT_MS: i64 = 4_000;
const FAILURE_MS: i64 = 10_000;

/// How long they stay at least when the pointer has gone.
const AFTERWARDS_MS: i64 = 2_000;

/// Toasts that are shown at once; older ones give way.
const SHOWN: usize = 4;

#[derive(Debug, Default)]
pub struct Toasts {
    pub shown: Vec<Toast>,
    /// The pointer is over them: none goes by itself.
    pub held: bool,
    next: u64,
}

#[derive(Debug, Clone)]
pub struct Toast {
    pub id: u64,
    pub notice: Notice,
    /// Milliseconds since 1970 (UTC).
    pub until_ms: i64,
}

impl Toasts {
    pub fn push(&mut self, notice: Notice, now_ms: i64) {
        // The same twice says nothing new.
        if let Notice::Text { key, values } = &notice {
            self.shown.retain(|toast| match &toast.notice {
                Notice::Text { key: other, values: others } => (key, values) != (other, others),
                Notice::Failure(_) => true,
            });
        }
        let stays = if matches!(notice, Notice::Failure(_)) { FAILURE_MS } else { TEXT_MS };
        self.next += 1;
        self.shown.push(Toast { id: self.next, notice, until_ms: now_ms + stays });
        if self.shown.len() > SHOWN {
            self.shown.remove(0);
        }
    }

    pub fn close(&mut self, id: u64) {
        self.shown.retain(|toast| toast.id != id);
    }

    /// Keeps them while the pointer is over them, and a moment longer.
    pub fn hold(&mut self, held: bool, now_ms: i64) {
        self.held = held;
        for toast in &mut self.shown {
            toast.until_ms = toast.until_ms.max(now_ms + AFTERWARDS_MS);
        }
    }

    /// Takes away what has been shown long enough; answers when the next one goes.
    pub fn expire(&mut self, now_ms: i64) -> Option<i64> {
        if self.shown.is_empty() {
            // What the pointer was over is closed.
            self.held = false;
        }
        if self.held {
            return None;
        }
        self.shown.retain(|toast| toast.until_ms > now_ms);
        self.shown.iter().map(|toast| toast.until_ms).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::error::{Failure, Kind};

    fn keys(toasts: &Toasts) -> Vec<&'static str> {
        let key = |toast: &Toast| match &toast.notice {
            Notice::Text { key, .. } => *key,
            Notice::Failure(_) => "failure",
        };
        toasts.shown.iter().map(key).collect()
    }

    #[test]
    fn each_goes_when_its_time_is_over_and_a_failure_stays_longer() {
        let mut toasts = Toasts::default();
        toasts.push(Notice::text("a"), 0);
        toasts.push(Notice::Failure(Failure::new(Kind::Network, "no")), 0);
        assert_eq!(toasts.expire(0), Some(TEXT_MS));
        assert_eq!(toasts.expire(TEXT_MS), Some(FAILURE_MS));
        assert_eq!(keys(&toasts), ["failure"]);
        assert_eq!(toasts.expire(FAILURE_MS), None);
    }

    #[test]
    fn the_pointer_keeps_them() {
        let mut toasts = Toasts::default();
        toasts.push(Notice::text("a"), 0);
        toasts.hold(true, 10);
        assert_eq!((toasts.expire(TEXT_MS * 2), toasts.shown.len()), (None, 1));
        toasts.hold(false, TEXT_MS * 2);
        assert_eq!(toasts.expire(TEXT_MS * 2), Some(TEXT_MS * 2 + AFTERWARDS_MS));
        assert_eq!(toasts.expire(TEXT_MS * 2 + AFTERWARDS_MS), None);
    }

    #[test]
    fn one_that_is_closed_under_the_pointer_holds_no_later_one() {
        let mut toasts = Toasts::default();
        toasts.push(Notice::text("a"), 0);
        toasts.hold(true, 0);
        toasts.close(1);
        toasts.expire(1);
        toasts.push(Notice::text("b"), 1);
        assert_eq!(toasts.expire(2), Some(1 + TEXT_MS));
    }

    #[test]
    fn the_same_is_told_once_and_old_ones_give_way() {
        let mut toasts = Toasts::default();
        for key in ["a", "a", "b", "c", "d", "e"] {
            toasts.push(Notice::text(key), 0);
        }
        assert_eq!(keys(&toasts), ["b", "c", "d", "e"]);
    }
}
