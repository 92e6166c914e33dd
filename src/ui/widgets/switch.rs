//! An on-off switch with its label before it.

use eframe::egui::{CornerRadius, Response, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use super::focus_ring;
use crate::ui::tokens::Tokens;

/// The switch alone; `name` is its accessible name. Flips `on` when clicked.
pub fn switch(ui: &mut Ui, name: &str, on: &mut bool) -> Response {
    let tokens = Tokens::of(ui);
    let (rect, mut response) = ui.allocate_exact_size(vec2(36.0, 20.0), Sense::click());
    if response.clicked() {
        *on = !*on;
        response.mark_changed();
    }
    let (now, enabled) = (*on, ui.is_enabled());
    response.widget_info(|| WidgetInfo::selected(Role::CheckBox, enabled, now, name));
    let travel = ui.ctx().animate_bool_responsive(response.id, now);
    let ground = if now { tokens.accent } else { tokens.line_strong };
    ui.painter().rect_filled(rect, CornerRadius::same(10), ground);
    let x = rect.left() + 10.0 + travel * (rect.width() - 20.0);
    ui.painter().circle_filled(pos2(x, rect.center().y), 7.0, tokens.on_accent);
    focus_ring(ui, &response, rect, 10);
    response
}
