//! SQL for what a window shows: outlines, totals, filters. All of it is read through the reading connection, so that
//! looking at a million rows does not delay the engine's commits.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::Connection;

use crate::domain::attachment::{AttachmentId, BatchId, State};
use crate::store::history;
use crate::store::rows::{BatchTotals, Group, ListQuery, Outline, Overall, Row, Totals, needle};
use crate::store::search::{self, UNSETTLED};
use crate::store::trouble::Trouble;

/// The states of work that goes on by itself or is held for a while. What an earlier run left does not.
const GOING: [State; 5] =
    [State::Queued, State::Preparing, State::Uploading, State::Finishing, State::Paused];

/// One batch while the outline is read.
struct Found {
    batch: i64,
    /// Of its ids among all that were found.
    first: usize,
    unsettled: bool,
}

/// Rows that are looked up one by one for an outline; with more of them a pass over everything is quicker.
const LOOKED_UP_MAX: usize = 5_000;

/// Of few rows what is asked for them, of many one pass over the index by batch.
pub(super) fn outline(db: &Connection, query: &ListQuery) -> Result<Outline, Trouble> {
    let searched = needle(query.search.as_deref()).map(|needle| search::ids_with(db, &needle)).transpose()?;
    let few = match &searched {
        Some(ids) if ids.len() <= LOOKED_UP_MAX => Some(ids.clone()),
        _ => few_in(db, query.states.as_deref())?,
    };
    match few {
        Some(ids) => narrow(db, query, searched.as_deref(), &ids),
        None => wide(db, query, searched.as_deref()),
    }
}

/// The ids of all rows in these states; none where there are many, or every state is meant.
fn few_in(db: &Connection, states: Option<&[State]>) -> Result<Option<Vec<i64>>, Trouble> {
    let Some(states) = states else { return Ok(None) };
    let mut select = db.prepare_cached("SELECT id FROM attachments WHERE state = ? LIMIT ?")?;
    let mut ids: Vec<i64> = Vec::new();
    for state in states {
        let left = i64::try_from(LOOKED_UP_MAX + 1 - ids.len()).unwrap_or_default();
        for id in select.query_map((state, left), |row| row.get(0))? {
            ids.push(id?);
        }
        if ids.len() > LOOKED_UP_MAX {
            return Ok(None);
        }
    }
    Ok(Some(ids))
}

/// Those of these rows that the query finds.
fn narrow(
    db: &Connection,
    query: &ListQuery,
    searched: Option<&[i64]>,
    ids: &[i64],
) -> Result<Outline, Trouble> {
    let mut select =
        db.prepare_cached("SELECT batch, position, state, profile FROM attachments WHERE id = ?")?;
    let mut placed: Vec<(i64, i64, i64)> = Vec::new();
    for id in ids {
        let Some(row) = select
            .query_map([id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get::<_, String>(3)?)))?
            .next()
            .transpose()?
        else {
            continue;
        };
        let (batch, position, state, profile): (i64, i64, State, String) = row;
        let shown = query.states.as_ref().is_none_or(|states| states.contains(&state))
            && query.profile.as_ref().is_none_or(|wanted| *wanted == profile)
            && searched.is_none_or(|searched| searched.binary_search(id).is_ok());
        if shown {
            placed.push((batch, position, *id));
        }
    }
    placed.sort_unstable();
    placed.dedup();
    let mut ids = Vec::with_capacity(placed.len());
    let mut found: Vec<Found> = Vec::new();
    for (batch, _, id) in placed {
        if found.last().is_none_or(|last| last.batch != batch) {
            let unsettled = is_unsettled(db, batch)?;
            found.push(Found { batch, first: ids.len(), unsettled });
        }
        ids.push(id);
    }
    Ok(arrange(&ids, &found))
}

/// Whether any of the batch's rows is.
fn is_unsettled(db: &Connection, batch: i64) -> Result<bool, Trouble> {
    // A batch is added whole, so its ids follow one another, and the index by state tells at once.
    let mut ends = db.prepare_cached(
        "SELECT (SELECT id FROM attachments WHERE batch = ?1 ORDER BY position LIMIT 1),
                (SELECT id FROM attachments WHERE batch = ?1 ORDER BY position DESC LIMIT 1)",
    )?;
    let (first, last): (Option<i64>, Option<i64>) =
        ends.query_one([batch], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let mut any = db.prepare_cached("SELECT 1 FROM attachments WHERE state = ? AND id BETWEEN ? AND ?")?;
    for state in UNSETTLED {
        if any.exists((state, first, last))? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// One pass over the index by batch, which has everything that is asked for but the searched text.
fn wide(db: &Connection, query: &ListQuery, searched: Option<&[i64]>) -> Result<Outline, Trouble> {
    let ListQuery { states, search: _, profile } = query;
    let batches = profile.as_ref().map(|profile| batches_of(db, profile)).transpose()?;
    let mut ids: Vec<i64> = Vec::new();
    let mut found: Vec<Found> = Vec::new();
    let mut select =
        db.prepare_cached("SELECT batch, id, state FROM attachments ORDER BY batch, position")?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let (batch, id, state): (i64, i64, State) = (row.get(0)?, row.get(1)?, row.get(2)?);
        if found.last().is_none_or(|last| last.batch != batch) {
            found.push(Found { batch, first: ids.len(), unsettled: false });
        }
        if let Some(last) = found.last_mut() {
            // Whether or not the row itself is shown.
            last.unsettled |= UNSETTLED.contains(&state);
        }
        let shown = states.as_ref().is_none_or(|states| states.contains(&state))
            && batches.as_ref().is_none_or(|batches| batches.contains(&batch))
            && searched.is_none_or(|searched| searched.binary_search(&id).is_ok());
        if shown {
            ids.push(id);
        }
    }
    Ok(arrange(&ids, &found))
}

/// Batches with unsettled work first, then the newest; those of which nothing is shown are left out.
fn arrange(ids: &[i64], found: &[Found]) -> Outline {
    let ends = found.iter().skip(1).map(|next| next.first).chain([ids.len()]);
    let mut order: Vec<(&Found, usize)> = found.iter().zip(ends).collect();
    order.sort_unstable_by_key(|(group, _)| std::cmp::Reverse((group.unsettled, group.batch)));
    let mut outline = Outline { groups: Vec::new(), ids: Vec::with_capacity(ids.len()) };
    for (group, end) in order {
        let shown = ids.get(group.first..end).unwrap_or_default();
        if !shown.is_empty() {
            let first = outline.ids.len();
            outline.groups.push(Group { batch: BatchId(group.batch), first, count: shown.len() });
            outline.ids.extend(shown.iter().copied().map(AttachmentId));
        }
    }
    outline
}

/// An attachment's profile is its batch's.
fn batches_of(db: &Connection, profile: &str) -> Result<BTreeSet<i64>, Trouble> {
    let mut select = db.prepare_cached("SELECT id FROM batches WHERE profile = ?")?;
    let ids = select.query_map([profile], |row| row.get(0))?.collect::<Result<_, _>>()?;
    Ok(ids)
}

/// Unknown ids are left out.
pub(super) fn rows(db: &Connection, ids: &[AttachmentId]) -> Result<Vec<Row>, Trouble> {
    let mut rows = Vec::with_capacity(ids.len());
    for id in ids {
        rows.extend(history::attachment(db, *id)?);
    }
    Ok(rows)
}

/// Unknown ids are left out.
pub(super) fn batch_totals(db: &Connection, ids: &[BatchId]) -> Result<Vec<BatchTotals>, Trouble> {
    let mut select = db.prepare_cached("SELECT profile, service, created_at_ms FROM batches WHERE id = ?")?;
    let mut all = Vec::with_capacity(ids.len());
    for id in ids {
        let head = select.query_map([id.0], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?.next();
        let Some((profile, service, added_at_ms)) = head.transpose()? else { continue };
        let mut sums = Sums::default();
        sums.add(db, id.0)?;
        let (by_state, bytes, done_bytes) = (sums.by_state(), sums.bytes, sums.done_bytes);
        all.push(BatchTotals { batch: *id, profile, service, added_at_ms, by_state, bytes, done_bytes });
    }
    Ok(all)
}

pub(super) fn overall(db: &Connection) -> Result<Overall, Trouble> {
    let mut sums = Sums::default();
    for batch in batches_with(db, &GOING)? {
        sums.add(db, batch)?;
    }
    Ok(Overall { by_state: sums.by_state(), total_bytes: sums.bytes, done_bytes: sums.done_bytes })
}

/// `counted` is asked once the picture stands that the totals are of.
pub(super) fn totals(
    db: &Connection,
    batches: &[BatchId],
    counted: impl Fn() -> Vec<AttachmentId>,
) -> Result<Totals, Trouble> {
    // All in one transaction: what another connection commits from its first reading on is not in it.
    let overall = overall(db)?;
    let batches = batch_totals(db, batches)?;
    let mut select = db.prepare_cached("SELECT state FROM attachments WHERE id = ?")?;
    let mut ended = Vec::new();
    for id in counted() {
        let state: Option<State> = select.query_map([id.0], |row| row.get(0))?.next().transpose()?;
        if state.is_none_or(State::is_settled) {
            ended.push(id);
        }
    }
    Ok(Totals { overall, batches, ended })
}

/// Counts and bytes, added up here: SQLite would sort a million rows to group them.
#[derive(Default)]
struct Sums {
    counts: BTreeMap<&'static str, u64>,
    bytes: u64,
    done_bytes: u64,
}

impl Sums {
    fn add(&mut self, db: &Connection, batch: i64) -> Result<(), Trouble> {
        let mut select = db.prepare_cached("SELECT state, size FROM attachments WHERE batch = ?")?;
        let mut rows = select.query([batch])?;
        while let Some(row) = rows.next()? {
            let (state, size): (State, Option<i64>) = (row.get(0)?, row.get(1)?);
            let size = size.unwrap_or_default().unsigned_abs();
            *self.counts.entry(state.as_str()).or_default() += 1;
            if !matches!(state, State::Failed | State::Canceled | State::Unsure | State::Interrupted) {
                self.bytes = self.bytes.saturating_add(size);
            }
            if state == State::Done {
                self.done_bytes = self.done_bytes.saturating_add(size);
            }
        }
        Ok(())
    }

    /// Those present, in the order of [`State::ALL`].
    fn by_state(&self) -> Vec<(State, u64)> {
        let count = |state: State| self.counts.get(state.as_str()).map(|count| (state, *count));
        State::ALL.into_iter().filter_map(count).collect()
    }
}

/// From one batch to the next by the index: a batch is added whole, so its ids follow one another.
fn batches_with(db: &Connection, states: &[State]) -> Result<BTreeSet<i64>, Trouble> {
    let mut next = db.prepare_cached(
        "SELECT batch FROM attachments WHERE id =
             (SELECT id FROM attachments WHERE state = ? AND id > ? ORDER BY id LIMIT 1)",
    )?;
    let mut last =
        db.prepare_cached("SELECT id FROM attachments WHERE batch = ? ORDER BY position DESC LIMIT 1")?;
    let mut batches = BTreeSet::new();
    for &state in states {
        let mut behind = 0_i64;
        while let Some(batch) = next.query_map((state, behind), |row| row.get(0))?.next().transpose()? {
            batches.insert(batch);
            behind = last.query_one([batch], |row| row.get(0))?;
        }
    }
    Ok(batches)
}

/// From one name to the next by the index by profile.
pub(super) fn targets_used(db: &Connection) -> Result<Vec<String>, Trouble> {
    let mut select = db.prepare_cached(
        "WITH RECURSIVE used (name) AS (
             SELECT min(profile) FROM attachments
             UNION ALL
             SELECT (SELECT min(profile) FROM attachments WHERE profile > used.name)
             FROM used WHERE used.name IS NOT NULL
         )
         SELECT name FROM used WHERE name IS NOT NULL",
    )?;
    let names = select.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    Ok(names)
}
