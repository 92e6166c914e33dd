//! All services as cards: what a new target begins with.

use eframe::egui::{Align, CornerRadius, Frame, Layout, Margin, Stroke, Ui, vec2};

use super::{begin, tile, words};
use crate::domain::describe::Description;
use crate::model::Action;
use crate::model::targets::Action as Do;
use crate::transfer::profiles::manage::offered;
use crate::ui::tokens::{Tokens, Type, size};
use crate::ui::widgets::{Button, caption, text};
use crate::ui::{Cx, icons};

/// A card is at least this wide.
const CARD: f32 = 300.0;
const GUTTER: f32 = 12.0;

pub(super) fn show(ui: &mut Ui, cx: &mut Cx<'_>) {
    let tokens = Tokens::of(ui);
    Frame::NONE.inner_margin(Margin::symmetric(32, 24)).show(ui, |ui| {
        text(ui, Type::Title, tokens.text, cx.texts.get("target-gallery"));
        text(ui, Type::Body, tokens.text_2, cx.texts.get("target-gallery-line"));
        ui.add_space(size::GAP);
        cards(ui, cx, &offered().collect::<Vec<_>>());
    });
}

/// Some of the services beneath a form.
pub(super) fn add_another(ui: &mut Ui, cx: &mut Cx<'_>) {
    let used = |service: &&Description| {
        !cx.model.targets.all.iter().any(|target| target.profile.service == service.id)
    };
    let unused: Vec<_> = offered().filter(used).take(2).collect();
    if unused.is_empty() {
        return;
    }
    ui.add_space(size::EDGE);
    caption(ui, cx.texts.get("target-add-another"));
    cards(ui, cx, &unused);
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a window is a few cards wide"
)]
fn cards(ui: &mut Ui, cx: &mut Cx<'_>, services: &[&'static Description]) {
    let whole = ui.available_width();
    let columns = (((whole + GUTTER) / (CARD + GUTTER)).floor() as usize).max(1);
    let width = ((whole + GUTTER) / columns as f32 - GUTTER).floor();
    for row in services.chunks(columns) {
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = GUTTER;
            for service in row {
                ui.allocate_ui_with_layout(vec2(width, 0.0), Layout::top_down(Align::Min), |ui| {
                    card(ui, cx, service);
                });
            }
        });
        ui.add_space(size::HALF);
    }
}

fn card(ui: &mut Ui, cx: &mut Cx<'_>, service: &'static Description) {
    let tokens = Tokens::of(ui);
    let frame = Frame::NONE
        .fill(tokens.bg)
        .stroke(Stroke::new(size::LINE, tokens.line))
        .corner_radius(CornerRadius::same(size::CARD_RADIUS))
        .inner_margin(Margin::same(14));
    let name = words::name(cx.texts, service);
    frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.horizontal_top(|ui| {
            tile::show(ui, 36.0, words::icon(Some(service)));
            ui.add_space(size::HALF);
            ui.vertical(|ui| {
                ui.spacing_mut().item_spacing.y = 2.0;
                ui.set_min_height(54.0);
                text(ui, Type::Strong, tokens.text, name);
                text(ui, Type::Small, tokens.text_2, words::line(cx.texts, service));
            });
        });
        ui.horizontal(|ui| {
            ui.add_space(52.0);
            let add = cx.texts.with("target-add", &[("service", name.into())]);
            if Button::plain(cx.texts.get("add")).name(&add).small().show(ui).clicked() {
                begin(cx, service.id);
            }
            let try_it = cx.texts.with("target-try", &[("service", name.into())]);
            let button =
                Button::quiet(cx.texts.get("try-in-sandbox")).name(&try_it).icon(icons::FLASK).small();
            if button.show(ui).clicked() {
                cx.push(Action::Targets(Do::Demo(service.id)));
            }
        });
    });
}
