//! Reads and changes the settings.

use eframe::egui::Context;

use super::App;
use super::work::Core;
use crate::model::preferences::{Action, Update};
use crate::platform::dirs::Home;
use crate::settings::Loaded;

impl App {
    pub(super) fn preferences_start(&mut self, _ctx: &Context, _home: &Home, loaded: Loaded) {
        self.model.targets.picked.clone_from(&loaded.settings.default_profile);
        self.model.settings = loaded.settings;
        self.model.preferences.warnings = loaded.warnings;
    }

    pub(super) fn preferences_action(&mut self, _ctx: &Context, _core: &Core, action: Action) {
        let _ = action;
    }

    pub(super) fn preferences_update(&mut self, _ctx: &Context, update: Update) {
        let _ = update;
    }
}
