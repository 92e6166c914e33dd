//! What happened elsewhere, at the foot of the window for a few seconds; those under the pointer stay.

use eframe::egui::accesskit::Live;
use eframe::egui::{
    Align, Align2, Area, Color32, Context, CornerRadius, Frame, Id, Layout, Margin, Order, Role, Stroke, Ui,
    vec2,
};

use super::icon::Icon;
use super::text::Value;
use super::tokens::{Tokens, Type, size};
use super::widgets::{Button, IconButton, text};
use super::{Cx, icons};
use crate::domain::error::Failure;
use crate::model::toasts::Toast;
use crate::model::{Action, Notice, links};

const WIDTH: f32 = 440.0;

pub(super) fn show(ctx: &Context, cx: &mut Cx<'_>) {
    let model = cx.model;
    if model.toasts.shown.is_empty() {
        return;
    }
    let area = Area::new(Id::unique("toasts"))
        .order(Order::Tooltip)
        .anchor(Align2::CENTER_BOTTOM, vec2(0.0, -(size::FOOT + size::EDGE)));
    let shown = area.show(ctx, |ui| {
        ui.ctx().accesskit_node_builder(ui.unique_id(), |node| {
            node.set_role(Role::Status);
            node.set_live(Live::Polite);
        });
        ui.spacing_mut().item_spacing.y = size::GAP;
        for toast in &model.toasts.shown {
            ui.push_id(toast.id, |ui| toast_ui(ui, cx, toast));
        }
    });
    let over = shown.response.contains_pointer();
    if over != model.toasts.held {
        cx.push(Action::HoldToasts(over));
    }
}

fn toast_ui(ui: &mut Ui, cx: &mut Cx<'_>, toast: &Toast) {
    let (tokens, texts) = (Tokens::of(ui), cx.texts);
    let (icon, color) = match &toast.notice {
        Notice::Text { .. } => (icons::INFO_FILL, tokens.accent_text),
        Notice::Failure(_) => (icons::WARNING_CIRCLE_FILL, tokens.error_text),
    };
    card(ui, (icon, color), |ui| {
        if IconButton::new(icons::X, texts.get("close")).small().show(ui).clicked() {
            cx.push(Action::CloseToast(toast.id));
        }
        if let Notice::Failure(failure) = &toast.notice
            && Button::quiet(texts.get("copy-details")).small().show(ui).clicked()
        {
            let whole = failure.to_string();
            cx.push(Action::Links(links::Action::CopyText {
                text: whole,
                secret: false,
                told: "details-copied",
            }));
        }
        ui.with_layout(Layout::top_down(Align::Min), |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            match &toast.notice {
                Notice::Text { key, values } => words(ui, &said(cx, key, values), tokens.text),
                Notice::Failure(failure) => failed(ui, cx, failure),
            }
        });
    });
}

fn failed(ui: &mut Ui, cx: &Cx<'_>, failure: &Failure) {
    let tokens = Tokens::of(ui);
    words(ui, &cx.texts.failure(failure), tokens.text);
    if let Some(advice) = &failure.advice {
        text(ui, Type::Small, tokens.text_2, advice);
    }
}

fn words(ui: &mut Ui, what: &str, color: Color32) {
    ui.add_space(4.0);
    text(ui, Type::Body, color, what);
    ui.add_space(4.0);
}

/// Values of a notice that are numbers; any other may look like one, such as a file's name.
const COUNTS: [&str; 3] = ["count", "expired", "without"];

/// A notice in words, its numbers as such, so that their nouns fit.
fn said(cx: &Cx<'_>, key: &str, values: &[(&'static str, String)]) -> String {
    let values: Vec<_> = values
        .iter()
        .map(|(name, text)| match text.parse::<u64>() {
            Ok(number) if COUNTS.contains(name) => (*name, Value::Number(number)),
            _ => (*name, Value::Text(text)),
        })
        .collect();
    cx.texts.with(key, &values)
}

/// The frame of a toast: its icon, then what `contents` lays out from the right.
fn card(ui: &mut Ui, (icon, color): (Icon, Color32), contents: impl FnOnce(&mut Ui)) {
    let tokens = Tokens::of(ui);
    let frame = Frame::NONE
        .fill(tokens.bg)
        .stroke(Stroke::new(size::LINE, tokens.line_strong))
        .corner_radius(CornerRadius::same(size::CARD_RADIUS))
        .shadow(ui.visuals().popup_shadow)
        .inner_margin(Margin { left: 14, right: 8, top: 6, bottom: 6 });
    let room = ui.ctx().content_rect().width() - 2.0 * size::EDGE;
    frame.show(ui, |ui| {
        ui.set_width(WIDTH.min(room) - 22.0);
        ui.horizontal_top(|ui| {
            ui.vertical(|ui| {
                ui.add_space(5.0);
                icon.show(ui, size::ICON_LARGE, color);
            });
            ui.with_layout(Layout::right_to_left(Align::Min), contents);
        });
    });
}
