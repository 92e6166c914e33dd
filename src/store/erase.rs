//! SQL that takes settled attachments out of the history, a part at a time: an engine's commit fits in between.

use std::collections::BTreeSet;

use rusqlite::{Connection, params_from_iter};

use crate::domain::attachment::{AttachmentId, State};
use crate::store::trouble::Trouble;

/// Attachments of one commit.
pub(super) const AT_ONCE: usize = 1000;

/// The states of attachments that may be forgotten.
const SETTLED: [State; 4] = [State::Done, State::Failed, State::Canceled, State::Unsure];

/// Deletes those of the attachments that are settled, with all that belongs to them; answers how many.
pub(super) fn forget(db: &Connection, ids: &[AttachmentId]) -> Result<usize, Trouble> {
    // Attempts and activity go with their attachment.
    let mut delete =
        db.prepare_cached("DELETE FROM attachments WHERE id = ? AND state IN (?, ?, ?, ?) RETURNING batch")?;
    let [done, failed, canceled, unsure] = SETTLED;
    let mut batches: BTreeSet<i64> = BTreeSet::new();
    let mut gone = 0;
    for id in ids {
        let mut rows = delete.query((id.0, done, failed, canceled, unsure))?;
        while let Some(row) = rows.next()? {
            batches.insert(row.get(0)?);
            gone += 1;
        }
    }
    let mut empty = db.prepare_cached(
        "DELETE FROM batches WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM attachments WHERE batch = ?1)",
    )?;
    for batch in batches {
        empty.execute([batch])?;
    }
    Ok(gone)
}

/// [`forget`] for the next part of all that are settled; 0 once none is left.
pub(super) fn forget_some(db: &Connection) -> Result<usize, Trouble> {
    let mut select = db
        .prepare_cached(&format!("SELECT id FROM attachments WHERE state IN (?, ?, ?, ?) LIMIT {AT_ONCE}"))?;
    let ids: Vec<AttachmentId> = select
        .query_map(params_from_iter(SETTLED), |row| row.get(0).map(AttachmentId))?
        .collect::<Result<_, _>>()?;
    forget(db, &ids)
}
