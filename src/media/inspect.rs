//! The facts of a local file, read once before anything is sent.

use std::fs::{self, File, FileType, Metadata};
use std::io::{self, ErrorKind, Read};
use std::path::Path;

use crate::domain::attachment::FileFacts;
use crate::domain::error::{Failure, Kind, Step};
use crate::domain::file_name;
use crate::media::{picture, sniff, video};

/// Reads a file's facts: size, media type, pixels, duration. Blocks; reads a few kilobytes, and of a
/// video the index; never waits on a pipe or a device. Symbolic links are followed.
///
/// A broken picture or video has facts all the same: only its pixels and duration are unknown.
///
/// # Errors
/// [`Kind::Unreadable`] at [`Step::Inspect`]: absent, a broken link, a folder, a pipe, socket or
/// device, no permission, or a disk that does not answer.
pub fn inspect(path: &Path) -> Result<FileFacts, Failure> {
    let (mut file, metadata) = open(path)?;
    let head = first_bytes(&mut file).map_err(|error| unreadable(path, &error))?;
    let name = name(path);
    let mime = sniff::media_type(&head, &name);
    let (pixels, duration_secs) = if mime.starts_with("image/") {
        (picture::pixels(&mut file), None)
    } else if mime.starts_with("video/") && sniff::video_type(&head).is_some() {
        let facts = video::facts(path, &mut file, &head);
        (facts.pixels, facts.duration_secs)
    } else {
        (None, None)
    };
    Ok(FileFacts {
        path: path.to_owned(),
        name,
        size: metadata.len(),
        mime,
        modified: metadata.modified().ok(),
        pixels,
        duration_secs,
    })
}

/// The file's own name; bytes that are no UTF-8 become replacement characters.
pub(super) fn name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

/// Opens a regular file and nothing else: opening a pipe would wait for its other end.
pub(super) fn open(path: &Path) -> Result<(File, Metadata), Failure> {
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
    let mut head = Vec::new();
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
