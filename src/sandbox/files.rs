//! The files that the sandbox keeps: on disk, under unguessable names, below a size and a disk cap.
//!
//! `files/{id}` holds the bytes and `files/{id}.json` the facts, so a restarted server serves the same links.
//! The facts are written last: bytes without facts are what a crash left, and go at the next start.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::SystemTime;

use axum::body::Body;
use bytes::Bytes;
use futures_util::stream;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

mod incoming;
mod index;

pub use incoming::Incoming;
pub use index::By;
use index::Index;

/// Bytes that are read or written at once: large, because each block is one hop to a blocking thread.
const BLOCK: usize = 1024 * 1024;

/// RFC 3986's unreserved characters stay as they are in a link's name.
const NAME: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

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
    Disk(io::Error),
}

impl From<io::Error> for KeepError {
    fn from(error: io::Error) -> Self {
        Self::Disk(error)
    }
}

/// How much the sandbox keeps, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    pub max_file_bytes: u64,
    /// All kept files together. Beyond it new files are refused; nothing old is removed unasked.
    pub max_total_bytes: u64,
}

/// The folder of kept files.
#[derive(Debug)]
pub struct Files {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    dir: PathBuf,
    limits: Limits,
    /// Bytes of kept files and of those being received.
    used: AtomicU64,
    index: RwLock<Index>,
}

impl Inner {
    fn read(&self) -> RwLockReadGuard<'_, Index> {
        self.index.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Index> {
        self.index.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn files(&self) -> PathBuf {
        self.dir.join("files")
    }

    fn incoming(&self) -> PathBuf {
        self.dir.join("incoming")
    }

    fn facts(&self, id: &str) -> PathBuf {
        self.files().join(format!("{id}.json"))
    }

    /// Writes the facts whole or not at all.
    fn write_facts(&self, kept: &Kept) -> io::Result<()> {
        let mut file = tempfile::NamedTempFile::new_in(self.incoming())?;
        file.write_all(&serde_json::to_vec(kept)?)?;
        file.persist(self.facts(&kept.id)).map_err(|error| error.error)?;
        Ok(())
    }
}

impl Files {
    /// Opens the folder, makes it where it is absent, and clears what a crash left. Blocks.
    pub fn at(dir: &Path, limits: Limits) -> io::Result<Self> {
        let inner = Inner { dir: dir.to_owned(), limits, used: AtomicU64::new(0), index: RwLock::default() };
        std::fs::create_dir_all(inner.files())?;
        if inner.incoming().exists() {
            std::fs::remove_dir_all(inner.incoming())?;
        }
        std::fs::create_dir_all(inner.incoming())?;
        for kept in load(&inner.files())? {
            inner.used.fetch_add(kept.size, Ordering::Relaxed);
            inner.write().insert(kept);
        }
        Ok(Self { inner: Arc::new(inner) })
    }

    #[must_use]
    pub fn limits(&self) -> Limits {
        self.inner.limits
    }

    /// Begins to receive a file.
    pub async fn begin(&self) -> Result<Incoming, KeepError> {
        Incoming::begin(Arc::clone(&self.inner)).await
    }

    /// A kept file's facts.
    #[expect(
        clippy::unused_async,
        reason = "the emulations await every call, so that the index may move to disk"
    )]
    pub async fn get(&self, id: &str) -> Option<Kept> {
        self.inner.read().get(id).cloned()
    }

    /// The first kept file of one service that has this value.
    #[must_use]
    pub fn find(&self, service: &str, by: By, value: &str) -> Option<Kept> {
        self.inner.read().find(service, by, value).cloned()
    }

    /// Every kept file of one service, oldest first.
    #[expect(
        clippy::unused_async,
        reason = "the emulations await every call, so that the index may move to disk"
    )]
    pub async fn list(&self, service: &str) -> Vec<Kept> {
        self.inner.read().list(service)
    }

    /// Replaces a kept file's facts (same id).
    pub async fn update(&self, kept: &Kept) -> Result<(), KeepError> {
        let (inner, kept) = (Arc::clone(&self.inner), kept.clone());
        blocking(move || {
            let mut index = inner.write();
            index.get(&kept.id).ok_or(io::ErrorKind::NotFound)?;
            inner.write_facts(&kept)?;
            index.update(&kept);
            Ok(())
        })
        .await
        .map_err(KeepError::Disk)
    }

    /// Removes it; false when it was not there.
    pub async fn remove(&self, id: &str) -> bool {
        let removed = self.inner.write().remove(id);
        let Some(kept) = removed else { return false };
        self.inner.used.fetch_sub(kept.size, Ordering::Relaxed);
        let inner = Arc::clone(&self.inner);
        // Facts first: bytes alone are cleared at the next start should the second step fail.
        let done = blocking(move || {
            std::fs::remove_file(inner.facts(&kept.id))?;
            std::fs::remove_file(inner.files().join(&kept.id))
        });
        done.await.is_ok()
    }

    /// The path part of its public link, such as `/f/{id}/{encoded name}`.
    #[must_use]
    pub fn link(&self, kept: &Kept) -> String {
        format!("/f/{}/{}", kept.id, url_name(&kept.name))
    }

    /// Where the bytes are, for readers on a blocking thread.
    pub(super) fn path(&self, id: &str) -> PathBuf {
        self.inner.files().join(id)
    }

    /// Streams a kept file's bytes as a response body (for signed reads).
    pub async fn open(&self, id: &str) -> Option<Body> {
        let size = self.get(id).await?.size;
        self.open_range(id, 0, size).await
    }

    /// Streams `len` bytes from `start`.
    pub(super) async fn open_range(&self, id: &str, start: u64, len: u64) -> Option<Body> {
        let path = self.path(&self.get(id).await?.id);
        let file = blocking(move || {
            let mut file = File::open(path)?;
            file.seek(SeekFrom::Start(start))?;
            Ok(file)
        });
        let state = (file.await.ok()?, len);
        Some(Body::from_stream(stream::try_unfold(state, |(file, left)| async move {
            if left == 0 {
                return Ok(None);
            }
            let (file, block) = blocking(move || read_block(file, left)).await?;
            let left = left - block.len() as u64;
            Ok::<_, io::Error>(Some((block, (file, left))))
        })))
    }
}

/// A name as the last part of a URL's path; dots alone would be read as "this folder".
pub(super) fn url_name(name: &str) -> String {
    match name {
        "" | "." | ".." => "file".to_owned(),
        name => utf8_percent_encode(name, NAME).to_string(),
    }
}

fn read_block(mut file: File, left: u64) -> io::Result<(File, Bytes)> {
    let wanted = usize::try_from(left).unwrap_or(BLOCK).min(BLOCK);
    let mut block = vec![0; wanted];
    file.read_exact(&mut block)?;
    Ok((file, block.into()))
}

/// Runs disk work where it may block.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(io::Error::other)?
}

/// The kept files, oldest first. Bytes without whole facts, and facts without their bytes, are removed.
fn load(dir: &Path) -> io::Result<Vec<Kept>> {
    let mut found: Vec<(SystemTime, Kept)> = Vec::new();
    for entry in std::fs::read_dir(dir)? {
        let path = entry?.path();
        if path.extension().is_some_and(|ext| ext == "json") {
            found.extend(load_one(&path));
        } else if !path.with_extension("json").exists() {
            remove_orphan(&path)?;
        }
    }
    found.sort_by(|(a_time, a), (b_time, b)| (a.created_at, a_time).cmp(&(b.created_at, b_time)));
    Ok(found.into_iter().map(|(_, kept)| kept).collect())
}

/// A folder is listed in blocks: what went with its broken facts a moment ago may still be listed.
fn remove_orphan(path: &Path) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn load_one(facts: &Path) -> Option<(SystemTime, Kept)> {
    let bytes = facts.with_extension("");
    let whole = || {
        let kept: Kept = serde_json::from_slice(&std::fs::read(facts).ok()?).ok()?;
        let same_name = bytes.file_name()?.to_str()? == kept.id;
        let same_size = std::fs::metadata(&bytes).ok()?.len() == kept.size;
        let written = std::fs::metadata(facts).ok()?.modified().ok()?;
        (same_name && same_size).then_some((written, kept))
    };
    let found = whole();
    if found.is_none() {
        for path in [facts, &bytes] {
            // Nothing more can be done about a leftover that cannot be removed: it is not served.
            let _stays = std::fs::remove_file(path);
        }
    }
    found
}

#[cfg(test)]
mod tests;
