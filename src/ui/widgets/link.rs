//! A word to click within a line of text.

use eframe::egui::{Color32, Response, Role, Sense, Stroke, Ui, WidgetInfo, vec2};

use super::focus_ring;
use crate::ui::tokens::{Type, size};

/// A quiet link; underlined while the pointer is over it.
pub fn link(ui: &mut Ui, label: &str, color: Color32) -> Response {
    let galley = ui.painter().layout_no_wrap(label.to_owned(), Type::SmallStrong.font(), color);
    let wanted = vec2(galley.size().x, Type::Small.line());
    let (rect, response) = ui.allocate_exact_size(wanted, Sense::click());
    let enabled = ui.is_enabled();
    response.widget_info(|| WidgetInfo::labeled(Role::Button, enabled, label));
    let at = rect.left_center() - vec2(0.0, galley.size().y / 2.0);
    ui.painter().galley(at, galley, color);
    if response.hovered() {
        let y = rect.bottom();
        ui.painter().hline(rect.x_range(), y, Stroke::new(size::LINE, color));
    }
    focus_ring(ui, &response, rect, size::SMALL_RADIUS);
    response.on_hover_cursor(eframe::egui::CursorIcon::PointingHand)
}
