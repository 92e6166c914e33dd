//! Painting pictures: fitted, on a ground that shows what is transparent.

use eframe::egui::{CornerRadius, Image, Mesh, Rect, TextureHandle, Ui, Vec2, pos2};

use super::tokens::Tokens;

/// A side of a square of the ground under what is transparent.
const CHECK: f32 = 8.0;

/// The largest place of this shape in the middle of another; never larger than the picture has pixels, twice.
pub(super) fn fitted(picture: Vec2, within: Rect) -> Rect {
    let room = within.size() / picture.max(Vec2::splat(1.0));
    Rect::from_center_size(within.center(), picture * room.min_elem().min(2.0))
}

pub(super) fn paint(ui: &Ui, texture: &TextureHandle, rect: Rect, (opaque, radius): (bool, u8)) {
    if !opaque {
        checks(ui, rect.shrink(1.0).intersect(ui.clip_rect()), radius);
    }
    Image::from_texture((texture.id(), rect.size()))
        .corner_radius(CornerRadius::same(radius))
        .paint_at(ui, rect);
}

/// A calm ground under what may be transparent.
fn checks(ui: &Ui, rect: Rect, radius: u8) {
    let tokens = Tokens::of(ui);
    ui.painter().rect_filled(rect, CornerRadius::same(radius), tokens.bg);
    let mut mesh = Mesh::default();
    let mut y = rect.top();
    let mut odd = false;
    while y < rect.bottom() {
        let mut x = if odd { rect.left() + CHECK } else { rect.left() };
        while x < rect.right() {
            let square = Rect::from_min_size(pos2(x, y), Vec2::splat(CHECK)).intersect(rect);
            mesh.add_colored_rect(square, tokens.hover);
            x += 2.0 * CHECK;
        }
        y += CHECK;
        odd = !odd;
    }
    ui.painter().add(mesh);
}
