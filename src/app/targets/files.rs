//! Targets in files of their own: written without secrets, read and added.

use std::future::Future;
use std::path::PathBuf;

use super::super::App;
use super::super::work::Core;
use super::{added, update};
use crate::domain::error::Failure;
use crate::domain::file_name;
use crate::model::targets::{Action, Update};
use crate::model::{self, Notice};
use crate::platform::chooser::{self, Choice};

impl App {
    pub(super) fn ask_where_to_export(&mut self, name: String) {
        let plain: String = name.chars().map(|c| if c.is_alphanumeric() { c } else { '-' }).collect();
        let dialog =
            chooser::save_file(self.texts.get("target-export-title"), &format!("{plain}.affix.toml"));
        self.ask_for_a_file(dialog, move |path| Action::ExportTo(name, path));
    }

    pub(super) fn ask_what_to_import(&mut self) {
        let dialog = chooser::pick_file(self.texts.get("target-import-title"), &[("TOML", &["toml"])]);
        self.ask_for_a_file(dialog, Action::ImportFrom);
    }

    fn ask_for_a_file(
        &self,
        dialog: impl Future<Output = Choice<PathBuf>> + Send + 'static,
        then: impl FnOnce(PathBuf) -> Action + Send + 'static,
    ) {
        let reporter = self.work.reporter();
        self.work.start(async move {
            match dialog.await {
                Choice::Chosen(path) => {
                    reporter.send(update(Update::Chosen(Box::new(then(path))))).await;
                }
                Choice::Missing => {
                    reporter.send(model::Update::Tell(Notice::text("target-no-dialog"))).await;
                }
                Choice::Canceled => {}
            }
        });
    }

    pub(super) fn export(&mut self, core: &Core, name: &str, path: PathBuf) {
        let Some(target) = self.model.targets.find(name) else { return };
        let (manager, profile) = (core.manager(), target.profile.clone());
        self.in_the_background(move || {
            manager.export(&profile, &path)?;
            let shown = file_name::display(&path.to_string_lossy());
            Ok(model::Update::Tell(
                Notice::text("target-exported").value("name", profile.name).value("file", shown),
            ))
        });
    }

    pub(super) fn import(&mut self, core: &Core, path: PathBuf) {
        let (manager, file) = (core.manager(), core.file.clone());
        self.in_the_background(move || {
            let mut profile = manager.read_export(&path, &file_name::display(&path.to_string_lossy()))?;
            profile.name = manager.free_name(&profile.name);
            file.add_profile(&profile)?;
            Ok(added(profile.name, "target-imported"))
        });
    }

    fn in_the_background(&self, work: impl FnOnce() -> Result<model::Update, Failure> + Send + 'static) {
        let reporter = self.work.reporter();
        self.work.start(async move {
            // A panic inside was told already by the thread that it ended.
            let Ok(done) = tokio::task::spawn_blocking(work).await else { return };
            reporter.send(done.unwrap_or_else(|failure| update(Update::Failed(failure)))).await;
        });
    }
}
