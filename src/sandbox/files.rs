//! The files that the sandbox keeps: on disk, under unguessable names, below a size and a disk cap.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What is known of a kept file. Written beside it as JSON.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Kept {
    /// Unguessable, URL-safe; also the file's name on disk.
    pub id: String,
    /// The service that took it.
    pub service: String,
    pub name: String,
    pub mime: String,
    pub size: u64,
    /// Lower-case hex.
    pub md5: String,
    /// Lower-case hex.
    pub sha256: String,
    /// Seconds since 1970.
    pub created_at: i64,
    /// The emulated service's own fields (cosmos: database, document, etag; mixin: attachment id; …).
    pub extra: Map<String, Value>,
}

/// Why a file could not be kept.
#[derive(Debug)]
pub enum KeepError {
    /// Above the cap for one file or for all, in bytes.
    TooLarge {
        limit: u64,
    },
    Disk(std::io::Error),
}

/// The folder of kept files.
#[derive(Debug)]
pub struct Files {
    dir: PathBuf,
}

/// A file while it is being received. Dropped without [`Incoming::keep`], nothing remains of it.
#[derive(Debug)]
pub struct Incoming {
    _path: PathBuf,
}

impl Files {
    /// Begins to receive a file.
    pub async fn begin(&self) -> Result<Incoming, KeepError> {
        todo!("{:?}", self.dir)
    }

    /// A kept file's facts.
    pub async fn get(&self, id: &str) -> Option<Kept> {
        todo!("{id}")
    }

    /// Every kept file of one service, oldest first.
    pub async fn list(&self, service: &str) -> Vec<Kept> {
        todo!("{service}")
    }

    /// Replaces a kept file's facts (same id).
    pub async fn update(&self, kept: &Kept) -> Result<(), KeepError> {
        todo!("{kept:?}")
    }

    /// Removes it; false when it was not there.
    pub async fn remove(&self, id: &str) -> bool {
        todo!("{id}")
    }

    /// The path part of its public link, such as `/f/{id}/{encoded name}`.
    #[must_use]
    pub fn link(&self, kept: &Kept) -> String {
        todo!("{kept:?}")
    }

    /// Streams a kept file's bytes as a response body (for signed reads).
    pub async fn open(&self, id: &str) -> Option<axum::body::Body> {
        todo!("{id}")
    }
}

impl Incoming {
    /// Takes the next bytes.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), KeepError> {
        todo!("{}", bytes.len())
    }

    /// Bytes taken so far.
    #[must_use]
    pub fn size(&self) -> u64 {
        todo!()
    }

    /// Keeps the file for good.
    pub async fn keep(
        self,
        service: &str,
        name: &str,
        mime: &str,
        extra: Map<String, Value>,
    ) -> Result<Kept, KeepError> {
        todo!("{service} {name} {mime} {extra:?}")
    }
}
