//! What is changed in the copy that is sent: what the user chose, and what the last try sent.

use rusqlite::{Connection, params};

use crate::domain::attachment::{AttachmentId, BatchId, State};
use crate::domain::changes::Sent;
use crate::domain::error::Failure;
use crate::domain::preflight::Repair;
use crate::store::Store;
use crate::store::handle::to_json;
use crate::store::queue::one;
use crate::store::trouble::Trouble;

impl Store {
    /// Keeps what the user wants changed in the copy that is sent.
    pub async fn set_repairs(&self, id: AttachmentId, repairs: &[Repair]) -> Result<(), Failure> {
        let json = repairs_json(repairs)?;
        self.write(move |db| one(set_repairs(db, id, json.as_deref())?, id)).await
    }

    /// [`Store::set_repairs`] of what nobody works on: failed, canceled or interrupted. False: it is in another state, and
    /// nothing is changed.
    pub async fn set_repairs_at_rest(&self, id: AttachmentId, repairs: &[Repair]) -> Result<bool, Failure> {
        let json = repairs_json(repairs)?;
        self.write(move |db| {
            let rests = db
                .prepare_cached("SELECT 1 FROM attachments WHERE id = ? AND state IN (?, ?, ?)")?
                .exists(params![id.0, State::Failed, State::Canceled, State::Interrupted])?;
            if rests {
                set_repairs(db, id, json.as_deref())?;
            }
            Ok(rests)
        })
        .await
    }

    /// Noted: what a try that begins sends in the file's place; none: the file as it is.
    pub async fn set_sent(&self, id: AttachmentId, sent: Option<&Sent>) -> Result<(), Failure> {
        let json = sent.map(to_json).transpose()?;
        self.note(move |db| {
            db.prepare_cached("UPDATE attachments SET sent = ?2 WHERE id = ?1 AND sent IS NOT ?2")?
                .execute(params![id.0, json])?;
            Ok(())
        })
        .await
    }
}

/// None where nothing is to be changed.
pub(super) fn repairs_json(repairs: &[Repair]) -> Result<Option<String>, Failure> {
    if repairs.is_empty() { Ok(None) } else { to_json(&repairs).map(Some) }
}

/// How the files of a batch begin that was added just now.
pub(super) fn begin(
    db: &Connection,
    batch: BatchId,
    held: bool,
    repairs: Option<&str>,
) -> Result<(), Trouble> {
    if held || repairs.is_some() {
        let state = if held { State::Paused } else { State::Queued };
        db.prepare_cached("UPDATE attachments SET state = ?2, repairs = ?3 WHERE batch = ?1")?
            .execute(params![batch.0, state, repairs])?;
    }
    Ok(())
}

fn set_repairs(db: &Connection, id: AttachmentId, repairs: Option<&str>) -> Result<usize, Trouble> {
    Ok(db
        .prepare_cached("UPDATE attachments SET repairs = ?2 WHERE id = ?1")?
        .execute(params![id.0, repairs])?)
}
