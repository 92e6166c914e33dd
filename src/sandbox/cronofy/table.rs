//! The vendor document's "Supported content types", row by row.

/// One row: a content type and the extensions that it may have, in lower case.
pub(super) struct Row(pub(super) &'static str, pub(super) &'static [&'static str]);

/// In the document's order. `.doc` stands in two rows, `.ai` is PDF.
pub(super) const ROWS: [Row; 18] = [
    Row(
        "text/plain",
        &[
            "txt", "asc", "c", "cc", "h", "hh", "cpp", "hpp", "dat", "hlp", "conf", "def", "doc", "in",
            "list", "log", "rst", "text", "textile",
        ],
    ),
    Row("text/csv", &["csv"]),
    Row("application/rtf", &["rtf"]),
    Row("application/pdf", &["pdf", "ai"]),
    Row("image/bmp", &["bmp"]),
    Row("image/gif", &["gif"]),
    Row("image/jpeg", &["jpeg", "jpg", "jpe"]),
    Row("image/png", &["png"]),
    Row("application/msword", &["doc", "dot", "wrd"]),
    Row("application/vnd.openxmlformats-officedocument.wordprocessingml.document", &["docx"]),
    Row("application/vnd.ms-powerpoint", &["ppt", "pps", "pot"]),
    Row("application/vnd.openxmlformats-officedocument.presentationml.presentation", &["pptx"]),
    Row("application/gzip", &["gz"]),
    Row("application/zip", &["zip"]),
    Row("application/x-7z-compressed", &["7z"]),
    Row("application/vnd.visio", &["vsd", "vst", "vsw", "vss"]),
    Row("application/vnd.ms-excel", &["xls", "xlt", "xla", "xlc", "xlm", "xlw"]),
    Row("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", &["xlsx"]),
];

/// The extensions of a content type; none when it is not supported.
pub(super) fn extensions(content_type: &str) -> Option<&'static [&'static str]> {
    ROWS.iter().find(|Row(row_type, _)| *row_type == content_type).map(|Row(_, extensions)| *extensions)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_every_pair_of_the_document() {
        let mut types: Vec<&str> = ROWS.iter().map(|Row(content_type, _)| *content_type).collect();
        types.sort_unstable();
        types.dedup();
        assert_eq!(types.len(), 18, "no type stands in two rows");
        assert_eq!(ROWS.iter().map(|Row(_, extensions)| extensions.len()).sum::<usize>(), 51);
        let with_doc = ROWS.iter().filter(|Row(_, extensions)| extensions.contains(&"doc"));
        assert_eq!(with_doc.count(), 2);
        assert!(extensions("application/pdf").unwrap().contains(&"ai"));
        assert!(extensions("text/html").is_none());
    }
}
