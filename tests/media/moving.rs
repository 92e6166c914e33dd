//! Pictures that move.

use std::process::Command;

use affix::domain::error::Kind;
use affix::media::frames;

use crate::support::{CLIP, Folder};

#[test]
fn every_moving_format_has_its_frames_and_times() {
    let folder = Folder::new();
    for (name, how) in [
        ("a.gif", "-t 1 -r 10"),
        ("a.webp", "-t 1 -r 10 -c:v libwebp_anim -loop 0"),
        ("a.png", "-t 1 -r 10 -c:v apng -f apng -plays 0"),
    ] {
        let path = folder.ffmpeg(&format!("{CLIP} {how}"), name);
        let frames = frames(&path, 160).unwrap();
        assert_eq!(frames.len(), 10, "{name}");
        assert!(
            frames.iter().all(|frame| (frame.picture.width, frame.picture.height) == (160, 90)),
            "{name}"
        );
        assert!(frames.iter().all(|frame| (90..=110).contains(&frame.delay_ms)), "{name}: {frames:?}");
        assert_ne!(frames[0].picture, frames[9].picture, "{name}");
    }
}

#[test]
fn single_pictures_do_not_move() {
    let folder = Folder::new();
    for name in ["a.gif", "a.webp", "a.png", "a.jpg"] {
        let path = folder.ffmpeg(&format!("{CLIP} -frames:v 1"), name);
        let failure = frames(&path, 160).unwrap_err();
        assert_eq!((failure.kind, failure.broke), (Kind::WrongType, format!("“{name}” is a single picture")));
    }
    assert_eq!(frames(&folder.file("a.txt", b"x"), 160).unwrap_err().kind, Kind::WrongType);
}

#[test]
fn too_many_frames_are_made_smaller_and_too_short_ones_longer() {
    let folder = Folder::new();
    let path = folder.path().join("many.gif");
    // 300 frames of 320 × 320 would take 117 MiB.
    let made = Command::new("convert")
        .args(["-delay", "1", "-size", "320x320", "xc:red", "xc:blue", "-duplicate", "149", "-loop", "0"])
        .arg(&path)
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let frames = frames(&path, 320).unwrap();
    let bytes: usize = frames.iter().map(|frame| frame.picture.pixels.len()).sum();
    assert!(bytes <= 32 << 20, "{bytes}");
    assert!(frames.len() > 100 && frames.iter().all(|frame| frame.delay_ms == 100), "{}", frames.len());
    let side = frames[0].picture.width;
    assert!((96..320).contains(&side) && frames.iter().all(|frame| frame.picture.width == side), "{side}");
}
