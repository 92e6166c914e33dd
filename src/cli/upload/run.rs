//! One run of `affix upload`: hands the files over, shows what happens, prints the results in order.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use tokio::sync::mpsc;

use super::display::Display;
use super::tell;
use crate::cli::ask::{self, Reply};
use crate::cli::{line, say};
use crate::domain::attachment::{AttachmentId, BatchId, State};
use crate::domain::error::{Failure, Kind};
use crate::domain::link::Format;
use crate::domain::preflight::Finding;
use crate::store::{Row, Store};
use crate::transfer::{Answer, Event, Finished, Handle, Repairs, Scope};

/// Progress lines are drawn that often.
const REDRAW: Duration = Duration::from_millis(100);

pub(super) struct Run {
    handle: Handle,
    events: mpsc::Receiver<Event>,
    store: Store,
    display: Display,
    format: Format,
    /// Files in the order given, by id.
    order: Vec<AttachmentId>,
    ended: BTreeMap<AttachmentId, Finished>,
    /// How many results have been printed.
    printed: usize,
    /// Ctrl-C was pressed.
    presses: mpsc::Receiver<()>,
    cancelled: bool,
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
            ended: BTreeMap::new(),
            printed: 0,
            presses: listen(),
            cancelled: false,
        }
    }

    /// Uploads the files and answers how each ended, in the order given.
    pub(super) async fn upload(
        mut self,
        paths: Vec<PathBuf>,
        profile: &str,
        repairs: Repairs,
        agreed: bool,
    ) -> Result<Vec<State>, Failure> {
        let (batch, order) = self.handle.submit(paths.clone(), profile, repairs).await?;
        self.display.begin(order.iter().copied().zip(&paths));
        self.order = order;
        if !agreed {
            self.handle.cancel(Scope::All).await?;
        }
        self.follow(batch).await?;
        self.display.end();
        Ok(self.order.iter().map(|id| self.ended.get(id).map_or(State::Failed, |end| end.state)).collect())
    }

    async fn follow(&mut self, batch: BatchId) -> Result<(), Failure> {
        let mut redraw = tokio::time::interval(REDRAW);
        loop {
            tokio::select! {
                event = self.events.recv() => match event {
                    Some(Event::BatchDone(done)) if done == batch => return Ok(()),
                    Some(event) => self.event(event).await?,
                    None => return Ok(()),
                },
                _ = redraw.tick() => self.display.moving(&self.handle.moving()),
                Some(()) = self.presses.recv() => self.interrupted().await?,
            }
        }
    }

    async fn event(&mut self, event: Event) -> Result<(), Failure> {
        match event {
            Event::State { id, state, .. } => self.display.state(id, state),
            Event::Warned { findings, .. } => {
                for finding in findings {
                    self.display.note(&format!("Warning: {}", finding.message));
                }
            }
            Event::Asked { id, findings } => {
                if let Some(answer) = self.ask(&findings).await? {
                    self.handle.answer(id, answer).await?;
                }
            }
            Event::WillRetry { failure, after, .. } => self.display.note(&format!(
                "{}: {}. Next try in {:.1} s.",
                failure.asked.as_deref().unwrap_or("Upload"),
                failure.broke,
                after.as_secs_f64()
            )),
            Event::Trouble(failure) => self.display.suspend(|| tell(&failure)),
            Event::Finished(finished) => self.finished(*finished).await,
            Event::BatchDone(_) => {}
        }
        Ok(())
    }

    /// Offers the repairs that would mend every finding; no answer where Ctrl-C came first.
    async fn ask(&mut self, findings: &[Finding]) -> Result<Option<Answer>, Failure> {
        let repairs: Vec<_> = findings.iter().filter_map(|finding| finding.repair.clone()).collect();
        self.display.clear();
        for finding in findings {
            say::note(&finding.message);
        }
        let offers: Vec<_> = repairs.iter().map(crate::domain::preflight::Repair::offer).collect();
        let text = format!("{} Do that?", offers.join(" "));
        // On a thread of its own: somebody who thinks must be able to press Ctrl-C.
        let asking = tokio::task::spawn_blocking(move || ask::question(&text, false));
        tokio::select! {
            reply = asking => match reply {
                Ok(Reply::Yes) => Ok(Some(Answer::Repair(repairs))),
                _ => Ok(Some(Answer::Refuse)),
            },
            Some(()) = self.presses.recv() => self.interrupted().await.map(|()| None),
        }
    }

    async fn finished(&mut self, finished: Finished) {
        self.display.finished(&finished);
        if let Some(failure) = &finished.failure {
            self.display.suspend(|| tell(failure));
        }
        self.ended.insert(finished.id, finished);
        // Results come in the order given, as soon as every earlier one is there.
        while let Some(ended) = self.order.get(self.printed).and_then(|id| self.ended.get(id)) {
            let row = self.row(ended).await;
            let text = row.map(|row| line::render(&self.format, row)).unwrap_or_default();
            self.printed += 1;
            let printed = self.display.suspend(|| say::result(&text));
            if printed.is_err() {
                // Nobody reads the results any more; the uploads go on, the history has the links.
                self.printed = self.order.len();
            }
        }
    }

    /// The row as it is kept; where it could not be written, with what is known from the engine.
    async fn row(&self, ended: &Finished) -> Option<Row> {
        let mut row = self.store.attachment(ended.id).await.ok()??;
        if row.state != ended.state {
            row.state = ended.state;
            row.receipt.clone_from(&ended.receipt);
        }
        if ended.failure.is_some() {
            row.failure.clone_from(&ended.failure);
        }
        Some(row)
    }

    /// The first Ctrl-C cancels cleanly, the second stops at once.
    async fn interrupted(&mut self) -> Result<(), Failure> {
        if self.cancelled {
            return Err(
                Failure::new(Kind::Cancelled, "Stopped at once").advice("What was done is in the history.")
            );
        }
        self.cancelled = true;
        let done = self.ended.values().filter(|ended| ended.state == State::Done).count();
        self.display.note(&format!(
            "Cancelling: {done} of {} uploaded. Press Ctrl-C again to stop at once.",
            self.order.len()
        ));
        self.handle.cancel(Scope::All).await
    }
}

/// Hears each Ctrl-C, also while something else is under way.
fn listen() -> mpsc::Receiver<()> {
    let (sender, presses) = mpsc::channel(2);
    tokio::spawn(
        async move { while tokio::signal::ctrl_c().await.is_ok() && sender.send(()).await.is_ok() {} },
    );
    presses
}
