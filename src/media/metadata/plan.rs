//! How a copy without metadata is made of a file: which of its bytes are kept, and what comes in place of the others.
//! The same file gives the same plan, so a copy can be made again.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::ops::Range;

use super::told::Told;
use crate::media::bytes::{Broken, Bytes};

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
