//! A service's icon on a ground of the accent.

use eframe::egui::{CornerRadius, Painter, Rect, Sense, Ui, Vec2};

use crate::ui::icon::Icon;
use crate::ui::tokens::{Tokens, size};

pub(super) fn paint(painter: &Painter, tokens: &Tokens, rect: Rect, icon: Icon) {
    let radius = if rect.width() < 32.0 { size::SMALL_RADIUS } else { size::CARD_RADIUS };
    painter.rect_filled(rect, CornerRadius::same(radius), tokens.accent_ground);
    icon.paint(painter, rect.center(), (rect.width() * 0.5).max(14.0), tokens.accent_text);
}

pub(super) fn show(ui: &mut Ui, side: f32, icon: Icon) {
    let (rect, _) = ui.allocate_exact_size(Vec2::splat(side), Sense::hover());
    paint(ui.painter(), Tokens::of(ui), rect, icon);
}
