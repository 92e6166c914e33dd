//! What handlers read from a request's headers.

use http::HeaderMap;
use http::header::{AUTHORIZATION, CONTENT_LENGTH};

/// A header's value as text; empty where there is none.
pub(super) fn text<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or("")
}

/// The token of `Authorization: Bearer`; empty where there is none.
pub(super) fn bearer(headers: &HeaderMap) -> &str {
    text(headers, AUTHORIZATION.as_str()).strip_prefix("Bearer ").unwrap_or("")
}

/// The announced length of the body, in bytes.
pub(super) fn content_length(headers: &HeaderMap) -> Option<u64> {
    text(headers, CONTENT_LENGTH.as_str()).parse().ok()
}
