//! Pictures, read within limits.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};

use image::codecs::jpeg::JpegEncoder;
use image::metadata::Orientation;
use image::{ImageDecoder, ImageFormat, ImageReader, ImageResult, Limits, RgbImage};

use super::still;

/// What a decoded picture may take in memory: 128 megapixels at four bytes each.
pub(super) const PIXELS_MAX_BYTES: u64 = 512 << 20;
/// A picture's header is within this much, thumbnails and colour profiles included; one whose header goes on is taken
/// for broken instead of being read through.
const HEADER_MAX_BYTES: u64 = 16 << 20;

/// The limits for decoding anything.
pub(super) fn limits() -> Limits {
    let mut limits = Limits::default();
    limits.max_alloc = Some(PIXELS_MAX_BYTES);
    limits
}

/// Width and height in pixels as shown (orientation applied), from the header alone; `None` for a
/// picture that is broken or of a format that is not known here.
pub(super) fn pixels(file: &mut File) -> Option<(u32, u32)> {
    told(file).filter(|(width, height)| *width > 0 && *height > 0)
}

fn told(file: &mut File) -> Option<(u32, u32)> {
    file.seek(SeekFrom::Start(0)).ok()?;
    let reader = ImageReader::new(BufReader::new(&mut *file)).with_guessed_format().ok()?;
    let format = reader.format()?;
    drop(reader);
    file.seek(SeekFrom::Start(0)).ok()?;
    match format {
        ImageFormat::Jpeg => jpeg_pixels(file),
        // Its orientation is behind the picture, and it is made for jumping there.
        ImageFormat::WebP => header_pixels(ImageReader::with_format(BufReader::new(file), format)).ok(),
        _ => {
            header_pixels(ImageReader::with_format(BufReader::new(file).take(HEADER_MAX_BYTES), format)).ok()
        }
    }
}

fn jpeg_pixels(file: &mut File) -> Option<(u32, u32)> {
    let frame = still::jpeg_frame(file, HEADER_MAX_BYTES)?;
    Some(upright(frame.pixels, frame.orientation.unwrap_or(Orientation::NoTransforms)))
}

fn header_pixels<R: BufRead + Seek>(mut reader: ImageReader<R>) -> ImageResult<(u32, u32)> {
    reader.limits(limits());
    let mut decoder = reader.into_decoder()?;
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    Ok(upright(decoder.dimensions(), orientation))
}

/// These measures as they are once the picture is turned like this.
pub(super) fn upright((width, height): (u32, u32), orientation: Orientation) -> (u32, u32) {
    let is_on_its_side = orientation.to_exif() > 4;
    if is_on_its_side { (height, width) } else { (width, height) }
}

/// A JPEG of this quality (1 to 100).
pub(super) fn jpeg(picture: &RgbImage, quality: u8) -> ImageResult<Vec<u8>> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, quality).encode_image(picture)?;
    Ok(bytes)
}

/// The size in this proportion, scaled down (never up) to fit a box.
pub(super) fn fit(shown: (u32, u32), within: (u32, u32)) -> (u32, u32) {
    let (shown_w, shown_h) = (f64::from(shown.0.max(1)), f64::from(shown.1.max(1)));
    let scale = (f64::from(within.0) / shown_w).min(f64::from(within.1) / shown_h).min(1.0);
    (whole(shown_w * scale), whole(shown_h * scale))
}

/// A side in whole pixels, at least one.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "sides fit 32 bits")]
pub(super) fn whole(side: f64) -> u32 {
    (side.round() as u32).max(1)
}
