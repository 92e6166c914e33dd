//! The forum's open API, as a strict server answers it (services.md, "Forum"; vendor document "upload/attachment").
//! Failures come with HTTP 200: success is `code == 0` alone.

mod form;
mod keeping;
mod media;
mod rules;
mod signature;
#[cfg(test)]
mod tests;

use std::time::{SystemTime, UNIX_EPOCH};

use axum::Json;
use axum::body::{Body, BodyDataStream};
use axum::extract::{DefaultBodyLimit, FromRequest, Multipart, OriginalUri, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, Uri};
use axum::routing::{get, post};
use serde_json::{Map, Value, json};

use self::form::Tap;
use self::rules::Checked;
use self::signature::{Covered, Verdict};
use super::Shared;
use super::intake::{self, IntakeError};

/// The vendor document's only error code.
const INVALID: u32 = 10_001;
/// How far `Timestamp` may be from the server's clock.
const CLOCK_WINDOW_SECS: u64 = 300;

/// The routes, below the service's own prefix.
pub fn router() -> axum::Router<super::State> {
    axum::Router::new()
        .route("/openapi/forum/conf/serverList", get(server_list))
        .route("/openapi/forum/upload/attachment", post(upload))
        // The files' own cap holds; axum's of 2 MB is for handlers that hold the body in memory.
        .layer(DefaultBodyLimit::disable())
}

/// A refusal. The vendor document names the text `message` in its example and `msg` in its table: both occur.
#[derive(Debug)]
struct Failure {
    text_field: &'static str,
    text: String,
}

impl Failure {
    /// Something is wrong with the form.
    fn invalid(why: impl Into<String>) -> Self {
        let text = format!("Error code: {INVALID}, Error message: Invalid input parameters: {}", why.into());
        Self { text_field: "message", text }
    }

    /// Something is wrong with the three headers.
    fn unsigned(why: &str) -> Self {
        Self { text_field: "msg", text: format!("Error code: {INVALID}, Error message: {why}") }
    }

    fn answer(self) -> Json<Value> {
        let mut answer = Map::new();
        answer.insert("code".to_owned(), INVALID.into());
        answer.insert(self.text_field.to_owned(), self.text.into());
        Json(Value::Object(answer))
    }
}

impl From<IntakeError> for Failure {
    fn from(error: IntakeError) -> Self {
        match error {
            IntakeError::TooLong { limit } => Self::invalid(format!("the file is larger than {limit} bytes")),
            IntakeError::Cut => Self::invalid("the request body ended early"),
            IntakeError::Disk(cause) => Self::invalid(format!("the file could not be kept: {cause}")),
        }
    }
}

fn success(data: &Value) -> Json<Value> {
    Json(json!({ "code": 0, "message": "success", "data": data }))
}

/// The hosts for uploads, in two of the shapes that services.md tells a client to accept: with and without a scheme.
async fn server_list(
    State(shared): State<super::State>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Json<Value> {
    let is_signed = match authorise(&shared, &headers, &Method::GET, &uri) {
        Ok(Verdict::Accepted) => true,
        Ok(Verdict::Open(check)) => check.finish(),
        Err(failure) => return failure.answer(),
    };
    if !is_signed {
        return Failure::unsigned("Signature is invalid").answer();
    }
    let url = format!("{}/forum", shared.origin);
    let host = url.split_once("://").map_or(url.as_str(), |(_, host)| host);
    success(&json!({ "list": [{ "url": url }, { "host": host }] }))
}

async fn upload(
    State(shared): State<super::State>,
    OriginalUri(uri): OriginalUri,
    request: Request,
) -> Json<Value> {
    let (parts, body) = request.into_parts();
    let mut body = body.into_data_stream();
    match authorise(&shared, &parts.headers, &parts.method, &uri) {
        Ok(verdict) => match receive(&shared, parts, body, verdict).await {
            Ok(data) => success(&data),
            Err(failure) => failure.answer(),
        },
        Err(failure) => {
            intake::drain(&mut body).await;
            failure.answer()
        }
    }
}

/// Checks the headers (vendor document, "Headers"); the signature may stay open until the body has come.
fn authorise(shared: &Shared, headers: &HeaderMap, method: &Method, uri: &Uri) -> Result<Verdict, Failure> {
    let header = |name: &str| {
        let value = headers.get(name).and_then(|value| value.to_str().ok()).filter(|value| !value.is_empty());
        value.ok_or_else(|| Failure::unsigned(&format!("{name} is missing")))
    };
    let (key, timestamp, given) = (header("Api-Key")?, header("Timestamp")?, header("Signature")?);
    if key != shared.credentials.forum_api_key {
        return Err(Failure::unsigned("Api-Key is invalid"));
    }
    check_timestamp(timestamp, SystemTime::now())?;
    let covered = Covered {
        key,
        secret: &shared.credentials.forum_api_secret,
        timestamp,
        method: method.as_str(),
        path: uri.path(),
        query: uri.query().unwrap_or_default(),
    };
    Ok(signature::check(covered, given))
}

/// Vendor document: "Timestamp in seconds".
fn check_timestamp(timestamp: &str, now: SystemTime) -> Result<(), Failure> {
    let now_secs = now.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    match whole_number(timestamp) {
        Some(secs) if secs.abs_diff(now_secs) <= CLOCK_WINDOW_SECS => Ok(()),
        Some(_) => Err(Failure::unsigned("Timestamp has expired")),
        None => Err(Failure::unsigned("Timestamp is invalid")),
    }
}

/// Digits alone: no sign, no point, no space.
fn whole_number(text: &str) -> Option<u64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

async fn receive(
    shared: &Shared,
    parts: Parts,
    body: BodyDataStream,
    verdict: Verdict,
) -> Result<Value, Failure> {
    let check = match verdict {
        Verdict::Accepted => None,
        Verdict::Open(check) => Some(check),
    };
    let mut tap = Tap::new(body, check);
    let request = Request::from_parts(parts, Body::from_stream(tap.clone()));
    let form = match Multipart::from_request(request, &()).await {
        Ok(multipart) => form::read(shared, multipart).await,
        Err(rejection) => Err(Failure::invalid(rejection.body_text())),
    };
    let is_whole = intake::drain(&mut tap).await;
    if !tap.is_signed() {
        return Err(Failure::unsigned("Signature is invalid"));
    }
    let checked = Checked::of(form?)?;
    if !is_whole {
        return Err(IntakeError::Cut.into());
    }
    keeping::keep(shared, checked).await
}
