//! Before the first upload to a target: what goes where, who will see it, for how long.

use eframe::egui::{Context, Ui};

use super::{is_pressed, or_no};
use crate::domain::describe::Visibility;
use crate::model::questions::Answer;
use crate::transfer::consent::First;
use crate::ui::Cx;
use crate::ui::icon::Icon;
use crate::ui::icons;
use crate::ui::tokens::{Tokens, Type, size};
use crate::ui::widgets::{Button, Sheet, check, sheet_buttons, text};

pub(super) fn show(
    ctx: &Context,
    cx: &mut Cx<'_>,
    (first, files): (&First, usize),
    new: bool,
) -> Option<Answer> {
    let texts = cx.texts;
    let mut answer = None;
    let title = texts.with("question-first", &[("name", (&first.profile).into())]);
    let closed = Sheet::new("first-upload", &title).show(ctx, |ui| {
        let what = texts.with(
            "question-first-what",
            &[("count", files.into()), ("service", first.service.into()), ("host", (&first.host).into())],
        );
        line(ui, icons::UPLOAD_SIMPLE, &what);
        line(ui, eye(first.visibility), texts.get(seen_key(first.visibility)));
        let life = first.link_life.map(|life| texts.duration(life.as_secs()));
        match (&life, first.visibility) {
            (_, Visibility::None) => {}
            (Some(life), _) => {
                line(ui, icons::CLOCK, &texts.with("link-life", &[("time", life.into())]));
            }
            (None, _) => line(ui, icons::CLOCK, texts.get("link-life-open")),
        }
        ui.add_space(size::HALF);
        check(ui, texts.get("do-not-ask-again"), &mut cx.state.dialogs.ticked);
        sheet_buttons(ui, |ui| {
            let upload = Button::primary(texts.get("upload")).show(ui);
            if is_pressed(ctx, &upload, new) {
                answer = Some(if cx.state.dialogs.ticked { Answer::Always } else { Answer::Yes });
            }
            if Button::plain(texts.get("cancel")).show(ui).clicked() {
                answer = Some(Answer::No);
            }
        });
    });
    or_no(closed, answer)
}

/// One fact with its icon.
fn line(ui: &mut Ui, icon: Icon, what: &str) {
    let tokens = Tokens::of(ui);
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = size::GAP;
        ui.vertical(|ui| {
            ui.add_space(2.0);
            icon.show(ui, size::ICON, tokens.text_2);
        });
        text(ui, Type::Body, tokens.text, what);
    });
}

fn eye(visibility: Visibility) -> Icon {
    match visibility {
        Visibility::Public | Visibility::Expiring => icons::EYE,
        Visibility::Private => icons::LOCK_SIMPLE,
        Visibility::None => icons::EYE_SLASH,
    }
}

fn seen_key(visibility: Visibility) -> &'static str {
    match visibility {
        Visibility::Public => "seen-public",
        Visibility::Expiring => "seen-expiring",
        Visibility::Private => "seen-private",
        Visibility::None => "seen-none",
    }
}
