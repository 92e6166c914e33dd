//! The top bar: where files go, ways to add some, search, the other screens.

use eframe::egui::{Align, Layout, Ui};

use super::icons;
use super::tokens::size;
use super::widgets::{Button, IconButton};
use super::{Cx, Screen};
use crate::model::{Action, intake};

pub(super) fn show(ui: &mut Ui, cx: &mut Cx<'_>) {
    ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
        ui.add_space(size::EDGE);
        if Button::primary(cx.texts.get("add-files")).icon(icons::PLUS_BOLD).show(ui).clicked() {
            cx.push(Action::Intake(intake::Action::ChooseFiles));
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.add_space(size::EDGE);
            if IconButton::new(icons::GEAR_SIX, cx.texts.get("settings")).show(ui).clicked() {
                cx.state.screen = Screen::Settings;
            }
            if Button::quiet(cx.texts.get("targets")).icon(icons::TARGET).show(ui).clicked() {
                cx.state.screen = Screen::Targets;
            }
        });
    });
}
