use std::io::Write as _;
use std::path::Path;

use http_body_util::BodyExt as _;
use md5::Digest as _;

use super::super::{Digests, Taken};
use super::*;

fn source(path: &Path) -> FileSource {
    let facts = std::fs::metadata(path).unwrap();
    FileSource {
        path: path.into(),
        size: facts.len(),
        modified: facts.modified().ok(),
        digests: Digests::new(true, true).content(),
        held: None,
    }
}

fn file_of(bytes: &[u8]) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    file
}

/// Bytes without a period that a block boundary could hide behind.
fn noise(size: usize) -> Vec<u8> {
    let mut random = fastrand::Rng::with_seed(7);
    (0..size).map(|_| random.u8(..)).collect()
}

async fn collect(body: &Body) -> Result<Vec<u8>, Failure> {
    let gauge = Arc::new(Gauge::default());
    let feed = Feed::start(body, gauge.clone(), Throttle::default());
    assert_eq!(feed.size_hint().exact(), Some(body.len()));
    let bytes = feed.collect().await?.to_bytes().to_vec();
    assert_eq!(gauge.sent(), body.len());
    assert!(gauge.is_whole());
    Ok(bytes)
}

#[tokio::test]
async fn pieces_come_in_order_and_whole() {
    for size in [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK + 5] {
        let content = noise(size);
        let file = file_of(&content);
        let source = source(file.path());
        let body = Body::pieces(vec![
            Piece::Bytes("head".into()),
            Piece::File(source.clone()),
            Piece::Bytes("tail".into()),
        ]);
        let sent = collect(&body).await.unwrap();
        assert_eq!(sent, [b"head".as_slice(), &content, b"tail"].concat());
        let taken = source.digests.taken();
        assert_eq!(taken.md5, Some(hex::encode(md5::Md5::digest(&content))));
        assert_eq!(taken.sha256, Some(hex::encode(sha2::Sha256::digest(&content))));
        assert_eq!(taken.content, Some(*blake3::hash(&content).as_bytes()));
    }
}

#[tokio::test]
async fn base64_streams_as_one_text() {
    for size in [0, 1, 2, 3, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK + 2] {
        let content = noise(size);
        let file = file_of(&content);
        let body = Body::pieces(vec![Piece::Base64(source(file.path()))]);
        assert_eq!(String::from_utf8(collect(&body).await.unwrap()).unwrap(), STANDARD.encode(&content));
    }
}

#[tokio::test]
async fn the_published_base64_vector_holds() {
    let file = file_of(&[0xfb, 0xef, 0xff, 0xfe]);
    let body = Body::pieces(vec![Piece::Base64(source(file.path()))]);
    assert_eq!(collect(&body).await.unwrap(), b"++///g==");
}

#[tokio::test]
async fn a_changed_file_is_never_sent_whole() {
    let content = noise(3 * BLOCK);
    for change in ["shorter", "longer", "touched", "gone"] {
        let file = file_of(&content);
        let body = Body::file(source(file.path()));
        match change {
            "shorter" => file.as_file().set_len(BLOCK as u64).unwrap(),
            "longer" => file.as_file().set_len(4 * BLOCK as u64).unwrap(),
            "touched" => file.as_file().set_modified(std::time::SystemTime::UNIX_EPOCH).unwrap(),
            _ => {}
        }
        // Where a file is open, Windows keeps its name until it is closed.
        let _open = (change != "gone").then_some(file);
        let gauge = Arc::new(Gauge::default());
        let failure = Feed::start(&body, gauge.clone(), Throttle::default()).collect().await.unwrap_err();
        assert_eq!(failure.kind, Kind::ChangedOnDisk, "{change}");
        assert!(!gauge.is_whole(), "{change}");
        assert_eq!(gauge.failure(), Some(failure), "{change}");
    }
}

#[tokio::test]
async fn a_file_changed_while_it_streams_loses_its_last_block() {
    let file = file_of(&noise(8 * BLOCK));
    let body = Body::file(source(file.path()));
    let gauge = Arc::new(Gauge::default());
    let mut feed = Feed::start(&body, gauge.clone(), Throttle::default());
    feed.frame().await.unwrap().unwrap();
    file.as_file().set_modified(std::time::SystemTime::UNIX_EPOCH).unwrap();
    let failure = feed.collect().await.unwrap_err();
    assert_eq!(failure.kind, Kind::ChangedOnDisk);
    assert!(gauge.sent() < gauge.total());
}

#[tokio::test]
async fn reading_through_sees_the_same_bytes() {
    let content = noise(BLOCK + 9);
    let file = file_of(&content);
    let body = Body::pieces(vec![Piece::Bytes("a".into()), Piece::File(source(file.path()))]);
    let seen = Arc::new(Mutex::new(Vec::new()));
    let kept = seen.clone();
    let sink = move |block: &[u8]| kept.lock().unwrap().extend_from_slice(block);
    drop(body.read_through(sink).await.unwrap());
    assert_eq!(*seen.lock().unwrap(), [b"a".as_slice(), &content].concat());
}

#[tokio::test]
async fn a_connection_gets_small_slices_and_the_gauge_follows_each() {
    let content = noise(BLOCK * 2 + 7);
    let file = file_of(&content);
    for body in [Body::file(source(file.path())), Body::bytes(content.clone())] {
        let gauge = Arc::new(Gauge::default());
        let mut feed = Feed::start(&body, gauge.clone(), Throttle::default());
        let (mut came, mut before) = (Vec::new(), 0);
        while let Some(frame) = feed.frame().await {
            let slice = frame.unwrap().into_data().unwrap();
            assert!(!slice.is_empty() && slice.len() <= SLICE);
            came.extend_from_slice(&slice);
            assert_eq!(gauge.sent() - before, slice.len() as u64);
            before = gauge.sent();
            assert_eq!(gauge.is_whole(), came.len() == content.len());
        }
        assert_eq!(came, content);
    }
}

#[tokio::test(start_paused = true)]
async fn a_limit_makes_slices_small_and_holds_them_back() {
    let body = Body::bytes(noise(100_000));
    let gauge = Arc::new(Gauge::default());
    let throttle = Throttle::default();
    throttle.set(Some(10_000));
    let mut feed = Feed::start(&body, gauge.clone(), throttle.clone());
    let began = tokio::time::Instant::now();
    while gauge.sent() < 50_000 {
        let slice = feed.frame().await.unwrap().unwrap().into_data().unwrap();
        assert_eq!(slice.len(), 1_000);
    }
    let took = began.elapsed().as_secs_f64();
    assert!((4.7..5.2).contains(&took), "{took}");
    // The idle time-out sees that this is our own doing.
    assert!(futures_util::poll!(std::pin::pin!(feed.frame())).is_pending() && gauge.is_held());
    throttle.set(None);
    let began = tokio::time::Instant::now();
    feed.collect().await.unwrap();
    assert!(began.elapsed() < std::time::Duration::from_millis(200) && !gauge.is_held());
}

#[tokio::test]
async fn what_is_held_is_sent_without_reading_the_file() {
    for size in [0, 1, 2, 3, 64 * 1024] {
        let content = noise(size);
        let file = file_of(&content);
        let seen = Seen::of(&std::fs::metadata(file.path()).unwrap());
        let held = Held { bytes: content.clone().into(), seen, at: std::time::Instant::now() };
        let source = FileSource { held: Some(held), ..source(file.path()) };
        file.close().unwrap();
        for (piece, sent) in [
            (Piece::File(source.clone()), content.clone()),
            (Piece::Base64(source.clone()), STANDARD.encode(&content).into_bytes()),
        ] {
            source.digests.put(Taken::default());
            let body = Body::pieces(vec![Piece::Bytes("head".into()), piece, Piece::Bytes("tail".into())]);
            assert_eq!(collect(&body).await.unwrap(), [b"head", sent.as_slice(), b"tail"].concat());
            let taken = source.digests.taken();
            assert_eq!((taken.content, taken.seen), (Some(*blake3::hash(&content).as_bytes()), Some(seen)));
            assert_eq!(taken.sha256, Some(hex::encode(sha2::Sha256::digest(&content))));
        }
    }
}
