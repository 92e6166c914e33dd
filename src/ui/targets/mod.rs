//! The screen of targets: those that there are, a form for one of them, a gallery of services for a new one.

mod connection;
mod draft;
mod fields;
mod form;
mod gallery;
mod limits;
mod secrets;
mod side;
mod tile;
pub(super) mod words;

use std::collections::BTreeMap;

use eframe::egui::{Align, CentralPanel, Frame, Layout, Panel, ScrollArea, Ui};

use super::tokens::{Tokens, Type, size};
use super::widgets::{Button, text};
use super::{Cx, Screen, icons};
use crate::domain::error::Failure;
use crate::domain::profile::Profile;
use crate::model::Action;
use crate::model::targets::{self, Subject};
use draft::Draft;

/// The list of targets, and where the window is narrow.
const SIDE: f32 = 264.0;
const SIDE_NARROW: f32 = 216.0;
const NARROW: f32 = 900.0;

#[derive(Debug, Default)]
pub struct State {
    page: Page,
    /// Forms by what they are about; they stay when the screen is left.
    drafts: BTreeMap<Subject, Draft>,
}

#[derive(Debug, Default, Clone, PartialEq, Eq)]
enum Page {
    /// The target that files go to.
    #[default]
    Picked,
    Form(Subject),
    Gallery,
}

impl State {
    /// Shows the form of this target, also before it is read.
    pub(crate) fn show_target(&mut self, name: String) {
        self.page = Page::Form(Subject::Target(name));
    }

    /// Shows the services to choose from for a new target.
    pub(in crate::ui) fn open_gallery(&mut self) {
        self.page = Page::Gallery;
    }

    /// The form is saved under this name: what was typed goes.
    pub(crate) fn saved(&mut self, subject: &Subject, name: String) {
        self.drafts.remove(subject);
        if self.page == Page::Form(subject.clone()) {
            self.show_target(name);
        }
    }

    pub(crate) fn not_saved(&mut self, subject: &Subject, failure: Failure) {
        if let Some(draft) = self.drafts.get_mut(subject) {
            draft.failure = Some(failure);
        }
    }

    pub(crate) fn removed(&mut self, name: &str) {
        let subject = Subject::Target(name.to_owned());
        self.drafts.remove(&subject);
        if self.page == Page::Form(subject) {
            self.page = Page::Picked;
        }
    }

    fn is_changed(&self, subject: &Subject) -> bool {
        self.drafts.get(subject).is_some_and(Draft::is_changed)
    }
}

pub(super) fn show(ui: &mut Ui, cx: &mut Cx<'_>) {
    let tokens = Tokens::of(ui);
    let panel = Frame::NONE.fill(tokens.panel);
    let side = if ui.available_width() < NARROW { SIDE_NARROW } else { SIDE };
    Panel::top("targets-bar").frame(panel).exact_size(size::BAR).show(ui, |ui| bar_ui(ui, cx));
    Panel::left("targets-side")
        .frame(panel)
        .exact_size(side)
        .resizable(false)
        .show(ui, |ui| side::show(ui, cx));
    let ground = Frame::NONE.fill(tokens.bg);
    match page(cx) {
        Page::Form(subject) => form::show(ui, cx, &subject),
        Page::Gallery | Page::Picked => {
            CentralPanel::default().frame(ground).show(ui, |ui| {
                ScrollArea::vertical().show(ui, |ui| gallery::show(ui, cx));
            });
        }
    }
}

/// The page that is shown: a target that is gone gives way to the picked one.
fn page(cx: &Cx<'_>) -> Page {
    let targets = &cx.model.targets;
    match &cx.state.targets.page {
        Page::Form(Subject::Target(name)) if targets.find(name).is_none() && targets.loaded => picked(cx),
        Page::Picked => picked(cx),
        other => other.clone(),
    }
}

fn picked(cx: &Cx<'_>) -> Page {
    match cx.model.targets.picked() {
        Some(target) => Page::Form(Subject::Target(target.profile.name.clone())),
        None => Page::Picked,
    }
}

fn bar_ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
        ui.add_space(size::EDGE);
        if Button::quiet(cx.texts.get("uploads")).icon(icons::ARROW_LEFT).show(ui).clicked() {
            cx.state.screen = Screen::Uploads;
        }
        text(ui, Type::Heading, Tokens::of(ui).text, cx.texts.get("targets"));
        // From a place measured beforehand: Tab walks from left to right.
        let import = Button::quiet(cx.texts.get("target-import")).icon(icons::DOWNLOAD_SIMPLE);
        let new = Button::primary(cx.texts.get("new-target")).icon(icons::PLUS_BOLD);
        let right = import.measure(ui) + new.measure(ui) + ui.spacing().item_spacing.x + size::EDGE;
        ui.add_space((ui.available_width() - right).max(0.0));
        if import.show(ui).clicked() {
            cx.push(Action::Targets(targets::Action::Import));
        }
        if new.show(ui).clicked() {
            cx.state.targets.open_gallery();
        }
    });
}

/// Opens a form for a new target of this service; one that was begun goes on.
fn begin(cx: &mut Cx<'_>, service: &'static str) {
    cx.state.targets.page = Page::Form(Subject::New(service));
}

/// What a new target begins with: the service's name, with a number where it is taken.
fn fresh(cx: &Cx<'_>, id: &'static str) -> Profile {
    let service = crate::transfer::profiles::manage::describe(id);
    let stem = service.map_or(id, |service| words::name(cx.texts, service));
    let targets = &cx.model.targets;
    let taken =
        |name: &str| targets.all.iter().any(|target| crate::settings::same_name(&target.profile.name, name));
    let numbered = (2_u32..).map(|number| format!("{stem} {number}"));
    let name = std::iter::once(stem.to_owned()).chain(numbered).find(|name| !taken(name)).unwrap_or_default();
    Profile { name, service: id.to_owned(), ..Profile::default() }
}
