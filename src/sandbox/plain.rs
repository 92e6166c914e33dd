//! The plain service: bytes in, link out. What a first run uploads to.
//!
//! - `POST /files`, the bytes as the body, `Content-Type`, `X-File-Name` (percent-encoded UTF-8) and optionally
//!   `Idempotency-Key` → 201 `{id, url, name, size, mime, md5, sha256}`. The same key and the same bytes again
//!   answer 200 with the first object; the same key with other bytes is a 409.
//! - `GET /files` with `Idempotency-Key` → 200 with the object that has this key, or 404.
//! - `DELETE /files/{id}` → 204.
//! - `GET /me` → `{name, files}`.
//!
//! All with `Authorization: Bearer`. Errors are `{"error":{"code","message"}}`.

use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Path, Request, State as Extract};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use axum::{Json, Router};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

use super::State;
use super::credentials::same;
use super::files::{By, Files, Kept};
use super::headers::{bearer, content_length, text};
use super::intake::{self, IntakeError};

/// The routes, below the service's own prefix.
pub fn router() -> Router<State> {
    Router::new()
        .route("/files", post(upload).get(look))
        .route("/files/{id}", delete(remove))
        .route("/me", get(me))
        .layer(DefaultBodyLimit::disable())
}

fn error(status: StatusCode, code: &str, message: &str) -> Response {
    (status, Json(json!({"error": {"code": code, "message": message}}))).into_response()
}

fn unauthorised(state: &State, headers: &HeaderMap) -> Option<Response> {
    let known = same(bearer(headers), &state.credentials.plain_token);
    (!known).then(|| error(StatusCode::UNAUTHORIZED, "unauthorized", "The token is not the sandbox's"))
}

fn not_received(files: &Files, problem: &IntakeError) -> Response {
    match problem {
        IntakeError::TooLong { limit } if *limit == files.limits().max_file_bytes => {
            let message = format!("The sandbox takes files of at most {limit} bytes");
            error(StatusCode::PAYLOAD_TOO_LARGE, "too_large", &message)
        }
        IntakeError::TooLong { limit } => {
            let message = format!("The sandbox is full: it keeps {limit} bytes. Delete files to make room");
            error(StatusCode::INSUFFICIENT_STORAGE, "full", &message)
        }
        IntakeError::Disk(_) => {
            error(StatusCode::INSUFFICIENT_STORAGE, "disk", "The sandbox could not write to its disk")
        }
        IntakeError::Cut => error(StatusCode::BAD_REQUEST, "broken", "The request ended too early"),
    }
}

async fn upload(Extract(state): Extract<State>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    if let Some(refused) = unauthorised(&state, &parts.headers) {
        return refused;
    }
    let limit = state.files.limits().max_file_bytes;
    if content_length(&parts.headers).is_some_and(|length| length > limit) {
        return not_received(&state.files, &IntakeError::TooLong { limit });
    }
    let Ok(name) = percent_decode_str(text(&parts.headers, "x-file-name")).decode_utf8() else {
        return error(StatusCode::BAD_REQUEST, "bad_name", "X-File-Name must be percent-encoded UTF-8");
    };
    match receive_and_keep(&state, &parts.headers, &name, body).await {
        Ok((status, kept)) => (status, Json(facts(&state, &kept))).into_response(),
        Err(refused) => refused,
    }
}

async fn receive_and_keep(
    state: &State,
    headers: &HeaderMap,
    name: &str,
    body: Body,
) -> Result<(StatusCode, Kept), Response> {
    let refused = |problem: IntakeError| not_received(&state.files, &problem);
    let incoming = intake::take(&state.files, body).await.map_err(refused)?;
    let mime = match text(headers, CONTENT_TYPE.as_str()) {
        "" => "application/octet-stream",
        mime => mime,
    };
    let key = text(headers, "idempotency-key");
    // Two requests with one key can run at the same time when the first one's connection broke.
    let _one_at_a_time = state.keeping.lock().await;
    let first = state.files.find("sandbox", By::IdempotencyKey, key);
    let mut extra = Map::new();
    if !key.is_empty() {
        extra.insert(By::IdempotencyKey.field().to_owned(), key.into());
    }
    let kept = incoming.keep("sandbox", name, mime, extra).await;
    let kept = kept.map_err(|problem| refused(problem.into()))?;
    let Some(first) = first else { return Ok((StatusCode::CREATED, kept)) };
    state.files.remove(&kept.id).await;
    if first.sha256 == kept.sha256 {
        return Ok((StatusCode::OK, first));
    }
    let message = "This Idempotency-Key was used for other bytes";
    Err(error(StatusCode::CONFLICT, "key_reused", message))
}

fn facts(state: &State, kept: &Kept) -> Value {
    json!({
        "id": kept.id,
        "url": format!("{}{}", state.origin, state.files.link(kept)),
        "name": kept.name,
        "size": kept.size,
        "mime": kept.mime,
        "md5": kept.md5,
        "sha256": kept.sha256,
    })
}

/// Whether an upload whose answer was lost has arrived.
async fn look(Extract(state): Extract<State>, headers: HeaderMap) -> Response {
    if let Some(refused) = unauthorised(&state, &headers) {
        return refused;
    }
    let key = text(&headers, "idempotency-key");
    if key.is_empty() {
        return error(StatusCode::BAD_REQUEST, "no_key", "Idempotency-Key is missing");
    }
    // An upload with this key that is being kept is seen whole or not at all.
    let _one_at_a_time = state.keeping.lock().await;
    match state.files.find("sandbox", By::IdempotencyKey, key) {
        Some(kept) => Json(facts(&state, &kept)).into_response(),
        None => error(StatusCode::NOT_FOUND, "gone", "There is no file with this key"),
    }
}

async fn remove(Extract(state): Extract<State>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    if let Some(refused) = unauthorised(&state, &headers) {
        return refused;
    }
    let ours = state.files.get(&id).await.is_some_and(|kept| kept.service == "sandbox");
    if ours && state.files.remove(&id).await {
        return StatusCode::NO_CONTENT.into_response();
    }
    error(StatusCode::NOT_FOUND, "gone", "There is no such file")
}

async fn me(Extract(state): Extract<State>, headers: HeaderMap) -> Response {
    if let Some(refused) = unauthorised(&state, &headers) {
        return refused;
    }
    let files = state.files.list("sandbox").await.len();
    Json(json!({"name": "Sandbox on this computer", "files": files})).into_response()
}
