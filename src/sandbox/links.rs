//! Serves kept files: ranges, entity tags, and nothing that could run in the browser except as a download.

use axum::body::Body;
use axum::extract::{Path, State as Extract};
use axum::response::{IntoResponse, Response};
use http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG,
    IF_NONE_MATCH, IF_RANGE, LAST_MODIFIED, RANGE,
};
use http::{HeaderMap, HeaderValue, StatusCode};

use super::State;
use super::files::{Files, Kept, url_name};

/// Services whose files have a public link below `/f/`; the others' files are private or expire.
const PUBLIC: &[&str] = &["forum", "sandbox"];

/// Types that a browser shows without running anything of them. Everything else is a download: HTML, SVG, XML,
/// scripts, PDF, and all that is not known.
const SHOWN: &[&str] = &[
    "image/apng",
    "image/avif",
    "image/bmp",
    "image/gif",
    "image/heic",
    "image/heif",
    "image/jpeg",
    "image/png",
    "image/tiff",
    "image/vnd.microsoft.icon",
    "image/webp",
    "image/x-icon",
    "text/plain",
];

/// `GET /f/{id}` and `GET /f/{id}/{name}`; the name is for people, the id is what counts.
pub(super) async fn public(
    Extract(state): Extract<State>,
    Path(path): Path<Vec<(String, String)>>,
    headers: HeaderMap,
) -> Response {
    let id = path.first().map_or("", |(_, id)| id.as_str());
    match state.files.get(id).await {
        Some(kept) if PUBLIC.contains(&kept.service.as_str()) => serve(&state.files, &kept, &headers).await,
        _ => (StatusCode::NOT_FOUND, "There is no such file in the sandbox").into_response(),
    }
}

/// Answers with the file's bytes, whole or the range that was asked for. For HEAD, axum leaves the body out.
pub(super) async fn serve(files: &Files, kept: &Kept, request: &HeaderMap) -> Response {
    let etag = format!("\"{}\"", kept.sha256);
    let asked = |name| request.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let mut headers = facts(kept, &etag);
    if asked(IF_NONE_MATCH).is_some_and(|tags| tags == "*" || tags.contains(&etag)) {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    let whole = (0, kept.size);
    let same_file = asked(IF_RANGE).is_none_or(|tag| tag == etag);
    let range = asked(RANGE).filter(|_| same_file).map_or(Some(whole), |text| range_of(text, kept.size));
    let Some((start, len)) = range else {
        headers.insert(CONTENT_LENGTH, HeaderValue::from(0));
        put(&mut headers, CONTENT_RANGE, format!("bytes */{}", kept.size));
        return (StatusCode::RANGE_NOT_SATISFIABLE, headers).into_response();
    };
    let Some(body) = files.open_range(&kept.id, start, len).await else {
        return StatusCode::NOT_FOUND.into_response();
    };
    headers.insert(CONTENT_LENGTH, HeaderValue::from(len));
    let status = if (start, len) == whole {
        StatusCode::OK
    } else {
        put(&mut headers, CONTENT_RANGE, format!("bytes {start}-{}/{}", start + len - 1, kept.size));
        StatusCode::PARTIAL_CONTENT
    };
    (status, headers, Body::new(body)).into_response()
}

fn facts(kept: &Kept, etag: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    put(&mut headers, ETAG, etag.to_owned());
    let mime = match kept.mime.as_str() {
        "text/plain" => "text/plain; charset=utf-8",
        "" => "application/octet-stream",
        mime => mime,
    };
    put(&mut headers, CONTENT_TYPE, mime.to_owned());
    headers.entry(CONTENT_TYPE).or_insert(HeaderValue::from_static("application/octet-stream"));
    let shown = if is_shown(&kept.mime) { "inline" } else { "attachment" };
    put(&mut headers, CONTENT_DISPOSITION, format!("{shown}; {}", file_name(&kept.name)));
    let since = std::time::Duration::from_secs(u64::try_from(kept.created_at).unwrap_or(0));
    put(&mut headers, LAST_MODIFIED, httpdate::fmt_http_date(std::time::UNIX_EPOCH + since));
    headers
}

fn put(headers: &mut HeaderMap, name: http::HeaderName, value: String) {
    if let Ok(value) = HeaderValue::try_from(value) {
        headers.insert(name, value);
    }
}

fn is_shown(mime: &str) -> bool {
    let essence = mime.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
    let played = essence.starts_with("video/") || essence.starts_with("audio/");
    (played && !essence.contains("xml")) || SHOWN.contains(&essence.as_str())
}

/// The name for old clients in ASCII and whole in RFC 8187's form (RFC 6266, section 4.3).
fn file_name(name: &str) -> String {
    let harmless = |c: char| if c.is_ascii_graphic() && !"\"\\%".contains(c) || c == ' ' { c } else { '_' };
    let ascii: String = name.chars().map(harmless).collect();
    format!("filename=\"{ascii}\"; filename*=UTF-8''{}", url_name(name))
}

/// Start and length of the one range that is asked for; the whole file where the header makes no sense or asks
/// for several; `None` where no byte of it exists (RFC 9110, section 14.1.2).
fn range_of(text: &str, size: u64) -> Option<(u64, u64)> {
    let whole = Some((0, size));
    let Some((first, last)) = text.strip_prefix("bytes=").and_then(|range| range.split_once('-')) else {
        return whole;
    };
    match (first.trim().parse::<u64>(), last.trim().parse::<u64>()) {
        (Ok(start), Ok(end)) if end < start => whole,
        (Ok(start), end) if end.is_ok() || last.trim().is_empty() => {
            let end = end.map_or(size, |end| size.min(end.saturating_add(1)));
            (start < size).then(|| (start, end - start))
        }
        (Err(_), Ok(tail)) if first.trim().is_empty() => {
            let len = tail.min(size);
            (len > 0).then(|| (size - len, len))
        }
        _ => whole,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_the_standard_says() {
        for (text, expected) in [
            ("bytes=0-3", Some((0, 4))),
            ("bytes=4-", Some((4, 6))),
            ("bytes=-3", Some((7, 3))),
            ("bytes=-99", Some((0, 10))),
            ("bytes=8-99", Some((8, 2))),
            ("bytes=10-", None),
            ("bytes=-0", None),
            ("bytes=5-2", Some((0, 10))),
            ("bytes=0-1,4-5", Some((0, 10))),
            ("lines=0-1", Some((0, 10))),
            ("bytes=a-b", Some((0, 10))),
        ] {
            assert_eq!(range_of(text, 10), expected, "{text}");
        }
        assert_eq!(range_of("bytes=0-", 0), None);
    }

    #[test]
    fn only_what_cannot_run_is_shown() {
        for mime in ["image/png", "IMAGE/JPEG", "text/plain; charset=utf-8", "video/mp4", "audio/ogg"] {
            assert!(is_shown(mime), "{mime}");
        }
        for mime in ["text/html", "image/svg+xml", "application/pdf", "text/xml", "text/javascript", "", "x"]
        {
            assert!(!is_shown(mime), "{mime}");
        }
    }

    #[test]
    fn names_cannot_break_out_of_the_header() {
        assert_eq!(
            file_name("a\"b\r\nü.txt"),
            "filename=\"a_b___.txt\"; filename*=UTF-8''a%22b%0D%0A%C3%BC.txt"
        );
    }
}
