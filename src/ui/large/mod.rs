//! The large preview over the whole window: pictures to zoom into, texts to read, neighbours to go to.

mod bar;
mod keys;
mod lines;
mod stage;
mod view;

use std::sync::Arc;

use eframe::egui::{Align2, Context, Frame, Id, Memory, Modal, Rect, Theme, Ui, Vec2, vec2};

use self::view::View;
use super::Cx;
use super::seen::Seen;
use super::tokens::{self, size};
use crate::domain::attachment::AttachmentId;
use crate::model::detail::Action as Detail;
use crate::model::looks::Part;
use crate::model::{Action, Model};
use crate::store::Row;

/// A second click so soon belongs to the one that opened the preview.
const DOUBLE_CLICK_SECS: f64 = 0.5;

#[derive(Debug, Default)]
pub struct State {
    /// What is shown; none while the preview is closed.
    of: Option<AttachmentId>,
    /// In egui's seconds.
    opened_at: Option<f64>,
    view: View,
    rest: stage::Rest,
    /// The sharp part that was drawn last.
    part: Option<Part>,
    /// Parts of it cannot be had.
    blurred: bool,
}

impl State {
    pub fn open(&mut self, id: AttachmentId) {
        *self = Self { of: Some(id), ..Self::default() };
    }

    /// What is shown.
    #[must_use]
    pub fn of(&self) -> Option<AttachmentId> {
        self.of
    }

    /// Another one, in the open preview.
    fn go(&mut self, id: AttachmentId) {
        *self = Self { of: Some(id), opened_at: self.opened_at, ..Self::default() };
    }
}

/// What a frame of the preview knows.
struct Shown {
    id: AttachmentId,
    row: Arc<Row>,
    seen: Seen,
    place: Option<Place>,
}

/// Among its neighbours in the list.
#[derive(Debug, Clone, Copy)]
struct Place {
    /// From 0.
    at: usize,
    all: usize,
}

pub(super) fn show(ctx: &Context, cx: &mut Cx<'_>) {
    let Some(id) = cx.state.large.of else { return };
    let place = place_of(cx.model, id);
    let loaded = cx.model.detail.loaded.as_ref().map(|loaded| &loaded.row).filter(|row| row.id == id);
    let row = loaded.or_else(|| cx.model.list.rows.get(id)).cloned();
    if row.is_none() && place.is_none() {
        return close(cx);
    }
    let shown = row.map(|row| Shown { id, seen: Seen::of(cx, &row), row, place });
    let now = ctx.input(|input| input.time);
    cx.state.large.opened_at.get_or_insert(now);
    let mut done = keys::close(ctx);
    let room = ctx.content_rect();
    let mut modal = Modal::new(Id::unique("large-preview"));
    modal.area = modal.area.anchor(Align2::LEFT_TOP, Vec2::ZERO);
    modal.frame(Frame::NONE).backdrop_color(tokens::THEATRE).show(ctx, |ui| {
        // On a dark ground in both themes.
        ui.set_style(ctx.style_of(Theme::Dark));
        ui.set_min_size(room.size());
        if let Some(shown) = &shown {
            done |= contents_ui(ui, cx, shown, room);
        }
    });
    if let Some(step) = place.and_then(|_| keys::step(ctx, cx, shown.as_ref())) {
        go_by(cx, id, step);
    }
    if done {
        close(cx);
    }
}

/// Answers whether it is to be closed.
fn contents_ui(ui: &mut Ui, cx: &mut Cx<'_>, shown: &Shown, room: Rect) -> bool {
    let (top, rest) = room.split_top_bottom_at_y(room.top() + size::BAR);
    let reads = stage::reads(cx, shown);
    let stage = stage::of(ui, cx, shown, rest);
    let asked = bar::show(ui, cx, (shown, top), stage.as_ref().filter(|_| !reads));
    let beside = if reads {
        lines::show(ui, cx, shown, rest);
        false
    } else {
        stage::show(ui, cx, shown, (rest, stage.as_ref()))
    };
    if let Some(step) = asked.step {
        go_by(cx, shown.id, step);
    }
    asked.close || beside
}

fn close(cx: &mut Cx<'_>) {
    cx.state.large = State::default();
    cx.state.motion.stop();
}

/// Opens the large preview of one.
pub(super) fn open(cx: &mut Cx<'_>, id: AttachmentId) {
    cx.push(Action::Detail(Detail::Inspect(Some(id))));
    cx.state.large.open(id);
}

fn go_by(cx: &mut Cx<'_>, id: AttachmentId, step: isize) {
    if let Some(next) = neighbour(cx.model, id, step) {
        cx.push(Action::Detail(Detail::Inspect(Some(next))));
        cx.state.large.go(next);
    }
}

fn neighbour(model: &Model, id: AttachmentId, step: isize) -> Option<AttachmentId> {
    let ids = &model.list.outline.as_ref()?.ids;
    let at = ids.iter().position(|shown| *shown == id)?;
    ids.get(at.checked_add_signed(step)?).copied()
}

fn place_of(model: &Model, id: AttachmentId) -> Option<Place> {
    let ids = &model.list.outline.as_ref()?.ids;
    Some(Place { at: ids.iter().position(|shown| *shown == id)?, all: ids.len() })
}

/// Whether a control of the preview has the keyboard.
fn control_focused(ctx: &Context) -> bool {
    let focused = ctx.memory(Memory::focused);
    focused.is_some_and(|id| {
        id != stage::id()
            && ctx.read_response(id).is_some_and(|it| it.layer_id.id == Id::unique("large-preview"))
    })
}

/// A few points further than the middle of a stage, for what lies under it.
fn below(rect: Rect, by: f32) -> eframe::egui::Pos2 {
    rect.center() + vec2(0.0, by)
}
