//! The storage behind Mixin's tickets: S3's presigned URLs, made and checked by rusty-s3, with S3's errors.

use std::collections::HashMap;
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, OriginalUri, Path, Request, State as Extract};
use axum::response::{IntoResponse, Response};
use axum::routing::put;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST, TRANSFER_ENCODING};
use http::{HeaderMap, Method, StatusCode, Uri};
use jiff::Timestamp;
use rusty_s3::signing::sign;
use serde_json::{Map, json};
use url::Url;

use super::find;
use crate::sandbox::State;
use crate::sandbox::files::{By, Kept};
use crate::sandbox::headers::{content_length, text};
use crate::sandbox::intake::{self, IntakeError};
use crate::sandbox::links::serve;

const REGION: &str = "us-east-1";
const BUCKET: &str = "mixin-attachments";
/// The largest object of one PUT (Amazon S3 user guide, "Uploading objects"), in bytes.
const MAX_PUT: u64 = 5 * 1024 * 1024 * 1024;
/// What an upload must be sent with; both are signed.
const UPLOAD_HEADERS: [(&str, &str); 2] =
    [("content-type", "application/octet-stream"), ("x-amz-acl", "public-read")];

pub(super) fn router() -> Router<State> {
    Router::new()
        .route("/{bucket}/{key}", put(upload).get(view))
        .fallback(|| async {
            Refusal::new(404, "NoSuchBucket", "The specified bucket does not exist").answer()
        })
        .layer(DefaultBodyLimit::disable())
}

/// A presigned URL for an attachment's object.
pub(super) fn presign(
    state: &State,
    method: &Method,
    id: &str,
    since: Timestamp,
    life: Duration,
) -> Option<String> {
    let url = Url::parse(&format!("{}/s3/{BUCKET}/{id}", state.origin)).ok()?;
    let headers: &[_] = if *method == Method::PUT { &UPLOAD_HEADERS } else { &[] };
    let signing = Signing { date: since, expires_secs: life.as_secs(), region: REGION };
    signing.url(state, method, url, headers).map(String::from)
}

struct Signing<'a> {
    date: Timestamp,
    expires_secs: u64,
    region: &'a str,
}

impl Signing<'_> {
    /// `headers` are sorted by name.
    fn url(&self, state: &State, method: &Method, url: Url, headers: &[(&str, &str)]) -> Option<Url> {
        let method = match *method {
            Method::PUT => rusty_s3::Method::Put,
            Method::HEAD => rusty_s3::Method::Head,
            Method::GET => rusty_s3::Method::Get,
            _ => return None,
        };
        let keys = &state.credentials;
        Some(sign(
            &self.date,
            method,
            url,
            &keys.s3_access_key,
            &keys.s3_secret_key,
            None,
            self.region,
            self.expires_secs,
            std::iter::empty(),
            headers.iter().copied(),
        ))
    }
}

/// An error in S3's XML (Amazon S3 API reference, "Error responses").
#[derive(Debug, PartialEq, Eq)]
struct Refusal {
    status: u16,
    code: &'static str,
    message: &'static str,
}

impl Refusal {
    fn new(status: u16, code: &'static str, message: &'static str) -> Self {
        Self { status, code, message }
    }

    fn answer(&self) -> Response {
        let Self { status, code, message } = self;
        let status = StatusCode::from_u16(*status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let xml = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>{message}</Message></Error>"
        );
        (status, [(CONTENT_TYPE, "application/xml")], xml).into_response()
    }
}

/// Checks a presigned request as S3 does: by its own URL and its own headers.
fn check(
    state: &State,
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
    now: Timestamp,
) -> Result<(), Refusal> {
    let denied = |message| Refusal::new(403, "AccessDenied", message);
    let query: HashMap<_, _> =
        url::form_urlencoded::parse(uri.query().unwrap_or("").as_bytes()).into_owned().collect();
    let asked = |name: &str| query.get(name).map_or("", String::as_str);
    if headers.contains_key(AUTHORIZATION) {
        let message = "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified";
        return Err(Refusal::new(400, "InvalidArgument", message));
    }
    if asked("X-Amz-Algorithm") != "AWS4-HMAC-SHA256" {
        return Err(denied("Access Denied"));
    }
    let malformed = || {
        let message = "Query-string authentication requires the X-Amz-Date, X-Amz-Expires and X-Amz-SignedHeaders parameters.";
        Refusal::new(400, "AuthorizationQueryParametersError", message)
    };
    let date = amz_date(asked("X-Amz-Date")).ok_or_else(malformed)?;
    let expires_secs = asked("X-Amz-Expires").parse::<u64>().ok().filter(|secs| (1..=604_800).contains(secs));
    let expires_secs = expires_secs.ok_or_else(malformed)?;
    let mut signed = Vec::new();
    for name in asked("X-Amz-SignedHeaders").split(';').filter(|name| *name != HOST.as_str()) {
        signed.push((name, text(headers, name)));
    }
    let unsigned =
        |name: &str| name.starts_with("x-amz-") && !signed.iter().any(|(signed, _)| *signed == name);
    if headers.keys().any(|name| unsigned(name.as_str())) {
        return Err(denied("There were headers present in the request which were not signed"));
    }
    let place = format!("http://{}{}", text(headers, HOST.as_str()), uri.path());
    let url = Url::parse(&place).map_err(|_the_host_is_checked| malformed())?;
    let expected = Signing { date, expires_secs, region: REGION }.url(state, method, url, &signed);
    let expected = expected.as_ref().and_then(Url::query).unwrap_or("");
    if !same_query(expected, uri.query().unwrap_or("")) {
        let message = "The request signature we calculated does not match the signature you provided. Check your key and signing method.";
        return Err(Refusal::new(403, "SignatureDoesNotMatch", message));
    }
    let end = date + Duration::from_secs(expires_secs);
    if end <= now {
        return Err(denied("Request has expired"));
    }
    Ok(())
}

/// Whether both hold the same parameters, in any order and with any escapes.
fn same_query(a: &str, b: &str) -> bool {
    let sorted = |query: &str| {
        let mut pairs: Vec<_> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        pairs.sort();
        pairs
    };
    !a.is_empty() && sorted(a) == sorted(b)
}

fn amz_date(text: &str) -> Option<Timestamp> {
    let civil = jiff::civil::DateTime::strptime("%Y%m%dT%H%M%SZ", text).ok()?;
    jiff::tz::TimeZone::UTC.to_timestamp(civil).ok()
}

async fn upload(
    Extract(state): Extract<State>,
    OriginalUri(uri): OriginalUri,
    Path((_, key)): Path<(String, String)>,
    request: Request,
) -> Response {
    match store(&state, &uri, &key, request).await {
        Ok(kept) => (StatusCode::OK, [("etag", format!("\"{}\"", kept.md5))]).into_response(),
        Err(refusal) => refusal.answer(),
    }
}

async fn store(state: &State, uri: &Uri, key: &str, request: Request) -> Result<Kept, Refusal> {
    let (parts, body) = request.into_parts();
    let headers = &parts.headers;
    if headers.contains_key(TRANSFER_ENCODING) {
        let message = "A header you provided implies functionality that is not implemented";
        return Err(Refusal::new(501, "NotImplemented", message));
    }
    check(state, &parts.method, uri, headers, Timestamp::now())?;
    let too_large =
        || Refusal::new(400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size");
    match content_length(headers) {
        None => {
            let message = "You must provide the Content-Length HTTP header.";
            return Err(Refusal::new(411, "MissingContentLength", message));
        }
        Some(length) if length > MAX_PUT => return Err(too_large()),
        Some(_) => {}
    }
    let refused = |problem: IntakeError| match problem {
        IntakeError::TooLong { .. } => too_large(),
        IntakeError::Disk(_) => {
            Refusal::new(500, "InternalError", "We encountered an internal error. Please try again.")
        }
        IntakeError::Cut => {
            let message =
                "You did not provide the number of bytes specified by the Content-Length HTTP header";
            Refusal::new(400, "IncompleteBody", message)
        }
    };
    let incoming = intake::take(&state.files, body).await.map_err(refused)?;
    let mime = text(headers, CONTENT_TYPE.as_str());
    let _one_at_a_time = state.keeping.lock().await;
    let before = find(state, key);
    let mut extra = Map::new();
    extra.insert(By::AttachmentId.field().to_owned(), json!(key));
    let kept = incoming.keep("mixin", key, mime, extra).await;
    let kept = kept.map_err(|problem| refused(problem.into()))?;
    if let Some(before) = before {
        state.files.remove(&before.id).await;
    }
    Ok(kept)
}

async fn view(
    Extract(state): Extract<State>,
    OriginalUri(uri): OriginalUri,
    Path((_, key)): Path<(String, String)>,
    request: Request,
) -> Response {
    // A HEAD of a link that was made for GET: people's tools do that, and the sandbox's links are for them.
    if let Err(refusal) = check(&state, &Method::GET, &uri, request.headers(), Timestamp::now()) {
        return refusal.answer();
    }
    match find(&state, &key) {
        Some(kept) => serve(&state.files, &kept, request.headers()).await,
        None => Refusal::new(404, "NoSuchKey", "The specified key does not exist.").answer(),
    }
}
