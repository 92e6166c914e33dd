//! A thread that owns a connection, and its group commit.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use crate::domain::error::Failure;
use crate::store::syncer::Syncer;
use crate::store::trouble::Trouble;
use crate::store::upkeep::Upkeep;

/// Requests of one commit at most, so that the first of them does not wait for long.
const MOST_PER_COMMIT: usize = 512;

/// How long what may be written [`Access::Soon`] waits for something to be written with.
const LINGER: Duration = Duration::from_millis(10);

/// Between two commits that nobody reads in between. What comes meanwhile shares the next: each writes the pages that it
/// touched to the log, and short requests touch the same ones.
const BETWEEN: Duration = Duration::from_micros(300);

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
    /// An [`Access::Note`] that nobody waits for: it is committed with what comes next, or after [`LINGER`].
    Soon,
    /// Writes what may be a moment behind after a loss of power: it is committed, so a crash of the program takes
    /// nothing, and the next [`Access::Write`] brings it to the disk.
    Note,
    /// Writes what is on the disk when it is answered.
    Write,
}

/// One request. It may run more than once: when its group is lost, it is run again.
pub(super) trait Work: Send {
    fn access(&self) -> Access;

    /// Does the work and keeps the result; answers whether it succeeded. What one that did not has written is rolled back.
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
    /// Waits for the disk in this one's place. None before the first commit that waited: the log is not there yet.
    syncer: Option<Syncer>,
    /// How commits are made now, where it is known.
    synchronous: Option<Synchronous>,
    /// When something was committed last.
    written: Option<Instant>,
    /// Everything that was to be written last could be.
    well: Arc<AtomicBool>,
}

/// Whether a commit waits for the disk. In WAL mode `FULL` does, and takes all earlier ones along.
/// <https://www.sqlite.org/pragma.html#pragma_synchronous>
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Synchronous {
    Normal,
    Full,
}

impl Worker {
    pub(super) fn new(db: Connection, place: PathBuf) -> Self {
        let (other, upkeep, syncer, synchronous, written) = (None, None, None, None, None);
        let well = Arc::new(AtomicBool::new(true));
        Self { db, place, together: MOST_PER_COMMIT, other, upkeep, syncer, synchronous, written, well }
    }

    pub(super) fn well(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.well)
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
            let mut lingers = None;
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
                if next.is_none() && wipers.is_empty() && closers.is_empty() {
                    if self.is_too_soon_for(&group) {
                        next = inbox.try_recv().ok();
                    }
                    if next.is_none() && may_wait(&group) {
                        let until = *lingers.get_or_insert_with(|| Instant::now() + LINGER);
                        next = self.next_until(&mut inbox, until);
                    }
                }
            }
            let writes = group.iter().any(|work| work.access() > Access::Read);
            if let Some(upkeep) = self.upkeep.as_mut().filter(|_| writes) {
                upkeep.written();
            }
            self.carry_out(group);
            if writes {
                self.written = Some(Instant::now());
            }
            if !wipers.is_empty() {
                let wiped = wipe_log(&self.db).map_err(|trouble| trouble.at(&self.place));
                for wiper in wipers {
                    // Whoever asked may have gone.
                    wiper.send(wiped.clone()).unwrap_or_default();
                }
            }
        }
        // What is committed is on the disk, and answered, before the file is closed.
        drop(self.syncer);
        // A worker that ended by a bug of ours has closed its file as well.
        let _ended = self.other.take().map(JoinHandle::join);
        drop(self.db);
        for closer in closers {
            // Whoever asked may have gone.
            closer.send(()).unwrap_or_default();
        }
    }

    /// Waits until there may be another commit; false where it may be now.
    fn is_too_soon_for(&self, group: &[Box<dyn Work>]) -> bool {
        let only_writes = !group.is_empty() && group.iter().all(|work| work.access() > Access::Read);
        let left = self.written.and_then(|at| BETWEEN.checked_sub(at.elapsed()));
        let Some(left) = left.filter(|_| only_writes && group.len() < self.together) else { return false };
        thread::sleep(left);
        true
    }

    /// None when the time is over, or nobody asks any more.
    fn next_until(&self, inbox: &mut mpsc::Receiver<Message>, until: Instant) -> Option<Message> {
        let upkeep = self.upkeep.as_ref()?;
        upkeep.next_within(inbox, until.saturating_duration_since(Instant::now()))
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
        let lost = match self.commit_together(&mut group) {
            Ok(well) => {
                self.well.store(well, Ordering::Relaxed);
                return self.committed(group);
            }
            Err(lost) => lost,
        };
        self.well.store(false, Ordering::Relaxed);
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

    /// Answers what is committed: at once, or once it is on the disk.
    fn committed(&mut self, group: Vec<Box<dyn Work>>) {
        let Some(syncer) = &self.syncer else {
            if group.iter().any(|work| work.access() == Access::Write) {
                // Without one, each commit goes on waiting by itself.
                self.syncer = Syncer::start(&self.place, self.well()).ok();
            }
            return self.answer(group, None);
        };
        let (writes, others): (Vec<_>, Vec<_>) =
            group.into_iter().partition(|work| work.access() == Access::Write);
        self.answer(others, None);
        if !writes.is_empty()
            && let Err(writes) = syncer.answer(writes)
        {
            self.syncer = None;
            self.answer(writes, Some(&Trouble::NotRun));
        }
    }

    /// None where nothing is written.
    fn synchronous_for(&self, access: Access) -> Option<Synchronous> {
        match access {
            Access::Read => None,
            Access::Write if self.syncer.is_none() => Some(Synchronous::Full),
            Access::Soon | Access::Note | Access::Write => Some(Synchronous::Normal),
        }
    }

    /// Answers whether every request went well.
    fn commit_together(&mut self, group: &mut [Box<dyn Work>]) -> Result<bool, Lost> {
        let Some(access) = group.iter().map(|work| work.access()).max() else { return Ok(true) };
        if let Some(wanted) = self.synchronous_for(access).filter(|wanted| self.synchronous != Some(*wanted))
        {
            self.synchronous = None;
            let level = if wanted == Synchronous::Full { "FULL" } else { "NORMAL" };
            let set = self.db.pragma_update(None, "synchronous", level);
            set.map_err(|error| Lost::NotBegun(error.into()))?;
            // The upkeep chooses `NORMAL` by itself.
            self.synchronous = Some(wanted).filter(|wanted| *wanted == Synchronous::Normal);
        }
        commit_together(&self.db, group, access)
    }

    fn answer(&self, group: Vec<Box<dyn Work>>, lost: Option<&Trouble>) {
        for work in group {
            work.answer(&self.place, lost);
        }
    }
}

/// Nobody waits for any of these.
fn may_wait(group: &[Box<dyn Work>]) -> bool {
    !group.is_empty()
        && group.len() < MOST_PER_COMMIT
        && group.iter().all(|work| work.access() == Access::Soon)
}

/// Readers that are under way are waited for as long as for any lock; where one stays longer, the log is emptied by
/// a later checkpoint.
pub(super) fn wipe_log(db: &Connection) -> Result<(), Trouble> {
    // https://www.sqlite.org/pragma.html#pragma_wal_checkpoint
    Ok(db.query_one("PRAGMA wal_checkpoint(TRUNCATE)", [], |_busy_or_not| Ok(()))?)
}

/// Most requests go well, and a savepoint costs as much as a short one does. Where one fails, all run again, each in a
/// savepoint. Answers whether all went well.
fn commit_together(db: &Connection, group: &mut [Box<dyn Work>], access: Access) -> Result<bool, Lost> {
    let well = transact(db, group, access, run_straight)?;
    if !well {
        transact(db, group, access, run_apart)?;
    }
    Ok(well)
}

/// How the requests of a transaction run; answers whether it is to be committed.
type Running = fn(&Connection, &mut [Box<dyn Work>]) -> Result<bool, Lost>;

/// Whether it was committed: not where the run answers that it is not to be.
fn transact(
    db: &Connection,
    group: &mut [Box<dyn Work>],
    access: Access,
    run: Running,
) -> Result<bool, Lost> {
    // A transaction that begins as a reader and writes later can fail at once with SQLITE_BUSY_SNAPSHOT,
    // whatever the busy time-out, so a writer takes the lock at its begin.
    let begin = if access > Access::Read { "BEGIN IMMEDIATE" } else { "BEGIN" };
    say(db, begin).map_err(Lost::NotBegun)?;
    let mut done = run(db, group);
    if let Ok(true) = done {
        done = say(db, "COMMIT").map_err(Lost::NotCommitted).map(|()| true);
    }
    if !matches!(done, Ok(true)) && !db.is_autocommit() {
        // What cannot be rolled back now is when the connection is closed.
        let _nothing_is_kept = say(db, "ROLLBACK");
    }
    done
}

/// False: one has failed, and what it wrote must not stay.
fn run_straight(db: &Connection, group: &mut [Box<dyn Work>]) -> Result<bool, Lost> {
    for work in group {
        let good = work.run(db);
        if db.is_autocommit() {
            return Err(Lost::RolledBack);
        }
        if !good {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Each in a savepoint of its own, so that one that fails leaves nothing of itself behind.
fn run_apart(db: &Connection, group: &mut [Box<dyn Work>]) -> Result<bool, Lost> {
    for work in group {
        say(db, "SAVEPOINT request").map_err(Lost::NotCommitted)?;
        let good = work.run(db);
        if db.is_autocommit() {
            return Err(Lost::RolledBack);
        }
        if !good {
            say(db, "ROLLBACK TO request").map_err(Lost::NotCommitted)?;
        }
        say(db, "RELEASE request").map_err(Lost::NotCommitted)?;
    }
    Ok(true)
}

/// A statement without an answer, parsed once: there are several of them for every request.
fn say(db: &Connection, statement: &str) -> Result<(), Trouble> {
    db.prepare_cached(statement)?.execute([])?;
    Ok(())
}
