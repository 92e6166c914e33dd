//! Takes files in: dialogs, folders looked through, the clipboard; then hands them to the engine.

use std::path::PathBuf;

use super::App;
use super::work::Core;
use crate::model::intake::{Action, Update};
use crate::model::{self, Notice};
use crate::transfer::Repairs;

impl App {
    pub(super) fn intake_action(&mut self, core: &Core, action: Action) {
        match action {
            Action::Add(paths) => self.submit(core, paths),
            Action::ChooseFiles | Action::ChooseFolder | Action::Paste(_) | Action::StopScan => {}
        }
    }

    pub(super) fn intake_update(&mut self, update: Update) {
        let _ = update;
    }

    /// Hands files over; from here on they are in the database.
    pub(super) fn submit(&self, core: &Core, paths: Vec<PathBuf>) {
        let (handle, target) = (core.handle.clone(), self.model.targets.picked.clone());
        self.work.spawn(async move {
            match handle.submit(paths, &target, Repairs::Ask).await {
                Ok((_, ids)) => model::Update::Tell(Notice::text("handed-over").value("count", ids.len())),
                Err(failure) => model::Update::Tell(Notice::Failure(failure)),
            }
        });
    }
}
