//! How a copy without metadata is made of a file: which of its bytes are kept, and what comes in place of the others.
//! The same file gives the same plan, so a copy can be made again.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::ops::Range;

use super::told::Told;

/// A file that is not as its format has it. Nothing is taken out of such a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Broken;

/// Bytes that can be read anywhere: of a file, or in memory.
pub(super) trait Bytes {
    fn len(&self) -> u64;

    /// All of these bytes, or none of them.
    fn read(&mut self, at: u64, len: u64) -> Result<Vec<u8>, Broken>;

    fn byte(&mut self, at: u64) -> Result<u8, Broken> {
        self.read(at, 1)?.first().copied().ok_or(Broken)
    }

    fn be16(&mut self, at: u64) -> Result<u16, Broken> {
        self.array(at).map(u16::from_be_bytes)
    }

    fn be32(&mut self, at: u64) -> Result<u32, Broken> {
        self.array(at).map(u32::from_be_bytes)
    }

    fn array<const N: usize>(&mut self, at: u64) -> Result<[u8; N], Broken> {
        self.read(at, N as u64)?.try_into().map_err(|_other_length| Broken)
    }

    /// As many of these bytes as there are.
    fn most(&mut self, at: u64, len: u64) -> Result<Vec<u8>, Broken> {
        let there = self.len().saturating_sub(at).min(len);
        self.read(at, there)
    }
}

impl Bytes for &[u8] {
    fn len(&self) -> u64 {
        <[u8]>::len(self) as u64
    }

    fn read(&mut self, at: u64, len: u64) -> Result<Vec<u8>, Broken> {
        let from = usize::try_from(at).map_err(|_too_far| Broken)?;
        let to = at.checked_add(len).and_then(|to| usize::try_from(to).ok()).ok_or(Broken)?;
        self.get(from..to).map(<[u8]>::to_vec).ok_or(Broken)
    }
}

/// Nothing that is wanted in one piece is larger.
pub(super) const PIECE_MAX_BYTES: u64 = 16 << 20;
const BLOCK_BYTES: u64 = 64 << 10;

/// A file, with the block that was read last.
pub(super) struct Source {
    file: File,
    len: u64,
    block: Vec<u8>,
    block_at: u64,
}

impl Source {
    pub(super) fn of(file: File, len: u64) -> Self {
        Self { file, len, block: Vec::new(), block_at: 0 }
    }

    fn in_block(&self, at: u64, len: u64) -> Option<&[u8]> {
        let from = usize::try_from(at.checked_sub(self.block_at)?).ok()?;
        self.block.get(from..from.checked_add(usize::try_from(len).ok()?)?)
    }

    fn fetch(&mut self, at: u64, len: u64) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.file.seek(SeekFrom::Start(at))?;
        (&mut self.file).take(len).read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

impl Bytes for Source {
    fn len(&self) -> u64 {
        self.len
    }

    fn read(&mut self, at: u64, len: u64) -> Result<Vec<u8>, Broken> {
        if len > PIECE_MAX_BYTES || at.checked_add(len).is_none_or(|end| end > self.len) {
            return Err(Broken);
        }
        if let Some(bytes) = self.in_block(at, len) {
            return Ok(bytes.to_vec());
        }
        if len > BLOCK_BYTES {
            let bytes = self.fetch(at, len).map_err(|_unreadable| Broken)?;
            return if bytes.len() as u64 == len { Ok(bytes) } else { Err(Broken) };
        }
        self.block = self.fetch(at, BLOCK_BYTES).map_err(|_unreadable| Broken)?;
        self.block_at = at;
        self.in_block(at, len).map(<[u8]>::to_vec).ok_or(Broken)
    }

    fn byte(&mut self, at: u64) -> Result<u8, Broken> {
        if let Some(byte) = self.in_block(at, 1).and_then(|bytes| bytes.first()) {
            return Ok(*byte);
        }
        self.read(at, 1)?.first().copied().ok_or(Broken)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    /// As they are in the file.
    Keep(Range<u64>),
    Put(Vec<u8>),
}

/// A copy in pieces, one after the other, and what the file tells that is not in it.
#[derive(Debug, Default)]
pub(in crate::media) struct Plan {
    pieces: Vec<Piece>,
    /// Bytes of metadata that the copy does not have.
    pub(in crate::media) gone: u64,
    pub(in crate::media) told: Told,
    /// There is a place in it that the copy would have as well.
    pub(in crate::media) stays: bool,
}

impl Plan {
    /// Takes nothing out.
    pub(in crate::media) fn nothing(told: Told) -> Self {
        Self { stays: told.has_location, told, ..Self::default() }
    }

    /// Nothing has to go: the file itself will do.
    pub(in crate::media) fn is_clean(&self) -> bool {
        self.gone == 0
    }

    pub(in crate::media) fn keep(&mut self, from: u64, to: u64) {
        match self.pieces.last_mut() {
            Some(Piece::Keep(last)) if last.end == from => last.end = to,
            _ if from < to => self.pieces.push(Piece::Keep(from..to)),
            _ => {}
        }
    }

    pub(in crate::media) fn put(&mut self, bytes: Vec<u8>) {
        self.pieces.push(Piece::Put(bytes));
    }

    /// The place that [`Self::put_at`] takes for here.
    pub(in crate::media) fn here(&mut self) -> usize {
        // What is kept from here on is a piece of its own.
        self.pieces.push(Piece::Put(Vec::new()));
        self.pieces.len() - 1
    }

    pub(in crate::media) fn put_at(&mut self, place: usize, bytes: Vec<u8>) {
        if let Some(piece) = self.pieces.get_mut(place) {
            *piece = Piece::Put(bytes);
        }
    }

    /// Bytes of the copy.
    pub(in crate::media) fn len(&self) -> u64 {
        self.pieces
            .iter()
            .map(|piece| match piece {
                Piece::Keep(range) => range.end - range.start,
                Piece::Put(bytes) => bytes.len() as u64,
            })
            .sum()
    }

    pub(in crate::media) fn write(&self, from: &mut File, to: &mut impl Write) -> io::Result<()> {
        for piece in &self.pieces {
            match piece {
                Piece::Put(bytes) => to.write_all(bytes)?,
                Piece::Keep(range) => {
                    let len = range.end - range.start;
                    from.seek(SeekFrom::Start(range.start))?;
                    if io::copy(&mut from.take(len), to)? != len {
                        return Err(io::ErrorKind::UnexpectedEof.into());
                    }
                }
            }
        }
        Ok(())
    }
}

/// Changes in place, for formats whose parts are found by where they are.
#[derive(Debug, Default)]
pub(super) struct Edits {
    /// Sorted by where they are when the plan is made.
    puts: Vec<(u64, Vec<u8>)>,
    /// What must stay as it is.
    kept: Vec<Range<u64>>,
    gone: u64,
}

impl Edits {
    /// Other bytes from here on; `gone` of them were metadata.
    pub(super) fn put(&mut self, at: u64, bytes: Vec<u8>, gone: u64) {
        self.puts.push((at, bytes));
        self.gone += gone;
    }

    /// Puts `fill` and then zeros over these bytes, unless that is what they are.
    pub(super) fn blank(
        &mut self,
        bytes: &mut impl Bytes,
        at: u64,
        len: u64,
        fill: &[u8],
    ) -> Result<(), Broken> {
        // Read before anything is taken from the memory: it says how long it is, and may lie.
        let now = bytes.read(at, len)?;
        let mut put = fill.to_vec();
        put.resize(now.len(), 0);
        if now != put {
            self.put(at, put, len);
        }
        Ok(())
    }

    pub(super) fn keep(&mut self, at: u64, len: u64) {
        self.kept.push(at..at.saturating_add(len));
    }

    /// Refuses where something to be changed lies over something that stays, as no honest file has it.
    pub(super) fn plan(mut self, len: u64, told: Told) -> Result<Plan, Broken> {
        self.puts.sort();
        self.puts.dedup();
        self.kept.sort_by_key(|range| range.start);
        let mut plan = Plan { gone: self.gone, told, ..Plan::default() };
        let mut at = 0;
        let mut kept = self.kept.iter().peekable();
        let mut kept_to = 0;
        for (from, bytes) in self.puts {
            let to = from + bytes.len() as u64;
            while let Some(range) = kept.next_if(|range| range.start < to) {
                kept_to = kept_to.max(range.end);
            }
            if from < at || kept_to > from || to > len {
                return Err(Broken);
            }
            plan.keep(at, from);
            plan.put(bytes);
            at = to;
        }
        plan.keep(at, len);
        Ok(plan)
    }
}
