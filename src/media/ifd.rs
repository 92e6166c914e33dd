//! Directories of a TIFF, of a file or of EXIF.
//! <https://www.itu.int/itudoc/itu-t/com16/tiff-fx/docs/tiff6.pdf>, section 2; `BigTIFF`: <https://www.awaresystems.be/imaging/tiff/bigtiff.html>

use super::bytes::{Broken, Bytes, PIECE_MAX_BYTES};

/// More entries than any directory has.
const ENTRIES_MAX: u64 = 4096;

/// Where a TIFF's numbers are, and how.
pub(super) struct Tiff<'a, B> {
    pub(super) bytes: &'a mut B,
    /// Where its offsets count from.
    base: u64,
    is_little: bool,
    pub(super) is_big: bool,
    /// What stands where 42 does in a plain TIFF.
    pub(super) magic: u16,
}

/// One entry of a directory.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) tag: u16,
    kind: u16,
    pub(super) count: u64,
    /// Where its value is, from the begin of the file.
    pub(super) at: u64,
    /// Bytes of its value.
    pub(super) len: u64,
    /// Its value is in the entry itself.
    pub(super) is_inside: bool,
    /// The entry as it stands there.
    pub(super) raw: Vec<u8>,
}

impl Entry {
    /// It leads to other directories.
    pub(super) fn is_pointer(&self) -> bool {
        // SubIFDs, EXIF, GPS, interoperability; a type of their own (13, 18) as well.
        matches!(self.tag, 0x014a | 0x8769 | 0x8825 | 0xa005) || matches!(self.kind, 13 | 18)
    }
}

pub(super) struct Directory {
    pub(super) entries: Vec<Entry>,
    /// 0: there is none.
    pub(super) next: u64,
    /// Bytes of it.
    pub(super) len: u64,
}

impl<'a, B: Bytes> Tiff<'a, B> {
    /// Also answers where its first directory is.
    pub(super) fn open(bytes: &'a mut B, base: u64) -> Result<(Self, u64), Broken> {
        let is_little = match &bytes.array::<2>(base)? {
            b"II" => true,
            b"MM" => false,
            _ => return Err(Broken),
        };
        let mut tiff = Self { bytes, base, is_little, is_big: false, magic: 0 };
        tiff.magic = u16::try_from(tiff.number(base + 2, 2)?).map_err(|_never| Broken)?;
        match tiff.magic {
            // Plain; Olympus' and Panasonic's raw photos.
            42 | 0x4f52 | 0x5352 | 0x0055 => {}
            43 => tiff.is_big = true,
            _ => return Err(Broken),
        }
        let first = if tiff.is_big { tiff.number(base + 8, 8)? } else { tiff.number(base + 4, 4)? };
        let first = tiff.place(first)?;
        Ok((tiff, first))
    }

    pub(super) fn base(&self) -> u64 {
        self.base
    }

    /// 0 leads nowhere.
    fn place(&self, offset: u64) -> Result<u64, Broken> {
        if offset == 0 { Ok(0) } else { self.base.checked_add(offset).ok_or(Broken) }
    }

    fn number(&mut self, at: u64, len: u64) -> Result<u64, Broken> {
        let bytes = self.bytes.read(at, len)?;
        Ok(self.number_of(&bytes))
    }

    pub(super) fn number_of(&self, bytes: &[u8]) -> u64 {
        let fold = |number: u64, byte: &u8| number << 8 | u64::from(*byte);
        if self.is_little { bytes.iter().rev().fold(0, fold) } else { bytes.iter().fold(0, fold) }
    }

    pub(super) fn raw_number(&self, number: u64, len: usize) -> Vec<u8> {
        let bytes = number.to_be_bytes();
        let mut bytes = bytes.get(8 - len..).unwrap_or_default().to_vec();
        if self.is_little {
            bytes.reverse();
        }
        bytes
    }

    /// Bytes of the count of entries, of an entry, and of an offset.
    pub(super) fn widths(&self) -> (u64, u64, u64) {
        if self.is_big { (8, 20, 8) } else { (2, 12, 4) }
    }

    /// All of a directory; one that is cut off is broken.
    pub(super) fn directory(&mut self, at: u64) -> Result<Directory, Broken> {
        let (head, width, _) = self.widths();
        let count = self.number(at, head)?;
        if count > ENTRIES_MAX {
            return Err(Broken);
        }
        let raw = self.bytes.read(at + head, count * width)?;
        self.of_entries(at, count, &raw)
    }

    /// A directory's first entries, at most this many; of one that is cut off those that are there.
    pub(super) fn beginning(&mut self, at: u64, max: u64) -> Result<Directory, Broken> {
        let (head, width, _) = self.widths();
        let count = self.number(at, head)?;
        let raw = self.bytes.most(at + head, count.min(max) * width)?;
        self.of_entries(at, count, &raw)
    }

    fn of_entries(&mut self, at: u64, count: u64, raw: &[u8]) -> Result<Directory, Broken> {
        let (head, width, offset) = self.widths();
        let entries_at = at + head;
        let step = usize::try_from(width).map_err(|_never| Broken)?;
        let entries = raw.chunks(step).zip((entries_at..).step_by(step));
        let entries: Vec<Entry> = entries.filter_map(|(raw, at)| self.entry(raw, at)).collect();
        let len = count.checked_mul(width).and_then(|len| len.checked_add(head)).ok_or(Broken)?;
        let end = at.checked_add(len).ok_or(Broken)?;
        // The last directory of some files ends with the file.
        let next = self.number(end, offset).unwrap_or(0);
        let len = (len + offset).min(self.bytes.len().saturating_sub(at));
        Ok(Directory { entries, next: self.place(next)?, len })
    }

    fn entry(&self, raw: &[u8], at: u64) -> Option<Entry> {
        let (_, width, offset) = self.widths();
        let tag = u16::try_from(self.number_of(raw.get(..2)?)).ok()?;
        let kind = u16::try_from(self.number_of(raw.get(2..4)?)).ok()?;
        let (value_at, end) = (usize::try_from(width - offset).ok()?, usize::try_from(width).ok()?);
        let count = self.number_of(raw.get(4..value_at)?);
        let len = count.checked_mul(size_of_kind(kind))?;
        let is_inside = len <= offset;
        let at = if is_inside {
            at + value_at as u64
        } else {
            self.base.checked_add(self.number_of(raw.get(value_at..end)?))?
        };
        Some(Entry { tag, kind, count, at, len, is_inside, raw: raw.to_vec() })
    }

    pub(super) fn bytes(&mut self, entry: &Entry) -> Result<Vec<u8>, Broken> {
        if entry.len > PIECE_MAX_BYTES {
            return Err(Broken);
        }
        self.bytes.read(entry.at, entry.len)
    }

    /// Whole numbers; those of pointers as places in the file.
    pub(super) fn numbers(&mut self, entry: &Entry) -> Result<Vec<u64>, Broken> {
        let bytes = self.bytes(entry)?;
        self.numbers_of(entry, &bytes)
    }

    /// The first of them, at most this many; of those that are cut off the ones that are there.
    pub(super) fn first_numbers(&mut self, entry: &Entry, max: u64) -> Result<Vec<u64>, Broken> {
        let bytes = self.bytes.most(entry.at, entry.len.min(max * size_of_kind(entry.kind)))?;
        self.numbers_of(entry, &bytes)
    }

    /// A whole number that stands alone; none for kinds that such numbers are not written as.
    pub(super) fn single(&mut self, entry: &Entry) -> Option<u64> {
        let is_whole = matches!(entry.kind, 3 | 4 | 13 | 16 | 18);
        let numbers = (is_whole && entry.count == 1).then(|| self.numbers(entry))?;
        numbers.ok()?.first().copied()
    }

    fn numbers_of(&self, entry: &Entry, bytes: &[u8]) -> Result<Vec<u64>, Broken> {
        let size = usize::try_from(size_of_kind(entry.kind)).map_err(|_never| Broken)?;
        let numbers = bytes.chunks_exact(size).map(|bytes| self.number_of(bytes));
        if entry.is_pointer() {
            numbers.map(|offset| self.place(offset)).collect()
        } else {
            Ok(numbers.collect())
        }
    }

    /// Whole numbers that are offsets of data.
    pub(super) fn places(&mut self, entry: &Entry) -> Result<Vec<u64>, Broken> {
        let offsets = self.numbers(entry)?;
        offsets.into_iter().map(|offset| self.place(offset)).collect()
    }

    pub(super) fn rationals(&mut self, entry: &Entry) -> Result<Vec<f64>, Broken> {
        if !matches!(entry.kind, 5 | 10) || entry.count > 16 {
            return Err(Broken);
        }
        let bytes = self.bytes(entry)?;
        let part = |bytes: Option<&[u8]>| {
            u32::try_from(self.number_of(bytes.unwrap_or_default())).unwrap_or_default()
        };
        let rational = |bytes: &[u8]| f64::from(part(bytes.get(..4))) / f64::from(part(bytes.get(4..)));
        // 0/0 stands for what is not known, most often the seconds.
        let known = |value: f64| if value.is_nan() { 0.0 } else { value };
        Ok(bytes.chunks_exact(8).map(|bytes| known(rational(bytes))).collect())
    }
}

/// Bytes of one value; an unknown kind counts as bytes.
fn size_of_kind(kind: u16) -> u64 {
    match kind {
        3 | 8 => 2,
        4 | 9 | 11 | 13 => 4,
        5 | 10 | 12 | 16 | 17 | 18 => 8,
        _ => 1,
    }
}
