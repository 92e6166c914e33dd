//! The one door to everything that reads foreign files.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use crate::domain::attachment::FileFacts;
use crate::domain::changes::{CopyWish, Metadata, Removed};
use crate::domain::error::{Failure, Kind};
use crate::media::{self, Area, Excerpt, Frame, Moment, Rgba, Thumb};

/// A copy that was made to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    /// Of the copy; its name is the file's own, with another extension where the type is another.
    pub facts: FileFacts,
    pub removed: Option<Removed>,
}

/// The longer side of a picture for a list, in pixels.
const SMALL_PX: u32 = 256;

/// Reads foreign files. Cheap to clone; every call blocks, so make it off the async threads.
#[derive(Debug, Clone, Default)]
pub struct Readers {}

impl Readers {
    /// Reads in this very process.
    #[must_use]
    pub fn here() -> Self {
        Self {}
    }

    /// See [`media::preview`].
    pub fn still(&self, path: &Path, max_px: u32) -> Result<Rgba, Failure> {
        guarded(|| media::preview(path, max_px))
    }

    /// A picture for a list, 256 pixels at most: the desktop's own, where it has one.
    pub fn small(&self, path: &Path) -> Result<Rgba, Failure> {
        self.still(path, SMALL_PX)
    }

    /// See [`media::part`].
    pub fn part(&self, path: &Path, area: Area, max_px: u32) -> Result<Rgba, Failure> {
        guarded(|| media::part(path, area, max_px))
    }

    /// See [`media::frames`].
    pub fn frames(&self, path: &Path, max_px: u32) -> Result<Vec<Frame>, Failure> {
        guarded(|| media::frames(path, max_px))
    }

    /// See [`media::excerpt`].
    pub fn excerpt(&self, path: &Path) -> Result<Excerpt, Failure> {
        guarded(|| media::excerpt(path))
    }

    /// See [`media::moments`].
    pub fn moments(&self, path: &Path, count: usize, max_px: u32) -> Result<Vec<Moment>, Failure> {
        guarded(|| media::moments(path, count, max_px))
    }

    /// See [`media::thumbnail`].
    pub fn thumbnail(&self, path: &Path, at_ms: Option<u64>) -> Result<Thumb, Failure> {
        guarded(|| media::thumbnail(path, at_ms))
    }

    /// See [`media::metadata`].
    pub fn metadata(&self, path: &Path) -> Result<Metadata, Failure> {
        guarded(|| media::metadata(path))
    }

    /// See [`media::copy`].
    pub fn copy(&self, path: &Path, wish: CopyWish, into: &Path) -> Result<Option<Copied>, Failure> {
        guarded(|| media::copy(path, wish, into))
    }
}

/// A file from anywhere may bring a decoder to panic; that costs this one answer.
fn guarded<T>(work: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|_panic| Err(Failure::new(Kind::Unreadable, "The file could not be decoded")))
}
