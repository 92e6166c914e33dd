//! Work on the index of the search while nobody asks for anything: in parts so short that a request that comes
//! meanwhile hardly waits.

use std::io;
use std::time::{Duration, Instant};

use rusqlite::{Connection, TransactionBehavior};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::store::open::BUSY;
use crate::store::search::{self, Part};
use crate::store::trouble::Trouble;
use crate::store::worker::{Message, wipe_log};

/// Without a request for so long, it begins.
const QUIET: Duration = Duration::from_millis(500);

/// What a part should take at most.
const PART: Duration = Duration::from_millis(12);

/// Rows of one part.
const ROWS: std::ops::RangeInclusive<usize> = 16..=500;

pub(super) struct Upkeep {
    /// Waits for a request, but not for ever.
    timer: Runtime,
    due: bool,
    rows: usize,
}

impl Upkeep {
    pub(super) fn new() -> io::Result<Self> {
        let timer = Builder::new_current_thread().enable_time().build()?;
        Ok(Self { timer, due: true, rows: *ROWS.start() })
    }

    /// Something was written: there may be work.
    pub(super) fn written(&mut self) {
        self.due = true;
    }

    /// The next request; does what is due while there is none.
    pub(super) fn next(
        &mut self,
        db: &mut Connection,
        inbox: &mut mpsc::Receiver<Message>,
    ) -> Option<Message> {
        let mut wait = QUIET;
        while self.due {
            let next = self.timer.block_on(async { timeout(wait, inbox.recv()).await });
            if let Ok(message) = next {
                return message;
            }
            let since = Instant::now();
            // A part that cannot be done now, because another process writes or the disk is full, is tried again
            // after the next request. Searches find all the same.
            self.due = matches!(self.part(db), Ok(Part::Worked));
            let took = since.elapsed();
            self.rows = if took > PART { self.rows / 2 } else { self.rows + self.rows / 4 };
            self.rows = self.rows.clamp(*ROWS.start(), *ROWS.end());
            // As long for others as for itself.
            wait = took;
        }
        inbox.blocking_recv()
    }

    /// The next request that comes within this time.
    pub(super) fn next_within(&self, inbox: &mut mpsc::Receiver<Message>, wait: Duration) -> Option<Message> {
        self.timer.block_on(async { timeout(wait, inbox.recv()).await }).ok().flatten()
    }

    fn part(&self, db: &mut Connection) -> Result<Part, Trouble> {
        if !search::is_behind(db)? {
            return Ok(Part::Nothing);
        }
        db.busy_timeout(Duration::ZERO)?;
        let part = part(db, self.rows);
        db.busy_timeout(BUSY)?;
        part
    }
}

fn part(db: &mut Connection, rows: usize) -> Result<Part, Trouble> {
    // What is lost here with the power is done again.
    db.pragma_update(None, "synchronous", "NORMAL")?;
    let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let part = search::keep_up(&transaction, rows)?;
    transaction.commit()?;
    if part == Part::Erased {
        wipe_log(db)?;
    }
    Ok(part)
}
