//! SKELETON: each function here moves into a file of its owner's and is filled there.

use std::path::Path;

use crate::domain::error::{Failure, Kind, Step};
use crate::media::{Area, Frame, Rgba};

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

/// Can pictures of this media type be read here, so that a copy of another type can be made of them?
#[must_use]
pub fn can_be_converted(_mime: &str) -> bool {
    false
}
