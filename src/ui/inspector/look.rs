//! How the attachment looks: a card in the inspector, and large over the whole window.

use eframe::egui::{
    Align, Align2, Color32, Context, CornerRadius, Frame, Id, Image, Key, Layout, Mesh, Modal, Modifiers,
    Rect, Response, Role, Sense, Stroke, StrokeKind, TextureHandle, Ui, UiBuilder, Vec2, WidgetInfo, pos2,
    vec2,
};

use crate::domain::attachment::AttachmentId;
use crate::domain::error::{Failure, Kind};
use crate::domain::file_name;
use crate::model::detail::{Action as Detail, PreviewSize};
use crate::model::{Action, Model};
use crate::store::Row;
use crate::ui::Cx;
use crate::ui::icon::{self, Icon};
use crate::ui::icons;
use crate::ui::tokens::{self, Tokens, Type, size};
use crate::ui::widgets::{focus_ring, paint_elided, text};

const CARD_HEIGHT: f32 = 176.0;
const CARD_MIN: f32 = 112.0;
const CARD_MAX: f32 = 216.0;
/// A side of a square of the ground under what is transparent.
const CHECK: f32 = 8.0;
/// Kept free around the large preview.
const OVER_EDGE: f32 = 48.0;

/// The picture in a card; without one, the icon of its type and, for what should have one, the reason.
pub(super) fn card_ui(ui: &mut Ui, cx: &mut Cx<'_>, row: &Row) {
    let texture = cx.state.previews.large(row.id);
    let width = ui.available_width();
    // From the facts, not from the texture: nothing jumps when that comes.
    let height = match row.pixels {
        Some((w, h)) if w > 0 => (width * ratio(h, w)).clamp(CARD_MIN, CARD_MAX),
        _ if meant(row) => CARD_HEIGHT,
        _ => CARD_MIN,
    };
    // Without a picture there is nothing to enlarge.
    let sense = if texture.is_some() { Sense::click() } else { Sense::hover() };
    let (rect, response) = ui.allocate_exact_size(vec2(width, height), sense);
    let (name, role) = (cx.texts.get("preview"), if texture.is_some() { Role::Button } else { Role::Image });
    response.widget_info(|| WidgetInfo::labeled(role, true, name));
    let tokens = Tokens::of(ui);
    let radius = CornerRadius::same(size::CARD_RADIUS);
    ui.painter().rect_filled(rect, radius, tokens.hover);
    if let Some(texture) = &texture {
        let fits = fitted(texture.size_vec2(), rect);
        picture(ui, texture, fits, row);
    } else {
        // In the card, so that nothing moves when the reason comes.
        let reason = reason(cx, row);
        let up = if reason.is_some() { 20.0 } else { 0.0 };
        file_icon(row).paint(ui.painter(), rect.center() - vec2(0.0, up), 44.0, tokens.text_3);
        if let Some(reason) = reason {
            let below = Rect::from_min_max(pos2(rect.left(), rect.center().y + 14.0), rect.max);
            let place = UiBuilder::new()
                .max_rect(below.shrink2(vec2(16.0, 0.0)))
                .layout(Layout::top_down(Align::Center));
            text(&mut ui.new_child(place), Type::Small, tokens.text_2, reason);
        }
    }
    ui.painter().rect_stroke(rect, radius, Stroke::new(size::LINE, tokens.line), StrokeKind::Inside);
    focus_ring(ui, &response, rect, size::CARD_RADIUS);
    if texture.is_some() && response.clicked() {
        cx.state.inspector.preview = true;
    }
}

fn file_icon(row: &Row) -> Icon {
    icon::of_file(&file_name::extension(&row.name), row.mime.as_deref())
}

/// Why a picture or a video has no look; others need none.
fn reason(cx: &Cx<'_>, row: &Row) -> Option<String> {
    let failure: &Failure = cx.state.previews.failure(row.id, PreviewSize::Large)?;
    (meant(row) || failure.kind != Kind::WrongType).then(|| failure.broke.clone())
}

/// Whether a picture is to be expected of it.
fn meant(row: &Row) -> bool {
    row.mime.as_deref().is_some_and(|mime| mime.starts_with("image/") || mime.starts_with("video/"))
}

#[expect(clippy::cast_possible_truncation, reason = "a ratio for a layout")]
fn ratio(a: u32, b: u32) -> f32 {
    (f64::from(a) / f64::from(b)) as f32
}

/// The largest place of this shape in the middle of another; never larger than the picture has pixels, twice.
fn fitted(picture: Vec2, within: Rect) -> Rect {
    let scale = (within.width() / picture.x).min(within.height() / picture.y).min(2.0);
    Rect::from_center_size(within.center(), picture * scale)
}

fn picture(ui: &Ui, texture: &TextureHandle, rect: Rect, row: &Row) {
    let opaque = row.mime.as_deref().is_some_and(|mime| mime == "image/jpeg" || mime.starts_with("video/"));
    if !opaque {
        checks(ui, rect);
    }
    Image::from_texture((texture.id(), rect.size()))
        .corner_radius(CornerRadius::same(size::CARD_RADIUS))
        .paint_at(ui, rect);
}

/// A calm ground under what may be transparent.
fn checks(ui: &Ui, rect: Rect) {
    let tokens = Tokens::of(ui);
    let inner = rect.shrink(2.0);
    ui.painter().rect_filled(inner, CornerRadius::same(size::CARD_RADIUS), tokens.bg);
    let mut mesh = Mesh::default();
    let mut y = inner.top();
    let mut odd = false;
    while y < inner.bottom() {
        let mut x = if odd { inner.left() + CHECK } else { inner.left() };
        while x < inner.right() {
            let square = Rect::from_min_size(pos2(x, y), Vec2::splat(CHECK)).intersect(inner);
            mesh.add_colored_rect(square, tokens.hover);
            x += 2.0 * CHECK;
        }
        y += CHECK;
        odd = !odd;
    }
    ui.painter().add(mesh);
}

/// The large preview over the whole window. Esc closes it, the arrows go to the neighbours.
pub(super) fn over_ui(ctx: &Context, cx: &mut Cx<'_>) {
    let model = cx.model;
    let Some(loaded) = model.detail.loaded.as_ref().filter(|_| cx.state.inspector.preview) else {
        if model.detail.id.is_none() {
            cx.state.inspector.preview = false;
        }
        return;
    };
    let row = &loaded.row;
    if let Some(step) = arrows(ctx)
        && let Some(next) = neighbour(model, row.id, step)
    {
        cx.push(Action::Detail(Detail::Inspect(Some(next))));
    }
    let space = ctx.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Space));
    let room = ctx.content_rect().shrink2(vec2(OVER_EDGE, OVER_EDGE / 2.0));
    let shown = Modal::new(Id::unique("large-preview"))
        .frame(Frame::NONE)
        .backdrop_color(tokens::THEATRE)
        .show(ctx, |ui| large_ui(ui, cx, row, room));
    if shown.should_close() || shown.inner || space {
        cx.state.inspector.preview = false;
    }
}

/// Answers whether it is to be closed.
fn large_ui(ui: &mut Ui, cx: &mut Cx<'_>, row: &Row, room: Rect) -> bool {
    ui.set_min_size(room.size());
    let place = ui.max_rect().intersect(room);
    let (bar, stage) = place.split_top_bottom_at_y(place.top() + size::CONTROL);
    let line = pos2(bar.left(), bar.center().y);
    paint_elided(ui.painter(), (line, bar.width() - 48.0), Type::Heading, tokens::ON_THEATRE, &row.name);
    let name =
        ui.interact(bar.with_max_x(bar.right() - 48.0), Id::unique("large-preview-name"), Sense::hover());
    name.widget_info(|| WidgetInfo::labeled(Role::Label, true, &row.name));
    let stage = stage.shrink2(vec2(0.0, size::GAP));
    if let Some(texture) = cx.state.previews.large(row.id) {
        let fits = fitted(texture.size_vec2(), stage);
        picture(ui, &texture, fits, row);
        let shown = ui.interact(fits, Id::unique("large-preview-picture"), Sense::click());
        shown.widget_info(|| WidgetInfo::labeled(Role::Image, true, &row.name));
    } else {
        let icon = file_icon(row);
        icon.paint(ui.painter(), stage.center(), 72.0, tokens::ON_THEATRE);
        let why = reason(cx, row).unwrap_or_default();
        let at = stage.center() + vec2(0.0, 64.0);
        ui.painter().text(at, Align2::CENTER_CENTER, why, Type::Body.font(), tokens::ON_THEATRE);
    }
    let corner =
        Rect::from_min_size(pos2(bar.right() - size::CONTROL, bar.top()), Vec2::splat(size::CONTROL));
    close_ui(ui, cx.texts.get("preview-close"), corner).clicked()
}

fn close_ui(ui: &mut Ui, name: &str, rect: Rect) -> Response {
    let response = ui.interact(rect, Id::unique("large-preview-close"), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, name));
    let ground =
        if response.hovered() { tokens::ON_THEATRE.gamma_multiply(0.2) } else { Color32::TRANSPARENT };
    ui.painter().rect_filled(rect, CornerRadius::same(size::CONTROL_RADIUS), ground);
    icons::X.paint(ui.painter(), rect.center(), size::ICON_LARGE, tokens::ON_THEATRE);
    focus_ring(ui, &response, rect, size::CONTROL_RADIUS);
    response.on_hover_text(name)
}

fn arrows(ctx: &Context) -> Option<isize> {
    ctx.input_mut(|input| {
        let mut pressed = |key| input.consume_key(Modifiers::NONE, key);
        let back = pressed(Key::ArrowLeft) || pressed(Key::ArrowUp);
        let on = pressed(Key::ArrowRight) || pressed(Key::ArrowDown);
        match (back, on) {
            (true, false) => Some(-1),
            (false, true) => Some(1),
            _ => None,
        }
    })
}

fn neighbour(model: &Model, id: AttachmentId, step: isize) -> Option<AttachmentId> {
    let ids = &model.list.outline.as_ref()?.ids;
    let at = ids.iter().position(|shown| *shown == id)?;
    ids.get(at.checked_add_signed(step)?).copied()
}
