//! Still pictures for the screen, and pictures that move. What can be read row by row takes the memory of the small
//! picture alone, whatever the file's measures; what cannot is refused by its header where it would be too much.

mod colour;
mod dc_scan;
mod exif;
mod feed;
mod frames;
mod huffman;
mod jpeg;
mod others;
mod png_rows;
mod reduce;
mod segments;
mod trouble;
mod wish;

use std::fs::File;
use std::io::{Cursor, Seek};
use std::path::Path;
use std::time::{Duration, Instant};

use image::ImageFormat;

use crate::domain::error::Failure;
use crate::domain::file_name;
use crate::media::{Area, Rgba, inspect};
use trouble::Trouble;
use wish::Wish;

pub use frames::frames;

/// What a header may say before anything is decoded.
const PIXELS_MAX: u64 = 400_000_000;
/// What pixels that are decoded all at once may take, so that two readers stay below 400 MB together.
const DECODED_MAX_BYTES: u64 = 160 << 20;
/// What is not read as it comes is in memory beside its pixels.
const FILE_MAX_BYTES: u64 = 256 << 20;
/// A file that takes longer to decode is broken, or meant to.
const TIME_MAX: Duration = Duration::from_secs(20);

fn deadline() -> Instant {
    Instant::now() + TIME_MAX
}

/// A part of a picture, in pixels of the upright picture in its full size, scaled down (never up) to `max_px` pixels at
/// its longer side. What lies beyond the picture is left out of the part. Blocks, for 20 seconds at most; of JPEG and
/// PNG only the part is kept in memory.
///
/// # Errors
/// - [`Kind::WrongType`](crate::domain::error::Kind): no picture that is known here, or no such part of it.
/// - [`Kind::TooLarge`](crate::domain::error::Kind): more pixels or bytes than are decoded.
/// - [`Kind::Unreadable`](crate::domain::error::Kind): the file cannot be read, or is broken.
pub fn part(path: &Path, area: Area, max_px: u32) -> Result<Rgba, Failure> {
    let (file, metadata) = inspect::open(path)?;
    look(path, file, metadata.len(), Wish { area: Some(area), max_px })
}

/// The whole picture, scaled down (never up) to `max_px` pixels at its longer side.
pub(super) fn whole(path: &Path, file: File, bytes: u64, max_px: u32) -> Result<Rgba, Failure> {
    look(path, file, bytes, Wish { area: None, max_px })
}

/// The same of a JPEG that is in memory.
pub(super) fn of_jpeg(jpeg: &[u8], max_px: u32, shown: &str) -> Result<Rgba, Failure> {
    jpeg::look(&mut Cursor::new(jpeg), Wish { area: None, max_px }).map_err(|trouble| trouble.said_of(shown))
}

fn look(path: &Path, mut file: File, bytes: u64, wish: Wish) -> Result<Rgba, Failure> {
    let unreadable = |error| inspect::unreadable(path, &error);
    file.rewind().map_err(unreadable)?;
    let head = inspect::first_bytes(&mut file).map_err(unreadable)?;
    file.rewind().map_err(unreadable)?;
    let looked = match image::guess_format(&head) {
        Ok(ImageFormat::Jpeg) => jpeg::look(&mut file, wish),
        Ok(ImageFormat::Png) => png_rows::look(file, wish),
        Ok(_) if bytes > FILE_MAX_BYTES => Err(Trouble::TooLargeFile),
        Ok(format) => others::look(file, format, wish),
        Err(error) => Err(Trouble::Unknown(error.to_string())),
    };
    looked.map_err(|trouble| trouble.said_of(&shown_name(path)))
}

fn shown_name(path: &Path) -> String {
    file_name::display(&inspect::name(path))
}
