//! Pictures that are not decoded here: cameras' own formats, HEIC, AVIF, JPEG XL.

mod heif;
mod raw;

use image::metadata::Orientation;

use crate::domain::error::{Failure, Kind};
use crate::media::opened::Opened;
use crate::media::{Rgba, ffmpeg, picture, still};

/// As much of a file as tells its measures.
const HEADER_BYTES: u64 = 256 << 10;
/// A JPEG in a camera's file; those of 100 megapixels take half of it.
const EMBEDDED_MAX_BYTES: u64 = 64 << 20;

/// The JPEG that a camera wrote beside its raw data.
///
/// # Errors
/// - [`Kind::WrongType`]: it has none that is found.
/// - [`Kind::Unreadable`]: it cannot be read, or is broken.
pub(super) fn raw(opened: &mut Opened, max_px: u32) -> Result<Rgba, Failure> {
    let none =
        |opened: &Opened| opened.failure(Kind::WrongType, "has no small picture in it that can be shown");
    let found = raw::read(&mut opened.file, opened.bytes).ok_or_else(|| none(opened))?;
    let jpeg = found.best(max_px).ok_or_else(|| none(opened))?;
    let bytes = raw::bytes_of(&mut opened.file, jpeg, EMBEDDED_MAX_BYTES).ok_or_else(|| none(opened))?;
    still::within(&bytes, found.orientation, max_px, &opened.shown)
}

/// Width and height of the largest JPEG in a camera's file, upright.
pub(super) fn raw_pixels(opened: &mut Opened) -> Option<(u32, u32)> {
    let found = raw::read(&mut opened.file, opened.bytes)?;
    let largest = found.best(u32::MAX)?;
    Some(picture::upright((largest.width, largest.height), found.orientation))
}

/// What `ffmpeg` makes of the picture.
///
/// # Errors
/// [`Kind::WrongType`]: `ffmpeg` is not installed, or cannot.
pub(super) fn through_ffmpeg(opened: &mut Opened, max_px: u32) -> Result<Rgba, Failure> {
    let header = opened.start(HEADER_BYTES)?;
    let unable = || {
        let advice = "Install a new ffmpeg, or save the picture as JPEG or PNG.";
        opened.failure(Kind::WrongType, "can only be shown where ffmpeg can decode it").advice(advice)
    };
    let png = ffmpeg::still(&opened.path, max_px).ok_or_else(unable)?;
    let picture = still::within(&png, Orientation::NoTransforms, max_px, &opened.shown)?;
    // A large HEIC is laid out in tiles, and an older ffmpeg takes one of them for the picture.
    let is_whole = heif::pixels(&header).is_none_or(|pixels| heif::is_shaped(&picture, pixels));
    if is_whole { Ok(picture) } else { Err(unable()) }
}

/// Width and height of a HEIC or AVIF picture as shown.
pub(super) fn heif_pixels(opened: &mut Opened) -> Option<(u32, u32)> {
    heif::pixels(&opened.start(HEADER_BYTES).ok()?)
}
