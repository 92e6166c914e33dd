//! The icon that stands for a type of file.

use super::icon::Icon;
use super::icons;
use crate::domain::file_name;

/// By the extension, else by the media type.
#[must_use]
pub fn file_icon(name: &str, mime: Option<&str>) -> Icon {
    by_extension(&file_name::extension(name)).unwrap_or_else(|| by_type(mime.unwrap_or_default()))
}

fn by_extension(extension: &str) -> Option<Icon> {
    Some(match extension {
        "7z" | "bz2" | "gz" | "rar" | "tar" | "tgz" | "xz" | "zip" | "zst" => icons::FILE_ZIP,
        "css" => icons::FILE_CSS,
        "csv" | "tsv" => icons::FILE_CSV,
        "doc" | "docx" | "odt" | "rtf" => icons::FILE_DOC,
        "htm" | "html" => icons::FILE_HTML,
        "jpeg" | "jpg" => icons::FILE_JPG,
        "js" | "mjs" => icons::FILE_JS,
        "key" | "odp" | "ppt" | "pptx" => icons::FILE_PPT,
        "numbers" | "ods" | "xls" | "xlsx" => icons::FILE_XLS,
        "pdf" => icons::FILE_PDF,
        "png" => icons::FILE_PNG,
        "svg" => icons::FILE_SVG,
        "c" | "cpp" | "go" | "h" | "java" | "json" | "py" | "rs" | "sh" | "toml" | "ts" | "xml" | "yaml"
        | "yml" => icons::FILE_CODE,
        _ => return None,
    })
}

fn by_type(mime: &str) -> Icon {
    match mime.split('/').next().unwrap_or_default() {
        "audio" => icons::FILE_AUDIO,
        "image" => icons::FILE_IMAGE,
        "text" => icons::FILE_TEXT,
        "video" => icons::FILM_SLATE,
        _ => icons::FILE,
    }
}
