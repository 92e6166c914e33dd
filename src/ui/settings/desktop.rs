//! What the desktop around the window knows of this program, and whether there is a newer version of it.

use eframe::egui::Ui;

use super::rows::{above, below, card, line, path, row};
use crate::model::Action;
use crate::model::desktop::{self, Entry, Newest, Standing};
use crate::ui::Cx;
use crate::ui::tokens::{Tokens, Type, size};
use crate::ui::widgets::{Button, switch, text};

pub(super) fn show(ui: &mut Ui, cx: &mut Cx<'_>) {
    if !std::mem::replace(&mut cx.state.settings.looked, true) {
        cx.push(Action::Desktop(desktop::Action::Look));
    }
    super::watch::show(ui, cx);
    let texts = cx.texts;
    let found = &cx.model.desktop.found;
    if found.program.is_none() {
        return;
    }
    card(ui, |ui| {
        above(ui, texts.get("menus"));
        if found.menus.is_empty() {
            below(ui, texts.get("menus-none"));
            return;
        }
        below(ui, texts.get("menus-help"));
        for menu in &found.menus {
            line(ui);
            let action = |on| desktop::Action::Menu(menu.id, on);
            entry_ui(ui, cx, (menu.name, texts.find(&format!("menu-where-{}", menu.id))), menu, action);
        }
    });
    if let Some(autostart) = &found.autostart {
        card(ui, |ui| {
            let words = (texts.get("autostart"), Some(texts.get("autostart-help")));
            entry_ui(ui, cx, words, autostart, desktop::Action::Autostart);
        });
    }
}

/// Its switch, and what else stands in its place.
fn entry_ui(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    (label, help): (&str, Option<&str>),
    entry: &Entry,
    action: impl Fn(bool) -> desktop::Action,
) {
    let texts = cx.texts;
    let mut on = matches!(entry.standing, Standing::Here | Standing::Elsewhere(_));
    row(ui, (label, help), |ui| {
        ui.add_enabled_ui(entry.standing != Standing::Foreign, |ui| {
            if switch(ui, label, &mut on).changed() {
                cx.push(Action::Desktop(action(on)));
            }
        });
    });
    match &entry.standing {
        Standing::Absent | Standing::Here => {}
        Standing::Elsewhere(program) => {
            text(
                ui,
                Type::Small,
                Tokens::of(ui).text,
                texts.with("entry-elsewhere", &[("program", program.as_str().into())]),
            );
            ui.add_space(size::HALF);
            let take = texts.with("entry-take", &[("name", label.into())]);
            if Button::plain(&take).small().show(ui).clicked() {
                cx.push(Action::Desktop(action(true)));
            }
            ui.add_space(12.0);
        }
        Standing::Foreign => {
            text(ui, Type::Small, Tokens::of(ui).text, texts.get("entry-foreign"));
            let width = ui.available_width();
            path(ui, &entry.path.display().to_string(), width);
            ui.add_space(12.0);
        }
    }
}

/// Where the program came from, and a button that asks for a newer one where there is somebody to ask.
pub(super) fn updates_ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    if !std::mem::replace(&mut cx.state.settings.looked, true) {
        cx.push(Action::Desktop(desktop::Action::Look));
    }
    let (tokens, texts, model) = (Tokens::of(ui), cx.texts, cx.model);
    let found = &model.desktop.found;
    if let Some(program) = &found.program {
        let key = if found.packaged { "program-packaged" } else { "program-own" };
        text(ui, Type::Small, tokens.text_2, texts.get(key));
        let width = ui.available_width();
        path(ui, &program.display().to_string(), width);
        ui.add_space(size::GAP);
    }
    if model.settings.updates.url.is_none() {
        return;
    }
    let asking = matches!(model.desktop.newest, Newest::Asking);
    if Button::plain(texts.get("updates-ask")).enabled(!asking).show(ui).clicked() {
        cx.push(Action::Desktop(desktop::Action::AskForUpdates));
    }
    ui.add_space(size::HALF);
    let words = match &model.desktop.newest {
        Newest::NotAsked => texts.get("updates-help").to_owned(),
        Newest::Asking => texts.get("updates-asking").to_owned(),
        Newest::Same => texts.get("updates-none").to_owned(),
        Newest::Newer(version) => texts.with("updates-newer", &[("version", version.as_str().into())]),
        Newest::Failed(failure) => texts.failure(failure),
    };
    text(ui, Type::Small, tokens.text_2, words);
    ui.add_space(size::GAP);
}
