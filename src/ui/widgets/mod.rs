//! The controls of the window. Each has an accessible name equal to its label, and a ring when it has the keyboard.

mod badge;
mod button;
mod check;
mod field;
mod label;
mod link;
mod menu;
mod nav;
mod popup;
mod progress;
mod segmented;
mod sheet;
mod spinner;
mod switch;

pub use badge::{Tone, badge, paint_badge};
pub use button::{Button, IconButton};
pub use check::check;
pub use field::{Field, choice, select};
pub use label::{caption, elided, paint_cut, paint_elided, text, wide};
pub use link::link;
pub use menu::{menu_choice, menu_danger, menu_item, menu_line};
pub use nav::nav_row;
pub use popup::{give_back, menu_of, show as popup};
pub use progress::progress;
pub use segmented::segmented;
pub use sheet::{Sheet, sheet_buttons};
pub use spinner::spinner;
pub use switch::switch;

use eframe::egui::{Context, CornerRadius, Id, Key, Rect, Response, Stroke, StrokeKind, Ui};

use super::tokens::{Tokens, size};

/// The ring around a control that has the keyboard: 2 points, outside. After a click it stays away: the pointer shows
/// well enough where the work is.
pub fn focus_ring(ui: &Ui, response: &Response, rect: Rect, radius: u8) {
    if keyboard_moves(ui.ctx()) {
        ring(ui, response, rect, radius);
    }
}

fn ring(ui: &Ui, response: &Response, rect: Rect, radius: u8) {
    if response.has_focus() {
        let stroke = Stroke::new(size::FOCUS_RING, Tokens::of(ui).accent);
        let outside = rect.expand(size::FOCUS_RING);
        ui.painter().rect_stroke(outside, CornerRadius::same(radius + 2), stroke, StrokeKind::Inside);
    }
}

const KEYBOARD_MOVES: &str = "keyboard-moves";

/// Whether the keyboard was used last to get around, and not the pointer.
fn keyboard_moves(ctx: &Context) -> bool {
    ctx.data(|data| data.get_temp(Id::unique(KEYBOARD_MOVES))).unwrap_or(true)
}

/// Remembers what is used to get around; once a frame.
pub(super) fn watch_input(ctx: &Context) {
    const MOVES: [Key; 9] = [
        Key::Tab,
        Key::ArrowUp,
        Key::ArrowDown,
        Key::ArrowLeft,
        Key::ArrowRight,
        Key::Home,
        Key::End,
        Key::PageUp,
        Key::PageDown,
    ];
    let (clicked, moved) =
        ctx.input(|input| (input.pointer.any_pressed(), MOVES.iter().any(|key| input.key_pressed(*key))));
    if clicked || moved {
        ctx.data_mut(|data| data.insert_temp(Id::unique(KEYBOARD_MOVES), moved));
    }
}
