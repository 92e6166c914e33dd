//! A file while it is being received: one block fills while the one before is hashed and written.

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use md5::Md5;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;
use tokio::task::JoinHandle;

use super::{BLOCK, Inner, KeepError, Kept, blocking, io};

/// A file while it is being received. Dropped without [`Incoming::keep`], nothing remains of it.
#[derive(Debug)]
pub struct Incoming {
    space: Space,
    block: Vec<u8>,
    writer: Writing,
    size: u64,
}

#[derive(Debug)]
enum Writing {
    Idle(Box<Writer>),
    /// The block before is on its way; answers the emptied block for reuse.
    Busy(JoinHandle<io::Result<(Box<Writer>, Vec<u8>)>>),
    /// A block could not be written.
    Broken,
}

#[derive(Debug)]
struct Writer {
    file: NamedTempFile,
    md5: Md5,
    sha256: Sha256,
}

impl Writer {
    fn put(&mut self, block: &[u8]) -> io::Result<()> {
        self.md5.update(block);
        self.sha256.update(block);
        self.file.write_all(block)
    }
}

/// Bytes of the disk cap that are taken; given back when dropped.
#[derive(Debug)]
struct Space {
    inner: Arc<Inner>,
    bytes: u64,
}

impl Space {
    fn take(&mut self, more: u64) -> Result<(), KeepError> {
        let limits = self.inner.limits;
        if self.bytes.saturating_add(more) > limits.max_file_bytes {
            return Err(KeepError::TooLarge { limit: limits.max_file_bytes });
        }
        let before = self.inner.used.fetch_add(more, Ordering::Relaxed);
        self.bytes += more;
        if before.saturating_add(more) > limits.max_total_bytes {
            return Err(KeepError::TooLarge { limit: limits.max_total_bytes });
        }
        Ok(())
    }

    /// The kept file holds the space from here on.
    fn hand_over(&mut self) {
        self.bytes = 0;
    }
}

impl Drop for Space {
    fn drop(&mut self) {
        self.inner.used.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

impl Incoming {
    pub(super) async fn begin(inner: Arc<Inner>) -> Result<Self, KeepError> {
        let dir = inner.incoming();
        let file = blocking(move || NamedTempFile::new_in(dir)).await?;
        let writer = Box::new(Writer { file, md5: Md5::new(), sha256: Sha256::new() });
        let space = Space { inner, bytes: 0 };
        Ok(Self { space, block: Vec::new(), writer: Writing::Idle(writer), size: 0 })
    }

    /// Takes the next bytes.
    pub async fn write(&mut self, mut bytes: &[u8]) -> Result<(), KeepError> {
        self.space.take(bytes.len() as u64)?;
        self.size += bytes.len() as u64;
        while !bytes.is_empty() {
            let room = BLOCK - self.block.len();
            let (now, later) = bytes.split_at(room.min(bytes.len()));
            self.block.extend_from_slice(now);
            bytes = later;
            if self.block.len() == BLOCK {
                self.flush().await?;
            }
        }
        Ok(())
    }

    /// Bytes taken so far.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    async fn flush(&mut self) -> Result<(), KeepError> {
        let (mut writer, spare) = self.idle().await?;
        let mut block = std::mem::replace(&mut self.block, spare);
        self.writer = Writing::Busy(tokio::task::spawn_blocking(move || {
            writer.put(&block)?;
            block.clear();
            Ok((writer, block))
        }));
        Ok(())
    }

    /// The writer once the block before is written, and an empty block.
    async fn idle(&mut self) -> io::Result<(Box<Writer>, Vec<u8>)> {
        match std::mem::replace(&mut self.writer, Writing::Broken) {
            Writing::Idle(writer) => Ok((writer, Vec::with_capacity(BLOCK))),
            Writing::Busy(job) => job.await.map_err(io::Error::other)?,
            Writing::Broken => Err(io::Error::other("an earlier block could not be written")),
        }
    }

    /// Keeps the file for good.
    pub async fn keep(
        mut self,
        service: &str,
        name: &str,
        mime: &str,
        extra: Map<String, Value>,
    ) -> Result<Kept, KeepError> {
        let (mut writer, _) = self.idle().await?;
        let mut kept = Kept {
            id: uuid::Uuid::new_v4().simple().to_string(),
            service: service.to_owned(),
            name: name.to_owned(),
            mime: mime.to_owned(),
            size: self.size,
            md5: String::new(),
            sha256: String::new(),
            created_at: jiff::Timestamp::now().as_second(),
            extra,
        };
        let Self { mut space, block, .. } = self;
        let job = blocking(move || {
            writer.put(&block)?;
            kept.md5 = hex::encode(writer.md5.finalize());
            kept.sha256 = hex::encode(writer.sha256.finalize());
            let inner = Arc::clone(&space.inner);
            writer.file.persist(inner.files().join(&kept.id)).map_err(|error| error.error)?;
            inner.write_facts(&kept)?;
            inner.write().insert(kept.clone());
            space.hand_over();
            Ok(kept)
        });
        Ok(job.await?)
    }
}
