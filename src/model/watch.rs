//! The folder whose new files are uploaded by themselves.

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::domain::attachment::AttachmentId;
use crate::domain::error::Failure;

#[derive(Debug, Default)]
pub struct Watch {
    pub state: State,
    /// Complete files that were not handed over: their target was never agreed to, or is not there. They are handed
    /// over when the user says so.
    pub held: BTreeSet<PathBuf>,
    /// Files handed over since Affix was opened.
    pub taken: usize,
}

#[derive(Debug, Default)]
pub enum State {
    /// No folder is set.
    #[default]
    Off,
    Starting,
    Watching,
    /// It cannot be read, and is looked for.
    Lost(Failure),
    /// Affix writes files of its own into it, so it is not watched.
    Own,
}

#[derive(Debug, Clone, Copy)]
pub enum Action {
    /// A folder, by a dialog.
    Choose,
    /// Hand over what was held back; what is to be asked is asked.
    SendHeld,
    /// Leave them where they are.
    LeaveHeld,
}

#[derive(Debug)]
pub enum Update {
    /// A dialog is closed; with a folder, or none.
    Chosen(Option<PathBuf>),
    /// This desktop has no file chooser.
    NoChooser,
    /// From the watch of this number; a late one of a watch that has ended is no news.
    State(u64, State),
    Complete(u64, Vec<PathBuf>),
    /// What became of complete files.
    Taken(Taken),
}

/// What became of complete files.
#[derive(Debug)]
pub enum Taken {
    /// With the engine's number of each file; and those that were uploaded before.
    HandedOver {
        files: Vec<(PathBuf, AttachmentId)>,
        there: Vec<PathBuf>,
    },
    /// Nothing was uploaded: the target of this name has to be agreed to first.
    Unconfirmed {
        target: String,
        files: Vec<PathBuf>,
    },
    Failed {
        failure: Failure,
        files: Vec<PathBuf>,
    },
}
