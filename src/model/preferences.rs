//! Settings: what the settings file says, and what was wrong with it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::domain::error::Failure;
use crate::settings::{Problem, Settings, Warning};
use crate::transfer::export::What;

#[derive(Debug, Default)]
pub struct Preferences {
    /// What was wrong with the file; defaults count for it.
    pub warnings: Vec<Warning>,
    pub places: Places,
    /// How large the database is, once it was looked at.
    pub database_bytes: Option<u64>,
    /// What is being written, by its key; `None` takes it back to its default.
    pub pending: BTreeMap<&'static str, Option<String>>,
    /// The last change that was refused, and why.
    pub refused: Option<(&'static str, Failure)>,
    /// Something was changed that counts from the next start.
    pub restart: bool,
    pub display: Display,
    /// `window.backend` as it was when the window opened.
    pub backend_at_start: String,
}

/// What the window is shown through.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Display {
    /// What this session has; there is nothing to choose.
    #[default]
    Only,
    /// Wayland's X server: files can be dropped.
    XWayland,
    /// Wayland itself: winit 0.30 takes no drops there.
    Wayland,
}

impl Display {
    #[must_use]
    pub fn takes_drops(self) -> bool {
        self != Self::Wayland
    }
}

impl Preferences {
    /// Why the whole file is not used; changing it would lose what its owner wrote.
    #[must_use]
    pub fn unusable(&self) -> Option<&Warning> {
        unusable(&self.warnings)
    }

    /// The text of a value as it will be when everything is written.
    #[must_use]
    pub fn coming(&self, key: &str) -> Option<&str> {
        self.pending.get(key).and_then(Option::as_deref)
    }

    /// Why the last change of this key was refused.
    #[must_use]
    pub fn refusal(&self, key: &str) -> Option<&Failure> {
        self.refused.as_ref().filter(|(refused, _)| *refused == key).map(|(_, failure)| failure)
    }
}

/// The warning that says that the file cannot be read, or is no TOML.
#[must_use]
pub fn unusable(warnings: &[Warning]) -> Option<&Warning> {
    let whole =
        |warning: &&Warning| matches!(warning.problem, Problem::Unreadable(_) | Problem::Syntax { .. });
    warnings.iter().find(whole)
}

/// Where things are kept.
#[derive(Debug, Clone, Default)]
pub struct Places {
    pub settings: PathBuf,
    pub database: PathBuf,
    pub cache: PathBuf,
    pub sandbox: PathBuf,
}

#[derive(Debug, Clone)]
pub enum Action {
    /// One key of the settings file (`settings::KEYS`); `None` takes it back to its default.
    Set(&'static str, Option<String>),
    /// A file of certificates, by a dialog.
    ChooseCa,
    /// Read the file again: somebody has mended it.
    Reload,
    /// Look how large the database is.
    Measure,
    /// Open a folder, or a file's folder, in the file manager.
    Show(PathBuf),
    ClearHistory,
    /// Ask where to, then write it there.
    ExportHistory(What),
    /// Open the database and the engine again.
    TryAgain,
}

#[derive(Debug)]
pub enum Update {
    /// The file as it is now.
    Loaded {
        settings: Box<Settings>,
        warnings: Vec<Warning>,
    },
    /// A change was refused; the keys that were not written.
    Refused(Vec<&'static str>, Failure),
    Chosen(Option<PathBuf>),
    NoChooser,
    Measured(Option<u64>),
    Cleared(Result<usize, Failure>),
}
