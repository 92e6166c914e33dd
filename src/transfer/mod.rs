//! The engine: takes files and a profile, runs uploads within limits, retries what is safe, keeps everything.
//!
//! Fronts (the command line, the window) speak to it through [`Handle`] and read [`Event`]s; they never upload.

mod actor;
mod after;
pub mod aftercare;
pub mod again;
mod board;
pub mod consent;
pub mod export;
mod handed;
mod job;
mod line;
mod links;
pub mod opening;
mod order;
mod part;
mod preflight;
pub mod profiles;
mod queue;
pub mod retry;
mod stop;
pub mod targets;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

use crate::domain::attachment::{AttachmentId, BatchId, Priority, State};
use crate::domain::changes::Sent;
use crate::domain::error::{Failure, Kind, Step};
use crate::domain::link_check::LinkCheck;
use crate::domain::preflight::{Finding, Repair};
use crate::domain::receipt::Receipt;
use crate::media::Readers;
use crate::platform::network;
use crate::services::body::Throttle;
use crate::services::http::Http;
use crate::store::Store;

pub use board::Moving;
pub use handed::Destination;
pub use targets::{Resolved, TargetFacts, TargetLimits, Targets};

/// Events that wait for a slow front before the engine waits for it.
const EVENTS_WAITING: usize = 1024;
const COMMANDS_WAITING: usize = 64;

/// What the engine needs.
#[derive(Clone)]
pub struct Config {
    pub store: Store,
    pub targets: Arc<dyn Targets>,
    pub http: Http,
    /// What reads the files for facts that take decoding, and makes copies of them.
    pub readers: Readers,
    pub limits: Limits,
    pub retry: retry::Policy,
    /// Photos are sent as copies without the place they were taken at and other metadata.
    pub remove_location: bool,
    /// Called when there is something new to show; from the engine's threads.
    pub waker: Arc<dyn Fn() + Send + Sync>,
    /// Milliseconds since 1970 (UTC).
    pub clock: fn() -> i64,
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("limits", &self.limits)
            .field("retry", &self.retry)
            .finish_non_exhaustive()
    }
}

/// How many uploads run at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    pub per_profile: usize,
    pub overall: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { per_profile: 3, overall: 6 }
    }
}

/// What to do with a finding that has a repair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repairs {
    /// Ask the front with [`Event::Asked`].
    Ask,
    /// An error stays an error.
    Refuse,
}

/// How files are handed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandOver {
    pub policy: Repairs,
    /// They are paused from the first moment on: nothing is sent before [`Command::Resume`].
    pub held: bool,
    /// What is changed in the copy of each that is sent.
    pub repairs: Vec<Repair>,
}

impl From<Repairs> for HandOver {
    fn from(policy: Repairs) -> Self {
        Self { policy, held: false, repairs: Vec::new() }
    }
}

/// What a front asks of the engine.
#[derive(Debug)]
pub enum Command {
    /// Take files for a profile; answers with the batch once it is in the database.
    Submit {
        paths: Vec<PathBuf>,
        profile: String,
        how: HandOver,
        answer: oneshot::Sender<Submitted>,
    },
    /// Keep files that the user did not agree to upload, as canceled; nothing of them is sent.
    Decline {
        paths: Vec<PathBuf>,
        profile: String,
        answer: oneshot::Sender<Submitted>,
    },
    /// End what is not settled, as canceled; of earlier runs only what is meant by its id.
    Cancel(Scope),
    /// Stop what runs and hold back what waits, until [`Command::Resume`].
    Pause(Scope),
    Resume(Scope),
    /// Take what ended without a link back into the queue; answers how many were taken.
    Retry {
        scope: Scope,
        answer: oneshot::Sender<Result<usize, Failure>>,
    },
    /// Take up what dead runs left unfinished; with `go_on` it goes on.
    TakeUp {
        go_on: bool,
        answer: oneshot::Sender<Result<TakenUp, Failure>>,
    },
    /// A profile has another name: what was handed over for it follows. Answers how many attachments did.
    Rename {
        old: String,
        new: String,
        answer: oneshot::Sender<Result<usize, Failure>>,
    },
    Prioritise(Scope, Priority),
    Reorder(Scope, Place),
    SetLimits(Limits),
    SetRetry(retry::Policy),
    SetRemoveLocation(bool),
    /// What is changed in the copy that is sent; answers whether it was in time.
    SetRepairs {
        id: AttachmentId,
        repairs: Vec<Repair>,
        answer: oneshot::Sender<Result<bool, Failure>>,
    },
    /// Answers [`Event::Asked`].
    Answer {
        id: AttachmentId,
        answer: Answer,
    },
}

/// A batch in the database: its id and its attachments in the order handed over.
pub type Submitted = Result<(BatchId, Vec<AttachmentId>), Failure>;

/// Which attachments a command means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    One(AttachmentId),
    Some(Vec<AttachmentId>),
    Batch(BatchId),
    /// Of the profile with this name.
    Profile(String),
    All,
}

impl Scope {
    /// As the engine looks ids up.
    fn sorted(mut self) -> Self {
        if let Self::Some(ids) = &mut self {
            ids.sort_unstable();
        }
        self
    }
}

/// The user's answer to a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Carry these repairs out and go on.
    Repair(Vec<Repair>),
    /// Leave it: the attachment fails with the finding.
    Refuse,
}

/// What happened. State changes only: progress is read with [`Handle::moving`].
#[derive(Debug, Clone)]
pub enum Event {
    State {
        id: AttachmentId,
        state: State,
        step: Option<Step>,
    },
    /// Findings that do not stop the upload.
    Warned {
        id: AttachmentId,
        findings: Vec<Finding>,
    },
    /// Something else goes out than in the try before, or than the file as it is; none: the file as it is.
    Changed {
        id: AttachmentId,
        sent: Option<Box<Sent>>,
    },
    /// The upload waits for [`Command::Answer`].
    Asked {
        id: AttachmentId,
        findings: Vec<Finding>,
    },
    /// It failed in a way that a repeat may mend, and will be tried again.
    WillRetry {
        id: AttachmentId,
        failure: Failure,
        after: Duration,
    },
    /// The attachment is settled and recorded.
    Finished(Box<Finished>),
    /// Every attachment of the batch is settled; told again after a retry.
    BatchDone(BatchId),
    /// Nothing more is sent to a host for a while; told again when the wait changes.
    HostWaits(Box<HostWait>),
    /// The wait is over.
    HostGoesOn {
        host: String,
    },
    /// An uploaded file's link was asked for; the row has the answer.
    Checked {
        id: AttachmentId,
        check: LinkCheck,
    },
    /// Something beside the uploads went wrong: the database could not be written.
    Trouble(Failure),
}

/// A host that is left alone for a while; uploads to others go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostWait {
    pub host: String,
    /// The profiles whose files go there, as far as they have files waiting.
    pub profiles: Vec<String>,
    pub reason: WaitReason,
    /// What the last upload there was told.
    pub failure: Failure,
    /// From now.
    pub after: Duration,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WaitReason {
    /// The service asked to wait.
    Asked,
    /// No connection to the host can be made, though this computer has a network.
    Unreachable,
    /// This computer has no network.
    Offline,
}

/// What was made of that which earlier runs left unfinished; in the database before it is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TakenUp {
    /// In the queue again.
    pub going_on: usize,
    /// Paused, as they were.
    pub paused: usize,
    /// They may have arrived, and a repeat might duplicate: the user decides.
    pub unsure: usize,
    /// Left interrupted, because going on by itself is not wanted.
    pub left: usize,
}

/// Where waiting attachments are moved to, among what waits for the same profile with the same priority.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Place {
    First,
    Earlier,
    Later,
    Last,
}

/// One settled attachment.
#[derive(Debug, Clone)]
pub struct Finished {
    pub id: AttachmentId,
    pub batch: BatchId,
    pub state: State,
    pub receipt: Option<Receipt>,
    pub failure: Option<Failure>,
}

/// The way to a running engine; cheap to clone. When the last handle goes, the engine cancels what runs or
/// waits and ends; what is paused stays so in the database and is interrupted for the next start.
#[derive(Debug, Clone)]
pub struct Handle {
    commands: mpsc::Sender<Command>,
    board: board::Board,
    links: links::Links,
    order: order::Order,
    throttle: Throttle,
}

/// Starts the engine on the current tokio runtime.
#[must_use]
pub fn start(config: Config) -> (Handle, mpsc::Receiver<Event>) {
    start_where(config, network::has_route)
}

/// [`start`], on a computer that has a network when `has_route` says so.
#[must_use]
pub fn start_where(config: Config, has_route: fn() -> bool) -> (Handle, mpsc::Receiver<Event>) {
    let (commands, inbox) = mpsc::channel(COMMANDS_WAITING);
    let (events, receiver) = mpsc::channel(EVENTS_WAITING);
    let (board, order, links) = (board::Board::default(), order::Order::default(), links::Links::default());
    let throttle = config.http.throttle().clone();
    tokio::spawn(actor::run(config, inbox, events, (board.clone(), order.clone(), links.clone(), has_route)));
    (Handle { commands, board, links, order, throttle }, receiver)
}

impl Handle {
    /// Hands files over; when this answers they are in the database.
    pub async fn submit(&self, paths: Vec<PathBuf>, profile: &str, repairs: Repairs) -> Submitted {
        self.submit_as(paths, profile, repairs.into()).await
    }

    /// [`Handle::submit`], paused from the first moment on, also in the database: nothing is sent before
    /// [`Handle::resume`].
    pub async fn submit_held(&self, paths: Vec<PathBuf>, profile: &str, repairs: Repairs) -> Submitted {
        self.submit_as(paths, profile, HandOver { held: true, ..repairs.into() }).await
    }

    /// [`Handle::submit`], with all that can be said of how.
    pub async fn submit_as(&self, paths: Vec<PathBuf>, profile: &str, how: HandOver) -> Submitted {
        let (answer, answered) = oneshot::channel();
        let profile = profile.to_owned();
        self.send(Command::Submit { paths, profile, how, answer }).await?;
        answered.await.unwrap_or_else(|_closed| Err(ended()))
    }

    /// Chooses what is changed in the copy that is sent, in the place of what was chosen before; kept in the database.
    /// False, and nothing is changed: it is on its way or was sent already, or works in another run.
    pub async fn set_repairs(&self, id: AttachmentId, repairs: Vec<Repair>) -> Result<bool, Failure> {
        let (answer, answered) = oneshot::channel();
        self.send(Command::SetRepairs { id, repairs, answer }).await?;
        answered.await.unwrap_or_else(|_closed| Err(ended()))
    }

    /// Keeps files as canceled that the user, when asked, did not want to upload.
    pub async fn decline(&self, paths: Vec<PathBuf>, profile: &str) -> Submitted {
        let (answer, answered) = oneshot::channel();
        self.send(Command::Decline { paths, profile: profile.to_owned(), answer }).await?;
        answered.await.unwrap_or_else(|_closed| Err(ended()))
    }

    /// Ends what runs, waits, is paused or asks, as canceled; what an earlier run left interrupted only where the scope
    /// names its id.
    pub async fn cancel(&self, scope: Scope) -> Result<(), Failure> {
        self.send(Command::Cancel(scope.sorted())).await
    }

    /// Holds back what waits and stops what runs. It keeps how far it came; where everything was sent, the answer has
    /// not come and a repeat might make a second object, it becomes unsure instead.
    pub async fn pause(&self, scope: Scope) -> Result<(), Failure> {
        self.send(Command::Pause(scope.sorted())).await
    }

    /// Lets what is paused go on, in the order handed over.
    pub async fn resume(&self, scope: Scope) -> Result<(), Failure> {
        self.send(Command::Resume(scope.sorted())).await
    }

    /// Takes what failed, was canceled, is unsure or was interrupted, in this run or an earlier one, back into the
    /// queue: each tells [`Event::State`] with [`State::Queued`], and its batch tells [`Event::BatchDone`] again.
    /// Answers how many; the others, such as what is done or at work in another run, are left alone.
    pub async fn retry(&self, scope: Scope) -> Result<usize, Failure> {
        let (answer, answered) = oneshot::channel();
        self.send(Command::Retry { scope: scope.sorted(), answer }).await?;
        answered.await.unwrap_or_else(|_closed| Err(ended()))
    }

    /// Takes everything that was handed over for a profile along to its new name: the history, what waits and what
    /// runs. Answers how many attachments.
    pub async fn rename_profile(&self, old: &str, new: &str) -> Result<usize, Failure> {
        let (answer, answered) = oneshot::channel();
        self.send(Command::Rename { old: old.to_owned(), new: new.to_owned(), answer }).await?;
        answered.await.unwrap_or_else(|_closed| Err(ended()))
    }

    /// From now on; what runs already goes on.
    pub async fn set_limits(&self, limits: Limits) -> Result<(), Failure> {
        self.send(Command::SetLimits(limits)).await
    }

    /// Whether photos are sent without the place they were taken at; for tries that begin from now on.
    pub async fn set_remove_location(&self, remove: bool) -> Result<(), Failure> {
        self.send(Command::SetRemoveLocation(remove)).await
    }

    /// For failures from now on.
    pub async fn set_retry(&self, policy: retry::Policy) -> Result<(), Failure> {
        self.send(Command::SetRetry(policy)).await
    }

    /// Takes up what dead runs left unfinished: what was paused is paused again; what may have arrived and must not be
    /// repeated becomes unsure; with `go_on` the rest goes on from its checkpoints, else it stays interrupted. Each tells
    /// its new state with [`Event::State`], or [`Event::Finished`]. What another run was faster with is not counted.
    pub async fn take_up(&self, go_on: bool) -> Result<TakenUp, Failure> {
        let (answer, answered) = oneshot::channel();
        self.send(Command::TakeUp { go_on, answer }).await?;
        answered.await.unwrap_or_else(|_closed| Err(ended()))
    }

    /// Kept in the database, also for what is paused.
    pub async fn prioritise(&self, scope: Scope, priority: Priority) -> Result<(), Failure> {
        self.send(Command::Prioritise(scope.sorted(), priority)).await
    }

    /// Moves what waits; several keep their order among themselves. Kept in the database.
    pub async fn reorder(&self, scope: Scope, place: Place) -> Result<(), Failure> {
        self.send(Command::Reorder(scope.sorted(), place)).await
    }

    /// What waits, in the order in which it will start as far as that is known; at most the first 1,000.
    #[must_use]
    pub fn order(&self) -> Arc<[AttachmentId]> {
        self.order.get()
    }

    /// Bytes a second of all uploads together; from now on, also for what runs.
    pub fn set_bandwidth(&self, bytes_per_sec: Option<u64>) {
        self.throttle.set(bytes_per_sec);
    }

    /// Whether each link is asked for once after its upload; not before this is called. One that does not give the
    /// file yet is asked for again after 10 seconds and once more after a minute.
    #[expect(clippy::unused_async, reason = "as the other wishes")]
    pub async fn set_check_links(&self, check: bool) -> Result<(), Failure> {
        self.links.set_by_itself(check);
        self.alive()
    }

    /// Asks for the links of these now, also of earlier runs; each tells [`Event::Checked`]. What has no link that
    /// anybody may open is left out.
    #[expect(clippy::unused_async, reason = "as the other wishes")]
    pub async fn check_links(&self, ids: Vec<AttachmentId>) -> Result<(), Failure> {
        self.links.want(&ids);
        self.alive()
    }

    fn alive(&self) -> Result<(), Failure> {
        if self.commands.is_closed() { Err(ended()) } else { Ok(()) }
    }

    pub async fn answer(&self, id: AttachmentId, answer: Answer) -> Result<(), Failure> {
        self.send(Command::Answer { id, answer }).await
    }

    /// How far every running upload is, now.
    #[must_use]
    pub fn moving(&self) -> Vec<Moving> {
        self.board.snapshot()
    }

    async fn send(&self, command: Command) -> Result<(), Failure> {
        self.commands.send(command).await.map_err(|_closed| ended())
    }
}

fn ended() -> Failure {
    Failure::new(Kind::Storage, "The upload engine has ended").advice("Start Affix again.")
}
