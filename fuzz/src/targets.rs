//! What the targets do with the bytes: a file of the memory's own, and every reader that such a file comes to.

use std::fmt::Debug;
use std::fs;
use std::path::{Path, PathBuf};

use crate::domain::changes::{CopyWish, PictureType};
use crate::domain::describe::Description;
use crate::domain::error::Failure;
use crate::media::{self, Area, Rgba};

/// Writes the bytes where no disk is, under a name that ends like this, and hands over the path.
pub fn as_file(bytes: &[u8], end: &str, look: impl FnOnce(&Path)) {
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

/// The look in the list.
pub fn preview(path: &Path) {
    if let Some(picture) = said(media::preview(path, 96)) {
        sane(&picture, 96);
    }
}

/// All that is shown of a picture.
pub fn picture(path: &Path) {
    said(media::inspect(path));
    preview(path);
    let area = Area { x: 3, y: 1, width: 40, height: 500 };
    if let Some(picture) = said(media::part(path, area, 64)) {
        sane(&picture, 64);
    }
}

/// A picture that moves.
pub fn frames(path: &Path) {
    for frame in said(media::frames(path, 48)).unwrap_or_default() {
        sane(&frame.picture, 48);
    }
}

/// All that is shown of a video.
pub fn video(path: &Path) {
    said(media::inspect(path));
    for moment in said(media::moments(path, 3, 64)).unwrap_or_default() {
        sane(&moment.picture, 64);
    }
    assert!(said(media::thumbnail(path, Some(700))).is_some());
    preview(path);
}

/// What is told of a picture beside its pixels, and the copy without it.
pub fn without_metadata(path: &Path) {
    said(media::metadata(path));
    let into = tempfile::Builder::new().tempdir_in("/dev/shm").expect("memory for a folder");
    let wish = CopyWish { without_metadata: true, max_bytes: None, to: None };
    if let Some(Some(copied)) = said(media::copy(path, wish, into.path())) {
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
    }
}

/// The descriptions that settings are checked with.
pub fn describe(id: &str) -> Option<&'static Description> {
    crate::services::find(id).map(|service| service.description())
}
