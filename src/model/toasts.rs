//! What happened elsewhere, told for a few seconds.

use super::Notice;

/// Milliseconds that a toast stays; one about a failure stays longer.
const TEXT_MS: i64 = 4_000;
const FAILURE_MS: i64 = 10_000;

/// Toasts that are shown at once; older ones give way.
const SHOWN: usize = 4;

#[derive(Debug, Default)]
pub struct Toasts {
    pub shown: Vec<Toast>,
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

    /// Takes away what has been shown long enough; answers when the next one goes.
    pub fn expire(&mut self, now_ms: i64) -> Option<i64> {
        self.shown.retain(|toast| toast.until_ms > now_ms);
        self.shown.iter().map(|toast| toast.until_ms).min()
    }
}
