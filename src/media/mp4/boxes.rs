//! Boxes and the numbers in them. Reading past an end gives `None`, never a panic.

use std::io::{Read, Seek, SeekFrom};

/// A box's four characters.
pub(super) type Kind = [u8; 4];

/// Big-endian numbers, taken off the front.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bytes<'a>(pub &'a [u8]);

impl<'a> Bytes<'a> {
    pub(super) fn take(&mut self, len: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(len)?;
        self.0 = rest;
        Some(taken)
    }

    pub(super) fn skip(&mut self, len: usize) -> Option<()> {
        self.take(len).map(|_| ())
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*taken)
    }

    pub(super) fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_be_bytes)
    }

    pub(super) fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_be_bytes)
    }

    pub(super) fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_be_bytes)
    }
}

/// The boxes within a box, as far as they are whole.
pub(super) fn children(body: &[u8]) -> impl Iterator<Item = (Kind, &[u8])> {
    let mut rest = Bytes(body);
    std::iter::from_fn(move || {
        let size = rest.u32()?;
        let kind: Kind = rest.array()?;
        let body_len = match size {
            0 => rest.0.len(),
            1 => usize::try_from(rest.u64()?.checked_sub(16)?).ok()?,
            size => usize::try_from(size.checked_sub(8)?).ok()?,
        };
        Some((kind, rest.take(body_len)?))
    })
}

/// The first box of a kind within a box.
pub(super) fn find<'a>(body: &'a [u8], kind: &str) -> Option<&'a [u8]> {
    children(body).find(|(found, _)| found == kind.as_bytes()).map(|(_, body)| body)
}

/// Version, flags and the rest of a full box (4.2).
pub(super) fn full_box(body: &[u8]) -> Option<(u8, u32, Bytes<'_>)> {
    let mut bytes = Bytes(body);
    let head = bytes.u32()?;
    Some((head.to_be_bytes()[0], head & 0x00ff_ffff, bytes))
}

/// A box at the top of the file: not read, only where it is.
#[derive(Debug)]
pub(super) struct TopBox {
    pub kind: Kind,
    /// Where its content begins.
    pub start: u64,
    /// Where it ends, at most the file's end.
    pub end: u64,
}

/// The header of the box that begins `at`; `None` at the end or where no box can be.
pub(super) fn top_box(file: &mut (impl Read + Seek), at: u64, len: u64) -> Option<TopBox> {
    if at >= len {
        return None;
    }
    file.seek(SeekFrom::Start(at)).ok()?;
    let mut head = [0; 8];
    file.read_exact(&mut head).ok()?;
    let mut bytes = Bytes(&head);
    let (size, kind) = (bytes.u32()?, bytes.array()?);
    let (start, end) = match size {
        0 => (at + 8, len),
        1 => {
            let mut large = [0; 8];
            file.read_exact(&mut large).ok()?;
            (at + 16, at.checked_add(u64::from_be_bytes(large))?)
        }
        size => (at + 8, at + u64::from(size)),
    };
    (end >= start).then(|| TopBox { kind, start, end: end.min(len) })
}

/// A top box's content, unless it is larger than `max_bytes`.
pub(super) fn top_body(file: &mut (impl Read + Seek), top: &TopBox, max_bytes: u64) -> Option<Vec<u8>> {
    let len = top.end.checked_sub(top.start).filter(|&len| len <= max_bytes)?;
    file.seek(SeekFrom::Start(top.start)).ok()?;
    let mut body = Vec::new();
    file.take(len).read_to_end(&mut body).ok()?;
    Some(body)
}
