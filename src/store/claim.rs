//! SQL that takes attachments back into the queue: only what no living run works on.

use rusqlite::types::Value;
use rusqlite::{Connection, params, params_from_iter};

use crate::domain::attachment::{AttachmentId, BatchId, State};
use crate::domain::error::Step;
use crate::store::SessionId;
use crate::store::history;
use crate::store::queue::{Stamp, UNFINISHED};
use crate::store::rows::{Pick, Row};
use crate::store::trouble::Trouble;

/// The states that an attachment is taken back from, whoever brought it there.
const ENDED: [State; 4] = [State::Failed, State::Canceled, State::Interrupted, State::Unsure];

/// The steps in which the bytes may have arrived when the program ended.
const MAY_HAVE_ARRIVED: [Step; 4] = [Step::Send, Step::Confirm, Step::Verify, Step::Record];

/// Those of the picked ones that can be taken back, in the order handed over. What is unfinished is told only where
/// it is this run's own: who asks knows whether it works on it.
pub(super) fn retryable(
    db: &Connection,
    pick: &Pick,
    session: SessionId,
) -> Result<Vec<AttachmentId>, Trouble> {
    let mut ids = Vec::new();
    let ended = ENDED.into_iter().map(|state| (state, None));
    let own = UNFINISHED.into_iter().map(|state| (state, Some(session)));
    for (state, session) in ended.chain(own) {
        ids.extend(ids_in(db, pick, state, session)?);
    }
    ids.sort_unstable();
    ids.dedup();
    Ok(ids)
}

/// Which rows are meant, as the end of a condition, and its value.
pub(super) fn clause(pick: &Pick) -> (&'static str, Option<Value>) {
    match pick {
        Pick::Ids(ids) => {
            let ids: Vec<String> = ids.iter().map(|id| id.0.to_string()).collect();
            let list = format!("[{}]", ids.join(","));
            ("AND id IN (SELECT value FROM json_each(?))", Some(list.into()))
        }
        Pick::Batch(BatchId(batch)) => ("AND batch = ?", Some((*batch).into())),
        Pick::Profile(profile) => ("AND profile = ?", Some(profile.clone().into())),
        Pick::All => ("", None),
    }
}

fn ids_in(
    db: &Connection,
    pick: &Pick,
    state: State,
    session: Option<SessionId>,
) -> Result<Vec<AttachmentId>, Trouble> {
    let (of, value) = clause(pick);
    let owner = session.map_or("", |_| "AND session = ?");
    let mut select =
        db.prepare_cached(&format!("SELECT id FROM attachments WHERE state = ? {of} {owner}"))?;
    let state: Value = state.as_str().to_owned().into();
    let session = session.map(|session| session.to_string().into());
    let values = [Some(state), value, session].into_iter().flatten();
    let ids = select.query_map(params_from_iter(values), |row| row.get(0).map(AttachmentId))?;
    Ok(ids.collect::<Result<_, _>>()?)
}

/// Takes these into this run's queue unless somebody was faster, and answers what was taken. What they keep of
/// earlier tries stays; a try that a crash ended while the bytes were on their way may have arrived, and of the `doubtful`
/// services (as JSON) every one that was interrupted.
pub(super) fn claim(
    db: &Connection,
    ids: &[AttachmentId],
    doubtful: &str,
    session: SessionId,
) -> Result<Vec<Row>, Trouble> {
    let mut take = db.prepare_cached(
        "UPDATE attachments SET state = ?2, session = ?3, failure = NULL, finished_at_ms = NULL, step = NULL,
             held = 0, whole_at_ms = NULL, answer_lost = answer_lost OR (state = ?4 AND (coalesce(step, '') IN (?5, ?6, ?7, ?8)
                 OR service IN (SELECT value FROM json_each(?17)) OR EXISTS
                 (SELECT 1 FROM attempts WHERE attachment = attachments.id AND ended_at_ms IS NULL)))
         WHERE id = ?1 AND (state IN (?4, ?9, ?10, ?11)
             OR (session = ?3 AND state IN (?12, ?13, ?14, ?15, ?16)))",
    )?;
    let [failed, canceled, interrupted, unsure] = ENDED;
    let mut rows = Vec::with_capacity(ids.len());
    for id in ids {
        let mut values: Vec<Value> = vec![id.0.into(), text(State::Queued), session.to_string().into()];
        values.push(text(interrupted));
        values.extend(MAY_HAVE_ARRIVED.map(|step| Value::from(step.as_str().to_owned())));
        values.extend([failed, canceled, unsure].into_iter().chain(UNFINISHED).map(text));
        values.push(doubtful.to_owned().into());
        if take.execute(params_from_iter(values))? == 1 {
            rows.extend(history::attachment(db, *id)?);
        }
    }
    Ok(rows)
}

/// What dead runs left, in the order in which it is to go on.
pub(super) fn interrupted(db: &Connection) -> Result<Vec<AttachmentId>, Trouble> {
    let mut select = db.prepare_cached(
        "SELECT id FROM attachments WHERE state = ? ORDER BY priority DESC, coalesce(rank, id), id",
    )?;
    let ids = select.query_map([State::Interrupted], |row| row.get(0).map(AttachmentId))?;
    Ok(ids.collect::<Result<_, _>>()?)
}

/// A [`Taking`](crate::store::Taking) as columns.
pub(super) struct Taken {
    pub(super) id: AttachmentId,
    pub(super) left_by: SessionId,
    pub(super) state: State,
    pub(super) failure: Option<String>,
}

/// Takes over what dead runs left, unless somebody was faster; answers what was taken. What goes on has been begun
/// anew; what is settled keeps how far it came.
pub(super) fn take_up(
    db: &Connection,
    takings: &[Taken],
    doubtful: &str,
    stamp: Stamp,
) -> Result<Vec<Row>, Trouble> {
    let mut take = db.prepare_cached(
        "UPDATE attachments SET state = ?3, session = ?4, failure = ?5, finished_at_ms = ?6, held = 0,
             step = iif(?3 = ?7, NULL, step), whole_at_ms = iif(?3 = ?8, whole_at_ms, NULL),
             answer_lost = answer_lost OR ?3 = ?8 OR coalesce(step, '') IN (?9, ?10, ?11, ?12)
                 OR service IN (SELECT value FROM json_each(?14)) OR EXISTS
                 (SELECT 1 FROM attempts WHERE attachment = attachments.id AND ended_at_ms IS NULL)
         WHERE id = ?1 AND session = ?2 AND state = ?13",
    )?;
    let [send, confirm, verify, record] = MAY_HAVE_ARRIVED;
    let mut rows = Vec::with_capacity(takings.len());
    for Taken { id, left_by, state, failure } in takings {
        let finished_at_ms = state.is_settled().then_some(stamp.now_ms);
        let taken = take.execute(params![
            id.0,
            left_by,
            state,
            stamp.session,
            failure,
            finished_at_ms,
            State::Queued,
            State::Unsure,
            send,
            confirm,
            verify,
            record,
            State::Interrupted,
            doubtful,
        ])?;
        if taken == 1 {
            rows.extend(history::attachment(db, *id)?);
        }
    }
    Ok(rows)
}

/// Ends what an earlier run left, so that it can be forgotten; answers what was ended.
pub(super) fn cancel_interrupted(db: &Connection, pick: &Pick, now_ms: i64) -> Result<Vec<Row>, Trouble> {
    let mut cancel =
        db.prepare_cached("UPDATE attachments SET state = ?2, finished_at_ms = ?3, held = 0 WHERE id = ?1")?;
    let mut rows = Vec::new();
    for id in ids_in(db, pick, State::Interrupted, None)? {
        cancel.execute((id.0, State::Canceled, now_ms))?;
        rows.extend(history::attachment(db, id)?);
    }
    Ok(rows)
}

fn text(state: State) -> Value {
    state.as_str().to_owned().into()
}
