//! One pass over a file: the checksums that are taken on the way, and which file it was that was read.

use std::fs::Metadata;
use std::time::SystemTime;

use md5::Digest as _;

use super::{Digests, Taken};

/// Up to here the content's BLAKE3 is always taken, because it costs nothing that is felt: 30 ms.
pub const CHEAP_BYTES: u64 = 32 * 1024 * 1024;

/// So many blocks more may find the connection waiting for the reader than find it busy, until a large file's BLAKE3 is
/// given up.
const PATIENCE: u32 = 8;

/// How the connection stood when the next block was ready for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Demand {
    /// It waited for the block: what the reader does beside reading makes the upload slower.
    Waiting,
    Between,
    /// It has enough: the reader would only wait.
    Busy,
}

/// The checksums of a pass, as far as they are wanted.
pub(super) struct Hashes {
    md5: Option<md5::Md5>,
    sha256: Option<sha2::Sha256>,
    content: Option<blake3::Hasher>,
    read_bytes: u64,
    hungry: u32,
}

impl Hashes {
    pub(super) fn new(digests: &Digests) -> Self {
        Self {
            md5: digests.md5.then(md5::Md5::new),
            sha256: digests.sha256.then(sha2::Sha256::new),
            content: digests.content.then(blake3::Hasher::new),
            read_bytes: 0,
            hungry: 0,
        }
    }

    pub(super) fn add(&mut self, block: &[u8], demand: Demand) {
        if let Some(md5) = &mut self.md5 {
            md5.update(block);
        }
        if let Some(sha256) = &mut self.sha256 {
            sha256.update(block);
        }
        self.read_bytes = self.read_bytes.saturating_add(block.len() as u64);
        if self.read_bytes > CHEAP_BYTES {
            self.weigh(demand);
        }
        if let Some(content) = &mut self.content {
            content.update(block);
        }
    }

    /// A fast connection is not slowed: it goes without.
    fn weigh(&mut self, demand: Demand) {
        self.hungry = match demand {
            Demand::Waiting => self.hungry + 1,
            Demand::Between => self.hungry,
            Demand::Busy => self.hungry.saturating_sub(1),
        };
        if self.hungry >= PATIENCE {
            self.content = None;
        }
    }

    pub(super) fn finish(self, seen: Seen) -> Taken {
        Taken {
            md5: self.md5.map(|hasher| hex::encode(hasher.finalize())),
            sha256: self.sha256.map(|hasher| hex::encode(hasher.finalize())),
            content: self.content.map(|hasher| *hasher.finalize().as_bytes()),
            seen: Some(seen),
        }
    }
}

/// What tells one state of a file from another without reading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    size: u64,
    modified: Option<SystemTime>,
    /// Device and number of the file, where the system tells them: another file may have its name, size and time.
    number: Option<(u64, u64)>,
    /// When anything of it changed last, which nobody can set back, in seconds and nanoseconds.
    changed: Option<(i64, i64)>,
}

impl Seen {
    #[cfg(unix)]
    #[must_use]
    pub fn of(file: &Metadata) -> Self {
        use std::os::unix::fs::MetadataExt as _;
        Self {
            size: file.len(),
            modified: file.modified().ok(),
            number: Some((file.dev(), file.ino())),
            changed: Some((file.ctime(), file.ctime_nsec())),
        }
    }

    #[cfg(not(unix))]
    #[must_use]
    pub fn of(file: &Metadata) -> Self {
        Self { size: file.len(), modified: file.modified().ok(), number: None, changed: None }
    }

    /// Another file has taken the place of this one.
    #[must_use]
    pub fn is_replaced_by(&self, now: &Self) -> bool {
        self.number != now.number
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static BLOCK: [u8; 1024 * 1024] = [7; 1024 * 1024];

    fn seen() -> Seen {
        Seen { size: 0, modified: None, number: None, changed: None }
    }

    fn pass(demands: impl Iterator<Item = Demand>) -> Option<[u8; 32]> {
        let mut hashes = Hashes::new(&Digests::default().content());
        let mut whole = blake3::Hasher::new();
        for demand in demands {
            hashes.add(&BLOCK, demand);
            whole.update(&BLOCK);
        }
        let taken = hashes.finish(seen());
        assert_eq!((taken.md5, taken.sha256), (None, None));
        assert!(taken.content.is_none_or(|content| content == *whole.finalize().as_bytes()));
        taken.content
    }

    #[test]
    fn a_small_content_is_always_known() {
        assert!(pass(std::iter::repeat_n(Demand::Waiting, 32)).is_some());
    }

    #[test]
    fn of_a_large_file_it_is_taken_while_the_connection_is_the_slower_side() {
        let start = std::iter::repeat_n(Demand::Waiting, 32);
        assert!(pass(start.clone().chain(std::iter::repeat_n(Demand::Busy, 40))).is_some());
        assert!(pass(start.clone().chain(std::iter::repeat_n(Demand::Between, 40))).is_some());
        let bursts = [Demand::Waiting, Demand::Busy, Demand::Busy];
        assert!(pass(start.clone().chain(bursts.into_iter().cycle().take(60))).is_some());
        assert!(pass(start.chain(std::iter::repeat_n(Demand::Waiting, 8))).is_none(), "it would slow it");
    }

    #[test]
    fn what_was_not_wanted_is_not_taken() {
        let mut hashes = Hashes::new(&Digests::default());
        hashes.add(b"abc", Demand::Busy);
        assert_eq!(hashes.finish(seen()).content, None);
    }
}
