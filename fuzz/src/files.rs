//! What the targets do with the bytes: a file of the memory's own, and every reader that such a file comes to.

use std::fmt::Debug;
use std::fs;
use std::panic;
use std::path::{Path, PathBuf};
use std::sync::Once;

use affix::domain::changes::{CopyWish, PictureType};
use affix::domain::error::Failure;
use affix::domain::file_name::is_direction_mark;
use affix::media::{self, Area, Readers, Rgba};

/// A crate that panics over a document costs the preview alone: its thread is made for that (`media::deep`). Only what
/// is not contained, or is Affix's own, ends the target; libfuzzer-sys takes every panic for one.
fn forgive_crates() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let end = panic::take_hook();
        panic::set_hook(Box::new(move |told| {
            let is_of_a_crate = told.location().is_some_and(|place| place.file().contains("/registry/src/"));
            if !is_of_a_crate || std::thread::current().name() != Some("draw document") {
                end(told);
            }
        }));
    });
}

/// Writes the bytes where no disk is, under a name that ends like this, and hands over the path.
pub fn as_file(bytes: &[u8], end: &str, look: impl FnOnce(&Path)) {
    forgive_crates();
    let path = PathBuf::from(format!("/dev/shm/affix-fuzz-{}.{end}", std::process::id()));
    #[expect(clippy::disallowed_methods, reason = "what is read back at once needs no atomic writing")]
    fs::write(&path, bytes).expect("memory for a file");
    look(&path);
    let _left_behind_at_worst = fs::remove_file(&path);
}

/// A failure has to say something.
fn said<T: Debug>(answer: Result<T, Failure>) -> Option<T> {
    answer.map_err(|failure| assert!(!failure.broke.trim().is_empty(), "{failure:?}")).ok()
}

fn sane(picture: &Rgba, max_px: u32) {
    assert!((1..=max_px).contains(&picture.width) && (1..=max_px).contains(&picture.height), "{picture:?}");
    assert_eq!(picture.pixels.len(), picture.width as usize * picture.height as usize * 4);
}

/// What a file is.
pub fn inspect(path: &Path) {
    let Some(facts) = said(media::inspect(path)) else { return };
    assert_eq!(Some(facts.size), fs::metadata(path).ok().map(|file| file.len()), "{facts:?}");
    assert!(facts.mime.split_once('/').is_some_and(|(family, kind)| !family.is_empty() && !kind.is_empty()));
    assert!(facts.pixels.is_none_or(|(width, height)| width > 0 && height > 0), "{facts:?}");
}

/// The look in the list.
pub fn preview(path: &Path) {
    if let Some(picture) = said(media::preview(path, 96)) {
        sane(&picture, 96);
    }
}

/// All that is shown of a picture.
pub fn picture(path: &Path) {
    inspect(path);
    preview(path);
    let area = Area { x: 3, y: 1, width: 40, height: 500 };
    if let Some(picture) = said(media::part(path, area, 64)) {
        sane(&picture, 64);
    }
}

/// A picture that moves.
pub fn frames(path: &Path) {
    let frames = said(media::frames(path, 48)).unwrap_or_default();
    for frame in &frames {
        sane(&frame.picture, 48);
        // All have the picture's own measures.
        assert_eq!(
            (frame.picture.width, frame.picture.height),
            (frames[0].picture.width, frames[0].picture.height)
        );
    }
}

/// All that is shown of a video.
pub fn video(path: &Path) {
    inspect(path);
    let moments = said(media::moments(path, 3, 64)).unwrap_or_default();
    assert!(moments.len() <= 3 && moments.is_sorted_by_key(|moment| moment.at_ms), "{moments:?}");
    for moment in moments {
        sane(&moment.picture, 64);
    }
    // There always is one, be it a grey one.
    let thumb = said(media::thumbnail(path, Some(700))).expect("a thumbnail");
    assert!((1..=640).contains(&thumb.width) && (1..=1280).contains(&thumb.height), "{thumb:?}");
    assert!(thumb.jpeg.starts_with(b"\xff\xd8") && thumb.jpeg.ends_with(b"\xff\xd9"), "{thumb:?}");
    preview(path);
}

/// What is told of a picture beside its pixels, and the copy without it.
pub fn without_metadata(path: &Path) {
    let told = said(media::metadata(path));
    let bytes = fs::read(path).expect("it is in memory");
    if Readers::tells_nothing(&bytes) {
        assert!(told.as_ref().is_some_and(|told| !told.removable && !told.has_location), "{told:?}");
    }
    let into = tempfile::Builder::new().tempdir_in("/dev/shm").expect("memory for a folder");
    let wish = CopyWish { without_metadata: true, max_bytes: None, to: None };
    if let Some(Some(copied)) = said(media::copy(path, wish, into.path())) {
        assert_eq!(copied.facts.path.parent(), Some(into.path()), "{copied:?}");
        // Nothing of it is left in the copy.
        let left = said(media::metadata(&copied.facts.path)).expect("the copy is read again");
        assert!(!left.has_location && left.place.is_none(), "{left:?}");
    }
}

/// The copy of another type or size.
pub fn converted(path: &Path) {
    let into = tempfile::Builder::new().tempdir_in("/dev/shm").expect("memory for a folder");
    let wish = CopyWish { without_metadata: true, max_bytes: Some(4_000), to: Some(PictureType::Jpeg) };
    if let Some(Some(copied)) = said(media::copy(path, wish, into.path())) {
        assert!(copied.facts.size <= 4_000, "{copied:?}");
        assert_eq!(copied.facts.mime, "image/jpeg", "{copied:?}");
        let left = said(media::metadata(&copied.facts.path)).expect("the copy is read again");
        assert!(!left.has_location && left.place.is_none(), "{left:?}");
    }
}

/// The first lines of a text.
pub fn lines(path: &Path) {
    let Some(excerpt) = said(media::excerpt(path)) else { return };
    assert!(excerpt.text.lines().count() <= 400 && excerpt.text.len() <= 1 << 20, "{}", excerpt.text.len());
    let lies = |c: char| is_direction_mark(c) || (c.is_control() && !matches!(c, '\n' | '\t'));
    assert!(!excerpt.text.contains(lies), "{:?}", excerpt.text);
}
