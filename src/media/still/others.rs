//! GIF, WebP, BMP, TIFF, ICO and QOI: decoded whole, within limits.

use std::io::{BufRead, Seek};

use image::{ColorType, ImageDecoder, ImageFormat, ImageReader, Limits};

use super::reduce::{Layout, Reducer};
use super::trouble::Trouble;
use super::wish::Wish;
use super::{DECODED_MAX_BYTES, PIXELS_MAX, colour};
use crate::media::Rgba;
use crate::media::claim::claim;

/// What a decoder may take in memory, what it makes included.
pub(super) fn limits(max_bytes: u64) -> Limits {
    let mut limits = Limits::default();
    limits.max_alloc = Some(max_bytes);
    limits
}

/// Of this file, what is wished for.
pub(super) fn look(source: impl BufRead + Seek, format: ImageFormat, wish: Wish) -> Result<Rgba, Trouble> {
    let mut reader = ImageReader::with_format(source, format);
    let limits = limits(DECODED_MAX_BYTES);
    reader.limits(limits.clone());
    let mut decoder = reader.into_decoder()?;
    let (width, height) = decoder.dimensions();
    let bytes = decoder.total_bytes();
    if u64::from(width) * u64::from(height) > PIXELS_MAX || bytes > DECODED_MAX_BYTES {
        return Err(Trouble::TooManyPixels(width, height));
    }
    decoder.set_limits(limits)?;
    let orientation = wish.orientation(decoder.orientation().ok());
    let plan = wish.plan((width, height), orientation)?;
    let profile = decoder.icc_profile().ok().flatten();
    let color = decoder.color_type();
    let layout = layout(color).ok_or_else(|| Trouble::Unknown(format!("Its pixels are {color:?}")))?;
    claim(bytes);
    let mut pixels = vec![0; usize::try_from(bytes)?];
    decoder.read_image(&mut pixels)?;
    let mut reducer = Reducer::new(layout, plan.crop, plan.target);
    let mut narrow = Vec::new();
    for row in pixels.chunks_exact(width as usize * usize::from(color.bytes_per_pixel())) {
        narrow.clear();
        match color.bytes_per_pixel() / color.channel_count() {
            1 => reducer.row(row),
            2 => {
                narrow.extend(row.as_chunks().0.iter().map(|level| high_byte(u16::from_ne_bytes(*level))));
                reducer.row(&narrow);
            }
            _ => {
                narrow.extend(row.as_chunks().0.iter().map(|level| level_of(f32::from_ne_bytes(*level))));
                reducer.row(&narrow);
            }
        }
    }
    drop(pixels);
    colour::shown(reducer.finish()?, profile.as_deref(), orientation)
}

fn layout(color: ColorType) -> Option<Layout> {
    match color.channel_count() {
        1 => Some(Layout::Grey),
        2 => Some(Layout::GreyAlpha),
        3 => Some(Layout::Rgb),
        4 => Some(Layout::Rgba),
        _ => None,
    }
}

fn high_byte(level: u16) -> u8 {
    let [high, _] = level.to_be_bytes();
    high
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast from float saturates")]
fn level_of(level: f32) -> u8 {
    (level * 255.0).round() as u8
}
