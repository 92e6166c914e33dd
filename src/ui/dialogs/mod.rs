//! Sheets that ask: the first upload, findings with their repairs, what takes away.

use eframe::egui::Context;

use super::Cx;

#[derive(Debug, Default)]
pub struct State {}

pub(super) fn show(_ctx: &Context, _cx: &mut Cx<'_>) {}
