//! A JPEG at an eighth of its size from the first coefficient of each block alone: their mean. In a progressive file
//! these are a small part at its begin, and no decoder that wants the rest of it needs so little memory; in a
//! sequential file the other coefficients are passed over several at once, which is what saves the time.
//!
//! Whatever is unusual is left to the full decoder.

use std::io::Read;

use super::feed::Feed;
use super::huffman::{Bits, Passing, Table};
use super::reduce::{Crop, Layout, Pixels, Reducer};
use super::segments::{Codes, Coding, Component, Frame, Head, Part, Scan};

/// The mean of a block of which nothing is known.
const GREY: u8 = 128;
/// Of a sequential file the colours have to be at least this much of the target: where they are stored at half the
/// size, the full decoder makes more of them.
const COLOUR_LEAST: f64 = 0.75;

/// A small picture.
#[derive(Debug)]
pub(super) struct Eighth {
    pub pixels: Pixels,
    /// The file ends before the picture does.
    pub is_cut: bool,
}

/// The first coefficients of one component.
#[derive(Debug)]
struct Plane {
    /// Blocks that have something of the picture.
    blocks: (usize, usize),
    factor: i32,
    reducer: Option<Reducer>,
    pixels: Option<Pixels>,
}

/// Reads the picture whose first scan begins here, scaled to `target`; none where that needs more than its first
/// coefficients, or where it is coded in another way, or broken.
pub(super) fn read(
    feed: &mut Feed<impl Read>,
    head: &mut Head,
    first: Scan,
    target: (u32, u32),
) -> Option<Eighth> {
    let frame = head.frame.clone()?;
    let colours = Colours::of(head, &frame)?;
    let mut planes = frame
        .components
        .iter()
        .map(|component| plane(component, &frame, head, target))
        .collect::<Option<Vec<Plane>>>()?;
    let (mut scan, mut is_cut) = (first, false);
    while !is_cut {
        if holds_first_coefficients(&scan, &frame) {
            is_cut = decode(feed, head, (&frame, &scan), &mut planes)?;
        }
        if planes.iter().all(|plane| plane.pixels.is_some()) {
            break;
        }
        // Of other scans nothing is read but where they end.
        scan = head.next_scan(feed)?;
    }
    let planes: Vec<Pixels> = planes.into_iter().map(|plane| plane.pixels).collect::<Option<_>>()?;
    Some(Eighth { pixels: colours.mixed(planes)?, is_cut })
}

fn holds_first_coefficients(scan: &Scan, frame: &Frame) -> bool {
    match frame.coding {
        Coding::Sequential => scan.band == (0, 63) && scan.parts.len() == frame.components.len(),
        Coding::Progressive => scan.band == (0, 0) && scan.approximation.0 == 0,
        Coding::Other => false,
    }
}

/// What a component's samples are (as libjpeg tells it, jdapimin.c: JFIF and Adobe segments, then the names).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Colours {
    Grey,
    /// ITU-T T.871.
    YCbCr,
    Rgb,
}

impl Colours {
    fn of(head: &Head, frame: &Frame) -> Option<Self> {
        if frame.precision != 8 {
            return None;
        }
        let ids: Vec<u8> = frame.components.iter().map(|component| component.id).collect();
        match (&ids[..], head.has_jfif, head.adobe) {
            ([_], _, _) => Some(Self::Grey),
            ([_, _, _], false, Some(0)) | ([b'R', b'G', b'B'], false, None) => Some(Self::Rgb),
            ([_, _, _], _, _) => Some(Self::YCbCr),
            _ => None,
        }
    }

    fn mixed(self, planes: Vec<Pixels>) -> Option<Pixels> {
        if self == Self::Grey {
            return planes.into_iter().next();
        }
        let [first, second, third] = &planes[..] else { return None };
        let samples = first.bytes.iter().zip(&second.bytes).zip(&third.bytes);
        let bytes = samples
            .flat_map(|((first, second), third)| match self {
                Self::YCbCr => rgb([*first, *second, *third]),
                _ => [*first, *second, *third],
            })
            .collect();
        Some(Pixels { width: first.width, height: first.height, layout: Layout::Rgb, bytes })
    }
}

/// T.871, clause 7, in 1/65,536.
fn rgb([luma, blue, red]: [u8; 3]) -> [u8; 3] {
    let luma = (i32::from(luma) << 16) + (1 << 15);
    let (blue, red) = (i32::from(blue) - 128, i32::from(red) - 128);
    let level = |sum: i32| byte(sum >> 16);
    [level(luma + 91_881 * red), level(luma - 22_554 * blue - 46_802 * red), level(luma + 116_130 * blue)]
}

fn byte(level: i32) -> u8 {
    u8::try_from(level.clamp(0, 255)).unwrap_or(GREY)
}

fn plane(component: &Component, frame: &Frame, head: &Head, target: (u32, u32)) -> Option<Plane> {
    let (across, down) = frame.sampling();
    let samples = |side: u32, factor: u8, most: u8| (side * u32::from(factor)).div_ceil(u32::from(most));
    let width = samples(frame.width, component.across, across);
    let height = samples(frame.height, component.down, down);
    let crop = Crop { x: 0.0, y: 0.0, width: f64::from(width) / 8.0, height: f64::from(height) / 8.0 };
    let is_large = |length: f64, side: u32| length >= f64::from(side) * COLOUR_LEAST;
    let is_enough = is_large(crop.width, target.0) && is_large(crop.height, target.1);
    if frame.coding == Coding::Sequential && !is_enough {
        return None;
    }
    let factor = head.dc_factors.get(component.table).copied().filter(|factor| *factor > 0)?;
    Some(Plane {
        blocks: (width.div_ceil(8) as usize, height.div_ceil(8) as usize),
        factor: i32::from(factor),
        reducer: Some(Reducer::new(Layout::Grey, crop, target)),
        pixels: None,
    })
}

/// One component in a scan.
struct Lane {
    plane: usize,
    dc: Table,
    passing: Option<Passing>,
    /// The blocks of one coded unit.
    across: usize,
    lines: Vec<Vec<u8>>,
    blocks: (usize, usize),
    /// The first coefficient of the block before.
    before: i32,
    factor: i32,
    low_bits: u8,
}

impl Lane {
    fn new(part: &Part, head: &Head, (frame, scan): (&Frame, &Scan), plane: &Plane) -> Option<Self> {
        let component = frame.components.get(part.component)?;
        let codes = |tables: &[Option<Codes>; 4], at: usize| tables.get(at)?.clone();
        let passing = match frame.coding {
            Coding::Sequential => Some(Passing::new(&codes(&head.ac_codes, part.ac)?)?),
            _ => None,
        };
        // A component alone is not in units of several blocks (T.81, A.2.2).
        let is_alone = scan.parts.len() == 1;
        let factor = |factor: u8| if is_alone { 1 } else { usize::from(factor) };
        let (across, down) = (factor(component.across), factor(component.down));
        let units = units(frame, scan, plane);
        Some(Self {
            plane: part.component,
            dc: Table::new(&codes(&head.dc_codes, part.dc)?)?,
            passing,
            across,
            lines: vec![vec![GREY; units.0 * across]; down],
            blocks: plane.blocks,
            before: 0,
            factor: plane.factor,
            low_bits: scan.approximation.1,
        })
    }

    /// Reads this component's blocks of one unit.
    #[inline]
    fn unit<R: Read>(&mut self, bits: &mut Bits<'_, R>, unit: usize) -> Option<()> {
        let Self { dc, passing, across, lines, before, factor, low_bits, .. } = self;
        for line in lines {
            for mean in line.get_mut(unit * *across..(unit + 1) * *across)? {
                *before = before.wrapping_add(dc.difference(bits)?);
                if let Some(passing) = passing {
                    passing.pass(bits)?;
                }
                *mean = level(*before, *low_bits, *factor);
            }
        }
        Some(())
    }

    fn hand_over(&mut self, unit_row: usize, plane: &mut Plane) {
        let first = unit_row * self.lines.len();
        for (at, line) in (first..self.blocks.1).zip(&mut self.lines) {
            if let (Some(reducer), Some(row)) = (&mut plane.reducer, line.get(..self.blocks.0)) {
                debug_assert!(at < self.blocks.1);
                reducer.row(row);
            }
            line.fill(GREY);
        }
    }
}

/// A block's mean: its first coefficient is eight times that (T.81, A.3.3). What lower bits may add is halved.
#[inline]
fn level(coefficient: i32, low_bits: u8, factor: i32) -> u8 {
    let coefficient = coefficient.clamp(-0x8000, 0x7fff) << low_bits.min(13);
    let missing = (factor << low_bits.min(13)) - factor;
    let exact = i64::from(coefficient) * i64::from(factor) + i64::from(missing) / 2;
    byte(i32::try_from((exact + 4) >> 3).unwrap_or(0).saturating_add(128))
}

/// Coded units across and down.
fn units(frame: &Frame, scan: &Scan, alone: &Plane) -> (usize, usize) {
    if scan.parts.len() == 1 {
        return alone.blocks;
    }
    let (across, down) = frame.sampling();
    let units = |side: u32, most: u8| side.div_ceil(8 * u32::from(most)) as usize;
    (units(frame.width, across), units(frame.height, down))
}

/// Reads a scan into its planes; whether the file ends in it. None where it is broken, or ends with its first row.
fn decode(
    feed: &mut Feed<impl Read>,
    head: &Head,
    (frame, scan): (&Frame, &Scan),
    planes: &mut [Plane],
) -> Option<bool> {
    let lane = |part: &Part| Lane::new(part, head, (frame, scan), planes.get(part.component)?);
    let mut lanes = scan.parts.iter().map(lane).collect::<Option<Vec<Lane>>>()?;
    let (columns, rows) = units(frame, scan, planes.get(scan.parts.first()?.component)?);
    let mut bits = Bits::new(feed);
    let mut restarts = Restarts { interval: head.restart_interval, left: head.restart_interval, number: 0 };
    let mut is_cut = false;
    for row in 0..rows {
        match unit_row(&mut lanes, &mut bits, &mut restarts, columns) {
            Some(()) => {}
            // What lies before the end is a picture all the same.
            None if bits.is_starved() && row > 0 => is_cut = true,
            None => return None,
        }
        for lane in &mut lanes {
            lane.hand_over(row, planes.get_mut(lane.plane)?);
        }
        if is_cut {
            break;
        }
    }
    for lane in &lanes {
        let plane = planes.get_mut(lane.plane)?;
        plane.pixels = plane.reducer.take()?.finish().ok();
    }
    if is_cut {
        // Colours that come later in the file are not there.
        for plane in planes {
            let reducer = plane.reducer.take();
            plane.pixels = plane.pixels.take().or_else(|| reducer?.finish().ok());
        }
    }
    Some(is_cut)
}

/// Where decoding begins anew (T.81, F.2.1.3).
struct Restarts {
    /// In units; 0 for never.
    interval: u32,
    left: u32,
    number: u8,
}

fn unit_row<R: Read>(
    lanes: &mut [Lane],
    bits: &mut Bits<'_, R>,
    restarts: &mut Restarts,
    columns: usize,
) -> Option<()> {
    for column in 0..columns {
        if restarts.interval > 0 {
            if restarts.left == 0 {
                bits.restart(restarts.number)?;
                restarts.number = (restarts.number + 1) % 8;
                restarts.left = restarts.interval;
                for lane in &mut *lanes {
                    lane.before = 0;
                }
            }
            restarts.left -= 1;
        }
        for lane in &mut *lanes {
            lane.unit(bits, column)?;
        }
        if bits.is_starved() {
            return None;
        }
    }
    Some(())
}
