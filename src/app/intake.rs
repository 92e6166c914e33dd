//! Takes files in: dialogs, folders looked through, the clipboard; then hands them to the engine, once what must be
//! asked is answered.

mod paste;
mod scan;

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::watch;

use super::App;
use super::work::Core;
use crate::domain::attachment::AttachmentId;
use crate::domain::error::Failure;
use crate::domain::file_name;
use crate::model::intake::{Action, Pasted, Scanned, Update};
use crate::model::questions::{self, OnClose, Question};
use crate::model::{self, Notice, list};
use crate::platform::chooser::{self, Choice};
use crate::settings::Settings;
use crate::transfer::{Repairs, consent};

/// Files and folders that are looked through one list after the other, so that their order stays.
#[derive(Debug, Default)]
pub(super) struct Taking {
    number: u64,
    /// Set to stop the look that runs; `None`: none does.
    stop: Option<Arc<AtomicBool>>,
    /// Target and paths.
    waiting: VecDeque<(String, Vec<PathBuf>)>,
    /// Lists that are read from the clipboard, compared or handed over: no database knows them yet.
    on_their_way: usize,
    /// The window closes, and what becomes of what is on its way then.
    end: watch::Sender<Option<OnClose>>,
}

/// What the user has agreed to already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Agreed {
    Nothing,
    ToTheTarget,
    ToAll,
    /// Nothing more: they are only kept.
    ToKeep,
}

impl App {
    pub(super) fn intake_action(&mut self, core: &Core, action: Action) {
        match action {
            Action::Add(paths) => self.take(paths),
            Action::ChooseFiles => self.choose(chooser::pick_files(self.texts.get("add-files"))),
            Action::ChooseFolder => self.choose(chooser::pick_folders(self.texts.get("add-folder"))),
            Action::Paste(text) => {
                let folder = core.home.cache_dir().join("pasted");
                self.intake_begins();
                self.work.spawn(async move {
                    let pasted = tokio::task::spawn_blocking(move || paste::take(text, &folder));
                    model::Update::Intake(Update::Pasted(pasted.await.unwrap_or(Pasted::Nothing)))
                });
            }
            Action::StopScan => self.stop_scan(),
        }
    }

    /// A list of files begins its way to the engine; every one ends it with [`Self::intake_ends`].
    pub(super) fn intake_begins(&mut self) {
        self.intake.on_their_way += 1;
    }

    /// It is in the database, in a question, in the next step's hands, or given up.
    pub(super) fn intake_ends(&mut self) {
        self.intake.on_their_way = self.intake.on_their_way.saturating_sub(1);
    }

    /// The window closes: files on their way are stopped, or kept for the next start.
    pub(super) fn intake_end(&mut self, how: OnClose) {
        self.intake.end.send_replace(Some(how));
        if how == OnClose::Stop {
            self.intake.waiting.clear();
            self.stop_scan();
        }
    }

    /// What nobody answers any more: files that were asked about are kept for the next start, or dropped.
    pub(super) fn intake_settle(&mut self, how: OnClose) {
        for (target, files) in self.model.questions.take_files() {
            if how == OnClose::Pause {
                self.hand_over(target, files, Agreed::ToKeep);
            }
        }
    }

    /// Files wait for the engine to be opened.
    pub(super) fn is_given_early(&self) -> bool {
        let gives = |action: &model::Action| {
            matches!(action, model::Action::Intake(Action::Add(_) | Action::Paste(_)))
        };
        self.early.iter().chain(&self.actions).any(gives)
    }

    fn stop_scan(&self) {
        if let Some(stop) = &self.intake.stop {
            stop.store(true, Ordering::Relaxed);
        }
    }

    /// Whether files are on their way to the engine.
    pub(super) fn is_taking(&self) -> bool {
        self.intake.stop.is_some() || !self.intake.waiting.is_empty() || self.intake.on_their_way > 0
    }

    pub(super) fn intake_update(&mut self, update: Update) {
        if matches!(update, Update::Pasted(_) | Update::HandedOver) {
            self.intake_ends();
        }
        match update {
            Update::Chosen(paths) => {
                self.model.intake.choosing = false;
                self.take(paths);
            }
            Update::NoChooser => {
                self.model.intake.choosing = false;
                self.tell(Notice::text("no-file-chooser"));
            }
            Update::Scanning(scan) => {
                // A late one of a look that has ended is no news.
                if self.intake.stop.is_some() && scan.number == self.intake.number {
                    self.model.intake.scan = Some(scan);
                }
            }
            Update::Scanned(scanned) => self.scanned(scanned),
            Update::HandedOver => {}
            Update::Pasted(Pasted::Paths(paths)) => self.take(paths),
            Update::Pasted(Pasted::Kept(path)) => {
                let name = file_name::display(&path.file_name().unwrap_or_default().to_string_lossy());
                self.tell(Notice::text("pasted").value("name", name));
                self.take(vec![path]);
            }
            Update::Pasted(Pasted::Nothing) => self.tell(Notice::text("clipboard-empty")),
            Update::Pasted(Pasted::Failed(failure)) => self.tell(Notice::Failure(failure)),
        }
    }

    /// Opens a dialog; one at a time.
    fn choose(&mut self, dialog: impl Future<Output = Choice<Vec<PathBuf>>> + Send + 'static) {
        if std::mem::replace(&mut self.model.intake.choosing, true) {
            return;
        }
        self.work.spawn(async move {
            model::Update::Intake(match dialog.await {
                Choice::Chosen(paths) => Update::Chosen(paths),
                Choice::Canceled => Update::Chosen(Vec::new()),
                Choice::Missing => Update::NoChooser,
            })
        });
    }

    /// Files and folders for the target that is picked now, whatever is picked when they have been looked through.
    fn take(&mut self, paths: Vec<PathBuf>) {
        if !paths.is_empty() {
            self.intake.waiting.push_back((self.model.targets.picked.clone(), paths));
            self.look_through();
        }
    }

    fn look_through(&mut self) {
        if self.intake.stop.is_some() {
            return;
        }
        let Some((target, paths)) = self.intake.waiting.pop_front() else { return };
        let stop = Arc::new(AtomicBool::new(false));
        self.intake.stop = Some(stop.clone());
        self.intake.number += 1;
        let (number, reporter) = (self.intake.number, self.work.reporter());
        self.work.spawn(async move {
            let scanning = tokio::task::spawn_blocking(move || {
                let tell = |scan| reporter.send_blocking(model::Update::Intake(Update::Scanning(scan)));
                scan::look_through(&paths, number, &stop, tell)
            });
            let found = scanning.await.unwrap_or_default();
            model::Update::Intake(Update::Scanned(Scanned { target, ..found }))
        });
    }

    fn scanned(&mut self, scanned: Scanned) {
        self.intake.stop = None;
        self.model.intake.scan = None;
        self.tell_about(&scanned);
        let Scanned { target, files, stopped, .. } = scanned;
        if !stopped && !files.is_empty() {
            self.hand_over(target, files, Agreed::Nothing);
        }
        self.look_through();
    }

    /// What was left out, and why.
    fn tell_about(&mut self, scanned: &Scanned) {
        if scanned.stopped {
            self.tell(Notice::text("scan-stopped"));
            return;
        }
        for (paths, key) in [(&scanned.missing, "paths-missing"), (&scanned.unreadable, "folders-unreadable")]
        {
            if let Some(first) = paths.first() {
                let name = file_name::display(&first.display().to_string());
                self.tell(Notice::text(key).value("count", paths.len()).value("name", name));
            }
        }
        if scanned.hidden > 0 {
            self.tell(Notice::text("hidden-skipped").value("count", scanned.hidden));
        }
        if scanned.files.is_empty() && scanned.missing.is_empty() && scanned.unreadable.is_empty() {
            self.tell(Notice::text("folder-empty"));
        }
    }

    /// Asks what is still to be asked, one question after the other, then hands the files to the engine: from there
    /// on they are in the database.
    pub(super) fn hand_over(&mut self, target: String, files: Vec<PathBuf>, agreed: Agreed) {
        let Some(core) = self.core.clone() else { return };
        self.intake_begins();
        let (clock, reporter, end) = (self.clock, self.work.reporter(), self.intake.end.subscribe());
        self.work.start(async move {
            let step = next_step(&core, (target, files), agreed, (clock(), end)).await;
            let failed = |failure| vec![model::Update::Tell(Notice::Failure(failure))];
            let updates = step.unwrap_or_else(failed);
            for update in updates.into_iter().chain([model::Update::Intake(Update::HandedOver)]) {
                reporter.send(update).await;
            }
        });
    }
}

async fn next_step(
    core: &Core,
    (target, files): (String, Vec<PathBuf>),
    agreed: Agreed,
    (now_ms, mut end): (i64, watch::Receiver<Option<OnClose>>),
) -> Result<Vec<model::Update>, Failure> {
    let ask = |question| Ok(vec![model::Update::Questions(questions::Update::Ask(Box::new(question)))]);
    let (profile, service) = core.targets.find(&target)?;
    let settings: Settings = core.file.load().settings;
    if agreed < Agreed::ToTheTarget
        && let Some(first) = consent::first_upload(&settings, &profile, service)
    {
        return ask(Question::FirstUpload { first, files });
    }
    if agreed < Agreed::ToAll {
        let again = tokio::select! {
            biased;
            // Large files are compared for a long time.
            keep = async { end.wait_for(Option::is_some).await.is_ok_and(|how| *how == Some(OnClose::Pause)) } => {
                return if keep { Ok(submit(core, files, &target, true).await?.1) } else { Ok(Vec::new()) };
            }
            again = consent::again(&core.store, &profile, &files, now_ms) => again?,
        };
        match again {
            consent::Again::Upload => {}
            consent::Again::Ask(before) => return ask(Question::Again { target, files, before }),
            consent::Again::Existing(before) => {
                let taken = questions::Update::Existing { target, files, before };
                return Ok(vec![model::Update::Questions(taken)]);
            }
        }
    }
    let held = settings.uploads.look_over || agreed == Agreed::ToKeep;
    Ok(submit(core, files, &target, held).await?.1)
}

/// Hands files to the engine: their numbers in the same order, and what the window is told.
pub(super) async fn submit(
    core: &Core,
    files: Vec<PathBuf>,
    target: &str,
    held: bool,
) -> Result<(Vec<AttachmentId>, Vec<model::Update>), Failure> {
    let handle = &core.handle;
    let (_, ids) = if held {
        handle.submit_held(files, target, Repairs::Ask).await?
    } else {
        handle.submit(files, target, Repairs::Ask).await?
    };
    let key = if held { "handed-over-held" } else { "handed-over" };
    let told = model::Update::Tell(Notice::text(key).value("count", ids.len()));
    // Nothing happens to files that are held, so no event brings them into the list.
    Ok((ids.clone(), vec![model::Update::List(list::Update::Changed(ids)), told]))
}
