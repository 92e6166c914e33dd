//! What the inspector's sections share.

use crate::ui::icon::Icon;
use crate::ui::icons;
use crate::ui::tokens::{Tokens, Type, size};
use crate::ui::widgets::{caption, focus_ring, text};
use eframe::egui::{
    Color32, CornerRadius, Frame, Margin, Response, Role, Sense, Stroke, Ui, WidgetInfo, pos2, vec2,
};

/// Facts begin here.
const KEY_WIDTH: f32 = 88.0;

/// The label of a section, with the room above it.
pub(super) fn section(ui: &mut Ui, label: &str) -> Response {
    ui.add_space(20.0);
    let response = caption(ui, label);
    ui.add_space(size::GAP);
    response
}

/// A place with an edge, for what can be taken from it.
pub(super) fn well<T>(ui: &mut Ui, content: impl FnOnce(&mut Ui) -> T) -> T {
    let tokens = Tokens::of(ui);
    Frame::NONE
        .fill(tokens.bg)
        .stroke(Stroke::new(size::LINE, tokens.line_strong))
        .corner_radius(CornerRadius::same(size::CONTROL_RADIUS))
        .inner_margin(Margin::symmetric(10, 7))
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            content(ui)
        })
        .inner
}

/// A fact: its name in a column of its own, its value beside it.
pub(super) fn fact(ui: &mut Ui, key: &str, value: impl FnOnce(&mut Ui)) {
    let tokens = Tokens::of(ui);
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = 0.0;
        ui.vertical(|ui| {
            ui.set_width(KEY_WIDTH);
            text(ui, Type::Small, tokens.text_2, key);
        });
        ui.vertical(|ui| {
            ui.set_width(ui.available_width());
            value(ui);
        });
    });
    ui.add_space(6.0);
}

pub(super) fn fact_text(ui: &mut Ui, key: &str, value: impl Into<String>) {
    let color = Tokens::of(ui).text;
    fact(ui, key, |ui| {
        text(ui, Type::Small, color, value);
    });
}

/// A text that is copied by a click on it.
pub(super) fn copyable(ui: &mut Ui, name: &str, shown: &str, style: Type) -> Response {
    let tokens = Tokens::of(ui);
    let galley = ui.painter().layout_no_wrap(shown.to_owned(), style.font(), tokens.text);
    let wanted = vec2((galley.size().x + 20.0).min(ui.available_width()), 16.0);
    let (rect, response) = ui.allocate_exact_size(wanted, Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, name));
    let clip = ui.painter().with_clip_rect(rect.intersect(ui.clip_rect()));
    clip.galley(pos2(rect.left(), rect.center().y - galley.size().y / 2.0), galley, tokens.text);
    if response.hovered() || response.has_focus() {
        icons::COPY.paint(ui.painter(), pos2(rect.right() - 7.0, rect.center().y), 13.0, tokens.text_2);
    }
    focus_ring(ui, &response, rect, 2);
    response.on_hover_text(name)
}

/// A card of one colour with its heading, for what needs to be read: a failure, what is not known.
pub(super) fn card(
    ui: &mut Ui,
    (icon, color, ground): (Icon, Color32, Color32),
    heading: &str,
    body: impl FnOnce(&mut Ui),
) {
    ui.add_space(16.0);
    let frame = Frame::NONE
        .fill(ground)
        .corner_radius(CornerRadius::same(size::CARD_RADIUS))
        .inner_margin(Margin::same(12));
    frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = 6.0;
        ui.horizontal(|ui| {
            icon.show(ui, size::ICON, color);
            text(ui, Type::SmallStrong, color, heading);
        });
        body(ui);
    });
}
