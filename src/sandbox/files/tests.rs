use http_body_util::BodyExt;

use super::*;

fn files(dir: &Path, max_file_bytes: u64, max_total_bytes: u64) -> Files {
    Files::at(dir, Limits { max_file_bytes, max_total_bytes }).unwrap()
}

async fn keep(files: &Files, name: &str, bytes: &[u8]) -> Result<Kept, KeepError> {
    let mut incoming = files.begin().await?;
    for chunk in bytes.chunks(300_000) {
        incoming.write(chunk).await?;
    }
    incoming.keep("sandbox", name, "text/plain", Map::new()).await
}

async fn bytes_of(body: Option<Body>) -> Bytes {
    body.unwrap().collect().await.unwrap().to_bytes()
}

#[tokio::test]
async fn kept_bytes_and_checksums_survive_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let content: Vec<u8> = (0..3 * BLOCK + 5).map(|i| u8::try_from(i % 251).unwrap()).collect();
    let kept = keep(&files(dir.path(), u64::MAX, u64::MAX), "a.txt", &content).await.unwrap();
    assert_eq!(kept.size, content.len() as u64);
    assert_eq!(kept.md5, hex::encode(<md5::Md5 as md5::Digest>::digest(&content)));
    assert_eq!(kept.sha256, hex::encode(<sha2::Sha256 as sha2::Digest>::digest(&content)));

    let again = files(dir.path(), u64::MAX, u64::MAX);
    assert_eq!(again.get(&kept.id).await.unwrap().sha256, kept.sha256);
    assert_eq!(bytes_of(again.open(&kept.id).await).await, content);
    let middle = again.open_range(&kept.id, BLOCK as u64 - 2, 5).await;
    assert_eq!(bytes_of(middle).await, content[BLOCK - 2..BLOCK + 3]);
}

#[tokio::test]
async fn caps_hold_and_give_their_space_back() {
    let dir = tempfile::tempdir().unwrap();
    let files = files(dir.path(), 100, 150);
    let refused = keep(&files, "big", &[0; 101]).await;
    assert!(matches!(refused, Err(KeepError::TooLarge { limit: 100 })));
    let first = keep(&files, "one", &[0; 100]).await.unwrap();
    assert!(matches!(keep(&files, "two", &[0; 60]).await, Err(KeepError::TooLarge { limit: 150 })));
    assert!(files.remove(&first.id).await);
    keep(&files, "two", &[0; 60]).await.unwrap();
}

#[tokio::test]
async fn an_unfinished_file_leaves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let files = files(dir.path(), u64::MAX, u64::MAX);
    let mut incoming = files.begin().await.unwrap();
    incoming.write(b"half").await.unwrap();
    assert_eq!(incoming.size(), 4);
    drop(incoming);
    assert_eq!(std::fs::read_dir(dir.path().join("incoming")).unwrap().count(), 0);
    assert_eq!(files.inner.used.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn lists_in_order_updates_and_removes() {
    let dir = tempfile::tempdir().unwrap();
    let files = files(dir.path(), u64::MAX, u64::MAX);
    let mut first = keep(&files, "1", b"").await.unwrap();
    let second = keep(&files, "2", b"2").await.unwrap();
    first.name = "renamed".to_owned();
    files.update(&first).await.unwrap();
    let names: Vec<_> = files.list("sandbox").await.into_iter().map(|kept| kept.name).collect();
    assert_eq!(names, ["renamed", "2"]);
    assert!(files.get(&second.id).await.is_some());
    assert!(files.list("mixin").await.is_empty());
    assert!(files.remove(&first.id).await);
    assert!(!files.remove(&first.id).await);
    assert!(files.update(&first).await.is_err(), "a removed file is not brought back");
    assert!(files.open(&first.id).await.is_none());
}

#[tokio::test]
async fn a_start_clears_what_a_crash_left() {
    let dir = tempfile::tempdir().unwrap();
    let kept = keep(&files(dir.path(), u64::MAX, u64::MAX), "a", b"12345").await.unwrap();
    let place = dir.path().join("files");
    File::create(place.join("orphan")).unwrap();
    File::create(dir.path().join("incoming/rest")).unwrap();
    File::options().write(true).open(place.join(&kept.id)).unwrap().set_len(2).unwrap();
    let again = files(dir.path(), u64::MAX, u64::MAX);
    assert!(again.get(&kept.id).await.is_none(), "a file cut short is not served as if whole");
    assert_eq!(std::fs::read_dir(place).unwrap().count(), 0);
    assert_eq!(std::fs::read_dir(dir.path().join("incoming")).unwrap().count(), 0);
}

#[tokio::test]
async fn links_carry_any_name() {
    let dir = tempfile::tempdir().unwrap();
    let files = files(dir.path(), u64::MAX, u64::MAX);
    for (name, end) in [("..", "file"), ("a b/ü.txt", "a%20b%2F%C3%BC.txt"), ("", "file")] {
        let kept = keep(&files, name, b"x").await.unwrap();
        assert_eq!(files.link(&kept), format!("/f/{}/{end}", kept.id));
    }
}
