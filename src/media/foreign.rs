//! Pictures that are not decoded here: cameras' own formats, HEIC, AVIF, JPEG XL.

use crate::domain::error::{Failure, Kind};
use crate::media::Rgba;
use crate::media::opened::Opened;

pub(super) fn raw(opened: &mut Opened, _max_px: u32) -> Result<Rgba, Failure> {
    through_ffmpeg(opened, _max_px)
}

pub(super) fn through_ffmpeg(opened: &Opened, _max_px: u32) -> Result<Rgba, Failure> {
    Err(opened.failure(Kind::WrongType, "can only be shown where ffmpeg is installed"))
}
