//! Pictures that move: GIF, WebP and PNG.

use std::io::{BufRead, Seek};
use std::path::Path;
use std::time::{Duration, Instant};

use image::codecs::gif::GifDecoder;
use image::codecs::png::PngDecoder;
use image::codecs::webp::WebPDecoder;
use image::metadata::Orientation;
use image::{AnimationDecoder, ImageDecoder, ImageFormat};

use super::others::limits;
use super::reduce::{Crop, Layout, Pixels, Reducer};
use super::trouble::Trouble;
use super::wish::fit;
use super::{FILE_MAX_BYTES, buffered, colour};
use crate::domain::error::Failure;
use crate::media::opened::Opened;
use crate::media::{Frame, Rgba};

/// What all frames may take in memory.
const FRAMES_MAX_BYTES: usize = 32 << 20;
/// Frames are not made smaller than this for others to fit.
const SIDE_LEAST_PX: u32 = 96;
/// What a decoder may take: it holds a few pictures of the full size.
const CANVAS_MAX_BYTES: u64 = 40 << 20;
/// What is not decoded by then is left out.
const TIME_MAX: Duration = Duration::from_secs(5);
/// Files say 0 and mean "as fast as it was then": browsers take a shorter time for 100 ms.
const DELAY_LEAST_MS: u32 = 20;
const DELAY_USUAL_MS: u32 = 100;

/// The frames of an animated GIF, WebP or PNG, each whole and upright, scaled down (never up) to `max_px` pixels at the
/// longer side, and further, but not below 96, where there are so many that they would take more than 32 MiB; then only
/// the first ones. Blocks, for about five seconds at most, and leaves out what is not decoded by then.
///
/// # Errors
/// - [`Kind::WrongType`](crate::domain::error::Kind): a single picture, or none that is known here.
/// - [`Kind::TooLarge`](crate::domain::error::Kind): more pixels than are decoded.
/// - [`Kind::Unreadable`](crate::domain::error::Kind): the file cannot be read, or is broken before its second frame.
pub fn frames(path: &Path, max_px: u32) -> Result<Vec<Frame>, Failure> {
    let mut opened = Opened::open(path)?;
    opened.rewind()?;
    let until = Instant::now() + TIME_MAX;
    let format = image::guess_format(&opened.head).ok();
    let read = if opened.bytes > FILE_MAX_BYTES {
        Err(Trouble::TooLargeFile)
    } else {
        read(buffered(&mut opened.file, until), format, max_px, until)
    };
    read.map_err(|trouble| trouble.said_of(&opened.shown))
}

fn read(
    source: impl BufRead + Seek,
    format: Option<ImageFormat>,
    max_px: u32,
    until: Instant,
) -> Result<Vec<Frame>, Trouble> {
    match format {
        Some(ImageFormat::Gif) => {
            let mut decoder = GifDecoder::new(source)?;
            let orientation = checked(&mut decoder)?;
            gather(decoder, orientation, max_px, until)
        }
        Some(ImageFormat::WebP) => {
            let mut decoder = WebPDecoder::new(source)?;
            if !decoder.has_animation() {
                return Err(Trouble::Still);
            }
            let orientation = checked(&mut decoder)?;
            gather(decoder, orientation, max_px, until)
        }
        Some(ImageFormat::Png) => {
            let mut decoder = PngDecoder::with_limits(source, limits(CANVAS_MAX_BYTES))?;
            if !decoder.is_apng()? {
                return Err(Trouble::Still);
            }
            let orientation = checked(&mut decoder)?;
            gather(decoder.apng()?, orientation, max_px, until)
        }
        Some(_) => Err(Trouble::Still),
        None => Err(Trouble::Unknown("It begins like no picture".to_owned())),
    }
}

/// Refuses what is too large, before anything is decoded.
fn checked(decoder: &mut impl ImageDecoder) -> Result<Orientation, Trouble> {
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) * 4 > CANVAS_MAX_BYTES {
        return Err(Trouble::TooManyPixels(width, height));
    }
    decoder.set_limits(limits(CANVAS_MAX_BYTES * 4))?;
    Ok(decoder.orientation().unwrap_or(Orientation::NoTransforms))
}

fn gather<'d>(
    decoder: impl AnimationDecoder<'d>,
    orientation: Orientation,
    max_px: u32,
    until: Instant,
) -> Result<Vec<Frame>, Trouble> {
    let mut frames = Vec::new();
    let (mut max_px, mut bytes) = (max_px, 0);
    let mut broke = None;
    for frame in decoder.into_frames() {
        let frame = match frame {
            Ok(frame) => frame,
            Err(error) => {
                broke = Some(Trouble::from(error));
                break;
            }
        };
        let (numerator, denominator) = frame.delay().numer_denom_ms();
        let picture = frame.into_buffer();
        let (width, height) = picture.dimensions();
        let small = reduced(Layout::Rgba, (width, height), picture.as_raw(), max_px)?;
        let picture = colour::shown(small, None, orientation)?;
        bytes += picture.pixels.len();
        frames.push(Frame { picture, delay_ms: delay(numerator, denominator) });
        while bytes > FRAMES_MAX_BYTES && max_px > SIDE_LEAST_PX {
            max_px = smaller(&mut frames, max_px)?;
            bytes = frames.iter().map(|frame| frame.picture.pixels.len()).sum();
        }
        if bytes > FRAMES_MAX_BYTES {
            frames.pop();
            break;
        }
        if Instant::now() > until {
            break;
        }
    }
    match (frames.len(), broke) {
        (0 | 1, Some(broke)) => Err(broke),
        (0, None) => Err(Trouble::broken("It has no frames")),
        (1, None) => Err(Trouble::Still),
        _ => Ok(frames),
    }
}

fn delay(numerator: u32, denominator: u32) -> u32 {
    let delay_ms = numerator / denominator.max(1);
    if delay_ms < DELAY_LEAST_MS { DELAY_USUAL_MS } else { delay_ms }
}

/// Scales all frames so that they take half the memory; their new longer side.
fn smaller(frames: &mut [Frame], max_px: u32) -> Result<u32, Trouble> {
    let now =
        frames.first().map_or(max_px, |frame| frame.picture.width.max(frame.picture.height)).min(max_px);
    // 5/7 is a little more than the square root of a half.
    let max_px = (now * 5 / 7).max(SIDE_LEAST_PX);
    for frame in frames {
        let Rgba { width, height, pixels } = std::mem::take(&mut frame.picture);
        // Their colours are multiplied by the alpha already: so they are scaled as ink, which has none.
        let small = reduced(Layout::Cmyk, (width, height), &pixels, max_px)?;
        frame.picture = Rgba { width: small.width, height: small.height, pixels: small.bytes };
    }
    Ok(max_px)
}

fn reduced(
    layout: Layout,
    (width, height): (u32, u32),
    bytes: &[u8],
    max_px: u32,
) -> Result<Pixels, Trouble> {
    let crop = Crop { x: 0.0, y: 0.0, width: f64::from(width), height: f64::from(height) };
    let mut reducer = Reducer::new(layout, crop, fit(width, height, max_px));
    bytes.chunks_exact((width as usize * layout.channels()).max(1)).for_each(|row| reducer.row(row));
    reducer.finish()
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use image::codecs::gif::GifEncoder;
    use image::{Delay, Rgba as Pixel, RgbaImage};

    use super::*;

    #[test]
    fn too_many_frames_are_made_smaller_and_too_short_ones_longer() {
        // 90 frames of 320 × 320 take 35 MiB.
        let mut gif = Vec::new();
        let mut encoder = GifEncoder::new_with_speed(&mut gif, 30);
        for number in 0..90_u8 {
            let picture = RgbaImage::from_pixel(320, 320, Pixel([number, 200, 100, 255]));
            let delay = Delay::from_numer_denom_ms(10, 1);
            encoder.encode_frame(image::Frame::from_parts(picture, 0, 0, delay)).unwrap();
        }
        drop(encoder);
        let until = Instant::now() + Duration::from_mins(10);
        let frames = read(Cursor::new(gif), Some(ImageFormat::Gif), 320, until).unwrap();
        let bytes: usize = frames.iter().map(|frame| frame.picture.pixels.len()).sum();
        assert!(frames.len() == 90 && bytes <= FRAMES_MAX_BYTES, "{} {bytes}", frames.len());
        assert!(frames.iter().all(|frame| frame.delay_ms == DELAY_USUAL_MS));
        let side = frames[0].picture.width;
        assert!((SIDE_LEAST_PX..320).contains(&side), "{side}");
        assert!(frames.iter().all(|frame| frame.picture.width == side));
    }
}
