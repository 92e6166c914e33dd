//! A row of the list at a screen's left.

use eframe::egui::{CornerRadius, Response, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use super::focus_ring;
use super::label::paint_elided;
use crate::ui::icon::Icon;
use crate::ui::tokens::{Tokens, Type, size};

pub fn nav_row(ui: &mut Ui, icon: Icon, label: &str, chosen: bool) -> Response {
    let tokens = Tokens::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), size::CONTROL), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, chosen, label));
    let radius = CornerRadius::same(size::SMALL_RADIUS);
    if chosen {
        ui.painter().rect_filled(rect, radius, tokens.selected);
    } else if response.hovered() {
        ui.painter().rect_filled(rect, radius, tokens.hover);
    }
    let color = if chosen { tokens.accent_text } else { tokens.text_2 };
    icon.paint(ui.painter(), pos2(rect.left() + 20.0, rect.center().y), size::ICON_LARGE, color);
    let place = (pos2(rect.left() + 40.0, rect.center().y), rect.width() - 48.0);
    paint_elided(ui.painter(), place, Type::Strong, tokens.text, label);
    focus_ring(ui, &response, rect, size::SMALL_RADIUS);
    response
}
