//! JPEG: the small copy in it where that does, the means of its blocks where they do, else decoded at the smallest of
//! the scales that libjpeg has, row by row.

use std::cell::Cell;
use std::io::{BufRead, BufReader, Cursor, Read, Seek, SeekFrom};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use image::metadata::Orientation;
use mozjpeg::decompress::DecompressStarted;
use mozjpeg::{ColorSpace, Decompress};

use super::feed::{Feed, Timed};
use super::reduce::{Layout, Pixels, Reducer};
use super::segments::{Coding, Frame, Head, Scan};
use super::trouble::Trouble;
use super::wish::{Plan, Wish};
use super::{BUFFER_BYTES, PIXELS_MAX, colour, dc_scan, deadline, exif};
use crate::media::Rgba;
use crate::media::claim::claim;

/// What the coefficients of a picture in several scans may take in memory.
const COEFFICIENTS_MAX_BYTES: u64 = 320 << 20;
/// How much the shape of a copy may differ: small ones are rounded to whole units.
const SHAPE_TOLERANCE: f64 = 0.02;
/// A copy in the file that is longer is none.
const COPY_MAX_BYTES: u64 = 16 << 20;

/// What a header says of a picture that can be decoded here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::media) struct Told {
    /// Width and height as they are stored, above zero.
    pub pixels: (u32, u32),
    pub orientation: Option<Orientation>,
}

/// The measures of a JPEG that begins here, from so many bytes at most. None of one whose frame is not known here
/// (lossless, arithmetic, of more than 8 bits), as raw data are.
pub(in crate::media) fn frame(source: impl Read, max_bytes: u64) -> Option<Told> {
    let mut feed = Feed::new(source.take(max_bytes));
    if feed.short()? != 0xffd8 {
        return None;
    }
    let mut head = Head::default();
    // What is behind the frame may be cut off.
    let _scan = head.next_scan(&mut feed);
    let frame = head.frame.as_ref()?;
    let is_known = frame.coding != Coding::Other && frame.precision == 8;
    let orientation = head.exif.as_deref().and_then(exif::orientation);
    let pixels = (frame.width, frame.height);
    (is_known && frame.width > 0 && frame.height > 0).then_some(Told { pixels, orientation })
}

/// Of this file, what is wished for.
pub(super) fn look(source: &mut (impl Read + Seek), wish: Wish) -> Result<Rgba, Trouble> {
    let mut feed = Feed::new(Timed::new(&mut *source, deadline()));
    let mut head = Head::default();
    let (frame, scan) = begin(&mut head, &mut feed)?;
    let orientation = wish.orientation(head.exif.as_deref().and_then(exif::orientation));
    let plan = wish.plan((frame.width, frame.height), orientation)?;
    let profile = head.profile();
    let mut small = None;
    if wish.area.is_none() {
        small = head.exif.as_deref().and_then(exif::thumbnail).and_then(|copy| from_copy(copy, plan));
        if small.is_none() && plan.scale() <= 1.0 / 8.0 {
            small =
                dc_scan::read(&mut feed, &mut head, scan.clone(), plan.target).map(|eighth| eighth.pixels);
        }
    }
    drop(feed);
    if small.is_none() && wish.area.is_none() && plan.scale() < 1.0 {
        small = from_larger_copy(source, &head, plan);
    }
    let pixels = if let Some(pixels) = small {
        pixels
    } else {
        source.seek(SeekFrom::Start(0))?;
        decode(source, &frame, &scan, plan)?.pixels(head.adobe.is_some())
    };
    colour::shown(pixels, profile.as_deref(), orientation)
}

/// Reads up to the first scan.
fn begin(head: &mut Head, feed: &mut Feed<impl Read>) -> Result<(Frame, Scan), Trouble> {
    let scan = head.next_scan(feed);
    let frame = head.frame.clone().ok_or_else(|| Trouble::broken("It has no frame"))?;
    if u64::from(frame.width) * u64::from(frame.height) > PIXELS_MAX {
        return Err(Trouble::TooManyPixels(frame.width, frame.height));
    }
    Ok((frame, scan.ok_or_else(|| Trouble::broken("It has no scan"))?))
}

/// The picture from a copy in its file; none where that is too small, of another shape, or broken.
fn from_copy(jpeg: &[u8], plan: Plan) -> Option<Pixels> {
    let mut head = Head::default();
    let mut feed = Feed::new(jpeg);
    let (frame, scan) = begin(&mut head, &mut feed).ok()?;
    let (width, height) = (f64::from(frame.width), f64::from(frame.height));
    let is_large = frame.width >= plan.target.0 && frame.height >= plan.target.1;
    let shape = width / height * plan.crop.height / plan.crop.width;
    if !is_large || (shape - 1.0).abs() > SHAPE_TOLERANCE {
        return None;
    }
    let whole = Wish { area: None, turned: Orientation::NoTransforms, max_px: u32::MAX }
        .plan((frame.width, frame.height), Orientation::NoTransforms);
    let plan = Plan { target: plan.target, ..whole.ok()? };
    let eighth = (plan.scale() <= 1.0 / 8.0)
        .then(|| dc_scan::read(&mut feed, &mut head, scan.clone(), plan.target))
        .flatten();
    if let Some(eighth) = eighth {
        return Some(eighth.pixels).filter(|_| !eighth.is_cut);
    }
    let decoded = decode(Cursor::new(jpeg), &frame, &scan, plan).ok()?;
    if decoded.is_cut {
        return None;
    }
    Some(decoded.pixels(head.adobe.is_some()))
}

/// The same from a copy that lies behind the picture.
fn from_larger_copy(source: &mut (impl Read + Seek), head: &Head, plan: Plan) -> Option<Pixels> {
    let (base, list) = head.pictures.as_ref()?;
    exif::copies(list).into_iter().filter(|(_, length)| *length <= COPY_MAX_BYTES).find_map(|(at, length)| {
        source.seek(SeekFrom::Start(base + at)).ok()?;
        let mut copy = Vec::new();
        source.take(length).read_to_end(&mut copy).ok()?;
        from_copy(&copy, plan)
    })
}

/// A reader that remembers that it came to its end.
struct Watched<'w, R> {
    inner: R,
    has_ended: &'w Cell<bool>,
}

impl<R: BufRead> Read for Watched<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.inner.read(buffer)
    }
}

impl<R: BufRead> BufRead for Watched<'_, R> {
    fn fill_buf(&mut self) -> std::io::Result<&[u8]> {
        let bytes = self.inner.fill_buf()?;
        if bytes.is_empty() {
            self.has_ended.set(true);
        }
        Ok(bytes)
    }

    fn consume(&mut self, bytes: usize) {
        self.inner.consume(bytes);
    }
}

/// What the full decoder made.
struct Decoded {
    small: Pixels,
    /// The file ended before the picture did.
    is_cut: bool,
}

impl Decoded {
    /// Adobe's programs write ink as its opposite, and all that name themselves in a file do as they.
    fn pixels(self, is_by_adobe: bool) -> Pixels {
        let mut small = self.small;
        if small.layout == Layout::Cmyk && is_by_adobe {
            for level in &mut small.bytes {
                *level = u8::MAX - *level;
            }
        }
        small
    }
}

fn decode(source: impl Read, frame: &Frame, scan: &Scan, plan: Plan) -> Result<Decoded, Trouble> {
    let is_in_scans = frame.coding == Coding::Progressive || scan.parts.len() < frame.components.len();
    if is_in_scans && frame.coefficient_bytes() > COEFFICIENTS_MAX_BYTES {
        return Err(Trouble::TooManyPixels(frame.width, frame.height));
    }
    if is_in_scans {
        claim(frame.coefficient_bytes());
    }
    let has_ended = Cell::new(false);
    let until = deadline();
    let buffered = BufReader::with_capacity(BUFFER_BYTES, Timed::new(source, until));
    let reader = Watched { inner: buffered, has_ended: &has_ended };
    // libjpeg's errors are unwound through it.
    let decoded = catch_unwind(AssertUnwindSafe(|| rows(reader, plan, until)));
    match decoded {
        Ok(small) => {
            let (small, is_cut) = (small?, has_ended.get());
            // What is not there is grey.
            if is_cut && small.bytes.iter().min() == small.bytes.iter().max() {
                return Err(Trouble::broken("It ends before the picture begins"));
            }
            Ok(Decoded { small, is_cut })
        }
        Err(panic) => {
            let why = panic.downcast_ref::<String>().cloned();
            Err(Trouble::Broken(why.unwrap_or_else(|| "It could not be decoded".to_owned())))
        }
    }
}

fn rows<R: BufRead>(reader: Watched<'_, R>, plan: Plan, until: Instant) -> Result<Pixels, Trouble> {
    let mut decoder = Decompress::new_reader(reader)?;
    let eighths = eighths(plan.scale());
    decoder.scale(eighths);
    let (layout, mut started) = match decoder.color_space() {
        ColorSpace::JCS_GRAYSCALE => (Layout::Grey, decoder.grayscale()?),
        ColorSpace::JCS_CMYK | ColorSpace::JCS_YCCK => {
            (Layout::Cmyk, decoder.to_colorspace(ColorSpace::JCS_CMYK)?)
        }
        _ => (Layout::Rgb, decoder.rgb()?),
    };
    let crop = plan.at_scale(f64::from(eighths) / 8.0);
    let mut reducer = Reducer::new(layout, crop, plan.target);
    let mut row = vec![0_u8; started.width() * layout.channels()];
    for _ in 0..started.height() {
        next_row(&mut started, &mut row)?;
        reducer.row(&row);
        if reducer.is_full() {
            break;
        }
        if Instant::now() > until {
            return Err(Trouble::broken("It takes too long to decode"));
        }
    }
    reducer.finish()
}

fn next_row<R>(started: &mut DecompressStarted<R>, row: &mut [u8]) -> Result<(), Trouble> {
    started.read_scanlines_into(row)?;
    Ok(())
}

/// The scale to decode at: the powers of two are those that libjpeg is fast at.
fn eighths(scale: f64) -> u8 {
    [1, 2, 4].into_iter().find(|eighths| f64::from(*eighths) / 8.0 >= scale).unwrap_or(8)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A header of this frame, with an orientation and nothing behind.
    fn header(frame: u8, precision: u8) -> Vec<u8> {
        let exif = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0";
        let frame = [0xff, frame, 0, 11, precision, 0, 7, 1, 44, 1, 1, 0x11, 0];
        [b"\xff\xd8\xff\xe1\0\x22", &exif[..], &frame].concat()
    }

    #[test]
    fn a_header_tells_the_measures_of_what_can_be_decoded() {
        for kind in [0xc0, 0xc1, 0xc2] {
            let told = Told { pixels: (300, 7), orientation: Some(Orientation::Rotate90) };
            assert_eq!(frame(&header(kind, 8)[..], 1000), Some(told), "{kind:x}");
        }
        for (kind, precision) in [(0xc3, 8), (0xc9, 8), (0xca, 8), (0xc1, 12)] {
            assert_eq!(frame(&header(kind, precision)[..], 1000), None, "{kind:x}");
        }
        let sound = header(0xc0, 8);
        assert_eq!(frame(&sound[2..], 1000), None, "it does not begin like one");
        assert_eq!(frame(&sound[..], sound.len() as u64 - 1), None, "the frame is too far behind");
        let flat: Vec<u8> = sound.iter().map(|byte| if *byte == 7 { 0 } else { *byte }).collect();
        assert_eq!(frame(&flat[..], 1000), None, "it has no pixels");
    }
}
