//! Bytes that are read wherever they are wanted, within bounds.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

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
pub(super) struct Source<F = File> {
    file: F,
    len: u64,
    block: Vec<u8>,
    block_at: u64,
}

impl<F: Read + Seek> Source<F> {
    pub(super) fn of(file: F, len: u64) -> Self {
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

impl<F: Read + Seek> Bytes for Source<F> {
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
