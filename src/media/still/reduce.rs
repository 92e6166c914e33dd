//! Rows of a picture become a small one while they are read: averaged in whole boxes as they come, so that memory holds
//! little more than the small picture, then scaled to the very size.

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};

use super::trouble::Trouble;
use crate::media::alpha;

/// The longest side of a box. 256 rows of bytes fit a sum of 16 bits, and 256 × 256 of them one of 32.
const BOX_MAX: u32 = 256;
/// What the averaged picture may take, in bytes, before it is averaged more coarsely.
const AVERAGED_MAX_BYTES: f64 = 48_000_000.0;
/// What stands for rows that a broken file does not have.
const GREY: u8 = 128;

/// What the bytes of a pixel are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    Grey,
    GreyAlpha,
    Rgb,
    Rgba,
    /// Ink: 0 is none.
    Cmyk,
}

impl Layout {
    pub(super) fn channels(self) -> usize {
        match self {
            Self::Grey => 1,
            Self::GreyAlpha => 2,
            Self::Rgb => 3,
            Self::Rgba | Self::Cmyk => 4,
        }
    }

    pub(super) fn has_alpha(self) -> bool {
        matches!(self, Self::GreyAlpha | Self::Rgba)
    }

    fn pixel_type(self) -> PixelType {
        match self {
            Self::Grey => PixelType::U8,
            Self::GreyAlpha => PixelType::U8x2,
            Self::Rgb => PixelType::U8x3,
            Self::Rgba | Self::Cmyk => PixelType::U8x4,
        }
    }
}

/// Pixels of 8 bits a channel, row by row; colours multiplied by the alpha, where there is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pixels {
    pub width: u32,
    pub height: u32,
    pub layout: Layout,
    pub bytes: Vec<u8>,
}

/// A part of a source, in its pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Crop {
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
}

/// One axis of the work: which of the source's lines are taken, and how many make one.
#[derive(Debug, Clone, Copy)]
struct Axis {
    first: usize,
    count: usize,
    side: usize,
    /// Where the wanted part begins and how long it is, in averaged lines.
    begin: f64,
    length: f64,
}

impl Axis {
    fn new(begin: f64, length: f64, side: u32) -> Self {
        let first = begin.max(0.0).floor();
        let end = (begin + length).ceil().max(first + 1.0);
        let sides = f64::from(side);
        Self {
            first: natural(first),
            count: natural(end - first),
            side: natural(sides).max(1),
            begin: (begin - first).max(0.0) / sides,
            length: length / sides,
        }
    }

    fn averaged(self) -> usize {
        self.count.div_ceil(self.side)
    }
}

/// Takes rows, gives the small picture.
#[derive(Debug)]
pub(super) struct Reducer {
    layout: Layout,
    target: (u32, u32),
    columns: Axis,
    rows: Axis,
    /// Rows that came, those that are passed over included.
    came: usize,
    /// Sums of the rows of the boxes that are being filled.
    sums: Vec<u16>,
    summed: u32,
    multiplied: Vec<u8>,
    averaged: Vec<u8>,
}

impl Reducer {
    /// Makes `target` pixels of this part of a source.
    pub(super) fn new(layout: Layout, crop: Crop, target: (u32, u32)) -> Self {
        let (side_x, side_y) = sides(layout, crop, target);
        let (columns, rows) = (Axis::new(crop.x, crop.width, side_x), Axis::new(crop.y, crop.height, side_y));
        let row_bytes = columns.count * layout.channels();
        let sums = if columns.side * rows.side > 1 { vec![0; row_bytes] } else { Vec::new() };
        let averaged = Vec::with_capacity(columns.averaged() * rows.averaged() * layout.channels());
        Self { layout, target, columns, rows, came: 0, sums, summed: 0, multiplied: Vec::new(), averaged }
    }

    /// No further row makes a difference.
    pub(super) fn is_full(&self) -> bool {
        self.came >= self.rows.first + self.rows.count
    }

    /// The next row of the source, in its whole width, its colours not multiplied.
    pub(super) fn row(&mut self, row: &[u8]) {
        let at = self.came;
        self.came += 1;
        if at < self.rows.first || at >= self.rows.first + self.rows.count {
            return;
        }
        let channels = self.layout.channels();
        let begin = self.columns.first * channels;
        let Some(kept) = row.get(begin..begin + self.columns.count * channels) else { return };
        if self.layout.has_alpha() {
            let mut multiplied = std::mem::take(&mut self.multiplied);
            multiply(kept, self.layout, &mut multiplied);
            self.add(&multiplied);
            self.multiplied = multiplied;
        } else {
            self.add(kept);
        }
    }

    fn add(&mut self, row: &[u8]) {
        if self.sums.is_empty() {
            self.averaged.extend_from_slice(row);
            return;
        }
        for (sum, value) in self.sums.iter_mut().zip(row) {
            *sum += u16::from(*value);
        }
        self.summed += 1;
        if self.summed as usize == self.rows.side || self.is_full() {
            self.average();
        }
    }

    fn average(&mut self) {
        let pixels = self.columns.side;
        match self.layout.channels() {
            1 => averages::<1>(&self.sums, pixels, self.summed, &mut self.averaged),
            2 => averages::<2>(&self.sums, pixels, self.summed, &mut self.averaged),
            3 => averages::<3>(&self.sums, pixels, self.summed, &mut self.averaged),
            _ => averages::<4>(&self.sums, pixels, self.summed, &mut self.averaged),
        }
        self.sums.fill(0);
        self.summed = 0;
    }

    /// The small picture; rows that never came are grey.
    pub(super) fn finish(mut self) -> Result<Pixels, Trouble> {
        if self.summed > 0 {
            self.average();
        }
        let (width, height) = (self.columns.averaged(), self.rows.averaged());
        self.averaged.resize(width * height * self.layout.channels(), GREY);
        let (target_w, target_h) = self.target;
        let pixels = |bytes| Pixels { width: target_w, height: target_h, layout: self.layout, bytes };
        let is_done = (width, height) == (target_w as usize, target_h as usize)
            && self.columns.begin + self.rows.begin < 0.01;
        if is_done {
            return Ok(pixels(self.averaged));
        }
        let crop = (inside(self.columns, width), inside(self.rows, height));
        let source = (u32::try_from(width)?, u32::try_from(height)?);
        scaled(&self.averaged, self.layout, source, crop, self.target).map(pixels)
    }
}

/// Begin and length of the wanted part, kept within what there is.
fn inside(axis: Axis, lines: usize) -> (f64, f64) {
    #[expect(clippy::cast_precision_loss, reason = "lines of a picture")]
    let lines = lines as f64;
    let begin = axis.begin.min(lines - 0.01).max(0.0);
    (begin, axis.length.min(lines - begin))
}

fn scaled(
    bytes: &[u8],
    layout: Layout,
    (width, height): (u32, u32),
    crop: ((f64, f64), (f64, f64)),
    target: (u32, u32),
) -> Result<Vec<u8>, Trouble> {
    let source = ImageRef::new(width, height, bytes, layout.pixel_type())?;
    let mut small = Image::new(target.0, target.1, layout.pixel_type());
    let ((x, crop_w), (y, crop_h)) = crop;
    // Hamming: as sharp as a bicubic filter here, and without its overshoot, which alpha does not bear.
    let options = ResizeOptions::new()
        .resize_alg(ResizeAlg::Convolution(FilterType::Hamming))
        .crop(x, y, crop_w, crop_h)
        .use_alpha(false);
    Resizer::new().resize(&source, &mut small, &options)?;
    Ok(small.into_vec())
}

/// The box that leaves twice the target in each direction; larger ones where that would be too much memory.
fn sides(layout: Layout, crop: Crop, target: (u32, u32)) -> (u32, u32) {
    let ratios = (crop.width / f64::from(target.0.max(1)), crop.height / f64::from(target.1.max(1)));
    let of = |round: fn(f64) -> f64| (side(round(ratios.0 / 2.0)), side(round(ratios.1 / 2.0)));
    #[expect(clippy::cast_precision_loss, reason = "at most four")]
    let channels = layout.channels() as f64;
    let bytes = |(x, y): (u32, u32)| crop.width / f64::from(x) * crop.height / f64::from(y) * channels;
    [of(f64::floor), of(f64::ceil)]
        .into_iter()
        .find(|sides| bytes(*sides) <= AVERAGED_MAX_BYTES)
        .unwrap_or((side(ratios.0.floor()), side(ratios.1.floor())))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast from float saturates")]
fn side(ratio: f64) -> u32 {
    (ratio as u32).clamp(1, BOX_MAX)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast from float saturates")]
fn natural(number: f64) -> usize {
    number as usize
}

/// Appends the mean of each box of `width` pixels and `rows` summed rows.
#[expect(clippy::cast_possible_truncation, reason = "a mean of bytes is a byte")]
fn averages<const CHANNELS: usize>(sums: &[u16], width: usize, rows: u32, into: &mut Vec<u8>) {
    for boxed in sums.chunks(width * CHANNELS) {
        let mut totals = [0_u32; CHANNELS];
        let mut count = 0;
        for pixel in boxed.as_chunks::<CHANNELS>().0 {
            for (total, sum) in totals.iter_mut().zip(pixel) {
                *total += u32::from(*sum);
            }
            count += rows;
        }
        into.extend(totals.map(|total| ((total + count / 2) / count.max(1)) as u8));
    }
}

/// Multiplies colours by their alpha into `into`.
fn multiply(row: &[u8], layout: Layout, into: &mut Vec<u8>) {
    into.clear();
    into.extend_from_slice(row);
    if layout == Layout::GreyAlpha {
        for [grey, alpha] in into.as_chunks_mut::<2>().0 {
            *grey = alpha::multiplied(*grey, *alpha);
        }
        return;
    }
    alpha::multiply(into);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(width: u32, height: u32) -> Crop {
        Crop { x: 0.0, y: 0.0, width: f64::from(width), height: f64::from(height) }
    }

    fn reduced(layout: Layout, crop: Crop, target: (u32, u32), rows: &[Vec<u8>]) -> Pixels {
        let mut reducer = Reducer::new(layout, crop, target);
        for row in rows {
            reducer.row(row);
        }
        assert!(reducer.is_full());
        reducer.finish().unwrap()
    }

    #[test]
    fn a_ramp_stays_a_ramp_and_a_small_picture_stays_as_it_is() {
        let row: Vec<u8> = (0..=255_u8).flat_map(|level| [level, level, 255 - level]).collect();
        let rows = vec![row.clone(); 256];
        let small = reduced(Layout::Rgb, whole(256, 256), (16, 16), &rows);
        for (x, pixel) in small.bytes.chunks(3).take(16).enumerate() {
            let middle = f64::from(u8::try_from(x).unwrap()) * 16.0 + 7.5;
            assert!((f64::from(pixel[0]) - middle).abs() < 4.0, "{x}: {pixel:?}");
            assert!(pixel[0].abs_diff(255 - pixel[2]) <= 1, "{x}: {pixel:?}");
        }
        let same = reduced(Layout::Rgb, whole(256, 256), (256, 256), &rows);
        assert_eq!(same.bytes, rows.concat());
    }

    #[test]
    fn a_part_has_nothing_of_what_is_around_it() {
        let line = |y: u32| {
            (0..90).map(move |x| if (30..60).contains(&x) && (30..60).contains(&y) { 200 } else { 0 })
        };
        let rows: Vec<Vec<u8>> = (0..90).map(|y| line(y).collect()).collect();
        let crop = Crop { x: 30.0, y: 30.0, width: 30.0, height: 30.0 };
        for side in [30, 15, 7, 3, 1] {
            let part = reduced(Layout::Grey, crop, (side, side), &rows);
            assert!(part.bytes.iter().all(|level| *level == 200), "{side}: {:?}", part.bytes);
        }
    }

    #[test]
    fn colours_weigh_by_their_alpha() {
        // Half of it is transparent green, which must not be seen.
        let row = [[255, 0, 0, 255], [0, 255, 0, 0]].concat().repeat(32);
        let small = reduced(Layout::Rgba, whole(64, 64), (4, 4), &vec![row; 64]);
        for pixel in small.bytes.chunks(4) {
            assert!(pixel[0].abs_diff(128) <= 1 && pixel[3].abs_diff(128) <= 1, "{pixel:?}");
            assert_eq!((pixel[1], pixel[2]), (0, 0));
        }
    }

    #[test]
    fn extreme_shapes_and_missing_rows_have_a_picture() {
        let tall = reduced(Layout::Grey, whole(1, 50_000), (1, 256), &vec![vec![9]; 50_000]);
        assert_eq!((tall.bytes.len(), tall.bytes[128]), (256, 9));
        let dot = reduced(Layout::Grey, whole(70_000, 1), (1, 1), &[vec![7; 70_000]]);
        assert_eq!(dot.bytes, [7]);
        let mut cut = Reducer::new(Layout::Grey, whole(100, 100), (10, 10));
        for _ in 0..50 {
            cut.row(&[255; 100]);
        }
        assert!(!cut.is_full());
        let cut = cut.finish().unwrap();
        assert_eq!((cut.bytes[0], cut.bytes[99]), (255, GREY));
    }
}
