//! The database cannot be opened: nothing works until it can, so nothing else is offered.

use eframe::egui::Context;

use super::is_pressed;
use crate::model::{Action, links, preferences};
use crate::ui::Cx;
use crate::ui::tokens::{Tokens, Type, size};
use crate::ui::widgets::{Button, Sheet, elided, sheet_buttons, text};

pub(super) fn show(ctx: &Context, cx: &mut Cx<'_>) {
    let (texts, model) = (cx.texts, cx.model);
    let Some(failure) = &model.trouble else { return };
    let new = cx.state.dialogs.shown.replace(0) != Some(0);
    // Esc does not close it: there is nothing behind it.
    let _closed = Sheet::new("trouble", texts.get("trouble")).show(ctx, |ui| {
        let tokens = Tokens::of(ui);
        text(ui, Type::Body, tokens.text, texts.failure(failure));
        for more in [&failure.cause, &failure.advice].into_iter().flatten() {
            text(ui, Type::Body, tokens.text_2, more);
        }
        ui.add_space(size::HALF);
        text(ui, Type::Small, tokens.text_2, texts.get("trouble-where"));
        elided(ui, Type::Mono, tokens.text, &model.preferences.places.database.display().to_string());
        sheet_buttons(ui, |ui| {
            let again = Button::primary(texts.get("try-again")).show(ui);
            if is_pressed(ctx, &again, new) {
                cx.push(Action::Preferences(preferences::Action::TryAgain));
            }
            if Button::quiet(texts.get("copy-details")).show(ui).clicked() {
                let whole = failure.to_string();
                cx.push(Action::Links(links::Action::CopyText {
                    text: whole,
                    secret: false,
                    told: "details-copied",
                }));
            }
        });
    });
}
