//! Settings: what the settings file says, and what was wrong with it.

use std::path::PathBuf;

use crate::domain::error::Failure;
use crate::settings::{Settings, Warning};

#[derive(Debug, Default)]
pub struct Preferences {
    /// What was wrong with the file; defaults count for it.
    pub warnings: Vec<Warning>,
    pub places: Places,
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
    ClearHistory,
}

#[derive(Debug)]
pub enum Update {
    /// The file as it is now, and whether the last change could be written.
    Loaded { settings: Box<Settings>, warnings: Vec<Warning>, written: Result<(), Failure> },
}
