//! What the sandbox was asked: for tests, and for people who wonder.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

/// The newest requests are kept, so many of them.
const MOST: usize = 20_000;

/// One request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    pub method: String,
    /// Without the query, which may hold a signature.
    pub path: String,
    /// As in [`super::faults::route`]; empty where it is no service's.
    pub service: String,
    pub step: String,
    /// None when no answer was given: cut on demand, or the client went away.
    pub status: Option<u16>,
    /// Bytes of the request's body that were read.
    pub body_bytes: u64,
}

/// The requests, oldest first.
#[derive(Debug, Default)]
pub struct Log {
    entries: Mutex<VecDeque<Entry>>,
}

impl Log {
    pub(super) fn push(&self, entry: Entry) {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        if entries.len() >= MOST {
            entries.pop_front();
        }
        entries.push_back(entry);
    }

    #[must_use]
    pub fn entries(&self) -> Vec<Entry> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    /// How many requests met this route.
    #[must_use]
    pub fn count(&self, service: &str, step: &str) -> usize {
        let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        entries.iter().filter(|entry| entry.service == service && entry.step == step).count()
    }

    pub fn clear(&self) {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_requests_stay() {
        let log = Log::default();
        for status in 0..MOST + 5 {
            let status = u16::try_from(status).ok();
            let (method, path) = ("GET".to_owned(), "/f/1".to_owned());
            let (service, step) = ("link".to_owned(), "view".to_owned());
            log.push(Entry { method, path, service, step, status, body_bytes: 0 });
        }
        assert_eq!(log.entries().len(), MOST);
        assert_eq!(log.entries()[0].status, Some(5));
        assert_eq!(log.count("link", "view"), MOST);
        log.clear();
        assert_eq!(log.count("link", "view"), 0);
    }
}
