//! SQL for what waits: in which order it starts, and giving many up at once.

use rusqlite::types::Value;
use rusqlite::{Connection, params, params_from_iter};

use crate::domain::attachment::{AttachmentId, BatchId, Priority, State};
use crate::domain::error::Failure;
use crate::store::claim;
use crate::store::handle::to_json;
use crate::store::queue::UNFINISHED;
use crate::store::rows::{Pick, Turn};
use crate::store::trouble::Trouble;
use crate::store::{SessionId, Store};

impl Store {
    /// Gives the picked ones a priority, as far as they are unfinished in this run or interrupted.
    pub async fn set_priority(&self, pick: Pick, priority: Priority) -> Result<(), Failure> {
        let session = self.session;
        self.write(move |db| set_priority(db, &pick, priority, session)).await
    }

    /// Gives each of these its place among what waits for the same profile.
    pub async fn set_ranks(&self, ranks: Vec<(AttachmentId, i64)>) -> Result<(), Failure> {
        self.write(move |db| set_ranks(db, &ranks)).await
    }

    /// The places of what earlier runs left interrupted.
    pub async fn interrupted_turns(&self) -> Result<Vec<Turn>, Failure> {
        self.look(interrupted_turns).await
    }

    /// Ends many that wait with one commit, as failed. Those settled already stay as they are.
    pub async fn fail_many(&self, failures: Vec<(AttachmentId, Failure)>) -> Result<(), Failure> {
        let now_ms = (self.clock)();
        let json = |(id, failure)| to_json(&failure).map(|json| (id, json));
        let failures: Vec<(AttachmentId, String)> =
            failures.into_iter().map(json).collect::<Result<_, Failure>>()?;
        self.write(move |db| fail_many(db, &failures, now_ms)).await
    }
}

fn set_priority(db: &Connection, pick: &Pick, priority: Priority, session: SessionId) -> Result<(), Trouble> {
    let (of, value) = claim::clause(pick);
    let mut change = db.prepare_cached(&format!(
        "UPDATE attachments SET priority = ? WHERE (state = ? OR (session = ? AND state IN (?, ?, ?, ?, ?))) {of}"
    ))?;
    let text = |state: State| Value::from(state.as_str().to_owned());
    let head = [priority.number().into(), text(State::Interrupted), session.to_string().into()];
    change.execute(params_from_iter(head.into_iter().chain(UNFINISHED.map(text)).chain(value)))?;
    Ok(())
}

fn set_ranks(db: &Connection, ranks: &[(AttachmentId, i64)]) -> Result<(), Trouble> {
    let mut change = db.prepare_cached("UPDATE attachments SET rank = ?2 WHERE id = ?1")?;
    for (id, rank) in ranks {
        change.execute((id.0, rank))?;
    }
    Ok(())
}

fn interrupted_turns(db: &Connection) -> Result<Vec<Turn>, Trouble> {
    let mut select = db.prepare_cached(
        "SELECT id, batch, profile, priority, coalesce(rank, id) FROM attachments WHERE state = ?",
    )?;
    let turns = select.query_map([State::Interrupted], |row| {
        Ok(Turn {
            id: AttachmentId(row.get(0)?),
            batch: BatchId(row.get(1)?),
            profile: row.get(2)?,
            priority: row.get(3)?,
            rank: row.get(4)?,
        })
    })?;
    Ok(turns.collect::<Result<_, _>>()?)
}

fn fail_many(db: &Connection, failures: &[(AttachmentId, String)], now_ms: i64) -> Result<(), Trouble> {
    let [queued, preparing, uploading, finishing, paused] = UNFINISHED;
    let mut fail = db.prepare_cached(
        "UPDATE attachments SET state = ?2, failure = ?3, finished_at_ms = ?4
         WHERE id = ?1 AND state IN (?5, ?6, ?7, ?8, ?9)",
    )?;
    for (id, failure) in failures {
        let how =
            params![id.0, State::Failed, failure, now_ms, queued, preparing, uploading, finishing, paused];
        fail.execute(how)?;
    }
    Ok(())
}
