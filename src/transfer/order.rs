//! In which order what waits will start, as the engine has told it last.

use std::sync::{Arc, Mutex};

use crate::domain::attachment::AttachmentId;

/// The newest value wins; shared by the engine, which puts it, and the fronts, which look.
#[derive(Debug, Clone, Default)]
pub(super) struct Order(Arc<Mutex<Arc<[AttachmentId]>>>);

impl Order {
    pub(super) fn put(&self, ids: Vec<AttachmentId>) {
        if let Ok(mut place) = self.0.lock() {
            *place = ids.into();
        }
    }

    pub(super) fn get(&self) -> Arc<[AttachmentId]> {
        self.0.lock().map(|ids| ids.clone()).unwrap_or_default()
    }
}
