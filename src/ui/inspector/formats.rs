//! How a link is written when it is copied, with the text that `Copy link` gives.

use eframe::egui::{Align, Layout, Ui, vec2};

use super::parts;
use crate::domain::link::{Format, LinkFacts, Template};
use crate::domain::receipt::Receipt;
use crate::model::{Action, links as out, preferences};
use crate::store::Row;
use crate::ui::Cx;
use crate::ui::icons;
use crate::ui::tokens::{Tokens, Type, size};
use crate::ui::widgets::{Field, IconButton, segmented, text};

/// As the settings file names them, and their labels.
const NAMED: [(&str, &str); 4] = [
    ("url", "format-url"),
    ("markdown", "format-markdown"),
    ("html", "format-html"),
    ("bbcode", "format-bbcode"),
];
const OWN: &str = "format-own";
const PLACEHOLDERS: &str =
    "{url} {name} {stem} {ext} {size} {mime} {id} {thumb} {preview} {width} {height} {profile}";
/// A preview shows this much of a text.
const SHOWN_CHARS: usize = 600;

pub(super) fn show(ui: &mut Ui, cx: &mut Cx<'_>, row: &Row) {
    let Some(facts) = row.link_facts() else { return };
    let uploads = &cx.model.settings.uploads;
    let named = NAMED.iter().position(|(name, _)| *name == uploads.format);
    let own = named.is_none() && Template::parse(&uploads.format).is_ok();
    let chosen = named.unwrap_or(if own { NAMED.len() } else { usize::MAX });
    let mut labels: Vec<&str> = NAMED.iter().map(|(_, key)| cx.texts.get(key)).collect();
    labels.push(cx.texts.get(OWN));
    if let Some(index) = segmented(ui, &labels, chosen) {
        let value = NAMED.get(index).map_or(uploads.own_format.as_str(), |(name, _)| name);
        set(cx, "uploads.format", value);
        cx.state.inspector.own = None;
    }
    if own {
        own_ui(ui, cx, row, &facts);
    } else if chosen > 0 {
        let format = Format::parse(&uploads.format).unwrap_or_default();
        ui.add_space(size::GAP);
        preview_ui(ui, cx, row, &format.render(&facts));
    }
}

/// The template, what it gives, or what is wrong with it.
fn own_ui(ui: &mut Ui, cx: &mut Cx<'_>, row: &Row, facts: &LinkFacts) {
    let tokens = Tokens::of(ui);
    let kept = &cx.model.settings.uploads.format;
    let mut draft = cx.state.inspector.own.take().unwrap_or_else(|| kept.clone());
    let parsed = Template::parse(&draft);
    ui.add_space(size::GAP);
    let field = Field::new(cx.texts.get("own-format")).mono().wrong(parsed.is_err()).show(ui, &mut draft);
    ui.add_space(size::HALF);
    match Template::parse(&draft) {
        Ok(template) => {
            preview_ui(ui, cx, row, &template.render(facts));
            if field.lost_focus() && draft != *kept {
                set(cx, "uploads.own_format", &draft);
                set(cx, "uploads.format", &draft);
            }
        }
        Err(wrong) => {
            text(ui, Type::Small, tokens.error_text, wrong);
        }
    }
    ui.add_space(size::HALF);
    let hint = cx.texts.with("own-format-hint", &[("list", PLACEHOLDERS.into())]);
    text(ui, Type::Small, tokens.text_3, hint);
    // Kept while it is edited, also when it is wrong; what was written down comes back from the settings.
    cx.state.inspector.own = (field.has_focus() || Template::parse(&draft).is_err()).then_some(draft);
}

fn set(cx: &mut Cx<'_>, key: &'static str, value: &str) {
    cx.push(Action::Preferences(preferences::Action::Set(key, Some(value.to_owned()))));
}

/// The text as it is put on the clipboard.
fn preview_ui(ui: &mut Ui, cx: &mut Cx<'_>, row: &Row, whole: &str) {
    let tokens = Tokens::of(ui);
    let shown: String = whole.chars().take(SHOWN_CHARS).collect();
    parts::well(ui, |ui| {
        ui.with_layout(Layout::right_to_left(Align::Min), |ui| {
            ui.spacing_mut().item_spacing = vec2(size::HALF, 0.0);
            let copy = IconButton::new(icons::COPY, cx.texts.get("copy-formatted")).small();
            if copy.show(ui).clicked() {
                let (text, told) = (whole.to_owned(), "text-copied");
                let secret = row.receipt.as_ref().is_some_and(Receipt::has_key);
                cx.push(Action::Links(out::Action::CopyText { text, secret, told }));
            }
            ui.with_layout(Layout::top_down(Align::Min), |ui| {
                ui.add_space(6.0);
                text(ui, Type::Mono, tokens.text, shown);
            });
        });
    });
}
