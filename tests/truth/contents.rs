//! What stands at the service is what was sent, and what was sent is what the file held.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use affix::domain::attachment::State;
use affix::domain::error::{Kind, Step};
use affix::sandbox::faults::{Action, Fault};
use affix::transfer::Repairs;

use crate::live::Live;

#[tokio::test]
async fn bytes_that_arrive_as_others_are_noticed_wherever_the_service_tells_a_checksum() {
    let mut live = Live::start().await;
    for (service, route, noticed) in [
        ("mixin", "bytes", true),
        ("cronofy", "upload", true),
        ("sandbox", "upload", true),
        // These tell the size alone.
        ("teable", "bytes", false),
        ("forum", "upload", false),
        ("cosmos", "upload", false),
    ] {
        live.fault(Fault::new(Action::Damage).on(service, route));
        let path = live.picture(40_000);
        let end = live.upload(service, &path).await;
        if noticed {
            let failure = end.failure();
            assert_eq!((end.state, failure.kind), (State::Failed, Kind::Protocol), "{service}: {failure:?}");
            assert!(
                failure.broke.contains("damaged")
                    || failure.broke.contains("checksums differ")
                    || failure.broke.contains("did not keep"),
                "{service}: {failure}"
            );
            assert!(end.retried.is_empty(), "{service}");
        } else {
            assert_eq!(end.state, State::Done, "{service}: {end:?}");
        }
        live.reset().await;
    }
}

#[tokio::test]
async fn the_row_has_the_blake3_of_the_file_that_was_handed_over() {
    let mut live = Live::start().await;
    for profile in ["mixin", "teable", "cosmos", "cronofy", "forum", "sandbox"] {
        let path = live.picture(10_000);
        let end = live.upload(profile, &path).await;
        let row = live.store.attachment(end.id).await.unwrap().unwrap();
        let content = *blake3::hash(&std::fs::read(&path).unwrap()).as_bytes();
        assert_eq!(row.content, Some(content), "{profile}");
        assert!(row.receipt.unwrap().notes.iter().all(|note| !note.starts_with("The file ")), "{profile}");
    }
}

/// What a user, or a program, does to a file that is on its way.
type Change = fn(&Path);

/// Other bytes of the same number, and the time that it had.
fn in_place(path: &Path) {
    let modified = std::fs::metadata(path).unwrap().modified().unwrap();
    let mut file = File::options().read(true).write(true).open(path).unwrap();
    let mut last = [0];
    file.seek(SeekFrom::End(-1)).unwrap();
    file.read_exact(&mut last).unwrap();
    file.seek(SeekFrom::End(-1)).unwrap();
    file.write_all(&[last[0] ^ 1]).unwrap();
    file.set_modified(modified).unwrap();
}

fn replaced(path: &Path, change: bool) {
    let modified = std::fs::metadata(path).unwrap().modified().unwrap();
    let beside = PathBuf::from(format!("{}.new", path.display()));
    std::fs::copy(path, &beside).unwrap();
    if change {
        in_place(&beside);
    }
    File::options().write(true).open(&beside).unwrap().set_modified(modified).unwrap();
    std::fs::rename(beside, path).unwrap();
}

#[tokio::test]
async fn a_file_that_changes_before_the_answer_comes_is_told_beside_its_link() {
    let changes: [(&str, Change, &str); 7] = [
        (
            "longer",
            |path| File::options().append(true).open(path).unwrap().write_all(b"x").unwrap(),
            "changed",
        ),
        ("same size and time", in_place, "changed"),
        ("another with its size and time", |path| replaced(path, true), "replaced"),
        ("gone", |path| std::fs::remove_file(path).unwrap(), "no longer"),
        ("the same content in its place", |path| replaced(path, false), ""),
        (
            "touched",
            |path| {
                let file = File::options().write(true).open(path).unwrap();
                file.set_modified(std::time::SystemTime::now() + Duration::from_secs(9)).unwrap();
            },
            "",
        ),
        ("left alone", |_| {}, ""),
    ];
    let mut live = Live::start().await;
    for (how, change, words) in changes {
        // Everything has arrived when the answer begins to be waited for.
        live.fault(
            Fault::new(Action::Pass).delay(Duration::from_millis(300)).on("mixin", "confirm").times(1),
        );
        let path = live.picture(50_000);
        let before = std::fs::read(&path).unwrap();
        live.handle.submit(vec![path.clone()], "mixin", Repairs::Refuse).await.unwrap();
        live.until_step(Step::Confirm).await;
        change(&path);
        let end = live.end().await;
        assert_eq!(end.state, State::Done, "{how}: {end:?}");
        let notes = end.receipt().notes.join(" ");
        if words.is_empty() {
            assert_eq!(notes, "", "{how}");
        } else {
            assert!(notes.contains(words) && notes.contains("this computer"), "{how}: {notes}");
        }
        let kept = live.kept("mixin").await;
        assert!(live.bytes_of(&kept[0]).await == before, "{how}");
        let row = live.store.attachment(end.id).await.unwrap().unwrap();
        assert_eq!(row.content, Some(*blake3::hash(&before).as_bytes()), "{how}");
        live.reset().await;
    }
}

#[tokio::test]
async fn of_a_smaller_copy_the_row_has_the_originals_content() {
    let mut live = Live::start().await;
    // More than Cronofy takes, in pixels that do not shrink by themselves.
    let mut random = fastrand::Rng::with_seed(3);
    let noise = image::RgbImage::from_fn(1400, 1200, |_, _| {
        image::Rgb([random.u8(..), random.u8(..), random.u8(..)])
    });
    let path = live.folder.path().join("files/large.png");
    noise.save(&path).unwrap();
    let (_, ids) = live.handle.submit(vec![path.clone()], "cronofy", Repairs::Ask).await.unwrap();
    let findings = loop {
        if let affix::transfer::Event::Asked { findings, .. } = live.events.recv().await.unwrap() {
            break findings;
        }
    };
    let repairs = findings.into_iter().filter_map(|finding| finding.repair).collect();
    live.handle.answer(ids[0], affix::transfer::Answer::Repair(repairs)).await.unwrap();
    let end = live.end().await;
    assert_eq!(end.state, State::Done, "{end:?}");
    let row = live.store.attachment(ids[0]).await.unwrap().unwrap();
    assert_eq!(row.content, Some(*blake3::hash(&std::fs::read(&path).unwrap()).as_bytes()));
    let kept = live.kept("cronofy").await;
    assert!(kept[0].size < std::fs::metadata(&path).unwrap().len());
}
