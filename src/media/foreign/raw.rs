//! The JPEGs in cameras' own formats, which are TIFF files (TIFF 6.0; DNG 1.7) but for Fujifilm's.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use image::metadata::Orientation;

use crate::media::bytes::{Bytes, Source};
use crate::media::ifd::{Entry, Tiff};
use crate::media::still;

/// Directories that are read; cameras write up to ten.
const DIRECTORIES_MAX: usize = 32;
const ENTRIES_MAX: usize = 512;
const SUBDIRECTORIES_MAX: u64 = 8;
/// The measures are within this much of a JPEG, behind what EXIF and profiles take.
const HEADER_MAX_BYTES: u64 = 256 << 10;

/// What Fujifilm's begin with. Where its JPEG is and how long, stands at 84 and 88.
/// <https://libopenraw.freedesktop.org/formats/raf/>
const FUJI: &[u8] = b"FUJIFILMCCD-RAW ";

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

/// Of this file, which has so many bytes.
pub(super) fn read(file: &mut File, len: u64) -> Option<Found> {
    let mut bytes = Source::of(file, len);
    if bytes.most(0, FUJI.len() as u64).ok()? == FUJI {
        let (at, len) = (bytes.be32(84).ok()?, bytes.be32(88).ok()?);
        let jpeg = measured(&mut bytes, at.into(), len.into())?;
        return Some(Found { jpegs: vec![jpeg], orientation: Orientation::NoTransforms });
    }
    let (tiff, first) = Tiff::open(&mut bytes, 0).ok()?;
    let mut walk = Walk { tiff, jpegs: Vec::new(), orientation: None };
    walk.directories(first);
    let orientation = walk.orientation.unwrap_or(Orientation::NoTransforms);
    Some(Found { jpegs: walk.jpegs, orientation })
}

/// The JPEG's bytes; `None` where there are more than this many, or fewer than it says.
pub(super) fn bytes_of(file: &mut File, jpeg: Embedded, max_bytes: u64) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(jpeg.offset)).ok()?;
    file.take(jpeg.bytes.min(max_bytes)).read_to_end(&mut bytes).ok()?;
    (bytes.len() as u64 == jpeg.bytes).then_some(bytes)
}

struct Walk<'a, 'f> {
    tiff: Tiff<'a, Source<&'f mut File>>,
    jpegs: Vec<Embedded>,
    orientation: Option<Orientation>,
}

/// What a directory says of one picture.
#[derive(Default)]
struct Said {
    compression: Option<u64>,
    strip: Option<u64>,
    strip_bytes: Option<u64>,
    jpeg: Option<u64>,
    jpeg_bytes: Option<u64>,
}

impl Walk<'_, '_> {
    fn directories(&mut self, first: u64) {
        let (mut waiting, mut seen) = (vec![first], Vec::new());
        while let Some(at) = waiting.pop() {
            if at == 0 || seen.contains(&at) || seen.len() >= DIRECTORIES_MAX {
                continue;
            }
            seen.push(at);
            let Ok(directory) = self.tiff.directory(at) else { continue };
            if directory.entries.len() > ENTRIES_MAX {
                continue;
            }
            waiting.push(directory.next);
            let mut said = Said::default();
            for entry in &directory.entries {
                self.take(entry, &mut said, &mut waiting);
            }
            self.jpegs_of(&said);
        }
    }

    fn take(&mut self, entry: &Entry, said: &mut Said, waiting: &mut Vec<u64>) {
        match entry.tag {
            COMPRESSION => said.compression = self.tiff.single(entry),
            // A picture in many strips is no JPEG file.
            STRIP_OFFSETS => said.strip = self.tiff.single(entry),
            STRIP_BYTES => said.strip_bytes = self.tiff.single(entry),
            JPEG_OFFSET => said.jpeg = self.tiff.single(entry),
            JPEG_BYTES => said.jpeg_bytes = self.tiff.single(entry),
            // The first directory's counts for the whole file.
            ORIENTATION if self.orientation.is_none() => {
                let number = self.tiff.single(entry).and_then(|number| u8::try_from(number).ok());
                self.orientation = number.and_then(Orientation::from_exif);
            }
            SUBDIRECTORIES => {
                waiting.extend(self.tiff.first_numbers(entry, SUBDIRECTORIES_MAX).unwrap_or_default());
            }
            JPEG_FROM_RAW if !entry.is_inside => {
                self.jpegs.extend(measured(self.tiff.bytes, entry.at, entry.len));
            }
            _ => {}
        }
    }

    fn jpegs_of(&mut self, said: &Said) {
        let strip = said.strip.zip(said.strip_bytes).filter(|_| matches!(said.compression, Some(6 | 7)));
        for (at, len) in [said.jpeg.zip(said.jpeg_bytes), strip].into_iter().flatten() {
            self.jpegs.extend(measured(self.tiff.bytes, at, len));
        }
    }
}

/// A JPEG that stands there, if one does that is no raw data: those are lossless JPEGs, with other frames.
fn measured(bytes: &mut impl Bytes, offset: u64, len: u64) -> Option<Embedded> {
    let header = bytes.most(offset, len.min(HEADER_MAX_BYTES)).ok()?;
    let (width, height) = still::jpeg_frame(&header[..], HEADER_MAX_BYTES)?.pixels;
    Some(Embedded { offset, bytes: len, width, height })
}
