//! One file's way, one step after the other, a new type each time so that no step can be left out:
//! path → [`Inspected`] → [`Cleared`] → [`Prepared`] → [`Receipt`].

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;

use super::Repairs;
use super::after::{After, Original};
use super::preflight;
use super::targets::Resolved;
use crate::domain::attachment::FileFacts;
use crate::domain::changes::{CopyWish, PictureType, Removed, Sent};
use crate::domain::describe::{Checksum, Types};
use crate::domain::error::{Failure, Kind, Retry, Step};
use crate::domain::file_name;
use crate::domain::preflight::{Finding, Repair};
use crate::domain::receipt::Receipt;
use crate::media::{self, Readers, Whole};
use crate::services::Upload;
use crate::services::body::{self, Body, CHEAP_BYTES, Digests, FileSource, Held, Seen, Taken};
use crate::services::http::Exchange;

/// Files of no more bytes are read whole when they are looked at, which spares opening them again.
const SHORT_BYTES: u64 = 64 * 1024;

/// A file that has been looked at, with its content where it is short.
pub(super) struct Inspected(FileFacts, Option<Held>);

/// A file that may be sent, with the repairs to carry out.
pub(super) struct Cleared {
    file: FileFacts,
    held: Option<Held>,
    repairs: Vec<Repair>,
    policy: Repairs,
    /// What the user should know although it is sent.
    pub(super) warnings: Vec<Finding>,
}

/// A file ready to be sent.
pub(super) struct Prepared {
    pub(super) upload: Upload,
    /// What goes out in the file's place; none: the file as it is.
    pub(super) sent: Option<Sent>,
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
    // A hop to another thread and back would cost a small file more than its reading.
    let (facts, whole) = if let Some((facts, whole)) = media::inspect_at_hand(path, SHORT_BYTES) {
        (facts, Some(whole))
    } else {
        let path = path.to_owned();
        let looked = off_thread(move || media::inspect_whole(&path, SHORT_BYTES)).await;
        looked.map_err(|failure| failure.at(Step::Inspect))?
    };
    let held = whole.map(|Whole { bytes, file }| Held {
        bytes: bytes.into(),
        seen: Seen::of(&file),
        at: Instant::now(),
    });
    Ok(Inspected(facts, held))
}

impl Inspected {
    pub(super) fn facts(&self) -> &FileFacts {
        &self.0
    }

    /// Checks the file. `decided` are the repairs that the user has chosen already, `more` was found elsewhere.
    pub(super) fn clear(
        self,
        resolved: &Resolved,
        (repairs, policy): (Vec<Repair>, Repairs),
        more: Vec<Finding>,
    ) -> Result<Cleared, NotCleared> {
        let findings = more.into_iter().chain(preflight::check(resolved.service, &self.0, &resolved.target));
        let warnings = decide(findings, &repairs, policy)?;
        Ok(Cleared { file: self.0, held: self.1, repairs, policy, warnings })
    }

    /// What the copy that is sent is to be.
    pub(super) fn wish(&self, repairs: &[Repair], remove_location: bool) -> CopyWish {
        CopyWish::of(repairs, remove_location && self.0.is_image())
    }
}

/// The warnings, where every error is mended by a repair that was chosen.
fn decide(
    findings: impl Iterator<Item = Finding>,
    repairs: &[Repair],
    policy: Repairs,
) -> Result<Vec<Finding>, NotCleared> {
    let (errors, warnings): (Vec<_>, Vec<_>) = findings.partition(Finding::is_error);
    let open: Vec<_> = errors
        .into_iter()
        .filter(|finding| !finding.repair.as_ref().is_some_and(|repair| repairs.contains(repair)))
        .collect();
    if open.is_empty() {
        return Ok(warnings);
    }
    let all_mendable = open.iter().all(|finding| finding.repair.is_some());
    if all_mendable && policy == Repairs::Ask {
        return Err(NotCleared::Ask(open));
    }
    let failure = open.into_iter().next().map_or_else(Failure::cancelled, Finding::into_failure);
    Err(NotCleared::Failed(failure))
}

/// What is to be told of a file's metadata before it is sent, and what is left of the wish: a file that has nothing to
/// be taken out needs no copy. Told is that a file says where it was taken, where that stays in what is sent although it
/// is not wanted there.
pub(super) async fn place(
    inspected: &Inspected,
    wish: CopyWish,
    readers: &Readers,
) -> (CopyWish, Option<Finding>) {
    let file = &inspected.0;
    let is_video = file.is_video();
    // A new encoding leaves everything behind.
    if !(wish.without_metadata || is_video) || wish.to.is_some() || wish.max_bytes.is_some() {
        return (wish, None);
    }
    if inspected.1.as_ref().is_some_and(|held| Readers::tells_nothing(&held.bytes)) {
        return (CopyWish::default(), None);
    }
    let (source, readers) = (source_of(file, Digests::default()), readers.clone());
    let told = off_thread(move || {
        // Of another file than was looked at nothing is told: that it is another one is told when it is sent.
        if body::untouched(&source).is_err() { Ok(None) } else { readers.metadata(&source.path).map(Some) }
    });
    let message = match told.await {
        Ok(None) => return (wish, None),
        Ok(Some(told)) if told.removable => return (wish, None),
        Ok(Some(told)) if !told.has_location => return (CopyWish::default(), None),
        Ok(Some(_)) => "It says where it was taken, and that cannot be removed here".to_owned(),
        Err(_unread) if is_video => return (wish, None),
        // Whatever kept it from being read: the file, or the program that reads it.
        Err(unread) => format!("{}, and it may say where it was taken", unread.broke),
    };
    if is_video {
        return (wish, Some(Finding::warning(Kind::Refused, message)));
    }
    let repair = if PictureType::can_be_made_of(&file.mime) {
        Repair::ConvertImage { to: PictureType::Jpeg }
    } else {
        Repair::KeepMetadata
    };
    (wish, Some(Finding::error(Kind::Refused, message).repair(repair)))
}

impl Cleared {
    /// Carries the repairs out and makes what the service needs besides the file.
    pub(super) async fn prepare(
        self,
        resolved: &Resolved,
        wish: CopyWish,
        readers: &Readers,
        answer_lost: bool,
    ) -> Result<Prepared, NotCleared> {
        let capability = &resolved.service.description().capability;
        let mut original = Original::of(&self.file);
        let name = self.file.name.clone();
        let changed = change(self.file, &self.repairs, wish, readers).await;
        let Changed { file, removed, folder } = changed.map_err(|failure| failure.at(Step::Prepare))?;
        let thumb = if capability.types == Types::ImagesAndVideos && file.is_video() {
            let thumb = thumb(file.path.clone(), frame_of(&self.repairs), readers).await;
            Some(thumb.map_err(|failure| failure.at(Step::Prepare))?)
        } else {
            None
        };
        let mut sent = (file.name != name).then(|| sent_of(&file, None, Taken::default()));
        if folder.is_some() {
            original.read().await;
            // The copy's size and type are known only now.
            let findings = preflight::check(resolved.service, &file, &resolved.target).into_iter();
            decide(findings, &self.repairs, self.policy)?;
            sent = Some(sent_of(&file, removed, checksums(&file).await?));
        }
        // Both checksums cost nothing that is felt; above this size only the one that the service needs is taken, so
        // that a large upload runs at the speed of the connection.
        let cheap = file.size <= CHEAP_BYTES;
        let takes = |checksum| cheap || capability.checksum == Some(checksum);
        let digests = Digests::new(takes(Checksum::Md5), takes(Checksum::Sha256)).content();
        let held = self.held.filter(|_| folder.is_none());
        let source = FileSource { held, ..source_of(&file, digests) };
        let target = resolved.target.clone();
        let upload = Upload { target, file, source, thumb, answer_lost };
        Ok(Prepared { upload, sent, original, _copies: folder })
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

/// A file as it goes out.
struct Changed {
    file: FileFacts,
    removed: Option<Removed>,
    /// The folder of the copy, where there is one.
    folder: Option<tempfile::TempDir>,
}

async fn change(
    mut file: FileFacts,
    repairs: &[Repair],
    wish: CopyWish,
    readers: &Readers,
) -> Result<Changed, Failure> {
    let (mut removed, mut folder) = (None, None);
    let own_extension = file.extension();
    if !wish.is_none() {
        let (source, readers) = (source_of(&file, Digests::default()), readers.clone());
        // The folder belongs to the thread that fills it: a job cancelled meanwhile leaves none behind.
        let copied = off_thread(move || {
            body::untouched(&source)?;
            let folder = tempfile::tempdir().map_err(|error| no_room(&error))?;
            Ok(readers.copy(&source.path, wish, folder.path())?.map(|copied| (copied, folder)))
        });
        if let Some((copied, kept)) = copied.await? {
            file = FileFacts { duration_secs: file.duration_secs, ..copied.facts };
            (removed, folder) = (copied.removed, Some(kept));
        }
    }
    for repair in repairs {
        if let Repair::Rename { name } = repair {
            file.name = renamed(name, &own_extension, &file.extension());
        }
    }
    Ok(Changed { file, removed, folder })
}

/// The name that was chosen; with the copy's extension where that of the file itself would not be true any more.
fn renamed(chosen: &str, own: &str, now: &str) -> String {
    if own != now && file_name::extension(chosen) == own {
        return format!("{}.{now}", file_name::split(chosen).0);
    }
    chosen.to_owned()
}

fn sent_of(file: &FileFacts, removed: Option<Removed>, taken: Taken) -> Sent {
    let (name, mime, size) = (file.name.clone(), file.mime.clone(), file.size);
    Sent { name, size, mime, removed, md5: taken.md5, sha256: taken.sha256 }
}

fn source_of(file: &FileFacts, digests: Digests) -> FileSource {
    let path = Arc::from(file.path.as_path());
    FileSource { path, size: file.size, modified: file.modified, digests, held: None }
}

/// Of a copy: they tell whether a later try sends the same, and what stands at the service when it is asked.
async fn checksums(copy: &FileFacts) -> Result<Taken, Failure> {
    let source = source_of(copy, Digests::new(copy.size <= CHEAP_BYTES, true));
    let read = Body::file(source.clone()).read_through(|_block: &[u8]| {}).await;
    let _sink = read.map_err(|failure| failure.at(Step::Prepare))?;
    Ok(source.digests.taken())
}

/// The frame that the user chose to stand for a video.
fn frame_of(repairs: &[Repair]) -> Option<u64> {
    repairs.iter().find_map(|repair| match repair {
        Repair::VideoFrame { at_ms } => Some(*at_ms),
        _ => None,
    })
}

async fn thumb(path: PathBuf, at_ms: Option<u64>, readers: &Readers) -> Result<Bytes, Failure> {
    let readers = readers.clone();
    let thumb = off_thread(move || readers.thumbnail(&path, at_ms)).await?;
    Ok(Bytes::from(thumb.jpeg))
}

fn no_room(error: &std::io::Error) -> Failure {
    Failure::new(Kind::Storage, "No copy to send could be made on this computer")
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

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use tempfile::NamedTempFile;

    use super::*;

    const WISH: CopyWish = CopyWish { without_metadata: true, max_bytes: None, to: None };
    /// A scan of two bytes, and the end.
    const SCAN: &[u8] = b"\xff\xda\0\x08\x01\x01\0\0\x3f\0\x12\x34\xff\xd9";
    const COMMENT: &[u8] = b"\xff\xfe\0\x04hi";

    fn file(parts: &[&[u8]]) -> (NamedTempFile, Inspected) {
        let mut file = tempfile::Builder::new().suffix(".jpg").tempfile().unwrap();
        file.write_all(&parts.concat()).unwrap();
        let facts = media::inspect(file.path()).unwrap();
        (file, Inspected(facts, None))
    }

    #[tokio::test]
    async fn what_has_nothing_to_be_taken_out_needs_no_copy() {
        let readers = Readers::here();
        let (_kept, clean) = file(&[b"\xff\xd8", SCAN]);
        assert_eq!(place(&clean, WISH, &readers).await, (CopyWish::default(), None));
        let smaller = CopyWish { max_bytes: Some(4), ..WISH };
        assert_eq!(place(&clean, smaller, &readers).await, (smaller, None));
        let (_kept, tells) = file(&[b"\xff\xd8", COMMENT, SCAN]);
        assert_eq!(place(&tells, WISH, &readers).await, (WISH, None));
    }

    /// It says that it is a reader, and ends at the first call.
    #[cfg(unix)]
    fn crashing(folder: &Path) -> Readers {
        use std::os::unix::fs::PermissionsExt as _;

        let program = folder.join("reader");
        let script =
            format!("#!/bin/sh\necho 'affix-reader {}'\nhead -c 8 >/dev/null\n", env!("CARGO_PKG_VERSION"));
        crate::platform::files::write_atomically(&program, script.as_bytes()).unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
        Readers::processes(program)
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn of_a_short_picture_without_anything_no_process_is_asked() {
        let folder = tempfile::tempdir().unwrap();
        for (parts, needs_none) in [(&[b"\xff\xd8", SCAN][..], true), (&[b"\xff\xd8", COMMENT, SCAN], false)]
        {
            let (kept, _) = file(parts);
            let short = inspect(kept.path()).await.ok().unwrap();
            let (wish, finding) = place(&short, WISH, &crashing(folder.path())).await;
            assert_eq!((wish.is_none(), finding.is_none()), (needs_none, needs_none));
        }
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn that_it_could_not_be_read_is_told_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let said = async |file: &Inspected, readers: Readers| {
            let (wish, finding) = place(file, WISH, &readers).await;
            assert_eq!(wish, WISH);
            let finding = finding.unwrap();
            assert!(finding.is_error());
            finding.message.replace(&file.0.name, "a.jpg")
        };
        let (_kept, sound) = file(&[b"\xff\xd8", COMMENT, SCAN]);
        let crashed = said(&sound, crashing(folder.path())).await;
        assert_eq!(crashed, "“a.jpg” broke the program that reads it, and it may say where it was taken");
        let (_kept, broken) = file(&[b"\xff\xd8\xff\xe1\xff\xffExif\0\0", SCAN]);
        let broken = said(&broken, Readers::here()).await;
        assert_eq!(
            broken,
            "“a.jpg” is broken, so what it tells of itself cannot be taken out, and it may say where it was taken"
        );
    }
}
