//! A video's duration, size and thumbnail.

use std::fs::File;
use std::path::Path;

use image::{DynamicImage, Rgb, RgbImage};
use serde::{Deserialize, Serialize};

use crate::domain::error::{Failure, Kind, Step};
use crate::media::{ffmpeg, h264, inspect, mkv, mp4, picture, sniff};

/// Thumbnails fit into this box, in pixels.
const THUMB_MAX: (u32, u32) = (640, 1280);
const PLACEHOLDER: (u32, u32) = (640, 360);
const JPEG_QUALITY: u8 = 85;
/// Mean brightness below which a frame counts as black (black itself is 16).
const BRIGHT_ENOUGH: u64 = 32;

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

/// A video's first key frame that is not black, upright, as a JPEG. Blocks, for 30 seconds at most.
///
/// H.264 in MP4 or `QuickTime` is decoded here, all else by `ffmpeg` where that is installed; where
/// neither can, the picture is a drawn placeholder.
///
/// # Errors
/// [`Kind::Unreadable`] when the file cannot be read; never for a video that cannot be decoded.
pub fn thumbnail(path: &Path, _at_ms: Option<u64>) -> Result<Thumb, Failure> {
    let (mut file, _) = inspect::open(path)?;
    let head = inspect::first_bytes(&mut file).map_err(|error| inspect::unreadable(path, &error))?;
    let frame = if sniff::video_type(&head).is_some() { frame(path, &mut file) } else { None };
    let (picture, source) = frame.unwrap_or_else(|| (placeholder(), ThumbSource::Placeholder));
    let jpeg = picture::jpeg(&picture, JPEG_QUALITY).map_err(|error| {
        Failure::new(Kind::Unreadable, "The video's thumbnail could not be made")
            .cause(error)
            .at(Step::Prepare)
    })?;
    Ok(Thumb { jpeg, width: picture.width(), height: picture.height(), source })
}

fn frame(path: &Path, file: &mut File) -> Option<(RgbImage, ThumbSource)> {
    if let Some(picture) = decoded(file) {
        return Some((picture, ThumbSource::Decoded));
    }
    let picture = ffmpeg::frame(path)?;
    let shown = (picture.width(), picture.height());
    Some((picture::fit(&picture, shown, THUMB_MAX), ThumbSource::Ffmpeg))
}

/// The first bright key frame of H.264; the brightest of the first ones where all are dark.
fn decoded(file: &mut File) -> Option<RgbImage> {
    let movie = mp4::read(file)?;
    let config = h264::Config::parse(&movie.avc_config?)?;
    let mut best: Option<h264::Frame> = None;
    for sample in movie.key_frames {
        let Some(frame) = config.decode(file, sample) else { continue };
        let is_bright = frame.brightness >= BRIGHT_ENOUGH;
        if best.as_ref().is_none_or(|best| frame.brightness > best.brightness) {
            best = Some(frame);
        }
        if is_bright {
            break;
        }
    }
    let picture = upright(best?.picture, movie.rotation);
    let shown = movie.pixels.unwrap_or((picture.width(), picture.height()));
    Some(picture::fit(&picture, shown, THUMB_MAX))
}

fn upright(picture: DynamicImage, rotation: u16) -> DynamicImage {
    match rotation {
        90 => picture.rotate90(),
        180 => picture.rotate180(),
        270 => picture.rotate270(),
        _ => picture,
    }
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
    Facts { pixels, duration_secs: secs.map(whole_secs) }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast from float saturates")]
pub(super) fn whole_secs(secs: f64) -> u64 {
    (secs.round() as u64).max(1)
}
