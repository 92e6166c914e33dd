//! The target has some of these files already.

use eframe::egui::{Context, Response, Ui};

use super::{is_pressed, or_no};
use crate::domain::file_name;
use crate::domain::receipt::Receipt;
use crate::model::questions::Answer;
use crate::transfer::again::{Before, Lack};
use crate::ui::Cx;
use crate::ui::text::Texts;
use crate::ui::tokens::{Tokens, Type, size};
use crate::ui::widgets::{Button, Sheet, check, elided, sheet_buttons, text};

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
            there(ui, texts, before);
        }
        if before.len() > NAMED {
            let more = texts.with("and-more", &[("count", (before.len() - NAMED).into())]);
            text(ui, Type::Small, tokens.text_2, more);
        }
        let rest = files.saturating_sub(before.len());
        if rest > 0 {
            text(ui, Type::Body, tokens.text, texts.with("again-rest", &[("count", rest.into())]));
        }
        let usable = before.iter().filter(|before| before.is_usable()).count();
        if usable > 0 && usable < before.len() {
            let stale = texts.with("again-stale", &[("count", (before.len() - usable).into())]);
            text(ui, Type::Body, tokens.text, stale);
        }
        ui.add_space(size::HALF);
        check(ui, texts.get("remember-again"), &mut cx.state.dialogs.ticked);
        let always = cx.state.dialogs.ticked;
        let renews = usable < before.len() && renews(cx, target);
        sheet_buttons(ui, |ui| {
            answer =
                buttons(ui, texts, (usable > 0, renews, always), |default| is_pressed(ctx, default, new));
        });
    });
    or_no(closed, answer)
}

/// The first one is what Enter does: what sends nothing, where there is something to take.
fn buttons(
    ui: &mut Ui,
    texts: &Texts,
    (usable, renews, always): (bool, bool, bool),
    is_pressed: impl Fn(&Response) -> bool,
) -> Option<Answer> {
    let mut answer = None;
    if usable {
        let copy = Button::primary(texts.get("copy-existing")).show(ui);
        if is_pressed(&copy) {
            answer = Some(if always { Answer::AlwaysExisting } else { Answer::Existing });
        }
    }
    if renews {
        let renew = if usable { Button::plain } else { Button::primary };
        let renew = renew(texts.get("renew-existing")).show(ui);
        if renew.clicked() || (!usable && is_pressed(&renew)) {
            answer = Some(Answer::Renew);
        }
    }
    let upload = if usable || renews { Button::plain } else { Button::primary };
    let upload = upload(texts.get("upload-anyway")).show(ui);
    if upload.clicked() || (!usable && !renews && is_pressed(&upload)) {
        answer = Some(if always { Answer::Always } else { Answer::Yes });
    }
    if Button::quiet(texts.get("cancel")).show(ui).clicked() {
        answer = Some(Answer::No);
    }
    answer
}

fn renews(cx: &Cx<'_>, target: &str) -> bool {
    let service = cx.model.targets.find(target).and_then(|target| target.service);
    service.is_some_and(|service| service.capability.renews)
}

/// A file and its link.
fn there(ui: &mut Ui, texts: &Texts, before: &Before) {
    let tokens = Tokens::of(ui);
    let name = before.path.file_name().unwrap_or(before.path.as_os_str()).to_string_lossy();
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        elided(ui, Type::Strong, tokens.text, &file_name::display(&name));
        if let Some(link) = before.row.receipt.as_ref().and_then(Receipt::primary) {
            elided(ui, Type::Mono, tokens.text_2, &link.value);
        }
        if let Some(lack) = before.lacks {
            let key = match lack {
                Lack::Expired => "again-expired",
                Lack::Broken => "again-broken",
            };
            text(ui, Type::Small, tokens.text_2, texts.get(key));
        }
        ui.add_space(size::HALF);
    });
}
