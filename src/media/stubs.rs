//! SKELETON: each function here moves into a file of its owner's and is filled there.

use std::path::Path;

use crate::domain::error::{Failure, Kind, Step};
use crate::media::{Area, Frame, Moment, Rgba};

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

/// Frames of a video, spread over it.
pub fn moments(_path: &Path, _count: usize, _max_px: u32) -> Result<Vec<Moment>, Failure> {
    Err(none())
}
