//! Request bodies that stream: pieces of text and of files, of a length known beforehand.
//!
//! One reader thread fills large blocks and hands them to the connection, because a body that hops threads once
//! per 8 KiB takes several times as long as curl. Memory does not grow with the file.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Instant, SystemTime};

use bytes::Bytes;

use crate::domain::error::Failure;

mod door;
mod feed;
mod pass;
mod throttle;

pub use door::{Door, Doorkeeper, closed};
pub use feed::{Feed, Gauge, untouched};
pub use pass::{CHEAP_BYTES, Seen};
pub use throttle::Throttle;

/// One part of a body.
#[derive(Debug, Clone)]
pub enum Piece {
    Bytes(Bytes),
    /// The file's bytes as they are.
    File(FileSource),
    /// The file's bytes in base64: standard alphabet, padded, no line breaks.
    Base64(FileSource),
}

/// A request body that can be sent again: it says what to send, it holds no position.
#[derive(Debug, Clone, Default)]
pub struct Body {
    pieces: Vec<Piece>,
}

impl Body {
    /// No body at all: Content-Length 0 where the method calls for one.
    #[must_use]
    pub fn empty() -> Self {
        Self::default()
    }

    pub fn bytes(bytes: impl Into<Bytes>) -> Self {
        Self { pieces: vec![Piece::Bytes(bytes.into())] }
    }

    #[must_use]
    pub fn file(source: FileSource) -> Self {
        Self { pieces: vec![Piece::File(source)] }
    }

    #[must_use]
    pub fn pieces(pieces: Vec<Piece>) -> Self {
        Self { pieces }
    }

    /// The exact length in bytes.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.pieces.iter().map(Piece::len).sum()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Nothing of it has to be read.
    fn is_at_hand(&self) -> bool {
        self.pieces.iter().all(|piece| match piece {
            Piece::Bytes(_) => true,
            Piece::File(source) | Piece::Base64(source) => source.held.is_some(),
        })
    }

    /// The whole body in memory where no file is part of it (for signatures over short bodies).
    #[must_use]
    pub fn as_bytes(&self) -> Option<Vec<u8>> {
        let mut whole = Vec::new();
        for piece in &self.pieces {
            match piece {
                Piece::Bytes(bytes) => whole.extend_from_slice(bytes),
                Piece::File(_) | Piece::Base64(_) => return None,
            }
        }
        Some(whole)
    }

    /// Reads the whole body once, in blocks, off the async threads, and gives each block to `sink`;
    /// answers the sink (a hasher). For signatures that cover the body.
    pub async fn read_through<S>(&self, sink: S) -> Result<S, Failure>
    where
        S: FnMut(&[u8]) + Send + 'static,
    {
        feed::read_through(self.pieces.clone(), sink).await
    }
}

impl Piece {
    fn len(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::File(source) => source.size,
            Self::Base64(source) => base64_len(source.size),
        }
    }
}

/// Length of the padded base64 of `size` bytes.
#[must_use]
pub fn base64_len(size: u64) -> u64 {
    size.div_ceil(3) * 4
}

/// A local file to send: where it is, what it was when it was handed over, which checksums to take on the way.
#[derive(Debug, Clone)]
pub struct FileSource {
    pub path: Arc<Path>,
    /// Bytes that are announced and sent; a file that turns out shorter or changed is never sent as if whole.
    pub size: u64,
    /// The modification time when it was inspected.
    pub modified: Option<SystemTime>,
    /// Checksums taken while the bytes stream.
    pub digests: Digests,
    /// Sent in the place of what the file holds by then.
    pub held: Option<Held>,
}

/// A file's whole content, where it is so short that looking at the file read all of it.
#[derive(Debug, Clone)]
pub struct Held {
    pub bytes: Bytes,
    /// The file that it was read from.
    pub seen: Seen,
    /// When it was read.
    pub at: Instant,
}

/// Which checksums to take while streaming, and where the results are found.
#[derive(Debug, Clone, Default)]
pub struct Digests {
    pub md5: bool,
    pub sha256: bool,
    /// BLAKE3, by which the content is known again: up to [`CHEAP_BYTES`], and beyond while it slows nothing.
    pub content: bool,
    taken: Arc<Mutex<Taken>>,
}

#[derive(Debug, Clone, Default)]
pub struct Taken {
    /// Lower-case hex of the last complete pass.
    pub md5: Option<String>,
    /// Lower-case hex of the last complete pass.
    pub sha256: Option<String>,
    /// The BLAKE3 of the last complete pass.
    pub content: Option<[u8; 32]>,
    /// The file that the last complete pass read, when it began.
    pub seen: Option<Seen>,
}

impl Digests {
    #[must_use]
    pub fn new(md5: bool, sha256: bool) -> Self {
        Self { md5, sha256, content: false, taken: Arc::default() }
    }

    /// With BLAKE3 besides.
    #[must_use]
    pub fn content(mut self) -> Self {
        self.content = true;
        self
    }

    /// Of a file that is gone: nothing is taken any more.
    #[must_use]
    pub fn known(taken: Taken) -> Self {
        Self { taken: Arc::new(Mutex::new(taken)), ..Self::default() }
    }

    /// The checksums of the last complete pass over the file.
    #[must_use]
    pub fn taken(&self) -> Taken {
        self.taken.lock().map(|taken| taken.clone()).unwrap_or_default()
    }

    fn put(&self, taken: Taken) {
        if let Ok(mut place) = self.taken.lock() {
            *place = taken;
        }
    }
}
