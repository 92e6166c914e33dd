//! SKELETON: each function here moves into a file of its owner's and is filled there.

use std::path::Path;

use crate::domain::error::{Failure, Kind, Step};
use crate::media::Moment;

fn none() -> Failure {
    Failure::new(Kind::WrongType, "It has no look that can be drawn here").at(Step::Inspect)
}

/// Frames of a video, spread over it.
pub fn moments(_path: &Path, _count: usize, _max_px: u32) -> Result<Vec<Moment>, Failure> {
    Err(none())
}
