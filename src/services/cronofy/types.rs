//! Cronofy's table of types: which extension goes with which content type.
//!
//! Source: "Create attachment" of Cronofy's API documentation, table "Supported content types".

/// One row of the table.
#[derive(Debug)]
pub struct Row {
    pub content_type: &'static str,
    /// In lower case, without the dot; the usual one first.
    pub extensions: &'static [&'static str],
}

const fn row(content_type: &'static str, extensions: &'static [&'static str]) -> Row {
    Row { content_type, extensions }
}

/// The whole table, in the vendor's order.
pub static TABLE: &[Row] = &[
    row(
        "text/plain",
        &[
            "txt", "asc", "c", "cc", "h", "hh", "cpp", "hpp", "dat", "hlp", "conf", "def", "doc", "in",
            "list", "log", "rst", "text", "textile",
        ],
    ),
    row("text/csv", &["csv"]),
    row("application/rtf", &["rtf"]),
    row("application/pdf", &["pdf", "ai"]),
    row("image/bmp", &["bmp"]),
    row("image/gif", &["gif"]),
    row("image/jpeg", &["jpg", "jpeg", "jpe"]),
    row("image/png", &["png"]),
    row("application/msword", &["doc", "dot", "wrd"]),
    row("application/vnd.openxmlformats-officedocument.wordprocessingml.document", &["docx"]),
    row("application/vnd.ms-powerpoint", &["ppt", "pps", "pot"]),
    row("application/vnd.openxmlformats-officedocument.presentationml.presentation", &["pptx"]),
    row("application/gzip", &["gz"]),
    row("application/zip", &["zip"]),
    row("application/x-7z-compressed", &["7z"]),
    row("application/vnd.visio", &["vsd", "vst", "vsw", "vss"]),
    row("application/vnd.ms-excel", &["xls", "xlt", "xla", "xlc", "xlm", "xlw"]),
    row("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", &["xlsx"]),
];

/// The content type to declare for a file with this extension (lower case, without the dot) and media type.
/// An extension that stands in two rows (`doc`) goes by the media type: text where it is text, else the later row.
#[must_use]
pub fn content_type_for(extension: &str, mime: &str) -> Option<&'static str> {
    let mut rows = TABLE.iter().filter(|row| row.extensions.contains(&extension));
    let first = rows.next()?;
    match rows.next() {
        Some(_second) if mime.starts_with("text/") => Some(first.content_type),
        Some(second) => Some(second.content_type),
        None => Some(first.content_type),
    }
}

/// The usual extension for content of this media type; any text may go as `.txt`.
#[must_use]
pub fn extension_for(mime: &str) -> Option<&'static str> {
    let row = TABLE.iter().find(|row| row.content_type == mime);
    let text = || TABLE.iter().find(|row| row.content_type == "text/plain" && mime.starts_with("text/"));
    row.or_else(text)?.extensions.first().copied()
}

/// Every extension that is taken, for a message.
#[must_use]
pub fn extensions() -> String {
    let mut all: Vec<_> = TABLE.iter().flat_map(|row| row.extensions).copied().collect();
    all.sort_unstable();
    all.dedup();
    all.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_of_the_table_is_declared_as_it_stands() {
        for row in TABLE {
            for extension in row.extensions {
                let mime = if *extension == "doc" { row.content_type } else { "application/octet-stream" };
                assert_eq!(content_type_for(extension, mime), Some(row.content_type), "{extension}");
            }
        }
        assert_eq!(TABLE.len(), 18);
        assert_eq!(TABLE.iter().map(|row| row.extensions.len()).sum::<usize>(), 51);
    }

    #[test]
    fn doc_goes_by_its_content() {
        assert_eq!(content_type_for("doc", "application/msword"), Some("application/msword"));
        assert_eq!(content_type_for("doc", "application/x-ole-storage"), Some("application/msword"));
        assert_eq!(content_type_for("doc", "text/plain"), Some("text/plain"));
    }

    #[test]
    fn what_is_not_in_the_table_has_no_type() {
        for extension in ["", "exe", "webp", "mp4", "svg", "tar"] {
            assert_eq!(content_type_for(extension, "image/png"), None, "{extension}");
        }
    }

    #[test]
    fn an_extension_is_found_for_known_content() {
        assert_eq!(extension_for("image/jpeg"), Some("jpg"));
        assert_eq!(extension_for("text/markdown"), Some("txt"));
        assert_eq!(extension_for("text/csv"), Some("csv"));
        assert_eq!(extension_for("image/webp"), None);
    }

    #[test]
    fn the_list_for_messages_is_sorted_and_names_each_once() {
        let list = extensions();
        assert_eq!(list.split(", ").count(), 50);
        assert!(list.starts_with("7z, ai, asc, bmp, c, cc"), "{list}");
    }
}
