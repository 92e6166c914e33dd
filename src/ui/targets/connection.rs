//! The card of a connection test: each request in words, then what came of it.

use eframe::egui::{Align, CornerRadius, Frame, Layout, Margin, Sense, Stroke, Ui, pos2, vec2};
use url::Url;

use crate::domain::attachment::Activity;
use crate::domain::error::{Failure, Kind};
use crate::model::targets::{Subject, Trial, TrialState};
use crate::ui::icon::Icon;
use crate::ui::text::Texts;
use crate::ui::tokens::{Tokens, Type, size};
use crate::ui::widgets::{Tone, caption, text};
use crate::ui::{Cx, icons};

pub(super) fn show(ui: &mut Ui, cx: &Cx<'_>, subject: &Subject) {
    let Some(trial) = cx.model.targets.trial.as_ref().filter(|trial| trial.subject == *subject) else {
        return;
    };
    card_ui(ui, cx.texts.get("connection"), |ui| {
        steps_ui(ui, cx.texts, trial);
        end_ui(ui, cx.texts, trial);
    });
}

/// Why a form could not be saved.
pub(super) fn not_saved_ui(ui: &mut Ui, texts: &Texts, failure: &Failure) {
    card_ui(ui, texts.get("target-not-saved"), |ui| failure_ui(ui, texts, failure));
}

fn card_ui(ui: &mut Ui, title: &str, inside: impl FnOnce(&mut Ui)) {
    let tokens = Tokens::of(ui);
    let card = Frame::NONE
        .fill(tokens.panel)
        .stroke(Stroke::new(size::LINE, tokens.line))
        .corner_radius(CornerRadius::same(size::CARD_RADIUS))
        .inner_margin(Margin::symmetric(14, 12));
    ui.add_space(size::GAP);
    card.show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = size::HALF;
        caption(ui, title);
        inside(ui);
    });
}

fn steps_ui(ui: &mut Ui, texts: &Texts, trial: &Trial) {
    let mut reached: Vec<String> = Vec::new();
    for step in &trial.steps {
        let url = Url::parse(&step.url).ok();
        let host = url.as_ref().and_then(Url::host_str).unwrap_or_default().to_owned();
        let millis = texts.with("millis", &[("count", step.took_ms.into())]);
        let Some(status) = step.status else {
            let told = texts.with("connection-unreached", &[("host", (&host).into())]);
            line(ui, Tone::Error, &told, &millis);
            continue;
        };
        if !reached.contains(&host) {
            line(ui, Tone::Ok, &texts.with("connection-reached", &[("host", (&host).into())]), &millis);
            reached.push(host);
        }
        let (tone, key) = answer(status);
        let asked = format!("{} {}", step.method, url.as_ref().map_or(step.url.as_str(), Url::path));
        let told = texts.with(key, &[("asked", (&asked).into())]);
        line(ui, tone, &told, &right_of(step, &millis));
    }
}

fn right_of(step: &Activity, millis: &str) -> String {
    step.status.map_or_else(|| millis.to_owned(), |status| format!("{status} · {millis}"))
}

/// An answer's status in words.
fn answer(status: u16) -> (Tone, &'static str) {
    match status {
        200..=299 => (Tone::Ok, "connection-answered"),
        300..=399 => (Tone::Neutral, "connection-elsewhere"),
        401 => (Tone::Error, "connection-unauthorized"),
        403 => (Tone::Error, "connection-forbidden"),
        404 => (Tone::Error, "connection-not-found"),
        429 => (Tone::Warn, "connection-busy"),
        500.. => (Tone::Error, "connection-broken"),
        _ => (Tone::Error, "connection-refused"),
    }
}

fn end_ui(ui: &mut Ui, texts: &Texts, trial: &Trial) {
    match &trial.state {
        TrialState::Preparing => line(ui, Tone::Neutral, texts.get("connection-preparing"), ""),
        TrialState::Asking => line(ui, Tone::Neutral, texts.get("connection-asking"), ""),
        TrialState::Passed(sentence) => line(ui, Tone::Ok, sentence, ""),
        TrialState::Stopped => line(ui, Tone::Neutral, texts.get("connection-stopped"), ""),
        TrialState::Failed(failure) => failure_ui(ui, texts, failure),
    }
}

/// What broke, the cause as it was told, what to do.
fn failure_ui(ui: &mut Ui, texts: &Texts, failure: &Failure) {
    let tone = if failure.kind == Kind::Cancelled { Tone::Neutral } else { Tone::Error };
    line(ui, tone, &texts.failure(failure), "");
    for more in [&failure.cause, &failure.advice].into_iter().flatten() {
        ui.horizontal_top(|ui| {
            ui.add_space(size::ICON + size::GAP);
            text(ui, Type::Small, Tokens::of(ui).text_2, more);
        });
    }
}

fn icon_of(tone: Tone) -> Icon {
    match tone {
        Tone::Ok => icons::CHECK,
        Tone::Warn => icons::WARNING,
        Tone::Error => icons::X,
        Tone::Neutral | Tone::Accent => icons::HOURGLASS,
    }
}

/// One line: an icon, what happened, and at the right what was measured.
fn line(ui: &mut Ui, tone: Tone, told: &str, measured: &str) {
    let tokens = Tokens::of(ui);
    let (color, _) = tone.colors(tokens);
    let measured = ui.painter().layout_no_wrap(measured.to_owned(), Type::Small.font(), tokens.text_2);
    ui.horizontal_top(|ui| {
        let (place, _) = ui.allocate_exact_size(vec2(size::ICON, Type::Body.line()), Sense::hover());
        icon_of(tone).paint(ui.painter(), place.center(), size::ICON, color);
        let width = ui.available_width() - measured.size().x - size::EDGE;
        ui.allocate_ui_with_layout(vec2(width, 0.0), Layout::top_down(Align::Min), |ui| {
            ui.set_width(width);
            text(ui, Type::Body, tokens.text, told);
        });
        let right = ui.max_rect().right() - measured.size().x;
        let at = pos2(right, place.center().y - measured.size().y / 2.0);
        ui.painter().galley(at, measured, tokens.text_2);
    });
}
