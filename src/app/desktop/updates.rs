//! Asks which version is the newest, when the user says so and at the address that the settings name.

use std::sync::Arc;

use http::Method;
use serde::Deserialize;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::domain::error::{Failure, Kind};
use crate::services::http::{Call, Context, Exchange, Http, Redactor, Reply, Unobserved};

/// What the file says; it may say more.
#[derive(Debug, Deserialize, PartialEq, Eq)]
pub(super) struct Told {
    pub version: String,
    /// Where to get it: an `https://` address.
    pub page: Option<String>,
}

/// The version that the file at `address` tells: a JSON text with `version` and perhaps `page`, or the version alone.
///
/// # Errors
/// It is no `https://` address, there is no answer, or the answer tells no version.
pub(super) async fn newest(address: &str, http: Http, clock: fn() -> i64) -> Result<Told, Failure> {
    let wrong = || Failure::new(Kind::Settings, "updates.url is no https:// address");
    let url = Url::parse(address).map_err(|error| wrong().cause(error))?;
    if url.scheme() != "https" {
        return Err(wrong());
    }
    let mut exchange = Exchange::new(Context {
        http,
        observer: Arc::new(Unobserved),
        cancel: CancellationToken::new(),
        redactor: Redactor::default(),
        checkpoint: None,
        cache: Arc::default(),
        clock,
    });
    told(&exchange.send(Call::new(Method::GET, url)).await?)
}

fn told(reply: &Reply) -> Result<Told, Failure> {
    if !reply.is_success() {
        return Err(reply.failure("The newest version is not told there"));
    }
    let text = String::from_utf8_lossy(&reply.body);
    let plain = || Told { version: text.trim().to_owned(), page: None };
    let mut told: Told = serde_json::from_str(&text).unwrap_or_else(|_not_json| plain());
    told.page.take_if(|page| !Url::parse(page).is_ok_and(|url| url.scheme() == "https"));
    if numbers(&told.version).is_some() && told.version.len() <= 32 {
        return Ok(told);
    }
    Err(Failure::new(Kind::Protocol, "What stands there tells no version").cause(reply.quote()))
}

/// Whether a version comes after another one. What is no version comes after none.
#[must_use]
pub(super) fn is_newer(version: &str, than: &str) -> bool {
    numbers(version) > numbers(than)
}

/// The numbers of `1.2.3`; what is behind a `-` or `+` is left out (Semantic Versioning 2.0.0).
fn numbers(version: &str) -> Option<Vec<u64>> {
    let plain = version.trim_start_matches('v').split(['-', '+']).next()?;
    let mut numbers = plain.split('.').map(|part| part.parse().ok()).collect::<Option<Vec<u64>>>()?;
    while numbers.last() == Some(&0) {
        numbers.pop();
    }
    Some(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::describe::Repeat;

    fn reply(status: u16, body: &str) -> Reply {
        crate::services::http::testing::reply(status, &[], body, Repeat::Safe)
    }

    #[test]
    fn versions_are_compared_by_their_numbers() {
        for (newer, older) in [("0.2.0", "0.1.9"), ("0.10", "0.9.9"), ("v1.0", "0.9"), ("1.0.1", "1")] {
            assert!(is_newer(newer, older) && !is_newer(older, newer), "{newer} {older}");
        }
        for (one, other) in [("1.0", "1.0.0"), ("1.2.3-rc.1", "1.2.3"), ("1.2.3+a", "1.2.3")] {
            assert!(!is_newer(one, other) && !is_newer(other, one), "{one} {other}");
        }
        assert!(!is_newer("newest", "0.1.0"));
    }

    #[test]
    fn a_version_is_read_from_json_and_from_text_and_nothing_else_is_one() {
        let page =
            |scheme| format!("{{\"version\": \"0.3.1\", \"notes\": 1, \"page\": \"{scheme}://e.org/a\"}}");
        for (body, page) in [
            ("{\"version\": \"0.3.1\"}".to_owned(), None),
            ("0.3.1\n".to_owned(), None),
            (page("https"), Some("https://e.org/a".to_owned())),
            (page("http"), None),
            (page("javascript"), None),
        ] {
            assert_eq!(
                told(&reply(200, &body)).unwrap(),
                Told { version: "0.3.1".to_owned(), page },
                "{body}"
            );
        }
        for body in ["", "<html>", "{\"newest\": \"1\"}", "{\"version\": \"soon\"}"] {
            assert_eq!(told(&reply(200, body)).unwrap_err().kind, Kind::Protocol, "{body}");
        }
        assert!(told(&reply(404, "0.3.1")).is_err());
    }
}
