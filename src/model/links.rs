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
        /// It opens files to everybody who has it.
        secret: bool,
        told: &'static str,
    },
    /// The primary link, in the browser.
    Open(AttachmentId),
    /// One link, in the browser.
    OpenOne(AttachmentId, LinkKind),
    ShowInFolder(AttachmentId),
    /// Ask where to, then fetch a private attachment.
    Save(AttachmentId),
}

/// Links as one text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rendered {
    pub text: String,
    /// How many links are in it.
    pub links: usize,
    /// How many attachments had none.
    pub without: usize,
    /// How many of the links have expired.
    pub expired: usize,
    /// One of them opens its file to everybody who has it, as a password would.
    pub secret: bool,
}

/// What can be pressed on a batch's notification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    Copy,
    Show,
}

impl Wish {
    /// As the desktop names it; the notification itself shows the batch.
    #[must_use]
    pub fn of(action: &str) -> Self {
        if action == Self::Copy.code() { Self::Copy } else { Self::Show }
    }

    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Copy => "copy",
            Self::Show => "show",
        }
    }
}

#[derive(Debug)]
pub enum Update {
    /// A text for the clipboard.
    Text(Rendered),
    /// Every attachment of a batch is settled.
    Ended {
        batch: BatchId,
        links: Rendered,
        target: String,
        done: usize,
        /// Failed or unsure.
        failed: usize,
    },
    /// A batch's notification is done with: what was wanted, if anything, and what the desktop gave to bring the window
    /// to the front with.
    Pressed(BatchId, Option<(Wish, Option<String>)>),
    /// A private attachment is saved.
    Saved(Result<(PathBuf, u64), Failure>),
}
