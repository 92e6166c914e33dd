//! What kind of look a file has, by its type, or by its name while nobody has looked into it.

use crate::domain::file_name;
use crate::store::Row;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Picture,
    Video,
    Audio,
    Text,
    /// A document or a font: its first page.
    Page,
    /// It may turn out to be a text.
    Unknown,
    /// An archive, a program: an icon.
    Other,
}

const PICTURES: &[&str] =
    &["avif", "bmp", "gif", "heic", "ico", "jfif", "jpeg", "jpg", "png", "qoi", "svg", "tif", "tiff", "webp"];
const VIDEOS: &[&str] = &["3gp", "avi", "m4v", "mkv", "mov", "mp4", "mpeg", "mpg", "ogv", "webm", "wmv"];
const AUDIO: &[&str] = &["aac", "aiff", "flac", "m4a", "m4b", "mp3", "oga", "ogg", "opus", "wav", "wma"];
const PAGES: &[&str] = &["otc", "otf", "pdf", "ttc", "ttf", "woff", "woff2"];
const ARCHIVES: &[&str] = &[
    "7z", "bin", "bz2", "deb", "dmg", "doc", "docx", "exe", "gz", "iso", "jar", "msi", "odt", "ppt", "pptx",
    "rar", "rpm", "tar", "tgz", "xls", "xlsx", "xz", "zip", "zst",
];
const TEXTS: &[&str] = &[
    "c", "cfg", "conf", "cpp", "css", "csv", "diff", "go", "h", "html", "ini", "java", "js", "json", "log",
    "md", "patch", "py", "rs", "sh", "sql", "srt", "toml", "ts", "tsv", "txt", "xml", "yaml", "yml",
];
/// Texts that are not called so.
const TEXT_TYPES: &[&str] = &[
    "application/ecmascript",
    "application/javascript",
    "application/json",
    "application/sql",
    "application/toml",
    "application/x-sh",
    "application/xml",
    "application/yaml",
];

impl Kind {
    pub(super) fn of(row: &Row) -> Self {
        Self::by(&row.name, row.mime.as_deref())
    }

    pub(super) fn by(name: &str, mime: Option<&str>) -> Self {
        let extension = file_name::extension(name);
        let has = |names: &[&str]| names.contains(&extension.as_str());
        match mime.map(|mime| mime.split_once('/').unwrap_or((mime, ""))) {
            Some(("image", _)) => return Self::Picture,
            Some(("video", _)) => return Self::Video,
            Some(("audio", _)) => return Self::Audio,
            Some(("font", _) | ("application", "pdf")) => return Self::Page,
            Some(("text", _)) => return Self::Text,
            Some(_) if mime.is_some_and(|mime| TEXT_TYPES.contains(&mime)) => return Self::Text,
            _ => {}
        }
        if mime.is_none() && has(PICTURES) {
            Self::Picture
        } else if mime.is_none() && has(VIDEOS) {
            Self::Video
        } else if mime.is_none() && has(AUDIO) {
            Self::Audio
        } else if has(PAGES) {
            Self::Page
        } else if has(TEXTS) {
            Self::Text
        } else if has(ARCHIVES) || mime.is_some_and(|mime| mime != "application/octet-stream") {
            Self::Other
        } else {
            Self::Unknown
        }
    }

    /// Whether it is told from others by a picture as small as a row's.
    pub(super) fn has_small(self) -> bool {
        matches!(self, Self::Picture | Self::Video | Self::Audio | Self::Page)
    }

    /// Whether a picture is to be expected of it.
    pub(super) fn is_visual(self) -> bool {
        matches!(self, Self::Picture | Self::Video)
    }

    /// Whether it is read rather than looked at.
    pub(super) fn is_read(self) -> bool {
        matches!(self, Self::Text | Self::Unknown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_counts_before_the_name() {
        for (name, mime, kind) in [
            ("a.jpg", Some("image/jpeg"), Kind::Picture),
            ("a.jpg", Some("application/zip"), Kind::Other),
            ("a.jpg", None, Kind::Picture),
            ("a.MP4", None, Kind::Video),
            ("a.mp3", Some("audio/mpeg"), Kind::Audio),
            ("a.rs", Some("text/x-rust"), Kind::Text),
            ("a.json", Some("application/json"), Kind::Text),
            ("a.pdf", Some("application/pdf"), Kind::Page),
            ("Makefile", None, Kind::Unknown),
            ("Makefile", Some("application/octet-stream"), Kind::Unknown),
            ("a.tar.zst", Some("application/zstd"), Kind::Other),
            ("a.zip", None, Kind::Other),
        ] {
            assert_eq!(Kind::by(name, mime), kind, "{name} {mime:?}");
        }
    }

    #[test]
    fn the_tables_are_sorted() {
        for table in [PICTURES, VIDEOS, AUDIO, PAGES, ARCHIVES, TEXTS, TEXT_TYPES] {
            assert!(table.is_sorted(), "{table:?}");
        }
    }
}
