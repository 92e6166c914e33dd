#![no_main]

use std::path::Path;

use affix::domain::changes::CopyWish;
use affix::media::fuzzing::{Asked, Told, answer, question_again};
use affix::media::{Area, Rgba};

const MAX_PX: u32 = 64;

// What a reader that is not trusted answers to each question, and a question in the same bytes.
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Some(question) = question_again(bytes) {
        assert_eq!(question_again(&question).as_ref(), Some(&question), "it changes on its way");
    }
    let area = Area { x: 0, y: 0, width: 9, height: 9 };
    let wish = CopyWish { without_metadata: true, max_bytes: None, to: None };
    // The folder has a file, a link and a folder in it.
    let into = Path::new("/etc");
    for asked in [
        Asked::Facts,
        Asked::Still { max_px: MAX_PX },
        Asked::Small { cache: into },
        Asked::Part { area, max_px: MAX_PX },
        Asked::Frames { max_px: MAX_PX },
        Asked::Excerpt,
        Asked::Moments { count: 3, max_px: MAX_PX },
        Asked::Thumbnail { at_ms: None },
        Asked::Metadata,
        Asked::Copy { wish, into },
    ] {
        if let Some(told) = answer(bytes, asked, Path::new("/tmp/photo.jpg")) {
            judge(asked, told, into);
        }
    }
});

fn judge(asked: Asked<'_>, told: Told, into: &Path) {
    match (asked, told) {
        (_, Told::Failed(_)) | (Asked::Metadata, Told::Metadata(_)) => {}
        // The file is its own, whatever the reader says.
        (Asked::Facts, Told::Facts(facts)) => assert_eq!(facts.path, Path::new("/tmp/photo.jpg")),
        (Asked::Still { max_px } | Asked::Part { max_px, .. }, Told::Pictures(pictures)) => {
            sane(&pictures, 1, max_px)
        }
        (Asked::Small { .. }, Told::Pictures(pictures)) => sane(&pictures, 1, 256),
        (Asked::Frames { max_px }, Told::Pictures(pictures)) => sane(&pictures, usize::MAX, max_px),
        (Asked::Moments { count, max_px }, Told::Pictures(pictures)) => sane(&pictures, count, max_px),
        (Asked::Excerpt, Told::Excerpt(excerpt)) => assert!(excerpt.text.len() <= 1 << 20),
        (Asked::Thumbnail { .. }, Told::Thumb(thumb)) => assert!(thumb.jpeg.starts_with(b"\xff\xd8")),
        (Asked::Copy { .. }, Told::Copied(copied)) => {
            let Some(copied) = copied else { return };
            assert_eq!(copied.facts.path.parent(), Some(into), "{copied:?}");
            let file = std::fs::symlink_metadata(&copied.facts.path).expect("it is there");
            assert!(file.is_file() && file.len() == copied.facts.size, "{copied:?}");
        }
        (asked, told) => panic!("{asked:?} was not answered by {told:?}"),
    }
}

fn sane(pictures: &[(Rgba, u64)], count: usize, max_px: u32) {
    assert!(pictures.len() <= count);
    for (picture, _) in pictures {
        assert!(
            (1..=max_px).contains(&picture.width) && (1..=max_px).contains(&picture.height),
            "{picture:?}"
        );
        assert_eq!(picture.pixels.len(), picture.width as usize * picture.height as usize * 4);
    }
}
