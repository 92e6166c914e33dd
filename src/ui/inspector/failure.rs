//! What went wrong, in all its layers, and what to do about it.

use eframe::egui::{Align, Layout, Ui, vec2};

use super::parts::card;
use crate::domain::error::Failure;
use crate::domain::file_name;
use crate::model::{Action, Transfer, links as out};
use crate::store::Row;
use crate::transfer::Scope;
use crate::ui::Cx;
use crate::ui::icons;
use crate::ui::tokens::{Tokens, Type, size};
use crate::ui::widgets::{Button, text};

/// A raw cause that is shown; the copy has all of it.
const CAUSE_CHARS: usize = 2_000;
/// Both buttons beside each other.
const BUTTONS_WIDTH: f32 = 220.0;

pub(super) fn show(ui: &mut Ui, cx: &mut Cx<'_>, row: &Row) {
    let Some(failure) = &row.failure else { return };
    let tokens = Tokens::of(ui);
    let look = (icons::WARNING_CIRCLE_FILL, tokens.error_text, tokens.error_ground);
    card(ui, look, cx.texts.get("section-failed"), |ui| {
        layers_ui(ui, cx, failure);
        ui.add_space(2.0);
        let side_by_side = ui.available_width() >= BUTTONS_WIDTH;
        let layout =
            if side_by_side { Layout::left_to_right(Align::Center) } else { Layout::top_down(Align::Min) };
        ui.allocate_ui_with_layout(vec2(ui.available_width(), size::SMALL), layout, |ui| {
            ui.spacing_mut().item_spacing = vec2(size::GAP, size::HALF);
            buttons_ui(ui, cx, row);
        });
    });
}

fn layers_ui(ui: &mut Ui, cx: &Cx<'_>, failure: &Failure) {
    let tokens = Tokens::of(ui);
    if let Some(asked) = &failure.asked {
        text(ui, Type::Small, tokens.text_2, file_name::display(asked));
    }
    text(ui, Type::Strong, tokens.text, sentence(&failure.broke));
    if let Some(advice) = &failure.advice {
        text(ui, Type::Body, tokens.text, advice);
    }
    cause_ui(ui, cx, failure);
}

/// What the system or the service said, as it said it.
pub(super) fn cause_ui(ui: &mut Ui, cx: &Cx<'_>, failure: &Failure) {
    let tokens = Tokens::of(ui);
    let status = failure
        .http_status
        .map(|status| cx.texts.with("failed-status", &[("status", status.to_string().as_str().into())]));
    let heading: Vec<String> =
        [Some(cx.texts.get("failed-cause").to_owned()), status].into_iter().flatten().collect();
    if let Some(cause) = &failure.cause {
        ui.add_space(2.0);
        text(ui, Type::SmallStrong, tokens.text_2, heading.join(" · "));
        let shown: String = cause.chars().take(CAUSE_CHARS).collect();
        text(ui, Type::Mono, tokens.text, shown);
    }
}

fn sentence(broke: &str) -> String {
    if broke.ends_with(['.', '!', '?', '…']) { broke.to_owned() } else { format!("{broke}.") }
}

fn buttons_ui(ui: &mut Ui, cx: &mut Cx<'_>, row: &Row) {
    if Button::plain(cx.texts.get("retry")).icon(icons::ARROW_CLOCKWISE).small().show(ui).clicked() {
        cx.push(Action::Transfer(Transfer::Retry(Scope::One(row.id))));
    }
    if Button::quiet(cx.texts.get("copy-details")).icon(icons::COPY).small().show(ui).clicked() {
        copy_details(cx, row);
    }
}

pub(super) fn copy_details(cx: &mut Cx<'_>, row: &Row) {
    let Some(failure) = &row.failure else { return };
    let text = details(row, failure);
    cx.push(Action::Links(out::Action::CopyText { text, secret: false, told: "details-copied" }));
}

/// Everything, for somebody who helps.
fn details(row: &Row, failure: &Failure) -> String {
    let mut lines = vec![failure.to_string()];
    lines.push(format!("File: {}", row.name));
    lines.push(format!("Target: {} ({})", row.profile, row.service));
    if let Some(step) = failure.step {
        lines.push(format!("Step: {}", step.as_str()));
    }
    if let Some(status) = failure.http_status {
        lines.push(format!("HTTP status: {status}"));
    }
    lines.push(format!("Attempts: {}", row.attempts));
    lines.push(format!("Affix {}", env!("CARGO_PKG_VERSION")));
    lines.join("\n")
}
