//! One icon of the icon fonts.

use eframe::egui::{Align2, Color32, FontFamily, FontId, Painter, Pos2, Response, Sense, Ui, Vec2};

use super::tokens::family;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Icon {
    pub code: char,
    pub weight: Weight,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    Regular,
    Fill,
    Bold,
}

impl Icon {
    #[must_use]
    pub fn font(self, size: f32) -> FontId {
        let name = match self.weight {
            Weight::Regular => family::ICONS,
            Weight::Fill => family::ICONS_FILL,
            Weight::Bold => family::ICONS_BOLD,
        };
        FontId::new(size, FontFamily::Name(name.into()))
    }

    /// Paints it around a point.
    pub fn paint(self, painter: &Painter, center: Pos2, size: f32, color: Color32) {
        painter.text(center, Align2::CENTER_CENTER, self.code, self.font(size), color);
    }

    /// Adds it as decoration: nothing that a screen reader names.
    pub fn show(self, ui: &mut Ui, size: f32, color: Color32) -> Response {
        let (rect, response) = ui.allocate_exact_size(Vec2::splat(size), Sense::hover());
        self.paint(ui.painter(), rect.center(), size, color);
        response
    }
}
