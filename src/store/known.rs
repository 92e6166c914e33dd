//! What is known beside an attachment's way: its content, how its link was found.

use std::path::PathBuf;
use std::time::SystemTime;

use rusqlite::{Connection, OptionalExtension as _, params};
use serde::Deserialize;

use crate::domain::attachment::{AttachmentId, BatchId, State};
use crate::domain::error::Failure;
use crate::domain::link_check::LinkCheck;
use crate::domain::receipt::Receipt;
use crate::store::Store;
use crate::store::changes;
use crate::store::columns::{bytes_path, from_nanos};
use crate::store::handle::to_json;
use crate::store::queue::{self, one, refresh_search};
use crate::store::rows::{Begin, NewAttachment, NewBatch};
use crate::store::trouble::Trouble;

/// Uploads that are looked through for a content; of more of one size only the newest.
const SAME_SIZE_MAX: u32 = 100_000;

/// An upload that has the size of a file, and what its content can be told by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SameSize {
    pub id: AttachmentId,
    pub size: u64,
    /// The file that was uploaded, and its time then.
    pub path: PathBuf,
    pub modified: Option<SystemTime>,
    /// The content's BLAKE3.
    pub content: Option<[u8; 32]>,
    /// Of what was sent; only where there is no BLAKE3.
    pub sha256: Option<String>,
    /// As [`Self::sha256`].
    pub md5: Option<String>,
}

/// What of a receipt tells a content.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Brief {
    md5: Option<String>,
    sha256: Option<String>,
    deleted_at: Option<i64>,
}

impl Store {
    /// What was uploaded to the profile, is not deleted there and has one of these sizes in bytes, newest first.
    pub async fn same_size(&self, profile: &str, sizes: Vec<u64>) -> Result<Vec<SameSize>, Failure> {
        let (profile, sizes) = (profile.to_owned(), to_json(&sizes)?);
        self.look(move |db| same_size(db, &profile, &sizes)).await
    }

    /// Whether anything was uploaded to the profile, also what is deleted there since.
    pub async fn has_uploads(&self, profile: &str) -> Result<bool, Failure> {
        let profile = profile.to_owned();
        self.look(move |db| Ok(db.prepare_cached(HAS_UPLOADS)?.exists([&profile])?)).await
    }

    /// [`Store::add_batch`], with how it begins.
    pub async fn add_batch_for(
        &self,
        batch: NewBatch,
        files: Vec<NewAttachment>,
        begin: Begin,
    ) -> Result<(BatchId, Vec<AttachmentId>), Failure> {
        let stamp = self.stamp();
        let repairs = changes::repairs_json(&begin.repairs)?;
        self.write(move |db| {
            let added = queue::add_batch(db, &batch, &files, stamp)?;
            set_target(db, added.0, begin.target.as_deref())?;
            changes::begin(db, added.0, begin.held, repairs.as_deref())?;
            Ok(added)
        })
        .await
    }

    /// What the batch was handed over for; none where that was not noted.
    pub async fn batch_target(&self, batch: BatchId) -> Result<Option<String>, Failure> {
        self.look(move |db| target(db, batch)).await
    }

    /// The files of the batch that are not uploaded yet go to another place than they were handed over for.
    pub async fn accept_target(
        &self,
        batch: BatchId,
        target: String,
        service: String,
    ) -> Result<(), Failure> {
        self.write(move |db| accept_target(db, batch, &target, &service)).await
    }

    /// Gives everything of a profile its new name; answers how many attachments.
    pub async fn rename_profile(&self, old: &str, new: &str) -> Result<usize, Failure> {
        let (old, new) = (old.to_owned(), new.to_owned());
        self.write(move |db| rename_profile(db, &old, &new)).await
    }

    /// Noted: how the attachment's link was found; answers whether it is still the link that was asked for.
    pub async fn set_link_check(
        &self,
        id: AttachmentId,
        link: String,
        check: &LinkCheck,
    ) -> Result<bool, Failure> {
        let check = to_json(check)?;
        self.note(move |db| set_link_check(db, id, &link, &check)).await
    }

    /// Noted: the BLAKE3 of what was read from the file that was handed over.
    pub async fn set_content(&self, id: AttachmentId, content: [u8; 32]) -> Result<(), Failure> {
        self.note(move |db| set_content(db, id, content)).await
    }
}

fn set_target(db: &Connection, batch: BatchId, target: Option<&str>) -> Result<(), Trouble> {
    db.prepare_cached("UPDATE batches SET target = ?2 WHERE id = ?1")?.execute(params![batch.0, target])?;
    Ok(())
}

fn target(db: &Connection, batch: BatchId) -> Result<Option<String>, Trouble> {
    let mut select = db.prepare_cached("SELECT target FROM batches WHERE id = ?")?;
    let target: Option<Option<String>> = select.query_one([batch.0], |row| row.get(0)).optional()?;
    Ok(target.flatten())
}

/// What is done stays where it went; what was begun was begun elsewhere.
fn accept_target(db: &Connection, batch: BatchId, target: &str, service: &str) -> Result<(), Trouble> {
    set_target(db, batch, Some(target))?;
    db.prepare_cached("UPDATE batches SET service = ?2 WHERE id = ?1")?.execute(params![batch.0, service])?;
    db.prepare_cached(
        "UPDATE attachments SET service = ?2, checkpoint = NULL, answer_lost = 0 WHERE batch = ?1 AND state <> ?3",
    )?
    .execute(params![batch.0, service, State::Done])?;
    Ok(())
}

/// Rows that are renamed with one statement each, so that their texts are not all in the memory.
const RENAMED_AT_ONCE: u32 = 1000;

fn rename_profile(db: &Connection, old: &str, new: &str) -> Result<usize, Trouble> {
    if old == new {
        return Ok(0);
    }
    db.prepare_cached("UPDATE batches SET profile = ?2 WHERE profile = ?1")?.execute([old, new])?;
    let mut some =
        db.prepare_cached("SELECT id, name, search FROM attachments WHERE profile = ?1 LIMIT ?2")?;
    let mut update = db
        .prepare_cached("UPDATE attachments SET profile = ?2, search = coalesce(?3, search) WHERE id = ?1")?;
    let mut renamed = 0;
    loop {
        let rows: Vec<(i64, String, String)> = some
            .query_map(params![old, RENAMED_AT_ONCE], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
            .collect::<Result<_, _>>()?;
        for (id, name, search) in &rows {
            let text = searched(name, search, (old, new));
            update.execute(params![id, new, text])?;
            if text.is_none() {
                refresh_search(db, AttachmentId(*id))?;
            }
        }
        renamed += rows.len();
        if rows.is_empty() {
            return Ok(renamed);
        }
    }
}

/// The searched text with the new name in its place, as [`queue`] puts it together; none where it has another shape.
/// Links are taken over as they stand: reading a million receipts takes minutes.
fn searched(name: &str, search: &str, (old, new): (&str, &str)) -> Option<String> {
    let before = format!("{name}\n{old}").to_lowercase();
    let links = search.strip_prefix(&before)?;
    Some(format!("{}{links}", format!("{name}\n{new}").to_lowercase()))
}

/// The state stands in the text because the index is only of what is done; the planner alone would take another one.
pub(super) const SAME_SIZE: &str =
    "SELECT id, size, path, modified_ns, content, receipt FROM attachments INDEXED BY attachments_by_size
     WHERE profile = ? AND state = 'done' AND size IN (SELECT value FROM json_each(?)) ORDER BY id DESC LIMIT ?";

const HAS_UPLOADS: &str =
    "SELECT 1 FROM attachments INDEXED BY attachments_by_size WHERE profile = ? AND state = 'done'";

fn same_size(db: &Connection, profile: &str, sizes: &str) -> Result<Vec<SameSize>, Trouble> {
    let mut select = db.prepare_cached(SAME_SIZE)?;
    let mut rows = select.query(params![profile, sizes, SAME_SIZE_MAX])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let receipt = row.get_ref("receipt")?.as_str_or_null().ok().flatten();
        // One that cannot be read tells nothing.
        let brief: Brief = receipt.and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default();
        if brief.deleted_at.is_some() {
            continue;
        }
        let content: Option<[u8; 32]> = row.get("content")?;
        found.push(SameSize {
            id: AttachmentId(row.get("id")?),
            size: row.get::<_, i64>("size")?.unsigned_abs(),
            path: bytes_path(row.get("path")?),
            modified: row.get::<_, Option<i64>>("modified_ns")?.and_then(from_nanos),
            content,
            sha256: brief.sha256.filter(|_| content.is_none()),
            md5: brief.md5.filter(|_| content.is_none()),
        });
    }
    Ok(found)
}

fn set_link_check(db: &Connection, id: AttachmentId, link: &str, check: &str) -> Result<bool, Trouble> {
    let receipt: Option<Option<String>> = db
        .prepare_cached("SELECT receipt FROM attachments WHERE id = ?")?
        .query_one([id.0], |row| row.get(0))
        .optional()?;
    let receipt: Option<Receipt> = receipt.flatten().and_then(|json| serde_json::from_str(&json).ok());
    let primary = receipt.as_ref().and_then(Receipt::primary);
    if primary.is_none_or(|primary| primary.value != link) {
        return Ok(false);
    }
    db.prepare_cached("UPDATE attachments SET link_check = ?2 WHERE id = ?1")?
        .execute(params![id.0, check])?;
    Ok(true)
}

fn set_content(db: &Connection, id: AttachmentId, content: [u8; 32]) -> Result<(), Trouble> {
    let changed = db
        .prepare_cached("UPDATE attachments SET content = ?2 WHERE id = ?1")?
        .execute(params![id.0, content])?;
    one(changed, id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::migrations;

    #[test]
    fn the_searched_text_gets_the_new_name_in_its_place_alone() {
        let renamed = |name, search| searched(name, search, ("Böt", "Crew"));
        assert_eq!(renamed("A.jpg", "a.jpg\nböt").as_deref(), Some("a.jpg\ncrew"));
        let kept = "böt\nböt\nhttps://x/böt\nid";
        assert_eq!(renamed("Böt", kept).as_deref(), Some("böt\ncrew\nhttps://x/böt\nid"));
        assert_eq!(renamed("a\nb", "a\nb\nböt").as_deref(), Some("a\nb\ncrew"));
        assert_eq!(renamed("a", "of another version"), None);
    }

    #[test]
    fn uploads_of_a_size_are_found_by_the_index_whatever_the_history_holds() {
        let mut db = Connection::open_in_memory().unwrap();
        migrations::migrate(&mut db).unwrap();
        let mut explain = db.prepare(&format!("EXPLAIN QUERY PLAN {SAME_SIZE}")).unwrap();
        let steps = explain.query_map(("Bot", "[1, 2]", 9), |row| row.get::<_, String>("detail")).unwrap();
        let plan: Vec<String> = steps.collect::<Result<_, _>>().unwrap();
        let plan = plan.join("; ");
        assert!(
            plan.contains("SEARCH attachments USING INDEX attachments_by_size (profile=? AND size=?)"),
            "{plan}"
        );
    }
}
