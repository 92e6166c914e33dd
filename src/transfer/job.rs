//! One try of one attachment: walks the line, keeps what happens, says how it ended.

mod ahead;
mod ending;
mod keeping;

use std::collections::{BTreeMap, VecDeque};
use std::path::PathBuf;
use std::sync::atomic::AtomicU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use tokio::sync::{Notify, mpsc};

use super::after::After;
use super::board::Board;
use super::handed::{self, Changed, Handed};
use super::line::{self, NotCleared};
use super::stop::Stop;
use super::{Config, Event, Repairs, Resolved};
use crate::domain::attachment::{Activity, AttachmentId, BatchId, Priority, State};
use crate::domain::changes::Sent;
use crate::domain::describe::Repeat;
use crate::domain::error::{Failure, Kind, Retry, Step};
use crate::domain::file_name;
use crate::domain::preflight::{Finding, Repair};
use crate::domain::receipt::Receipt;
use crate::services::body::Gauge;
use crate::services::http::{Context, Exchange, Observer as _, Pace};
use crate::store::{During, Soon};
use ahead::Ahead;
use keeping::Unkept;

/// What one try needs to know.
#[derive(Debug, Clone)]
pub(super) struct Job {
    pub(super) id: AttachmentId,
    pub(super) batch: BatchId,
    pub(super) path: PathBuf,
    pub(super) profile: String,
    pub(super) policy: Repairs,
    /// The repairs that the user has chosen.
    pub(super) decided: Vec<Repair>,
    pub(super) tries: u32,
    pub(super) answer_lost: bool,
    pub(super) checkpoint: Option<String>,
    /// Size and time of the file when the last try began, whose checkpoint counts for that file only.
    pub(super) seen: Option<Seen>,
    /// What the last try sent in the file's place, which its checkpoint counts for only.
    pub(super) sent: Option<Sent>,
    pub(super) cache: Cache,
    /// What its batch was handed over for.
    pub(super) handed: Handed,
    /// How often its target had moved when it was tried last.
    pub(super) moves: Arc<AtomicU32>,
    pub(super) stop: Stop,
    pub(super) priority: Priority,
    /// Its place among what waits for the profile with the same priority: lower goes first.
    pub(super) rank: i64,
    /// That of the profile.
    pub(super) pace: Pace,
}

/// Values that a service keeps for a batch.
pub(super) type Cache = Arc<Mutex<BTreeMap<String, String>>>;

/// What tells one content of a file from another.
pub(super) type Seen = (u64, Option<SystemTime>);

impl Job {
    pub(super) fn new(
        (id, batch): (AttachmentId, BatchId),
        path: PathBuf,
        profile: String,
        policy: Repairs,
    ) -> Self {
        Self {
            id,
            batch,
            path,
            profile,
            policy,
            decided: Vec::new(),
            tries: 0,
            answer_lost: false,
            checkpoint: None,
            seen: None,
            sent: None,
            cache: Arc::default(),
            handed: Handed::default(),
            moves: Arc::default(),
            stop: Stop::default(),
            priority: Priority::default(),
            rank: id.0,
            pace: Pace::default(),
        }
    }

    /// What the user asked for, in words.
    pub(super) fn asked(&self) -> String {
        let name = self.path.file_name().unwrap_or(self.path.as_os_str()).to_string_lossy();
        format!("Upload {} to {}", file_name::display(&name), self.profile)
    }
}

/// How a try ended.
#[derive(Debug)]
pub(super) enum Ended {
    Done(Receipt),
    Failed(Failure),
    /// The front has to decide about repairs.
    Asked(Vec<Finding>),
    /// The user wanted a pause; the step that it came to.
    Paused(Option<Step>),
}

/// What a try leaves behind.
#[derive(Debug)]
pub(super) struct Outcome {
    pub(super) ended: Ended,
    /// Whether the receipt of a done try is in the database.
    pub(super) recorded: Result<(), Failure>,
    pub(super) checkpoint: Option<String>,
    pub(super) seen: Option<Seen>,
    pub(super) sent: Option<Sent>,
    /// The bytes were sent whole and no refusal came back: the object may stand at the service.
    pub(super) may_stand: bool,
    /// The service's host, which alone is paused when it asks to wait.
    pub(super) host: Option<String>,
}

impl Outcome {
    /// Of a job that ended by a bug of ours.
    pub(super) fn broken(job: &Job) -> Self {
        let failure = Failure::new(Kind::Storage, "Affix itself made a mistake")
            .asked(job.asked())
            .advice("Look whether the file is at the service. Please report this as a bug.")
            .retry(Retry::Ambiguous);
        let (checkpoint, seen, sent) = (job.checkpoint.clone(), job.seen, job.sent.clone());
        Self {
            ended: Ended::Failed(failure),
            recorded: Ok(()),
            checkpoint,
            seen,
            sent,
            may_stand: true,
            host: None,
        }
    }
}

/// Works on one attachment until it is done, failed or has a question. `uploaded` is called where another one may begin
/// while this one is written down.
pub(super) async fn run<F: Future<Output = ()>>(
    job: Job,
    config: Config,
    (events, board): (mpsc::Sender<Event>, Board),
    uploaded: impl FnOnce() -> F,
) -> Outcome {
    let notes = Notes::new(job.checkpoint.clone(), job.sent.clone());
    let notes = Arc::new(Notes { job: job.id, board: board.clone(), ..notes });
    let mut host = None;
    let (ahead, soon) = (Mutex::default(), Mutex::default());
    let keeper = Keeper { job: &job, config: &config, events: &events, notes: &notes, ahead, soon };
    let work = async {
        let ended = tokio::select! {
            biased;
            // First, so that an answer which arrived together with the wish to cancel is not thrown away.
            ended = walk(&job, &keeper, &mut host) => ended,
            () = job.stop.token().cancelled() => Ended::Failed(Failure::cancelled()),
        };
        notes.close();
        ended
    };
    // What was noted is written down to the end, also when the work was cancelled.
    let (ended, ()) = tokio::join!(work, keeper.write_down());
    let ended = match ended {
        Ended::Failed(failure) if failure.kind == Kind::Cancelled => notes.stopped(job.stop.wish()),
        Ended::Done(mut receipt) => {
            uploaded().await;
            // Out of reach of a cancel: what has arrived counts.
            let after = notes.lock().after.clone();
            if let Some(after) = after {
                receipt.notes.extend(after.look_again().await.map(str::to_owned));
            }
            Ended::Done(receipt)
        }
        ended => ended,
    };
    keeper.close_attempt(&ended).await;
    let recorded = keeper.record(&ended).await;
    keeper.all_kept().await;
    board.remove(job.id);
    let may_stand = match &ended {
        Ended::Failed(failure) => notes.may_stand(failure),
        Ended::Paused(_) => notes.is_whole(),
        Ended::Done(_) | Ended::Asked(_) => false,
    };
    let ended = match ended {
        Ended::Failed(failure) => Ended::Failed(failure.asked(job.asked())),
        ended => ended,
    };
    let (checkpoint, seen, sent) = notes.left();
    Outcome { ended, recorded, checkpoint, seen, sent, may_stand, host }
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
    keeper.comes_to(Step::Inspect);
    let inspected = line::inspect(&job.path).await?;
    keeper.ahead().facts = Some(inspected.facts().clone());
    keeper.notes.see((inspected.facts().size, inspected.facts().modified), job.seen);
    let resolved = keeper.config.targets.resolve(&job.profile).await.map_err(|f| f.at(Step::Prepare))?;
    *host = Some(resolved.service.host(&resolved.target));
    keeper.notes.lock().repeats = resolved.service.description().capability.repeats;
    keeper.comes_to(Step::Preflight);
    let changed = handed::look(job, &resolved, keeper.config).await?;
    let wish = inspected.wish(&job.decided, keeper.config.remove_location);
    let (wish, place) = line::place(&inspected, wish, &keeper.config.readers).await;
    let more = changed.as_ref().map(Changed::finding).into_iter().chain(place).collect();
    let cleared = inspected.clear(&resolved, (job.decided.clone(), job.policy), more)?;
    let elsewhere = handed::goes_elsewhere(changed, job, keeper.config).await?;
    if elsewhere {
        keeper.notes.checkpoint(None);
    }
    if !cleared.warnings.is_empty() && job.tries == 0 {
        let findings = cleared.warnings.clone();
        keeper.emit(Event::Warned { id: job.id, findings }).await;
    }
    keeper.comes_to(Step::Prepare);
    let answer_lost = job.answer_lost && !elsewhere;
    let prepared = cleared.prepare(&resolved, wish, &keeper.config.readers, answer_lost).await?;
    keeper.sends(prepared.sent.clone()).await;
    let mut exchange = Exchange::new(keeper.context(job, &resolved)).paced(job.pace.clone());
    exchange.ready().await?;
    let begins = store.begin_attempt(job.id).await;
    keeper.notes.lock().begun = true;
    if store.is_well() {
        // What a crash takes of it is thought of when the file goes on.
        keeper.soon(begins);
    } else {
        // Nothing leaves this computer where it could not be kept what becomes of it.
        begins.kept().await.map_err(|failure| failure.at(Step::Record))?;
    }
    let receipt = prepared.upload(&resolved, &mut exchange).await?;
    keeper.notes.lock().after = Some(prepared.after());
    Ok(receipt)
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
    /// What the database is to be told, if the upload does not tell it before.
    ahead: Mutex<Ahead>,
    /// What was asked for and is not looked at yet.
    soon: Mutex<Vec<Soon>>,
}

impl Keeper<'_> {
    fn context(&self, job: &Job, resolved: &Resolved) -> Context {
        Context {
            http: self.config.http.clone(),
            observer: self.notes.clone(),
            cancel: job.stop.token().clone(),
            redactor: resolved.redactor(),
            checkpoint: self.notes.lock().checkpoint.clone(),
            cache: job.cache.clone(),
            clock: self.config.clock,
        }
    }

    /// Writes down what the work notes, until the work has ended and nothing is left to write.
    async fn write_down(&self) {
        loop {
            match self.notes.next() {
                Next::Note(note) => self.write(note).await,
                Next::Wait => self.wait().await,
                Next::End => return,
            }
        }
    }

    /// Writes down that an attempt that uploaded nothing has ended; also when it was cancelled.
    async fn close_attempt(&self, ended: &Ended) {
        if matches!(ended, Ended::Done(_)) {
            return;
        }
        self.catch_up().await;
        if !self.notes.lock().begun {
            return;
        }
        let failure = match ended {
            Ended::Failed(failure) => Some(failure),
            Ended::Done(_) | Ended::Asked(_) | Ended::Paused(_) => None,
        };
        // Where nobody knows, what has left may stand at the service.
        let may_stand = failure.is_some_and(|failure| failure.retry == Retry::Ambiguous);
        self.soon(self.config.store.end_attempt(self.job.id, failure, may_stand).await);
    }

    /// Here and not by the actor, so that files that end together are recorded by one commit.
    async fn record(&self, ended: &Ended) -> Result<(), Failure> {
        let Ended::Done(receipt) = ended else { return Ok(()) };
        let content = self.notes.lock().after.as_ref().and_then(After::content);
        let Ahead { step, facts, due: _ } = std::mem::take(&mut *self.ahead());
        self.config.store.finish_uploaded(self.job.id, receipt, (step, facts, content)).await
    }

    async fn write(&self, note: Note) {
        let store = &self.config.store;
        match note {
            Note::Step(step) => self.ahead().comes_to(step),
            Note::Activity(activity) => {
                if self.notes.lock().begun {
                    self.soon(store.add_activity(self.job.id, During::LastAttempt, *activity).await);
                }
            }
            Note::Checkpoint(kept) => {
                self.catch_up().await;
                let written = store.set_checkpoint(self.job.id, kept).await;
                self.notes.lock().unkept.written(&written);
                self.kept(written).await;
            }
            Note::Flush(flushed) => {
                // Whoever waited may have been cancelled.
                let _gone = flushed.send(self.notes.lock().unkept.result());
            }
            Note::Whole(step, kept) => self.whole(step, kept).await,
        }
    }

    /// A step before the exchange tells of its own.
    fn comes_to(&self, step: Step) {
        self.notes.lock().current = Some(step);
        self.ahead().comes_to(step);
        self.notes.news.notify_one();
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
    /// The work has ended: no more notes come.
    closed: bool,
    /// The step that runs, which may be ahead of what is written down.
    current: Option<Step>,
    /// An attempt stands in the database, or is about to.
    begun: bool,
    gauge: Option<Arc<Gauge>>,
    checkpoint: Option<String>,
    unkept: Unkept,
    seen: Option<Seen>,
    /// What goes out in the file's place.
    sent: Option<Sent>,
    /// What was sent, once it was answered.
    after: Option<After>,
    /// What the service says of a repeat of each step whose answer was lost.
    repeats: &'static [(Step, Repeat)],
}

/// What the keeper does next.
enum Next {
    Note(Note),
    Wait,
    End,
}

#[derive(Debug)]
enum Note {
    Step(Step),
    Activity(Box<Activity>),
    Checkpoint(Option<String>),
    /// Answered once everything before it is written.
    Flush(keeping::Kept),
    /// The last bytes of this step's request are about to leave, and it must not be repeated.
    Whole(Step, keeping::Kept),
}

impl Notes {
    fn new(checkpoint: Option<String>, sent: Option<Sent>) -> Self {
        Self {
            job: AttachmentId(0),
            board: Board::default(),
            news: Notify::new(),
            inside: Mutex::new(Inside { checkpoint, sent, ..Inside::default() }),
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, note: Note) {
        self.lock().pending.push_back(note);
        self.news.notify_one();
    }

    fn next(&self) -> Next {
        let mut inside = self.lock();
        match inside.pending.pop_front() {
            Some(note) => Next::Note(note),
            None if inside.closed => Next::End,
            None => Next::Wait,
        }
    }

    fn close(&self) {
        self.lock().closed = true;
        self.news.notify_one();
    }

    /// Compares the file with what it was in the last try: what that one kept is not about another content.
    fn see(&self, now: Seen, before: Option<Seen>) {
        self.lock().seen = Some(now);
        if before.is_some_and(|before| before != now) {
            self.checkpoint(None);
        }
    }

    fn left(&self) -> (Option<String>, Option<Seen>, Option<Sent>) {
        let inside = self.lock();
        (inside.checkpoint.clone(), inside.seen, inside.sent.clone())
    }
}
