//! Questions to the user. Each gets an answer: closing it is "cancel".

use std::collections::{HashMap, VecDeque};
use std::path::PathBuf;
use std::sync::Arc;

use crate::domain::attachment::AttachmentId;
use crate::domain::error::Failure;
use crate::domain::preflight::{Finding, Repair};
use crate::store::Row;
use crate::transfer::again::Before;
use crate::transfer::consent::First;

#[derive(Debug, Default)]
pub struct Questions {
    /// Those that wait, the first is on the screen.
    pub waiting: VecDeque<Question>,
    /// What the checks warned about; the upload went on all the same.
    pub warned: HashMap<AttachmentId, Vec<Finding>>,
}

impl Questions {
    /// How many uploads besides the first question's wait for a word about their findings.
    #[must_use]
    pub fn other_findings(&self) -> usize {
        self.waiting.iter().skip(1).filter(|question| matches!(question, Question::Findings { .. })).count()
    }

    /// How many files are asked about that nothing else knows yet.
    #[must_use]
    pub fn files(&self) -> usize {
        let files = |question: &Question| match question {
            Question::FirstUpload { files, .. } | Question::Again { files, .. } => files.len(),
            _ => 0,
        };
        self.waiting.iter().map(files).sum()
    }

    /// Takes these questions back: their targets and files.
    pub fn take_files(&mut self) -> Vec<(String, Vec<PathBuf>)> {
        let mut taken = Vec::new();
        for question in std::mem::take(&mut self.waiting) {
            match question {
                Question::FirstUpload { first, files } => taken.push((first.profile, files)),
                Question::Again { target, files, .. } => taken.push((target, files)),
                other => self.waiting.push_back(other),
            }
        }
        taken
    }

    /// The attachment that is asked about, if it is this one.
    #[must_use]
    pub fn row(&self, id: AttachmentId) -> Option<&Arc<Row>> {
        match self.waiting.front()? {
            Question::Findings { row, .. } => Some(row).filter(|row| row.id == id),
            _ => None,
        }
    }
}

#[derive(Debug, Clone)]
pub enum Question {
    /// Before the first upload to a target that is not on this computer.
    FirstUpload { first: First, files: Vec<PathBuf> },
    /// The target has this content already.
    Again { target: String, files: Vec<PathBuf>, before: Vec<Before> },
    /// Findings that a repair would mend.
    Findings { row: Arc<Row>, findings: Vec<Finding> },
    /// Something that takes away.
    Confirm(Confirm),
    /// The window is to be closed while this many uploads are under way; none: files are still looked through.
    Closing { count: u64 },
}

/// What becomes of what is under way when the window is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnClose {
    /// It goes on without a window.
    Background,
    Pause,
    Stop,
}

impl OnClose {
    pub const ALL: [Self; 3] = [Self::Background, Self::Pause, Self::Stop];

    /// As the settings file names it.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Background => "background",
            Self::Pause => "pause",
            Self::Stop => "stop",
        }
    }

    /// None: it is asked about.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|how| how.code() == code)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Confirm {
    RemoveTarget(String),
    ClearHistory,
    /// At the service: the attachment and its name.
    Delete(AttachmentId, String),
    /// How many uploads.
    CancelAll(u64),
    /// One that may have arrived: the attachment and its name.
    SendAgain(AttachmentId, String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    Yes,
    /// A first upload, content that is there already: and do not ask again. Findings: and the same for all that wait.
    Always,
    /// Copy the links that are there already and work; what is not there, or has no link that works, is uploaded.
    Existing,
    /// And do not ask again.
    AlwaysExisting,
    /// As [`Self::Existing`], but links that do not work any more are made fresh instead.
    Renew,
    /// The window may close, with this.
    Close(OnClose),
    /// And do not ask again.
    AlwaysClose(OnClose),
    No,
    /// Findings: none of those that wait.
    Never,
}

#[derive(Debug, Clone)]
pub enum Action {
    Ask(Question),
    /// Of the first one that waits.
    Answer(Answer),
    /// Of findings: send it with these repairs; and all others that wait with theirs.
    Repair {
        repairs: Vec<Repair>,
        all: bool,
    },
}

#[derive(Debug)]
pub enum Update {
    Ask(Box<Question>),
    /// What this run has under way.
    UnderWay(Result<Vec<AttachmentId>, Failure>),
    /// The target has this content, and its links are to be taken without a question.
    Existing {
        target: String,
        files: Vec<PathBuf>,
        before: Vec<Before>,
    },
}
