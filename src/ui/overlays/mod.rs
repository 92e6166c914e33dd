//! What lies over the screen: all commands, the page of shortcuts, about.

use eframe::egui::Context;

use super::Cx;

#[derive(Debug, Default)]
pub struct State {}

pub(super) fn show(_ctx: &Context, _cx: &mut Cx<'_>) {}

/// Carries out what the keyboard asks for.
pub(super) fn shortcuts(_ctx: &Context, _cx: &mut Cx<'_>) {}
