//! Copies, opens and saves links.

use eframe::egui::Context;

use super::App;
use super::work::Core;
use crate::model::links::{Action, Update};
use crate::transfer::Event;

impl App {
    pub(super) fn links_action(&mut self, _core: &Core, action: Action) {
        let _ = action;
    }

    pub(super) fn links_update(&mut self, ctx: &Context, update: Update) {
        match update {
            Update::Text { text, .. } => ctx.copy_text(text),
            Update::Saved(_) => {}
        }
    }

    /// A batch that has ended may be copied by itself.
    pub(super) fn links_event(&mut self, event: &Event) {
        let _ = event;
    }
}
