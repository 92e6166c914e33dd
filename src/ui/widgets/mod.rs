//! The controls of the window. Each has an accessible name equal to its label, and a ring when it has the keyboard.

mod badge;
mod button;
mod check;
mod field;
mod label;
mod link;
mod menu;
mod nav;
mod progress;
mod segmented;
mod sheet;
mod switch;

pub use badge::{Tone, badge, paint_badge};
pub use button::{Button, IconButton};
pub use check::check;
pub use field::{Field, select};
pub use label::{caption, elided, paint_elided, text};
pub use link::link;
pub use menu::{menu_danger, menu_item, menu_line};
pub use nav::nav_row;
pub use progress::progress;
pub use segmented::segmented;
pub use sheet::{Sheet, sheet_buttons};
pub use switch::switch;

use eframe::egui::{CornerRadius, Rect, Response, Stroke, StrokeKind, Ui};

use super::tokens::{Tokens, size};

/// The ring around a control that has the keyboard: 2 points, outside.
pub fn focus_ring(ui: &Ui, response: &Response, rect: Rect, radius: u8) {
    if response.has_focus() {
        let stroke = Stroke::new(size::FOCUS_RING, Tokens::of(ui).accent);
        let outside = rect.expand(size::FOCUS_RING);
        ui.painter().rect_stroke(outside, CornerRadius::same(radius + 2), stroke, StrokeKind::Inside);
    }
}
