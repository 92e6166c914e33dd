//! A file that was opened to be looked at.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::domain::error::{Failure, Kind, Step};
use crate::domain::file_name;
use crate::media::inspect;

/// A regular file, its first bytes and its names.
#[derive(Debug)]
pub(super) struct Opened {
    pub path: PathBuf,
    /// Somewhere behind [`Self::head`]; see [`Self::rewind`].
    pub file: File,
    pub bytes: u64,
    pub modified: Option<SystemTime>,
    pub head: Vec<u8>,
    pub name: String,
    /// The name as it is shown, see [`file_name::display`].
    pub shown: String,
}

impl Opened {
    /// # Errors
    /// [`Kind::Unreadable`]: it cannot be read, or is no regular file.
    pub(super) fn open(path: &Path) -> Result<Self, Failure> {
        let (mut file, metadata) = inspect::open(path)?;
        let head = inspect::first_bytes(&mut file).map_err(|error| inspect::unreadable(path, &error))?;
        let name = inspect::name(path);
        let shown = file_name::display(&name);
        Ok(Self {
            path: path.to_owned(),
            file,
            bytes: metadata.len(),
            modified: metadata.modified().ok(),
            head,
            name,
            shown,
        })
    }

    /// Goes back to the file's begin.
    pub(super) fn rewind(&mut self) -> Result<(), Failure> {
        self.file.rewind().map_err(|error| inspect::unreadable(&self.path, &error))
    }

    /// The whole file.
    ///
    /// # Errors
    /// [`Kind::TooLarge`] for a file of more than this many bytes.
    pub(super) fn whole(&mut self, max_bytes: u64) -> Result<Vec<u8>, Failure> {
        let content = self.start(max_bytes.saturating_add(1))?;
        if content.len() as u64 > max_bytes {
            return Err(self.failure(Kind::TooLarge, "is too large a file to be shown"));
        }
        Ok(content)
    }

    /// Its first bytes, this many at most.
    pub(super) fn start(&mut self, max_bytes: u64) -> Result<Vec<u8>, Failure> {
        self.rewind()?;
        let mut content = Vec::new();
        // A file that grows while it is read, or says nothing of its size, is bounded by this alone.
        let read = (&self.file).take(max_bytes).read_to_end(&mut content);
        read.map_err(|error| inspect::unreadable(&self.path, &error))?;
        Ok(content)
    }

    /// [`Self::start`] without reading [`Self::head`] again, for who looks afterwards whether the file changed meanwhile.
    pub(super) fn start_with_head(&mut self, max_bytes: u64) -> Result<Vec<u8>, Failure> {
        let unreadable = |error: &io::Error| inspect::unreadable(&self.path, error);
        let head = self.head.len() as u64;
        let room = usize::try_from(self.bytes.min(max_bytes)).unwrap_or_default();
        let mut content = Vec::with_capacity(room.saturating_add(1));
        content.extend_from_slice(&self.head);
        self.file.seek(SeekFrom::Start(head)).map_err(|error| unreadable(&error))?;
        let read = (&self.file).take(max_bytes.saturating_sub(head)).read_to_end(&mut content);
        read.map_err(|error| unreadable(&error))?;
        Ok(content)
    }

    /// “name” and what is the matter with it.
    pub(super) fn failure(&self, kind: Kind, what: &str) -> Failure {
        Failure::new(kind, format!("“{}” {what}", self.shown)).at(Step::Inspect)
    }

    pub(super) fn broken(&self) -> Failure {
        self.failure(Kind::Unreadable, "is broken, so it cannot be shown")
    }
}
