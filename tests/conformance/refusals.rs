//! What a service would refuse is refused before anything is sent.

use affix::domain::attachment::State;
use affix::domain::describe::Types;
use affix::domain::error::{Kind, Step};

use crate::all;
use crate::live::{End, Live};

fn assert_refused(live: &Live, id: &str, end: &End, kind: Kind) {
    let failure = end.failure();
    assert_eq!((end.state, failure.kind, failure.step), (State::Failed, kind, Some(Step::Preflight)), "{id}");
    assert!(failure.asked.is_some() && !failure.broke.is_empty(), "{id}: {failure:?}");
    assert_eq!(end.retried.len(), 0, "{id}");
    assert_eq!(live.asked(id), [], "{id}: nothing is sent");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn too_large_a_file() {
    let mut live = Live::start().await;
    let mut limits = 0;
    for (description, capability, _) in all() {
        let Some(max) = capability.max_bytes else { continue };
        limits += 1;
        // A hole in the file system: it takes no room and no time.
        let path = live.picture(200);
        std::fs::File::options().write(true).open(&path).unwrap().set_len(max + 1).unwrap();
        let end = live.upload(description.id, &path).await;
        assert_refused(&live, description.id, &end, Kind::TooLarge);
    }
    assert!(limits > 0, "some service has a limit");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_largest_file_that_is_sure_to_fit_is_sent() {
    let mut live = Live::start().await;
    for (description, capability, _) in all() {
        let Some(max) = capability.max_bytes.filter(|max| *max < 10_000_000) else { continue };
        let path = live.picture(usize::try_from(max).unwrap());
        assert_eq!(live.upload(description.id, &path).await.state, State::Done, "{}", description.id);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_type() {
    let mut live = Live::start().await;
    for (description, capability, _) in all() {
        let wrong: &[(&str, &[u8])] = match capability.types {
            Types::Any => continue,
            Types::ImagesAndVideos => &[("a.txt", b"text"), ("a.pdf", b"%PDF-1.7 "), ("a.png", b"%PDF-1.7 ")],
            Types::Table => {
                &[("a.exe", b"MZ"), ("a.webp", b"RIFF\0\0\0\0WEBPVP8 "), ("a.mp4", b"\0\0\0 ftypisom")]
            }
        };
        for (name, bytes) in wrong {
            let path = live.file(name, bytes);
            let end = live.upload(description.id, &path).await;
            assert_refused(&live, description.id, &end, Kind::WrongType);
        }
    }
}
