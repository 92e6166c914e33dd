//! What the service would refuse, and the repair that mends it: shown as it would be sent.

use std::sync::Arc;

use eframe::egui::{Context, Id, Ui, vec2};

use super::copy::{self, Outcome};
use super::{State, is_pressed, or_no};
use crate::domain::changes::CopyWish;
use crate::domain::file_name;
use crate::domain::preflight::{Finding, Repair};
use crate::model::Action;
use crate::model::questions::{Action as Questions, Answer};
use crate::store::Row;
use crate::ui::Cx;
use crate::ui::kind::Kind;
use crate::ui::seen::Seen;
use crate::ui::text::Texts;
use crate::ui::tokens::{Tokens, Type, size};
use crate::ui::widgets::{Button, Field, Sheet, check, sheet_buttons, text};

/// Of a name in the heading; the whole one is in the list.
const TITLE_CHARS: usize = 36;
/// Of what would be sent.
const LOOK: f32 = 200.0;
const RESULT: f32 = 40.0;

pub(super) fn show(
    ctx: &Context,
    cx: &mut Cx<'_>,
    (row, findings): (&Arc<Row>, &[Finding]),
    new: bool,
) -> Option<Answer> {
    let texts = cx.texts;
    let others = cx.model.questions.other_findings();
    let mut answer = None;
    let name = file_name::elide_middle(&file_name::display(&row.name), TITLE_CHARS);
    let moved = findings.iter().any(|finding| finding.repair == Some(Repair::UseChangedTarget));
    let title = if moved { "question-changed-target" } else { "question-findings" };
    let title = texts.with(title, &[("name", (&name).into())]);
    let closed = Sheet::new("findings", &title).show(ctx, |ui| {
        let tokens = Tokens::of(ui);
        for finding in findings {
            text(ui, Type::Body, tokens.text, &finding.message);
            if let Some(repair) = &finding.repair {
                text(ui, Type::Body, tokens.text_2, offer(texts, repair));
                name_ui(ui, cx, repair);
            }
        }
        let can = look_ui(ui, cx, (row, findings));
        if others > 0 {
            ui.add_space(size::HALF);
            let label = texts.with("same-for-others", &[("count", others.into())]);
            check(ui, &label, &mut cx.state.dialogs.ticked);
        }
        let all = others > 0 && cx.state.dialogs.ticked;
        let repairs = repairs(&cx.state.dialogs, findings).filter(|_| can);
        sheet_buttons(ui, |ui| {
            let key = if moved { "upload" } else { "upload-repaired" };
            let repair = Button::primary(texts.get(key)).enabled(repairs.is_some()).show(ui);
            let pressed = is_pressed(ctx, &repair, new);
            if let Some(repairs) = repairs.filter(|_| pressed) {
                cx.state.dialogs.shown = None;
                cx.push(Action::Questions(Questions::Repair { repairs, all }));
            }
            if Button::plain(texts.get("do-not-upload")).show(ui).clicked() {
                answer = Some(if all { Answer::Never } else { Answer::No });
            }
        });
    });
    or_no(closed, answer)
}

/// The name that it would be sent under, to be edited in place.
fn name_ui(ui: &mut Ui, cx: &mut Cx<'_>, repair: &Repair) {
    let Repair::Rename { name } = repair else { return };
    let label = cx.texts.get("changes-name");
    let draft = cx.state.dialogs.name.get_or_insert_with(|| name.clone());
    let bad = super::changes::bad_name(draft);
    Field::new(label).id(Id::unique("findings-name")).wrong(bad.is_some()).show(ui, draft);
    if let Some(key) = bad {
        text(ui, Type::Small, Tokens::of(ui).error_text, cx.texts.get(key));
    }
}

/// Exactly what is shown: none while the name is not one.
fn repairs(state: &State, findings: &[Finding]) -> Option<Vec<Repair>> {
    let name = state.name.as_ref();
    if name.is_some_and(|name| super::changes::bad_name(name).is_some()) {
        return None;
    }
    let shown = |repair: &Repair| match (repair, name) {
        (Repair::Rename { .. }, Some(name)) => Repair::Rename { name: name.trim().to_owned() },
        (other, _) => other.clone(),
    };
    Some(findings.iter().filter_map(|finding| finding.repair.as_ref().map(shown)).collect())
}

/// How the copy would look, where the repairs make one; answers whether it can be made, as far as is known.
fn look_ui(ui: &mut Ui, cx: &mut Cx<'_>, (row, findings): (&Arc<Row>, &[Finding])) -> bool {
    let mends = |repair: &&Repair| matches!(repair, Repair::ShrinkImage { .. } | Repair::ConvertImage { .. });
    let found: Vec<Repair> = findings.iter().filter_map(|finding| finding.repair.clone()).collect();
    let seen = Seen::of(cx, row);
    if seen.kind != Kind::Picture || !found.iter().any(|repair| mends(&repair)) {
        return true;
    }
    let all = Repair::with(row.repairs.clone(), found);
    let wish = CopyWish::of(&all, cx.model.settings.uploads.remove_location);
    let mut settling = std::mem::take(&mut cx.state.dialogs.settling);
    let outcome = copy::outcome(ui, cx, row, (Some(wish), &mut settling));
    cx.state.dialogs.settling = settling;
    ui.add_space(size::HALF);
    copy::picture_ui(ui, cx, (row, &seen), (&outcome, vec2(ui.available_width(), LOOK)));
    copy::result_ui(ui, cx, &seen, (&outcome, RESULT));
    !matches!(outcome, Outcome::Failed(_))
}

/// What would be sent instead.
fn offer(texts: &Texts, repair: &Repair) -> String {
    match repair {
        Repair::Rename { .. } => texts.get("finding-rename").to_owned(),
        Repair::UseChangedTarget => texts.get("finding-changed-target").to_owned(),
        Repair::ConvertImage { to } => {
            let kind = to.extension().to_uppercase();
            texts.with("finding-convert", &[("type", (&kind).into())])
        }
        Repair::KeepMetadata => texts.get("finding-keep-metadata").to_owned(),
        Repair::VideoFrame { .. } => texts.get("finding-frame").to_owned(),
        Repair::ShrinkImage { max_bytes } => {
            texts.with("finding-shrink", &[("size", (&texts.bytes(*max_bytes)).into())])
        }
    }
}
