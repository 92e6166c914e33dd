//! Cronofy's attachments, as a strict server answers them (services.md, "Cronofy"; vendor document "Create
//! attachment"). A kept file has no public link: what one gets is an id.

mod rules;
mod table;
#[cfg(test)]
mod tests;

use axum::Json;
use axum::body::BodyDataStream;
use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::{Map, Value, json};

use self::rules::Accepted;
use super::Shared;
use super::intake::{self, IntakeError};

/// The service's name among the kept files.
const SERVICE: &str = "cronofy";
/// 2,000,000 bytes are 2,666,668 in base64; the rest is room for the JSON around them. Above it: 413.
const MAX_REQUEST_BYTES: usize = 3_500_000;

/// The routes, below the service's own prefix.
pub fn router() -> axum::Router<super::State> {
    axum::Router::new().route("/v1/attachments", post(create)).route("/v1/userinfo", get(user_info))
}

/// The harmless call for a connection test (services.md, "Connection test").
async fn user_info(State(shared): State<super::State>, headers: HeaderMap) -> Response {
    if !is_authorised(&headers, &shared) {
        return unauthorised();
    }
    Json(json!({ "sub": "acc_567236000909002", "cronofy.type": "account" })).into_response()
}

async fn create(State(shared): State<super::State>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let mut body = body.into_data_stream();
    match answer(&shared, &parts.headers, &mut body).await {
        Ok(response) => response,
        Err(refusal) => {
            intake::drain(&mut body).await;
            refusal
        }
    }
}

async fn answer(
    shared: &Shared,
    headers: &HeaderMap,
    body: &mut BodyDataStream,
) -> Result<Response, Response> {
    if !is_authorised(headers, shared) {
        return Err(unauthorised());
    }
    if !is_json(headers) {
        return Err(StatusCode::UNSUPPORTED_MEDIA_TYPE.into_response());
    }
    let body = intake::collect(body, MAX_REQUEST_BYTES).await.map_err(refuse_intake)?;
    let request: Value =
        serde_json::from_slice(&body).map_err(|_not_json| StatusCode::BAD_REQUEST.into_response())?;
    let accepted = rules::check(&request)
        .map_err(|errors| (StatusCode::UNPROCESSABLE_ENTITY, Json(errors)).into_response())?;
    keep(shared, accepted).await.map_err(refuse_intake)
}

/// Keeps an attachment under a new id: "Attachments are **not** upserted".
async fn keep(shared: &Shared, accepted: Accepted) -> Result<Response, IntakeError> {
    let Accepted { file_name, content_type, bytes, subscriptions } = accepted;
    // `att_` and 24 hex digits, as in the vendor document's example.
    let digits: String = uuid::Uuid::new_v4().simple().to_string().chars().take(24).collect();
    let attachment_id = format!("att_{digits}");
    let mut extra = Map::new();
    extra.insert("attachment_id".to_owned(), attachment_id.clone().into());
    extra.insert("subscriptions".to_owned(), subscriptions);
    let mut incoming = shared.files.begin().await?;
    incoming.write(&bytes).await?;
    let kept = incoming.keep(SERVICE, &file_name, &content_type, extra).await?;
    let attachment = json!({
        "attachment_id": attachment_id,
        "file_name": file_name,
        "content_type": content_type,
        "md5": kept.md5,
    });
    Ok(Json(json!({ "attachment": attachment })).into_response())
}

fn is_authorised(headers: &HeaderMap, shared: &Shared) -> bool {
    let expected = format!("Bearer {}", shared.credentials.cronofy_api_key);
    headers.get(AUTHORIZATION).is_some_and(|given| given.as_bytes() == expected.as_bytes())
}

fn unauthorised() -> Response {
    let challenge = "Bearer realm=\"CRONOFY\", error=\"invalid_token\"";
    (StatusCode::UNAUTHORIZED, [(WWW_AUTHENTICATE, challenge)]).into_response()
}

/// "The `Content-Type` for the overall request must be `application/json`"; a charset may follow.
fn is_json(headers: &HeaderMap) -> bool {
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = content_type.split(';').next().unwrap_or_default();
    essence.trim().eq_ignore_ascii_case("application/json")
}

fn refuse_intake(error: IntakeError) -> Response {
    match error {
        IntakeError::TooLong { .. } => StatusCode::PAYLOAD_TOO_LARGE.into_response(),
        IntakeError::Cut => StatusCode::BAD_REQUEST.into_response(),
        IntakeError::Disk(cause) => (StatusCode::INTERNAL_SERVER_ERROR, cause.to_string()).into_response(),
    }
}
