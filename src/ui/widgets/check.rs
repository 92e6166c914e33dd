//! A box to tick, with its label behind it.

use eframe::egui::{
    Align2, CornerRadius, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui, Vec2, WidgetInfo, pos2, vec2,
};

use super::focus_ring;
use crate::ui::icons;
use crate::ui::tokens::{Tokens, Type, size};

/// Flips `on` when clicked, also on its label.
pub fn check(ui: &mut Ui, label: &str, on: &mut bool) -> Response {
    const SIDE: f32 = 18.0;
    let tokens = Tokens::of(ui);
    let galley = ui.painter().layout_no_wrap(label.to_owned(), Type::Body.font(), tokens.text);
    let wanted = vec2(SIDE + size::GAP + galley.size().x, size::SMALL);
    let (rect, mut response) = ui.allocate_exact_size(wanted, Sense::click());
    if response.clicked() {
        *on = !*on;
        response.mark_changed();
    }
    let (now, enabled) = (*on, ui.is_enabled());
    response.widget_info(|| WidgetInfo::selected(Role::CheckBox, enabled, now, label));
    let square = Align2::LEFT_CENTER
        .align_size_within_rect(Vec2::splat(SIDE), Rect::from_min_size(rect.min, vec2(SIDE, rect.height())));
    let (fill, edge) = if now { (tokens.accent, tokens.accent) } else { (tokens.bg, tokens.line_strong) };
    let stroke = Stroke::new(size::LINE, edge);
    ui.painter().rect(square, CornerRadius::same(4), fill, stroke, StrokeKind::Inside);
    if now {
        icons::CHECK_BOLD.paint(ui.painter(), square.center(), 12.0, tokens.on_accent);
    }
    let at = pos2(square.right() + size::GAP, rect.center().y - galley.size().y / 2.0);
    ui.painter().galley(at, galley, tokens.text);
    focus_ring(ui, &response, square, 4);
    response
}
