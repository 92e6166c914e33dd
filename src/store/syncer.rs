//! Brings commits to the disk beside the worker, which goes on meanwhile: all that was committed while one wait for the
//! disk lasted shares the next.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::store::trouble::Trouble;
use crate::store::worker::Work;

/// Commits that may wait; the worker waits with the next one.
const COMMITS_WAITING: usize = 256;

/// Between two waits for the disk where several requests come at once: each wait costs the processor more than the
/// commit of a short request.
const BETWEEN: Duration = Duration::from_millis(3);

/// Waits for the disk in a thread of its own.
///
/// With `synchronous = NORMAL` a commit writes its frames to the write-ahead log and leaves it to the system when they
/// reach the disk (<https://www.sqlite.org/pragma.html#pragma_synchronous>); whoever flushes that file then has what
/// `FULL` gives. A log that was merged into the database meanwhile is on the disk already: SQLite flushes both files for
/// that (<https://www.sqlite.org/wal.html#checkpointing>).
pub(super) struct Syncer {
    /// None only while it ends.
    waiting: Option<SyncSender<Vec<Box<dyn Work>>>>,
    thread: Option<JoinHandle<()>>,
}

impl Syncer {
    /// For the database at `place`, whose log exists.
    /// `well`: see [`Worker`](crate::store::worker::Worker).
    pub(super) fn start(place: &Path, well: Arc<AtomicBool>) -> io::Result<Self> {
        let mut log = place.as_os_str().to_owned();
        log.push("-wal");
        // Windows flushes what may be written to alone; the tests of a loss of power read what is flushed by this handle.
        let log = File::options().read(true).write(true).open(PathBuf::from(log))?;
        let (waiting, inbox) = sync_channel(COMMITS_WAITING);
        let place: Arc<Path> = place.into();
        let thread = thread::Builder::new()
            .name("affix-store-disk".to_owned())
            .spawn(move || run(&inbox, &log, &place, &well))?;
        Ok(Self { waiting: Some(waiting), thread: Some(thread) })
    }

    /// Answers these, which are committed, once they are on the disk; gives them back if it has ended.
    pub(super) fn answer(&self, committed: Vec<Box<dyn Work>>) -> Result<(), Vec<Box<dyn Work>>> {
        match &self.waiting {
            Some(waiting) => waiting.send(committed).map_err(|unsent| unsent.0),
            None => Err(committed),
        }
    }
}

/// Everything that waits is answered first.
impl Drop for Syncer {
    fn drop(&mut self) {
        self.waiting = None;
        // If it has ended by a bug of ours, nobody is answered.
        let _ended = self.thread.take().map(JoinHandle::join);
    }
}

fn run(inbox: &Receiver<Vec<Box<dyn Work>>>, log: &File, place: &Path, well: &AtomicBool) {
    let mut busy_since = None;
    while let Ok(mut committed) = inbox.recv() {
        if let Some(left) = busy_since.and_then(|at: Instant| BETWEEN.checked_sub(at.elapsed())) {
            thread::sleep(left);
        }
        committed.extend(inbox.try_iter().flatten());
        let lost = log.sync_data().err().map(Trouble::Disk);
        if lost.is_some() {
            well.store(false, Ordering::Relaxed);
        }
        busy_since = (committed.len() > 1).then(Instant::now);
        #[cfg(test)]
        tests::count(place);
        for work in committed {
            work.answer(place, lost.as_ref());
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::collections::BTreeMap;
    use std::path::{Path, PathBuf};
    use std::sync::{Mutex, PoisonError};

    /// How often each database was waited for: what a flush does cannot be seen from inside of the program.
    static FLUSHES: Mutex<BTreeMap<PathBuf, usize>> = Mutex::new(BTreeMap::new());

    pub(super) fn count(place: &Path) {
        let mut flushes = FLUSHES.lock().unwrap_or_else(PoisonError::into_inner);
        *flushes.entry(place.to_owned()).or_default() += 1;
    }

    pub(in crate::store) fn flushes(place: &Path) -> usize {
        let flushes = FLUSHES.lock().unwrap_or_else(PoisonError::into_inner);
        flushes.get(place).copied().unwrap_or_default()
    }
}
