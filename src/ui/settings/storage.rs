//! Where things are kept.

use std::path::Path;

use eframe::egui::{Align, Layout, Ui, vec2};

use super::rows::{card, line, path, row};
use crate::model::questions::{Confirm, Question};
use crate::model::{Action, preferences, questions};
use crate::ui::Cx;
use crate::ui::commands::{self, Command};
use crate::ui::tokens::{Tokens, Type, size};
use crate::ui::widgets::{Button, text};

pub(super) fn show(ui: &mut Ui, cx: &mut Cx<'_>) {
    let (texts, model) = (cx.texts, cx.model);
    if !std::mem::replace(&mut cx.state.settings.measured, true) {
        cx.push(Action::Preferences(preferences::Action::Measure));
    }
    let places = &model.preferences.places;
    card(ui, |ui| {
        place_ui(ui, cx, texts.get("place-settings"), &places.settings);
        line(ui);
        let database = match model.preferences.database_bytes {
            Some(bytes) => format!("{} · {}", texts.get("place-database"), texts.bytes(bytes)),
            None => texts.get("place-database").to_owned(),
        };
        place_ui(ui, cx, &database, &places.database);
        line(ui);
        place_ui(ui, cx, texts.get("place-cache"), &places.cache);
        line(ui);
        place_ui(ui, cx, texts.get("place-sandbox"), &places.sandbox);
    });
    card(ui, |ui| {
        row(ui, (texts.get("history-as-file"), Some(texts.get("history-as-file-help"))), |ui| {
            let enabled = commands::is_enabled(cx, Command::ExportHistory);
            if Button::plain(texts.get("export-history")).enabled(enabled).show(ui).clicked() {
                commands::run(cx, Command::ExportHistory);
            }
        });
        line(ui);
        row(ui, (texts.get("history"), Some(texts.get("history-help"))), |ui| {
            let enabled = commands::is_enabled(cx, Command::ClearHistory);
            if Button::danger(texts.get("clear-history")).enabled(enabled).show(ui).clicked() {
                let question = Question::Confirm(Confirm::ClearHistory);
                cx.push(Action::Questions(questions::Action::Ask(question)));
            }
        });
    });
}

/// What is there, where, and a way to it.
fn place_ui(ui: &mut Ui, cx: &mut Cx<'_>, label: &str, place: &Path) {
    let tokens = Tokens::of(ui);
    let wanted = vec2(ui.available_width(), 56.0);
    ui.allocate_ui_with_layout(wanted, Layout::right_to_left(Align::Center), |ui| {
        ui.set_min_height(56.0);
        if Button::plain(cx.texts.get("show")).small().show(ui).clicked() {
            cx.push(Action::Preferences(preferences::Action::Show(place.to_owned())));
        }
        ui.add_space(size::EDGE);
        ui.with_layout(Layout::top_down(Align::Min), |ui| {
            ui.add_space(10.0);
            text(ui, Type::Body, tokens.text, label);
            let width = ui.available_width();
            path(ui, &place.display().to_string(), width);
        });
    });
}
