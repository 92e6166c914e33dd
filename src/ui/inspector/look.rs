//! How the attachment looks, as a card: its picture, what moves, the first lines of a text, or the icon of its type.

use std::sync::Arc;

use eframe::egui::{
    Align, Color32, CornerRadius, Galley, Id, Layout, Rect, Response, Role, Sense, Stroke, StrokeKind,
    TextureHandle, TextureOptions, Ui, UiBuilder, WidgetInfo, pos2, vec2,
};

use crate::domain::error::{Failure, Kind as Trouble};
use crate::model::detail::PreviewSize;
use crate::model::looks::Lines;
use crate::store::Row;
use crate::ui::kind::Kind;
use crate::ui::looks::Answer;
use crate::ui::seen::Seen;
use crate::ui::tokens::{self, Tokens, Type, size};
use crate::ui::widgets::{IconButton, focus_ring, text};
use crate::ui::{Cx, icon, icons, large, picture, when};

const CARD_HEIGHT: f32 = 176.0;
const CARD_MIN: f32 = 112.0;
const CARD_MAX: f32 = 216.0;
/// The longer side of the frames of what moves, in pixels.
const FRAMES_PX: u32 = 480;
/// Lines of a text that the card has room for, and characters of one.
const LINES: usize = 10;
const LINE_CHARS: usize = 120;

/// What a card shows.
enum Look {
    Picture(TextureHandle),
    Lines(Arc<Lines>),
    /// The icon of its type and, for what should have a picture, why it has none.
    Icon(Option<String>),
}

pub(super) fn card_ui(ui: &mut Ui, cx: &mut Cx<'_>, row: &Row) {
    let seen = Seen::of(cx, row);
    let look = look(ui, cx, row, &seen);
    let width = ui.available_width();
    // From the facts, not from the texture: nothing jumps when that comes.
    let height = match seen.ratio() {
        Some(ratio) => (width * ratio).clamp(CARD_MIN, CARD_MAX),
        None if seen.kind.is_visual() || !matches!(look, Look::Icon(_)) => CARD_HEIGHT,
        None => CARD_MIN,
    };
    // Without anything to enlarge it is a picture of its kind.
    let opens = !matches!(look, Look::Icon(_));
    let sense = if opens { Sense::click() } else { Sense::hover() };
    let (rect, response) = ui.allocate_exact_size(vec2(width, height), sense);
    let (name, role) = (cx.texts.get("preview"), if opens { Role::Button } else { Role::Image });
    response.widget_info(|| WidgetInfo::labeled(role, true, name));
    let (tokens, radius) = (Tokens::of(ui), CornerRadius::same(size::CARD_RADIUS));
    ui.painter().rect_filled(rect, radius, tokens.hover);
    match &look {
        Look::Picture(texture) => {
            let fits = picture::fitted(texture.size_vec2(), rect);
            picture::paint(ui, texture, fits, (seen.is_opaque(), size::CARD_RADIUS));
        }
        Look::Lines(lines) => lines_ui(ui, rect, lines),
        Look::Icon(reason) => icon_ui(ui, rect, row, reason.as_deref()),
    }
    duration_ui(ui, &seen, rect);
    ui.painter().rect_stroke(rect, radius, Stroke::new(size::LINE, tokens.line), StrokeKind::Inside);
    focus_ring(ui, &response, rect, size::CARD_RADIUS);
    if cx.state.motion.plays(row.id) && motion_ui(ui, cx, rect).clicked() {
        cx.state.motion.toggle();
    } else if opens && response.clicked() {
        large::open(cx, row.id);
    }
}

fn look(ui: &Ui, cx: &mut Cx<'_>, row: &Row, seen: &Seen) -> Look {
    if seen.kind.is_read()
        && let Answer::Here(lines) = cx.state.looks.lines(row.id)
    {
        return Look::Lines(lines);
    }
    // One animation at a time: over the card lies the same one, larger.
    if seen.may_move()
        && cx.state.large.of().is_none()
        && let Some(frames) = cx.state.looks.frames(row.id, FRAMES_PX)
        && let Some(texture) = cx.state.motion.show(ui.ctx(), row.id, (&frames, TextureOptions::LINEAR))
    {
        return Look::Picture(texture);
    }
    match cx.state.previews.large(row.id) {
        Some(texture) => Look::Picture(texture),
        None => Look::Icon(reason(cx, row, seen.kind)),
    }
}

/// Why a picture or a video has no look; others need none.
fn reason(cx: &Cx<'_>, row: &Row, kind: Kind) -> Option<String> {
    let failure: &Failure = cx.state.previews.failure(row.id, PreviewSize::Large)?;
    let expected = kind.is_visual() || (failure.kind != Trouble::WrongType && !kind.is_read());
    expected.then(|| cx.texts.failure(failure))
}

/// In the card, so that nothing moves when the reason comes.
fn icon_ui(ui: &mut Ui, rect: Rect, row: &Row, reason: Option<&str>) {
    let tokens = Tokens::of(ui);
    let up = if reason.is_some() { 20.0 } else { 0.0 };
    icon::of_row(row).paint(ui.painter(), rect.center() - vec2(0.0, up), 44.0, tokens.text_3);
    if let Some(reason) = reason {
        let below = Rect::from_min_max(pos2(rect.left(), rect.center().y + 14.0), rect.max);
        let place =
            UiBuilder::new().max_rect(below.shrink2(vec2(16.0, 0.0))).layout(Layout::top_down(Align::Center));
        text(&mut ui.new_child(place), Type::Small, tokens.text_2, reason);
    }
}

/// The first lines, as a page that goes on below.
fn lines_ui(ui: &Ui, rect: Rect, lines: &Lines) {
    let tokens = Tokens::of(ui);
    ui.painter().rect_filled(rect, CornerRadius::same(size::CARD_RADIUS), tokens.bg);
    let painter = ui.painter().with_clip_rect(rect.shrink(size::GAP).intersect(ui.clip_rect()));
    let mut y = rect.top() + 12.0;
    for line in lines.lines.iter().take(LINES) {
        let shown: String = line.replace('\t', "    ").chars().take(LINE_CHARS).collect();
        let galley = painter.layout_no_wrap(shown, Type::Mono.font(), tokens.text_2);
        painter.galley(pos2(rect.left() + 12.0, y), galley, tokens.text_2);
        y += 16.0;
    }
}

/// How long it plays, in a corner.
fn duration_ui(ui: &Ui, seen: &Seen, rect: Rect) {
    let Some(secs) = seen.duration_secs.filter(|_| matches!(seen.kind, Kind::Video | Kind::Audio)) else {
        return;
    };
    let galley = ui.painter().layout_no_wrap(when::clock(secs), Type::SmallStrong.font(), tokens::ON_THEATRE);
    let corner = rect.max - vec2(size::GAP, size::GAP);
    let place = Rect::from_min_max(corner - galley.size() - vec2(12.0, 4.0), corner);
    on_picture(ui, place, &galley);
}

/// Words on a picture, whatever its colours.
fn on_picture(ui: &Ui, place: Rect, galley: &Arc<Galley>) {
    ui.painter().rect_filled(place, CornerRadius::same(4), tokens::ON_PICTURE);
    ui.painter().galley(place.center() - galley.size() / 2.0, galley.clone(), Color32::PLACEHOLDER);
}

/// Stops what moves, and lets it go on.
fn motion_ui(ui: &mut Ui, cx: &Cx<'_>, rect: Rect) -> Response {
    let paused = cx.state.motion.is_paused();
    let (icon, key) = if paused { (icons::PLAY, "motion-play") } else { (icons::PAUSE, "motion-pause") };
    let corner = pos2(rect.left() + size::GAP, rect.bottom() - size::GAP - size::SMALL);
    let place = Rect::from_min_size(corner, vec2(size::SMALL, size::SMALL));
    ui.painter().rect_filled(place, CornerRadius::same(size::SMALL_RADIUS), tokens::ON_PICTURE);
    ui.scope(|ui| {
        ui.set_style(ui.ctx().style_of(eframe::egui::Theme::Dark));
        IconButton::new(icon, cx.texts.get(key)).show_at(ui, place, Id::unique("card-motion"))
    })
    .inner
}
