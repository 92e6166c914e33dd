//! A word on a ground: visibility, expiry. Its tone is never all that tells it apart.

use eframe::egui::{Color32, CornerRadius, Response, Role, Sense, Ui, WidgetInfo, pos2, vec2};

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
    let (color, ground) = tone.colors(Tokens::of(ui));
    let galley = ui.painter().layout_no_wrap(label.to_owned(), Type::SmallStrong.font(), color);
    let icon_width = if icon.is_some() { 16.0 } else { 0.0 };
    let wanted = vec2(galley.size().x + icon_width + 12.0, 18.0);
    let (rect, response) = ui.allocate_exact_size(wanted, Sense::hover());
    ui.painter().rect_filled(rect, CornerRadius::same(4), ground);
    if let Some(icon) = icon {
        icon.paint(ui.painter(), pos2(rect.left() + 13.0, rect.center().y), 12.0, color);
    }
    let at = pos2(rect.left() + 6.0 + icon_width, rect.center().y - galley.size().y / 2.0);
    ui.painter().galley(at, galley, color);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, label));
    response
}
