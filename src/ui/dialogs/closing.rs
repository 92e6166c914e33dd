//! The window is to be closed while uploads are under way.

use eframe::egui::Context;

use super::{is_pressed, or_no};
use crate::model::questions::{Answer, OnClose};
use crate::ui::Cx;
use crate::ui::tokens::{Tokens, Type, size};
use crate::ui::widgets::{Button, Sheet, check, sheet_buttons, text};

/// Four buttons in a row.
const WIDTH: f32 = 560.0;

pub(super) fn show(ctx: &Context, cx: &mut Cx<'_>, count: u64, new: bool) -> Option<Answer> {
    let (texts, hides) = (cx.texts, cx.model.hides);
    let mut chosen = None;
    let mut stays = false;
    let title = texts.count("question-closing", count);
    let closed = Sheet::new("closing", &title).width(WIDTH).show(ctx, |ui| {
        let why = if hides { "question-closing-why" } else { "question-closing-why-here" };
        text(ui, Type::Body, Tokens::of(ui).text_2, texts.get(why));
        ui.add_space(size::HALF);
        check(ui, texts.get("remember-closing"), &mut cx.state.dialogs.ticked);
        sheet_buttons(ui, |ui| {
            if hides {
                let keep = Button::primary(texts.get("keep-in-background")).show(ui);
                if is_pressed(ctx, &keep, new) {
                    chosen = Some(OnClose::Background);
                }
            }
            let pause = if hides { Button::plain } else { Button::primary };
            let pause = pause(texts.get("pause")).show(ui);
            if pause.clicked() || (!hides && is_pressed(ctx, &pause, new)) {
                chosen = Some(OnClose::Pause);
            }
            if Button::danger(texts.get("stop")).show(ui).clicked() {
                chosen = Some(OnClose::Stop);
            }
            stays = Button::quiet(texts.get("cancel")).show(ui).clicked();
        });
    });
    let ticked = cx.state.dialogs.ticked;
    let answer = chosen.map(|how| if ticked { Answer::AlwaysClose(how) } else { Answer::Close(how) });
    or_no(closed || stays, answer)
}
