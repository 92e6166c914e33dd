//! SKELETON: each function here moves into a file of its owner's and is filled there.

use std::path::Path;

use crate::domain::changes::{CopyWish, Metadata};
use crate::domain::error::{Failure, Kind, Step};
use crate::media::{Area, Copied, Frame, Rgba, shrink_image};

fn none() -> Failure {
    Failure::new(Kind::WrongType, "It has no look that can be drawn here").at(Step::Inspect)
}

/// A part of a picture, scaled down (never up) to `max_px` pixels at its longer side.
pub fn part(_path: &Path, _area: Area, _max_px: u32) -> Result<Rgba, Failure> {
    Err(none())
}

/// The frames of an animated picture.
pub fn frames(_path: &Path, _max_px: u32) -> Result<Vec<Frame>, Failure> {
    Err(none())
}

/// What a picture tells beside its pixels.
pub fn metadata(_path: &Path) -> Result<Metadata, Failure> {
    Ok(Metadata::default())
}

/// Can pictures of this media type be read here, so that a copy of another type can be made of them?
#[must_use]
pub fn can_be_converted(_mime: &str) -> bool {
    false
}

/// Writes the copy that is wished for; none where the file itself is as wished.
pub fn copy(path: &Path, wish: CopyWish, into: &Path) -> Result<Option<Copied>, Failure> {
    let Some(max_bytes) = wish.max_bytes else { return Ok(None) };
    Ok(Some(Copied { facts: shrink_image(path, max_bytes, into)?, removed: None }))
}
