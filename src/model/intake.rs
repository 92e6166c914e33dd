//! Files on their way in: chosen, dropped, pasted, or given on the command line.

use std::path::PathBuf;

use crate::domain::error::Failure;

/// What is being looked through.
#[derive(Debug, Default)]
pub struct Intake {
    /// A running look through folders; none for the first moment, and for files alone.
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
    /// A dialog is closed; with paths, or none.
    Chosen(Vec<PathBuf>),
    /// This desktop has no file chooser.
    NoChooser,
    Scanning(Scan),
    Scanned(Scanned),
    Pasted(Pasted),
    /// A list of files is in the database, or asked about; what came of it was told before.
    HandedOver,
}

/// Everything found, folders looked through.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Scanned {
    /// Where the files go.
    pub target: String,
    /// In the order handed over; those of a folder by name.
    pub files: Vec<PathBuf>,
    /// Handed over and not there.
    pub missing: Vec<PathBuf>,
    /// Folders that cannot be read.
    pub unreadable: Vec<PathBuf>,
    /// Names in folders that begin with a dot.
    pub hidden: u64,
    /// By the user; what was found until then is left alone.
    pub stopped: bool,
}

/// What the clipboard held.
#[derive(Debug)]
pub enum Pasted {
    Paths(Vec<PathBuf>),
    /// A picture or a text, written to a file of its own.
    Kept(PathBuf),
    Nothing,
    Failed(Failure),
}
