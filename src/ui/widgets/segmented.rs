//! One of a few: the formats of a link.

use eframe::egui::{CornerRadius, Rect, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};

use super::focus_ring;
use crate::ui::tokens::{Tokens, Type, size};

/// Draws the labels side by side over the whole width; answers the one that was clicked.
pub fn segmented(ui: &mut Ui, labels: &[&str], chosen: usize) -> Option<usize> {
    let tokens = Tokens::of(ui);
    let wanted = vec2(ui.available_width(), 30.0);
    let (whole, _) = ui.allocate_exact_size(wanted, Sense::hover());
    let radius = CornerRadius::same(size::SMALL_RADIUS);
    let edge = Stroke::new(size::LINE, tokens.line_strong);
    ui.painter().rect(whole, radius, tokens.bg, edge, StrokeKind::Inside);
    let font = Type::SmallStrong.font();
    let galleys: Vec<_> = labels
        .iter()
        .map(|label| ui.painter().layout_no_wrap((*label).to_owned(), font.clone(), tokens.text_2))
        .collect();
    let text: f32 = galleys.iter().map(|galley| galley.size().x).sum();
    let spare = ((whole.width() - text) / labels.iter().map(|_| 1.0).sum::<f32>().max(1.0)).max(4.0);
    let mut clicked = None;
    let mut x = whole.left();
    for (index, (label, galley)) in labels.iter().zip(galleys).enumerate() {
        let rect = Rect::from_min_size(pos2(x, whole.top()), vec2(galley.size().x + spare, whole.height()));
        x = rect.right();
        let response =
            ui.interact(rect, ui.scope_id().with(("segment", whole.min.x.to_bits(), *label)), Sense::click());
        let selected = index == chosen;
        response.widget_info(|| WidgetInfo::selected(Role::RadioButton, true, selected, *label));
        if selected {
            ui.painter().rect_filled(rect.shrink(size::LINE), radius, tokens.accent_ground);
        } else if response.hovered() {
            ui.painter().rect_filled(rect.shrink(size::LINE), radius, tokens.hover);
        }
        let color = if selected { tokens.accent_text } else { tokens.text_2 };
        ui.painter().galley_with_override_text_color(rect.center() - galley.size() / 2.0, galley, color);
        focus_ring(ui, &response, rect, size::SMALL_RADIUS);
        if response.clicked() {
            clicked = Some(index);
        }
    }
    clicked
}
