//! One line of a menu.

use eframe::egui::{Color32, CornerRadius, Response, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use super::focus_ring;
use super::label::paint_elided;
use crate::ui::icon::Icon;
use crate::ui::icons;
use crate::ui::tokens::{Tokens, Type, size};

/// An action of a menu, with its icon.
pub fn menu_item(ui: &mut Ui, icon: Icon, label: &str) -> Response {
    let color = Tokens::of(ui).text;
    item(ui, icon, label, color)
}

/// One that takes away.
pub fn menu_danger(ui: &mut Ui, icon: Icon, label: &str) -> Response {
    let color = Tokens::of(ui).error_text;
    item(ui, icon, label, color)
}

/// One of a few; the one that counts now has a check.
pub fn menu_choice(ui: &mut Ui, icon: Icon, label: &str, chosen: bool) -> Response {
    let tokens = Tokens::of(ui);
    let response = item(ui, icon, label, tokens.text);
    response.widget_info(|| WidgetInfo::selected(Role::MenuItemRadio, ui.is_enabled(), chosen, label));
    if chosen {
        let at = pos2(response.rect.right() - 18.0, response.rect.center().y);
        icons::CHECK.paint(ui.painter(), at, size::ICON_SMALL, tokens.accent_text);
    }
    response
}

fn item(ui: &mut Ui, icon: Icon, label: &str, color: Color32) -> Response {
    let tokens = Tokens::of(ui);
    let color = if ui.is_enabled() { color } else { ui.visuals().disable(color) };
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 32.0), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::MenuItem, ui.is_enabled(), label));
    if response.hovered() || response.has_focus() {
        ui.painter().rect_filled(rect, CornerRadius::same(size::SMALL_RADIUS), tokens.hover);
    }
    icon.paint(ui.painter(), pos2(rect.left() + 18.0, rect.center().y), size::ICON, color);
    let place = (pos2(rect.left() + 36.0, rect.center().y), rect.width() - 44.0);
    paint_elided(ui.painter(), place, Type::Body, color, label);
    focus_ring(ui, &response, rect.shrink(size::FOCUS_RING), size::SMALL_RADIUS);
    // The menu goes by itself after a click of the pointer alone, not after Enter.
    if response.clicked() {
        ui.close();
    }
    response
}

/// A line between two groups of actions.
pub fn menu_line(ui: &mut Ui) {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 9.0), Sense::hover());
    ui.painter().hline(rect.x_range(), rect.center().y, (size::LINE, Tokens::of(ui).line));
}
