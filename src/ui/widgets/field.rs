//! Text fields and choices with an edge, 36 points high.

use eframe::egui::{
    self, CornerRadius, Frame, Id, Margin, Popup, PopupCloseBehavior, Rect, Response, Role, Sense, Stroke,
    StrokeKind, TextEdit, Ui, WidgetInfo, pos2, vec2,
};

use super::label::paint_elided;
use super::{focus_ring, popup, ring};
use crate::ui::icons;
use crate::ui::tokens::{Tokens, Type, size};

/// A text field. Its accessible name is not its label on the screen but the same word.
#[derive(Debug)]
#[must_use = "a field is drawn by `show`"]
pub struct Field<'a> {
    name: &'a str,
    hint: &'a str,
    id: Option<Id>,
    width: Option<f32>,
    secret: bool,
    rows: usize,
    wrong: bool,
    mono: bool,
    left: f32,
    right: f32,
}

impl<'a> Field<'a> {
    pub fn new(name: &'a str) -> Self {
        Self {
            name,
            hint: "",
            id: None,
            width: None,
            secret: false,
            rows: 1,
            wrong: false,
            mono: false,
            left: 10.0,
            right: 10.0,
        }
    }

    pub fn hint(mut self, hint: &'a str) -> Self {
        self.hint = hint;
        self
    }

    pub fn id(mut self, id: Id) -> Self {
        self.id = Some(id);
        self
    }

    pub fn width(mut self, width: f32) -> Self {
        self.width = Some(width);
        self
    }

    /// Shows bullets.
    pub fn secret(mut self) -> Self {
        self.secret = true;
        self
    }

    pub fn rows(mut self, rows: usize) -> Self {
        self.rows = rows;
        self
    }

    /// Its content is refused: a red edge. The reason stands beneath, in words.
    pub fn wrong(mut self, wrong: bool) -> Self {
        self.wrong = wrong;
        self
    }

    pub fn mono(mut self) -> Self {
        self.mono = true;
        self
    }

    /// Room inside, left and right, for icons painted over it.
    pub fn inset(mut self, left: f32, right: f32) -> Self {
        (self.left, self.right) = (left, right);
        self
    }

    #[expect(clippy::cast_possible_truncation, reason = "margins are small")]
    pub fn show(self, ui: &mut Ui, text: &mut String) -> Response {
        let tokens = Tokens::of(ui);
        let width = self.width.unwrap_or_else(|| ui.available_width());
        let style = if self.mono { Type::Mono } else { Type::Body };
        let line = ui.fonts_mut(|fonts| fonts.row_height(&style.font()));
        let above = ((size::CONTROL - line) / 2.0).floor() as i8;
        let margin = Margin { left: self.left as i8, right: self.right as i8, top: above, bottom: above };
        let edit = if self.rows > 1 { TextEdit::multiline(text) } else { TextEdit::singleline(text) };
        let mut edit = edit
            .hint_text(egui::RichText::new(self.hint).color(tokens.text_3))
            .password(self.secret)
            .font(style.font())
            .desired_rows(self.rows)
            .desired_width(width)
            // A frame of one's own has its margin in it.
            .frame(Frame::NONE.inner_margin(margin));
        if let Some(id) = self.id {
            edit = edit.id(id);
        }
        let ground = ui.painter().add(egui::Shape::Noop);
        let response = ui.add(edit);
        let name = self.name.to_owned();
        ui.ctx().accesskit_node_builder(response.id, |node| node.set_label(name));
        let rect = response.rect;
        let edge = if self.wrong { tokens.error_text } else { tokens.line_strong };
        let stroke = Stroke::new(size::LINE, edge);
        let radius = CornerRadius::same(size::CONTROL_RADIUS);
        ui.painter()
            .set(ground, egui::epaint::RectShape::new(rect, radius, tokens.bg, stroke, StrokeKind::Inside));
        // Whatever has the caret shows it, however it got it.
        ring(ui, &response, rect, size::CONTROL_RADIUS);
        response
    }
}

/// A choice from a list that drops down. `name` is its accessible name; answers the index that was chosen.
pub fn select(ui: &mut Ui, name: &str, width: f32, labels: &[&str], chosen: usize) -> Option<usize> {
    let tokens = Tokens::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(width, size::CONTROL), Sense::click());
    let shown = labels.get(chosen).copied().unwrap_or_default();
    let enabled = ui.is_enabled();
    response.widget_info(|| {
        let mut info = WidgetInfo::labeled(Role::ComboBox, enabled, name);
        info.current_text_value = Some(shown.to_owned());
        info
    });
    let fill = if response.hovered() { tokens.hover } else { tokens.bg };
    let edge = Stroke::new(size::LINE, tokens.line_strong);
    ui.painter().rect(rect, CornerRadius::same(size::CONTROL_RADIUS), fill, edge, StrokeKind::Inside);
    let place = (pos2(rect.left() + 12.0, rect.center().y), rect.width() - 44.0);
    paint_elided(ui.painter(), place, Type::Body, tokens.text, shown);
    icons::CARET_DOWN.paint(ui.painter(), pos2(rect.right() - 18.0, rect.center().y), 14.0, tokens.text_2);
    focus_ring(ui, &response, rect, size::CONTROL_RADIUS);
    let mut picked = None;
    let menu = Popup::menu(&response).width(width).close_behavior(PopupCloseBehavior::CloseOnClick);
    popup::show(menu, &response, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        egui::ScrollArea::vertical().max_height(320.0).show(ui, |ui| {
            for (index, label) in labels.iter().enumerate() {
                if choice(ui, label, index == chosen).clicked() {
                    picked = Some(index);
                }
            }
        });
    });
    picked
}

/// One line of a drop-down list.
pub fn choice(ui: &mut Ui, label: &str, chosen: bool) -> Response {
    let tokens = Tokens::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 32.0), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::RadioButton, true, chosen, label));
    if response.hovered() || response.has_focus() {
        ui.painter().rect_filled(rect, CornerRadius::same(size::SMALL_RADIUS), tokens.hover);
    }
    let place = (pos2(rect.left() + 10.0, rect.center().y), rect.width() - 44.0);
    paint_elided(ui.painter(), place, Type::Body, tokens.text, label);
    if chosen {
        let check: Rect = rect.with_min_x(rect.right() - 30.0);
        icons::CHECK.paint(ui.painter(), check.center(), 14.0, tokens.accent_text);
    }
    focus_ring(ui, &response, rect.shrink(size::FOCUS_RING), size::SMALL_RADIUS);
    if response.clicked() {
        ui.close();
    }
    response
}
