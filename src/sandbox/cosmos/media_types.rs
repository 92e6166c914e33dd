//! The media types that the emulated account takes; others are a 400, as services.md says of unknown ones ("Unknown
//! media types are a 400 → fall back to `application/octet-stream`"). Which types Azure knows is not published, so
//! this list is the sandbox's own: the common ones, without `application/x-bittorrent` and its like.

/// `type/subtype`, sorted.
const KNOWN: [&str; 72] = [
    "application/epub+zip",
    "application/gzip",
    "application/java-archive",
    "application/javascript",
    "application/msword",
    "application/octet-stream",
    "application/ogg",
    "application/pdf",
    "application/postscript",
    "application/rtf",
    "application/sql",
    "application/vnd.ms-excel",
    "application/vnd.ms-outlook",
    "application/vnd.ms-powerpoint",
    "application/vnd.oasis.opendocument.presentation",
    "application/vnd.oasis.opendocument.spreadsheet",
    "application/vnd.oasis.opendocument.text",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.visio",
    "application/x-7z-compressed",
    "application/x-gzip",
    "application/x-tar",
    "application/x-zip-compressed",
    "application/xhtml+xml",
    "application/xml",
    "application/zip",
    "audio/aac",
    "audio/basic",
    "audio/flac",
    "audio/midi",
    "audio/mp4",
    "audio/mpeg",
    "audio/ogg",
    "audio/wav",
    "audio/webm",
    "audio/x-wav",
    "font/otf",
    "font/ttf",
    "font/woff",
    "font/woff2",
    "image/bmp",
    "image/gif",
    "image/jpeg",
    "image/jpg",
    "image/png",
    "image/svg+xml",
    "image/tiff",
    "image/vnd.microsoft.icon",
    "image/webp",
    "image/x-icon",
    "message/rfc822",
    "text/calendar",
    "text/css",
    "text/csv",
    "text/html",
    "text/javascript",
    "text/markdown",
    "text/plain",
    "text/richtext",
    "text/tab-separated-values",
    "text/vcard",
    "text/xml",
    "video/3gpp",
    "video/mp4",
    "video/mpeg",
    "video/ogg",
    "video/quicktime",
    "video/webm",
    "video/x-ms-wmv",
    "video/x-msvideo",
];

/// The type without its parameters, in lower case.
pub(super) fn essence(content_type: &str) -> String {
    content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// Whether the account takes files of this type; `application/json` never is a file (it announces metadata).
pub(super) fn is_known(essence: &str) -> bool {
    KNOWN.binary_search(&essence).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted() {
        assert!(KNOWN.is_sorted());
    }

    #[test]
    fn known_and_unknown_types() {
        for known in ["image/png", "application/octet-stream", "text/plain"] {
            assert!(is_known(known), "{known}");
        }
        for unknown in
            ["application/json", "application/x-unknown", "chemical/x-pdb", "image", "", "png/image"]
        {
            assert!(!is_known(unknown), "{unknown}");
        }
        assert_eq!(essence("Text/Plain; charset=utf-8"), "text/plain");
    }
}
