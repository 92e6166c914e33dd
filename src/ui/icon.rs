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

/// The icon of a kind of file, by its name's extension and its media type.
#[must_use]
pub fn of_file(extension: &str, mime: Option<&str>) -> Icon {
    match extension {
        "zip" | "7z" | "gz" | "zst" | "xz" | "bz2" | "rar" | "tar" | "tgz" => return icons::FILE_ZIP,
        "pdf" => return icons::FILE_PDF,
        "csv" | "tsv" => return icons::FILE_CSV,
        "doc" | "docx" | "odt" | "rtf" => return icons::FILE_DOC,
        "xls" | "xlsx" | "ods" => return icons::FILE_XLS,
        "ppt" | "pptx" | "odp" | "key" => return icons::FILE_PPT,
        "svg" => return icons::FILE_SVG,
        "html" | "htm" => return icons::FILE_HTML,
        "css" => return icons::FILE_CSS,
        "js" | "mjs" => return icons::FILE_JS,
        "rs" | "py" | "c" | "h" | "cpp" | "go" | "ts" | "java" | "json" | "toml" | "yaml" | "yml" | "xml"
        | "sh" | "sql" => return icons::FILE_CODE,
        _ => {}
    }
    match mime.and_then(|mime| mime.split_once('/')).map(|(kind, _)| kind) {
        Some("image") => icons::IMAGE,
        Some("video") => icons::FILM_SLATE,
        Some("audio") => icons::MUSIC_NOTE,
        Some("text") => icons::FILE_TEXT,
        _ => icons::FILE,
    }
}
