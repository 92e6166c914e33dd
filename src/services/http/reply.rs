//! Answers, and what their status stands for.

use std::time::Duration;

use bytes::Bytes;
use http::header::HeaderMap;
use serde::de::DeserializeOwned;

use crate::domain::describe::Repeat;
use crate::domain::error::{Failure, Kind, Retry};
use crate::services::body::Gauge;
use crate::services::texts::shortened;

/// The largest answer that is read, in bytes.
pub const REPLY_LIMIT: usize = 4 * 1024 * 1024;

/// How much of an answer is quoted in a cause, in characters.
const QUOTED: usize = 300;

/// An answer: the whole text (at most [`REPLY_LIMIT`] bytes), whatever its status.
#[derive(Debug, Clone)]
pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Bytes,
    /// What a repeat of the call would do.
    pub(super) repeat: Repeat,
    /// When it came by this computer's clock, milliseconds since 1970 (UTC).
    pub(super) came_ms: i64,
}

impl Reply {
    #[must_use]
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Of a success that nobody can mean, whatever it is that answers so: the end of the body never left.
    pub(super) fn too_early(&self, gauge: &Gauge) -> Failure {
        Failure::new(Kind::Protocol, "The service answered before it had been sent everything")
            .cause(format!("HTTP {} after {} of {} bytes", self.status, gauge.sent(), gauge.total()))
            .advice("Upload the file again. If it happens again, something on the way answers in the service's place.")
            .status(self.status)
    }

    /// A header's value as text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Of an answer with a part: the size of the whole, behind the slash of `Content-Range: bytes 0-0/1234` (RFC
    /// 9110, section 14.4).
    #[must_use]
    pub fn whole_size(&self) -> Option<u64> {
        self.header("content-range")?.rsplit_once('/')?.1.trim().parse().ok()
    }

    /// By how many seconds this computer's clock is ahead of the service's, where the answer has its `Date`.
    #[must_use]
    pub fn clock_ahead_secs(&self) -> Option<i64> {
        let date = httpdate::parse_http_date(self.header("date")?).ok()?;
        let since = date.duration_since(std::time::UNIX_EPOCH).ok()?;
        Some(self.came_ms / 1000 - i64::try_from(since.as_secs()).ok()?)
    }

    /// The first words of the answer, for a cause.
    #[must_use]
    pub fn quote(&self) -> String {
        let text = String::from_utf8_lossy(&self.body);
        let words: Vec<_> = text.split_whitespace().collect();
        let line = words.join(" ");
        if line.is_empty() {
            return "an empty answer".to_owned();
        }
        shortened(&line, QUOTED)
    }

    /// Reads the answer as JSON.
    ///
    /// # Errors
    /// `Kind::Protocol` that says what came instead (HTML, truncated JSON, nothing), with the first words of it.
    /// The request was received and acted on, so a repeat follows the call's own rule.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        serde_json::from_slice(&self.body).map_err(|error| {
            if !self.is_success() {
                return self.failure(&self.quote());
            }
            let broke = if self.looks_like_html() {
                "The service answered with a web page instead of data"
            } else if self.body.is_empty() {
                "The service answered with nothing"
            } else if error.is_eof() {
                "The service's answer is cut off"
            } else {
                "The service's answer cannot be understood"
            };
            Failure::new(Kind::Protocol, broke)
                .cause(format!("HTTP {}: {error}: {}", self.status, self.quote()))
                .advice("Check the address in the target's settings: it may not be the API's.")
                .status(self.status)
                .retry(self.lost())
        })
    }

    fn looks_like_html(&self) -> bool {
        let start = self.body.trim_ascii_start();
        let typed = self.header("content-type").is_some_and(|kind| kind.starts_with("text/html"));
        typed || start.starts_with(b"<!") || start.starts_with(b"<html")
    }

    /// The failure that this answer's status stands for, with `message` (the service's own words) as the cause:
    /// 401 unauthorised, 402/403 forbidden, 404/410 gone, 409 name taken, 413 too large, 415 wrong type,
    /// 408/425/429/503 safe to repeat (with Retry-After), other 5xx by the call's rule, everything else refused.
    #[must_use]
    pub fn failure(&self, message: &str) -> Failure {
        let (kind, broke, advice) = words(self.status);
        Failure::new(kind, broke)
            .cause(format!("HTTP {}: {message}", self.status))
            .advice(advice)
            .status(self.status)
            .retry(self.retry())
    }

    fn retry(&self) -> Retry {
        match self.status {
            // The service says that it did not act on the request.
            408 | 425 | 429 | 503 => Retry::Safe { after: self.retry_after() },
            // It may have failed after acting.
            500..=599 => self.lost(),
            _ => Retry::Never,
        }
    }

    fn lost(&self) -> Retry {
        match self.repeat {
            Repeat::Safe | Repeat::Conflicts => Retry::Safe { after: self.retry_after() },
            Repeat::Ambiguous => Retry::Ambiguous,
        }
    }

    /// How long the service asks to wait: `x-ms-retry-after-ms` (Cosmos DB), else `Retry-After` in seconds or as a
    /// date (RFC 9110, 10.2.3), which is compared with the answer's own `Date` so that a wrong clock does no harm.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        let number = |name| self.header(name)?.trim().parse::<u64>().ok();
        if let Some(millis) = number("x-ms-retry-after-ms") {
            return Some(Duration::from_millis(millis));
        }
        if let Some(seconds) = number("retry-after") {
            return Some(Duration::from_secs(seconds));
        }
        let until = httpdate::parse_http_date(self.header("retry-after")?).ok()?;
        let now = httpdate::parse_http_date(self.header("date")?).ok()?;
        Some(until.duration_since(now).unwrap_or_default())
    }
}

/// Kind, what broke and what to do for a status that a service gave no better words for.
fn words(status: u16) -> (Kind, &'static str, &'static str) {
    match status {
        400 | 422 => (Kind::Refused, "The service refused the request", "Check the target's settings."),
        401 => (
            Kind::Unauthorized,
            "The service did not accept the credential",
            "Enter the target's secret again and test the connection.",
        ),
        402 => (Kind::Forbidden, "The account's plan does not include this", "Look at the account's plan."),
        403 => (
            Kind::Forbidden,
            "The credential may not do this",
            "Give it the permission at the service, or use another one.",
        ),
        404 | 410 => {
            (Kind::Gone, "The service does not know what was asked for", "Check the target's settings.")
        }
        408 => (Kind::Timeout, "The service got the request too slowly", "Retry on a better connection."),
        409 => (Kind::NameTaken, "The name is taken at the service", "Rename the file and retry."),
        413 => (Kind::TooLarge, "The file is too large for the service", "Send a smaller file."),
        415 => (Kind::WrongType, "The service does not take this type of file", "Send another type."),
        429 => (Kind::RateLimited, "The service asks to slow down", "Wait a little, then retry."),
        500..=599 => (Kind::Server, "The service failed inside", "Retry later."),
        300..=399 => {
            (Kind::Protocol, "The service points elsewhere", "Check the address in the target's settings.")
        }
        _ => {
            (Kind::Refused, "The service refused the request", "See the service's own words in the details.")
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A reply as a service's unit tests need one.
    pub(crate) fn reply(status: u16, headers: &[(&'static str, &str)], body: &str, repeat: Repeat) -> Reply {
        let headers = headers
            .iter()
            .map(|(name, value)| {
                (http::HeaderName::from_static(name), http::HeaderValue::from_str(value).unwrap())
            })
            .collect();
        // Tue, 14 Nov 2023 22:13:20 GMT.
        let came_ms = 1_700_000_000_000;
        Reply { status, headers, body: Bytes::copy_from_slice(body.as_bytes()), repeat, came_ms }
    }

    #[test]
    fn every_status_has_its_retry_rule() {
        for status in 400..600 {
            let safe = reply(status, &[], "", Repeat::Safe).failure("x").retry;
            let ambiguous = reply(status, &[], "", Repeat::Ambiguous).failure("x").retry;
            match status {
                408 | 425 | 429 | 503 => {
                    assert_eq!(safe, Retry::Safe { after: None }, "{status}");
                    assert_eq!(ambiguous, Retry::Safe { after: None }, "{status}");
                }
                500..=599 => {
                    assert_eq!(safe, Retry::Safe { after: None }, "{status}");
                    assert_eq!(ambiguous, Retry::Ambiguous, "{status}");
                }
                _ => assert_eq!((safe, ambiguous), (Retry::Never, Retry::Never), "{status}"),
            }
        }
    }

    #[test]
    fn waiting_is_read_in_all_three_spellings() {
        let after = |headers: &[(&'static str, &str)]| reply(429, headers, "", Repeat::Safe).retry_after();
        assert_eq!(after(&[("retry-after", "7")]), Some(Duration::from_secs(7)));
        assert_eq!(
            after(&[("x-ms-retry-after-ms", "1500"), ("retry-after", "9")]),
            Some(Duration::from_millis(1500))
        );
        let date =
            [("date", "Thu, 27 Apr 2017 00:51:12 GMT"), ("retry-after", "Thu, 27 Apr 2017 00:52:12 GMT")];
        assert_eq!(after(&date), Some(Duration::from_mins(1)));
        assert_eq!(after(&[("retry-after", "soon")]), None);
        assert_eq!(after(&[]), None);
    }

    #[test]
    fn what_came_instead_of_json_is_named() {
        let broke = |headers: &[(&'static str, &str)], body| {
            reply(200, headers, body, Repeat::Ambiguous).json::<serde_json::Value>().unwrap_err()
        };
        let html = broke(&[("content-type", "text/html; charset=utf-8")], "<h1>Login</h1>");
        assert_eq!(html.broke, "The service answered with a web page instead of data");
        assert_eq!(html.retry, Retry::Ambiguous);
        assert_eq!(broke(&[], "{\"a\":").broke, "The service's answer is cut off");
        assert_eq!(broke(&[], "").broke, "The service answered with nothing");
        assert_eq!(broke(&[], "hello").broke, "The service's answer cannot be understood");
        let refused = reply(401, &[], "<html>", Repeat::Safe).json::<serde_json::Value>().unwrap_err();
        assert_eq!(refused.kind, Kind::Unauthorized);
    }
}
