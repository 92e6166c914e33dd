//! One line of results: a link in the chosen format, or an attachment as a JSON object.

use std::path::Path;

use jiff::Timestamp;
use serde::Serialize;

use crate::domain::link::Format;
use crate::store::Row;
use crate::transfer::export::Record;

/// One JSON object in one line.
pub(super) fn to_json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_else(|error| format!("{{\"error\":\"{error}\"}}"))
}

/// The line of one file: its link, or nothing where there is none, so that the n-th line is the n-th file's.
pub(super) fn render(format: &Format, row: Row) -> String {
    if *format == Format::Json {
        return to_json(&Record::of_upload(row));
    }
    row.link_facts().map(|facts| format.render(&facts)).unwrap_or_default()
}

/// The date and time in words for a person, in this computer's zone.
pub(super) fn local_time(ms: i64) -> String {
    Timestamp::from_millisecond(ms)
        .map(|at| at.to_zoned(jiff::tz::TimeZone::system()).strftime("%Y-%m-%d %H:%M").to_string())
        .unwrap_or_default()
}

/// A path as a person reads it, without what could lie in a terminal.
pub(super) fn shown_path(path: &Path) -> String {
    crate::domain::file_name::display(&path.to_string_lossy())
}
