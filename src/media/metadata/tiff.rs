//! TIFF and raw photos that are built like one: entries leave their directories and values are blanked, where they
//! are. Everything else stays in its place, because it is found by where it is.
//!
//! Of a raw photo the camera's own notes stay, but for DNG: without them its colours cannot be developed. They may
//! name the camera's serial number.

use std::collections::HashSet;

use super::jpeg;
use super::plan::{Edits, Plan};
use super::told::Told;
use crate::media::bytes::{Broken, Bytes};
use crate::media::ifd::{Directory, Entry, Tiff};

/// Directories of one file.
const DIRECTORIES_MAX: usize = 2_000;

/// What no copy has. TIFF 6.0, EXIF 2.32, DNG 1.7 and Windows' own.
const GONE: [u16; 46] = [
    0x010d, 0x010e, 0x011d, 0x0131, 0x0132, 0x013b, 0x013c, 0x02bc, 0x4746, 0x4749, 0x8298, 0x83bb, 0x8649,
    0x8825, 0x8769, 0x9003, 0x9004, 0x9010, 0x9011, 0x9012, 0x9286, 0x9290, 0x9291, 0x9292, 0x935c, 0x9c9b,
    0x9c9c, 0x9c9d, 0x9c9e, 0x9c9f, 0xa420, 0xa430, 0xa431, 0xa435, 0xa436, 0xc4a5, 0xc62f, 0xc634, 0xc65d,
    0xc68b, 0xc716, 0xc717, 0xc718, 0xc71b, 0xc7a1, 0xea1c,
];
/// The camera: a raw photo is developed by it.
const GONE_OF_PLAIN: [u16; 2] = [0x010f, 0x0110];
const EXIF: u16 = 0x8769;
const GPS: u16 = 0x8825;
const NOTES: u16 = 0x927c;
const SUB: u16 = 0x014a;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    Plain,
    Dng,
    Raw,
}

pub(super) fn plan<B: Bytes>(bytes: &mut B, base: u64) -> Result<Plan, Broken> {
    let mut told = Told::default();
    let (mut tiff, first) = Tiff::open(bytes, base)?;
    told.directories(&mut tiff, first);
    let sort = sort_of(&mut tiff, first);
    let mut walk = Walk { tiff, sort, seen: HashSet::new(), edits: Edits::default(), told };
    walk.edits.keep(base, if walk.tiff.is_big { 16 } else { 8 });
    let mut left = vec![first];
    while let Some(at) = left.pop() {
        if at != 0 {
            left.extend(walk.directory(at)?);
        }
    }
    let Walk { edits, told, .. } = walk;
    let len = bytes.len();
    let mut plan = edits.plan(len, told)?;
    plan.told.bytes = plan.told.bytes.max(plan.gone);
    Ok(plan)
}

fn sort_of<B: Bytes>(tiff: &mut Tiff<'_, B>, first: u64) -> Sort {
    // Canon marks its own, Olympus and Panasonic have numbers of their own.
    let mut sort = if matches!(tiff.magic, 42 | 43) { Sort::Plain } else { Sort::Raw };
    if tiff.bytes.most(8, 2).is_ok_and(|mark| mark == b"CR") {
        sort = Sort::Raw;
    }
    let (mut left, mut seen) = (vec![first], HashSet::new());
    while let Some(at) = left.pop() {
        if at == 0 || seen.len() > DIRECTORIES_MAX || !seen.insert(at) {
            continue;
        }
        let Ok(directory) = tiff.directory(at) else { continue };
        left.push(directory.next);
        for entry in &directory.entries {
            match entry.tag {
                0xc612 => return Sort::Dng,
                // What the sensor saw, before it is developed.
                0x0106 if tiff.numbers(entry).is_ok_and(|kinds| kinds.contains(&32803)) => sort = Sort::Raw,
                SUB => left.extend(tiff.numbers(entry).unwrap_or_default()),
                _ => {}
            }
        }
    }
    sort
}

struct Walk<'a, B> {
    tiff: Tiff<'a, B>,
    sort: Sort,
    seen: HashSet<u64>,
    edits: Edits,
    told: Told,
}

impl<B: Bytes> Walk<'_, B> {
    /// Answers where it leads.
    fn directory(&mut self, at: u64) -> Result<Vec<u64>, Broken> {
        if !self.seen.insert(at) {
            // Some are led to from two places; a circle ends here as well.
            return Ok(Vec::new());
        }
        if self.seen.len() > DIRECTORIES_MAX {
            return Err(Broken);
        }
        let directory = self.tiff.directory(at)?;
        let mut left = vec![directory.next];
        let (gone, kept): (Vec<_>, Vec<_>) =
            directory.entries.iter().cloned().partition(|entry| self.goes(entry.tag));
        for entry in &gone {
            self.blank(entry)?;
        }
        for entry in &kept {
            if !entry.is_inside {
                self.edits.keep(entry.at, entry.len);
            }
            if entry.is_pointer() {
                left.extend(self.tiff.numbers(entry)?);
            }
        }
        self.data(&kept)?;
        if gone.is_empty() {
            self.edits.keep(at, directory.len);
        } else {
            let len = gone.iter().map(|entry| entry.raw.len() as u64).sum();
            self.edits.put(at, self.without(&directory, &kept)?, len);
        }
        Ok(left)
    }

    fn goes(&self, tag: u16) -> bool {
        match tag {
            // How a raw photo is developed is in there.
            EXIF => self.sort == Sort::Plain,
            NOTES => self.sort != Sort::Raw,
            tag if GONE_OF_PLAIN.contains(&tag) => self.sort == Sort::Plain,
            tag => GONE.contains(&tag),
        }
    }

    /// Zeros in place of a value, and of everything that it leads to.
    fn blank(&mut self, entry: &Entry) -> Result<(), Broken> {
        if entry.is_pointer() || matches!(entry.tag, GPS | EXIF) {
            for at in self.tiff.numbers(entry)? {
                self.blank_directory(at)?;
            }
        }
        if !entry.is_inside {
            self.edits.blank(self.tiff.bytes, entry.at, entry.len, &[])?;
        }
        Ok(())
    }

    fn blank_directory(&mut self, at: u64) -> Result<(), Broken> {
        if at == 0 || !self.seen.insert(at) {
            return Ok(());
        }
        if self.seen.len() > DIRECTORIES_MAX {
            return Err(Broken);
        }
        let directory = self.tiff.directory(at)?;
        for entry in &directory.entries {
            self.blank(entry)?;
        }
        self.edits.blank(self.tiff.bytes, at, directory.len, &[])
    }

    /// The directory with these entries alone, as long as it was.
    fn without(&self, directory: &Directory, kept: &[Entry]) -> Result<Vec<u8>, Broken> {
        let (head, _, offset) = self.tiff.widths();
        let width = |bytes: u64| usize::try_from(bytes).map_err(|_never| Broken);
        let mut bytes = self.tiff.raw_number(kept.len() as u64, width(head)?);
        for entry in kept {
            bytes.extend(&entry.raw);
        }
        let next = directory.next.saturating_sub(if directory.next == 0 { 0 } else { self.tiff.base() });
        bytes.extend(self.tiff.raw_number(next, width(offset)?));
        bytes.resize(width(directory.len)?, 0);
        Ok(bytes)
    }

    /// The pixels stay, and what a preview's own JPEG tells does not.
    fn data(&mut self, kept: &[Entry]) -> Result<(), Broken> {
        // Strips, tiles, a JPEG as a preview.
        for (offsets, lengths) in [(0x0111, 0x0117), (0x0144, 0x0145), (0x0201, 0x0202)] {
            let find = |tag: u16| kept.iter().find(|entry| entry.tag == tag);
            let (Some(offsets), Some(lengths)) = (find(offsets), find(lengths)) else { continue };
            let (offsets, lengths) = (self.tiff.places(offsets)?, self.tiff.numbers(lengths)?);
            let is_one = offsets.len() == 1;
            for (at, len) in offsets.into_iter().zip(lengths) {
                if is_one && at != 0 && self.tiff.bytes.be16(at) == Ok(0xffd8) {
                    jpeg::blank(self.tiff.bytes, at, &mut self.edits, &mut self.told)?;
                } else {
                    self.edits.keep(at, len);
                }
            }
        }
        Ok(())
    }
}
