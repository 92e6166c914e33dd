//! PNG, row by row.

use std::io::{BufRead, Seek};

use png::{ColorType, Decoder, Limits, Reader, Transformations};

use super::reduce::{Crop, Layout, Pixels, Reducer};
use super::trouble::Trouble;
use super::wish::{Plan, Wish};
use super::{DECODED_MAX_BYTES, PIXELS_MAX, colour, exif};
use crate::media::Rgba;
use crate::media::claim::claim;

/// What all rows may have together: some seconds of unpacking.
const ROWS_MAX_BYTES: u64 = 800_000_000;
/// What a single row may have.
const ROW_MAX_BYTES: u64 = 32 << 20;
/// What the decoder may take for what is beside the pixels.
const EXTRAS_MAX_BYTES: usize = 64 << 20;

/// Of this file, what is wished for.
pub(super) fn look(source: impl BufRead + Seek, wish: Wish) -> Result<Rgba, Trouble> {
    let mut decoder = Decoder::new_with_limits(source, Limits { bytes: EXTRAS_MAX_BYTES });
    decoder.set_ignore_text_chunk(true);
    decoder.set_transformations(Transformations::normalize_to_color8());
    let info = decoder.read_header_info()?;
    let (width, height) = (info.width, info.height);
    let row_bytes = u64::from(width) * info.bits_per_pixel().div_ceil(8) as u64;
    let pixels = u64::from(width) * u64::from(height);
    if pixels > PIXELS_MAX || row_bytes > ROW_MAX_BYTES || row_bytes * u64::from(height) > ROWS_MAX_BYTES {
        return Err(Trouble::TooManyPixels(width, height));
    }
    let mut reader = decoder.read_info()?;
    let orientation = wish.orientation(reader.info().exif_metadata.as_deref().and_then(exif::orientation));
    let plan = wish.plan((width, height), orientation)?;
    let profile = reader.info().icc_profile.as_ref().map(|profile| profile.to_vec());
    let small =
        if reader.info().interlaced { interlaced(&mut reader, plan)? } else { rows(&mut reader, plan)? };
    colour::shown(small, profile.as_deref(), orientation)
}

fn layout(reader: &Reader<impl BufRead + Seek>) -> Layout {
    match reader.output_color_type().0 {
        ColorType::Grayscale => Layout::Grey,
        ColorType::GrayscaleAlpha => Layout::GreyAlpha,
        ColorType::Rgba => Layout::Rgba,
        // The decoder makes these of palettes.
        ColorType::Rgb | ColorType::Indexed => Layout::Rgb,
    }
}

fn row_buffer(reader: &Reader<impl BufRead + Seek>) -> Result<Vec<u8>, Trouble> {
    let bytes = reader.output_line_size(reader.info().width);
    Ok(vec![0; bytes.ok_or_else(|| Trouble::broken("Its rows have no size"))?])
}

fn rows(reader: &mut Reader<impl BufRead + Seek>, plan: Plan) -> Result<Pixels, Trouble> {
    let mut reducer = Reducer::new(layout(reader), plan.crop, plan.target);
    let mut row = row_buffer(reader)?;
    while !reducer.is_full() && reader.read_row(&mut row)?.is_some() {
        reducer.row(&row);
    }
    reducer.finish()
}

/// The passes of an interlaced picture (PNG 3rd edition, 8.2): the first column and row of each, and the steps.
const PASSES: [(u32, u32, u32, u32); 7] =
    [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];
/// After so many passes, every so many pixels are there in both directions.
const GRIDS: [(usize, u32); 4] = [(1, 8), (3, 4), (5, 2), (7, 1)];

/// The first passes that show enough.
fn interlaced(reader: &mut Reader<impl BufRead + Seek>, plan: Plan) -> Result<Pixels, Trouble> {
    let (width, height) = (reader.info().width, reader.info().height);
    let layout = layout(reader);
    let channels = layout.channels();
    let bytes =
        |step: u32| u64::from(width.div_ceil(step)) * u64::from(height.div_ceil(step)) * channels as u64;
    let fits = |least: f64| {
        let is_enough = |step: u32| 1.0 / f64::from(step) >= (plan.scale() * least).min(1.0);
        GRIDS
            .into_iter()
            .find(|(_, step)| is_enough(*step))
            .filter(|(_, step)| bytes(*step) <= DECODED_MAX_BYTES)
    };
    // Four times the target is as good as all of it; the target itself is better than nothing.
    let (passes, step) = fits(4.0).or_else(|| fits(1.0)).ok_or(Trouble::TooManyPixels(width, height))?;
    claim(bytes(step));
    let mut grid = Grid {
        bytes: vec![0; usize::try_from(bytes(step))?],
        row_bytes: width.div_ceil(step) as usize * channels,
        channels,
        step,
    };
    let mut row = row_buffer(reader)?;
    for (x, y, step_x, step_y) in PASSES.into_iter().take(passes) {
        if x >= width {
            continue;
        }
        let columns = (width - x).div_ceil(step_x) as usize;
        for at in (y..height).step_by(step_y as usize) {
            if reader.read_row(&mut row)?.is_none() {
                return Err(Trouble::broken("It ends before the picture does"));
            }
            grid.place(row.get(..columns * channels).unwrap_or_default(), (x, at), step_x);
        }
    }
    let crop: Crop = plan.at_scale(1.0 / f64::from(step));
    let mut reducer = Reducer::new(layout, crop, plan.target);
    grid.bytes.chunks_exact(grid.row_bytes).for_each(|row| reducer.row(row));
    reducer.finish()
}

/// Every so many pixels of a picture.
struct Grid {
    bytes: Vec<u8>,
    row_bytes: usize,
    channels: usize,
    step: u32,
}

impl Grid {
    /// Puts pixels that begin here and are this far apart in their places.
    fn place(&mut self, pixels: &[u8], (x, y): (u32, u32), apart: u32) {
        let begin = (y / self.step) as usize * self.row_bytes + (x / self.step) as usize * self.channels;
        let places = self.bytes.get_mut(begin..).unwrap_or_default();
        let places = places.chunks_mut((apart / self.step) as usize * self.channels);
        for (place, pixel) in places.zip(pixels.chunks_exact(self.channels)) {
            for (to, from) in place.iter_mut().zip(pixel) {
                *to = *from;
            }
        }
    }
}
