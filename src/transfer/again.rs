//! What was uploaded before: nothing is sent twice unasked, so a front asks first.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use crate::domain::error::Failure;
use crate::services::body::{Body, Digests, FileSource, Taken};
use crate::store::{Row, Store};

/// A file whose content the profile's service has already.
#[derive(Debug, Clone)]
pub struct Before {
    pub path: PathBuf,
    /// The newest upload of this content.
    pub row: Row,
}

/// A file as it is on disk now.
struct Now {
    path: PathBuf,
    size: u64,
    modified: Option<SystemTime>,
}

/// Which of these files were uploaded to the profile before, whatever their names were then. A file is read only
/// where an upload of its size has a checksum to compare with; what cannot be read is left to the upload to tell.
pub async fn uploaded_before(
    store: &Store,
    profile: &str,
    paths: &[PathBuf],
) -> Result<Vec<Before>, Failure> {
    let paths = paths.to_vec();
    let files = tokio::task::spawn_blocking(move || paths.into_iter().filter_map(look).collect::<Vec<_>>());
    let files = files.await.unwrap_or_default();
    let sizes = files.iter().map(|file| file.size).collect();
    let mut uploads: BTreeMap<u64, Vec<Row>> = BTreeMap::new();
    for row in store.done_of_sizes(profile, sizes).await? {
        // What was deleted at the service is not there to be sent twice.
        if row.receipt.as_ref().is_some_and(|receipt| receipt.deleted_at.is_some()) {
            continue;
        }
        uploads.entry(row.size.unwrap_or_default()).or_default().push(row);
    }
    let mut found = Vec::new();
    for file in files {
        let Some(rows) = uploads.get(&file.size) else { continue };
        if let Some(row) = same_content(&file, rows).await {
            found.push(Before { row: row.clone(), path: file.path });
        }
    }
    Ok(found)
}

fn look(path: PathBuf) -> Option<Now> {
    let facts = std::fs::metadata(&path).ok().filter(std::fs::Metadata::is_file)?;
    Some(Now { size: facts.len(), modified: facts.modified().ok(), path })
}

/// The first of the uploads that had this file's content.
async fn same_content<'a>(file: &Now, rows: &'a [Row]) -> Option<&'a Row> {
    let untouched =
        |row: &&Row| row.path == file.path && row.modified.is_some() && row.modified == file.modified;
    if let Some(row) = rows.iter().find(untouched) {
        return Some(row);
    }
    let comparable = rows.iter().any(|row| checksums(row) != (None, None));
    let ours = if comparable { read(file).await? } else { return None };
    rows.iter().find(|row| match checksums(row) {
        (Some(sha256), _) => ours.sha256.as_deref() == Some(sha256),
        (None, Some(md5)) => ours.md5.as_deref() == Some(md5),
        (None, None) => false,
    })
}

/// SHA-256 and MD5 of what was sent, as far as they are known.
fn checksums(row: &Row) -> (Option<&str>, Option<&str>) {
    let receipt = row.receipt.as_ref();
    (
        receipt.and_then(|receipt| receipt.sha256.as_deref()),
        receipt.and_then(|receipt| receipt.md5.as_deref()),
    )
}

async fn read(file: &Now) -> Option<Taken> {
    let source = FileSource {
        path: Arc::<Path>::from(file.path.as_path()),
        size: file.size,
        modified: file.modified,
        digests: Digests::new(true, true),
    };
    let body = Body::file(source.clone());
    let _sink = body.read_through(|_block: &[u8]| {}).await.ok()?;
    Some(source.digests.taken())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::attachment::State;
    use crate::domain::receipt::Receipt;
    use crate::media;
    use crate::store::{NewAttachment, NewBatch, Outcome, SessionId};

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

        async fn uploaded(&self, path: &Path, state: State, receipt: Receipt) {
            let batch = NewBatch { profile: "Bot".to_owned(), service: "mixin".to_owned() };
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let files = vec![NewAttachment { path: path.to_owned(), name }];
            let (_, ids) = self.store.add_batch(batch, files).await.unwrap();
            self.store.set_facts(ids[0], &media::inspect(path).unwrap()).await.unwrap();
            let outcome = Outcome { receipt: Some(receipt), failure: None };
            self.store.finish(ids[0], state, outcome).await.unwrap();
        }

        async fn before(&self, profile: &str, path: &Path) -> Option<String> {
            let found = uploaded_before(&self.store, profile, &[path.to_owned()]).await.unwrap();
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
        let later = SystemTime::now() + std::time::Duration::from_secs(10);
        let file = std::fs::File::options().write(true).open(&path).unwrap();
        file.set_modified(later).unwrap();
        assert_eq!(bench.before("Bot", &path).await, None, "nothing to compare its content with");
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
