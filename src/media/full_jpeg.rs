//! A whole JPEG in memory, as large as it is needed: libjpeg decodes at eighths of a size in a part of the time.

use std::fs::File;
use std::io::{self, BufReader};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use image::RgbImage;
use mozjpeg::{ColorSpace, Decompress, Marker};

use super::{icc, inspect, picture};

pub(super) struct Decoded {
    pub(super) pixels: RgbImage,
    pub(super) icc: Option<Vec<u8>>,
}

/// Not turned. `eighths` of its size, 8 for all of it. None: it is one for another decoder, inks for example.
///
/// # Errors
/// [`io::ErrorKind::OutOfMemory`]: more pixels than may be held; others: broken, or not to be read.
pub(super) fn decode(path: &Path, eighths: u8) -> io::Result<Option<Decoded>> {
    let (file, _) = inspect::open(path).map_err(io::Error::other)?;
    // libjpeg's way to say that a file is broken.
    let decoded = catch_unwind(AssertUnwindSafe(|| read(file, eighths)));
    decoded.unwrap_or_else(|_broken| Err(io::ErrorKind::InvalidData.into()))
}

fn read(file: File, eighths: u8) -> io::Result<Option<Decoded>> {
    let mut jpeg = Decompress::with_markers(&[Marker::APP(2)]).from_reader(BufReader::new(file))?;
    let components = jpeg.components().len();
    if !matches!(components, 1 | 3) {
        return Ok(None);
    }
    let pixels = jpeg.width() as u64 * jpeg.height() as u64;
    if pixels * 4 > picture::PIXELS_MAX_BYTES {
        return Err(io::ErrorKind::OutOfMemory.into());
    }
    let icc = icc::whole(jpeg.markers().filter_map(|marker| icc::part(marker.data)).collect());
    // The one profile of a grey picture is none of colours.
    let icc = icc.filter(|icc| icc.get(16..20) == Some(b"RGB "));
    jpeg.scale(eighths);
    let mut started = jpeg.to_colorspace(ColorSpace::JCS_RGB)?;
    let size = (u32::try_from(started.width()), u32::try_from(started.height()));
    let bytes: Vec<u8> = started.read_scanlines()?;
    // What it says of the end of a file that breaks off is in the picture already.
    let _whole = started.finish();
    let (Ok(width), Ok(height)) = size else { return Err(io::ErrorKind::InvalidData.into()) };
    let pixels = RgbImage::from_raw(width, height, bytes).ok_or(io::ErrorKind::InvalidData)?;
    Ok(Some(Decoded { pixels, icc }))
}
