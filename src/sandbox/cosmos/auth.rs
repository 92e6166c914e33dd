//! Who may ask: the checks of `x-ms-version`, `x-ms-date` and `Authorization` (services.md, Cosmos "Authorization").

use std::time::{Duration, SystemTime};

use axum::http::HeaderMap;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use percent_encoding::percent_decode_str;
use sha2::{Digest, Sha256};

use super::refusal::Refusal;

/// How far `x-ms-date` may be from the server's clock (Azure's own window; services.md: "403 (old date …)").
const CLOCK_WINDOW: Duration = Duration::from_mins(15);

/// Azure's published versions between the two ends that services.md gives as seen working.
const KNOWN_VERSIONS: [&str; 13] = [
    "2015-08-06",
    "2015-12-16",
    "2016-05-30",
    "2016-07-11",
    "2017-01-19",
    "2017-02-22",
    "2017-05-03",
    "2017-07-11",
    "2017-11-15",
    "2018-06-18",
    "2018-08-31",
    "2018-12-31",
    "2020-07-15",
];

/// What a signature covers besides the date.
#[derive(Debug, Clone, Copy)]
pub(super) struct Signed<'a> {
    pub(super) verb: &'a str,
    /// `attachments` or `media`.
    pub(super) resource_type: &'a str,
    /// Case kept, not percent-encoded.
    pub(super) link: &'a str,
}

impl Signed<'_> {
    /// The text that is signed; everything but the link in lower case.
    fn payload(&self, date: &str) -> String {
        let Self { verb, resource_type, link } = self;
        format!(
            "{}\n{}\n{link}\n{}\n\n",
            verb.to_ascii_lowercase(),
            resource_type.to_ascii_lowercase(),
            date.to_ascii_lowercase()
        )
    }
}

/// The resource token that belongs to a master key, whole (`type=resource&ver=1&sig=…`), as Azure hands them out.
pub(super) fn resource_token(key: &str) -> String {
    let digest = Sha256::digest(format!("{key}resource"));
    let (left, right) = digest.split_at(digest.len() / 2);
    format!("type=resource&ver=1&sig={};{};", STANDARD.encode(left), STANDARD.encode(right))
}

/// The Microsoft Entra (AAD) token that belongs to a master key, without `type=aad`.
pub(super) fn aad_token(key: &str) -> String {
    hex::encode(Sha256::digest(format!("{key}aad")))
}

/// Lets a request pass, or says why not.
pub(super) fn check(
    headers: &HeaderMap,
    key: &str,
    signed: Signed<'_>,
    now: SystemTime,
) -> Result<(), Refusal> {
    check_version(headers)?;
    let token = token(headers)?;
    let date = headers.get("x-ms-date").and_then(|value| value.to_str().ok()).ok_or_else(|| {
        Refusal::unauthorized("Required Header x-ms-date is missing. Ensure a valid x-ms-date is passed.")
    })?;
    check_date(date, now)?;
    check_token(&token, key, &signed.payload(date))
}

fn check_version(headers: &HeaderMap) -> Result<(), Refusal> {
    let version = headers.get("x-ms-version").and_then(|value| value.to_str().ok());
    if version.is_some_and(|version| KNOWN_VERSIONS.contains(&version)) {
        return Ok(());
    }
    Err(Refusal::bad_request("Invalid API version. Ensure a valid x-ms-version header value is passed."))
}

/// The percent-decoded `Authorization`; an undecoded `&`, `=`, `+` or `/` means that the client forgot to encode it.
fn token(headers: &HeaderMap) -> Result<String, Refusal> {
    let encoded = headers.get("authorization").and_then(|value| value.to_str().ok()).ok_or_else(|| {
        Refusal::unauthorized(
            "Required Header authorization is missing. Ensure a valid Authorization token is passed.",
        )
    })?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.!~*'()%".contains(&byte);
    let decoded = percent_decode_str(encoded).decode_utf8().ok();
    match decoded {
        Some(decoded) if encoded.bytes().all(plain) => Ok(decoded.into_owned()),
        _ => Err(Refusal::unauthorized(
            "The authorization header is not in the right format: it must be URL-encoded as a whole.",
        )),
    }
}

/// Only an RFC 7231 date in GMT (services.md).
fn check_date(date: &str, now: SystemTime) -> Result<(), Refusal> {
    let at = httpdate::parse_http_date(date)
        .ok()
        .filter(|at| httpdate::fmt_http_date(*at) == date)
        .ok_or_else(|| Refusal::unauthorized("The x-ms-date header is not in the RFC 1123 format."))?;
    let apart = now.duration_since(at).unwrap_or_else(|ahead| ahead.duration());
    if apart <= CLOCK_WINDOW {
        return Ok(());
    }
    Err(Refusal::forbidden(format!(
        "The authorization token is not valid at the current time. Please create another token and retry \
         (token start time: {date}, current server time: {}).",
        httpdate::fmt_http_date(now)
    )))
}

fn check_token(token: &str, key: &str, payload: &str) -> Result<(), Refusal> {
    let accepted = if let Some(signature) = token.strip_prefix("type=master&ver=1.0&sig=") {
        is_signed_with(key, payload, signature)
    } else if let Some(aad) = token.strip_prefix("type=aad&ver=1.0&sig=") {
        aad == aad_token(key)
    } else {
        token == resource_token(key)
    };
    if accepted {
        return Ok(());
    }
    // Azure names the text it signed, which shows key and clock mistakes at once (services.md, "401").
    Err(Refusal::unauthorized(format!(
        "The input authorization token can't serve the request. The wrong key is being used or the expected payload \
         is not built as per the protocol. The server used the following payload to sign: '{payload}'"
    )))
}

fn is_signed_with(key: &str, payload: &str, signature: &str) -> bool {
    let (Ok(key), Ok(signature)) = (STANDARD.decode(key), STANDARD.decode(signature)) else { return false };
    let Ok(mac) = Hmac::<Sha256>::new_from_slice(&key) else { return false };
    mac.chain_update(payload).verify_slice(&signature).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The key and date of both vectors in services.md.
    const KEY: &str =
        "dsZQi3KtZmCv1ljt3VNWNm7sQUF1y5rJfC6kv5JiwvW0EndXdDku/dkKBp8/ufDToSxLzR4y+O/0H/t4bQtVNw==";
    const DATE: &str = "Thu, 27 Apr 2017 00:51:12 GMT";
    const POST: Signed<'_> = Signed {
        verb: "POST",
        resource_type: "attachments",
        link: "dbs/volcanodb/colls/volcano1/docs/c3bb1fef-fcb1-56e3-0389-f88583c3ce0d",
    };
    const POST_SIGNED: &str =
        "type%3dmaster%26ver%3d1.0%26sig%3dav69LNe3E3MekLNYp5OMX%2FLg%2flnVLxNU8ewN57wd%2b2k%3d";

    fn headers(authorization: &str, date: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert("authorization", authorization.parse().unwrap());
        headers.insert("x-ms-date", date.parse().unwrap());
        headers.insert("x-ms-version", "2018-12-31".parse().unwrap());
        headers
    }

    fn then() -> SystemTime {
        httpdate::parse_http_date(DATE).unwrap()
    }

    #[test]
    fn both_published_vectors_pass() {
        let get = Signed { verb: "GET", resource_type: "dbs", link: "dbs/ToDoList" };
        let sent = "type%3dmaster%26ver%3d1.0%26sig%3dc09PEVJrgp2uQRkr934kFbTqhByc7TVr3OHyqlu%2bc%2bc%3d";
        assert_eq!(check(&headers(sent, DATE), KEY, get, then()), Ok(()));
        assert_eq!(check(&headers(POST_SIGNED, DATE), KEY, POST, then()), Ok(()));
    }

    #[test]
    fn a_signature_over_anything_else_is_refused_with_the_text_that_was_signed() {
        for signed in [
            Signed { verb: "PUT", ..POST },
            Signed { resource_type: "docs", ..POST },
            Signed { link: "dbs/VolcanoDB/colls/volcano1/docs/x", ..POST },
        ] {
            let refusal = check(&headers(POST_SIGNED, DATE), KEY, signed, then()).unwrap_err();
            assert_eq!((refusal.status.as_u16(), refusal.code), (401, "Unauthorized"));
            let payload = signed.payload(DATE);
            assert!(payload.contains(signed.link) && payload.ends_with("thu, 27 apr 2017 00:51:12 gmt\n\n"));
            assert!(
                refusal.message.contains(&format!("payload to sign: '{payload}'")),
                "{}",
                refusal.message
            );
        }
    }

    #[test]
    fn the_token_must_be_url_encoded_as_a_whole() {
        let raw = percent_decode_str(POST_SIGNED).decode_utf8().unwrap().into_owned();
        let refusal = check(&headers(&raw, DATE), KEY, POST, then()).unwrap_err();
        assert!(refusal.message.contains("URL-encoded"), "{}", refusal.message);
    }

    #[test]
    fn derived_tokens_pass_and_others_do_not() {
        let encode = |token: &str| {
            percent_encoding::utf8_percent_encode(token, percent_encoding::NON_ALPHANUMERIC).to_string()
        };
        for (token, status) in [
            (resource_token(KEY), None),
            (format!("type=aad&ver=1.0&sig={}", aad_token(KEY)), None),
            (resource_token("other"), Some(401)),
            (format!("type=aad&ver=1.0&sig={}", aad_token("other")), Some(401)),
            (aad_token(KEY), Some(401)),
            ("type=master&ver=1.0&sig=".to_owned(), Some(401)),
        ] {
            let result = check(&headers(&encode(&token), DATE), KEY, POST, then());
            assert_eq!(result.err().map(|refusal| refusal.status.as_u16()), status, "{token}");
        }
    }

    #[test]
    fn a_date_outside_a_quarter_of_an_hour_is_forbidden() {
        for (apart, status) in [(0, None), (900, None), (901, Some(403))] {
            for now in [then() + Duration::from_secs(apart), then() - Duration::from_secs(apart)] {
                let result = check(&headers(POST_SIGNED, DATE), KEY, POST, now);
                assert_eq!(result.err().map(|refusal| refusal.status.as_u16()), status, "{apart} s");
            }
        }
    }

    #[test]
    fn each_header_is_required_and_checked() {
        for (name, status) in [("authorization", 401), ("x-ms-date", 401), ("x-ms-version", 400)] {
            let mut without = headers(POST_SIGNED, DATE);
            without.remove(name);
            assert_eq!(check(&without, KEY, POST, then()).unwrap_err().status.as_u16(), status, "{name}");
        }
        let mut unknown = headers(POST_SIGNED, DATE);
        unknown.insert("x-ms-version", "2019-01-01".parse().unwrap());
        assert_eq!(check(&unknown, KEY, POST, then()).unwrap_err().status.as_u16(), 400);
        for date in ["thu, 27 apr 2017 00:51:12 gmt", "Thu Apr 27 00:51:12 2017", "2017-04-27T00:51:12Z"] {
            assert_eq!(
                check(&headers(POST_SIGNED, date), KEY, POST, then()).unwrap_err().status.as_u16(),
                401
            );
        }
    }
}
