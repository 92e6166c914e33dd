//! One icon of the icon fonts.

use eframe::egui::{Align2, Color32, FontFamily, FontId, Painter, Pos2, Response, Sense, Ui, Vec2};

use super::icons;
use super::tokens::family;
use crate::domain::file_name;
use crate::store::Row;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Icon {
    pub code: char,
    pub weight: Weight,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    Regular,
    Fill,
    Bold,
}

impl Icon {
    #[must_use]
    pub fn font(self, size: f32) -> FontId {
        let name = match self.weight {
            Weight::Regular => family::ICONS,
            Weight::Fill => family::ICONS_FILL,
            Weight::Bold => family::ICONS_BOLD,
        };
        FontId::new(size, FontFamily::Name(name.into()))
    }

    /// Paints it around a point.
    pub fn paint(self, painter: &Painter, center: Pos2, size: f32, color: Color32) {
        painter.text(center, Align2::CENTER_CENTER, self.code, self.font(size), color);
    }

    /// Adds it as decoration: nothing that a screen reader names.
    pub fn show(self, ui: &mut Ui, size: f32, color: Color32) -> Response {
        let (rect, response) = ui.allocate_exact_size(Vec2::splat(size), Sense::hover());
        self.paint(ui.painter(), rect.center(), size, color);
        response
    }
}

/// The icon of a service, by its id.
#[must_use]
pub fn of_service(id: &str) -> Icon {
    match id {
        "sandbox" => icons::FLASK,
        "mixin" => icons::ROBOT,
        "teable" => icons::TABLE,
        "cosmos" => icons::DATABASE,
        "cronofy" => icons::CALENDAR_BLANK,
        "forum" => icons::CHATS_CIRCLE,
        _ => icons::CUBE,
    }
}

/// The icon of an attachment's kind of file.
#[must_use]
pub fn of_row(row: &Row) -> Icon {
    of_file(&file_name::extension(&row.name), row.mime.as_deref())
}

/// The icon of a kind of file, by its name's extension, else by its media type.
#[must_use]
pub fn of_file(extension: &str, mime: Option<&str>) -> Icon {
    // TypeScript, or a video's transport stream.
    if extension == "ts" && mime.is_none_or(|mime| !mime.starts_with("video/")) {
        return icons::FILE_CODE;
    }
    of_extension(extension).or_else(|| of_type(mime?)).unwrap_or(icons::FILE)
}

fn of_extension(extension: &str) -> Option<Icon> {
    Some(match extension {
        "7z" | "br" | "bz2" | "cab" | "gz" | "lz" | "lz4" | "lzma" | "rar" | "tar" | "tbz2" | "tgz"
        | "txz" | "xz" | "zip" | "zst" => icons::FILE_ZIP,
        "apk" | "appimage" | "deb" | "exe" | "flatpak" | "jar" | "msi" | "pkg" | "rpm" | "snap" | "whl" => {
            icons::PACKAGE
        }
        "dmg" | "img" | "iso" | "qcow2" | "vdi" | "vhd" | "vmdk" => icons::HARD_DRIVES,
        "otf" | "ttc" | "ttf" | "woff" | "woff2" => icons::TEXT_AA,
        "pdf" => icons::FILE_PDF,
        "csv" | "tsv" => icons::FILE_CSV,
        "doc" | "docm" | "docx" | "dot" | "dotx" | "odt" | "pages" | "rtf" | "wps" => icons::FILE_DOC,
        "et" | "numbers" | "ods" | "xls" | "xlsb" | "xlsm" | "xlsx" => icons::FILE_XLS,
        "dps" | "key" | "odp" | "pps" | "ppsx" | "ppt" | "pptm" | "pptx" => icons::FILE_PPT,
        "azw3" | "epub" | "fb2" | "mobi" => icons::BOOK_OPEN,
        "eml" | "mbox" | "msg" => icons::ENVELOPE_SIMPLE,
        "ics" => icons::CALENDAR_BLANK,
        "db" | "mdb" | "parquet" | "sqlite" | "sqlite3" => icons::DATABASE,
        "asc" | "cer" | "crt" | "gpg" | "kdbx" | "p12" | "pem" | "pfx" | "sig" => icons::FILE_LOCK,
        "svg" | "svgz" => icons::FILE_SVG,
        "htm" | "html" | "xhtml" => icons::FILE_HTML,
        "css" | "less" | "sass" | "scss" => icons::FILE_CSS,
        "cjs" | "js" | "jsx" | "mjs" => icons::FILE_JS,
        "bat" | "c" | "cc" | "clj" | "cpp" | "cs" | "cxx" | "dart" | "elm" | "ex" | "exs" | "ftl" | "go"
        | "h" | "hpp" | "hs" | "ini" | "ipynb" | "java" | "json" | "jsonl" | "kt" | "lua" | "nix" | "php"
        | "pl" | "ps1" | "py" | "r" | "rb" | "rs" | "scala" | "sh" | "sql" | "swift" | "toml" | "tsx"
        | "vue" | "wasm" | "xml" | "yaml" | "yml" | "zig" => icons::FILE_CODE,
        "log" | "md" | "rst" | "tex" | "txt" => icons::FILE_TEXT,
        _ => return None,
    })
}

fn of_type(mime: &str) -> Option<Icon> {
    let (kind, name) = mime.split_once('/')?;
    Some(match (kind, name) {
        ("image", "svg+xml") => icons::FILE_SVG,
        ("image", _) => icons::IMAGE,
        ("video", _) => icons::FILM_SLATE,
        ("audio", _) => icons::MUSIC_NOTE,
        ("font", _) => icons::TEXT_AA,
        ("text", _) => icons::FILE_TEXT,
        (_, "pdf") => icons::FILE_PDF,
        (_, "gzip" | "vnd.rar" | "x-7z-compressed" | "zip" | "zstd") => icons::FILE_ZIP,
        (_, "json") => icons::FILE_CODE,
        (_, "x-executable") => icons::PACKAGE,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_common_kind_of_file_has_an_icon_of_its_own() {
        for (names, icon) in [
            ("zip tar gz 7z rar zst", icons::FILE_ZIP),
            ("ttf otf ttc woff2", icons::TEXT_AA),
            ("txt md log", icons::FILE_TEXT),
            ("rs py ts go json toml sh", icons::FILE_CODE),
            ("mp3 flac wav ogg m4a opus", icons::MUSIC_NOTE),
            ("docx odt rtf pages", icons::FILE_DOC),
            ("xlsx ods numbers", icons::FILE_XLS),
            ("pptx odp key", icons::FILE_PPT),
            ("jpg png heic avif cr2 nef", icons::IMAGE),
            ("mp4 mov webm mkv", icons::FILM_SLATE),
        ] {
            for name in names.split(' ') {
                // The table of types takes ".ts" for a stream; the content says what it is.
                let mime =
                    if name == "ts" { Some("text/plain") } else { mime_guess::from_ext(name).first_raw() };
                assert_eq!(of_file(name, mime), icon, "{name}");
            }
        }
        assert_eq!(of_file("ts", Some("video/mp2t")), icons::FILM_SLATE);
        assert_eq!(of_file("", Some("application/pdf")), icons::FILE_PDF);
        assert_eq!(of_file("qqq", Some("application/octet-stream")), icons::FILE);
        assert_eq!(of_file("", None), icons::FILE);
    }
}
