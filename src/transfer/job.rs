//! One try of one attachment: walks the line, keeps what happens, says how it ended.

use std::collections::{BTreeMap, VecDeque};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{Notify, mpsc};
use tokio_util::sync::CancellationToken;

use super::board::Board;
use super::line::{self, NotCleared};
use super::{Config, Event, Repairs, Resolved};
use crate::domain::attachment::{Activity, AttachmentId, BatchId, State};
use crate::domain::error::{Failure, Retry, Step};
use crate::domain::preflight::{Finding, Repair};
use crate::domain::receipt::Receipt;
use crate::services::body::Gauge;
use crate::services::http::{Context, Exchange, Observer, Redactor};

/// What one try needs to know.
#[derive(Debug, Clone)]
pub(super) struct Job {
    pub(super) id: AttachmentId,
    pub(super) batch: BatchId,
    pub(super) path: PathBuf,
    pub(super) profile: String,
    pub(super) policy: Repairs,
    /// The repairs that the user has chosen.
    pub(super) decided: Option<Vec<Repair>>,
    pub(super) tries: u32,
    pub(super) answer_lost: bool,
    pub(super) checkpoint: Option<String>,
    pub(super) cache: Arc<Mutex<BTreeMap<String, String>>>,
    pub(super) cancel: CancellationToken,
}

/// How a try ended.
#[derive(Debug)]
pub(super) enum Ended {
    Done(Receipt),
    Failed(Failure),
    /// The front has to decide about repairs.
    Asked(Vec<Finding>),
}

/// What a try leaves behind.
#[derive(Debug)]
pub(super) struct Outcome {
    pub(super) ended: Ended,
    pub(super) checkpoint: Option<String>,
    /// The service's host, which alone is paused when it asks to wait.
    pub(super) host: Option<String>,
}

/// Works on one attachment until it is done, failed or has a question.
pub(super) async fn run(job: Job, config: Config, events: mpsc::Sender<Event>, board: Board) -> Outcome {
    let notes = Arc::new(Notes { job: job.id, board: board.clone(), ..Notes::new(job.checkpoint.clone()) });
    let mut host = None;
    let keeper = Keeper { job: &job, config: &config, events: &events, notes: &notes };
    let ended = tokio::select! {
        biased;
        () = job.cancel.cancelled() => Ended::Failed(notes.cancelled()),
        ended = walk(&job, &keeper, &mut host) => ended,
    };
    keeper.close_attempt(&ended).await;
    board.remove(job.id);
    let checkpoint = notes.lock().checkpoint.clone();
    let asked = format!("Upload {} to {}", crate::domain::file_name::display(&file_name(&job)), job.profile);
    let ended = match ended {
        Ended::Failed(failure) => Ended::Failed(failure.asked(asked)),
        ended => ended,
    };
    Outcome { ended, checkpoint, host }
}

fn file_name(job: &Job) -> String {
    job.path.file_name().unwrap_or(job.path.as_os_str()).to_string_lossy().into_owned()
}

/// The straight line of one try.
async fn walk(job: &Job, keeper: &Keeper<'_>, host: &mut Option<String>) -> Ended {
    match steps(job, keeper, host).await {
        Ok(receipt) => Ended::Done(receipt),
        Err(NotCleared::Failed(failure)) => Ended::Failed(failure),
        Err(NotCleared::Ask(findings)) => Ended::Asked(findings),
    }
}

async fn steps(job: &Job, keeper: &Keeper<'_>, host: &mut Option<String>) -> Result<Receipt, NotCleared> {
    let store = &keeper.config.store;
    keeper.state(Step::Inspect).await;
    let inspected = line::inspect(&job.path).await?;
    keeper.kept(store.set_facts(job.id, inspected.facts()).await).await;
    let resolved = keeper.config.targets.resolve(&job.profile).await.map_err(|f| f.at(Step::Prepare))?;
    *host = Some(resolved.service.host(&resolved.target));
    keeper.state(Step::Preflight).await;
    let cleared = inspected.clear(&resolved, job.decided.clone(), job.policy)?;
    if !cleared.warnings.is_empty() && job.tries == 0 {
        let findings = cleared.warnings.clone();
        keeper.emit(Event::Warned { id: job.id, findings }).await;
    }
    keeper.state(Step::Prepare).await;
    let prepared = cleared.prepare(&resolved, job.answer_lost).await?;
    // Nothing leaves this computer before the try stands in the database.
    let attempt = store.begin_attempt(job.id).await.map_err(|f| f.at(Step::Record))?;
    keeper.notes.lock().attempt = Some(attempt);
    let mut exchange = Exchange::new(keeper.context(job, &resolved));
    let work = prepared.upload(&resolved, &mut exchange);
    Ok(keeper.write_down(attempt, work).await?)
}

impl From<Failure> for NotCleared {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

/// Keeps what a try does: in the database, and as events.
struct Keeper<'a> {
    job: &'a Job,
    config: &'a Config,
    events: &'a mpsc::Sender<Event>,
    notes: &'a Arc<Notes>,
}

impl Keeper<'_> {
    fn context(&self, job: &Job, resolved: &Resolved) -> Context {
        let mut redactor = Redactor::default();
        for secret in resolved.target.secrets.values() {
            redactor.hide(secret.expose());
        }
        Context {
            http: self.config.http.clone(),
            observer: self.notes.clone(),
            cancel: job.cancel.clone(),
            redactor,
            checkpoint: job.checkpoint.clone(),
            cache: job.cache.clone(),
            clock: self.config.clock,
        }
    }

    /// Runs the upload and writes down meanwhile what it notes.
    async fn write_down(
        &self,
        attempt: u32,
        work: impl Future<Output = Result<Receipt, Failure>>,
    ) -> Result<Receipt, Failure> {
        let (ended, closed) = tokio::sync::oneshot::channel::<()>();
        let working = async {
            let result = work.await;
            drop(ended);
            result
        };
        // Ends between two writes only: one that is dropped half done would be lost.
        let writing = async {
            let mut closed = closed;
            while tokio::select! {
                () = self.notes.news.notified() => true,
                _ended = &mut closed => false,
            } {
                self.drain(attempt).await;
            }
        };
        tokio::join!(working, writing).0
    }

    /// Writes down what the last step left, and that the attempt has ended; also when it was cancelled.
    async fn close_attempt(&self, ended: &Ended) {
        let Some(attempt) = self.notes.lock().attempt else { return };
        self.drain(attempt).await;
        let failure = match ended {
            Ended::Failed(failure) => Some(failure),
            Ended::Done(_) | Ended::Asked(_) => None,
        };
        self.kept(self.config.store.end_attempt(self.job.id, attempt, failure).await).await;
    }

    async fn drain(&self, attempt: u32) {
        let store = &self.config.store;
        // One at a time: a cancelled try drops this while it waits, and what it had taken would be lost.
        while let Some(note) = self.notes.next() {
            match note {
                Note::Step(step) => self.state(step).await,
                Note::Activity(activity) => {
                    self.kept(store.add_activity(self.job.id, attempt, *activity).await).await;
                }
                Note::Checkpoint(kept) => self.kept(store.set_checkpoint(self.job.id, kept).await).await,
            }
        }
    }

    async fn state(&self, step: Step) {
        let state = state_at(step);
        let before = self.notes.lock().step.replace(step);
        // The steps before the network pass in milliseconds: only the first of them is worth a commit.
        if before.is_none() || step >= Step::Ticket {
            self.kept(self.config.store.set_state(self.job.id, state, Some(step)).await).await;
        }
        self.emit(Event::State { id: self.job.id, state, step: Some(step) }).await;
    }

    /// A write beside the upload that failed is told, and does not stop the upload.
    async fn kept(&self, result: Result<(), Failure>) {
        if let Err(failure) = result {
            self.emit(Event::Trouble(failure)).await;
        }
    }

    async fn emit(&self, event: Event) {
        // A front that has gone needs no events.
        let _gone = self.events.send(event).await;
        (self.config.waker)();
    }
}

/// The state that a step shows as.
fn state_at(step: Step) -> State {
    match step {
        Step::Inspect | Step::Preflight | Step::Prepare | Step::Ticket => State::Preparing,
        Step::Send => State::Uploading,
        Step::Confirm | Step::Verify | Step::Record => State::Finishing,
    }
}

/// What an exchange tells, until the keeper has written it down.
#[derive(Debug)]
struct Notes {
    job: AttachmentId,
    board: Board,
    news: Notify,
    inside: Mutex<Inside>,
}

#[derive(Debug, Default)]
struct Inside {
    pending: VecDeque<Note>,
    step: Option<Step>,
    attempt: Option<u32>,
    gauge: Option<Arc<Gauge>>,
    checkpoint: Option<String>,
}

#[derive(Debug)]
enum Note {
    Step(Step),
    Activity(Box<Activity>),
    Checkpoint(Option<String>),
}

impl Notes {
    fn new(checkpoint: Option<String>) -> Self {
        Self {
            job: AttachmentId(0),
            board: Board::default(),
            news: Notify::new(),
            inside: Mutex::new(Inside { checkpoint, ..Inside::default() }),
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, note: Note) {
        self.lock().pending.push_back(note);
        self.news.notify_one();
    }

    fn next(&self) -> Option<Note> {
        self.lock().pending.pop_front()
    }

    /// The failure of a cancelled try; honest about what may have arrived.
    fn cancelled(&self) -> Failure {
        let inside = self.lock();
        let whole = inside.gauge.as_ref().is_some_and(|gauge| gauge.is_whole());
        let failure = Failure::cancelled().retry(Retry::Never);
        let failure = match inside.step {
            Some(step) => failure.at(step),
            None => failure,
        };
        if whole && inside.step >= Some(Step::Send) {
            return failure.advice(
                "Everything had been sent, so the file may stand at the service without a link here.",
            );
        }
        failure
    }
}

impl Observer for Notes {
    fn step(&self, step: Step) {
        self.note(Note::Step(step));
    }

    fn sending(&self, gauge: Arc<Gauge>) {
        self.lock().gauge = Some(gauge.clone());
        self.board.put(self.job, gauge);
    }

    fn activity(&self, activity: Activity) {
        self.note(Note::Activity(Box::new(activity)));
    }

    fn checkpoint(&self, kept: Option<String>) {
        self.lock().checkpoint.clone_from(&kept);
        self.note(Note::Checkpoint(kept));
    }
}
