//! What the desktop around the window knows of this program: menus of file managers, the start of a session; and
//! whether there is a newer version.

use std::path::PathBuf;

use crate::domain::error::Failure;

#[derive(Debug, Default)]
pub struct Desktop {
    /// What was found when it was looked at last.
    pub found: Found,
    pub newest: Newest,
}

#[derive(Debug, Clone, Default)]
pub struct Found {
    /// Of the file managers that are here.
    pub menus: Vec<Entry>,
    /// None: this system's way is not known.
    pub autostart: Option<Entry>,
    /// The running program's own file; none until it was looked for.
    pub program: Option<PathBuf>,
    /// It was installed by the system's package manager, which brings newer versions, too.
    pub packaged: bool,
}

/// A file that starts this program from elsewhere.
#[derive(Debug, Clone)]
pub struct Entry {
    pub id: &'static str,
    /// The other program's name.
    pub name: &'static str,
    pub path: PathBuf,
    pub standing: Standing,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    Absent,
    Here,
    /// It starts another Affix, or this one with another home: how.
    Elsewhere(String),
    /// Somebody else's file.
    Foreign,
}

/// What was heard of newer versions.
#[derive(Debug, Default)]
pub enum Newest {
    #[default]
    NotAsked,
    Asking,
    /// This one is the newest.
    Same,
    Newer(String),
    Failed(Failure),
}

#[derive(Debug, Clone, Copy)]
pub enum Action {
    /// Look what is there.
    Look,
    /// Put the entry of this id, or take it away.
    Menu(&'static str, bool),
    Autostart(bool),
    /// Ask the address in the settings.
    AskForUpdates,
}

#[derive(Debug)]
pub enum Update {
    Found(Found),
    Newest(Newest),
}
