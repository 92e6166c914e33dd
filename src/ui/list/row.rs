//! One attachment as a row: picture, name, state or progress, actions.

use std::sync::Arc;
use std::time::Duration;

use eframe::egui::{
    Align, CornerRadius, Id, Image, Layout, Pos2, Rect, Stroke, StrokeKind, TextureHandle, Ui, UiBuilder,
    pos2, vec2,
};

use super::pick::{self, Spot};
use super::words::{self, Told};
use super::{actions, menu, waits};
use crate::domain::attachment::{AttachmentId, State};
use crate::store::Row;
use crate::ui::icon::{Icon, of_row};
use crate::ui::kind::Kind;
use crate::ui::seen::Seen;
use crate::ui::tokens::{Tokens, Type, size};
use crate::ui::widgets::{
    self, Button, IconButton, focus_ring, menu_of, paint_badge, paint_cut, paint_elided, progress, wide,
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
    facts_ui(ui, cx, (at(&columns.name, 38.0), columns.name.width()), &row);
    state_ui(ui, cx, columns.state, &row);
    let builder = UiBuilder::new()
        .id_salt(("row", id.0))
        .max_rect(columns.actions)
        .layout(Layout::left_to_right(Align::Center))
        .accessibility_parent(response.id);
    let mut actions = ui.new_child(builder);
    actions.spacing_mut().item_spacing.x = size::HALF;
    actions_ui(&mut actions, cx, &row, columns.narrow);
    focus_ring(ui, &response, rect.shrink(size::FOCUS_RING), size::CONTROL_RADIUS - 2);
}

/// Size and target, and the mark of one that does not wait in the usual line.
fn facts_ui(ui: &Ui, cx: &mut Cx<'_>, (at, room): (Pos2, f32), row: &Row) {
    // Who looks a file over before it goes wants to know how large it is; what is queued tells it soon enough.
    let measures = if row.state == State::Paused {
        let seen = Seen::of(cx, row);
        (seen.size, seen.duration_secs)
    } else {
        (row.size, row.duration_secs)
    };
    let facts = words::facts(cx.texts, row, measures);
    paint_cut(ui.painter(), (at, room), Type::Small, Tokens::of(ui).text_2, &facts);
    let Some((tone, icon, label)) = waits::priority(cx.texts, row) else { return };
    let left = wide(ui, Type::Small, &facts) + size::GAP;
    if left + wide(ui, Type::SmallStrong, label) + 28.0 <= room {
        paint_badge(ui, pos2(at.x + left, at.y), tone, (Some(icon), label));
    }
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
    let kind = Kind::of(row);
    // A page of a text is told from others where it is large enough, as in the grid.
    let pictured = kind.has_small() || (kind == Kind::Text && rect.height() > size::THUMB);
    if pictured && let Some(texture) = cx.state.previews.small(row.id) {
        picture(ui, rect, &texture);
        return;
    }
    let radius = CornerRadius::same(size::THUMB_RADIUS);
    let edge = Stroke::new(size::LINE, tokens.line);
    ui.painter().rect(rect, radius, tokens.hover, edge, StrokeKind::Inside);
    of_row(row).paint(ui.painter(), rect.center(), (rect.height() / 2.0).min(40.0), tokens.text_2);
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
    } else if row.state == State::Done {
        let wide = wide(ui, Type::SmallStrong, &line);
        link_ui(ui, cx, row, (pos2(left + wide, y), rect.right()));
    }
}

/// Behind "Done": how its link was found, and how long it lives.
fn link_ui(ui: &Ui, cx: &Cx<'_>, row: &Row, (mut at, right): (Pos2, f32)) {
    let tokens = Tokens::of(ui);
    let expiry = words::expiry(cx.texts, row, cx.model.now_ms);
    if let Some((icon, tone, key)) = words::link_mark(row) {
        let words = format!(" · {}", cx.texts.get(key));
        let room = right - at.x;
        if expiry.is_none() && wide(ui, Type::SmallStrong, &words) <= room {
            paint_cut(ui.painter(), (at, room), Type::SmallStrong, tone.color(tokens), &words);
            return;
        }
        icon.paint(ui.painter(), pos2(at.x + 12.0, at.y), 14.0, tone.color(tokens));
        at.x += 18.0;
    }
    let Some(expiry) = expiry else { return };
    paint_badge(ui, pos2(at.x + 6.0, at.y), widgets::Tone::Warn, (None, &expiry.label));
    if let Some(secs) = expiry.changes_in_secs {
        ui.ctx().request_repaint_after(Duration::from_secs(secs));
    }
}

/// The right column. It is begun at the left, so that Tab walks it as one reads.
fn actions_ui(ui: &mut Ui, cx: &mut Cx<'_>, row: &Arc<Row>, narrow: bool) {
    let main = main_action(cx, row);
    let wide = match &main {
        Some((label, icon, _)) if !narrow => Button::plain(label).icon(*icon).small().measure(ui),
        Some(_) => size::SMALL,
        // There is room for one; the menu has both.
        None if narrow => size::SMALL,
        None => 2.0 * size::SMALL + size::HALF,
    };
    let all = wide + size::HALF + size::SMALL;
    ui.add_space((ui.available_width() - all).max(0.0));
    match main {
        Some((label, icon, does)) => {
            if action(ui, &label, icon, narrow).clicked() {
                does(cx, row);
            }
        }
        None if matches!(row.state, State::Done) => ui.add_space(wide),
        None => {
            if IconButton::new(icons::PAUSE, cx.texts.get("pause")).small().show(ui).clicked() {
                actions::pause(cx, row.id);
            }
            if !narrow && IconButton::new(icons::X, cx.texts.get("cancel")).small().show(ui).clicked() {
                actions::cancel(cx, row.id);
            }
        }
    }
    let more = IconButton::new(icons::DOTS_THREE, cx.texts.get("more")).small().show(ui);
    menu_of(&more, |ui| menu::show(ui, cx, row));
}

/// Its label, its icon, what it does.
type MainAction = (String, Icon, fn(&mut Cx<'_>, &Row));

/// The one thing that is most likely wanted; none of what runs or waits, and of what is done without a link.
fn main_action(cx: &Cx<'_>, row: &Row) -> Option<MainAction> {
    let named = |key: &str, icon, does: fn(&mut Cx<'_>, &Row)| -> Option<MainAction> {
        Some((cx.texts.get(key).to_owned(), icon, does))
    };
    match row.state {
        State::Queued | State::Preparing | State::Uploading | State::Finishing => None,
        State::Paused => named("resume", icons::PLAY, |cx, row| actions::resume(cx, row.id)),
        State::Failed | State::Canceled | State::Interrupted => {
            named("retry", icons::ARROW_CLOCKWISE, |cx, row| actions::retry(cx, row.id))
        }
        State::Unsure => named("retry", icons::ARROW_CLOCKWISE, actions::ask_to_send_again),
        State::Done if actions::is_over(cx, row) => {
            named("renew-link", icons::ARROWS_CLOCKWISE, |cx, row| actions::renew(cx, row.id))
        }
        State::Done => {
            actions::has_link(row).then_some(())?;
            named("copy-link", icons::LINK_SIMPLE, |cx, row| actions::copy(cx, vec![row.id]))
        }
    }
}

fn action(ui: &mut Ui, label: &str, icon: Icon, narrow: bool) -> eframe::egui::Response {
    if narrow {
        IconButton::new(icon, label).small().edge().show(ui)
    } else {
        Button::plain(label).icon(icon).small().show(ui)
    }
}
