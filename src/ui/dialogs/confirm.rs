//! Something that takes away is asked once.

use eframe::egui::Context;

use super::{is_pressed, or_no};
use crate::domain::file_name;
use crate::model::questions::{Answer, Confirm};
use crate::ui::Cx;
use crate::ui::text::Texts;
use crate::ui::tokens::{Tokens, Type};
use crate::ui::widgets::{Button, Sheet, sheet_buttons, text};

/// Of a name in the heading.
const TITLE_CHARS: usize = 36;

/// The words of one of them: heading, why, what does it, what leaves it.
struct Words<'a> {
    title: String,
    why: &'a str,
    yes: &'a str,
    no: &'a str,
}

pub(super) fn show(ctx: &Context, cx: &mut Cx<'_>, confirm: &Confirm, new: bool) -> Option<Answer> {
    let words = words(cx.texts, confirm);
    let mut answer = None;
    let closed = Sheet::new("confirm", &words.title).show(ctx, |ui| {
        text(ui, Type::Body, Tokens::of(ui).text_2, words.why);
        sheet_buttons(ui, |ui| {
            // What leaves everything as it is has the keyboard: Enter pressed by habit takes nothing away.
            let no = Button::plain(words.no).show(ui);
            if is_pressed(ctx, &no, new) {
                answer = Some(Answer::No);
            }
            if Button::danger(words.yes).show(ui).clicked() {
                answer = Some(Answer::Yes);
            }
        });
    });
    or_no(closed, answer)
}

fn words<'a>(texts: &'a Texts, confirm: &Confirm) -> Words<'a> {
    let named = |key, name: &str| {
        let name = file_name::elide_middle(&file_name::display(name), TITLE_CHARS);
        texts.with(key, &[("name", (&name).into())])
    };
    let cancel = texts.get("cancel");
    match confirm {
        Confirm::RemoveTarget(name) => Words {
            title: named("confirm-remove-target", name),
            why: texts.get("confirm-remove-target-why"),
            yes: texts.get("remove"),
            no: cancel,
        },
        Confirm::ClearHistory => Words {
            title: texts.get("confirm-clear-history").to_owned(),
            why: texts.get("confirm-clear-history-why"),
            yes: texts.get("clear-history-now"),
            no: cancel,
        },
        Confirm::Delete(_, name) => Words {
            title: named("confirm-delete", name),
            why: texts.get("confirm-delete-why"),
            yes: texts.get("delete"),
            no: cancel,
        },
        Confirm::SendAgain(_, name) => Words {
            title: named("confirm-send-again", name),
            why: texts.get("confirm-send-again-why"),
            yes: texts.get("send-again"),
            no: cancel,
        },
        Confirm::CancelAll(count) => Words {
            title: texts.with("confirm-cancel-all", &[("count", (*count).into())]),
            why: texts.get("confirm-cancel-all-why"),
            yes: texts.get("cancel-all"),
            no: texts.get("keep-uploading"),
        },
    }
}
