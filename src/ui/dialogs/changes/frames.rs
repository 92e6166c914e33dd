//! A strip of a video's frames to choose from, by a click or with the arrows.

use eframe::egui::{
    CornerRadius, EventFilter, Id, Key, Modifiers, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui,
    WidgetInfo, vec2,
};

use crate::store::Row;
use crate::ui::looks::{Answer, Moment};
use crate::ui::tokens::{Tokens, Type, size};
use crate::ui::widgets::{focus_ring, spinner, text};
use crate::ui::{Cx, picture, when};

const COLUMNS: usize = 4;
const GAP: f32 = 6.0;

pub(super) fn show(ui: &mut Ui, cx: &mut Cx<'_>, row: &Row, chosen: &mut Option<u64>) {
    let tokens = Tokens::of(ui);
    let moments = match cx.state.looks.moments(row.id) {
        Answer::Here(moments) => moments,
        Answer::Coming => {
            spinner(ui, cx.texts.get("frames-coming"));
            return;
        }
        Answer::Failed(failure) => {
            text(ui, Type::Small, tokens.text_2, cx.texts.failure(&failure));
            return;
        }
    };
    let columns = u16::try_from(COLUMNS).map_or(4.0, f32::from);
    let wide = ((ui.available_width() - GAP * (columns - 1.0)) / columns).floor();
    for line in 0..moments.len().div_ceil(COLUMNS) {
        line_ui(ui, cx, (&moments, line), wide, chosen);
        ui.add_space(GAP);
    }
    let key = if chosen.is_some() { "frames-chosen" } else { "frames-first" };
    text(ui, Type::Small, tokens.text_2, cx.texts.get(key));
}

/// One line of the strip.
fn line_ui(
    ui: &mut Ui,
    cx: &Cx<'_>,
    (moments, line): (&[Moment], usize),
    wide: f32,
    chosen: &mut Option<u64>,
) {
    let few = moments.iter().enumerate().skip(line * COLUMNS).take(COLUMNS);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = GAP;
        for (index, moment) in few {
            let is_chosen = *chosen == Some(moment.at_ms);
            let response = frame_ui(ui, cx, moment, (wide, is_chosen));
            if response.clicked() {
                // The arrows go on from here.
                response.request_focus();
                *chosen = if is_chosen { None } else { Some(moment.at_ms) };
            }
            if let Some(next) = moved(ui, &response, index).and_then(|next| moments.get(next)) {
                *chosen = Some(next.at_ms);
                ui.memory_mut(|memory| memory.request_focus(id(next)));
            }
        }
    });
}

fn id(moment: &Moment) -> Id {
    Id::unique(("video-frame", moment.at_ms))
}

fn frame_ui(ui: &mut Ui, cx: &Cx<'_>, moment: &Moment, (wide, chosen): (f32, bool)) -> Response {
    let tokens = Tokens::of(ui);
    let (_, rect) = ui.allocate_space(vec2(wide, (wide * 0.5625).round()));
    let response = ui.interact(rect, id(moment), Sense::click());
    let time = when::clock(moment.at_ms / 1000);
    let name = cx.texts.with("frame-at", &[("time", (&time).into())]);
    response.widget_info(|| WidgetInfo::selected(Role::RadioButton, true, chosen, &name));
    let radius = CornerRadius::same(size::SMALL_RADIUS);
    ui.painter().rect_filled(rect, radius, tokens.hover);
    let fits: Rect = picture::fitted(moment.texture.size_vec2(), rect);
    picture::paint(ui, &moment.texture, fits, (true, size::SMALL_RADIUS));
    let (width, color) = if chosen { (2.0, tokens.accent) } else { (size::LINE, tokens.line) };
    ui.painter().rect_stroke(rect, radius, Stroke::new(width, color), StrokeKind::Inside);
    if response.has_focus() {
        let arrows = EventFilter { horizontal_arrows: true, vertical_arrows: true, ..EventFilter::default() };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, arrows));
    }
    focus_ring(ui, &response, rect, size::SMALL_RADIUS);
    response.on_hover_text(time)
}

/// Where an arrow leads from the one that has the keyboard.
fn moved(ui: &Ui, response: &Response, index: usize) -> Option<usize> {
    if !response.has_focus() {
        return None;
    }
    let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    if pressed(Key::ArrowRight) {
        index.checked_add(1)
    } else if pressed(Key::ArrowLeft) {
        index.checked_sub(1)
    } else if pressed(Key::ArrowDown) {
        index.checked_add(COLUMNS)
    } else if pressed(Key::ArrowUp) {
        index.checked_sub(COLUMNS)
    } else {
        None
    }
}
