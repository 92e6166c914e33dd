//! Pictures that move.

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
