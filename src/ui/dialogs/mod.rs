//! Sheets that ask: the first upload, findings with their repairs, what takes away. Esc is "no". And the one that
//! changes a file's copy before it is sent.

mod again;
pub(in crate::ui) mod changes;
mod closing;
mod confirm;
pub(in crate::ui) mod copy;
mod findings;
mod first;
mod trouble;

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use eframe::egui::{Context, Key, Modifiers, Response};

use super::Cx;
use crate::model;
use crate::model::questions::{Action, Answer, Question};

#[derive(Debug, Default)]
pub struct State {
    /// Which question is on the screen, so that a new one starts afresh.
    shown: Option<u64>,
    /// The box to tick.
    ticked: bool,
    /// The name that is offered, while it is edited.
    name: Option<String>,
    settling: copy::Settling,
}

pub(super) fn show(ctx: &Context, cx: &mut Cx<'_>) {
    if cx.model.trouble.is_some() {
        trouble::show(ctx, cx);
        return;
    }
    let model = cx.model;
    let Some(question) = model.questions.waiting.front() else {
        cx.state.dialogs = State::default();
        changes::show(ctx, cx);
        return;
    };
    let key = key_of(question);
    let new = cx.state.dialogs.shown != Some(key);
    if new {
        cx.state.dialogs = State { shown: Some(key), ..State::default() };
    }
    let answer = match question {
        Question::FirstUpload { first, files } => first::show(ctx, cx, (first, files.len()), new),
        Question::Again { target, files, before } => again::show(ctx, cx, (target, files.len(), before), new),
        Question::Findings { row, findings } => findings::show(ctx, cx, (row, findings), new),
        Question::Confirm(confirm) => confirm::show(ctx, cx, confirm, new),
        Question::Closing { count } => closing::show(ctx, cx, *count, new),
    };
    if let Some(answer) = answer {
        // The next one is new, also where it looks the same.
        cx.state.dialogs.shown = None;
        cx.push(model::Action::Questions(Action::Answer(answer)));
    }
}

/// Whether a question is asked; until it is answered nothing else has the keyboard.
pub(super) fn is_open(model: &model::Model) -> bool {
    model.trouble.is_some() || !model.questions.waiting.is_empty()
}

fn key_of(question: &Question) -> u64 {
    let mut hasher = DefaultHasher::new();
    match question {
        Question::FirstUpload { first, files } => (0, &first.profile, files.len()).hash(&mut hasher),
        Question::Again { target, files, .. } => (1, target, files.len()).hash(&mut hasher),
        // Those behind it may come and go while it is read.
        Question::Findings { row, .. } => (2, row.id).hash(&mut hasher),
        Question::Confirm(confirm) => (3, format!("{confirm:?}")).hash(&mut hasher),
        Question::Closing { .. } => 4.hash(&mut hasher),
    }
    hasher.finish()
}

/// The default button: it has the keyboard when the sheet opens, and Enter presses it where nothing has.
fn is_pressed(ctx: &Context, default: &Response, new: bool) -> bool {
    if new {
        default.request_focus();
    }
    let entered = ctx.memory(|memory| memory.focused().is_none())
        && ctx.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Enter));
    default.clicked() || entered
}

/// What Esc says.
fn or_no(closed: bool, answer: Option<Answer>) -> Option<Answer> {
    answer.or_else(|| closed.then_some(Answer::No))
}
