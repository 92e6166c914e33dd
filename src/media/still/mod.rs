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

use std::io::{BufRead, BufReader, Cursor, Read, Seek};
use std::path::Path;
use std::time::{Duration, Instant};

use image::ImageFormat;
use image::metadata::Orientation;

use crate::domain::error::Failure;
use crate::media::opened::Opened;
use crate::media::{Area, Rgba};
use feed::Timed;
use trouble::Trouble;
use wish::Wish;

pub use frames::frames;
pub(super) use jpeg::frame as jpeg_frame;

/// What a header may say before anything is decoded.
const PIXELS_MAX: u64 = 400_000_000;
/// What pixels that are decoded all at once may take, so that two readers stay below 400 MB together.
const DECODED_MAX_BYTES: u64 = 160 << 20;
/// What is not read as it comes is in memory beside its pixels.
const FILE_MAX_BYTES: u64 = 256 << 20;
/// A file that takes longer to decode is broken, or meant to.
const TIME_MAX: Duration = Duration::from_secs(20);
const BUFFER_BYTES: usize = 32 << 10;

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
    let wish = Wish { area: Some(area), turned: Orientation::NoTransforms, max_px };
    of_file(&mut Opened::open(path)?, wish)
}

/// The whole picture, scaled down (never up) to `max_px` pixels at its longer side.
pub(super) fn whole(opened: &mut Opened, max_px: u32) -> Result<Rgba, Failure> {
    of_file(opened, Wish { area: None, turned: Orientation::NoTransforms, max_px })
}

/// The picture in these bytes, which were found in a file, turned as that says.
pub(super) fn within(bytes: &[u8], turned: Orientation, max_px: u32, shown: &str) -> Result<Rgba, Failure> {
    let wish = Wish { area: None, turned, max_px };
    look(Cursor::new(bytes), bytes, bytes.len() as u64, wish).map_err(|trouble| trouble.said_of(shown))
}

fn of_file(opened: &mut Opened, wish: Wish) -> Result<Rgba, Failure> {
    opened.rewind()?;
    look(&mut opened.file, &opened.head, opened.bytes, wish).map_err(|trouble| trouble.said_of(&opened.shown))
}

fn look(mut source: impl Read + Seek, head: &[u8], bytes: u64, wish: Wish) -> Result<Rgba, Trouble> {
    match image::guess_format(head) {
        Ok(ImageFormat::Jpeg) => jpeg::look(&mut source, wish),
        Ok(ImageFormat::Png) => png_rows::look(buffered(source, deadline()), wish),
        Ok(_) if bytes > FILE_MAX_BYTES => Err(Trouble::TooLargeFile),
        Ok(format) => others::look(buffered(source, deadline()), format, wish),
        Err(error) => Err(Trouble::Unknown(error.to_string())),
    }
}

fn buffered(source: impl Read + Seek, until: Instant) -> impl BufRead + Seek {
    BufReader::with_capacity(BUFFER_BYTES, Timed::new(source, until))
}
