//! A link as a QR code: black on white in both themes, with the quiet zone that readers need.

use eframe::egui::{Context, CornerRadius, Mesh, Rect, Role, Sense, Ui, Vec2, WidgetInfo, pos2, vec2};
use qrcode::{Color, QrCode};

use super::links;
use crate::ui::Cx;
use crate::ui::tokens::{self, Tokens, Type, size};
use crate::ui::widgets::{Button, Sheet, elided, text};

/// Modules of white around the code.
const QUIET: u8 = 4;
const CARD: f32 = 336.0;
const CODE: f32 = 272.0;

/// A code that is shown.
#[derive(Debug)]
pub(super) struct Card {
    link: String,
    side: u8,
    /// Row by row.
    dark: Vec<bool>,
}

impl Card {
    /// None where the link is too long for a code.
    pub(super) fn new(link: &str) -> Option<Self> {
        let code = QrCode::new(link).ok()?;
        let side = u8::try_from(code.width()).ok()?;
        let dark = code.into_colors().into_iter().map(|color| color == Color::Dark).collect();
        Some(Self { link: link.to_owned(), side, dark })
    }
}

pub(super) fn show(ctx: &Context, cx: &mut Cx<'_>) {
    let Some(card) = &cx.state.inspector.qr else { return };
    let tokens = Tokens::in_context(ctx);
    let hint = if links::is_local(&card.link) { "qr-code-local" } else { "qr-code-hint" };
    let mut done = false;
    let closed = Sheet::new("qr-code", cx.texts.get("qr-code")).width(CARD).show(ctx, |ui| {
        ui.spacing_mut().item_spacing.y = size::GAP;
        ui.vertical_centered(|ui| code_ui(ui, card));
        elided(ui, Type::Mono, tokens.text, &card.link);
        text(ui, Type::Small, tokens.text_2, cx.texts.get(hint));
        done = Button::plain(cx.texts.get("close")).show(ui).clicked();
    });
    if closed || done {
        cx.state.inspector.qr = None;
    }
}

fn code_ui(ui: &mut Ui, card: &Card) {
    let (rect, response) = ui.allocate_exact_size(Vec2::splat(CODE), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &card.link));
    ui.painter().rect_filled(rect, CornerRadius::same(size::CONTROL_RADIUS), tokens::PAPER);
    // Whole pixels, or a reader sees seams between the modules.
    let scale = ui.pixels_per_point();
    let module = (CODE * scale / f32::from(card.side + 2 * QUIET)).floor().max(1.0) / scale;
    let code = f32::from(card.side) * module;
    let corner = rect.center() - Vec2::splat(code / 2.0);
    let corner = pos2((corner.x * scale).round() / scale, (corner.y * scale).round() / scale);
    let mut mesh = Mesh::default();
    let rows = card.dark.chunks(usize::from(card.side));
    for (y, row) in (0_u8..).zip(rows) {
        for (x, _) in (0_u8..).zip(row).filter(|(_, dark)| **dark) {
            let at = corner + vec2(f32::from(x), f32::from(y)) * module;
            mesh.add_colored_rect(Rect::from_min_size(at, Vec2::splat(module)), tokens::INK);
        }
    }
    ui.painter().add(mesh);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_gives_a_square_and_one_that_is_too_long_gives_none() {
        let card = Card::new("https://a.example/f/1").unwrap();
        assert_eq!(card.dark.len(), usize::from(card.side) * usize::from(card.side));
        // The finder patterns' corners.
        assert!(card.dark[0] && card.dark[usize::from(card.side) - 1]);
        assert!(Card::new(&"x".repeat(5_000)).is_none());
    }
}
