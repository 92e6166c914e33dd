//! The keyboard in the large preview.

use eframe::egui::{Context, FocusDirection, Key, Modifiers, Ui, Vec2, vec2};

use super::view::Stage;
use super::{Shown, control_focused, stage};
use crate::ui::Cx;

/// What an arrow moves a picture by, in points.
const ARROW: f32 = 80.0;
/// What a key zooms by.
const STEP: f32 = 1.25;

fn pressed(ctx: &Context, key: Key) -> bool {
    ctx.input_mut(|input| input.consume_key(Modifiers::NONE, key))
}

/// Esc, and Space where no button would take it.
pub(super) fn close(ctx: &Context) -> bool {
    pressed(ctx, Key::Escape) || (!control_focused(ctx) && pressed(ctx, Key::Space))
}

/// How many files the keyboard asks to go on; arrows where they have nothing to move.
pub(super) fn step(ctx: &Context, cx: &mut Cx<'_>, shown: Option<&Shown>) -> Option<isize> {
    let fitted = cx.state.large.view.is_fitted();
    let reads = shown.is_some_and(|shown| stage::reads(cx, shown));
    let back = pressed(ctx, Key::PageUp)
        || (fitted && pressed(ctx, Key::ArrowLeft))
        || (fitted && !reads && pressed(ctx, Key::ArrowUp));
    let on = pressed(ctx, Key::PageDown)
        || (fitted && pressed(ctx, Key::ArrowRight))
        || (fitted && !reads && pressed(ctx, Key::ArrowDown));
    if back || on {
        stay(ctx);
    }
    match (back, on) {
        (true, false) => Some(-1),
        (false, true) => Some(1),
        _ => None,
    }
}

/// The arrow has done its work: egui would go on from here to the next control.
fn stay(ctx: &Context) {
    ctx.memory_mut(|memory| memory.move_focus(FocusDirection::None));
}

/// How far the arrows ask to go, in steps to the right and down.
pub(super) fn arrows(ctx: &Context) -> Vec2 {
    let along = |less, more| f32::from(i8::from(pressed(ctx, more)) - i8::from(pressed(ctx, less)));
    let by = vec2(along(Key::ArrowLeft, Key::ArrowRight), along(Key::ArrowUp, Key::ArrowDown));
    if by != Vec2::ZERO {
        stay(ctx);
    }
    by
}

/// Zooms and moves the picture.
pub(super) fn look(ui: &Ui, cx: &mut Cx<'_>, stage: &Stage) {
    let (ctx, middle) = (ui.ctx(), stage.rect.center());
    let view = &mut cx.state.large.view;
    if pressed(ctx, Key::Plus) || pressed(ctx, Key::Equals) {
        view.by(stage, STEP, middle);
    }
    if pressed(ctx, Key::Minus) {
        view.by(stage, 1.0 / STEP, middle);
    }
    if pressed(ctx, Key::Num0) {
        view.fit();
    }
    if pressed(ctx, Key::Num1) {
        view.set(stage, 1.0, middle);
    }
    if !view.is_fitted() {
        view.pan(stage, -ARROW * arrows(ctx));
    }
}
