//! A word on a ground: visibility, expiry. Its tone is never all that tells it apart.

use eframe::egui::{
    Color32, CornerRadius, Painter, Pos2, Rect, Response, Role, Sense, Ui, WidgetInfo, pos2, vec2,
};

use crate::ui::icon::Icon;
use crate::ui::tokens::{Tokens, Type};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    Neutral,
    Accent,
    Ok,
    Warn,
    Error,
}

impl Tone {
    /// Text and ground.
    #[must_use]
    pub fn colors(self, tokens: &Tokens) -> (Color32, Color32) {
        match self {
            Self::Neutral => (tokens.text_2, tokens.hover),
            Self::Accent => (tokens.accent_text, tokens.accent_ground),
            Self::Ok => (tokens.ok_text, tokens.ok_ground),
            Self::Warn => (tokens.warn_text, tokens.warn_ground),
            Self::Error => (tokens.error_text, tokens.error_ground),
        }
    }
}

/// A badge, 18 points high.
pub fn badge(ui: &mut Ui, tone: Tone, icon: Option<Icon>, label: &str) -> Response {
    let width = wide(ui.painter(), icon, label);
    let (rect, response) = ui.allocate_exact_size(vec2(width, HEIGHT), Sense::hover());
    paint_badge(ui, rect.left_center(), tone, (icon, label));
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, label));
    response
}

/// Paints one into a row that paints itself, its left edge's centre at `at`; answers its width.
pub fn paint_badge(ui: &Ui, at: Pos2, tone: Tone, (icon, label): (Option<Icon>, &str)) -> f32 {
    let (color, ground) = tone.colors(Tokens::of(ui));
    let width = wide(ui.painter(), icon, label);
    let rect = Rect::from_min_size(pos2(at.x, (at.y - HEIGHT / 2.0).round()), vec2(width, HEIGHT));
    ui.painter().rect_filled(rect, CornerRadius::same(4), ground);
    if let Some(icon) = icon {
        icon.paint(ui.painter(), pos2(rect.left() + 13.0, rect.center().y), 12.0, color);
    }
    let galley = ui.painter().layout_no_wrap(label.to_owned(), Type::SmallStrong.font(), color);
    let at = pos2(rect.left() + EDGE + icon_wide(icon), rect.center().y - galley.size().y / 2.0);
    ui.painter().galley(at, galley, color);
    width
}

const HEIGHT: f32 = 18.0;
const EDGE: f32 = 6.0;

fn icon_wide(icon: Option<Icon>) -> f32 {
    if icon.is_some() { 16.0 } else { 0.0 }
}

fn wide(painter: &Painter, icon: Option<Icon>, label: &str) -> f32 {
    let text = painter.layout_no_wrap(label.to_owned(), Type::SmallStrong.font(), Color32::PLACEHOLDER);
    if label.is_empty() { 26.0 } else { text.size().x + icon_wide(icon) + 2.0 * EDGE }
}
