//! SQL that reads.

use rusqlite::types::{FromSql, Value};
use rusqlite::{Connection, params_from_iter};
use serde::de::DeserializeOwned;

use crate::domain::attachment::{Activity, AttachmentId, BatchId, State};
use crate::domain::error::{Failure, Kind};
use crate::store::SessionId;
use crate::store::columns::{bytes_path, from_nanos};
use crate::store::queue::UNFINISHED;
use crate::store::rows::{Attempt, Query, Row, needle};
use crate::store::search::{self, Narrowed};
use crate::store::trouble::Trouble;

/// What [`row`] reads, in its order: a column that is asked for by its name is looked for by that in each row.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT receipt, failure, id, batch, position, path, name, size, mime, modified_ns, width, height,
                 duration_secs, profile, service, state, step, attempts, checkpoint, answer_lost, added_at_ms,
                 started_at_ms, finished_at_ms, session, held, priority, rank, whole_at_ms, content, link_check, repairs,
                 sent
             FROM attachments ",
            $rest
        )
    };
}

pub(super) fn attachment(db: &Connection, id: AttachmentId) -> Result<Option<Row>, Trouble> {
    let mut select = db.prepare_cached(select!("WHERE id = ?"))?;
    Ok(select.query_map([id.0], row)?.next().transpose()?)
}

/// In the order handed over.
pub(super) fn batch(db: &Connection, id: BatchId) -> Result<Vec<Row>, Trouble> {
    let mut select = db.prepare_cached(select!("WHERE batch = ? ORDER BY position"))?;
    let rows = select.query_map([id.0], row)?.collect::<Result<_, _>>()?;
    Ok(rows)
}

/// Newest first.
pub(super) fn history(db: &Connection, query: &Query) -> Result<Vec<Row>, Trouble> {
    let (sql, values) = history_sql(query);
    let mut select = db.prepare_cached(&sql)?;
    let rows = select.query_map(params_from_iter(values), row)?.collect::<Result<_, _>>()?;
    Ok(rows)
}

/// One branch per state, each read newest first from an index and ended by its own limit: a state of few rows
/// is found as quickly as one of a million, and nothing is sorted that is not shown.
pub(super) fn history_sql(query: &Query) -> (String, Vec<Value>) {
    let Query { search, states, profile, limit, before } = query;
    let limit = i64::try_from(*limit).unwrap_or(i64::MAX);
    let (parts, mut values) = match needle(search.as_deref()) {
        Some(needle) => {
            let before = before.map(|id| id.0);
            let narrowed = Narrowed { states: states.as_deref(), profile: profile.as_deref(), before };
            search::newest_with(&needle, &narrowed, limit)
        }
        None => newest(query, limit),
    };
    values.push(limit.into());
    let ids = parts.join(" UNION ALL ");
    (format!(select!("WHERE id IN ({ids}) ORDER BY id DESC LIMIT ?"), ids = ids), values)
}

fn newest(query: &Query, limit: i64) -> (Vec<String>, Vec<Value>) {
    let Query { search: _none, states, profile, limit: _, before } = query;
    // The index by profile is one by state, too.
    let every_state = profile.as_ref().map(|_| State::ALL.to_vec());
    let branches: Vec<Option<State>> = match states.clone().or(every_state) {
        Some(states) => states.into_iter().map(Some).collect(),
        None => vec![None],
    };
    let mut values: Vec<Value> = Vec::new();
    let mut parts = Vec::new();
    for state in branches {
        let mut part = String::from("SELECT id FROM (SELECT id FROM attachments WHERE id < ?");
        values.push(before.map_or(i64::MAX, |id| id.0).into());
        if let Some(profile) = profile {
            part.push_str(" AND profile = ?");
            values.push(profile.clone().into());
        }
        if let Some(state) = state {
            part.push_str(" AND state = ?");
            values.push(state.as_str().to_owned().into());
        }
        part.push_str(" ORDER BY id DESC LIMIT ?)");
        values.push(limit.into());
        parts.push(part);
    }
    if parts.is_empty() {
        parts.push("SELECT NULL".to_owned());
    }
    (parts, values)
}

/// In the order they began.
pub(super) fn activity(db: &Connection, id: AttachmentId) -> Result<Vec<Activity>, Trouble> {
    let mut select = db.prepare_cached("SELECT entry FROM activity WHERE attachment = ? ORDER BY id")?;
    let texts = select.query_map([id.0], |row| row.get::<_, String>(0))?;
    texts.map(|text| serde_json::from_str(&text?).map_err(Trouble::Unreadable)).collect()
}

pub(super) fn attempts(db: &Connection, id: AttachmentId) -> Result<Vec<Attempt>, Trouble> {
    let mut select = db.prepare_cached(
        "SELECT number, started_at_ms, ended_at_ms, failure FROM attempts WHERE attachment = ? ORDER BY number",
    )?;
    let attempts = select
        .query_map([id.0], |row| {
            Ok(Attempt {
                number: row.get(0)?,
                started_at_ms: row.get(1)?,
                ended_at_ms: row.get(2)?,
                failure: json(row.get(3)?).unwrap_or_else(Some),
            })
        })?
        .collect::<Result<_, _>>()?;
    Ok(attempts)
}

pub(super) fn unfinished_sessions(db: &Connection) -> Result<Vec<SessionId>, Trouble> {
    let mut select = db.prepare_cached(
        "SELECT DISTINCT session FROM attachments WHERE state IN (?, ?, ?, ?, ?) ORDER BY session",
    )?;
    let sessions =
        select.query_map(params_from_iter(UNFINISHED), |row| row.get(0))?.collect::<Result<_, _>>()?;
    Ok(sessions)
}

/// What a run has queued or at work, in the order handed over.
pub(super) fn under_way(db: &Connection, session: SessionId) -> Result<Vec<AttachmentId>, Trouble> {
    let mut select = db.prepare_cached(
        "SELECT id FROM attachments WHERE state IN (?1, ?2, ?3, ?4) AND session = ?5 ORDER BY id",
    )?;
    let states = (State::Queued, State::Preparing, State::Uploading, State::Finishing);
    let ids = select
        .query_map((states.0, states.1, states.2, states.3, session), |row| Ok(AttachmentId(row.get(0)?)))?
        .collect::<Result<_, _>>()?;
    Ok(ids)
}

/// Every state, in the order of [`State::ALL`], also those that no attachment is in.
pub(super) fn count_by_state(db: &Connection) -> Result<Vec<(State, u64)>, Trouble> {
    let mut select = db.prepare_cached("SELECT count(*) FROM attachments WHERE state = ?")?;
    let mut counts = Vec::with_capacity(State::ALL.len());
    for state in State::ALL {
        let count: i64 = select.query_one([state], |row| row.get(0))?;
        counts.push((state, count.unsigned_abs()));
    }
    Ok(counts)
}

/// The columns of a row, one after the other.
struct Columns<'a> {
    row: &'a rusqlite::Row<'a>,
    at: usize,
}

impl Columns<'_> {
    fn next<T: FromSql>(&mut self) -> rusqlite::Result<T> {
        self.at += 1;
        self.row.get(self.at - 1)
    }

    fn positive(&mut self) -> rusqlite::Result<Option<u64>> {
        Ok(self.next::<Option<i64>>()?.map(i64::unsigned_abs))
    }
}

fn row(row: &rusqlite::Row<'_>) -> rusqlite::Result<Row> {
    let mut columns = Columns { row, at: 0 };
    // One record that cannot be read is shown as such and does not hide the rest of the history.
    let (receipt, failure) = match (json(columns.next()?), json(columns.next()?)) {
        (Ok(receipt), Ok(failure)) => (receipt, failure),
        (receipt, Err(unreadable)) => (receipt.ok().flatten(), Some(unreadable)),
        (Err(unreadable), Ok(failure)) => (None, Some(failure.unwrap_or(unreadable))),
    };
    let id = columns.next()?;
    Ok(Row {
        receipt,
        failure,
        id: AttachmentId(id),
        batch: BatchId(columns.next()?),
        position: columns.next()?,
        path: bytes_path(columns.next()?),
        name: columns.next()?,
        size: columns.positive()?,
        mime: columns.next()?,
        modified: columns.next::<Option<i64>>()?.and_then(from_nanos),
        pixels: columns.next::<Option<u32>>()?.zip(columns.next()?),
        duration_secs: columns.positive()?,
        profile: columns.next()?,
        service: columns.next()?,
        state: columns.next()?,
        step: columns.next()?,
        attempts: columns.next()?,
        checkpoint: columns.next()?,
        answer_lost: columns.next()?,
        added_at_ms: columns.next()?,
        started_at_ms: columns.next()?,
        finished_at_ms: columns.next()?,
        session: columns.next()?,
        held: columns.next()?,
        priority: columns.next()?,
        rank: columns.next::<Option<i64>>()?.unwrap_or(id),
        whole_at_ms: columns.next()?,
        content: columns.next()?,
        // One that cannot be read is looked at again.
        link_check: json(columns.next()?).unwrap_or_default(),
        // What cannot be read is found and asked about again.
        repairs: json(columns.next()?).unwrap_or_default().unwrap_or_default(),
        sent: json(columns.next()?).unwrap_or_default(),
    })
}

/// Reads a JSON column; what cannot be read becomes a failure to show in its place.
fn json<T: DeserializeOwned>(text: Option<String>) -> Result<Option<T>, Failure> {
    let Some(text) = text else { return Ok(None) };
    serde_json::from_str(&text)
        .map(Some)
        .map_err(|error| Failure::new(Kind::Storage, "A record of the history cannot be read").cause(error))
}
