//! The inspector: everything known of one attachment, or the sum of several.

mod activity;
mod facts;
mod failure;
mod foot;
mod formats;
mod links;
mod look;
mod parts;
mod qr;
mod unclear;

use std::collections::HashSet;

use eframe::egui::{CentralPanel, Context, Frame, Margin, Panel, ScrollArea, Ui, vec2};

use super::Cx;
use super::icons;
use super::list::actions::check_links;
use super::tokens::{Tokens, Type, size};
use super::widgets::{Button, text};
use crate::domain::attachment::{AttachmentId, State as Stage};
use crate::model::detail::{Loaded, Many};
use crate::model::{Action, links as out};

#[derive(Debug)]
pub struct State {
    pub open: bool,
    qr: Option<qr::Card>,
    /// The template while it is edited.
    own: Option<String>,
    /// Whose requests are opened, and which.
    opened: (Option<AttachmentId>, HashSet<usize>),
}

impl State {
    /// Whether something of it lies over the window, which takes the keyboard.
    #[must_use]
    pub fn covers(&self) -> bool {
        self.qr.is_some()
    }
}

impl Default for State {
    fn default() -> Self {
        Self { open: true, qr: None, own: None, opened: (None, HashSet::new()) }
    }
}

pub(super) fn show(ui: &mut Ui, cx: &mut Cx<'_>) {
    // A panel takes the width of what is in it; this one keeps its own.
    ui.expand_to_include_rect(ui.max_rect());
    let detail = &cx.model.detail;
    match (&detail.many, &detail.loaded) {
        (Some(many), _) => many_ui(ui, cx, many),
        (None, Some(loaded)) => one_ui(ui, cx, loaded),
        (None, None) if detail.id.is_some() => {}
        (None, None) => nothing_ui(ui, cx),
    }
}

/// What lies over the window: a QR code.
pub(super) fn show_over(ctx: &Context, cx: &mut Cx<'_>) {
    qr::show(ctx, cx);
}

fn one_ui(ui: &mut Ui, cx: &mut Cx<'_>, loaded: &Loaded) {
    if cx.state.inspector.opened.0 != Some(loaded.row.id) {
        cx.state.inspector.opened = (Some(loaded.row.id), HashSet::new());
    }
    let frame = Frame::NONE.inner_margin(Margin { left: 16, right: 16, top: 10, bottom: 12 });
    Panel::bottom("inspector-foot")
        .frame(frame)
        .resizable(false)
        .show(ui, |ui| foot::show(ui, cx, &loaded.row));
    let body = |ui: &mut Ui| {
        ui.spacing_mut().item_spacing = vec2(size::GAP, 0.0);
        look::card_ui(ui, cx, &loaded.row);
        ui.add_space(12.0);
        facts::heading_ui(ui, cx, &loaded.row);
        match loaded.row.state {
            Stage::Failed => failure::show(ui, cx, &loaded.row),
            Stage::Unsure | Stage::Interrupted => unclear::show(ui, cx, loaded),
            _ => {}
        }
        warned_ui(ui, cx, loaded.row.id);
        links::show(ui, cx, &loaded.row);
        facts::show(ui, cx, loaded);
        activity::show(ui, cx, loaded);
    };
    CentralPanel::default().frame(Frame::NONE).show(ui, |ui| {
        ScrollArea::vertical().id_salt(("inspector", loaded.row.id)).auto_shrink(false).show(ui, |ui| {
            Frame::NONE.inner_margin(Margin::same(16)).show(ui, body);
        });
    });
}

/// What the checks said of a file that was sent all the same.
fn warned_ui(ui: &mut Ui, cx: &Cx<'_>, id: AttachmentId) {
    let tokens = Tokens::of(ui);
    for finding in cx.model.questions.warned.get(&id).into_iter().flatten() {
        ui.add_space(size::GAP);
        ui.horizontal_top(|ui| {
            icons::WARNING_FILL.show(ui, size::ICON, tokens.warn_text);
            text(ui, Type::Small, tokens.warn_text, &finding.message);
        });
    }
}

fn many_ui(ui: &mut Ui, cx: &mut Cx<'_>, many: &Many) {
    let tokens = Tokens::of(ui);
    Frame::NONE.inner_margin(Margin::same(16)).show(ui, |ui| {
        text(ui, Type::Heading, tokens.text, cx.texts.count("inspector-many", many.ids.len() as u64));
        if let Some(bytes) = many.bytes {
            text(ui, Type::Small, tokens.text_2, cx.texts.bytes(bytes));
        }
        ui.add_space(size::GAP);
        if Button::plain(cx.texts.get("copy-all-links")).icon(icons::COPY).small().show(ui).clicked() {
            cx.push(Action::Links(out::Action::Copy(many.ids.to_vec())));
        }
        ui.add_space(size::HALF);
        if Button::quiet(cx.texts.get("check-links")).icon(icons::SEAL_CHECK).small().show(ui).clicked() {
            check_links(cx, many.ids.to_vec());
        }
    });
}

fn nothing_ui(ui: &mut Ui, cx: &Cx<'_>) {
    let tokens = Tokens::of(ui);
    Frame::NONE.inner_margin(Margin::symmetric(32, 16)).show(ui, |ui| {
        ui.vertical_centered(|ui| {
            ui.add_space((ui.available_height() / 2.0 - 72.0).max(0.0));
            icons::SIDEBAR_SIMPLE.show(ui, 28.0, tokens.text_3);
            ui.add_space(size::HALF);
            text(ui, Type::Strong, tokens.text_2, cx.texts.get("inspector-nothing"));
            text(ui, Type::Small, tokens.text_3, cx.texts.get("inspector-nothing-hint"));
        });
    });
}
