//! A file that changes after it was handed over is never kept as if it were whole.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, SystemTime};

use affix::domain::attachment::State;
use affix::domain::error::Kind;
use affix::sandbox::faults::{Action, Fault};
use affix::transfer::Repairs;

use crate::bench::{assert_told, profiles};
use crate::live::{Live, until};

/// More than a kernel takes off a sender's hands, so that the file's end is read late. A hole: nothing is written.
const LARGE: u64 = 60_000_000;

type Change = fn(&Path);

/// What may happen to a file.
const CHANGES: [(&str, Change); 5] = [
    ("it became shorter", |path| File::options().write(true).open(path).unwrap().set_len(500).unwrap()),
    ("it became empty", |path| drop(File::create(path).unwrap())),
    ("it became longer", |path| {
        File::options().append(true).open(path).unwrap().write_all(b"one more line").unwrap();
    }),
    ("it was written to", |path| {
        let mut file = File::options().write(true).open(path).unwrap();
        file.write_all(b"\x89PNG").unwrap();
        // Whatever the clock's steps are.
        file.set_modified(SystemTime::now() + Duration::from_secs(5)).unwrap();
    }),
    ("it vanished", |path| std::fs::remove_file(path).unwrap()),
];

async fn assert_not_kept(live: &mut Live, what: &str, service: &str) {
    let end = live.end().await;
    let failure = end.failure();
    assert_eq!((end.state, failure.kind), (State::Failed, Kind::ChangedOnDisk), "{what}: {end:?}");
    assert_eq!(end.retried.len(), 0, "{what}");
    assert_told(what, failure);
    assert_eq!(live.kept(service).await.len(), 0, "{what}: something is kept");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn between_the_look_at_it_and_the_first_byte() {
    let mut live = Live::start().await;
    for (profile, service) in profiles() {
        for (how, change) in CHANGES {
            let what = format!("{profile}: {how}");
            let path = live.picture(100_000);
            let changed = path.clone();
            live.before_sending(move || change(&changed));
            live.handle.submit(vec![path], profile, Repairs::Refuse).await.unwrap();
            assert_not_kept(&mut live, &what, service).await;
            live.reset().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_it_is_sent() {
    let mut live = Live::start().await;
    // What is behind the picture would be taken out, and little would be left to send.
    live.handle.set_remove_location(false).await.unwrap();
    for (profile, service) in profiles() {
        let max = affix::services::find(service).unwrap().description().capability.max_bytes;
        if max.is_some_and(|max| max < LARGE) {
            // Such a file is read to its end before the first byte is gone.
            continue;
        }
        // One that vanishes stays readable for who has it open, and is sent whole.
        for (how, change) in CHANGES.iter().filter(|(how, _)| *how != "it vanished") {
            let what = format!("{profile}: {how}");
            let hold =
                Fault::new(Action::Slow { bytes_per_sec: 60_000_000 }).delay(Duration::from_millis(100));
            for route in ["upload", "bytes"] {
                live.fault(hold.clone().on(service, route));
            }
            let path = live.picture(1_000);
            File::options().write(true).open(&path).unwrap().set_len(LARGE).unwrap();
            live.handle.submit(vec![path.clone()], profile, Repairs::Refuse).await.unwrap();
            until(|| live.handle.moving().iter().any(|one| one.total_bytes >= LARGE && one.sent_bytes > 0))
                .await;
            change(&path);
            assert_not_kept(&mut live, &what, service).await;
            live.reset().await;
        }
    }
}
