//! Loads what the inspector shows, and previews.

use eframe::egui::Context;

use super::App;
use crate::model::detail::{Action, Update};

impl App {
    pub(super) fn detail_action(&mut self, action: Action) {
        let _ = action;
    }

    pub(super) fn detail_update(&mut self, _ctx: &Context, update: Update) {
        let _ = update;
    }

    pub(super) fn detail_due(&mut self) {}
}
