//! The status bar: what all running uploads come to.

use eframe::egui::{Align, Layout, Ui};

use super::Cx;
use super::tokens::{Tokens, Type, size};
use super::widgets::text;

pub(super) fn show(ui: &mut Ui, cx: &mut Cx<'_>) {
    ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
        ui.add_space(size::EDGE);
        text(ui, Type::Small, Tokens::of(ui).text_2, cx.texts.get("no-uploads-yet"));
    });
}
