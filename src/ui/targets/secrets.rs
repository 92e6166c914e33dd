//! A secret's field: masked, never filled in, with the place where the secret is kept beneath.

use eframe::egui::text_edit::TextEditState;
use eframe::egui::{Event, Id, Response, Ui};

use super::draft::Draft;
use super::fields::{help, trouble};
use super::form::is_asked;
use super::words;
use crate::domain::describe::{Description, SecretSpec};
use crate::model::Action;
use crate::model::targets::{Action as Do, Places, Subject};
use crate::transfer::profiles::manage::Place;
use crate::ui::Cx;
use crate::ui::tokens::{Tokens, Type, size};
use crate::ui::widgets::{Field, link, text};

/// What stands in the field of a secret that is kept: the value itself is never shown.
const BULLETS: &str = "••••••••••••••••••••";

pub(super) fn show(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    draft: &mut Draft,
    (service, spec): (&'static Description, &'static SecretSpec),
) {
    let label = words::secret(cx.texts, service, spec);
    text(ui, Type::Strong, Tokens::of(ui).text, label);
    let place = place(cx, &draft.subject, spec.key);
    let is_kept = matches!(place, Some(Place::Keyring | Place::Environment(_)));
    let hint = match (is_kept, spec.multiline) {
        (true, _) => BULLETS,
        (false, true) => cx.texts.get("secret-paste"),
        (false, false) => "",
    };
    let refused = draft.refused.contains_key(spec.key);
    let id = Id::unique(("secret", &draft.subject, spec.key));
    let typed = draft.secrets.entry(spec.key).or_default();
    let pasted = spec.multiline && paste_whole(ui, id, typed.text());
    let response = Field::new(label).id(id).secret().hint(hint).wrong(refused).show(ui, typed.text());
    if response.changed() || pasted {
        forget_typing(ui, &response);
        draft.touch(spec.key, &cx.model.targets);
    }
    if let Some(failure) = draft.refused.get(spec.key) {
        trouble(ui, &cx.texts.failure(failure));
        if let Some(advice) = &failure.advice {
            help(ui, advice);
        }
        return;
    }
    place_ui(ui, cx, draft, (spec, place));
    help(ui, words::secret_help(cx.texts, service, spec));
}

fn place(cx: &Cx<'_>, subject: &Subject, key: &str) -> Option<Place> {
    let Subject::Target(name) = subject else { return None };
    let Some(Places::Known(places)) = cx.model.targets.places.get(name) else { return None };
    places.iter().find(|(found, _)| *found == key).map(|(_, place)| place.clone())
}

/// Where the secret is, and the way to take it out of there.
fn place_ui(ui: &mut Ui, cx: &mut Cx<'_>, draft: &Draft, (spec, place): (&SecretSpec, Option<Place>)) {
    let is_typed = draft.secrets.get(spec.key).is_some_and(|typed| !typed.is_empty());
    if is_typed {
        help(ui, cx.texts.get("secret-will-be-kept"));
        return;
    }
    match place {
        Some(Place::Keyring) => kept_ui(ui, cx, draft, spec.key),
        Some(Place::Environment(variable)) => {
            help(ui, &cx.texts.with("secret-environment", &[("variable", (&variable).into())]));
        }
        Some(Place::Unknown(failure)) => {
            trouble(ui, &cx.texts.failure(&failure));
            if let Some(advice) = &failure.advice {
                help(ui, advice);
            }
        }
        None if is_asked(cx, &draft.subject) => help(ui, cx.texts.get("waiting-for-keyring")),
        Some(Place::Missing) | None => help(ui, cx.texts.get("secret-missing")),
    }
}

fn kept_ui(ui: &mut Ui, cx: &mut Cx<'_>, draft: &Draft, key: &'static str) {
    let Subject::Target(target) = draft.subject.clone() else { return };
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = size::HALF;
        help(ui, &format!("{} ·", cx.texts.get("secret-kept")));
        if link(ui, cx.texts.get("forget"), Tokens::of(ui).error_text).clicked() {
            cx.push(Action::Targets(Do::Forget { target, key }));
        }
    });
}

/// A field of one line makes spaces of line ends, which a key in several lines does not survive: what is pasted
/// is taken as it is, and instead of what was typed.
fn paste_whole(ui: &Ui, id: Id, text: &mut String) -> bool {
    if !ui.memory(|memory| memory.has_focus(id)) {
        return false;
    }
    let pasted = ui.input_mut(|input| {
        let at = input.events.iter().position(|event| matches!(event, Event::Paste(_)))?;
        match input.events.remove(at) {
            Event::Paste(pasted) => Some(zeroize::Zeroizing::new(pasted)),
            _ => None,
        }
    });
    let Some(pasted) = pasted else { return false };
    text.clear();
    text.push_str(&pasted);
    true
}

/// Undoing would keep every state of the secret in memory.
fn forget_typing(ui: &Ui, response: &Response) {
    if let Some(mut state) = TextEditState::load(ui.ctx(), response.id) {
        state.clear_undoer();
        state.store(ui.ctx(), response.id);
    }
}
