//! Records as lines of text: CSV or JSON, written one by one.

use std::io::{self, Write};
use std::path::Path;

use serde_json::Value;

use super::record::Record;

/// The columns of a CSV file: the keys of a record, and those of its error.
const COLUMNS: [&str; 25] = [
    "file",
    "name",
    "size",
    "status",
    "profile",
    "service",
    "batch",
    "view_url",
    "thumbnail_url",
    "preview_url",
    "id",
    "content",
    "visibility",
    "expires_at",
    "md5",
    "sha256",
    "attempts",
    "error_kind",
    "error_message",
    "error_step",
    "error_http_status",
    "error_retryable",
    "extra",
    "added_at",
    "finished_at",
];

/// What a spreadsheet would calculate instead of showing it, at the begin of a cell.
const FORMULAS: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// The form of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A head and one line a record, RFC 4180, UTF-8. A cell that a spreadsheet would take for a formula has an
    /// apostrophe before it.
    Csv,
    /// One object a line, as `affix history --json` prints it.
    Json,
}

impl Form {
    /// The one that a file's name asks for.
    #[must_use]
    pub fn of(path: &Path) -> Self {
        let extension = path.extension().map(|extension| extension.to_string_lossy().to_lowercase());
        match extension.as_deref() {
            Some("json" | "jsonl" | "ndjson") => Self::Json,
            _ => Self::Csv,
        }
    }
}

/// Writes records in their form; the first thing written to it is the head.
#[derive(Debug)]
pub struct Table<W: Write>(Inner<W>);

#[derive(Debug)]
enum Inner<W: Write> {
    Csv(Box<csv::Writer<W>>),
    Json(W),
}

impl<W: Write> Table<W> {
    /// # Errors
    /// The head cannot be written.
    pub fn new(form: Form, out: W) -> io::Result<Self> {
        if form == Form::Json {
            return Ok(Self(Inner::Json(out)));
        }
        let mut csv = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out);
        csv.write_record(COLUMNS)?;
        Ok(Self(Inner::Csv(Box::new(csv))))
    }

    /// # Errors
    /// It cannot be written.
    pub fn push(&mut self, record: &Record) -> io::Result<()> {
        let object = serde_json::to_value(record)?;
        match &mut self.0 {
            Inner::Csv(csv) => Ok(csv.write_record(COLUMNS.map(|column| cell(&object, column)))?),
            Inner::Json(out) => writeln!(out, "{object}"),
        }
    }

    /// # Errors
    /// What was held back until now cannot be written.
    pub fn flush(&mut self) -> io::Result<()> {
        match &mut self.0 {
            Inner::Csv(csv) => csv.flush(),
            Inner::Json(out) => out.flush(),
        }
    }
}

fn cell(object: &Value, column: &str) -> String {
    let value = match column.strip_prefix("error_") {
        Some(key) => object.get("error").and_then(|error| error.get(key)),
        None => object.get(column),
    };
    let text = match value {
        None | Some(Value::Null) => return String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    };
    if text.starts_with(FORMULAS) { format!("'{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_of_a_record_has_a_column() {
        let row = super::super::tests::row("a.jpg");
        let object = serde_json::to_value(Record::of_history(row)).unwrap();
        let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        let expected = keys(&object).into_iter().flat_map(|key| match key.as_str() {
            "error" => keys(&object["error"]).iter().map(|key| format!("error_{key}")).collect(),
            _ => vec![key],
        });
        assert_eq!(expected.collect::<Vec<_>>(), COLUMNS);
    }

    #[test]
    fn what_a_spreadsheet_would_calculate_is_text() {
        for (text, written) in [
            ("=1+1", "'=1+1"),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\tx", "'\tx"),
            ("\rx", "'\rx"),
            ("a=1", "a=1"),
            ("'=1", "'=1"),
            ("", ""),
        ] {
            assert_eq!(cell(&serde_json::json!({ "name": text }), "name"), written);
        }
        let nested = serde_json::json!({ "error": { "message": "-x", "http_status": 429 }, "size": 0 });
        assert_eq!(cell(&nested, "error_message"), "'-x");
        assert_eq!(cell(&nested, "error_http_status"), "429");
        assert_eq!((cell(&nested, "size"), cell(&nested, "error_step")), ("0".to_owned(), String::new()));
    }

    #[test]
    fn the_name_of_the_file_decides_its_form() {
        for (name, form) in
            [("a.csv", Form::Csv), ("a.JSON", Form::Json), ("a.ndjson", Form::Json), ("a", Form::Csv)]
        {
            assert_eq!(Form::of(Path::new(name)), form);
        }
    }
}
