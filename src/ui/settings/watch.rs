//! The watched folder: which, where its files go, and what it does now.

use eframe::egui::Ui;

use super::rows::{above, below, card, choice, field, line, set};
use crate::model::Action;
use crate::model::watch::{self, State};
use crate::settings::same_name;
use crate::transfer::consent;
use crate::ui::icon::Icon;
use crate::ui::tokens::{Tokens, Type, size};
use crate::ui::widgets::{Button, text};
use crate::ui::{Cx, icons};

const FOLDER: &str = "watch.folder";

pub(super) fn show(ui: &mut Ui, cx: &mut Cx<'_>) {
    let texts = cx.texts;
    card(ui, |ui| {
        above(ui, texts.get("watch-folder"));
        let folder = cx.model.settings.watch.folder.as_ref();
        let shown = folder.map(|path| path.display().to_string()).unwrap_or_default();
        field(ui, cx, (FOLDER, texts.get("watch-folder")), &shown, false);
        ui.add_space(size::GAP);
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = size::GAP;
            if Button::plain(texts.get("watch-choose")).small().show(ui).clicked() {
                cx.push(Action::Watch(watch::Action::Choose));
            }
            if folder.is_some() && Button::plain(texts.get("watch-stop")).small().show(ui).clicked() {
                set(cx, FOLDER, None);
            }
        });
        ui.add_space(size::HALF);
        below(ui, texts.get("watch-help"));
        line(ui);
        target_ui(ui, cx);
        line(ui);
        now_ui(ui, cx);
        held_ui(ui, cx);
        ui.add_space(12.0);
    });
}

/// The default target, then all; one that is not there any more is shown as long as it is set.
fn target_ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    let (texts, settings) = (cx.texts, &cx.model.settings);
    let default = texts.with("watch-default-target", &[("name", settings.default_profile.as_str().into())]);
    let mut names: Vec<&str> = settings.profiles.iter().map(|profile| profile.name.as_str()).collect();
    let set_to = settings.watch.profile.as_deref();
    names.extend(set_to.filter(|name| settings.profile(name).is_none()));
    let chosen = set_to.and_then(|set_to| names.iter().position(|name| same_name(name, set_to)));
    let labels: Vec<&str> = [default.as_str()].into_iter().chain(names.iter().copied()).collect();
    let words = (texts.get("watch-target"), None);
    if let Some(index) = choice(ui, words, &labels, chosen.map_or(0, |index| index + 1)) {
        let name = index.checked_sub(1).and_then(|index| names.get(index));
        set(cx, "watch.profile", name.map(|name| (*name).to_owned()));
    }
}

/// What it does now, and why nothing would be uploaded.
fn now_ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    let (tokens, texts, watch) = (Tokens::of(ui), cx.texts, &cx.model.watch);
    ui.add_space(12.0);
    match &watch.state {
        State::Off => said(ui, icons::INFO, Type::Body, texts.get("watch-off")),
        State::Starting => said(ui, icons::INFO, Type::Body, texts.get("watch-starting")),
        State::Watching => {
            said(ui, icons::EYE, Type::Body, &texts.count("watch-watching", watch.taken as u64));
        }
        State::Own => said(ui, icons::WARNING_FILL, Type::Body, texts.get("watch-own")),
        State::Lost(failure) => {
            said(ui, icons::WARNING_FILL, Type::Body, texts.get("watch-lost"));
            text(ui, Type::Small, tokens.text_2, texts.failure(failure));
            if let Some(cause) = &failure.cause {
                text(ui, Type::Small, tokens.text_2, cause);
            }
        }
    }
    let settings = &cx.model.settings;
    if matches!(watch.state, State::Off | State::Own) {
        return;
    }
    let name = settings.watch.profile.as_ref().unwrap_or(&settings.default_profile);
    let key = match settings.profile(name) {
        None => "watch-no-target",
        Some(profile) if !consent::is_agreed(settings, profile) => "watch-not-agreed",
        Some(_) => return,
    };
    ui.add_space(size::HALF);
    said(ui, icons::WARNING_FILL, Type::Small, &texts.with(key, &[("name", name.as_str().into())]));
}

fn said(ui: &mut Ui, icon: Icon, style: Type, words: &str) {
    let tokens = Tokens::of(ui);
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = size::GAP;
        icon.show(ui, size::ICON, tokens.text_2);
        text(ui, style, tokens.text, words);
    });
}

/// What was not uploaded unasked.
fn held_ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    let (texts, held) = (cx.texts, cx.model.watch.held.len());
    if held == 0 {
        return;
    }
    ui.add_space(size::GAP);
    said(ui, icons::WARNING_FILL, Type::Body, &texts.count("watch-held", held as u64));
    ui.add_space(size::GAP);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = size::GAP;
        if Button::plain(texts.get("watch-send-held")).small().show(ui).clicked() {
            cx.push(Action::Watch(watch::Action::SendHeld));
        }
        if Button::plain(texts.get("watch-leave-held")).small().show(ui).clicked() {
            cx.push(Action::Watch(watch::Action::LeaveHeld));
        }
    });
}
