//! What is known beside an attachment's way: its content, how its link was found.

use rusqlite::{Connection, OptionalExtension as _, params};

use crate::domain::attachment::AttachmentId;
use crate::domain::error::Failure;
use crate::domain::link_check::LinkCheck;
use crate::domain::receipt::Receipt;
use crate::store::Store;
use crate::store::handle::to_json;
use crate::store::queue::one;
use crate::store::trouble::Trouble;

impl Store {
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
