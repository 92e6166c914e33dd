//! A smaller copy of a picture, for services with a limit that the picture is above.

use std::fs::File;
use std::io::{BufReader, Write};
use std::path::Path;

use image::codecs::gif::GifDecoder;
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::{CompressionType, FilterType, PngDecoder, PngEncoder};
use image::codecs::webp::WebPDecoder;
use image::metadata::Orientation;
use image::{
    AnimationDecoder, DynamicImage, ImageDecoder, ImageEncoder, ImageError, ImageFormat, ImageReader,
    ImageResult,
};

use crate::domain::attachment::FileFacts;
use crate::domain::error::{Failure, Kind, Step};
use crate::domain::file_name;
use crate::domain::progress::human_bytes;
use crate::media::{inspect, picture};

/// The image crate holds a JPEG's file in memory beside its pixels.
const FILE_MAX_BYTES: u64 = 256 << 20;
const QUALITY_BEST: u8 = 92;
const QUALITY_SCALED: u8 = 82;
/// Below this quality a picture is scaled down rather than blurred further.
const QUALITY_LEAST: u8 = 70;
/// Copies tried at different scales.
const SCALES_MAX: usize = 10;
/// A copy that fills this much of the limit is large enough.
const FULL_ENOUGH: f64 = 0.85;
/// A longest side below this many pixels is no picture any more.
const SIDE_LEAST: u32 = 16;

/// What a copy is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Output {
    Jpeg,
    Png,
}

struct Picture {
    /// Upright, 8 bits a channel; with an alpha channel only where something is transparent.
    pixels: DynamicImage,
    /// The colour profile, where it is for RGB.
    icc: Option<Vec<u8>>,
}

/// A copy that was encoded.
struct Copy {
    bytes: Vec<u8>,
    pixels: (u32, u32),
}

/// Writes a copy of at most `max_bytes` bytes into the folder `into` under a name of its own, and
/// gives the copy's facts; the name to send is the picture's own with the copy's extension. The
/// picture itself is never touched. Blocks, for some seconds with large pictures.
///
/// The copy is a JPEG, or a PNG where something is transparent; upright; without EXIF (so without the
/// place it was taken at), with its colour profile. Quality falls a little first, then the size.
///
/// # Errors
/// - [`Kind::Unreadable`]: the file cannot be read, or is broken.
/// - [`Kind::WrongType`]: no picture that is known here, or an animated one, which would stand still.
/// - [`Kind::TooLarge`]: more pixels than fit in memory, or a limit that no copy can meet.
/// - [`Kind::Storage`]: the copy cannot be written.
pub fn shrink_image(path: &Path, max_bytes: u64, into: &Path) -> Result<FileFacts, Failure> {
    let shown = file_name::display(&inspect::name(path));
    let picture = load(path, &shown)?;
    let output = if picture.pixels.has_alpha() { Output::Png } else { Output::Jpeg };
    let copy =
        picture.fit(output, max_bytes).map_err(|error| undecodable(&shown, &error))?.ok_or_else(|| {
            let limit = human_bytes(max_bytes);
            prepare(Kind::TooLarge, format!("“{shown}” cannot be made as small as {limit}"))
                .advice("Choose another picture.")
        })?;
    write(&copy, output, path, into)
}

fn prepare(kind: Kind, broke: String) -> Failure {
    Failure::new(kind, broke).at(Step::Prepare)
}

fn undecodable(shown: &str, error: &ImageError) -> Failure {
    let failure = match error {
        ImageError::Limits(_) => {
            prepare(Kind::TooLarge, format!("“{shown}” has too many pixels to make a smaller copy of it"))
        }
        ImageError::Unsupported(_) => prepare(
            Kind::WrongType,
            format!("“{shown}” is not a kind of picture that can be made smaller here"),
        ),
        _ => prepare(Kind::Unreadable, format!("“{shown}” is broken, so no smaller copy can be made")),
    };
    failure.cause(error).advice("Make it smaller with another program.")
}

fn load(path: &Path, shown: &str) -> Result<Picture, Failure> {
    let (file, metadata) = inspect::open(path)?;
    if metadata.len() > FILE_MAX_BYTES {
        let size = human_bytes(metadata.len());
        let broke = format!("“{shown}” has {size}, too much to make a smaller copy of it");
        return Err(prepare(Kind::TooLarge, broke).advice("Make it smaller with another program."));
    }
    let mut reader = ImageReader::new(BufReader::new(file))
        .with_guessed_format()
        .map_err(|error| inspect::unreadable(path, &error))?;
    reader.limits(picture::limits());
    if reader.format().is_some_and(|format| is_animated(path, format)) {
        let broke = format!("“{shown}” is animated, and a smaller copy would stand still");
        return Err(prepare(Kind::WrongType, broke).advice("Make it smaller with another program."));
    }
    decode(reader).map_err(|error| undecodable(shown, &error))
}

fn decode(reader: ImageReader<BufReader<File>>) -> ImageResult<Picture> {
    let mut limits = picture::limits();
    let mut decoder = reader.into_decoder()?;
    // The image crate reserves this in `ImageReader::decode` only.
    limits.reserve(decoder.total_bytes())?;
    decoder.set_limits(limits)?;
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let icc = decoder.icc_profile().ok().flatten().filter(|icc| icc.get(16..20) == Some(b"RGB "));
    let mut pixels = DynamicImage::from_decoder(decoder)?;
    pixels.apply_orientation(orientation);
    let pixels = if is_transparent(&pixels) { pixels.into_rgba8().into() } else { pixels.into_rgb8().into() };
    Ok(Picture { pixels, icc })
}

/// Is any pixel less than opaque?
fn is_transparent(pixels: &DynamicImage) -> bool {
    if !pixels.has_alpha() {
        return false;
    }
    match pixels.as_rgba8() {
        Some(rgba) => rgba.pixels().any(|pixel| pixel.0[3] != u8::MAX),
        None => pixels.to_rgba8().pixels().any(|pixel| pixel.0[3] != u8::MAX),
    }
}

/// Has it a second frame? What cannot be read has none; decoding says then what is wrong.
fn is_animated(path: &Path, format: ImageFormat) -> bool {
    let Ok((file, _)) = inspect::open(path) else { return false };
    let file = BufReader::new(file);
    match format {
        ImageFormat::Gif => GifDecoder::new(file).is_ok_and(|mut decoder| {
            decoder.set_limits(picture::limits()).is_ok()
                && decoder.into_frames().take(2).flatten().count() > 1
        }),
        ImageFormat::Png => PngDecoder::with_limits(file, picture::limits())
            .and_then(|decoder| decoder.is_apng())
            .unwrap_or(false),
        ImageFormat::WebP => WebPDecoder::new(file).is_ok_and(|decoder| decoder.has_animation()),
        _ => false,
    }
}

impl Picture {
    /// The largest copy within the limit that a few attempts find.
    fn fit(&self, output: Output, max_bytes: u64) -> ImageResult<Option<Copy>> {
        let least = self.encode(&self.pixels, output, QUALITY_LEAST)?;
        if fits(&least, max_bytes) {
            return match output {
                Output::Png => Ok(Some(least)),
                Output::Jpeg => self.best_quality(least, max_bytes).map(Some),
            };
        }
        self.best_scale(output, max_bytes, &least)
    }

    /// Full size: the highest quality that fits.
    fn best_quality(&self, least: Copy, max_bytes: u64) -> ImageResult<Copy> {
        let (mut low, mut high, mut best) = (QUALITY_LEAST + 1, QUALITY_BEST, least);
        while low <= high {
            let quality = u8::midpoint(low, high);
            let copy = self.encode(&self.pixels, Output::Jpeg, quality)?;
            if fits(&copy, max_bytes) {
                best = copy;
                low = quality + 1;
            } else {
                high = quality - 1;
            }
        }
        Ok(best)
    }

    /// Scaled down: guesses by the number of pixels until one fits, then closes in from both sides.
    fn best_scale(&self, output: Output, max_bytes: u64, whole: &Copy) -> ImageResult<Option<Copy>> {
        let (width, height) = (f64::from(self.pixels.width()), f64::from(self.pixels.height()));
        let mut too_large = 1.0;
        let mut best: Option<(f64, Copy)> = None;
        let mut scale = guess(too_large, whole, max_bytes);
        for _ in 0..SCALES_MAX {
            let (width, height) = (picture::whole(width * scale), picture::whole(height * scale));
            if width.max(height) < SIDE_LEAST {
                break;
            }
            let scaled = self.pixels.resize_exact(width, height, image::imageops::FilterType::CatmullRom);
            let copy = self.encode(&scaled, output, QUALITY_SCALED)?;
            if fits(&copy, max_bytes) {
                let is_full = filled(&copy, max_bytes) >= FULL_ENOUGH;
                best = Some((scale, copy));
                if is_full {
                    break;
                }
            } else {
                too_large = scale;
                scale = guess(scale, &copy, max_bytes);
            }
            if let Some((fitting, _)) = &best {
                scale = f64::midpoint(*fitting, too_large);
            }
        }
        Ok(best.map(|(_, copy)| copy))
    }

    fn encode(&self, pixels: &DynamicImage, output: Output, quality: u8) -> ImageResult<Copy> {
        let mut bytes = Vec::new();
        match output {
            Output::Jpeg => self.write_with(JpegEncoder::new_with_quality(&mut bytes, quality), pixels)?,
            Output::Png => {
                let encoder =
                    PngEncoder::new_with_quality(&mut bytes, CompressionType::Default, FilterType::Adaptive);
                self.write_with(encoder, pixels)?;
            }
        }
        Ok(Copy { bytes, pixels: (pixels.width(), pixels.height()) })
    }

    fn write_with(&self, mut encoder: impl ImageEncoder, pixels: &DynamicImage) -> ImageResult<()> {
        if let Some(icc) = &self.icc {
            encoder.set_icc_profile(icc.clone()).map_err(ImageError::Unsupported)?;
        }
        pixels.write_with_encoder(encoder)
    }
}

fn fits(copy: &Copy, max_bytes: u64) -> bool {
    copy.bytes.len() as u64 <= max_bytes
}

/// The part of the limit that a copy takes; above 1 it is too large.
#[expect(clippy::cast_precision_loss, reason = "a ratio for a guess")]
fn filled(copy: &Copy, max_bytes: u64) -> f64 {
    copy.bytes.len() as f64 / max_bytes.max(1) as f64
}

/// A smaller scale: bytes grow about as pixels do, so as the square of the scale.
fn guess(scale: f64, copy: &Copy, max_bytes: u64) -> f64 {
    scale * (0.95 / filled(copy, max_bytes).sqrt()).min(0.9)
}

fn write(copy: &Copy, output: Output, path: &Path, into: &Path) -> Result<FileFacts, Failure> {
    let (ext, mime) = match output {
        Output::Jpeg => ("jpg", "image/jpeg"),
        Output::Png => ("png", "image/png"),
    };
    let storage = |error: &dyn std::fmt::Display| {
        prepare(Kind::Storage, "The smaller copy could not be written".to_owned())
            .cause(error)
            .advice("Check that the disk has room, then try again.")
    };
    let mut file = tempfile::Builder::new()
        .prefix("smaller-")
        .suffix(&format!(".{ext}"))
        .tempfile_in(into)
        .map_err(|error| storage(&error))?;
    file.write_all(&copy.bytes).and_then(|()| file.flush()).map_err(|error| storage(&error))?;
    let modified = file.as_file().metadata().and_then(|metadata| metadata.modified()).ok();
    let (_, kept) = file.keep().map_err(|error| storage(&error))?;
    Ok(FileFacts {
        path: kept,
        name: copy_name(&inspect::name(path), output),
        size: copy.bytes.len() as u64,
        mime: mime.to_owned(),
        modified,
        pixels: Some(copy.pixels),
        duration_secs: None,
    })
}

/// The picture's own name, with another extension only where the type changed.
fn copy_name(name: &str, output: Output) -> String {
    let (stem, _) = file_name::split(name);
    match (output, file_name::extension(name).as_str()) {
        (Output::Jpeg, "jpg" | "jpeg" | "jpe" | "jfif") | (Output::Png, "png") => name.to_owned(),
        (Output::Jpeg, _) => format!("{stem}.jpg"),
        (Output::Png, _) => format!("{stem}.png"),
    }
}
