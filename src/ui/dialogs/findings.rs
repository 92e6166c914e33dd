//! What the service would refuse, and the repair that mends it.

use eframe::egui::Context;

use super::{is_pressed, or_no};
use crate::domain::file_name;
use crate::domain::preflight::{Finding, Repair};
use crate::model::questions::Answer;
use crate::ui::Cx;
use crate::ui::text::Texts;
use crate::ui::tokens::{Tokens, Type, size};
use crate::ui::widgets::{Button, Sheet, check, sheet_buttons, text};

/// Of a name in the heading; the whole one is in the list.
const TITLE_CHARS: usize = 36;

pub(super) fn show(
    ctx: &Context,
    cx: &mut Cx<'_>,
    (name, findings): (&str, &[Finding]),
    new: bool,
) -> Option<Answer> {
    let texts = cx.texts;
    let others = cx.model.questions.other_findings();
    let mut answer = None;
    let name = file_name::elide_middle(&file_name::display(name), TITLE_CHARS);
    let moved = findings.iter().any(|finding| finding.repair == Some(Repair::UseChangedTarget));
    let title = if moved { "question-changed-target" } else { "question-findings" };
    let title = texts.with(title, &[("name", (&name).into())]);
    let closed = Sheet::new("findings", &title).show(ctx, |ui| {
        let tokens = Tokens::of(ui);
        for finding in findings {
            text(ui, Type::Body, tokens.text, &finding.message);
            if let Some(repair) = &finding.repair {
                text(ui, Type::Body, tokens.text_2, offer(texts, repair));
            }
        }
        if others > 0 {
            ui.add_space(size::HALF);
            let label = texts.with("same-for-others", &[("count", others.into())]);
            check(ui, &label, &mut cx.state.dialogs.ticked);
        }
        let all = others > 0 && cx.state.dialogs.ticked;
        sheet_buttons(ui, |ui| {
            let repair =
                Button::primary(texts.get(if moved { "upload" } else { "repair-and-upload" })).show(ui);
            if is_pressed(ctx, &repair, new) {
                answer = Some(if all { Answer::Always } else { Answer::Yes });
            }
            if Button::plain(texts.get("do-not-upload")).show(ui).clicked() {
                answer = Some(if all { Answer::Never } else { Answer::No });
            }
        });
    });
    or_no(closed, answer)
}

/// What would be sent instead.
fn offer(texts: &Texts, repair: &Repair) -> String {
    match repair {
        Repair::Rename { name } => {
            texts.with("finding-rename", &[("name", (&file_name::display(name)).into())])
        }
        Repair::UseChangedTarget => texts.get("finding-changed-target").to_owned(),
        // SKELETON: texts of their own.
        Repair::ConvertImage { .. } | Repair::KeepMetadata | Repair::VideoFrame { .. } => repair.offer(),
        Repair::ShrinkImage { max_bytes } => {
            texts.with("finding-shrink", &[("size", (&texts.bytes(*max_bytes)).into())])
        }
    }
}
