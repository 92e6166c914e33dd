//! One whose end is not known: what was sent, when, what is known of it, and what can be done.

use eframe::egui::{Ui, vec2};

use super::failure::{cause_ui, copy_details};
use super::parts::{self, card};
use crate::domain::attachment::{Activity, State};
use crate::domain::file_name;
use crate::model::detail::Loaded;
use crate::model::{Action, Transfer};
use crate::store::Row;
use crate::transfer::Scope;
use crate::ui::icon::Icon;
use crate::ui::list::actions::{ask_to_send_again, can_be_looked_for, look};
use crate::ui::list::words::interrupted_while;
use crate::ui::text::step_key;
use crate::ui::tokens::{Tokens, Type, size};
use crate::ui::when::when;
use crate::ui::widgets::{Button, text};
use crate::ui::{Cx, icons};

pub(super) fn show(ui: &mut Ui, cx: &mut Cx<'_>, loaded: &Loaded) {
    let (tokens, row) = (Tokens::of(ui), &*loaded.row);
    let unsure = row.state == State::Unsure;
    let (icon, label) = if unsure {
        (icons::QUESTION_FILL, "section-unsure")
    } else {
        (icons::WARNING_FILL, "section-interrupted")
    };
    card(ui, (icon, tokens.warn_text, tokens.warn_ground), cx.texts.get(label), |ui| {
        words_ui(ui, cx, row);
        ui.add_space(2.0);
        ui.spacing_mut().item_spacing.y = 0.0;
        facts_ui(ui, cx, loaded);
        ui.spacing_mut().item_spacing.y = 6.0;
        if let Some(failure) = &row.failure {
            cause_ui(ui, cx, failure);
        }
        ui.add_space(2.0);
        ui.spacing_mut().item_spacing = vec2(size::GAP, size::HALF);
        buttons_ui(ui, cx, row);
    });
}

/// What happened, and what a repeat would mean.
fn words_ui(ui: &mut Ui, cx: &Cx<'_>, row: &Row) {
    let tokens = Tokens::of(ui);
    let unsure = row.state == State::Unsure;
    let (what, meaning) = if unsure {
        (cx.texts.get("unsure-what").to_owned(), "unsure-question")
    } else {
        let may_stand = row.answer_lost || row.whole_at_ms.is_some();
        let meaning = match (may_stand, row.checkpoint.is_some()) {
            (true, _) => "unsure-question",
            (false, true) => "interrupted-goes-on",
            (false, false) => "interrupted-anew",
        };
        (format!("{}{}", interrupted_while(cx.texts, row), cx.texts.get("full-stop")), meaning)
    };
    text(ui, Type::Strong, tokens.text, what);
    text(ui, Type::Body, tokens.text, cx.texts.get(meaning));
}

/// As far as they are known.
fn facts_ui(ui: &mut Ui, cx: &Cx<'_>, loaded: &Loaded) {
    let (texts, row, now_ms) = (cx.texts, &*loaded.row, cx.model.now_ms);
    let step = row.failure.as_ref().and_then(|failure| failure.step).or(row.step);
    if let Some(step) = step {
        parts::fact_text(ui, texts.get("fact-came-to"), texts.get(step_key(step)));
    }
    if let Some(at_ms) = row.whole_at_ms {
        let at = when(texts, at_ms, now_ms);
        parts::fact_text(ui, texts.get("fact-sent"), texts.with("sent-whole", &[("when", (&at).into())]));
    } else if let Some(sent) = loaded.activity.iter().rev().find(|activity| activity.sent_bytes > 0) {
        let (size, at) = (texts.bytes(sent.sent_bytes), when(texts, sent.at_ms, now_ms));
        parts::fact_text(ui, texts.get("fact-sent"), format!("{size}, {at}"));
    }
    if let Some(last) = loaded.activity.last() {
        parts::fact_text(ui, texts.get("fact-last-request"), asked(last));
        parts::fact_text(ui, texts.get("fact-answer"), super::activity::outcome(texts, last));
    }
    if row.state == State::Unsure
        && let Some(failure) = &row.failure
    {
        parts::fact_text(ui, texts.get("fact-known"), texts.failure(failure));
    }
}

/// The method and the path of a request.
fn asked(activity: &Activity) -> String {
    let url = url::Url::parse(&activity.url);
    let place = url.as_ref().map_or(activity.url.as_str(), url::Url::path);
    format!("{} {}", activity.method, file_name::display(place))
}

/// A button: its text's key, its icon, what it asks for.
type Offer = (&'static str, Icon, fn(&mut Cx<'_>, &Row));

fn offers(cx: &Cx<'_>, row: &Row) -> Vec<Offer> {
    let retry: fn(&mut Cx<'_>, &Row) = match row.state {
        State::Unsure => ask_to_send_again,
        _ => |cx, row| cx.push(Action::Transfer(Transfer::Retry(Scope::One(row.id)))),
    };
    let mut offers: Vec<Offer> = Vec::new();
    if can_be_looked_for(cx, row) {
        offers.push(("look-at-service", icons::MAGNIFYING_GLASS, |cx, row| look(cx, row.id)));
    }
    offers.push(("retry", icons::ARROW_CLOCKWISE, retry));
    offers.push(("remove", icons::X, |cx, row| cx.push(Action::Transfer(Transfer::Forget(vec![row.id])))));
    if row.failure.is_some() {
        offers.push(("copy-details", icons::COPY, copy_details));
    }
    offers
}

/// Beside each other as far as there is room.
fn buttons_ui(ui: &mut Ui, cx: &mut Cx<'_>, row: &Row) {
    let room = ui.available_width();
    let mut lines: Vec<Vec<Offer>> = Vec::new();
    let mut used = f32::INFINITY;
    for offer in offers(cx, row) {
        let wide = button(cx, &offer).measure(ui) + size::GAP;
        if used + wide - size::GAP > room {
            lines.push(Vec::new());
            used = 0.0;
        }
        used += wide;
        lines.last_mut().into_iter().for_each(|line| line.push(offer));
    }
    for line in lines {
        ui.horizontal(|ui| {
            for offer in line {
                if button(cx, &offer).show(ui).clicked() {
                    (offer.2)(cx, row);
                }
            }
        });
    }
}

fn button<'a>(cx: &Cx<'a>, (key, icon, _): &Offer) -> Button<'a> {
    let label = cx.texts.get(key);
    let loud = matches!(*key, "look-at-service" | "retry");
    let button = if loud { Button::plain(label) } else { Button::quiet(label) };
    button.icon(*icon).small()
}
