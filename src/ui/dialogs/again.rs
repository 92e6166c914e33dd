//! The target has some of these files already.

use eframe::egui::{Context, Ui};

use super::{is_pressed, or_no};
use crate::domain::file_name;
use crate::domain::receipt::Receipt;
use crate::model::questions::Answer;
use crate::transfer::again::Before;
use crate::ui::Cx;
use crate::ui::tokens::{Tokens, Type, size};
use crate::ui::widgets::{Button, Sheet, elided, sheet_buttons, text};

/// Files that are named; more are counted.
const NAMED: usize = 4;

pub(super) fn show(
    ctx: &Context,
    cx: &mut Cx<'_>,
    (target, files, before): (&str, usize, &[Before]),
    new: bool,
) -> Option<Answer> {
    let texts = cx.texts;
    let mut answer = None;
    let closed = Sheet::new("again", texts.get("question-again")).show(ctx, |ui| {
        let tokens = Tokens::of(ui);
        let key = if files == 1 { "question-again-one" } else { "question-again-some" };
        let values = [("name", target.into()), ("count", before.len().into()), ("all", files.into())];
        text(ui, Type::Body, tokens.text, texts.with(key, &values));
        for before in before.iter().take(NAMED) {
            there(ui, before);
        }
        if before.len() > NAMED {
            let more = texts.with("and-more", &[("count", (before.len() - NAMED).into())]);
            text(ui, Type::Small, tokens.text_2, more);
        }
        let rest = files.saturating_sub(before.len());
        if rest > 0 {
            text(ui, Type::Body, tokens.text, texts.with("again-rest", &[("count", rest.into())]));
        }
        sheet_buttons(ui, |ui| {
            let copy = Button::primary(texts.get("copy-existing")).show(ui);
            if is_pressed(ctx, &copy, new) {
                answer = Some(Answer::Existing);
            }
            if Button::plain(texts.get("upload-anyway")).show(ui).clicked() {
                answer = Some(Answer::Yes);
            }
            if Button::quiet(texts.get("cancel")).show(ui).clicked() {
                answer = Some(Answer::No);
            }
        });
    });
    or_no(closed, answer)
}

/// A file and its link.
fn there(ui: &mut Ui, before: &Before) {
    let tokens = Tokens::of(ui);
    let name = before.path.file_name().unwrap_or(before.path.as_os_str()).to_string_lossy();
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        elided(ui, Type::Strong, tokens.text, &file_name::display(&name));
        if let Some(link) = before.row.receipt.as_ref().and_then(Receipt::primary) {
            elided(ui, Type::Mono, tokens.text_2, &link.value);
        }
        ui.add_space(size::HALF);
    });
}
