//! Sounds: how long they are, and the cover in them.

use crate::domain::error::{Failure, Kind};
use crate::media::Rgba;
use crate::media::opened::Opened;

pub(super) fn cover(opened: &mut Opened, _max_px: u32) -> Result<Rgba, Failure> {
    Err(opened.failure(Kind::WrongType, "has no cover in it"))
}
