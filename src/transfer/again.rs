//! What was uploaded before: nothing is sent twice unasked, so a front asks first.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use super::after::content_of;
use crate::domain::attachment::AttachmentId;
use crate::domain::error::Failure;
use crate::domain::link_check::LinkState;
use crate::services::body::{Body, Digests, FileSource, Taken};
use crate::store::{Row, SameSize, Store};

/// Uploads of one content that are looked at for a link that works.
const OFFERED: usize = 4;

/// Earlier files of one size that are read because nothing is known of what they held.
const READ_AGAIN: usize = 8;

/// A file whose content the profile's service has already.
#[derive(Debug, Clone)]
pub struct Before {
    pub path: PathBuf,
    /// The newest upload of this content whose link works, else the newest.
    pub row: Row,
    /// Why its link is of no use.
    pub lacks: Option<Lack>,
}

/// Why the link of an earlier upload cannot be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Lack {
    /// Its time is over.
    Expired,
    /// When it was asked for last, it did not give the file.
    Broken,
}

impl Before {
    /// Its link can be taken instead of an upload.
    #[must_use]
    pub fn is_usable(&self) -> bool {
        self.lacks.is_none()
    }
}

/// A file as it is on disk now.
struct Now {
    path: PathBuf,
    size: u64,
    modified: Option<SystemTime>,
}

/// The uploads of one size, by what their content can be told by; newest first.
#[derive(Default)]
struct Uploads {
    by_path: HashMap<PathBuf, SameSize>,
    by_content: HashMap<[u8; 32], Vec<AttachmentId>>,
    by_sha256: HashMap<String, AttachmentId>,
    by_md5: HashMap<String, AttachmentId>,
    /// Nothing tells what they held but the files themselves.
    untold: Vec<SameSize>,
}

/// Which of these files were uploaded to the profile before, whatever their names were then. One question to the
/// database for all; a file is read only where an upload has its size, and what cannot be read is left to the upload to
/// tell.
pub async fn uploaded_before(
    store: &Store,
    profile: &str,
    paths: &[PathBuf],
    now_ms: i64,
) -> Result<Vec<Before>, Failure> {
    // What nothing can be the same as is not looked at: of 10,000 files that takes a fifth of the time to the first byte.
    if !store.has_uploads(profile).await? {
        return Ok(Vec::new());
    }
    let paths = paths.to_vec();
    let files = tokio::task::spawn_blocking(move || paths.into_iter().filter_map(look).collect::<Vec<_>>());
    let files = files.await.unwrap_or_default();
    let sizes: BTreeSet<u64> = files.iter().map(|file| file.size).collect();
    let mut uploads: BTreeMap<u64, Uploads> = BTreeMap::new();
    for upload in store.same_size(profile, sizes.into_iter().collect()).await? {
        uploads.entry(upload.size).or_default().add(upload);
    }
    let mut found = Vec::new();
    for file in files {
        let Some(uploads) = uploads.get_mut(&file.size) else { continue };
        let ids = uploads.find(store, &file).await;
        if !ids.is_empty() {
            found.push((file.path, ids));
        }
    }
    with_rows(store, found, now_ms.div_euclid(1000)).await
}

async fn with_rows(
    store: &Store,
    found: Vec<(PathBuf, Vec<AttachmentId>)>,
    now_secs: i64,
) -> Result<Vec<Before>, Failure> {
    let ids: BTreeSet<AttachmentId> = found.iter().flat_map(|(_, ids)| ids.iter().copied()).collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows = store.rows(ids.into_iter().collect()).await?;
    let rows: HashMap<AttachmentId, Row> = rows.into_iter().map(|row| (row.id, row)).collect();
    let before = found.into_iter().filter_map(|(path, ids)| {
        let rows: Vec<_> = ids.iter().filter_map(|id| rows.get(id)).collect();
        let best = rows.iter().find(|row| lack(row, now_secs).is_none()).or(rows.first())?;
        Some(Before { path, row: (*best).clone(), lacks: lack(best, now_secs) })
    });
    Ok(before.collect())
}

fn lack(row: &Row, now_secs: i64) -> Option<Lack> {
    if row.receipt.as_ref().is_some_and(|receipt| receipt.has_expired(now_secs)) {
        return Some(Lack::Expired);
    }
    row.link_check.as_ref().filter(|check| check.state == LinkState::Broken).map(|_| Lack::Broken)
}

fn look(path: PathBuf) -> Option<Now> {
    let facts = std::fs::metadata(&path).ok().filter(std::fs::Metadata::is_file)?;
    Some(Now { size: facts.len(), modified: facts.modified().ok(), path })
}

impl Uploads {
    /// Newer ones come first.
    fn add(&mut self, upload: SameSize) {
        if let Some(content) = upload.content {
            self.knows(content, upload.id);
        } else if let Some(sha256) = &upload.sha256 {
            self.by_sha256.entry(sha256.to_ascii_lowercase()).or_insert(upload.id);
        } else if let Some(md5) = &upload.md5 {
            self.by_md5.entry(md5.to_ascii_lowercase()).or_insert(upload.id);
        } else if self.untold.len() < READ_AGAIN {
            self.untold.push(upload.clone());
        }
        self.by_path.entry(upload.path.clone()).or_insert(upload);
    }

    fn knows(&mut self, content: [u8; 32], id: AttachmentId) {
        let ids = self.by_content.entry(content).or_default();
        if ids.len() < OFFERED {
            ids.push(id);
        }
    }

    /// The uploads that had this file's content, newest first as far as they are told in the same way.
    async fn find(&mut self, store: &Store, file: &Now) -> Vec<AttachmentId> {
        let untouched = self
            .by_path
            .get(&file.path)
            .filter(|upload| upload.modified.is_some() && upload.modified == file.modified);
        if let Some(upload) = untouched {
            let same = upload.content.and_then(|content| self.by_content.get(&content));
            return same.cloned().unwrap_or_else(|| vec![upload.id]);
        }
        let Some(ours) = self.read(file).await else { return Vec::new() };
        let ids = self.told(&ours);
        if !ids.is_empty() || self.untold.is_empty() {
            return ids;
        }
        self.read_untold(store).await;
        self.told(&ours)
    }

    fn told(&self, ours: &Taken) -> Vec<AttachmentId> {
        let content = ours.content.and_then(|content| self.by_content.get(&content));
        let mut ids = content.cloned().unwrap_or_default();
        ids.extend(ours.sha256.as_ref().and_then(|sha256| self.by_sha256.get(sha256)));
        ids.extend(ours.md5.as_ref().and_then(|md5| self.by_md5.get(md5)));
        ids
    }

    /// The checksums that are there to be compared with; none where the file cannot be read.
    async fn read(&self, file: &Now) -> Option<Taken> {
        let digests = Digests::new(!self.by_md5.is_empty(), !self.by_sha256.is_empty()).content();
        let source = FileSource {
            path: Arc::<Path>::from(file.path.as_path()),
            size: file.size,
            modified: file.modified,
            digests,
            held: None,
        };
        let _sink = Body::file(source.clone()).read_through(|_block: &[u8]| {}).await.ok()?;
        Some(source.digests.taken())
    }

    /// What was uploaded too fast for its content to be noted, and is still there untouched, is read once.
    async fn read_untold(&mut self, store: &Store) {
        for upload in std::mem::take(&mut self.untold) {
            let (true, path) = (upload.modified.is_some(), &upload.path) else { continue };
            if let Some(content) = content_of(path, upload.size, upload.modified).await {
                self.knows(content, upload.id);
                // Only so that it need not be read once more.
                let _noted = store.set_content(upload.id, content).await;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::attachment::State;
    use crate::domain::link_check::LinkCheck;
    use crate::domain::receipt::LinkKind;
    use crate::domain::receipt::Receipt;
    use crate::media;
    use crate::store::{NewAttachment, NewBatch, Outcome, SessionId};

    const NOW_SECS: i64 = 1_800_000_000;

    struct Bench {
        folder: tempfile::TempDir,
        store: Store,
    }

    impl Bench {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let store = Store::open(&folder.path().join("affix.db"), SessionId::fresh()).unwrap();
            Self { folder, store }
        }

        fn file(&self, name: &str, content: &str) -> PathBuf {
            let path = self.folder.path().join(name);
            crate::platform::files::write_atomically(&path, content.as_bytes()).unwrap();
            path
        }

        async fn uploaded(&self, path: &Path, state: State, receipt: Receipt) -> AttachmentId {
            let batch = NewBatch { profile: "Bot".to_owned(), service: "mixin".to_owned() };
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let files = vec![NewAttachment { path: path.to_owned(), name }];
            let (_, ids) = self.store.add_batch(batch, files).await.unwrap();
            self.store.set_facts(ids[0], &media::inspect(path).unwrap()).await.kept().await.unwrap();
            let outcome = Outcome { receipt: Some(receipt), failure: None };
            self.store.finish(ids[0], state, outcome).await.unwrap();
            ids[0]
        }

        /// As an upload of today leaves it.
        async fn known(&self, path: &Path, receipt: Receipt) -> AttachmentId {
            let id = self.uploaded(path, State::Done, receipt).await;
            let facts = media::inspect(path).unwrap();
            let content = content_of(path, facts.size, facts.modified).await.unwrap();
            self.store.set_content(id, content).await.unwrap();
            id
        }

        async fn has_uploads(&self, profile: &str) -> bool {
            self.store.has_uploads(profile).await.unwrap()
        }

        async fn found(&self, path: &Path) -> Vec<Before> {
            uploaded_before(&self.store, "Bot", &[path.to_owned()], NOW_SECS * 1000).await.unwrap()
        }

        async fn before(&self, profile: &str, path: &Path) -> Option<String> {
            let paths = [path.to_owned()];
            let found = uploaded_before(&self.store, profile, &paths, NOW_SECS * 1000).await.unwrap();
            assert!(found.iter().all(|before| before.path == path));
            found.into_iter().next().map(|before| before.row.name)
        }
    }

    /// Of "abc", published with the algorithms.
    fn abc() -> [Receipt; 2] {
        let sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        let md5 = "900150983cd24fb0d6963f7d28e17f72";
        [
            Receipt { sha256: Some(sha256.to_owned()), ..Receipt::default() },
            Receipt { md5: Some(md5.to_owned()), ..Receipt::default() },
        ]
    }

    #[tokio::test]
    async fn a_profile_with_nothing_uploaded_is_told_at_once() {
        let bench = Bench::new();
        let path = bench.file("a.txt", "content");
        bench.uploaded(&path, State::Failed, Receipt::default()).await;
        assert!(!bench.has_uploads("Bot").await);
        bench.uploaded(&path, State::Done, Receipt::default()).await;
        assert!(bench.has_uploads("Bot").await);
        assert!(!bench.has_uploads("Crew").await);
    }

    #[tokio::test]
    async fn the_same_content_is_known_under_another_name() {
        for receipt in abc() {
            let bench = Bench::new();
            bench.uploaded(&bench.file("first.txt", "abc"), State::Done, receipt).await;
            let copy = bench.file("copy.txt", "abc");
            assert_eq!(bench.before("Bot", &copy).await.as_deref(), Some("first.txt"));
            assert_eq!(bench.before("Other", &copy).await, None, "another profile");
            for (name, content) in [("same-size.txt", "xyz"), ("longer.txt", "abcd")] {
                assert_eq!(bench.before("Bot", &bench.file(name, content)).await, None, "{name}");
            }
            assert_eq!(bench.before("Bot", &bench.folder.path().join("absent")).await, None);
            assert_eq!(bench.before("Bot", bench.folder.path()).await, None);
        }
    }

    #[tokio::test]
    async fn an_untouched_file_needs_no_checksum_and_a_changed_one_is_another() {
        let bench = Bench::new();
        let path = bench.file("a.txt", "abc");
        bench.uploaded(&path, State::Done, Receipt::default()).await;
        assert_eq!(bench.before("Bot", &path).await.as_deref(), Some("a.txt"));
        set_time(&path, 10);
        assert_eq!(bench.before("Bot", &path).await, None, "nothing to compare its content with");
        set_time(&path, 20);
        assert_eq!(bench.before("Bot", &path).await, None);
    }

    fn set_time(path: &Path, later_secs: u64) {
        let later = SystemTime::now() + std::time::Duration::from_secs(later_secs);
        let file = std::fs::File::options().write(true).open(path).unwrap();
        file.set_modified(later).unwrap();
    }

    fn link(name: &str) -> Receipt {
        let mut receipt = Receipt::default();
        receipt.push(
            LinkKind::View,
            format!("https://x.example/{name}"),
            crate::domain::describe::Visibility::Public,
        );
        receipt
    }

    #[tokio::test]
    async fn a_content_is_known_by_its_blake3_wherever_it_lies() {
        let bench = Bench::new();
        bench.known(&bench.file("first.txt", "abc"), link("first")).await;
        assert_eq!(bench.before("Bot", &bench.file("copy.txt", "abc")).await.as_deref(), Some("first.txt"));
        assert_eq!(bench.before("Bot", &bench.file("other.txt", "xyz")).await, None);
        // Neither the path nor the time is what counts.
        std::fs::remove_file(bench.folder.path().join("first.txt")).unwrap();
        assert_eq!(bench.before("Bot", &bench.file("copy.txt", "abc")).await.as_deref(), Some("first.txt"));
    }

    #[tokio::test]
    async fn an_upload_without_any_checksum_is_compared_while_its_file_is_untouched() {
        let bench = Bench::new();
        let first = bench.file("first.txt", "abc");
        let id = bench.uploaded(&first, State::Done, link("first")).await;
        let copy = bench.file("copy.txt", "abc");
        assert_eq!(bench.before("Bot", &bench.file("other.txt", "xyz")).await, None);
        assert_eq!(bench.before("Bot", &copy).await.as_deref(), Some("first.txt"));
        let row = bench.store.attachment(id).await.unwrap().unwrap();
        assert_eq!(row.content, Some(*blake3::hash(b"abc").as_bytes()), "it is not read again");

        let bench = Bench::new();
        let first = bench.file("first.txt", "abc");
        bench.uploaded(&first, State::Done, link("first")).await;
        set_time(&first, 10);
        assert_eq!(
            bench.before("Bot", &bench.file("copy.txt", "abc")).await,
            None,
            "it may be another one now"
        );
    }

    #[tokio::test]
    async fn a_link_that_works_is_offered_first_and_one_that_does_not_is_named() {
        let bench = Bench::new();
        let copy = bench.file("copy.txt", "abc");
        let ended = Receipt { expires_at: Some(NOW_SECS), ..link("ended") };
        bench.known(&bench.file("1.txt", "abc"), ended.clone()).await;
        assert_eq!(bench.found(&copy).await[0].lacks, Some(Lack::Expired));
        let broken = bench.known(&bench.file("2.txt", "abc"), link("broken")).await;
        let check =
            LinkCheck { state: LinkState::Broken, at_ms: 1, status: Some(404), why: Some("Gone".to_owned()) };
        let url = "https://x.example/broken".to_owned();
        assert!(bench.store.set_link_check(broken, url, &check).await.unwrap());
        let found = bench.found(&copy).await;
        assert_eq!((found[0].row.id, found[0].lacks), (broken, Some(Lack::Broken)), "the newest");
        let good = Receipt { expires_at: Some(NOW_SECS + 1), ..link("good") };
        let good = bench.known(&bench.file("3.txt", "abc"), good).await;
        bench.known(&bench.file("4.txt", "abc"), ended).await;
        let found = bench.found(&copy).await;
        assert_eq!((found[0].row.id, found[0].lacks), (good, None), "the one that works");
        bench.known(&bench.file("5.txt", "abc"), link("gone").deleted(1)).await;
        assert_eq!(bench.found(&copy).await[0].row.id, good, "what was deleted is not there");
    }

    /// Were one of them read, or looked for one by one, this would take hours.
    #[tokio::test]
    async fn files_of_sizes_that_were_never_uploaded_are_not_read() {
        let bench = Bench::new();
        bench.known(&bench.file("first.txt", "abc"), link("first")).await;
        let paths: Vec<PathBuf> = (0..2_000)
            .map(|number| {
                let path = bench.file(&format!("{number}.bin"), "");
                let file = std::fs::File::options().write(true).open(&path).unwrap();
                // A hole: nothing is written.
                file.set_len((1 << 40) + number).unwrap();
                path
            })
            .collect();
        assert!(uploaded_before(&bench.store, "Bot", &paths, 0).await.unwrap().is_empty());
    }

    #[tokio::test]
    async fn only_what_was_uploaded_counts() {
        for state in State::ALL.into_iter().filter(|state| *state != State::Done) {
            let bench = Bench::new();
            let path = bench.file("a.txt", "abc");
            let [receipt, _] = abc();
            bench.uploaded(&path, state, receipt).await;
            assert_eq!(bench.before("Bot", &path).await, None, "{state:?}");
        }
    }
}
