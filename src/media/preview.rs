//! A picture of a file for the screen, within limits of pixels and memory.

use std::io::{BufRead, Cursor, Seek};
use std::path::Path;

use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, ImageResult};

use crate::domain::error::{Failure, Kind, Step};
use crate::media::kind::{Look, look_of};
use crate::media::opened::Opened;
use crate::media::{Rgba, documents, foreign, picture, sound, still, video};

/// What a header may say before anything is decoded.
const PIXELS_MAX: u64 = 400_000_000;

/// A picture's or a video's look, upright, scaled down (never up) to `max_px` pixels at its longer side. Blocks; for a
/// video that only `ffmpeg` can decode, for 30 seconds at most.
///
/// # Errors
/// - [`Kind::WrongType`]: it has no look that can be drawn here.
/// - [`Kind::TooLarge`]: more pixels or bytes than are decoded.
/// - [`Kind::Unreadable`]: the file cannot be read, or is broken.
pub fn preview(path: &Path, max_px: u32) -> Result<Rgba, Failure> {
    let mut opened = Opened::open(path)?;
    match look_of(&opened.head, &opened.name) {
        Look::Raster => {
            opened.rewind()?;
            still::whole(path, opened.file, opened.bytes, max_px)
        }
        Look::Video => film(path, max_px, &opened.shown),
        Look::Svg => documents::svg(&mut opened, max_px),
        Look::Pdf => documents::pdf(&mut opened, max_px),
        Look::Font => documents::font(&mut opened, max_px),
        Look::Text => documents::page(&mut opened, max_px),
        Look::Sound => sound::cover(&mut opened, max_px),
        Look::Raw => foreign::raw(&mut opened, max_px),
        Look::Foreign => foreign::through_ffmpeg(&mut opened, max_px),
        Look::Nothing => Err(opened.failure(Kind::WrongType, "is of no type that has a picture")),
    }
}

/// The picture in these bytes, which were found in a file, turned as that says.
pub(super) fn within(bytes: &[u8], turned: Orientation, max_px: u32, shown: &str) -> Result<Rgba, Failure> {
    let is_jpeg = image::guess_format(bytes).is_ok_and(|format| format == ImageFormat::Jpeg);
    if is_jpeg && turned == Orientation::NoTransforms {
        return still::of_jpeg(bytes, max_px, shown);
    }
    in_memory(Cursor::new(bytes), turned, max_px, shown).map_err(|error| undecodable(shown, &error))?
}

fn film(path: &Path, max_px: u32, shown: &str) -> Result<Rgba, Failure> {
    video::still(path, max_px)?
        .ok_or_else(|| failure(Kind::WrongType, format!("No picture of “{shown}” can be decoded here")))
}

fn in_memory(
    pixels: impl BufRead + Seek,
    turned: Orientation,
    max_px: u32,
    shown: &str,
) -> ImageResult<Result<Rgba, Failure>> {
    let mut limits = picture::limits();
    let mut reader = ImageReader::new(pixels).with_guessed_format()?;
    reader.limits(limits.clone());
    let mut decoder = reader.into_decoder()?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > PIXELS_MAX {
        return Ok(Err(too_many_pixels(shown, width, height)));
    }
    // The image crate reserves this in `ImageReader::decode` only.
    if limits.reserve(decoder.total_bytes()).is_err() {
        return Ok(Err(too_many_pixels(shown, width, height)));
    }
    decoder.set_limits(limits)?;
    let own = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let orientation = if turned == Orientation::NoTransforms { own } else { turned };
    let pixels = DynamicImage::from_decoder(decoder)?;
    Ok(Ok(scaled(&pixels, orientation, max_px)))
}

/// Scaled first: turning the whole picture would take its memory once more.
fn scaled(whole: &DynamicImage, orientation: Orientation, max_px: u32) -> Rgba {
    let longer = whole.width().max(whole.height());
    let mut small = if longer > max_px { whole.thumbnail(max_px, max_px) } else { whole.clone() };
    small.apply_orientation(orientation);
    let rgba = small.into_rgba8();
    let (width, height) = rgba.dimensions();
    let mut pixels = rgba.into_raw();
    for pixel in pixels.chunks_exact_mut(4) {
        if let [red, green, blue, alpha] = pixel
            && *alpha != u8::MAX
        {
            for color in [red, green, blue] {
                *color = multiplied(*color, *alpha);
            }
        }
    }
    Rgba { width, height, pixels }
}

#[expect(clippy::cast_possible_truncation, reason = "a product of two bytes divided by 255 is a byte")]
fn multiplied(color: u8, alpha: u8) -> u8 {
    ((u16::from(color) * u16::from(alpha) + 127) / 255) as u8
}

fn failure(kind: Kind, broke: String) -> Failure {
    Failure::new(kind, broke).at(Step::Inspect)
}

fn too_many_pixels(shown: &str, width: u32, height: u32) -> Failure {
    failure(Kind::TooLarge, format!("“{shown}” has {width} × {height} pixels, too many to be shown"))
}

fn undecodable(shown: &str, error: &ImageError) -> Failure {
    let (kind, broke) = match error {
        ImageError::Unsupported(_) => {
            (Kind::WrongType, format!("“{shown}” is no picture that is known here"))
        }
        ImageError::Limits(_) => (Kind::TooLarge, format!("“{shown}” needs too much memory to be shown")),
        _ => (Kind::Unreadable, format!("“{shown}” is broken, so it cannot be shown")),
    };
    failure(kind, broke).cause(error)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use image::codecs::jpeg::JpegEncoder;
    use image::{ImageEncoder, Rgb, RgbImage};
    use tempfile::NamedTempFile;

    use super::*;

    fn file(bytes: &[u8]) -> NamedTempFile {
        let mut file = NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        file
    }

    fn chunk(name: [u8; 4], data: &[u8]) -> Vec<u8> {
        let mut crc = u32::MAX;
        for byte in name.iter().chain(data) {
            crc ^= u32::from(*byte);
            for _ in 0..8 {
                crc = if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 };
            }
        }
        let length = u32::try_from(data.len()).unwrap().to_be_bytes();
        [&length[..], &name, data, &(!crc).to_be_bytes()].concat()
    }

    /// A PNG that promises this many pixels and has none of them.
    fn hostile_png(side: u32) -> NamedTempFile {
        let measures = [side.to_be_bytes(), side.to_be_bytes()].concat();
        let header = [&measures[..], &[8, 6, 0, 0, 0]].concat();
        file(&[b"\x89PNG\r\n\x1a\n", &chunk(*b"IHDR", &header)[..], &chunk(*b"IDAT", b"x")].concat())
    }

    #[test]
    fn a_header_of_billions_of_pixels_is_refused_before_anything_is_decoded() {
        let huge = preview(hostile_png(50_000).path(), 256).unwrap_err();
        assert_eq!(huge.kind, Kind::TooLarge);
        assert!(huge.broke.ends_with("has 50000 × 50000 pixels, too many to be shown"), "{}", huge.broke);
        // Below the limit of pixels, above the one of memory: 15,000² · 4 bytes.
        assert_eq!(preview(hostile_png(15_000).path(), 256).unwrap_err().kind, Kind::TooLarge);
        // What could be decoded is found to be broken.
        assert_eq!(preview(hostile_png(64).path(), 256).unwrap_err().kind, Kind::Unreadable);
    }

    #[test]
    fn a_photo_is_upright_and_never_scaled_up() {
        let exif = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0";
        let mut bytes = Vec::new();
        let mut encoder = JpegEncoder::new_with_quality(&mut bytes, 95);
        encoder.set_exif_metadata(exif.strip_prefix(b"Exif\0\0").unwrap().to_vec()).unwrap();
        let photo =
            RgbImage::from_fn(120, 60, |x, _| if x < 60 { Rgb([250, 0, 0]) } else { Rgb([0, 0, 250]) });
        encoder.encode_image(&photo).unwrap();
        let photo = file(&bytes);
        let small = preview(photo.path(), 40).unwrap();
        assert_eq!((small.width, small.height), (20, 40));
        let (top, bottom) = (&small.pixels[..4], &small.pixels[small.pixels.len() - 4..]);
        assert!(top[0] > 200 && top[2] < 50, "red at the top: {top:?}");
        assert!(bottom[2] > 200 && bottom[0] < 50, "blue at the bottom: {bottom:?}");
        let whole = preview(photo.path(), 1600).unwrap();
        assert_eq!((whole.width, whole.height), (60, 120));
    }

    #[test]
    fn what_is_no_picture_and_what_is_not_there_say_so() {
        assert_eq!(preview(file(b"Only words.").path(), 256).unwrap_err().kind, Kind::WrongType);
        assert_eq!(preview(file(b"").path(), 256).unwrap_err().kind, Kind::WrongType);
        let gone = preview(Path::new("/nowhere/photo.jpg"), 256).unwrap_err();
        assert_eq!((gone.kind, gone.broke.as_str()), (Kind::Unreadable, "“photo.jpg” does not exist"));
    }
}
