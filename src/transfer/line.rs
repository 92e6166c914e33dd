//! One file's way, one step after the other, a new type each time so that no step can be left out:
//! path → [`Inspected`] → [`Cleared`] → [`Prepared`] → [`Receipt`].

use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;

use super::Repairs;
use super::after::{After, Original};
use super::preflight;
use super::targets::Resolved;
use crate::domain::attachment::FileFacts;
use crate::domain::changes::CopyWish;
use crate::domain::describe::{Checksum, Types};
use crate::domain::error::{Failure, Kind, Retry, Step};
use crate::domain::preflight::{Finding, Repair};
use crate::domain::receipt::Receipt;
use crate::media::{self, Readers};
use crate::services::Upload;
use crate::services::body::{CHEAP_BYTES, Digests, FileSource};
use crate::services::http::Exchange;

/// A file that has been looked at.
pub(super) struct Inspected(FileFacts);

/// A file that may be sent, with the repairs to carry out.
pub(super) struct Cleared {
    file: FileFacts,
    repairs: Vec<Repair>,
    /// What the user should know although it is sent.
    pub(super) warnings: Vec<Finding>,
}

/// A file ready to be sent.
pub(super) struct Prepared {
    pub(super) upload: Upload,
    /// The file that was handed over.
    original: Original,
    /// A repaired copy lives in here until the upload has ended.
    _copies: Option<tempfile::TempDir>,
}

/// Why a file is not cleared.
pub(super) enum NotCleared {
    Failed(Failure),
    /// The front decides about the repairs.
    Ask(Vec<Finding>),
}

pub(super) async fn inspect(path: &Path) -> Result<Inspected, Failure> {
    let path = path.to_owned();
    let facts =
        off_thread(move || media::inspect(&path)).await.map_err(|failure| failure.at(Step::Inspect))?;
    Ok(Inspected(facts))
}

impl Inspected {
    pub(super) fn facts(&self) -> &FileFacts {
        &self.0
    }

    /// Checks the file. `decided` are the repairs that the user has chosen already, `more` was found elsewhere.
    pub(super) fn clear(
        self,
        resolved: &Resolved,
        (decided, policy): (Option<Vec<Repair>>, Repairs),
        more: Option<Finding>,
    ) -> Result<Cleared, NotCleared> {
        let findings = more.into_iter().chain(preflight::check(resolved.service, &self.0, &resolved.target));
        let (errors, warnings): (Vec<_>, Vec<_>) = findings.partition(Finding::is_error);
        let repairs = decided.unwrap_or_default();
        let open: Vec<_> = errors
            .into_iter()
            .filter(|finding| !finding.repair.as_ref().is_some_and(|repair| repairs.contains(repair)))
            .collect();
        if open.is_empty() {
            return Ok(Cleared { file: self.0, repairs, warnings });
        }
        let all_mendable = open.iter().all(|finding| finding.repair.is_some());
        if all_mendable && policy == Repairs::Ask {
            return Err(NotCleared::Ask(open));
        }
        let failure = open.into_iter().next().map_or_else(Failure::cancelled, Finding::into_failure);
        Err(NotCleared::Failed(failure))
    }
}

impl Cleared {
    /// Carries the repairs out and makes what the service needs besides the file.
    pub(super) async fn prepare(
        self,
        resolved: &Resolved,
        readers: &Readers,
        answer_lost: bool,
    ) -> Result<Prepared, Failure> {
        let capability = &resolved.service.description().capability;
        let mut original = Original::of(&self.file);
        let (file, copies) =
            repair(self.file, self.repairs, readers).await.map_err(|failure| failure.at(Step::Prepare))?;
        let thumb = if capability.types == Types::ImagesAndVideos && file.is_video() {
            Some(thumb(file.path.clone(), readers).await.map_err(|failure| failure.at(Step::Prepare))?)
        } else {
            None
        };
        if copies.is_some() {
            original.read().await;
        }
        // Both checksums cost nothing that is felt; above this size only the one that the service needs is taken, so
        // that a large upload runs at the speed of the connection.
        let cheap = file.size <= CHEAP_BYTES;
        let takes = |checksum| cheap || capability.checksum == Some(checksum);
        let source = FileSource {
            path: Arc::from(file.path.as_path()),
            size: file.size,
            modified: file.modified,
            digests: Digests::new(takes(Checksum::Md5), takes(Checksum::Sha256)).content(),
        };
        let target = resolved.target.clone();
        let upload = Upload { target, file, source, thumb, answer_lost };
        Ok(Prepared { upload, original, _copies: copies })
    }
}

impl Prepared {
    /// Sends it and compares what the service says with what was sent.
    pub(super) async fn upload(
        &self,
        resolved: &Resolved,
        exchange: &mut Exchange,
    ) -> Result<Receipt, Failure> {
        let receipt = resolved.service.upload(&self.upload, exchange).await;
        let receipt = receipt.map_err(|failure| exchange.finish(failure))?;
        self.verify(receipt).map_err(|failure| failure.at(Step::Verify))
    }

    /// What there is to look at once it has been sent.
    pub(super) fn after(self) -> After {
        After::new(self.original, self.upload.source)
    }

    fn verify(&self, mut receipt: Receipt) -> Result<Receipt, Failure> {
        let sent = self.upload.file.size;
        if let Some(size) = receipt.size.filter(|size| *size != sent) {
            return Err(damaged(format!("{sent} bytes were sent, the service has {size}")));
        }
        let taken = self.upload.source.digests.taken();
        for (ours, theirs) in [(&taken.md5, &receipt.md5), (&taken.sha256, &receipt.sha256)] {
            if let (Some(ours), Some(theirs)) = (ours, theirs)
                && !ours.eq_ignore_ascii_case(theirs)
            {
                return Err(damaged(format!("checksum {ours} was sent, the service has {theirs}")));
            }
        }
        receipt.size = Some(sent);
        receipt.md5 = receipt.md5.or(taken.md5);
        receipt.sha256 = receipt.sha256.or(taken.sha256);
        let (width, height) = self.upload.file.pixels.unzip();
        receipt.width = receipt.width.or(width);
        receipt.height = receipt.height.or(height);
        Ok(receipt)
    }
}

fn damaged(cause: String) -> Failure {
    Failure::new(Kind::Protocol, "The file arrived damaged")
        .cause(cause)
        .advice("Do not use what stands at the service. Upload the file again.")
        .retry(Retry::Never)
}

async fn repair(
    mut file: FileFacts,
    repairs: Vec<Repair>,
    readers: &Readers,
) -> Result<(FileFacts, Option<tempfile::TempDir>), Failure> {
    let mut copies = None;
    let wish = CopyWish::of(&repairs, false);
    if !wish.is_none() {
        let (from, readers) = (file.path.clone(), readers.clone());
        // The folder belongs to the thread that fills it: a job cancelled meanwhile leaves none behind.
        let (copy, folder) = off_thread(move || {
            let folder = tempfile::tempdir().map_err(|error| no_room(&error))?;
            Ok((readers.copy(&from, wish, folder.path())?, folder))
        })
        .await?;
        if let Some(copy) = copy {
            file = FileFacts { duration_secs: file.duration_secs, ..copy.facts };
            copies = Some(folder);
        }
    }
    for repair in repairs {
        if let Repair::Rename { name } = repair {
            file.name = name;
        }
    }
    Ok((file, copies))
}

async fn thumb(path: PathBuf, readers: &Readers) -> Result<Bytes, Failure> {
    let readers = readers.clone();
    let thumb = off_thread(move || readers.thumbnail(&path, None)).await?;
    Ok(Bytes::from(thumb.jpeg))
}

fn no_room(error: &std::io::Error) -> Failure {
    Failure::new(Kind::Storage, "No smaller copy could be made on this computer")
        .cause(error)
        .advice("Make room in the folder for temporary files, then retry.")
}

async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| {
        Err(Failure::new(Kind::Unreadable, "Reading the file broke off").cause(error))
    })
}
