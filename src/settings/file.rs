//! The settings file on disk. Each change reads the file anew under a lock between processes, changes one thing
//! and replaces the file in one step: two programs do not lose each other's changes.

use std::fs;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use toml_edit::DocumentMut;

use super::{Describe, Loaded, Settings, Warning, edit, read};
use crate::domain::error::{Failure, Kind};
use crate::domain::profile::{Again, Profile};
use crate::platform::files;

/// A change takes milliseconds; who holds the lock for longer hangs.
const LOCK_PATIENCE: Duration = Duration::from_secs(10);

/// What a new file begins with.
const HEADER: &str =
    "# Affix's settings. Comments, order and unknown keys stay when Affix changes something here.\n";

/// How many broken files are kept beside the settings before a change is refused.
const MAX_BROKEN: u32 = 999;

/// One settings file, which need not exist.
#[derive(Debug, Clone)]
pub struct File {
    path: PathBuf,
    describe: Describe,
}

impl File {
    pub fn new(path: impl Into<PathBuf>, describe: Describe) -> Self {
        Self { path: path.into(), describe }
    }

    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads the file; never fails. An absent file gives the defaults without a warning.
    #[must_use]
    pub fn load(&self) -> Loaded {
        match fs::read(&self.path) {
            Ok(bytes) => match str::from_utf8(&bytes) {
                Ok(text) => read::read(text, self.describe),
                Err(error) => read::broken(read::not_text(&bytes, error)),
            },
            Err(error) if error.kind() == ErrorKind::NotFound => {
                Loaded { settings: Settings::default(), warnings: Vec::<Warning>::new() }
            }
            Err(error) => read::broken(super::Problem::Unreadable(error.to_string())),
        }
    }

    /// Sets one of [`super::KEYS`] from the text that a user typed.
    pub fn set(&self, key: &str, text: &str) -> Result<(), Failure> {
        self.change(|document| edit::set(document, key, text, self.describe))
    }

    /// Removes one of [`super::KEYS`], so that its default counts again.
    pub fn unset(&self, key: &str) -> Result<(), Failure> {
        self.change(|document| edit::unset(document, key))
    }

    /// Sets several, or takes them back to their defaults where there is no text: all of them, or none.
    pub fn set_all(&self, changes: &[(&str, Option<String>)]) -> Result<(), Failure> {
        self.change(|document| {
            changes.iter().try_for_each(|(key, text)| match text {
                Some(text) => edit::set(document, key, text, self.describe),
                None => edit::unset(document, key),
            })
        })
    }

    /// Adds a profile; fails with [`Kind::NameTaken`] where its name is taken.
    pub fn add_profile(&self, profile: &Profile) -> Result<(), Failure> {
        self.change(|document| edit::add_profile(document, profile, self.describe))
    }

    /// Adds the profile, or changes the one of its name where it differs. Only what changes is checked.
    pub fn put_profile(&self, profile: &Profile) -> Result<(), Failure> {
        self.change(|document| edit::put_profile(document, profile, self.describe))
    }

    /// Changes the profile of the old name, which gets the name that `profile` has; all of it or nothing.
    pub fn change_profile(&self, old: &str, profile: &Profile) -> Result<(), Failure> {
        self.change(|document| {
            if old != profile.name {
                edit::rename_profile(document, old, &profile.name)?;
            }
            edit::put_profile(document, profile, self.describe)
        })
    }

    /// Removes the profile. Was it the default, the Sandbox is the default again. Its secrets are the caller's part.
    pub fn remove_profile(&self, name: &str) -> Result<(), Failure> {
        self.change(|document| edit::remove_profile(document, name))
    }

    /// Makes a profile the default.
    pub fn set_default(&self, name: &str) -> Result<(), Failure> {
        self.change(|document| edit::set_default(document, name, self.describe))
    }

    /// Remembers that the first upload's question was answered with "don't ask again".
    pub fn set_confirmed(&self, name: &str) -> Result<(), Failure> {
        self.change(|document| edit::set_confirmed(document, name))
    }

    /// Remembers what is to be done with content that the profile's service has already.
    pub fn set_again(&self, name: &str, again: Again) -> Result<(), Failure> {
        self.change(|document| edit::set_again(document, name, again))
    }

    fn change(&self, change: impl FnOnce(&mut DocumentMut) -> Result<(), Failure>) -> Result<(), Failure> {
        self.change_locked(change)
            .map_err(|failure| failure.asked(format!("Change the settings in {}", self.path.display())))
    }

    fn change_locked(
        &self,
        change: impl FnOnce(&mut DocumentMut) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        if let Some(folder) = self.path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            files::create_private_dir(folder)?;
        }
        let _lock = files::lock(&self.beside(".lock"), LOCK_PATIENCE)?;
        let old = self.bytes()?;
        let parsed = str::from_utf8(&old).ok().and_then(|text| text.parse::<DocumentMut>().ok());
        let is_broken = parsed.is_none();
        let mut document = parsed.unwrap_or_default();
        let was_empty = document.is_empty();
        change(&mut document)?;
        if was_empty {
            head_first(&mut document);
        }
        let new = document.to_string();
        if new.as_bytes() == old {
            return Ok(());
        }
        if is_broken {
            self.keep_broken(&old)?;
        }
        files::write_atomically(&self.path, new.as_bytes())
    }

    fn bytes(&self) -> Result<Vec<u8>, Failure> {
        match fs::read(&self.path) {
            Ok(bytes) => Ok(bytes),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(files::disk_failure("The settings file cannot be read", &error)),
        }
    }

    /// The settings file's name with something behind it, in the same folder.
    fn beside(&self, suffix: &str) -> PathBuf {
        let mut name = self.path.file_name().unwrap_or_default().to_owned();
        name.push(suffix);
        self.path.with_file_name(name)
    }

    /// Keeps a file that does not parse as `settings.toml.broken-1` or the first number that is free.
    fn keep_broken(&self, bytes: &[u8]) -> Result<(), Failure> {
        for number in 1..=MAX_BROKEN {
            let path = self.beside(&format!(".broken-{number}"));
            let failure =
                |error| files::disk_failure(format!("{} cannot be written", path.display()), &error);
            match files::create_new_private(&path) {
                Ok(mut copy) => {
                    return copy.write_all(bytes).and_then(|()| copy.sync_all()).map_err(failure);
                }
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => return Err(failure(error)),
            }
        }
        Err(Failure::new(Kind::Storage, "Too many broken settings files are kept already").advice(format!(
            "Remove {} and the like that are not needed.",
            self.beside(".broken-1").display()
        )))
    }
}

/// A file of comments alone, or none: they stay above what is added, and a new file says what it is.
fn head_first(document: &mut DocumentMut) {
    let comments = document.trailing().as_str().unwrap_or_default().to_owned();
    document.set_trailing("");
    let head = if comments.is_empty() { HEADER.to_owned() } else { comments };
    let gap = if head.ends_with("\n\n") { "" } else { "\n" };
    document.decor_mut().set_prefix(format!("{head}{gap}"));
}
