//! One attachment as a row: picture, name, state or progress, actions.

use std::sync::Arc;

use eframe::egui::{
    Align, CornerRadius, Id, Image, Layout, Popup, Rect, Stroke, StrokeKind, TextureHandle, Ui, UiBuilder,
    pos2, vec2,
};

use super::pick::{self, Spot};
use super::words::{self, Expiry, Told};
use super::{actions, menu};
use crate::domain::attachment::{AttachmentId, State};
use crate::domain::file_name;
use crate::store::Row;
use crate::ui::icon::of_file;
use crate::ui::tokens::{Tokens, Type, size};
use crate::ui::widgets::{
    self, Button, IconButton, focus_ring, menu_item, paint_badge, paint_cut, paint_elided, progress,
};
use crate::ui::{Cx, icons};

/// Rows narrower than this show actions as icons.
const NARROW: f32 = 620.0;
/// From this width on names do not need all the room.
const WIDE: f32 = 900.0;

/// Where a row's parts are.
struct Columns {
    name: Rect,
    state: Rect,
    actions: Rect,
    narrow: bool,
}

impl Columns {
    fn of(rect: Rect) -> Self {
        let narrow = rect.width() < NARROW;
        let (state, actions) = match rect.width() {
            _ if narrow => (120.0, 60.0),
            width if width >= WIDE => (size::STATE_COLUMN_WIDE, size::ACTIONS_COLUMN),
            _ => (size::STATE_COLUMN, size::ACTIONS_COLUMN),
        };
        let gap = if narrow { size::GAP } else { 40.0 };
        let actions =
            rect.with_min_x(rect.right() - size::GAP - actions).with_max_x(rect.right() - size::GAP);
        let state_left = actions.left() - gap.min(24.0) - state;
        let state = rect.with_min_x(state_left).with_max_x(state_left + state);
        let name_left = rect.left() + size::GAP + size::THUMB + 12.0;
        let name = rect.with_min_x(name_left).with_max_x((state_left - gap.min(24.0)).max(name_left));
        Self { name, state, actions, narrow }
    }
}

/// Draws it; a row that is not read yet as a calm placeholder.
pub(super) fn show(ui: &mut Ui, cx: &mut Cx<'_>, rect: Rect, id: AttachmentId) {
    let rect = rect.shrink2(vec2(size::GAP, 0.0));
    let row = cx.model.list.rows.get(id).cloned();
    let Some(row) = row else {
        placeholder(ui, rect);
        return;
    };
    let spoken = words::spoken(cx, &row);
    let response = pick::respond(ui, cx, Spot { rect, row: &row, spoken });
    let tokens = Tokens::of(ui);
    let columns = Columns::of(rect);
    let thumb = Rect::from_center_size(
        pos2(rect.left() + size::GAP + size::THUMB / 2.0, rect.center().y),
        vec2(size::THUMB, size::THUMB),
    );
    thumb_ui(ui, cx, thumb, &row);
    let at = |column: &Rect, y: f32| pos2(column.left(), rect.top() + y);
    paint_elided(
        ui.painter(),
        (at(&columns.name, 18.0), columns.name.width()),
        Type::Strong,
        tokens.text,
        &row.name,
    );
    let facts = words::facts(cx.texts, &row);
    paint_cut(
        ui.painter(),
        (at(&columns.name, 38.0), columns.name.width()),
        Type::Small,
        tokens.text_2,
        &facts,
    );
    state_ui(ui, cx, columns.state, &row);
    let builder = UiBuilder::new()
        .id_salt(("row", id.0))
        .max_rect(columns.actions)
        .layout(Layout::right_to_left(Align::Center))
        .accessibility_parent(response.id);
    let mut actions = ui.new_child(builder);
    actions.spacing_mut().item_spacing.x = size::HALF;
    actions_ui(&mut actions, cx, &row, columns.narrow);
    focus_ring(ui, &response, rect.shrink(size::FOCUS_RING), size::CONTROL_RADIUS - 2);
}

fn placeholder(ui: &Ui, rect: Rect) {
    let tokens = Tokens::of(ui);
    let radius = CornerRadius::same(size::THUMB_RADIUS);
    let thumb = Rect::from_min_size(rect.min + vec2(8.0, 8.0), vec2(size::THUMB, size::THUMB));
    ui.painter().rect_filled(thumb, radius, tokens.hover);
    for (y, width) in [(16.0, 180.0), (36.0, 110.0)] {
        let line = Rect::from_min_size(rect.min + vec2(60.0, y - 4.0), vec2(width, 8.0));
        ui.painter().rect_filled(line, CornerRadius::same(4), tokens.hover);
    }
}

/// The attachment's picture, or its kind.
pub(super) fn thumb_ui(ui: &Ui, cx: &mut Cx<'_>, rect: Rect, row: &Row) {
    let tokens = Tokens::of(ui);
    let pictured =
        row.mime.as_deref().is_some_and(|mime| mime.starts_with("image/") || mime.starts_with("video/"));
    if pictured && let Some(texture) = cx.state.previews.small(row.id) {
        picture(ui, rect, &texture);
        return;
    }
    let radius = CornerRadius::same(size::THUMB_RADIUS);
    let edge = Stroke::new(size::LINE, tokens.line);
    ui.painter().rect(rect, radius, tokens.hover, edge, StrokeKind::Inside);
    let icon = of_file(&file_name::extension(&row.name), row.mime.as_deref());
    icon.paint(ui.painter(), rect.center(), (rect.height() / 2.0).min(40.0), tokens.text_2);
}

/// Fills the rectangle, cut at the sides that are too long.
fn picture(ui: &Ui, rect: Rect, texture: &TextureHandle) {
    let (picture, place) = (texture.size_vec2(), rect.size());
    let scale = (place.x / picture.x.max(1.0)).max(place.y / picture.y.max(1.0));
    let shown = place / (picture * scale);
    let uv = Rect::from_center_size(pos2(0.5, 0.5), shown);
    Image::new(texture).uv(uv).corner_radius(size::THUMB_RADIUS).paint_at(ui, rect);
}

/// The middle column: a bar with its numbers, or the state in words.
fn state_ui(ui: &Ui, cx: &Cx<'_>, rect: Rect, row: &Arc<Row>) {
    let Some(moving) = cx.model.list.moving.now.get(&row.id).filter(|_| row.state == State::Uploading) else {
        told_ui(ui, cx, rect, row);
        return;
    };
    let Some(meter) = cx.model.list.moving.meters.get(&row.id) else { return };
    let tokens = Tokens::of(ui);
    let bar = Rect::from_min_size(pos2(rect.left(), rect.top() + 14.0), vec2(rect.width(), 4.0));
    progress(ui, bar_id(row.id), bar, meter.fraction(), &row.name);
    let total = row.size.unwrap_or(moving.total_bytes);
    let (numbers, left) = words::moving(cx.texts, meter, (moving.sent_bytes.min(total), total));
    let y = rect.top() + 33.0;
    let galley = ui.painter().layout_no_wrap(left, Type::Small.font(), tokens.text_2);
    let wide = galley.size().x;
    let at = pos2(rect.right() - wide, y - galley.size().y / 2.0);
    ui.painter().galley(at, galley, tokens.text_2);
    let room = rect.width() - wide - size::GAP;
    let mut forms =
        numbers.map(|form| ui.painter().layout_no_wrap(form, Type::Small.font(), tokens.text_2)).into_iter();
    if let Some(galley) = forms.find(|galley| galley.size().x <= room) {
        ui.painter().galley(pos2(rect.left(), y - galley.size().y / 2.0), galley, tokens.text_2);
    }
}

pub(super) fn bar_id(id: AttachmentId) -> Id {
    Id::unique(("attachment-bar", id.0))
}

fn told_ui(ui: &Ui, cx: &Cx<'_>, rect: Rect, row: &Row) {
    let tokens = Tokens::of(ui);
    let Told { icon, tone, line, advice } = words::told(cx, row);
    let y = if advice.is_some() { rect.top() + 18.0 } else { rect.center().y };
    icon.paint(ui.painter(), pos2(rect.left() + 6.0, y), 14.0, tone.color(tokens));
    let left = rect.left() + 18.0;
    let width = rect.right() - left;
    paint_cut(ui.painter(), (pos2(left, y), width), Type::SmallStrong, tone.color(tokens), &line);
    if let Some(advice) = advice {
        let place = (pos2(rect.left(), rect.top() + 38.0), rect.width());
        paint_cut(ui.painter(), place, Type::Small, tokens.text_2, &advice);
    } else if row.state == State::Done
        && let Some(expiry) = words::expiry(cx.texts, row, cx.model.now_ms)
    {
        let wide = ui.painter().layout_no_wrap(line, Type::SmallStrong.font(), tokens.text).size().x;
        let label = match &expiry {
            Expiry::Left(label) | Expiry::Over(label) => label,
        };
        paint_badge(ui, pos2(left + wide + 6.0, y), widgets::Tone::Warn, (None, label));
    }
}

/// The right column, from its right edge.
fn actions_ui(ui: &mut Ui, cx: &mut Cx<'_>, row: &Arc<Row>, narrow: bool) {
    let more = IconButton::new(icons::DOTS_THREE, cx.texts.get("more")).small().show(ui);
    Popup::menu(&more).show(|ui| menu::show(ui, cx, row));
    match row.state {
        State::Queued | State::Preparing | State::Uploading | State::Finishing => {
            // There is room for one; the menu has both.
            if !narrow && IconButton::new(icons::X, cx.texts.get("cancel")).small().show(ui).clicked() {
                actions::cancel(cx, row.id);
            }
            if IconButton::new(icons::PAUSE, cx.texts.get("pause")).small().show(ui).clicked() {
                actions::pause(cx, row.id);
            }
        }
        State::Paused => {
            if action(ui, cx.texts.get("resume"), icons::PLAY, narrow).clicked() {
                actions::resume(cx, row.id);
            }
        }
        State::Failed | State::Canceled | State::Interrupted => {
            if action(ui, cx.texts.get("retry"), icons::ARROW_CLOCKWISE, narrow).clicked() {
                actions::retry(cx, row.id);
            }
        }
        State::Unsure => {
            let retry = action(ui, cx.texts.get("retry"), icons::ARROW_CLOCKWISE, narrow);
            // A repeat may leave it there twice, so it is asked for in words.
            Popup::menu(&retry).width(260.0).show(|ui| {
                widgets::text(ui, Type::Small, Tokens::of(ui).text_2, cx.texts.get("unsure-question"));
                if menu_item(ui, icons::ARROW_CLOCKWISE, cx.texts.get("send-again")).clicked() {
                    actions::retry(cx, row.id);
                }
            });
        }
        State::Done => {
            let has_link = row.receipt.as_ref().is_some_and(|receipt| receipt.primary().is_some());
            if has_link && action(ui, cx.texts.get("copy-link"), icons::LINK_SIMPLE, narrow).clicked() {
                actions::copy(cx, vec![row.id]);
            }
        }
    }
}

fn action(ui: &mut Ui, label: &str, icon: crate::ui::icon::Icon, narrow: bool) -> eframe::egui::Response {
    if narrow {
        IconButton::new(icon, label).small().edge().show(ui)
    } else {
        Button::plain(label).icon(icon).small().show(ui)
    }
}
