#![no_main]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::time::{Duration, SystemTime};

use affix::media::{Cache, Readers, Rgba, png_of};

/// When the picture was changed, in seconds since 1970.
const MODIFIED: u64 = 1_600_000_000;

/// A picture and a cache of thumbnails, with the picture's URI and its look.
struct Place {
    folder: tempfile::TempDir,
    picture: PathBuf,
    uri: String,
    own: Rgba,
    /// Where its thumbnail is.
    kept: PathBuf,
}

static PLACE: LazyLock<Place> = LazyLock::new(|| {
    // The name is that of no other run, so that no input knows the URI.
    let folder =
        tempfile::Builder::new().prefix("affix-fuzz-").tempdir_in("/dev/shm").expect("memory for a folder");
    let picture = folder.path().join("photo.png");
    write(&picture, &png_of(3, 2, &[200; 24]).expect("a small PNG"));
    let file = fs::File::options().write(true).open(&picture).expect("it was just written");
    file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(MODIFIED)).expect("a time");
    let own = readers(folder.path()).small(&picture).expect("its own look");
    let large = folder.path().join("cache/large");
    let kept = fs::read_dir(&large).expect("it was kept").flatten().next().expect("it was kept").path();
    let uri = format!("file://{}", picture.display());
    Place { folder, picture, uri, own, kept }
});

fn readers(folder: &Path) -> Readers {
    // Without what [`Cache::at`] leaves out: the cache is beside the picture.
    Readers::here().caching(Cache::at(&folder.join("cache")))
}

#[expect(clippy::disallowed_methods, reason = "what is read back at once needs no atomic writing")]
fn write(path: &Path, bytes: &[u8]) {
    fs::write(path, bytes).expect("memory for a file");
}

// A thumbnail that another program wrote: with the picture's URI and time, without them, or with another time.
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Some((kind, png)) = bytes.split_first() else { return };
    let place = &*PLACE;
    let (uri, modified) = match kind % 4 {
        0 => (place.uri.clone(), MODIFIED),
        1 => (place.uri.clone(), MODIFIED + 1),
        2 => (format!("{}x", place.uri), MODIFIED),
        _ => (String::new(), MODIFIED),
    };
    let texts = [text("Thumb::URI", &uri), text("Thumb::MTime", &modified.to_string())].concat();
    // Behind the signature and the header.
    let (head, rest) = png.split_at(png.len().min(33));
    write(&place.kept, &[head, &texts, rest].concat());
    let small = readers(place.folder.path()).small(&place.picture).expect("at least its own look");
    assert!((1..=256).contains(&small.width) && (1..=256).contains(&small.height), "{small:?}");
    assert_eq!(small.pixels.len(), small.width as usize * small.height as usize * 4);
    assert!(kind % 4 == 0 || small == place.own, "what is of another file or time was taken");
});

/// A `tEXt` chunk; checksums do not count where fuzzing is on.
fn text(name: &str, value: &str) -> Vec<u8> {
    let content = [name.as_bytes(), b"\0", value.as_bytes()].concat();
    let length = u32::try_from(content.len()).expect("short").to_be_bytes();
    [&length[..], b"tEXt", &content, &[0; 4]].concat()
}
