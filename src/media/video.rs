//! A video's duration, size and thumbnail.

mod film;
mod moments;

use std::fs::File;
use std::path::Path;

use image::{DynamicImage, Rgb, RgbImage};
use serde::{Deserialize, Serialize};

use crate::domain::error::{Failure, Kind, Step};
use crate::media::{Rgba, ffmpeg, inspect, mkv, mp4, picture, sniff};
use film::Film;
pub use moments::moments;

/// Thumbnails fit into this box, in pixels.
const THUMB_MAX: (u32, u32) = (640, 1280);
const PLACEHOLDER: (u32, u32) = (640, 360);
const JPEG_QUALITY: u8 = 85;

/// A picture that stands for a video.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thumb {
    /// The JPEG file's bytes.
    pub jpeg: Vec<u8>,
    /// Width in pixels, at most 640.
    pub width: u32,
    /// Height in pixels, at most 1280.
    pub height: u32,
    pub source: ThumbSource,
}

/// Where a thumbnail comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ThumbSource {
    /// A frame that was decoded here.
    Decoded,
    /// A frame that `ffmpeg` decoded.
    Ffmpeg,
    /// Drawn, because no frame could be decoded: a play sign on grey.
    Placeholder,
}

/// A video's key frame nearest to a time in milliseconds; without one the first that shows something. Upright, as a
/// JPEG. Blocks, for 30 seconds at most.
///
/// H.264 in MP4 or `QuickTime` is decoded here, all else by `ffmpeg` where that is installed; where
/// neither can, the picture is a drawn placeholder.
///
/// # Errors
/// [`Kind::Unreadable`] when the file cannot be read; never for a video that cannot be decoded.
pub fn thumbnail(path: &Path, at_ms: Option<u64>) -> Result<Thumb, Failure> {
    let frame = frame(path, at_ms, THUMB_MAX)?;
    let (picture, source) = frame.unwrap_or_else(|| (placeholder(), ThumbSource::Placeholder));
    let jpeg = picture::jpeg(&picture, JPEG_QUALITY).map_err(|error| {
        Failure::new(Kind::Unreadable, "The video's thumbnail could not be made")
            .cause(error)
            .at(Step::Prepare)
    })?;
    Ok(Thumb { jpeg, width: picture.width(), height: picture.height(), source })
}

/// What stands for a video on the screen; none where no frame of it can be decoded on this computer.
pub(super) fn still(path: &Path, max_px: u32) -> Result<Option<Rgba>, Failure> {
    Ok(frame(path, None, (max_px, max_px))?.map(|(picture, _)| opaque(picture)))
}

fn opaque(picture: RgbImage) -> Rgba {
    let (width, height) = picture.dimensions();
    let pixels = DynamicImage::from(picture).into_rgba8().into_raw();
    Rgba { width, height, pixels }
}

type Found = Option<(RgbImage, ThumbSource)>;

/// One frame within a box; none where neither we nor `ffmpeg` can decode one.
fn frame(path: &Path, at_ms: Option<u64>, within: (u32, u32)) -> Result<Found, Failure> {
    let (mut file, _) = inspect::open(path)?;
    let head = inspect::first_bytes(&mut file).map_err(|error| inspect::unreadable(path, &error))?;
    if sniff::video_type(&head).is_none() {
        return Ok(None);
    }
    let decoded = Film::open(file).and_then(|mut film| match at_ms {
        None => film.best(within),
        Some(at_ms) => film.nearest(at_ms, within),
    });
    if let Some(picture) = decoded {
        return Ok(Some((picture, ThumbSource::Decoded)));
    }
    let picture = match at_ms {
        None => ffmpeg::frame(path, within),
        Some(at_ms) => ffmpeg::frame_at(path, at_ms, within, ffmpeg::deadline())
            .map(|frame| frame.picture)
            // A time behind the end has no frame.
            .or_else(|| ffmpeg::frame(path, within)),
    };
    Ok(picture.map(|picture| (picture, ThumbSource::Ffmpeg)))
}

/// A white play sign in a dark disc on grey.
fn placeholder() -> RgbImage {
    const GREY: Rgb<u8> = Rgb([0x3a, 0x3f, 0x47]);
    const DARK: Rgb<u8> = Rgb([0x22, 0x25, 0x2a]);
    const WHITE: Rgb<u8> = Rgb([0xf5, 0xf6, 0xf7]);
    let (width, height) = PLACEHOLDER;
    let center = (i64::from(width / 2), i64::from(height / 2));
    RgbImage::from_fn(width, height, |x, y| {
        let (x, y) = (i64::from(x) - center.0, i64::from(y) - center.1);
        // A triangle that points right, its centre of mass on the disc's centre.
        if x >= -20 && y.abs() * 60 <= (40 - x) * 36 {
            WHITE
        } else if x * x + y * y <= 80 * 80 {
            DARK
        } else {
            GREY
        }
    })
}

/// What [`inspect`](super::inspect()) tells of a video.
#[derive(Debug, Default)]
pub(super) struct Facts {
    /// Width and height in pixels as shown.
    pub pixels: Option<(u32, u32)>,
    /// Whole seconds, rounded to the nearest, at least 1.
    pub duration_secs: Option<u64>,
}

/// Reads the container's index; what that does not tell, `ffprobe` is asked for.
pub(super) fn facts(path: &Path, file: &mut File, head: &[u8]) -> Facts {
    let (secs, pixels) = length_and_size(path, file, head);
    Facts { pixels, duration_secs: secs.map(whole_secs) }
}

fn length_and_size(path: &Path, file: &mut File, head: &[u8]) -> (Option<f64>, Option<(u32, u32)>) {
    let (mut secs, mut pixels) = match sniff::video_type(head) {
        Some("video/webm" | "video/x-matroska") => {
            mkv::read(&mut std::io::BufReader::new(file)).map(|movie| (movie.duration_secs, movie.pixels))
        }
        Some("video/mp4" | "video/quicktime" | "video/3gpp") => {
            mp4::read(file).map(|movie| (movie.duration_secs, movie.pixels))
        }
        _ => None,
    }
    .unwrap_or_default();
    if (secs.is_none() || pixels.is_none())
        && let Some(probed) = ffmpeg::probe(path)
    {
        secs = secs.or(probed.duration_secs);
        pixels = pixels.or(probed.pixels);
    }
    (secs, pixels)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast from float saturates")]
pub(super) fn whole_secs(secs: f64) -> u64 {
    (secs.round() as u64).max(1)
}
