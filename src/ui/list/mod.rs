//! The list of attachments, grouped by batch.

use eframe::egui::Ui;

use super::Cx;

#[derive(Debug, Default)]
pub struct State {}

pub(super) fn show(_ui: &mut Ui, _cx: &mut Cx<'_>) {}
