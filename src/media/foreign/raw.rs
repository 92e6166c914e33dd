//! The JPEGs in cameras' own formats, which are TIFF files (TIFF 6.0; DNG 1.7) but for Fujifilm's.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use image::metadata::Orientation;

/// Directories that are read; cameras write up to ten.
const DIRECTORIES_MAX: usize = 32;
const ENTRIES_MAX: u16 = 512;
const SUBDIRECTORIES_MAX: u32 = 8;
/// The measures are within this much of a JPEG, behind what EXIF and profiles take.
const HEADER_MAX_BYTES: u64 = 256 << 10;

const COMPRESSION: u16 = 0x103;
const STRIP_OFFSETS: u16 = 0x111;
const ORIENTATION: u16 = 0x112;
const STRIP_BYTES: u16 = 0x117;
const SUBDIRECTORIES: u16 = 0x14a;
const JPEG_OFFSET: u16 = 0x201;
const JPEG_BYTES: u16 = 0x202;
/// Panasonic's `JpgFromRaw`.
const JPEG_FROM_RAW: u16 = 0x2e;

/// A JPEG within the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Embedded {
    offset: u64,
    bytes: u64,
    /// In pixels, as it lies in the file.
    pub width: u32,
    pub height: u32,
}

/// What a camera's file holds.
#[derive(Debug)]
pub(super) struct Found {
    jpegs: Vec<Embedded>,
    pub orientation: Orientation,
}

impl Found {
    /// The smallest that is large enough, else the largest.
    pub(super) fn best(&self, max_px: u32) -> Option<Embedded> {
        let longer = |jpeg: &&Embedded| jpeg.width.max(jpeg.height);
        let enough = self.jpegs.iter().filter(|jpeg| longer(jpeg) >= max_px).min_by_key(longer);
        enough.or_else(|| self.jpegs.iter().max_by_key(longer)).copied()
    }
}

pub(super) fn read(file: &mut File) -> Option<Found> {
    let mut start = [0; 92];
    file.rewind().ok()?;
    file.read_exact(&mut start).ok()?;
    if start.starts_with(b"FUJIFILMCCD-RAW ") {
        let word = |at: usize| Some(u32::from_be_bytes(start.get(at..at + 4)?.try_into().ok()?));
        let jpeg = measured(file, u64::from(word(84)?), u64::from(word(88)?))?;
        return Some(Found { jpegs: vec![jpeg], orientation: Orientation::NoTransforms });
    }
    let mut tiff = Tiff { big_endian: start.starts_with(b"MM"), file, jpegs: Vec::new(), orientation: None };
    let first = tiff.number(start.get(4..8)?)?;
    tiff.directories(first);
    let orientation = tiff.orientation.unwrap_or(Orientation::NoTransforms);
    Some(Found { jpegs: tiff.jpegs, orientation })
}

/// The JPEG's bytes; `None` where there are more than this many, or fewer than it says.
pub(super) fn bytes_of(file: &mut File, jpeg: Embedded, max_bytes: u64) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(jpeg.offset)).ok()?;
    file.take(jpeg.bytes.min(max_bytes)).read_to_end(&mut bytes).ok()?;
    (bytes.len() as u64 == jpeg.bytes).then_some(bytes)
}

struct Tiff<'a> {
    big_endian: bool,
    file: &'a mut File,
    jpegs: Vec<Embedded>,
    orientation: Option<Orientation>,
}

/// What a directory says of one picture.
#[derive(Default)]
struct Directory {
    compression: u64,
    strip: Option<u64>,
    strip_bytes: Option<u64>,
    jpeg: Option<u64>,
    jpeg_bytes: Option<u64>,
}

struct Entry {
    tag: u16,
    count: u32,
    /// The value itself where it has 4 bytes or fewer, else where it stands.
    value: u32,
    /// The value of a `SHORT`.
    short: u16,
    is_short: bool,
}

impl Tiff<'_> {
    fn directories(&mut self, first: u32) {
        let (mut waiting, mut seen) = (vec![first], Vec::new());
        while let Some(at) = waiting.pop() {
            if at == 0 || seen.contains(&at) || seen.len() >= DIRECTORIES_MAX {
                continue;
            }
            seen.push(at);
            let Some((entries, next)) = self.entries(at) else { continue };
            waiting.push(next);
            let mut directory = Directory::default();
            for entry in &entries {
                self.take(entry, &mut directory, &mut waiting);
            }
            self.jpegs_of(&directory);
        }
    }

    fn take(&mut self, entry: &Entry, directory: &mut Directory, waiting: &mut Vec<u32>) {
        let number = u64::from(if entry.is_short { u32::from(entry.short) } else { entry.value });
        let single = (entry.count == 1).then_some(number);
        match entry.tag {
            COMPRESSION => directory.compression = number,
            // A picture in many strips is no JPEG file.
            STRIP_OFFSETS => directory.strip = single,
            STRIP_BYTES => directory.strip_bytes = single,
            JPEG_OFFSET => directory.jpeg = single,
            JPEG_BYTES => directory.jpeg_bytes = single,
            // The first directory's counts for the whole file.
            ORIENTATION if self.orientation.is_none() => {
                self.orientation = u8::try_from(entry.short).ok().and_then(Orientation::from_exif);
            }
            SUBDIRECTORIES if entry.count == 1 => waiting.push(entry.value),
            SUBDIRECTORIES => waiting.extend(self.numbers(entry.value, entry.count.min(SUBDIRECTORIES_MAX))),
            JPEG_FROM_RAW if entry.count > 4 => {
                let jpeg = measured(self.file, u64::from(entry.value), u64::from(entry.count));
                self.jpegs.extend(jpeg);
            }
            _ => {}
        }
    }

    fn jpegs_of(&mut self, directory: &Directory) {
        let strip =
            directory.strip.zip(directory.strip_bytes).filter(|_| matches!(directory.compression, 6 | 7));
        for (offset, bytes) in [directory.jpeg.zip(directory.jpeg_bytes), strip].into_iter().flatten() {
            self.jpegs.extend(measured(self.file, offset, bytes));
        }
    }

    /// The entries of the directory that stands there, and where the next one does (0: nowhere).
    fn entries(&mut self, at: u32) -> Option<(Vec<Entry>, u32)> {
        let mut count = [0; 2];
        self.file.seek(SeekFrom::Start(u64::from(at))).ok()?;
        self.file.read_exact(&mut count).ok()?;
        let count = self.short(&count)?;
        if count > ENTRIES_MAX {
            return None;
        }
        let mut content = vec![0; usize::from(count) * 12 + 4];
        self.file.read_exact(&mut content).ok()?;
        let (entries, next) = content.split_at_checked(usize::from(count) * 12)?;
        let entry = |bytes: &[u8]| {
            Some(Entry {
                tag: self.short(bytes.get(..2)?)?,
                is_short: self.short(bytes.get(2..4)?)? == 3,
                count: self.number(bytes.get(4..8)?)?,
                value: self.number(bytes.get(8..12)?)?,
                short: self.short(bytes.get(8..10)?)?,
            })
        };
        Some((entries.chunks_exact(12).filter_map(entry).collect(), self.number(next)?))
    }

    fn numbers(&mut self, at: u32, count: u32) -> Vec<u32> {
        let mut content = Vec::new();
        let read = self.file.seek(SeekFrom::Start(u64::from(at))).is_ok()
            && (&mut *self.file).take(u64::from(count) * 4).read_to_end(&mut content).is_ok();
        if !read {
            return Vec::new();
        }
        content.chunks_exact(4).filter_map(|bytes| self.number(bytes)).collect()
    }

    fn short(&self, bytes: &[u8]) -> Option<u16> {
        let bytes = bytes.try_into().ok()?;
        Some(if self.big_endian { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) })
    }

    fn number(&self, bytes: &[u8]) -> Option<u32> {
        let bytes = bytes.try_into().ok()?;
        Some(if self.big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) })
    }
}

/// A JPEG that stands there, if one does that is no raw data: those are lossless JPEGs, with other frames.
fn measured(file: &mut File, offset: u64, bytes: u64) -> Option<Embedded> {
    let mut header = Vec::new();
    file.seek(SeekFrom::Start(offset)).ok()?;
    file.take(bytes.min(HEADER_MAX_BYTES)).read_to_end(&mut header).ok()?;
    let (width, height) = frame(&header)?;
    (width > 0 && height > 0).then_some(Embedded { offset, bytes, width, height })
}

/// Width and height in the frame header (ITU-T T.81, B.2.2) of a baseline, extended or progressive JPEG.
fn frame(header: &[u8]) -> Option<(u32, u32)> {
    let mut rest = header.strip_prefix(b"\xff\xd8")?;
    loop {
        let (marker, after) = rest.split_first_chunk::<4>()?;
        let [0xff, kind, high, low] = *marker else { return None };
        let length = usize::from(u16::from_be_bytes([high, low]));
        match kind {
            0xc0..=0xc2 => {
                let [_, height_high, height_low, width_high, width_low] = *after.first_chunk::<5>()?;
                let side = |high, low| u32::from(u16::from_be_bytes([high, low]));
                return Some((side(width_high, width_low), side(height_high, height_low)));
            }
            0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xda => return None,
            // Fill bytes.
            0xff => rest = rest.get(1..)?,
            _ => rest = after.get(length.checked_sub(2)?..)?,
        }
    }
}
