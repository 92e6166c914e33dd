//! A thread that owns a connection, and its group commit.

use std::path::PathBuf;
use std::thread::JoinHandle;

use rusqlite::{Connection, TransactionBehavior};
use tokio::sync::{mpsc, oneshot};

use crate::domain::error::Failure;
use crate::store::trouble::Trouble;
use crate::store::upkeep::Upkeep;

/// Requests of one commit at most, so that the first of them does not wait for long.
const MOST_PER_COMMIT: usize = 512;

/// What the worker is sent.
pub(super) enum Message {
    Work(Box<dyn Work>),
    /// Answered once the write-ahead log is merged into the file and empty, as far as other readers let it.
    WipeLog(oneshot::Sender<Result<(), Failure>>),
    /// Answered once the file is closed.
    Close(oneshot::Sender<()>),
}

/// What a request does to the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Access {
    Read,
    /// Writes what may be a moment behind after a loss of power: it is committed, so a crash of the program takes
    /// nothing, and the next [`Access::Write`] brings it to the disk.
    Note,
    /// Writes what is on the disk when it is answered.
    Write,
}

/// One request. It may run more than once: when its group is lost, it is run again alone.
pub(super) trait Work: Send {
    fn access(&self) -> Access;

    /// Does the work inside a savepoint and keeps the result; answers whether it succeeded.
    fn run(&mut self, db: &Connection) -> bool;

    /// Hands the kept result to the caller, or the failure that lost it.
    fn answer(self: Box<Self>, place: &std::path::Path, lost: Option<&Trouble>);
}

/// A closure with the sender of its answer.
pub(super) struct Request<T, F> {
    access: Access,
    work: F,
    result: Option<Result<T, Trouble>>,
    reply: oneshot::Sender<Result<T, Failure>>,
}

impl<T, F> Request<T, F> {
    pub(super) fn new(access: Access, work: F, reply: oneshot::Sender<Result<T, Failure>>) -> Self {
        Self { access, work, result: None, reply }
    }
}

impl<T, F> Work for Request<T, F>
where
    T: Send,
    F: Fn(&Connection) -> Result<T, Trouble> + Send,
{
    fn access(&self) -> Access {
        self.access
    }

    fn run(&mut self, db: &Connection) -> bool {
        let result = (self.work)(db);
        let good = result.is_ok();
        self.result = Some(result);
        good
    }

    fn answer(self: Box<Self>, place: &std::path::Path, lost: Option<&Trouble>) {
        let answer = match (lost, self.result) {
            (Some(trouble), _) => Err(trouble.at(place)),
            (None, Some(result)) => result.map_err(|trouble| trouble.at(place)),
            (None, None) => Err(Trouble::NotRun.at(place)),
        };
        // The caller may have gone; what it asked for is done all the same.
        drop(self.reply.send(answer));
    }
}

/// Why nothing of a group was kept.
enum Lost {
    /// The write lock was not to be had; no request has run.
    NotBegun(Trouble),
    /// SQLite rolled the whole transaction back because of one request (a full disk does that).
    RolledBack,
    /// The commit itself failed.
    NotCommitted(Trouble),
}

pub(super) struct Worker {
    db: Connection,
    /// Where the file is, for messages.
    place: PathBuf,
    /// Requests that are taken up together at most.
    together: usize,
    /// Another worker on the same file, which must have closed it before this one does.
    other: Option<JoinHandle<()>>,
    /// What is done while nobody asks for anything.
    upkeep: Option<Upkeep>,
}

impl Worker {
    pub(super) fn new(db: Connection, place: PathBuf) -> Self {
        Self { db, place, together: MOST_PER_COMMIT, other: None, upkeep: None }
    }

    /// For reading, where a short request should not wait for a long one behind it.
    pub(super) fn one_by_one(db: Connection, place: PathBuf) -> Self {
        Self { together: 1, ..Self::new(db, place) }
    }

    /// Closes its file only after that worker has: the last to close it merges the log, which a reader cannot.
    pub(super) fn outliving(self, other: JoinHandle<()>) -> Self {
        Self { other: Some(other), ..self }
    }

    pub(super) fn keeping_up(self, upkeep: Upkeep) -> Self {
        Self { upkeep: Some(upkeep), ..self }
    }

    /// Serves until every handle is gone, or one asks to close.
    pub(super) fn run(mut self, mut inbox: mpsc::Receiver<Message>) {
        let mut closers = Vec::new();
        while let Some(first) = self.next(&mut inbox) {
            let mut group = Vec::new();
            let mut wipers = Vec::new();
            let mut next = Some(first);
            while let Some(message) = next {
                match message {
                    Message::Work(work) => group.push(work),
                    Message::WipeLog(reply) => wipers.push(reply),
                    Message::Close(reply) => {
                        inbox.close();
                        closers.push(reply);
                    }
                }
                next = if group.len() < self.together { inbox.try_recv().ok() } else { None };
            }
            let writes = group.iter().any(|work| work.access() > Access::Read);
            if let Some(upkeep) = self.upkeep.as_mut().filter(|_| writes) {
                upkeep.written();
            }
            self.carry_out(group);
            if !wipers.is_empty() {
                let wiped = wipe_log(&self.db).map_err(|trouble| trouble.at(&self.place));
                for wiper in wipers {
                    // Whoever asked may have gone.
                    wiper.send(wiped.clone()).unwrap_or_default();
                }
            }
        }
        // A worker that ended by a bug of ours has closed its file as well.
        let _ended = self.other.take().map(JoinHandle::join);
        drop(self.db);
        for closer in closers {
            // Whoever asked may have gone.
            closer.send(()).unwrap_or_default();
        }
    }

    fn next(&mut self, inbox: &mut mpsc::Receiver<Message>) -> Option<Message> {
        match &mut self.upkeep {
            Some(upkeep) => upkeep.next(&mut self.db, inbox),
            None => inbox.blocking_recv(),
        }
    }

    /// Commits the group as one transaction, then answers. When the group is lost, each request gets a
    /// transaction of its own, so that only the guilty one fails.
    fn carry_out(&mut self, mut group: Vec<Box<dyn Work>>) {
        let Err(lost) = commit_together(&mut self.db, &mut group) else {
            return self.answer(group, None);
        };
        let alone = group.len() == 1;
        match lost {
            Lost::NotBegun(trouble) => {
                let (writers, readers): (Vec<_>, Vec<_>) =
                    group.into_iter().partition(|work| work.access() > Access::Read);
                if writers.is_empty() {
                    return self.answer(readers, Some(&trouble));
                }
                self.answer(writers, Some(&trouble));
                self.carry_out(readers);
            }
            Lost::RolledBack if alone => self.answer(group, None),
            Lost::NotCommitted(trouble) if alone => self.answer(group, Some(&trouble)),
            Lost::RolledBack | Lost::NotCommitted(_) => {
                for work in group {
                    self.carry_out(vec![work]);
                }
            }
        }
    }

    fn answer(&self, group: Vec<Box<dyn Work>>, lost: Option<&Trouble>) {
        for work in group {
            work.answer(&self.place, lost);
        }
    }
}

/// Readers that are under way are waited for as long as for any lock; where one stays longer, the log is emptied by
/// a later checkpoint.
pub(super) fn wipe_log(db: &Connection) -> Result<(), Trouble> {
    // https://www.sqlite.org/pragma.html#pragma_wal_checkpoint
    Ok(db.query_one("PRAGMA wal_checkpoint(TRUNCATE)", [], |_busy_or_not| Ok(()))?)
}

fn commit_together(db: &mut Connection, group: &mut [Box<dyn Work>]) -> Result<(), Lost> {
    let Some(access) = group.iter().map(|work| work.access()).max() else { return Ok(()) };
    let not_begun = |error: rusqlite::Error| Lost::NotBegun(error.into());
    // In WAL mode, FULL makes a commit wait for the disk; it takes all earlier ones along.
    // https://www.sqlite.org/pragma.html#pragma_synchronous
    match access {
        Access::Read => {}
        Access::Note => db.pragma_update(None, "synchronous", "NORMAL").map_err(not_begun)?,
        Access::Write => db.pragma_update(None, "synchronous", "FULL").map_err(not_begun)?,
    }
    // A transaction that begins as a reader and writes later can fail at once with SQLITE_BUSY_SNAPSHOT,
    // whatever the busy time-out, so a writer takes the lock at its begin.
    let behavior =
        if access > Access::Read { TransactionBehavior::Immediate } else { TransactionBehavior::Deferred };
    let not_committed = |error: rusqlite::Error| Lost::NotCommitted(error.into());

    let mut transaction = db.transaction_with_behavior(behavior).map_err(not_begun)?;
    for work in group {
        let savepoint = transaction.savepoint().map_err(not_committed)?;
        if work.run(&savepoint) {
            savepoint.commit().map_err(not_committed)?;
        } else if savepoint.is_autocommit() {
            return Err(Lost::RolledBack);
        } else {
            savepoint.finish().map_err(not_committed)?;
        }
    }
    transaction.commit().map_err(not_committed)
}
