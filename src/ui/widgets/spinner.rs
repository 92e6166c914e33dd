//! That something is going on, in a turning arc; redrawn ten times a second.

use std::f32::consts::TAU;
use std::time::Duration;

use eframe::egui::{Response, Role, Sense, Shape, Stroke, Ui, Vec2, WidgetInfo, vec2};

use crate::ui::tokens::{Tokens, size};

/// Steps of one turn.
const STEPS: f64 = 10.0;
const POINTS: u8 = 20;

/// `name` says what is going on.
pub fn spinner(ui: &mut Ui, name: &str) -> Response {
    let (rect, response) = ui.allocate_exact_size(Vec2::splat(size::ICON_LARGE), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::ProgressIndicator, true, name));
    let time = ui.input(|input| input.time);
    let step = (time * STEPS).floor().rem_euclid(STEPS);
    #[expect(clippy::cast_possible_truncation, reason = "below 1")]
    let from = (step / STEPS) as f32 * TAU;
    let arc = (0..=POINTS).map(|point| {
        let angle = from + 0.75 * TAU * f32::from(point) / f32::from(POINTS);
        rect.center() + 6.0 * vec2(angle.cos(), angle.sin())
    });
    ui.painter().add(Shape::line(arc.collect(), Stroke::new(2.0, Tokens::of(ui).text_2)));
    ui.ctx().request_repaint_after(Duration::from_millis(100));
    response
}
