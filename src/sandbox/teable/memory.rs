//! What the emulated Teable remembers while it runs: tokens that are given out, and records.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::{Map, Value};

/// Tokens and records; lost when the server ends, unlike the files.
#[derive(Debug, Default)]
pub struct Memory {
    tokens: Mutex<HashMap<String, Pending>>,
    /// By table and record: the cells by field.
    records: Mutex<HashMap<(String, String), Map<String, Value>>>,
}

/// A token that was given out and not yet used up.
#[derive(Debug, Clone)]
pub(super) struct Pending {
    pub(super) path: String,
    pub(super) content_type: String,
    pub(super) content_length: u64,
    pub(super) upload_type: u8,
    /// Seconds since 1970.
    pub(super) expires_at: i64,
    /// The kept file once the bytes are there.
    pub(super) kept: Option<String>,
}

/// What is wrong with a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Problem {
    Invalid,
    Expired,
}

impl Problem {
    pub(super) fn message(self) -> &'static str {
        match self {
            Self::Invalid => "Invalid token",
            Self::Expired => "Token has expired",
        }
    }
}

impl Memory {
    fn tokens(&self) -> MutexGuard<'_, HashMap<String, Pending>> {
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn issue(&self, token: String, pending: Pending) {
        self.tokens().insert(token, pending);
    }

    pub(super) fn pending(&self, token: &str, now: i64) -> Result<Pending, Problem> {
        let pending = self.tokens().get(token).cloned().ok_or(Problem::Invalid)?;
        if pending.expires_at < now { Err(Problem::Expired) } else { Ok(pending) }
    }

    /// The bytes of a token are there; answers the file that they replace.
    pub(super) fn uploaded(&self, token: &str, kept: &str, now: i64) -> Result<Option<String>, Problem> {
        self.pending(token, now)?;
        let mut tokens = self.tokens();
        let pending = tokens.get_mut(token).ok_or(Problem::Invalid)?;
        Ok(pending.kept.replace(kept.to_owned()))
    }

    /// Uses the token up; answers its file.
    pub(super) fn notified(&self, token: &str, now: i64) -> Result<String, Problem> {
        let kept = self.pending(token, now)?.kept.ok_or(Problem::Invalid)?;
        self.tokens().remove(token).map(|_| kept).ok_or(Problem::Invalid)
    }

    /// A record's cells after `change`.
    pub(super) fn record<T>(
        &self,
        table: &str,
        record: &str,
        change: impl FnOnce(&mut Map<String, Value>) -> T,
    ) -> T {
        let mut records = self.records.lock().unwrap_or_else(PoisonError::into_inner);
        change(records.entry((table.to_owned(), record.to_owned())).or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_for_one_use_and_one_time() {
        let memory = Memory::default();
        let pending = Pending {
            path: "table/t".to_owned(),
            content_type: "image/png".to_owned(),
            content_length: 1,
            upload_type: 1,
            expires_at: 100,
            kept: None,
        };
        memory.issue("t".to_owned(), pending);
        assert_eq!(memory.notified("t", 50), Err(Problem::Invalid), "no bytes yet");
        assert_eq!(memory.uploaded("t", "first", 50), Ok(None));
        assert_eq!(memory.uploaded("t", "second", 50), Ok(Some("first".to_owned())));
        assert_eq!(memory.uploaded("t", "third", 101), Err(Problem::Expired));
        assert_eq!(memory.notified("t", 50), Ok("second".to_owned()));
        assert_eq!(memory.notified("t", 50), Err(Problem::Invalid));
        assert_eq!(memory.uploaded("t", "third", 50), Err(Problem::Invalid));
    }
}
