//! A thin bar that carries its value.

use eframe::egui::{CornerRadius, Rect, Role, Ui, WidgetInfo, vec2};

use crate::ui::tokens::Tokens;

/// Paints a bar into the rectangle. `fraction` from 0 to 1; `name` says what moves.
pub fn progress(ui: &Ui, id: eframe::egui::Id, rect: Rect, fraction: f32, name: &str) {
    let tokens = Tokens::of(ui);
    let fraction = fraction.clamp(0.0, 1.0);
    let radius = CornerRadius::same(2);
    ui.painter().rect_filled(rect, radius, tokens.track);
    let done = Rect::from_min_size(rect.min, vec2(rect.width() * fraction, rect.height()));
    if done.width() > 0.5 {
        ui.painter().rect_filled(done, radius, tokens.accent);
    }
    let response = ui.interact(rect, id, eframe::egui::Sense::hover());
    response.widget_info(|| {
        let mut info = WidgetInfo::labeled(Role::ProgressIndicator, true, name);
        info.value = Some(f64::from(fraction * 100.0).round());
        info
    });
}
