//! Questions to the user. Each gets an answer: closing it is "cancel".

use std::collections::VecDeque;
use std::path::PathBuf;

use crate::domain::attachment::AttachmentId;
use crate::domain::preflight::Finding;
use crate::store::Row;

/// Those that wait, the first is on the screen.
#[derive(Debug, Default)]
pub struct Questions {
    pub waiting: VecDeque<Question>,
}

#[derive(Debug, Clone)]
pub enum Question {
    /// Before the first upload to a target that is not the sandbox.
    FirstUpload { target: String, files: Vec<PathBuf> },
    /// The target has this content already.
    Again { target: String, files: Vec<PathBuf>, before: Vec<(PathBuf, Box<Row>)> },
    /// Findings that a repair would mend; one attachment's, or several with the same repair.
    Findings { ids: Vec<AttachmentId>, name: String, findings: Vec<Finding> },
    /// Something that takes away.
    Confirm(Confirm),
}

#[derive(Debug, Clone)]
pub enum Confirm {
    RemoveTarget(String),
    ClearHistory,
    Delete(AttachmentId, String),
    CancelAll(u64),
}

#[derive(Debug, Clone)]
pub enum Answer {
    Yes,
    /// And do not ask again.
    Always,
    No,
}

#[derive(Debug, Clone)]
pub enum Action {
    Ask(Question),
    /// Of the first one that waits.
    Answer(Answer),
}

#[derive(Debug)]
pub enum Update {
    Ask(Box<Question>),
}
