//! Files over the window and files let go: the window becomes the target.

use eframe::egui::Context;

use super::Cx;
use crate::model::{Action, intake};

#[derive(Debug, Default)]
pub struct State {}

pub(super) fn hover_ui(ctx: &Context, cx: &mut Cx<'_>) {
    let dropped = ctx.input(|input| {
        let files = &input.raw.dropped_files;
        files.iter().map(|file| file.path().to_owned()).collect::<Vec<_>>()
    });
    if !dropped.is_empty() {
        cx.push(Action::Intake(intake::Action::Add(dropped)));
    }
}
