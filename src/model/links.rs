//! Links on their way out.

use std::path::PathBuf;

use crate::domain::attachment::{AttachmentId, BatchId};
use crate::domain::error::Failure;
use crate::domain::receipt::LinkKind;

#[derive(Debug, Clone)]
pub enum Action {
    /// The primary links of these attachments, in this order, one text in the chosen format.
    Copy(Vec<AttachmentId>),
    /// All links of a batch, in the order handed over.
    CopyBatch(BatchId),
    /// One link as it is.
    CopyOne(AttachmentId, LinkKind),
    /// Any text; the toast says what it was (a text's key).
    CopyText {
        text: String,
        told: &'static str,
    },
    Open(AttachmentId),
    ShowInFolder(AttachmentId),
    /// Ask where to, then fetch a private attachment.
    Save(AttachmentId),
}

#[derive(Debug)]
pub enum Update {
    /// A text for the clipboard, how many links are in it, and how many had none.
    Text { text: String, links: usize, without: usize, auto: bool },
    /// A private attachment is saved.
    Saved(Result<(PathBuf, u64), Failure>),
}
