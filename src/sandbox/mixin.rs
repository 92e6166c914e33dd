//! Mixin's attachments as `services.md` has them: a signed ticket, an S3 upload, a renewable view link.
//!
//! The API answers its errors with HTTP 202 and `{"error":{"status","code","description"}}`. The tickets are
//! presigned S3 URLs, which carry all that is known of them: nothing is remembered until the bytes are there.

use std::time::{Duration, SystemTime};

use axum::body::to_bytes;
use axum::extract::{OriginalUri, Path, Request, State as Extract};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use http::{HeaderValue, Method, StatusCode};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::State;
use super::faults::inject::Expired;
use super::files::{By, Kept};

mod s3;
mod token;

/// Bytes of an API request's body that are read: it should have none.
const MAX_BODY: usize = 64 * 1024;
/// How long a ticket and a view link live.
const TICKET_LIFE: Duration = Duration::from_hours(1);
const VIEW_LIFE: Duration = Duration::from_hours(24);

/// The routes, below the service's own prefix.
pub fn router() -> Router<State> {
    Router::new()
        .route("/attachments", post(ticket))
        .route("/attachments/{id}", get(attachment))
        .route("/me", get(me))
        .fallback(|| async { failed(404, "The endpoint is not found.", "") })
}

/// The emulated storage, below `/s3`.
pub fn storage() -> Router<State> {
    s3::router()
}

/// An answer with the server's clock, by which a client tells a wrong clock of its own.
fn answer(body: Value) -> Response {
    let nanos = SystemTime::UNIX_EPOCH.elapsed().map_or(0, |since| since.as_nanos());
    let mut response = (StatusCode::ACCEPTED, Json(body)).into_response();
    if let Ok(time) = HeaderValue::try_from(nanos.to_string()) {
        response.headers_mut().insert("x-server-time", time);
    }
    response
}

fn well(data: &Value) -> Response {
    let mut response = answer(json!({"data": data}));
    *response.status_mut() = StatusCode::OK;
    response
}

/// An error in Mixin's shape; `reason` says in the sandbox what Mixin itself keeps quiet about.
fn failed(code: u32, description: &str, reason: &str) -> Response {
    answer(json!({"error": {
        "status": 202, "code": code, "description": description, "extra": {"reason": reason},
    }}))
}

/// Checks the token over method, path as requested and body; answers the body.
async fn authorised(state: &State, request: Request) -> Result<Vec<u8>, Response> {
    let original = request.extensions().get::<OriginalUri>().map(|uri| uri.0.clone());
    let uri = original.unwrap_or_else(|| request.uri().clone());
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, MAX_BODY).await else {
        return Err(failed(10002, "The request data has invalid field.", "the body is too large"));
    };
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let signed = [parts.method.as_str().as_bytes(), path.as_bytes(), &body].concat();
    match token::check(&state.credentials, &parts.headers, &signed, Timestamp::now().as_second()) {
        Ok(()) => Ok(body.to_vec()),
        Err(reason) => Err(failed(401, "Unauthorized, maybe invalid token.", reason)),
    }
}

async fn ticket(Extract(state): Extract<State>, request: Request) -> Response {
    let expired = request.extensions().get::<Expired>().is_some();
    match authorised(&state, request).await {
        Err(refused) => return refused,
        Ok(body) if !body.is_empty() => {
            return failed(10002, "The request data has invalid field.", "this request has no body");
        }
        Ok(_) => {}
    }
    let id = uuid::Uuid::new_v4().to_string();
    let now = Timestamp::now();
    let since = if expired { now - TICKET_LIFE * 2 } else { now };
    let upload = s3::presign(&state, &Method::PUT, &id, since, TICKET_LIFE);
    let view = s3::presign(&state, &Method::GET, &id, now, VIEW_LIFE);
    let (Some(upload), Some(view)) = (upload, view) else { return failed(500, "Internal Server Error", "") };
    well(&json!({
        "type": "attachment",
        "attachment_id": id,
        "upload_url": upload,
        "view_url": view,
        "created_at": now.to_string(),
    }))
}

/// The file that was uploaded for an attachment.
fn find(state: &State, id: &str) -> Option<Kept> {
    state.files.find("mixin", By::AttachmentId, id)
}

async fn attachment(Extract(state): Extract<State>, Path(id): Path<String>, request: Request) -> Response {
    if let Err(refused) = authorised(&state, request).await {
        return refused;
    }
    let Some(kept) = find(&state, &id) else { return failed(404, "The attachment is not found.", "") };
    let Some(view) = s3::presign(&state, &Method::GET, &id, Timestamp::now(), VIEW_LIFE) else {
        return failed(500, "Internal Server Error", "");
    };
    let created_at = Timestamp::from_second(kept.created_at).unwrap_or_default().to_string();
    well(&json!({
        "type": "attachment",
        "attachment_id": id,
        "view_url": view,
        "created_at": created_at,
    }))
}

async fn me(Extract(state): Extract<State>, request: Request) -> Response {
    if let Err(refused) = authorised(&state, request).await {
        return refused;
    }
    well(&json!({
        "type": "user",
        "user_id": state.credentials.mixin_app_id,
        "identity_number": "7000000001",
        "full_name": "Sandbox bot",
        "session_id": state.credentials.mixin_session_id,
    }))
}
