//! SQL that writes. Each function is one request's work, inside the worker's savepoint.

use rusqlite::{Connection, params};

use crate::domain::attachment::{AttachmentId, BatchId, FileFacts, State};
use crate::domain::error::Step;
use crate::domain::receipt::Receipt;
use crate::store::SessionId;
use crate::store::columns::{path_bytes, to_integer, to_nanos};
use crate::store::rows::{During, NewAttachment, NewBatch};
use crate::store::trouble::Trouble;

/// The states of attachments that a run of the program still has before it, or works on.
pub(super) const UNFINISHED: [State; 5] =
    [State::Queued, State::Preparing, State::Uploading, State::Finishing, State::Paused];

/// When, and by which run of the program, a change was asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stamp {
    pub(super) now_ms: i64,
    pub(super) session: SessionId,
}

pub(super) fn add_batch(
    db: &Connection,
    batch: &NewBatch,
    files: &[NewAttachment],
    stamp: Stamp,
) -> Result<(BatchId, Vec<AttachmentId>), Trouble> {
    let NewBatch { profile, service } = batch;
    let batch = db
        .prepare_cached("INSERT INTO batches (profile, service, created_at_ms) VALUES (?, ?, ?)")?
        .insert(params![profile, service, stamp.now_ms])?;
    let mut insert = db.prepare_cached(
        "INSERT INTO attachments
            (batch, position, path, name, profile, service, state, added_at_ms, session, search)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )?;
    let mut ids = Vec::with_capacity(files.len());
    for (position, NewAttachment { path, name }) in (0_i64..).zip(files) {
        let id = insert.insert(params![
            batch,
            position,
            path_bytes(path),
            name,
            profile,
            service,
            State::Queued,
            stamp.now_ms,
            stamp.session,
            search_text(name, profile, &[]),
        ])?;
        ids.push(AttachmentId(id));
    }
    Ok((BatchId(batch), ids))
}

pub(super) fn set_facts(db: &Connection, id: AttachmentId, facts: &FileFacts) -> Result<(), Trouble> {
    // The row keeps the path that was handed over: after a repair, the facts are those of a copy.
    let FileFacts { path: _the_row_keeps_its_own, name, size, mime, modified, pixels, duration_secs } = facts;
    let renamed = db
        .prepare_cached("SELECT 1 FROM attachments WHERE id = ? AND name <> ?")?
        .exists(params![id.0, name])?;
    let changed = db
        .prepare_cached(
            "UPDATE attachments SET name = ?2, size = ?3, mime = ?4, modified_ns = ?5,
                 width = ?6, height = ?7, duration_secs = ?8
             WHERE id = ?1",
        )?
        .execute(params![
            id.0,
            name,
            to_integer(*size),
            mime,
            modified.and_then(to_nanos),
            pixels.map(|(width, _)| width),
            pixels.map(|(_, height)| height),
            duration_secs.map(to_integer),
        ])?;
    one(changed, id)?;
    if renamed { refresh_search(db, id) } else { Ok(()) }
}

/// A state that is not settled takes the row over for this run and forgets how it ended before.
pub(super) fn set_state(
    db: &Connection,
    id: AttachmentId,
    state: State,
    step: Option<Step>,
    stamp: Stamp,
) -> Result<(), Trouble> {
    let changed = if state.is_settled() {
        db.prepare_cached(
            "UPDATE attachments SET state = ?2, step = ?3, finished_at_ms = ?4, held = 0 WHERE id = ?1",
        )?
        .execute(params![id.0, state, step, stamp.now_ms])?
    } else {
        db.prepare_cached(
            "UPDATE attachments SET state = ?2, step = ?3, session = ?4, finished_at_ms = NULL, failure = NULL,
                 held = 0
             WHERE id = ?1",
        )?
        .execute(params![id.0, state, step, stamp.session])?
    };
    one(changed, id)
}

/// The step stays as it was.
pub(super) fn set_state_of_many(
    db: &Connection,
    ids: &[AttachmentId],
    state: State,
    stamp: Stamp,
) -> Result<(), Trouble> {
    let mut update = db.prepare_cached(
        "UPDATE attachments SET state = ?2, session = ?3, finished_at_ms = NULL, failure = NULL, held = 0
         WHERE id = ?1",
    )?;
    for id in ids {
        one(update.execute(params![id.0, state, stamp.session])?, *id)?;
    }
    Ok(())
}

/// Takes the row over for this run. What is queued stays so until it is told how far it is: most files are done before, and
/// the indexes that the state stands in are changed once.
pub(super) fn begin_attempt(
    db: &Connection,
    id: AttachmentId,
    Stamp { now_ms, session }: Stamp,
) -> Result<(), Trouble> {
    let changed = db
        .prepare_cached(
            "UPDATE attachments SET state = iif(state = ?3, state, ?4), step = iif(state = ?3, step, ?5), session = ?6,
                 finished_at_ms = NULL, failure = NULL, held = 0, attempts = attempts + 1,
                 started_at_ms = coalesce(started_at_ms, ?2), whole_at_ms = NULL
             WHERE id = ?1",
        )?
        .execute(params![id.0, now_ms, State::Queued, State::Preparing, Step::Prepare, session])?;
    one(changed, id)?;
    // Not from a SELECT, for which SQLite keeps what it would take back in 64 KiB at each call, and not with `RETURNING`, for
    // which it makes a table.
    db.prepare_cached(
        "INSERT INTO attempts (attachment, number, started_at_ms)
         VALUES (?1, (SELECT attempts FROM attachments WHERE id = ?1), ?2)",
    )?
    .execute(params![id.0, now_ms])?;
    Ok(())
}

/// Of the last attempt; answers whether there is one.
pub(super) fn end_attempt(
    db: &Connection,
    id: AttachmentId,
    failure: Option<&str>,
    now_ms: i64,
) -> Result<bool, Trouble> {
    let changed = db
        .prepare_cached(
            "UPDATE attempts SET ended_at_ms = ?2, failure = ?3
             WHERE attachment = ?1 AND number = (SELECT attempts FROM attachments WHERE id = ?1)",
        )?
        .execute(params![id.0, now_ms, failure])?;
    Ok(changed == 1)
}

pub(super) fn set_whole(
    db: &Connection,
    id: AttachmentId,
    (state, step): (State, Step),
    stamp: Stamp,
) -> Result<(), Trouble> {
    let changed = db
        .prepare_cached("UPDATE attachments SET state = ?2, step = ?3, whole_at_ms = ?4 WHERE id = ?1")?
        .execute(params![id.0, state, step, stamp.now_ms])?;
    one(changed, id)
}

pub(super) fn clear_whole(db: &Connection, id: AttachmentId) -> Result<(), Trouble> {
    let changed =
        db.prepare_cached("UPDATE attachments SET whole_at_ms = NULL WHERE id = ?")?.execute([id.0])?;
    one(changed, id)
}

pub(super) fn add_activity(
    db: &Connection,
    id: AttachmentId,
    during: During,
    entry: &str,
) -> Result<(), Trouble> {
    let found = db.prepare_cached("SELECT 1 FROM attachments WHERE id = ?")?.exists([id.0])?;
    one(usize::from(found), id)?;
    db.prepare_cached(
        "INSERT INTO activity (attachment, attempt, entry)
         VALUES (?1, iif(?2, (SELECT attempts FROM attachments WHERE id = ?1), 0), ?3)",
    )?
    .execute(params![id.0, during == During::LastAttempt, entry])?;
    Ok(())
}

pub(super) fn set_checkpoint(
    db: &Connection,
    id: AttachmentId,
    checkpoint: Option<&str>,
) -> Result<(), Trouble> {
    let changed = db
        .prepare_cached("UPDATE attachments SET checkpoint = ?2 WHERE id = ?1")?
        .execute(params![id.0, checkpoint])?;
    one(changed, id)
}

pub(super) fn set_answer_lost(db: &Connection, id: AttachmentId, lost: bool) -> Result<(), Trouble> {
    let changed = db
        .prepare_cached("UPDATE attachments SET answer_lost = ?2 WHERE id = ?1")?
        .execute(params![id.0, lost])?;
    one(changed, id)
}

/// Final state, receipt, failure and time in one statement; without a step or facts, those stay as they were last. With a
/// receipt the checkpoint has served, and what it may be found by is its links as well.
pub(super) fn finish(
    db: &Connection,
    id: AttachmentId,
    state: State,
    ended: &Ended,
    now_ms: i64,
) -> Result<(), Trouble> {
    let facts = ended.facts.as_ref();
    let name = facts.map(|facts| facts.name.as_str());
    let search = match &ended.links {
        None => None,
        Some(links) => db
            .prepare_cached("SELECT name, profile FROM attachments WHERE id = ?")?
            .query_map([id.0], |row| {
                let (before, profile): (String, String) = (row.get(0)?, row.get(1)?);
                Ok(search_text(name.unwrap_or(&before), &profile, links))
            })?
            .next()
            .transpose()?,
    };
    let changed = db
        .prepare_cached(
            "UPDATE attachments SET state = ?2, receipt = coalesce(?3, receipt), failure = ?4, finished_at_ms = ?5,
                 checkpoint = iif(?3 IS NULL, checkpoint, NULL), link_check = iif(?3 IS NULL, link_check, NULL),
                 held = 0, search = coalesce(?6, search), step = coalesce(?7, step), content = coalesce(?8, content),
                 name = coalesce(?9, name), size = iif(?9 IS NULL, size, ?10), mime = iif(?9 IS NULL, mime, ?11),
                 modified_ns = iif(?9 IS NULL, modified_ns, ?12), width = iif(?9 IS NULL, width, ?13),
                 height = iif(?9 IS NULL, height, ?14), duration_secs = iif(?9 IS NULL, duration_secs, ?15)
             WHERE id = ?1",
        )?
        .execute(params![
            id.0,
            state,
            ended.receipt,
            ended.failure,
            now_ms,
            search,
            ended.step,
            ended.content,
            name,
            facts.map(|facts| to_integer(facts.size)),
            facts.map(|facts| &facts.mime),
            facts.and_then(|facts| facts.modified.and_then(to_nanos)),
            facts.and_then(|facts| facts.pixels.map(|(width, _)| width)),
            facts.and_then(|facts| facts.pixels.map(|(_, height)| height)),
            facts.and_then(|facts| facts.duration_secs.map(to_integer)),
        ])?;
    one(changed, id)
}

/// An outcome as JSON.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) receipt: Option<String>,
    pub(super) failure: Option<String>,
    /// Those of the receipt, which there is wherever there are facts: what is searched for has the name.
    pub(super) links: Option<Vec<String>>,
    pub(super) step: Option<Step>,
    pub(super) content: Option<[u8; 32]>,
    pub(super) facts: Option<FileFacts>,
}

/// How an earlier link was found says nothing of the new one.
pub(super) fn replace_receipt(db: &Connection, id: AttachmentId, receipt: &str) -> Result<(), Trouble> {
    let changed = db
        .prepare_cached("UPDATE attachments SET receipt = ?2, link_check = NULL WHERE id = ?1")?
        .execute(params![id.0, receipt])?;
    one(changed, id)?;
    refresh_search(db, id)
}

/// Settles those of the attachments that are not settled yet: what was done meanwhile stays done.
pub(super) fn settle_many(
    db: &Connection,
    ids: &[AttachmentId],
    state: State,
    now_ms: i64,
) -> Result<usize, Trouble> {
    let mut read = db.prepare_cached("SELECT state FROM attachments WHERE id = ?")?;
    let mut settle =
        db.prepare_cached("UPDATE attachments SET state = ?2, finished_at_ms = ?3, held = 0 WHERE id = ?1")?;
    let mut settled = 0;
    for id in ids {
        let before: Option<State> = read.query_map([id.0], |row| row.get(0))?.next().transpose()?;
        if !before.ok_or(Trouble::Missing(*id))?.is_settled() {
            settled += settle.execute(params![id.0, state, now_ms])?;
        }
    }
    Ok(settled)
}

/// Marks what a run left unfinished; the step stays, so that it is known how far it came, and that it was paused.
pub(super) fn interrupt(db: &Connection, session: SessionId) -> Result<usize, Trouble> {
    let [queued, preparing, uploading, finishing, paused] = UNFINISHED;
    Ok(db
        .prepare_cached(
            "UPDATE attachments SET state = ?1, held = (state = ?7)
             WHERE session = ?2 AND state IN (?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![State::Interrupted, session, queued, preparing, uploading, finishing, paused])?)
}

pub(super) fn is_in(db: &Connection, id: AttachmentId, state: State) -> Result<bool, Trouble> {
    Ok(db
        .prepare_cached("SELECT 1 FROM attachments WHERE id = ? AND state = ?")?
        .exists(params![id.0, state])?)
}

pub(super) fn one(changed: usize, id: AttachmentId) -> Result<(), Trouble> {
    if changed == 1 { Ok(()) } else { Err(Trouble::Missing(id)) }
}

pub(super) fn refresh_search(db: &Connection, id: AttachmentId) -> Result<(), Trouble> {
    let text = db.prepare_cached("SELECT name, profile, receipt FROM attachments WHERE id = ?")?.query_one(
        [id.0],
        |row| {
            let (name, profile): (String, String) = (row.get(0)?, row.get(1)?);
            let receipt: Option<String> = row.get(2)?;
            // A receipt of a shape that this program cannot read has no links to be found by.
            let receipt: Option<Receipt> = receipt.and_then(|json| serde_json::from_str(&json).ok());
            Ok(search_text(&name, &profile, &receipt.as_ref().map(links_of).unwrap_or_default()))
        },
    )?;
    db.prepare_cached("UPDATE attachments SET search = ?2 WHERE id = ?1 AND search <> ?2")?
        .execute(params![id.0, text])?;
    Ok(())
}

/// What a search looks at, in lower case: SQLite by itself knows the letters of ASCII only.
fn search_text(name: &str, profile: &str, links: &[String]) -> String {
    let links = links.iter().map(String::as_str);
    let parts: Vec<&str> = [name, profile].into_iter().chain(links).collect();
    parts.join("\n").to_lowercase()
}

pub(super) fn links_of(receipt: &Receipt) -> Vec<String> {
    receipt.links.iter().map(|link| link.value.clone()).collect()
}
