//! The facts of a local file, read once before anything is sent.

use std::fs::{self, File, FileType, Metadata};
use std::io::{self, ErrorKind, Read};
use std::path::Path;

use crate::domain::attachment::FileFacts;
use crate::domain::error::{Failure, Kind, Step};
use crate::domain::file_name;
use crate::media::kind::{Look, look_of};
use crate::media::opened::Opened;
use crate::media::{documents, foreign, picture, sniff, sound, video};
use crate::platform::cached;

/// Reads a file's facts: size, media type, pixels, duration. Blocks; reads a few kilobytes, and of a
/// video or a sound the index; never waits on a pipe or a device. Symbolic links are followed.
///
/// A broken picture, video or sound has facts all the same: only its pixels and duration are unknown.
///
/// # Errors
/// [`Kind::Unreadable`] at [`Step::Inspect`]: absent, a broken link, a folder, a pipe, socket or
/// device, no permission, or a disk that does not answer.
pub fn inspect(path: &Path) -> Result<FileFacts, Failure> {
    Ok(facts_of(Opened::open(path)?).0)
}

/// A file's content, and the file as it was when it was read.
#[derive(Debug)]
pub struct Whole {
    pub bytes: Vec<u8>,
    pub file: Metadata,
}

/// [`inspect`], with the content of a file of this many bytes at most; none where it is longer, or changes meanwhile.
///
/// # Errors
/// Those of [`inspect`].
pub fn inspect_whole(path: &Path, most_bytes: u64) -> Result<(FileFacts, Option<Whole>), Failure> {
    let (facts, mut opened) = facts_of(Opened::open(path)?);
    if facts.size > most_bytes {
        return Ok((facts, None));
    }
    // What cannot be read is told when it is to be sent.
    let bytes = opened.start_with_head(most_bytes.saturating_add(1)).ok();
    let read = bytes.zip(opened.file.metadata().ok());
    let same = |file: &Metadata, bytes: &[u8]| {
        file.len() == facts.size && bytes.len() as u64 == facts.size && file.modified().ok() == facts.modified
    };
    let whole = read.filter(|(bytes, file)| same(file, bytes)).map(|(bytes, file)| Whole { bytes, file });
    Ok((facts, whole))
}

/// [`inspect_whole`] at once, of a file that the system has in memory. None where that takes longer: also what has pixels or
/// a duration is looked at more closely.
pub fn inspect_at_hand(path: &Path, most_bytes: u64) -> Option<(FileFacts, Whole)> {
    let (bytes, file) = cached::read(path, most_bytes)?;
    let name = name(path);
    let most = usize::try_from(sniff::HEAD_BYTES).unwrap_or_default();
    let mime = sniff::media_type(bytes.get(..most).unwrap_or(&bytes), &name);
    if is_measured(&mime) {
        return None;
    }
    let facts = FileFacts {
        path: path.to_owned(),
        name,
        size: file.len(),
        mime,
        modified: file.modified().ok(),
        pixels: None,
        duration_secs: None,
    };
    Some((facts, Whole { bytes, file }))
}

fn facts_of(mut opened: Opened) -> (FileFacts, Opened) {
    let mime = sniff::media_type(&opened.head, &opened.name);
    let (pixels, duration_secs) = measures(&mut opened, &mime);
    let facts = FileFacts {
        path: opened.path.clone(),
        name: opened.name.clone(),
        size: opened.bytes,
        mime,
        modified: opened.modified,
        pixels,
        duration_secs,
    };
    (facts, opened)
}

/// Whether it may have pixels or a duration. An `.svgz` is a packed file by its first bytes.
fn is_measured(mime: &str) -> bool {
    sniff::is_media(mime) || mime == "application/gzip"
}

/// Width and height in pixels as shown, and seconds.
fn measures(opened: &mut Opened, mime: &str) -> (Option<(u32, u32)>, Option<u64>) {
    if !is_measured(mime) {
        return (None, None);
    }
    match look_of(&opened.head, &opened.name) {
        Look::Video if mime.starts_with("video/") => {
            let facts = video::facts(&opened.path, &mut opened.file, &opened.head);
            (facts.pixels, facts.duration_secs)
        }
        Look::Sound => (None, sound::duration_secs(&opened.path, &mut opened.file, &opened.head)),
        Look::Svg => (documents::svg_pixels(opened), None),
        Look::Raw => (foreign::raw_pixels(opened), None),
        Look::Foreign => (foreign::heif_pixels(opened), None),
        _ if mime.starts_with("image/") => (picture::pixels(&mut opened.file), None),
        _ => (None, None),
    }
}

/// The file's own name; bytes that are no UTF-8 become replacement characters.
pub(super) fn name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

/// Opens a regular file and nothing else: opening a pipe would wait for its other end.
pub(super) fn open(path: &Path) -> Result<(File, Metadata), Failure> {
    #[cfg(windows)]
    if let Some(device) = device(path) {
        return Err(failure(Path::new(&device), "is a device, not a file")
            .advice("Windows keeps this name for itself. A file of this name has to be renamed first."));
    }
    let metadata = fs::metadata(path).map_err(|error| unreadable(path, &error))?;
    if metadata.is_dir() {
        return Err(failure(path, "is a folder").advice("Choose the files in it."));
    }
    if !metadata.is_file() {
        let kind = special(metadata.file_type());
        return Err(failure(path, &format!("is {kind}, not a file"))
            .advice("Only files can be uploaded. Save its content as a file first."));
    }
    let file = File::open(path).map_err(|error| unreadable(path, &error))?;
    Ok((file, metadata))
}

/// The first bytes, as many as tell the type.
pub(super) fn first_bytes(file: &mut File) -> io::Result<Vec<u8>> {
    // Room for all of it, and for `read_to_end` to see that nothing comes behind.
    let mut head = Vec::with_capacity(usize::try_from(sniff::HEAD_BYTES).unwrap_or_default() + 32);
    file.take(sniff::HEAD_BYTES).read_to_end(&mut head)?;
    Ok(head)
}

#[cfg(unix)]
fn special(kind: FileType) -> &'static str {
    use std::os::unix::fs::FileTypeExt;
    if kind.is_fifo() {
        "a pipe"
    } else if kind.is_socket() {
        "a socket"
    } else {
        "a device"
    }
}

#[cfg(not(unix))]
fn special(_kind: FileType) -> &'static str {
    "a device"
}

/// Windows has `NUL`, `CON`, `COM1` and their like in every folder, and no file can be asked for by such a name. The
/// system itself is asked which names those are: that differs between its versions.
#[cfg(windows)]
fn device(path: &Path) -> Option<std::ffi::OsString> {
    use std::path::{Component, Prefix};
    let whole = std::path::absolute(path).ok().filter(|whole| whole.file_name().is_none())?;
    let Some(Component::Prefix(begin)) = whole.components().next() else { return None };
    if let Prefix::DeviceNS(name) = begin.kind() { Some(name.to_owned()) } else { None }
}

fn failure(path: &Path, what: &str) -> Failure {
    let name = file_name::display(&name(path));
    Failure::new(Kind::Unreadable, format!("“{name}” {what}")).at(Step::Inspect)
}

/// Says in words why a file could not be read.
pub(super) fn unreadable(path: &Path, error: &io::Error) -> Failure {
    let is_link = || fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_symlink());
    let failure = match error.kind() {
        ErrorKind::NotFound if is_link() => failure(path, "is a link to a file that does not exist")
            .advice("Choose the file that it should lead to."),
        ErrorKind::NotFound | ErrorKind::NotADirectory => {
            failure(path, "does not exist").advice("Check the name, or choose the file again.")
        }
        ErrorKind::PermissionDenied => failure(path, "may not be read by you")
            .advice("Ask its owner for permission, or copy it to a place of your own."),
        ErrorKind::IsADirectory => failure(path, "is a folder").advice("Choose the files in it."),
        _ => failure(path, "cannot be read").advice("Check the disk that it is on, then try again."),
    };
    failure.cause(error)
}

#[cfg(all(test, windows))]
mod tests {
    use super::*;

    #[test]
    fn names_that_windows_keeps_are_told_as_devices() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["NUL", "con", "COM1"] {
            let device = std::path::absolute(folder.path().join(name)).unwrap();
            for path in [folder.path().join(name), name.into(), device] {
                let told = inspect(&path).unwrap_err();
                assert_eq!(told.kind, Kind::Unreadable, "{path:?}");
                assert_eq!(told.broke, format!("“{name}” is a device, not a file"), "{path:?}");
                assert!(told.advice.is_some_and(|advice| advice.contains("renamed")), "{path:?}");
            }
        }
        for name in ["null", "NULL.txt", "COM", "console"] {
            let path = folder.path().join(name);
            fs::write(&path, b"a file").unwrap();
            assert_eq!(inspect(&path).unwrap().size, 6, "{name}");
        }
    }
}
