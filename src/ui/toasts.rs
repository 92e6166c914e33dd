//! What happened elsewhere, at the foot of the window for a few seconds.

use eframe::egui::Context;

use super::Cx;

pub(super) fn show(_ctx: &Context, _cx: &mut Cx<'_>) {}
