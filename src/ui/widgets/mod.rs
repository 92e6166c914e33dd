//! The controls of the window. Each has an accessible name equal to its label, and a ring when it has the keyboard.

mod badge;
mod button;
mod field;
mod label;
mod link;
mod progress;
mod segmented;
mod switch;

pub use badge::{Tone, badge};
pub use button::{Button, IconButton};
pub use field::{Field, select};
pub use label::{caption, elided, paint_elided, text};
pub use link::link;
pub use progress::progress;
pub use segmented::segmented;
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
