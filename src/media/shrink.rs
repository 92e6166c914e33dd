//! A copy of a picture that is encoded anew: smaller, for services with a limit that the picture is above, or of
//! another type. The same picture and the same wish give the same bytes.

use std::fs::File;
use std::io::{BufReader, Write};
use std::path::Path;

use fast_image_resize::images::ImageRef;
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use image::codecs::gif::GifDecoder;
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::{CompressionType, FilterType as PngFilter, PngDecoder, PngEncoder};
use image::codecs::webp::WebPDecoder;
use image::error::{LimitError, LimitErrorKind};
use image::metadata::Orientation;
use image::{
    AnimationDecoder, DynamicImage, ImageDecoder, ImageEncoder, ImageError, ImageFormat, ImageReader,
    ImageResult, RgbImage, RgbaImage,
};

use crate::domain::attachment::FileFacts;
use crate::domain::changes::{CopyWish, PictureType};
use crate::domain::error::{Failure, Kind, Step};
use crate::domain::file_name;
use crate::domain::progress::human_bytes;
use crate::media::{full_jpeg, inspect, metadata, picture};

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
/// How much smaller than the original at its own quality a copy at [`QUALITY_SCALED`] is at most; less is taken for
/// granted, so that a picture is never decoded smaller than the copy will be.
const LOSES_MOST: f64 = 6.0;
/// A longest side below this many pixels is no picture any more.
const SIDE_LEAST: u32 = 16;

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

/// Writes a copy of at most the bytes that are wished for into the folder `into` under a name of its own, and
/// gives the copy's facts; the name to send is the picture's own with the copy's extension. The
/// picture itself is never touched. Blocks, for some seconds with large pictures.
///
/// The copy is of the type that is wished for, without such a wish a JPEG, or a PNG where something is transparent;
/// what is transparent becomes white in a JPEG. It is upright; without EXIF (so without the place it was taken at), with
/// its colour profile. Quality falls a little first, then the size.
///
/// # Errors
/// - [`Kind::Unreadable`]: the file cannot be read, or is broken.
/// - [`Kind::WrongType`]: no picture that is known here, or an animated one, which would stand still.
/// - [`Kind::TooLarge`]: more pixels than fit in memory, or a limit that no copy can meet.
/// - [`Kind::Storage`]: the copy cannot be written.
pub(super) fn encode(path: &Path, wish: CopyWish, into: &Path) -> Result<FileFacts, Failure> {
    let shown = file_name::display(&inspect::name(path));
    let mut picture = load(path, &shown, wish.max_bytes)?;
    let by_itself = if picture.pixels.has_alpha() { PictureType::Png } else { PictureType::Jpeg };
    let output = wish.to.unwrap_or(by_itself);
    if output == PictureType::Jpeg && picture.pixels.has_alpha() {
        picture.pixels = on_white(&picture.pixels);
    }
    let max_bytes = wish.max_bytes.unwrap_or(u64::MAX);
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

fn load(path: &Path, shown: &str, max_bytes: Option<u64>) -> Result<Picture, Failure> {
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
    if reader.format() == Some(ImageFormat::Jpeg)
        && let Some(picture) =
            load_jpeg(path, metadata.len(), max_bytes).map_err(|error| undecodable(shown, &error))?
    {
        return Ok(picture);
    }
    decode(reader).map_err(|error| undecodable(shown, &error))
}

/// Quicker, and smaller from the start where a much smaller copy is wanted. None: the other decoder knows it.
fn load_jpeg(path: &Path, size: u64, max_bytes: Option<u64>) -> ImageResult<Option<Picture>> {
    let Some(decoded) = full_jpeg::decode(path, eighths(size, max_bytes)).map_err(no_jpeg)? else {
        return Ok(None);
    };
    let orientation = metadata::plan_of(path).ok().and_then(|plan| plan.told.turn());
    let orientation = orientation.and_then(|turn| Orientation::from_exif(u8::try_from(turn).ok()?));
    let mut pixels = DynamicImage::from(decoded.pixels);
    pixels.apply_orientation(orientation.unwrap_or(Orientation::NoTransforms));
    Ok(Some(Picture { pixels, icc: decoded.icc }))
}

fn no_jpeg(error: std::io::Error) -> ImageError {
    match error.kind() {
        std::io::ErrorKind::OutOfMemory => {
            ImageError::Limits(LimitError::from_kind(LimitErrorKind::InsufficientMemory))
        }
        _ => ImageError::IoError(error),
    }
}

/// At which part of its size a JPEG of `size` bytes is decoded for a copy of so many: bytes grow as pixels do.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a ratio for a guess between 1 and 8"
)]
fn eighths(size: u64, max_bytes: Option<u64>) -> u8 {
    let Some(max_bytes) = max_bytes else { return 8 };
    let scale = (max_bytes as f64 * LOSES_MOST / size.max(1) as f64).sqrt();
    (scale * 8.0).ceil().clamp(1.0, 8.0) as u8
}

/// What is transparent shows white.
fn on_white(pixels: &DynamicImage) -> DynamicImage {
    let rgba = pixels.to_rgba8();
    let mut rgb = RgbImage::new(rgba.width(), rgba.height());
    for (from, to) in rgba.pixels().zip(rgb.pixels_mut()) {
        let [red, green, blue, alpha] = from.0.map(u32::from);
        to.0 = [red, green, blue].map(|level| {
            let level = (level * alpha + 255 * (255 - alpha) + 127) / 255;
            u8::try_from(level).unwrap_or(u8::MAX)
        });
    }
    rgb.into()
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
    fn fit(&self, output: PictureType, max_bytes: u64) -> ImageResult<Option<Copy>> {
        let least = self.encode(&self.pixels, output, QUALITY_LEAST)?;
        if fits(&least, max_bytes) {
            return match output {
                PictureType::Png => Ok(Some(least)),
                PictureType::Jpeg => self.best_quality(least, max_bytes).map(Some),
            };
        }
        self.best_scale(output, max_bytes, &least)
    }

    /// Full size: the highest quality that fits.
    fn best_quality(&self, least: Copy, max_bytes: u64) -> ImageResult<Copy> {
        let (mut low, mut high, mut best) = (QUALITY_LEAST + 1, QUALITY_BEST, least);
        while low <= high {
            let quality = u8::midpoint(low, high);
            let copy = self.encode(&self.pixels, PictureType::Jpeg, quality)?;
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
    fn best_scale(&self, output: PictureType, max_bytes: u64, whole: &Copy) -> ImageResult<Option<Copy>> {
        let (width, height) = (f64::from(self.pixels.width()), f64::from(self.pixels.height()));
        let mut too_large = 1.0;
        let mut best: Option<(f64, Copy)> = None;
        let mut scale = guess(too_large, whole, max_bytes);
        for _ in 0..SCALES_MAX {
            let (width, height) = (picture::whole(width * scale), picture::whole(height * scale));
            if width.max(height) < SIDE_LEAST {
                break;
            }
            let scaled = scaled(&self.pixels, width, height)?;
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

    fn encode(&self, pixels: &DynamicImage, output: PictureType, quality: u8) -> ImageResult<Copy> {
        let mut bytes = Vec::new();
        match output {
            PictureType::Jpeg => {
                self.write_with(JpegEncoder::new_with_quality(&mut bytes, quality), pixels)?;
            }
            PictureType::Png => {
                let encoder =
                    PngEncoder::new_with_quality(&mut bytes, CompressionType::Default, PngFilter::Adaptive);
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

/// The picture in another size; what is transparent does not bleed into the rest.
fn scaled(pixels: &DynamicImage, width: u32, height: u32) -> ImageResult<DynamicImage> {
    let kind = if pixels.has_alpha() { PixelType::U8x4 } else { PixelType::U8x3 };
    let failed =
        |error: &dyn std::fmt::Display| ImageError::IoError(std::io::Error::other(error.to_string()));
    let from = ImageRef::new(pixels.width(), pixels.height(), pixels.as_bytes(), kind);
    let from = from.map_err(|error| failed(&error))?;
    let mut to = fast_image_resize::images::Image::new(width, height, kind);
    let how = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::CatmullRom));
    Resizer::new().resize(&from, &mut to, &how).map_err(|error| failed(&error))?;
    let bytes = to.into_vec();
    let scaled = if kind == PixelType::U8x4 {
        RgbaImage::from_raw(width, height, bytes).map(DynamicImage::from)
    } else {
        RgbImage::from_raw(width, height, bytes).map(DynamicImage::from)
    };
    scaled.ok_or_else(|| failed(&"the scaled picture has another size"))
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

fn write(copy: &Copy, output: PictureType, path: &Path, into: &Path) -> Result<FileFacts, Failure> {
    let (ext, mime) = (output.extension(), output.mime());
    let storage = |error: &dyn std::fmt::Display| {
        prepare(Kind::Storage, "The copy could not be written".to_owned())
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
fn copy_name(name: &str, output: PictureType) -> String {
    let (stem, _) = file_name::split(name);
    match (output, file_name::extension(name).as_str()) {
        (PictureType::Jpeg, "jpg" | "jpeg" | "jpe" | "jfif") | (PictureType::Png, "png") => name.to_owned(),
        (output, _) => format!("{stem}.{}", output.extension()),
    }
}
