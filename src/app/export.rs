//! Writes the history, or a part of it, to a file of the user's choice.

use super::App;
use super::work::Core;
use crate::domain::file_name;
use crate::model::{self, Notice};
use crate::platform::chooser::{self, Choice};
use crate::transfer::export::{What, export};
use crate::ui::when;

impl App {
    pub(super) fn export_history(&self, core: &Core, what: What) {
        let name = format!("affix-history-{}.csv", when::date(self.model.now_ms));
        let dialog = chooser::save_file(self.texts.get("export-history-title"), &name);
        let (store, reporter) = (core.store.clone(), self.work.reporter());
        self.work.start(async move {
            let notice = match dialog.await {
                Choice::Chosen(path) => match export(&store, what, &path).await {
                    Ok(count) => Notice::text("history-exported")
                        .value("count", count)
                        .value("file", file_name::display(&path.to_string_lossy())),
                    Err(failure) => Notice::Failure(failure.asked("Export the history")),
                },
                Choice::Missing => Notice::text("no-file-chooser"),
                Choice::Canceled => return,
            };
            reporter.send(model::Update::Tell(notice)).await;
        });
    }
}
