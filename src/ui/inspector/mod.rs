//! The inspector: everything known of one attachment.

use eframe::egui::Ui;

use super::Cx;

#[derive(Debug, Default)]
pub struct State {
    pub open: bool,
}

pub(super) fn show(_ui: &mut Ui, _cx: &mut Cx<'_>) {}
