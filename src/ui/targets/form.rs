//! The form of one target, made from its service's own description.

use eframe::egui::{Align, CentralPanel, Frame, Layout, Margin, Panel, ScrollArea, Ui, UiBuilder};

use super::draft::Draft;
use super::{Page, connection, fields, fresh, gallery, limits, tile, words};
use crate::domain::describe::Description;
use crate::domain::profile::SANDBOX_PROFILE;
use crate::model::targets::{Action as Do, Places, Subject, TrialState};
use crate::model::{Action, questions};
use crate::settings::same_name;
use crate::transfer::profiles::form::Why;
use crate::transfer::profiles::manage::describe;
use crate::ui::tokens::{Tokens, Type, size};
use crate::ui::widgets::{Button, text};
use crate::ui::{Cx, icons};

const FOOT: f32 = 72.0;
const EDGE: i8 = 32;
const EDGE_NARROW: i8 = 20;
/// Narrower than this, the foot and the header hold less.
const TIGHT: f32 = 560.0;

pub(super) fn show(ui: &mut Ui, cx: &mut Cx<'_>, subject: &Subject) {
    let Some(mut draft) = take(cx, subject) else { return };
    let ground = Frame::NONE.fill(Tokens::of(ui).bg);
    let edge = if ui.available_width() < TIGHT { EDGE_NARROW } else { EDGE };
    let whole = ui.available_rect_before_wrap();
    let foot_height = if is_built_in(&draft) { 0.0 } else { FOOT };
    let (body, foot) = whole.split_top_bottom_at_y(whole.bottom() - foot_height);
    // The form before its foot: Tab walks as one reads.
    ui.scope_builder(UiBuilder::new().max_rect(body), |ui| {
        CentralPanel::default().frame(ground).show(ui, |ui| {
            ScrollArea::vertical().id_salt(subject).auto_shrink(false).show(ui, |ui| {
                Frame::NONE
                    .inner_margin(Margin::symmetric(edge, 24))
                    .show(ui, |ui| body_ui(ui, cx, &mut draft));
            });
        });
    });
    if foot_height > 0.0 {
        let foot_frame = ground.inner_margin(Margin::symmetric(edge, 0));
        ui.scope_builder(UiBuilder::new().max_rect(foot), |ui| {
            Panel::bottom("target-foot")
                .frame(foot_frame)
                .exact_size(FOOT)
                .show(ui, |ui| foot_ui(ui, cx, &mut draft));
        });
    }
    // A form that was discarded, or left before anything was entered into it, begins anew.
    if draft.is_changed() || cx.state.targets.page == Page::Form(subject.clone()) {
        cx.state.targets.drafts.insert(subject.clone(), draft);
    }
}

/// The form as it was left, or a new one of what is saved.
fn take(cx: &mut Cx<'_>, subject: &Subject) -> Option<Draft> {
    let kept = cx.state.targets.drafts.remove(subject);
    let before = match subject {
        Subject::New(id) => match kept {
            Some(draft) => return Some(draft),
            None => fresh(cx, id),
        },
        Subject::Target(name) => cx.model.targets.find(name)?.profile.clone(),
    };
    match kept {
        Some(draft) if draft.is_changed() || draft.is_of(&before) => Some(draft),
        _ => Some(Draft::new(subject.clone(), before, &cx.model.targets)),
    }
}

fn is_built_in(draft: &Draft) -> bool {
    matches!(&draft.subject, Subject::Target(name) if same_name(name, SANDBOX_PROFILE))
}

fn body_ui(ui: &mut Ui, cx: &mut Cx<'_>, draft: &mut Draft) {
    let profile = draft.profile();
    let service = describe(&profile.service);
    look(cx, draft);
    header_ui(ui, cx, draft, service);
    if let Some(failure) = &draft.failure {
        connection::not_saved_ui(ui, cx.texts, failure);
    }
    connection::show(ui, cx, &draft.subject);
    ui.add_space(size::EDGE);
    let Some(service) = service else {
        let told = cx.texts.with("target-unknown-service-told", &[("id", (&profile.service).into())]);
        note(ui, &told);
        return;
    };
    if profile.is_local() {
        let key = if is_built_in(draft) { "target-sandbox-told" } else { "target-demo-told" };
        note(ui, cx.texts.get(key));
        ui.add_space(size::GAP);
    }
    if !is_built_in(draft) {
        fields::show(ui, cx, draft, service);
    }
    service_troubles(ui, cx, draft, service);
    if !is_built_in(draft) {
        limits::show(ui, cx, draft);
    }
    if !draft.is_new() {
        gallery::add_another(ui, cx);
    }
}

/// Asks once where the secrets are.
fn look(cx: &mut Cx<'_>, draft: &Draft) {
    let Subject::Target(name) = &draft.subject else { return };
    let target = cx.model.targets.find(name);
    let has_secrets = target.is_some_and(|target| {
        !target.profile.is_local() && target.service.is_some_and(|service| !service.secrets.is_empty())
    });
    if has_secrets && !cx.model.targets.places.contains_key(name) {
        cx.push(Action::Targets(Do::Look(name.clone())));
    }
}

fn header_ui(ui: &mut Ui, cx: &mut Cx<'_>, draft: &Draft, service: Option<&'static Description>) {
    let tokens = Tokens::of(ui);
    let tight = ui.available_width() < TIGHT;
    ui.horizontal(|ui| {
        tile::show(ui, 40.0, words::icon(service));
        ui.add_space(size::HALF);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if !tight {
                test_ui(ui, cx, draft);
            }
            ui.with_layout(Layout::top_down(Align::Min), |ui| {
                ui.spacing_mut().item_spacing.y = 0.0;
                let title = match &draft.subject {
                    Subject::Target(name) => name.clone(),
                    Subject::New(_) => new_title(cx, service),
                };
                crate::ui::widgets::elided(ui, Type::Title, tokens.text, &title);
                if let Some(service) = service {
                    let links = words::links(cx.texts, service);
                    let facts = format!("{} · {links}", words::name(cx.texts, service));
                    text(ui, Type::Small, tokens.text_2, facts);
                }
            });
        });
    });
    if tight {
        ui.add_space(size::HALF);
        test_ui(ui, cx, draft);
    }
}

fn new_title(cx: &Cx<'_>, service: Option<&Description>) -> String {
    let name = service.map_or("", |service| words::name(cx.texts, service));
    cx.texts.with("target-new-of", &[("service", name.into())])
}

fn test_ui(ui: &mut Ui, cx: &mut Cx<'_>, draft: &Draft) {
    let trial = cx.model.targets.trial.as_ref().filter(|trial| trial.subject == draft.subject);
    let runs = trial.is_some_and(|trial| matches!(trial.state, TrialState::Preparing | TrialState::Asking));
    if runs {
        if Button::plain(cx.texts.get("cancel")).icon(icons::X).show(ui).clicked() {
            cx.push(Action::Targets(Do::StopTest));
        }
        return;
    }
    let ready = draft.wrong.is_empty() && draft.refused.is_empty();
    let known = describe(&draft.profile().service).is_some();
    let button = Button::plain(cx.texts.get("test-connection")).icon(icons::PLUGS).enabled(ready && known);
    if button.show(ui).clicked() {
        cx.push(Action::Targets(Do::Test(Box::new(draft.entry()))));
    }
}

/// A paragraph that says what this target is.
fn note(ui: &mut Ui, told: &str) {
    let tokens = Tokens::of(ui);
    ui.horizontal_top(|ui| {
        icons::INFO.show(ui, size::ICON, tokens.text_2);
        text(ui, Type::Body, tokens.text_2, told);
    });
}

/// What the service says of several settings together.
fn service_troubles(ui: &mut Ui, cx: &Cx<'_>, draft: &Draft, service: &Description) {
    for wrong in draft.wrong.iter().filter(|wrong| wrong.key.is_none() && wrong.why != Why::Missing) {
        fields::trouble(ui, &words::wrong(cx.texts, service, wrong));
    }
}

fn foot_ui(ui: &mut Ui, cx: &mut Cx<'_>, draft: &mut Draft) {
    let tight = ui.available_width() < TIGHT;
    let changed = draft.is_changed();
    ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
        if cx.model.targets.saving.as_ref() == Some(&draft.subject) {
            saving_ui(ui, cx);
            return;
        }
        if Button::primary(cx.texts.get("save")).enabled(draft.can_be_saved()).show(ui).clicked() {
            draft.failure = None;
            cx.push(Action::Targets(Do::Save(Box::new(draft.entry()))));
        }
        match draft.subject.clone() {
            Subject::New(_) => {
                if Button::quiet(cx.texts.get("target-discard")).show(ui).clicked() {
                    discard(cx, draft);
                    cx.state.targets.page = Page::Gallery;
                }
            }
            Subject::Target(name) => {
                if changed && Button::quiet(cx.texts.get("target-discard")).show(ui).clicked() {
                    discard(cx, draft);
                }
                if !(changed && tight) {
                    copies_ui(ui, cx, &name);
                }
                remove_ui(ui, cx, name);
            }
        }
    });
}

fn saving_ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    let tokens = Tokens::of(ui);
    icons::HOURGLASS.show(ui, size::ICON, tokens.text_2);
    text(ui, Type::Body, tokens.text_2, cx.texts.get("waiting-for-keyring"));
    if Button::quiet(cx.texts.get("cancel")).show(ui).clicked() {
        cx.push(Action::Targets(Do::CancelSave));
    }
}

fn discard(cx: &Cx<'_>, draft: &mut Draft) {
    let before = match &draft.subject {
        Subject::Target(name) => cx.model.targets.find(name).map(|target| target.profile.clone()),
        Subject::New(id) => Some(fresh(cx, id)),
    };
    if let Some(before) = before {
        *draft = Draft::new(draft.subject.clone(), before, &cx.model.targets);
    }
}

fn copies_ui(ui: &mut Ui, cx: &mut Cx<'_>, name: &str) {
    if Button::plain(cx.texts.get("duplicate")).show(ui).clicked() {
        cx.push(Action::Targets(Do::Duplicate(name.to_owned())));
    }
    if Button::quiet(cx.texts.get("target-export")).show(ui).clicked() {
        cx.push(Action::Targets(Do::Export(name.to_owned())));
    }
}

fn remove_ui(ui: &mut Ui, cx: &mut Cx<'_>, name: String) {
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        if Button::danger(cx.texts.get("remove")).icon(icons::TRASH).show(ui).clicked() {
            let confirm = questions::Confirm::RemoveTarget(name);
            let ask = questions::Action::Ask(questions::Question::Confirm(confirm));
            cx.push(Action::Questions(ask));
        }
    });
}

/// Whether the keyring has not answered yet.
pub(super) fn is_asked(cx: &Cx<'_>, subject: &Subject) -> bool {
    let Subject::Target(name) = subject else { return false };
    matches!(cx.model.targets.places.get(name), Some(Places::Asked))
}
