//! One attachment as a cell of the grid: a large picture, its name, its state.

use eframe::egui::{Rect, Ui, pos2, vec2};

use super::pick::{self, Spot};
use super::row::{bar_id, thumb_ui};
use super::words;
use crate::domain::attachment::{AttachmentId, State};
use crate::ui::Cx;
use crate::ui::tokens::{Tokens, Type, size};
use crate::ui::widgets::{focus_ring, paint_cut, paint_elided, progress};

pub(super) fn show(ui: &Ui, cx: &mut Cx<'_>, rect: Rect, id: AttachmentId) {
    let rect = rect.shrink(size::HALF);
    let tokens = Tokens::of(ui);
    let picture = Rect::from_min_size(
        rect.min + vec2(size::GAP, size::GAP),
        vec2(rect.width() - 2.0 * size::GAP, rect.height() - 60.0),
    );
    let Some(row) = cx.model.list.rows.get(id).cloned() else {
        ui.painter().rect_filled(picture, size::THUMB_RADIUS, tokens.hover);
        return;
    };
    let spoken = words::spoken(cx, &row);
    let response = pick::respond(ui, cx, Spot { rect, row: &row, spoken });
    thumb_ui(ui, cx, picture, &row);
    let width = picture.width();
    let name = pos2(picture.left(), picture.bottom() + 16.0);
    paint_elided(ui.painter(), (name, width), Type::SmallStrong, tokens.text, &row.name);
    let below = picture.bottom() + 36.0;
    if let Some(meter) = cx.model.list.moving.meters.get(&id).filter(|_| row.state == State::Uploading) {
        let bar = Rect::from_min_size(pos2(picture.left(), below - 2.0), vec2(width, 4.0));
        progress(ui, bar_id(id), bar, meter.fraction(), &row.name);
    } else {
        let told = words::told(cx, &row);
        let color = told.tone.color(tokens);
        told.icon.paint(ui.painter(), pos2(picture.left() + 6.0, below), 14.0, color);
        let place = (pos2(picture.left() + 18.0, below), width - 18.0);
        paint_cut(ui.painter(), place, Type::Small, color, &told.line);
    }
    focus_ring(ui, &response, rect.shrink(size::FOCUS_RING), size::CONTROL_RADIUS - 2);
}
