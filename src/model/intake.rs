//! Files on their way in: chosen, dropped, pasted, or given on the command line.

use std::path::PathBuf;

use crate::domain::error::Failure;

/// What is being looked through.
#[derive(Debug, Default)]
pub struct Intake {
    /// A running look through folders.
    pub scan: Option<Scan>,
    /// A file dialog is open.
    pub choosing: bool,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scan {
    pub number: u64,
    pub files: u64,
    pub bytes: u64,
}

#[derive(Debug, Clone)]
pub enum Action {
    ChooseFiles,
    ChooseFolder,
    /// Files and folders, from anywhere, for the target that is picked.
    Add(Vec<PathBuf>),
    /// Ctrl+V; the text is what egui read, if any.
    Paste(Option<String>),
    StopScan,
}

#[derive(Debug)]
pub enum Update {
    Chosen(Result<Vec<PathBuf>, Failure>),
    Scanning(Scan),
    /// Everything found, folders looked through; `stopped` by the user.
    Scanned {
        number: u64,
        files: Vec<PathBuf>,
        skipped: u64,
        stopped: bool,
    },
    /// What the clipboard held.
    Pasted(Result<Vec<PathBuf>, Failure>),
}
