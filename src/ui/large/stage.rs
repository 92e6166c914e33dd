//! The picture on its stage: zoomed at the pointer, dragged, and sharp where it has come to rest.

use std::time::Duration;

use eframe::egui::{
    Align2, Id, Rect, Response, Role, Sense, TextureHandle, TextureOptions, Ui, Vec2, WidgetInfo, vec2,
};

use super::view::{CRISP, Stage, View};
use super::{DOUBLE_CLICK_SECS, Shown, below, keys};
use crate::model::detail::PreviewSize;
use crate::model::looks::Part;
use crate::ui::looks::Answer;
use crate::ui::tokens::{self, Type};
use crate::ui::widgets::focus_ring;
use crate::ui::{Cx, icon, picture};

/// A view that rests for so long is made sharp, in seconds.
const REST: f64 = 0.1;
/// The wheel's points that zoom by e.
const WHEEL: f32 = 240.0;
/// The longer side of the frames of what moves.
const FRAMES_PX: u32 = 1_200;
/// What a picture may lack before it looks blurred.
const SHARP_ENOUGH: f32 = 1.05;

/// Since when the view is as it is.
#[derive(Debug, Default)]
pub(super) struct Rest(Option<(View, Stage, f64)>);

impl Rest {
    /// For how many seconds.
    fn of(&mut self, view: View, stage: &Stage, now: f64) -> f64 {
        match &self.0 {
            Some((before, place, since)) if *before == view && place == stage => now - since,
            _ => {
                self.0 = Some((view, *stage, now));
                0.0
            }
        }
    }
}

pub(super) fn id() -> Id {
    Id::unique("large-preview-picture")
}

/// Whether it is read as text: what says so by its type, and what turned out to be one.
pub(super) fn reads(cx: &mut Cx<'_>, shown: &Shown) -> bool {
    shown.seen.kind.is_read() && !matches!(cx.state.looks.lines(shown.id), Answer::Failed(_))
}

/// The stage with the picture in its full size; none before that is known.
pub(super) fn of(ui: &Ui, cx: &mut Cx<'_>, shown: &Shown, rect: Rect) -> Option<Stage> {
    let texture = cx.state.previews.large(shown.id)?.size_vec2();
    let picture = if shown.seen.kind.is_visual() { shown.seen.pixels } else { None };
    let picture = match picture {
        Some((width, height)) if shown.seen.has_parts() => sides(width, height),
        _ => texture,
    };
    Some(Stage { rect, scale: ui.pixels_per_point(), picture })
}

#[expect(clippy::cast_precision_loss, reason = "sides of pictures are well below 2^24")]
fn sides(width: u32, height: u32) -> Vec2 {
    vec2(width as f32, height as f32)
}

/// Answers whether the ground beside the picture was clicked.
pub(super) fn show(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    shown: &Shown,
    (rect, stage): (Rect, Option<&Stage>),
) -> bool {
    let response = ui.interact(rect, id(), Sense::click_and_drag());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &shown.row.name));
    let Some(stage) = stage else {
        without_ui(ui, cx, shown, rect);
        return response.clicked();
    };
    keys::look(ui, cx, stage);
    pointer(ui, cx, stage, &response);
    let view = cx.state.large.view;
    let place = view.place(stage);
    let mut inside = ui.new_child(eframe::egui::UiBuilder::new().max_rect(rect));
    inside.set_clip_rect(rect.intersect(ui.clip_rect()));
    if let Some(texture) = texture(ui, cx, shown, view.zoom(stage)) {
        picture::paint(&inside, &texture, place, (shown.seen.is_opaque(), 0));
        sharp_ui(&inside, cx, shown, (stage, &texture));
    }
    focus_ring(ui, &response, rect.shrink(4.0), 0);
    let beside = response.interact_pointer_pos().is_some_and(|at| !place.contains(at));
    response.clicked() && view.is_fitted() && beside
}

/// The frame that is due of what moves, else the still picture.
fn texture(ui: &Ui, cx: &mut Cx<'_>, shown: &Shown, zoom: f32) -> Option<TextureHandle> {
    if shown.seen.may_move()
        && let Some(frames) = cx.state.looks.frames(shown.id, FRAMES_PX)
    {
        let options = if zoom > CRISP { TextureOptions::NEAREST } else { TextureOptions::LINEAR };
        return cx.state.motion.show(ui.ctx(), shown.id, (&frames, options));
    }
    cx.state.previews.large(shown.id)
}

fn pointer(ui: &Ui, cx: &mut Cx<'_>, stage: &Stage, response: &Response) {
    let large = &mut cx.state.large;
    let (scroll, pinch, now, shift) = ui
        .input(|input| (input.smooth_scroll_delta(), input.zoom_delta(), input.time, input.modifiers.shift));
    if let Some(at) = response.hover_pos() {
        if scroll.y != 0.0 && !shift {
            large.view.by(stage, (scroll.y / WHEEL).exp(), at);
        }
        if scroll.x != 0.0 {
            large.view.pan(stage, vec2(scroll.x, 0.0));
        }
        if (pinch - 1.0).abs() > f32::EPSILON {
            large.view.by(stage, pinch, at);
        }
    }
    if response.dragged() {
        large.view.pan(stage, response.drag_delta());
    }
    let fresh = large.opened_at.is_some_and(|opened| now - opened < DOUBLE_CLICK_SECS);
    if let Some(at) = response.interact_pointer_pos().filter(|_| response.double_clicked() && !fresh) {
        large.view.toggle(stage, at);
    }
    if !large.view.is_fitted() && response.hovered() {
        let icon = if response.dragged() {
            eframe::egui::CursorIcon::Grabbing
        } else {
            eframe::egui::CursorIcon::Grab
        };
        ui.ctx().set_cursor_icon(icon);
    }
}

/// Draws the sharp part over the blurred whole where one is needed and here, and asks for it when the view rests.
fn sharp_ui(ui: &Ui, cx: &mut Cx<'_>, shown: &Shown, (stage, whole): (&Stage, &TextureHandle)) {
    let (view, id) = (cx.state.large.view, shown.id);
    let zoom = view.zoom(stage);
    let needed = zoom * stage.picture.x > whole.size_vec2().x * SHARP_ENOUGH || zoom > CRISP;
    if !needed || !shown.seen.has_parts() || cx.state.motion.plays(id) || cx.state.large.blurred {
        return;
    }
    let now = ui.input(|input| input.time);
    let rested = cx.state.large.rest.of(view, stage, now);
    if let Some(part) = part_of(view, stage) {
        if rested < REST && cx.state.large.part != Some(part) {
            ui.ctx().request_repaint_after(Duration::from_secs_f64(REST - rested));
        } else {
            match cx.state.looks.part(id, part) {
                Answer::Here(_) => cx.state.large.part = Some(part),
                Answer::Failed(_) => cx.state.large.blurred = true,
                Answer::Coming => {}
            }
        }
    }
    let Some(part) = cx.state.large.part else { return };
    if let Some(texture) = cx.state.looks.part_again(id, part) {
        let corner = sides(part.x, part.y);
        let area = Rect::from_min_size(corner.to_pos2(), sides(part.width, part.height));
        let place = view.place_of(stage, area);
        picture::paint(ui, &texture, place, (shown.seen.is_opaque(), 0));
    }
}

/// What is to be seen, in whole pixels of the picture.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "within the picture, whose sides are u32"
)]
fn part_of(view: View, stage: &Stage) -> Option<Part> {
    let seen = view.seen(stage);
    let (min, max) = (seen.min.floor(), seen.max.ceil().min(stage.picture.to_pos2()));
    let size = max - min;
    if size.min_elem() < 1.0 {
        return None;
    }
    let zoom = view.zoom(stage);
    let max_px = (size.max_elem() * zoom.min(1.0)).ceil() as u32;
    let (x, y, width, height) = (min.x as u32, min.y as u32, size.x as u32, size.y as u32);
    Some(Part { x, y, width, height, max_px, crisp: zoom > CRISP })
}

/// There is no picture: what it is, and why.
fn without_ui(ui: &Ui, cx: &mut Cx<'_>, shown: &Shown, rect: Rect) {
    let Some(failure) = cx.state.previews.failure(shown.id, PreviewSize::Large) else { return };
    let words = cx.texts.failure(failure);
    let icon = icon::of_row(&shown.row);
    icon.paint(ui.painter(), below(rect, -32.0), 72.0, tokens::ON_THEATRE_2);
    let galley = ui.painter().layout(
        words.clone(),
        Type::Body.font(),
        tokens::ON_THEATRE,
        420.0_f32.min(rect.width() - 32.0),
    );
    let place = Align2::CENTER_TOP
        .align_size_within_rect(galley.size(), Rect::from_center_size(below(rect, 20.0), galley.size()));
    ui.painter().galley(place.min, galley, tokens::ON_THEATRE);
    let told = ui.interact(place, Id::unique("large-preview-reason"), Sense::hover());
    told.widget_info(|| WidgetInfo::labeled(Role::Label, true, &words));
}
