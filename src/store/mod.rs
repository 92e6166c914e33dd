//! Keeping: every attachment from the moment it is handed over, in one SQLite file.
//!
//! One worker thread owns the connection; the rest of the program holds a [`Store`], a cloneable handle that
//! sends requests over a bounded channel and is answered after the commit. What waits in the channel is
//! committed together, so many small uploads share one `fsync`. A second thread has a connection that only reads,
//! for what a window shows. There is no SQL outside this folder.
//!
//! | file | what is there |
//! |---|---|
//! | `rows` | what goes in and comes out: batches, rows, queries |
//! | `open` | opening a file: is it ours, may it be written, which settings |
//! | `migrations` | the numbered formats |
//! | `worker` | the thread, group commit |
//! | `syncer` | the thread that waits for the disk in its place |
//! | `queue` | SQL that writes |
//! | `history` | SQL that reads |
//! | `views` | SQL for what a window shows |
//! | `search` | SQL that finds a text, and the index that it is found by |
//! | `upkeep` | fills that index while nobody asks for anything |
//! | `claim` | SQL that takes attachments back into the queue |
//! | `known` | what was uploaded already, how its link was found, what it was handed over for |
//! | `waiting` | SQL for the order of what waits |
//! | `erase` | SQL that forgets |
//! | `columns` | paths, times and enums as columns |
//! | `trouble` | what can go wrong, in words |

mod changes;
mod claim;
mod columns;
mod erase;
mod handle;
mod history;
mod known;
mod migrations;
mod open;
mod queue;
mod rows;
mod search;
mod syncer;
mod trouble;
mod upkeep;
mod views;
mod waiting;
mod worker;

#[cfg(test)]
mod tests;

use std::fmt;
use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use crate::domain::error::{Failure, Kind};
use trouble::Trouble;
use upkeep::Upkeep;
use worker::{Access, Message, Request, Worker};

pub use known::SameSize;
pub use migrations::VERSION;
pub use rows::{
    Attempt, BatchTotals, Becomes, Begin, During, Group, ListQuery, NewAttachment, NewBatch, Outcome,
    Outline, Overall, Pick, Query, Row, Taking, Totals, Turn,
};

/// Requests that may wait; a caller beyond that waits with its request in hand.
const WAITING: usize = 1024;

/// Looks that may wait; each may take a moment, so a front should not ask further ahead.
const LOOKS_WAITING: usize = 64;

/// Tells the time in milliseconds since 1970 (UTC); tests put a fixed one in its place.
pub type Clock = fn() -> i64;

/// The computer's own clock.
pub fn system_clock() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// Names one run of the program: which process an unfinished attachment belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SessionId(Uuid);

impl SessionId {
    /// A name that no other run has; later ones sort after earlier ones.
    #[must_use]
    pub fn fresh() -> Self {
        Self(Uuid::now_v7())
    }
}

/// 32 hexadecimal digits, as `platform::session` names its lock files.
impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.simple().fmt(f)
    }
}

impl FromStr for SessionId {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

/// The handle of the database; clones speak to the same worker. Once the last one is dropped, the worker
/// commits what waits and ends.
///
/// Every method answers after its change is on the disk; those that say *noted* answer after the commit alone,
/// which survives everything but a loss of power before the next change, and those that give a [`Soon`] at once. A
/// request that was sent is carried out even when nobody waits for its answer any longer. Every failure has
/// [`Kind::Storage`].
#[derive(Debug, Clone)]
pub struct Store {
    requests: mpsc::Sender<Message>,
    /// To the thread that reads beside the writing.
    looks: mpsc::Sender<Message>,
    session: SessionId,
    clock: Clock,
    /// The last write and the last sync were carried out; their threads say so.
    well: Arc<AtomicBool>,
}

impl Store {
    /// Opens the database at `path` for this run, makes it where there is none (with its folder), brings an
    /// older format up to date and starts the worker. Blocks for as long as that takes.
    ///
    /// # Errors
    /// The file is no database, belongs to another program, is damaged or of a newer format, the file or its
    /// folder cannot be written, the disk is full, or another process holds it for more than 5 seconds. The
    /// file is then as it was.
    pub fn open(path: &Path, session: SessionId) -> Result<Self, Failure> {
        Self::open_with_clock(path, session, system_clock)
    }

    /// [`Store::open`] with another clock.
    pub fn open_with_clock(path: &Path, session: SessionId, clock: Clock) -> Result<Self, Failure> {
        open::open(path)
            .and_then(|db| Self::start(db, path, session, clock))
            .map_err(|trouble| trouble.at(path).asked("Open the history"))
    }

    /// Starts the workers, the one that writes on an opened and migrated connection.
    fn start(db: Connection, path: &Path, session: SessionId, clock: Clock) -> Result<Self, Trouble> {
        let (requests, inbox) = mpsc::channel(WAITING);
        let (looks, looks_inbox) = mpsc::channel(LOOKS_WAITING);
        let reader = Worker::one_by_one(open::open_for_reading(path)?, path.to_owned());
        let upkeep = Upkeep::new().map_err(Trouble::Thread)?;
        let worker = Worker::new(db, path.to_owned()).keeping_up(upkeep);
        let reader = std::thread::Builder::new()
            .name("affix-store-views".to_owned())
            .spawn(move || reader.run(looks_inbox))
            .map_err(Trouble::Thread)?;
        let worker = worker.outliving(reader);
        let well = worker.well();
        std::thread::Builder::new()
            .name("affix-store".to_owned())
            .spawn(move || worker.run(inbox))
            .map_err(Trouble::Thread)?;
        Ok(Self { requests, looks, session, clock, well })
    }

    /// The run that new and resumed attachments belong to.
    #[must_use]
    pub fn session(&self) -> SessionId {
        self.session
    }

    /// Everything that was to be written last could be: on a full disk it could not.
    #[must_use]
    pub fn is_well(&self) -> bool {
        self.well.load(Ordering::Relaxed)
    }

    /// Commits everything that was asked for until now, closes the file and ends the workers. Requests of
    /// other clones fail from here on.
    pub async fn close(self) {
        // The one that reads first: the last to close the file merges its log into it.
        for worker in [&self.looks, &self.requests] {
            let (reply, closed) = oneshot::channel();
            if worker.send(Message::Close(reply)).await.is_ok() {
                // The sender vanishes unused only with the worker itself, which is then closed as well.
                closed.await.unwrap_or_default();
            }
        }
    }

    async fn read<T: Send + 'static>(
        &self,
        work: impl Fn(&Connection) -> Result<T, Trouble> + Send + 'static,
    ) -> Result<T, Failure> {
        self.request(Access::Read, work).await
    }

    async fn note<T: Send + 'static>(
        &self,
        work: impl Fn(&Connection) -> Result<T, Trouble> + Send + 'static,
    ) -> Result<T, Failure> {
        self.request(Access::Note, work).await
    }

    /// Answers once it is sent, so that what is asked for later comes after it.
    async fn soon(
        &self,
        work: Result<impl Fn(&Connection) -> Result<(), Trouble> + Send + 'static, Failure>,
    ) -> Soon {
        let sent = async { send(&self.requests, Access::Soon, work?).await };
        Soon(sent.await)
    }

    async fn write<T: Send + 'static>(
        &self,
        work: impl Fn(&Connection) -> Result<T, Trouble> + Send + 'static,
    ) -> Result<T, Failure> {
        self.request(Access::Write, work).await
    }

    /// Reads beside the writing.
    async fn look<T: Send + 'static>(
        &self,
        work: impl Fn(&Connection) -> Result<T, Trouble> + Send + 'static,
    ) -> Result<T, Failure> {
        ask(&self.looks, Access::Read, work).await
    }

    async fn request<T: Send + 'static>(
        &self,
        access: Access,
        work: impl Fn(&Connection) -> Result<T, Trouble> + Send + 'static,
    ) -> Result<T, Failure> {
        ask(&self.requests, access, work).await
    }

    /// Brings the write-ahead log into the file and empties it: what was overwritten there still stands in the log.
    async fn wipe_log(&self) -> Result<(), Failure> {
        let (reply, answer) = oneshot::channel();
        self.requests.send(Message::WipeLog(reply)).await.map_err(|_unsent| closed())?;
        answer.await.unwrap_or_else(|_worker_is_gone| Err(closed()))
    }
}

/// A change that is noted together with the next one, or some milliseconds later.
#[derive(Debug)]
#[must_use = "a failure is told by `kept` alone"]
pub struct Soon(Result<oneshot::Receiver<Result<(), Failure>>, Failure>);

impl Soon {
    /// Waits until it is noted. Who has more to ask for asks first.
    ///
    /// # Errors
    /// As those of [`Store`].
    pub async fn kept(self) -> Result<(), Failure> {
        self.0?.await.unwrap_or_else(|_worker_is_gone| Err(closed()))
    }
}

async fn ask<T: Send + 'static>(
    worker: &mpsc::Sender<Message>,
    access: Access,
    work: impl Fn(&Connection) -> Result<T, Trouble> + Send + 'static,
) -> Result<T, Failure> {
    let answer = send(worker, access, work).await?;
    answer.await.unwrap_or_else(|_worker_is_gone| Err(closed()))
}

async fn send<T: Send + 'static>(
    worker: &mpsc::Sender<Message>,
    access: Access,
    work: impl Fn(&Connection) -> Result<T, Trouble> + Send + 'static,
) -> Result<oneshot::Receiver<Result<T, Failure>>, Failure> {
    let (reply, answer) = oneshot::channel();
    let request = Message::Work(Box::new(Request::new(access, work, reply)));
    // What could not be sent holds the reply's sender: it must be gone before the answer is waited for.
    worker.send(request).await.map_err(|_unsent| closed())?;
    Ok(answer)
}

fn closed() -> Failure {
    Failure::new(Kind::Storage, "The history is closed").advice("Start Affix again.")
}
