//! One attachment as it is printed and exported.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::domain::describe::Visibility;
use crate::domain::error::{Failure, Kind, Step};
use crate::domain::receipt::LinkKind;
use crate::store::Row;

/// An attachment as `--format json` and `history --json` print it; absent things are null.
#[derive(Debug, Serialize)]
pub struct Record {
    file: String,
    name: String,
    size: Option<u64>,
    status: &'static str,
    profile: String,
    service: String,
    batch: i64,
    view_url: Option<String>,
    thumbnail_url: Option<String>,
    preview_url: Option<String>,
    id: Option<String>,
    content: Option<String>,
    visibility: Option<Visibility>,
    expires_at: Option<String>,
    md5: Option<String>,
    sha256: Option<String>,
    attempts: u32,
    error: Option<Error>,
    extra: Map<String, Value>,
    #[serde(flatten)]
    times: Option<Times>,
}

#[derive(Debug, Serialize)]
struct Error {
    kind: Kind,
    message: String,
    step: Option<Step>,
    http_status: Option<u16>,
    retryable: bool,
}

/// What a history row has besides.
#[derive(Debug, Serialize)]
struct Times {
    added_at: Option<String>,
    finished_at: Option<String>,
}

impl Record {
    /// What was just uploaded: without times.
    #[must_use]
    pub fn of_upload(row: Row) -> Self {
        Self::new(row, None)
    }

    /// A row of the history: with times.
    #[must_use]
    pub fn of_history(row: Row) -> Self {
        let times =
            Times { added_at: from_ms(row.added_at_ms), finished_at: row.finished_at_ms.and_then(from_ms) };
        Self::new(row, Some(times))
    }

    fn new(row: Row, times: Option<Times>) -> Self {
        let receipt = row.receipt.unwrap_or_default();
        let link = |kind| receipt.link(kind).map(str::to_owned);
        Self {
            file: row.path.to_string_lossy().into_owned(),
            name: row.name,
            size: row.size,
            status: row.state.as_str(),
            profile: row.profile,
            service: row.service,
            batch: row.batch.0,
            view_url: link(LinkKind::View),
            thumbnail_url: link(LinkKind::Thumbnail),
            preview_url: link(LinkKind::Preview),
            id: link(LinkKind::Id),
            content: link(LinkKind::Content),
            visibility: receipt.primary().map(|link| link.visibility),
            expires_at: receipt.expires_at.and_then(|at| Timestamp::from_second(at).ok()).map(written),
            md5: receipt.md5,
            sha256: receipt.sha256,
            attempts: row.attempts,
            error: row.failure.as_ref().map(Error::new),
            extra: receipt.extra,
            times,
        }
    }
}

impl Error {
    fn new(failure: &Failure) -> Self {
        Self {
            kind: failure.kind,
            message: failure.to_string(),
            step: failure.step,
            http_status: failure.http_status,
            retryable: failure.is_retryable(),
        }
    }
}

/// Always three digits of a second, so that times sort as text.
fn from_ms(ms: i64) -> Option<String> {
    Timestamp::from_millisecond(ms).ok().map(|at| format!("{at:.3}"))
}

fn written(at: Timestamp) -> String {
    at.to_string()
}
