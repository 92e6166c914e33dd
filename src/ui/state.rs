//! What only the window knows.

use eframe::egui::Id;

use super::looks::Looks;
use super::motion::Motion;
use super::previews::Previews;
use super::{dialogs, drop, inspector, large, list, overlays, settings, targets};

/// Which screen is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Screen {
    #[default]
    Uploads,
    Targets,
    Settings,
}

/// What lies over the screen; Esc closes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overlay {
    /// All commands, Ctrl+K.
    Palette,
    /// The page of shortcuts, F1.
    Shortcuts,
    About,
}

#[derive(Debug, Default)]
pub struct State {
    pub screen: Screen,
    pub overlay: Option<Overlay>,
    pub list: list::State,
    pub inspector: inspector::State,
    /// How wide it is now, in points; none until it was drawn.
    pub inspector_width: Option<f32>,
    pub previews: Previews,
    pub looks: Looks,
    /// The animated picture that plays.
    pub motion: Motion,
    pub large: large::State,
    /// What is changed before it is sent.
    pub changes: Option<dialogs::changes::State>,
    pub targets: targets::State,
    pub settings: settings::State,
    pub dialogs: dialogs::State,
    pub overlays: overlays::State,
    pub drop: drop::State,
    /// What had the keyboard when something came to lie over the screen; none while nothing does.
    pub beneath: Option<Option<Id>>,
    /// A bandwidth limit while it is typed.
    pub bandwidth: Option<String>,
}

impl State {
    /// Whether a preview or a card lies over the window, which takes the keyboard.
    #[must_use]
    pub fn covers(&self) -> bool {
        self.large.of().is_some() || self.changes.is_some() || self.inspector.covers()
    }
}
