//! How far running uploads are: one gauge each, the newest value wins.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use crate::domain::attachment::AttachmentId;
use crate::services::body::Gauge;

/// A running upload's progress.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moving {
    pub id: AttachmentId,
    /// Bytes of the request's body handed to the connection.
    pub sent_bytes: u64,
    /// Bytes of the request's whole body; a little more than the file where it is wrapped.
    pub total_bytes: u64,
}

/// The gauges of all running uploads.
#[derive(Debug, Clone, Default)]
pub(super) struct Board {
    gauges: Arc<Mutex<BTreeMap<AttachmentId, Shown>>>,
}

#[derive(Debug)]
struct Shown {
    gauge: Arc<Gauge>,
    /// It is that of the file's own bytes.
    sends: bool,
}

impl Board {
    pub(super) fn put(&self, id: AttachmentId, gauge: Arc<Gauge>, sends: bool) {
        if let Ok(mut gauges) = self.gauges.lock() {
            gauges.insert(id, Shown { gauge, sends });
        }
    }

    pub(super) fn remove(&self, id: AttachmentId) {
        if let Ok(mut gauges) = self.gauges.lock() {
            gauges.remove(&id);
        }
    }

    /// The file's bytes have begun to leave, so its host is there.
    pub(super) fn is_sending(&self, id: AttachmentId) -> bool {
        let Ok(gauges) = self.gauges.lock() else { return false };
        gauges.get(&id).is_some_and(|shown| shown.sends && shown.gauge.sent() > 0)
    }

    /// Of the files' own bytes: what is asked for before and after is a few bytes, and no progress.
    pub(super) fn snapshot(&self) -> Vec<Moving> {
        let Ok(gauges) = self.gauges.lock() else { return Vec::new() };
        gauges
            .iter()
            .filter(|(_, shown)| shown.sends)
            .map(|(&id, Shown { gauge, .. })| Moving {
                id,
                sent_bytes: gauge.sent(),
                total_bytes: gauge.total(),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_files_own_bytes_are_progress() {
        let (board, id) = (Board::default(), AttachmentId(1));
        board.put(id, Arc::default(), false);
        assert_eq!(board.snapshot(), []);
        board.put(id, Arc::default(), true);
        assert_eq!(board.snapshot(), [Moving { id, sent_bytes: 0, total_bytes: 0 }]);
        board.remove(id);
        assert_eq!(board.snapshot(), []);
    }
}
