//! One run of `affix upload`: hands the files over, shows what happens, prints the results in order.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::PathBuf;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior};

use super::display::Display;
use crate::cli::ask::{self, Reply};
use crate::cli::{line, say};
use crate::domain::attachment::{AttachmentId, State};
use crate::domain::changes::{Removed, Sent};
use crate::domain::error::{Failure, Kind};
use crate::domain::link::Format;
use crate::domain::preflight::{Finding, Repair};
use crate::domain::progress::human_duration;
use crate::store::{Row, Store};
use crate::transfer::again::Before;
use crate::transfer::{Answer, Event, Finished, HandOver, Handle, HostWait, Scope, WaitReason};

/// Progress lines are drawn that often.
const REDRAW: Duration = Duration::from_millis(100);

/// Results that come within this time are printed together.
const GATHER: Duration = Duration::from_millis(20);

/// With more files than this left, events are looked at together: each wakes this thread, and a file has several.
const MANY: usize = 16;

/// How long events may wait then.
const TOGETHER: Duration = Duration::from_millis(5);

/// Rows that are read together.
const READ_AT_ONCE: usize = 1000;

pub(super) struct Run {
    handle: Handle,
    events: mpsc::Receiver<Event>,
    store: Store,
    display: Display,
    format: Format,
    /// Files in the order given, by id.
    order: Vec<AttachmentId>,
    /// Files that are there already, by their place in the order: nothing is sent of them.
    known: BTreeMap<usize, Row>,
    /// How each file ended; no more of it, because there may be 100,000.
    ended: BTreeMap<AttachmentId, State>,
    /// What ended before files that come earlier in the order.
    waiting: BTreeMap<AttachmentId, Box<Finished>>,
    /// How many results have been printed.
    printed: usize,
    /// When results may be there to be printed.
    due: Option<Instant>,
    /// Ctrl-C was pressed.
    presses: mpsc::Receiver<()>,
    cancelled: bool,
    /// Somebody is there to be asked about repairs.
    asks: bool,
    /// The hosts that cannot be reached, and why, as far as it was told.
    hosts_told: HashSet<(String, WaitReason)>,
    /// The last trouble that was told.
    told: Option<Failure>,
    /// Results could not be written, and not because their reader had enough.
    lost_results: bool,
}

/// A file whose result is due.
enum Ready {
    /// Of an upload before.
    Known(Box<Row>),
    Ended(Box<Finished>),
}

fn as_it_ended(mut row: Row, ended: Box<Finished>) -> Row {
    if row.state != ended.state {
        (row.state, row.receipt) = (ended.state, ended.receipt);
    }
    row.failure = ended.failure.or(row.failure);
    row
}

impl Run {
    pub(super) fn begin(
        handle: Handle,
        events: mpsc::Receiver<Event>,
        store: Store,
        display: Display,
        format: Format,
    ) -> Self {
        Self {
            handle,
            events,
            store,
            display,
            format,
            order: Vec::new(),
            known: BTreeMap::new(),
            ended: BTreeMap::new(),
            waiting: BTreeMap::new(),
            printed: 0,
            due: None,
            presses: listen(),
            cancelled: false,
            asks: true,
            hosts_told: HashSet::new(),
            told: None,
            lost_results: false,
        }
    }

    /// Takes what is there already as the result of these files.
    pub(super) fn knowing(mut self, paths: &[PathBuf], before: Vec<Before>) -> Self {
        let rows: HashMap<PathBuf, Row> = before.into_iter().map(|one| (one.path, one.row)).collect();
        for (place, path) in paths.iter().enumerate() {
            if let Some(row) = rows.get(path) {
                // The result is this file's, wherever the earlier one lay.
                let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
                self.known.insert(place, Row { path: path.clone(), name, ..row.clone() });
            }
        }
        self
    }

    /// Uploads the files; true when all of them are uploaded and their results told.
    pub(super) async fn upload(
        mut self,
        paths: Vec<PathBuf>,
        profile: &str,
        how: HandOver,
        agreed: bool,
    ) -> Result<bool, Failure> {
        let places = paths.len();
        let files = paths.into_iter().enumerate();
        let files: Vec<_> =
            files.filter(|(place, _)| !self.known.contains_key(place)).map(|(_, path)| path).collect();
        if files.is_empty() {
            self.put_in_order(places, &[]);
            self.print().await;
        } else {
            let (_, ids) = if agreed {
                self.handle.submit_as(files.clone(), profile, how).await?
            } else {
                self.handle.decline(files.clone(), profile).await?
            };
            self.display.begin(ids.iter().copied().zip(&files));
            self.put_in_order(places, &ids);
            self.follow().await?;
        }
        Ok(self.end(agreed))
    }

    /// Goes on with what earlier runs left; true when all of it is uploaded and the results told. `asks`: somebody is
    /// there to be asked about repairs.
    pub(super) async fn resume(mut self, asks: bool) -> Result<bool, Failure> {
        self.asks = asks;
        let taken = self.handle.take_up(true).await?;
        let count = taken.going_on + taken.paused + taken.unsure;
        if count == 0 {
            self.display.note("Nothing is left unfinished.");
            return Ok(true);
        }
        // Each tells what it has become before anything begins.
        let mut settled = Vec::new();
        while self.order.len() < count {
            match self.events.recv().await {
                Some(Event::State { id, .. }) => self.order.push(id),
                Some(Event::Finished(finished)) => {
                    self.order.push(finished.id);
                    settled.push(finished);
                }
                Some(other) => self.event(other).await?,
                None => break,
            }
        }
        self.order.sort_unstable();
        let paths = self.paths().await?;
        self.display.begin(self.order.iter().copied().zip(&paths));
        for finished in settled {
            self.finished(finished);
        }
        if taken.paused > 0 {
            self.handle.resume(Scope::All).await?;
        }
        self.follow().await?;
        Ok(self.end(true))
    }

    /// Of the files in their order.
    async fn paths(&self) -> Result<Vec<PathBuf>, Failure> {
        let mut paths = BTreeMap::new();
        for part in self.order.chunks(READ_AT_ONCE) {
            let rows = self.store.rows(part.to_vec()).await?;
            paths.extend(rows.into_iter().map(|row| (row.id, row.path)));
        }
        Ok(self.order.iter().map(|id| paths.remove(id).unwrap_or_default()).collect())
    }

    fn end(&self, agreed: bool) -> bool {
        self.display.end();
        if self.cancelled || !agreed {
            self.display.note(&format!("Cancelled. {}", self.so_far()));
        }
        let uploaded = self.order.iter().all(|id| self.ended.get(id) == Some(&State::Done));
        uploaded && !self.lost_results
    }

    /// What is known has its earlier upload's id.
    fn put_in_order(&mut self, places: usize, ids: &[AttachmentId]) {
        let mut new = ids.iter();
        for place in 0..places {
            let known = self.known.get(&place).map(|row| row.id);
            self.ended.extend(known.map(|id| (id, State::Done)));
            self.order.extend(known.or_else(|| new.next().copied()));
        }
        if !self.known.is_empty() {
            let there = format!("{} of {places} already there, not uploaded again.", self.known.len());
            self.display.note(&there);
        }
    }

    /// Until every file has ended and its result is printed.
    async fn follow(&mut self) -> Result<(), Failure> {
        let followed = self.follow_to_the_end().await;
        self.print().await;
        followed
    }

    async fn follow_to_the_end(&mut self) -> Result<(), Failure> {
        let mut redraw = tokio::time::interval(REDRAW);
        redraw.set_missed_tick_behavior(MissedTickBehavior::Delay);
        // The same earlier upload may stand for several files.
        let awaited = self.order.iter().collect::<BTreeSet<_>>().len();
        while self.ended.len() < awaited {
            tokio::select! {
                event = self.events.recv() => {
                    let Some(event) = event else { return Ok(()) };
                    self.event(event).await?;
                    while let Ok(event) = self.events.try_recv() {
                        self.event(event).await?;
                    }
                    if awaited - self.ended.len() > MANY {
                        tokio::time::sleep(TOGETHER).await;
                    }
                }
                () = tokio::time::sleep_until(self.due.unwrap_or_else(Instant::now)), if self.due.is_some() => {
                    self.print().await;
                }
                _ = redraw.tick() => self.display.moving(&self.handle.moving()),
                Some(()) = self.presses.recv() => self.interrupted().await?,
            }
        }
        Ok(())
    }

    async fn event(&mut self, event: Event) -> Result<(), Failure> {
        match event {
            Event::State { id, state, .. } => self.display.state(id, state),
            Event::Warned { id, findings } => {
                let name = self.display.name(id);
                for finding in findings {
                    self.display.note(&format!("Warning: {name}: {}", finding.message));
                }
            }
            Event::Changed { id, sent } => {
                if let Some(what) = sent.and_then(|sent| what_is_gone(&sent)) {
                    self.display.note(&format!("{}: {what}", self.display.name(id)));
                }
            }
            // What was cancelled meanwhile is not asked about.
            Event::Asked { .. } if self.cancelled => {}
            Event::Asked { id, .. } if !self.asks => self.handle.answer(id, Answer::Refuse).await?,
            Event::Asked { id, findings } => match self.ask(&findings).await {
                Some(answer) => self.handle.answer(id, answer).await?,
                None => self.interrupted().await?,
            },
            Event::WillRetry { failure, after, .. } => self.display.note(&format!(
                "{}: {}. Next try in {}.",
                failure.asked.as_deref().unwrap_or("Upload"),
                failure.broke,
                human_duration(after.as_secs().max(1))
            )),
            Event::Trouble(failure) => self.trouble(failure),
            Event::Finished(finished) => self.finished(finished),
            Event::HostWaits(wait) => self.host_waits(&wait),
            Event::HostGoesOn { host } => self.hosts_told.retain(|(told, _)| *told != host),
            Event::BatchDone(_) | Event::Checked { .. } => {}
        }
        Ok(())
    }

    /// Once, however often it is tried. A file that is told to wait says so itself, with the time.
    fn host_waits(&mut self, wait: &HostWait) {
        let line = match wait.reason {
            WaitReason::Asked => return,
            WaitReason::Unreachable => format!("{} cannot be reached: waiting", wait.host),
            WaitReason::Offline => "No network: waiting".to_owned(),
        };
        if self.hosts_told.insert((wait.host.clone(), wait.reason)) {
            self.display.note(&line);
        }
    }

    /// A full disk fails every write: it is said once.
    fn trouble(&mut self, failure: Failure) {
        if self.told.as_ref() != Some(&failure) {
            self.display.suspend(|| say::failure(&failure));
            self.told = Some(failure);
        }
    }

    /// Offers the repairs that would mend every finding; none: Ctrl-C was pressed instead of an answer.
    async fn ask(&mut self, findings: &[Finding]) -> Option<Answer> {
        let repairs: Vec<_> = findings.iter().filter_map(|finding| finding.repair.clone()).collect();
        let offers: Vec<_> = repairs.iter().map(Repair::offer).collect();
        let messages: Vec<_> = findings.iter().map(|finding| finding.message.clone()).collect();
        // The progress is hidden and nothing is drawn until the answer is there. The thread that waits for it ends
        // with the program.
        self.display.clear();
        let asking = tokio::task::spawn_blocking(move || {
            for message in messages {
                say::note(&message);
            }
            ask::question(&format!("{} Do that?", offers.join(" ")), false)
        });
        let reply = tokio::select! {
            reply = asking => reply.unwrap_or(Reply::No),
            Some(()) = self.presses.recv() => return None,
        };
        Some(if reply == Reply::Yes { Answer::Repair(repairs) } else { Answer::Refuse })
    }

    fn finished(&mut self, finished: Box<Finished>) {
        self.display.finished(&finished);
        if let Some(failure) = finished.failure.as_ref().filter(|failure| is_told(failure)) {
            self.display.suspend(|| say::failure(failure));
        }
        self.ended.insert(finished.id, finished.state);
        self.waiting.insert(finished.id, finished);
        self.due.get_or_insert_with(|| Instant::now() + GATHER);
    }

    /// Results come in the order given, as soon as every earlier one is there.
    async fn print(&mut self) {
        self.due = None;
        loop {
            let ready = self.ready();
            if ready.is_empty() {
                break;
            }
            self.printed += ready.len();
            let text = self.lines(ready).await;
            let printed = self.display.suspend(|| say::results(&text));
            if let Err(error) = printed {
                self.unprinted(&error);
            }
        }
        if self.printed == self.order.len() {
            self.waiting.clear();
        }
    }

    /// What comes next and has ended.
    fn ready(&mut self) -> Vec<Ready> {
        let mut ready = Vec::new();
        while let Some(id) = self.order.get(self.printed + ready.len()).filter(|_| ready.len() < READ_AT_ONCE)
        {
            let known = self.known.remove(&(self.printed + ready.len()));
            let next = known.map(|row| Ready::Known(Box::new(row)));
            let Some(next) = next.or_else(|| self.waiting.remove(id).map(Ready::Ended)) else { break };
            ready.push(next);
        }
        ready
    }

    /// Of rows as they are kept; where one could not be written, with what is known from the engine.
    async fn lines(&self, ready: Vec<Ready>) -> String {
        let ids = ready.iter().filter_map(|one| match one {
            Ready::Ended(ended) => Some(ended.id),
            Ready::Known(_) => None,
        });
        let rows = self.store.rows(ids.collect()).await.unwrap_or_default();
        let mut rows: HashMap<AttachmentId, Row> = rows.into_iter().map(|row| (row.id, row)).collect();
        let mut lines = String::new();
        for one in ready {
            let row = match one {
                Ready::Known(row) => Some(*row),
                Ready::Ended(ended) => rows.remove(&ended.id).map(|row| as_it_ended(row, ended)),
            };
            lines.push_str(&row.map(|row| line::render(&self.format, row)).unwrap_or_default());
            lines.push('\n');
        }
        lines
    }

    /// The results go nowhere any more; the uploads go on, the history has the links. A reader that has gone knows it.
    fn unprinted(&mut self, error: &std::io::Error) {
        self.printed = self.order.len();
        if error.kind() != std::io::ErrorKind::BrokenPipe {
            self.lost_results = true;
            let failure = Failure::new(Kind::Storage, "The results could not be written")
                .cause(error)
                .advice("The uploads go on. `affix history` has the links.");
            self.display.suspend(|| say::failure(&failure));
        }
    }

    /// The first Ctrl-C cancels cleanly, the second stops at once.
    async fn interrupted(&mut self) -> Result<(), Failure> {
        if self.cancelled {
            return Err(
                Failure::new(Kind::Cancelled, "Stopped at once").advice("What was done is in the history.")
            );
        }
        self.cancelled = true;
        self.display.note(&format!("Cancelling. {} Press Ctrl-C again to stop at once.", self.so_far()));
        self.handle.cancel(Scope::All).await
    }

    fn so_far(&self) -> String {
        let done = self.ended.values().filter(|state| **state == State::Done).count();
        format!("{done} of {} uploaded.", self.order.len())
    }
}

/// What the copy that is sent lacks.
fn what_is_gone(sent: &Sent) -> Option<&'static str> {
    sent.removed.map(|removed| match removed {
        Removed::Location => "location removed",
        Removed::Metadata => "metadata removed",
    })
}

/// Whoever cancelled knows it; 10,000 lines would only say it again. What may have arrived is told.
fn is_told(failure: &Failure) -> bool {
    failure.kind != Kind::Cancelled || failure.advice.is_some()
}

/// Hears each Ctrl-C, also while something else is under way.
fn listen() -> mpsc::Receiver<()> {
    let (sender, presses) = mpsc::channel(2);
    tokio::spawn(
        async move { while tokio::signal::ctrl_c().await.is_ok() && sender.send(()).await.is_ok() {} },
    );
    presses
}
