//! Hands the new files of the watched folder to the engine: without a question, so never to a target that the user has
//! not agreed to, and never what it has already.

mod underway;

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use self::underway::Underway;
use super::App;
use super::intake::{self, Agreed};
use super::work::{Core, Reporter};
use crate::domain::error::Failure;
use crate::domain::file_name;
use crate::model::watch::{Action, State, Taken, Update};
use crate::model::{self, Notice};
use crate::platform::chooser::{self, Choice};
use crate::platform::watch::{Seen, Watch};
use crate::transfer::{Event, again, consent};

/// The watch that runs, and what of its files is on its way.
#[derive(Debug, Default)]
pub(super) struct Watching {
    /// Of the watch that runs; the last one's where none does.
    number: u64,
    running: Option<(PathBuf, Watch)>,
    underway: Underway,
}

impl App {
    pub(super) fn watch_action(&mut self, action: Action) {
        match action {
            Action::Choose => {
                let dialog = chooser::pick_folder(self.texts.get("watch-folder"));
                self.work.spawn(async move {
                    model::Update::Watch(match dialog.await {
                        Choice::Chosen(path) => Update::Chosen(Some(path)),
                        Choice::Canceled => Update::Chosen(None),
                        Choice::Missing => Update::NoChooser,
                    })
                });
            }
            Action::SendHeld => {
                let files: Vec<_> = std::mem::take(&mut self.model.watch.held).into_iter().collect();
                if !files.is_empty() {
                    self.hand_over(self.watch_target(), files, Agreed::Nothing);
                }
            }
            Action::LeaveHeld => self.model.watch.held.clear(),
        }
    }

    pub(super) fn watch_update(&mut self, update: Update) {
        match update {
            Update::Chosen(Some(path)) => match as_setting(&path) {
                Ok(folder) => self.set(vec![("watch.folder", Some(folder))]),
                Err(notice) => self.tell(notice),
            },
            Update::NoChooser => self.tell(Notice::text("no-file-chooser")),
            Update::State(number, state) if number == self.watching.number => {
                match &state {
                    State::Lost(failure) => self.tell(Notice::Failure(failure.clone())),
                    State::Own => self.tell(Notice::text("watch-own")),
                    State::Off | State::Starting | State::Watching => {}
                }
                self.model.watch.state = state;
            }
            Update::Complete(number, files) if number == self.watching.number => self.watch_take(files),
            Update::Chosen(None) | Update::State(..) | Update::Complete(..) => {}
            Update::Taken(taken) => {
                self.intake_ends();
                self.watch_taken(taken);
            }
        }
    }

    /// An upload of a file that was changed meanwhile may have ended.
    pub(super) fn watch_event(&mut self, event: &Event) {
        let Event::Finished(finished) = event else { return };
        if let Some(changed) = self.watching.underway.ended(finished.id) {
            self.watch_take(vec![changed]);
        }
    }

    /// Watches what the settings say; also when the engine was opened.
    pub(super) fn watch_follow(&mut self) {
        let wanted = self.model.settings.watch.folder.clone().filter(|_| self.core.is_some());
        if wanted.as_ref() == self.watching.running.as_ref().map(|(folder, _)| folder) {
            return;
        }
        self.watching.running = None;
        self.watching.number += 1;
        self.model.watch.state = State::Off;
        let (Some(folder), Some(core)) = (wanted, &self.core) else { return };
        let (number, reporter, home) = (self.watching.number, self.work.reporter(), core.home.clone());
        let is_own = move |folder: &Path| home.is_own(folder);
        match Watch::start(folder.clone(), is_own, move |seen| report(&reporter, number, seen)) {
            Ok(watch) => {
                self.model.watch.state = State::Starting;
                self.watching.running = Some((folder, watch));
            }
            Err(failure) => {
                self.tell(Notice::Failure(failure.clone()));
                self.model.watch.state = State::Lost(failure);
            }
        }
    }

    /// The profile that its files go to.
    fn watch_target(&self) -> String {
        let settings = &self.model.settings;
        settings.watch.profile.clone().unwrap_or_else(|| settings.default_profile.clone())
    }

    fn watch_take(&mut self, files: Vec<PathBuf>) {
        let Some(core) = self.core.clone() else { return };
        let files = self.watching.underway.begin(files);
        if files.is_empty() {
            return;
        }
        let (target, clock, reporter) = (self.watch_target(), self.clock, self.work.reporter());
        self.intake_begins();
        self.work.start(async move {
            let (updates, taken) = match take(&core, &target, files.clone(), clock()).await {
                Ok(taken) => taken,
                Err(failure) => (Vec::new(), Taken::Failed { failure, files }),
            };
            reporter.send(model::Update::Watch(Update::Taken(taken))).await;
            for update in updates {
                reporter.send(update).await;
            }
        });
    }

    fn watch_taken(&mut self, taken: Taken) {
        match taken {
            Taken::HandedOver { files, there } => {
                self.model.watch.taken += files.len();
                let again = self.watching.underway.handed_over(files, &there);
                if !there.is_empty() {
                    self.tell(Notice::text("watch-there").value("count", there.len()));
                }
                self.watch_take(again);
            }
            Taken::Unconfirmed { target, files } => {
                self.watch_hold(files);
                let count = self.model.watch.held.len();
                self.tell(Notice::text("watch-unconfirmed").value("count", count).value("target", target));
            }
            Taken::Failed { failure, files } => {
                self.watch_hold(files);
                self.tell(Notice::Failure(failure));
            }
        }
    }

    /// Those that have changed meanwhile are held as they will be then.
    fn watch_hold(&mut self, files: Vec<PathBuf>) {
        self.watching.underway.handed_over(Vec::new(), &files);
        self.model.watch.held.extend(files);
    }
}

/// The folder as the settings can keep it: their file is UTF-8, and a name that is not would become another one.
fn as_setting(folder: &Path) -> Result<String, Notice> {
    folder.to_str().map(str::to_owned).ok_or_else(|| {
        let shown = file_name::display(&folder.to_string_lossy());
        Notice::text("watch-not-text").value("folder", shown)
    })
}

fn report(reporter: &Reporter, number: u64, seen: Seen) {
    reporter.send_blocking(model::Update::Watch(match seen {
        Seen::Watching => Update::State(number, State::Watching),
        Seen::Lost(failure) => Update::State(number, State::Lost(failure)),
        Seen::Own => Update::State(number, State::Own),
        Seen::Complete(files) => Update::Complete(number, files),
    }));
}

/// Hands over what the target does not have, if the user has agreed to the target; and what the list is to be told.
async fn take(
    core: &Core,
    target: &str,
    mut files: Vec<PathBuf>,
    now_ms: i64,
) -> Result<(Vec<model::Update>, Taken), Failure> {
    let (profile, service) = core.targets.find(target)?;
    let settings = core.file.load().settings;
    if consent::first_upload(&settings, &profile, service).is_some() {
        return Ok((Vec::new(), Taken::Unconfirmed { target: profile.name, files }));
    }
    let before = again::uploaded_before(&core.store, &profile.name, &files, now_ms).await?;
    let there: HashSet<PathBuf> = before.into_iter().map(|before| before.path).collect();
    files.retain(|path| !there.contains(path));
    let there: Vec<PathBuf> = there.into_iter().collect();
    if files.is_empty() {
        return Ok((Vec::new(), Taken::HandedOver { files: Vec::new(), there }));
    }
    let (ids, updates) =
        intake::submit(core, files.clone(), &profile.name, settings.uploads.look_over).await?;
    Ok((updates, Taken::HandedOver { files: files.into_iter().zip(ids).collect(), there }))
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::*;

    #[test]
    fn a_folder_whose_name_is_not_text_is_refused_and_any_other_is_kept_as_it_is() {
        assert_eq!(as_setting(Path::new("/home/anna/最终版 'out'")).unwrap(), "/home/anna/最终版 'out'");
        #[cfg(unix)]
        let odd: OsString = std::os::unix::ffi::OsStringExt::from_vec(b"/home/anna/Gr\xf6".to_vec());
        #[cfg(windows)]
        let odd: OsString = {
            let units = "/home/anna/Gr".encode_utf16().chain([0xd800]);
            std::os::windows::ffi::OsStringExt::from_wide(&units.collect::<Vec<_>>())
        };
        let Err(Notice::Text { key, values }) = as_setting(Path::new(&odd)) else {
            panic!("it is kept as another one")
        };
        assert_eq!(key, "watch-not-text");
        assert_eq!(values, [("folder", "/home/anna/Gr\u{fffd}".to_owned())]);
    }
}
