//! Reads and changes the targets.

use super::App;
use super::work::Core;
use crate::model::targets::{Action, Update};

impl App {
    pub(super) fn targets_opened(&mut self) {}

    pub(super) fn targets_action(&mut self, _core: &Core, action: Action) {
        let _ = action;
    }

    pub(super) fn targets_update(&mut self, update: Update) {
        let _ = update;
    }
}
