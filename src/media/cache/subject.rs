//! The file that a thumbnail is of, as the thumbnail names it.

use std::io::{Read, Seek, SeekFrom};
use std::path::{Component, Path, PathBuf};
use std::time::{Duration, SystemTime};

use md5::{Digest, Md5};

use crate::media::kind::{Look, look_of};
use crate::media::readers::wire::WirePath;
use crate::media::{inspect, sniff};

/// A file that was changed just now may change again within the second that its time is kept in.
const SETTLED: Duration = Duration::from_secs(2);

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Subject {
    pub uri: String,
    /// Seconds since 1970 (UTC).
    pub modified: String,
    /// Bytes.
    pub size: String,
    pub mime: String,
    since: SystemTime,
}

impl Subject {
    /// None for what has no thumbnail: what is in the folders to be left out, by whatever link, what shows nothing, and
    /// texts, which are drawn quickly and are nobody else's business.
    pub(super) fn of(path: &Path, apart: &[WirePath]) -> Option<Self> {
        let (mut file, metadata) = inspect::open(path).ok()?;
        let real = path.canonicalize().ok()?;
        let is_apart = |folder: &WirePath| folder.canonicalize().is_ok_and(|folder| real.starts_with(folder));
        if apart.iter().any(is_apart) || is_among_thumbnails(&real) {
            return None;
        }
        let (head, name) = (inspect::first_bytes(&mut file).ok()?, inspect::name(path));
        if matches!(look_of(&head, &name), Look::Text | Look::Nothing) {
            return None;
        }
        let mime = sniff::media_type(&head, &name);
        let since = metadata.modified().ok()?;
        let modified = since.duration_since(SystemTime::UNIX_EPOCH).ok()?.as_secs().to_string();
        Some(Self { uri: uri(path), modified, size: metadata.len().to_string(), mime, since })
    }

    /// The name of its thumbnails.
    pub(super) fn name(&self) -> String {
        format!("{}.png", hex::encode(Md5::digest(&self.uri)))
    }

    /// It is not being written.
    pub(super) fn is_settled(&self) -> bool {
        self.since.elapsed().is_ok_and(|elapsed| elapsed >= SETTLED)
    }
}

/// The file can be read to its end.
pub(super) fn is_readable(path: &Path) -> bool {
    let Ok((mut file, _)) = inspect::open(path) else { return false };
    file.seek(SeekFrom::End(-1)).is_ok() && file.read_exact(&mut [0]).is_ok()
}

/// Other programs' thumbnails, of other users and of old desktops too.
fn is_among_thumbnails(real: &Path) -> bool {
    let mut parts = real.components().rev().filter_map(|part| match part {
        Component::Normal(name) => name.to_str(),
        _ => None,
    });
    parts.any(|name| matches!(name, ".thumbnails" | ".sh_thumbnails"))
}

/// As GLib's `g_file_get_uri` has it: links stay, `.` and `..` go, and everything is escaped but letters, digits and
/// what `g_filename_to_uri` lets stand.
pub(super) fn uri(path: &Path) -> String {
    let mut uri = String::from("file://");
    for byte in plain(path).as_os_str().as_encoded_bytes() {
        if byte.is_ascii_alphanumeric() || b"!$&'()*+,-./:=@_~".contains(byte) {
            uri.push(char::from(*byte));
        } else {
            uri.push_str(&format!("%{byte:02X}"));
        }
    }
    uri
}

fn plain(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_empty| path.to_owned());
    let mut plain = PathBuf::new();
    for part in absolute.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                plain.pop();
            }
            Component::Prefix(_) | Component::RootDir | Component::Normal(_) => plain.push(part),
        }
    }
    plain
}
