//! Looks at the local file once more when its upload is over: what stands at the service is what it was before.

use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crate::domain::attachment::FileFacts;
use crate::services::body::{Body, CHEAP_BYTES, Digests, FileSource, Seen};

/// So short after a file was read its disk still answers at once, and it is asked without another thread, which would cost a
/// small file as much as its reading.
const MOMENT: Duration = Duration::from_millis(500);

const CHANGED: &str =
    "The file changed on this computer while it was uploaded. What was uploaded is what it held before.";
const REPLACED: &str =
    "The file was replaced on this computer while it was uploaded. What was uploaded is the one before.";
const GONE: &str = "The file is no longer where it was on this computer.";

/// A file as it was handed over.
#[derive(Debug, Clone)]
pub(super) struct Original {
    pub(super) path: PathBuf,
    size: u64,
    modified: Option<SystemTime>,
    /// Its BLAKE3, where it was read for that alone.
    pub(super) content: Option<[u8; 32]>,
}

impl Original {
    pub(super) fn of(file: &FileFacts) -> Self {
        Self { path: file.path.clone(), size: file.size, modified: file.modified, content: None }
    }

    /// Takes its BLAKE3 where that is quick: another file is sent in its place.
    pub(super) async fn read(&mut self) {
        if self.size <= CHEAP_BYTES {
            self.content = content_of(&self.path, self.size, self.modified).await;
        }
    }
}

/// The BLAKE3 of a file that is as it was; none where it is not, or cannot be read.
pub(super) async fn content_of(path: &Path, size: u64, modified: Option<SystemTime>) -> Option<[u8; 32]> {
    let digests = Digests::default().content();
    let source = FileSource { path: Arc::from(path), size, modified, digests, held: None };
    let read = Body::file(source.clone()).read_through(|_block: &[u8]| {}).await;
    read.ok().and_then(|_sink| source.digests.taken().content)
}

/// An upload that has been answered.
#[derive(Debug, Clone)]
pub(super) struct After {
    original: Original,
    /// What was sent: the file itself or a repaired copy, which is gone by now.
    source: FileSource,
}

impl After {
    pub(super) fn new(original: Original, source: FileSource) -> Self {
        Self { original, source }
    }

    fn sent_itself(&self) -> bool {
        *self.source.path == *self.original.path
    }

    /// The BLAKE3 of the file that was handed over, not of a repaired copy, where it is known.
    pub(super) fn content(&self) -> Option<[u8; 32]> {
        let taken = self.source.digests.taken().content.filter(|_| self.sent_itself());
        taken.or(self.original.content)
    }

    /// What the user should know of the local file; none where it is as it was.
    pub(super) async fn look_again(&self) -> Option<&'static str> {
        let original = &self.original;
        let looked = if self.source.held.as_ref().is_some_and(|held| held.at.elapsed() < MOMENT) {
            std::fs::metadata(&original.path)
        } else {
            let path = original.path.clone();
            let look = tokio::task::spawn_blocking(move || std::fs::metadata(path));
            look.await.unwrap_or_else(|broken| Err(broken.into()))
        };
        let Ok(facts) = looked else { return Some(GONE) };
        let now = Seen::of(&facts);
        let seen = self.source.digests.taken().seen.filter(|_| self.sent_itself());
        let (same, other) = if let Some(seen) = seen {
            (seen == now, if seen.is_replaced_by(&now) { REPLACED } else { CHANGED })
        } else {
            // Nothing was read of it in this try, or not for sending.
            let same_time = original.modified.is_none() || facts.modified().ok() == original.modified;
            (facts.len() == original.size && same_time, CHANGED)
        };
        if same || self.holds_the_same(&facts).await { None } else { Some(other) }
    }

    /// A new time, another owner or a copy in its place do not make another content. Read only where that is quick.
    async fn holds_the_same(&self, now: &Metadata) -> bool {
        let Some(content) = self.content() else { return false };
        let size = self.original.size;
        now.len() == size
            && size <= CHEAP_BYTES
            && content_of(&self.original.path, size, now.modified().ok()).await == Some(content)
    }
}
