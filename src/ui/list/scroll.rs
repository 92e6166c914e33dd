//! The list's own scrolling: egui's counts in `f32`, in which the end of a list of a million rows jumps by points.

use eframe::egui::{CornerRadius, Id, Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use crate::ui::tokens::Tokens;

/// The handle is never shorter: it must be caught with a mouse.
const HANDLE_MIN: f32 = 28.0;

#[derive(Debug, Default)]
pub(super) struct Scroll {
    /// Points from the top.
    offset: f64,
}

impl Scroll {
    pub(super) fn offset(&self) -> f64 {
        self.offset
    }

    pub(super) fn back_to_top(&mut self) {
        self.offset = 0.0;
    }

    /// What is at this height comes to the top, as far as the list goes.
    pub(super) fn to(&mut self, top: f64) {
        self.offset = top;
    }

    /// Takes the wheel when the pointer is over the list, and stays between the ends.
    pub(super) fn wheel(&mut self, ui: &Ui, view: Rect, height: f64) {
        let end = end(view, height);
        if ui.rect_contains_pointer(view) && end > 0.0 {
            let moved = ui.input_mut(|input| std::mem::take(&mut input.smooth_scroll_delta.y));
            self.offset -= f64::from(moved);
        }
        self.offset = self.offset.clamp(0.0, end);
    }

    /// Scrolls no further than needed to show what is between two heights, under a header of some height.
    pub(super) fn reveal(&mut self, view: Rect, (top, bottom): (f64, f64), header: f64) {
        if top - header < self.offset {
            self.offset = (top - header).max(0.0);
        } else if bottom > self.offset + f64::from(view.height()) {
            self.offset = bottom - f64::from(view.height());
        }
    }

    /// The bar at the right edge; thin until the pointer is near.
    #[expect(clippy::cast_possible_truncation, reason = "a fraction of the view's height")]
    pub(super) fn bar_ui(&mut self, ui: &Ui, view: Rect, height: f64, name: &str) {
        let end = end(view, height);
        if end <= 0.0 {
            return;
        }
        let track =
            Rect::from_min_max(pos2(view.right() - 12.0, view.top()), view.max).shrink2(vec2(0.0, 2.0));
        let length = (f64::from(track.height()) * f64::from(view.height()) / height) as f32;
        let length = length.max(HANDLE_MIN).min(track.height());
        let travel = f64::from(track.height() - length).max(1.0);
        let response = ui.interact(track, Id::unique("list-scroll-bar"), Sense::DRAG | Sense::CLICK);
        if response.dragged() {
            self.offset += f64::from(response.drag_delta().y) / travel * end;
        } else if let (true, Some(at)) = (response.clicked(), response.interact_pointer_pos()) {
            self.offset = f64::from(at.y - track.top() - length / 2.0) / travel * end;
        }
        self.offset = self.offset.clamp(0.0, end);
        let at = (self.offset / end * travel) as f32;
        let near = response.hovered() || response.dragged();
        let width = if near { 8.0 } else { 4.0 };
        let handle =
            Rect::from_min_size(pos2(track.right() - width - 2.0, track.top() + at), vec2(width, length));
        let tokens = Tokens::of(ui);
        let color = if near { tokens.text_3 } else { tokens.line_strong };
        ui.painter().rect_filled(handle, CornerRadius::same(4), color);
        let value = self.offset / end * 100.0;
        response.widget_info(|| {
            let mut info = WidgetInfo::labeled(Role::ScrollBar, true, name);
            info.value = Some(value.round());
            info
        });
    }
}

/// The largest offset.
fn end(view: Rect, height: f64) -> f64 {
    (height - f64::from(view.height())).max(0.0)
}
