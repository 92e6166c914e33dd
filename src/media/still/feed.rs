//! Bytes of a file, one after the other, with little memory.

use std::io::{self, Read, Seek, SeekFrom};
use std::time::Instant;

/// A reader that fails after a time, so that a decoder that never ends does.
#[derive(Debug)]
pub(super) struct Timed<R> {
    inner: R,
    until: Instant,
}

impl<R> Timed<R> {
    pub(super) fn new(inner: R, until: Instant) -> Self {
        Self { inner, until }
    }
}

impl<R: Read> Read for Timed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if Instant::now() > self.until {
            return Err(io::Error::new(io::ErrorKind::TimedOut, "It takes too long to decode"));
        }
        self.inner.read(buffer)
    }
}

impl<R: Seek> Seek for Timed<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.inner.seek(to)
    }
}

const BUFFER_BYTES: usize = 32 << 10;

/// Single bytes and words, fast.
#[derive(Debug)]
pub(super) struct Feed<R> {
    source: R,
    buffer: Box<[u8]>,
    at: usize,
    end: usize,
    /// Bytes of the file before those in the buffer.
    before: u64,
}

impl<R: Read> Feed<R> {
    pub(super) fn new(source: R) -> Self {
        Self { source, buffer: vec![0; BUFFER_BYTES].into(), at: 0, end: 0, before: 0 }
    }

    /// How many bytes were taken.
    pub(super) fn position(&self) -> u64 {
        self.before + self.at as u64
    }

    /// Reads on until there are at least eight bytes, or the file ends.
    fn fill(&mut self) {
        self.buffer.copy_within(self.at..self.end, 0);
        self.before += self.at as u64;
        self.end -= self.at;
        self.at = 0;
        while self.end < 8 {
            let free = self.buffer.get_mut(self.end..).unwrap_or_default();
            match self.source.read(free) {
                Ok(0) => return,
                Ok(read) => self.end += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // What cannot be read is not there.
                Err(_) => return,
            }
        }
    }

    pub(super) fn byte(&mut self) -> Option<u8> {
        if self.at == self.end {
            self.fill();
            if self.at == self.end {
                return None;
            }
        }
        let byte = self.buffer.get(self.at).copied();
        self.at += 1;
        byte
    }

    /// A number of two bytes, the higher first.
    pub(super) fn short(&mut self) -> Option<u16> {
        Some(u16::from_be_bytes([self.byte()?, self.byte()?]))
    }

    /// The next eight bytes, the first one highest; they are still to come.
    #[inline]
    pub(super) fn peek_word(&mut self) -> Option<u64> {
        if self.end - self.at < 8 {
            self.fill();
        }
        let bytes = self.buffer.get(self.at..self.end)?.first_chunk::<8>()?;
        Some(u64::from_be_bytes(*bytes))
    }

    /// Passes over bytes that were peeked at.
    #[inline]
    pub(super) fn advance(&mut self, bytes: usize) {
        self.at = (self.at + bytes).min(self.end);
    }

    pub(super) fn bytes(&mut self, count: usize) -> Option<Vec<u8>> {
        (0..count).map(|_| self.byte()).collect()
    }

    pub(super) fn skip(&mut self, mut count: usize) -> Option<()> {
        while count > 0 {
            if self.at == self.end {
                self.fill();
                if self.at == self.end {
                    return None;
                }
            }
            let now = count.min(self.end - self.at);
            self.at += now;
            count -= now;
        }
        Some(())
    }
}
