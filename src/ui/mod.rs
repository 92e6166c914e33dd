//! Drawing: egui only, no disk, no network, no clock. Widgets push [`Action`]s; `app` carries them out.

pub mod commands;
pub mod icon;
pub mod icons;
pub mod looks;
pub mod previews;
pub mod text;
pub mod theme;
pub mod tokens;
pub mod when;
pub mod widgets;

mod bandwidth;
mod bar;
mod dialogs;
mod drop;
mod inspector;
mod kind;
mod large;
mod list;
mod motion;
mod overlays;
mod picture;
mod seen;
mod settings;
mod shelf;
mod state;
mod status;
mod targets;
mod toasts;

pub use state::{Overlay, Screen, State};

use eframe::egui::{CentralPanel, Context, Frame, Memory, Panel, Ui, vec2};

use crate::model::{Action, Model};
use text::Texts;
use tokens::{Tokens, size};
use widgets::focus_ring;

/// What every function that draws is handed.
#[derive(Debug)]
pub struct Cx<'a> {
    pub model: &'a Model,
    /// What only the window knows: which screen, what is selected, drafts of forms.
    pub state: &'a mut State,
    pub texts: &'a Texts,
    pub actions: &'a mut Vec<Action>,
}

impl Cx<'_> {
    pub fn push(&mut self, action: Action) {
        self.actions.push(action);
    }
}

/// Draws the window.
pub fn show(ui: &mut Ui, cx: &mut Cx<'_>) {
    widgets::watch_input(ui.ctx());
    overlays::shortcuts(ui.ctx(), cx);
    give_back(ui.ctx(), cx);
    match cx.state.screen {
        Screen::Uploads => uploads_ui(ui, cx),
        Screen::Targets => targets::show(ui, cx),
        Screen::Settings => settings::show(ui, cx),
    }
    drop::hover_ui(ui.ctx(), cx);
    large::show(ui.ctx(), cx);
    inspector::show_over(ui.ctx(), cx);
    dialogs::show(ui.ctx(), cx);
    overlays::show(ui.ctx(), cx);
    toasts::show(ui.ctx(), cx);
    for action in cx.state.previews.ask().chain(cx.state.looks.ask()) {
        cx.push(Action::Detail(action));
    }
}

/// When what lay over the screen has gone, the keyboard is back where it was before.
fn give_back(ctx: &Context, cx: &mut Cx<'_>) {
    let covered = cx.state.overlay.is_some() || dialogs::is_open(cx.model) || cx.state.covers();
    match (covered, cx.state.beneath.take()) {
        (true, None) => cx.state.beneath = Some(ctx.memory(Memory::focused)),
        (true, kept) => cx.state.beneath = kept,
        // A sheet keeps the keyboard to itself for one frame more.
        (false, kept @ Some(_)) if ctx.memory(|memory| memory.top_modal_layer().is_some()) => {
            cx.state.beneath = kept;
            ctx.request_repaint();
        }
        (false, Some(Some(id))) => ctx.memory_mut(|memory| memory.request_focus(id)),
        (false, _) => {}
    }
}

#[expect(clippy::cast_precision_loss, reason = "a panel's points are few")]
fn uploads_ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    let tokens = Tokens::of(ui);
    let panel = Frame::NONE.fill(tokens.panel);
    Panel::top("bar").frame(panel).exact_size(size::BAR).show(ui, |ui| bar::show(ui, cx));
    Panel::bottom("status").frame(panel).exact_size(size::FOOT).show(ui, |ui| status::show(ui, cx));
    if cx.state.inspector.open && cx.model.list.count(crate::model::list::Filter::All) > 0 {
        // The list keeps enough for its columns.
        let widest = (ui.available_width() - size::LIST_MIN).clamp(size::INSPECTOR_MIN, size::INSPECTOR_MAX);
        let kept = cx.state.inspector_width.unwrap_or(cx.model.settings.window.inspector_width as f32);
        let shown = Panel::right("inspector")
            .frame(panel)
            .default_size(kept)
            .size_range(size::INSPECTOR_MIN..=widest)
            .show(ui, |ui| inspector::show(ui, cx));
        cx.state.inspector_width = Some(shown.response.rect.width());
    }
    CentralPanel::default().frame(Frame::NONE.fill(tokens.bg)).show(ui, |ui| list::show(ui, cx));
    // egui's own handle of the inspector's edge can have the keyboard and would not show it.
    if let Some(edge) = ui.ctx().read_response(ui.scope_id().with("inspector").with("__resize")) {
        focus_ring(ui, &edge, edge.rect.shrink2(vec2(edge.rect.width() / 2.0, size::FOCUS_RING)), 0);
    }
}

/// Installs fonts and themes into a new context.
pub fn install(ctx: &Context) {
    theme::install(ctx);
}
