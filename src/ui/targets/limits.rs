//! How much at once to a target, and what is done with content that it has already.

use std::ops::RangeInclusive;

use eframe::egui::Ui;

use super::draft::{Draft, limit};
use super::fields::{columns, help, trouble};
use crate::domain::profile::Again;
use crate::settings::{PARALLEL, REQUESTS_PER_MINUTE};
use crate::ui::Cx;
use crate::ui::text::Value;
use crate::ui::tokens::{Tokens, Type, size};
use crate::ui::widgets::{Field, caption, select, text};

/// Keys of the choices, in the order of [`Again::ALL`].
const AGAIN: [&str; 3] = ["again-ask", "again-upload", "again-existing"];

#[derive(Debug, Clone, Copy)]
enum Asked {
    Parallel,
    Requests,
    Again,
}

pub(super) fn show(ui: &mut Ui, cx: &mut Cx<'_>, draft: &mut Draft) {
    ui.add_space(size::EDGE);
    caption(ui, cx.texts.get("limits"));
    ui.add_space(size::GAP);
    columns(ui, &[Asked::Parallel, Asked::Requests, Asked::Again], |ui, asked| match asked {
        Asked::Parallel => {
            let now = cx.model.settings.uploads.parallel_per_profile.to_string();
            number_ui(
                ui,
                cx,
                (["limit-parallel", "limit-parallel-help"], &now, &PARALLEL),
                &mut draft.limits.parallel,
            );
        }
        Asked::Requests => {
            let bounds = &REQUESTS_PER_MINUTE;
            let text = &mut draft.limits.requests_per_minute;
            number_ui(
                ui,
                cx,
                (["limit-requests", "limit-requests-help"], cx.texts.get("no-limit"), bounds),
                text,
            );
        }
        Asked::Again => again_ui(ui, cx, draft),
    });
}

/// Its label and its help, what counts while it is empty, its bounds.
fn number_ui(
    ui: &mut Ui,
    cx: &Cx<'_>,
    ([label, told], hint, bounds): ([&str; 2], &str, &RangeInclusive<u32>),
    typed: &mut String,
) {
    let label = cx.texts.get(label);
    text(ui, Type::Strong, Tokens::of(ui).text, label);
    let wrong = limit(typed, bounds).is_err();
    Field::new(label).hint(hint).wrong(wrong).show(ui, typed);
    if wrong {
        let (min, max) = (bounds.start().to_string(), bounds.end().to_string());
        let values = [("min", Value::Text(&min)), ("max", Value::Text(&max))];
        trouble(ui, &cx.texts.with("wrong-number", &values));
    } else {
        help(ui, cx.texts.get(told));
    }
}

fn again_ui(ui: &mut Ui, cx: &Cx<'_>, draft: &mut Draft) {
    let label = cx.texts.get("limit-again");
    text(ui, Type::Strong, Tokens::of(ui).text, label);
    let chosen = Again::ALL.iter().position(|again| *again == draft.limits.again).unwrap_or_default();
    let labels = AGAIN.map(|key| cx.texts.get(key));
    let picked = select(ui, label, ui.available_width(), &labels, chosen);
    if let Some(again) = picked.and_then(|index| Again::ALL.get(index)) {
        draft.limits.again = *again;
    }
    help(ui, cx.texts.get("limit-again-help"));
}
