//! Asks and carries the answers out.

use super::App;
use super::work::Core;
use crate::model::questions::{Action, Update};
use crate::transfer::Event;

impl App {
    pub(super) fn questions_action(&mut self, _core: &Core, action: Action) {
        let _ = action;
    }

    pub(super) fn questions_update(&mut self, update: Update) {
        let _ = update;
    }

    /// Findings that a repair would mend wait for an answer.
    pub(super) fn questions_event(&mut self, event: &Event) {
        let _ = event;
    }
}
