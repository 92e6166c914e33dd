//! The control routes below `/_sandbox`, for the program itself and for tests of other processes.

use axum::Json;
use axum::body::{Body, to_bytes};
use axum::response::{IntoResponse, Response};
use hmac::{Hmac, KeyInit, Mac};
use http::{Method, Request, StatusCode};
use serde::Deserialize;
use serde_json::json;
use sha2::Sha256;

use super::exchange::Gate;
use crate::sandbox::credentials::same;
use crate::sandbox::faults::Fault;
use crate::sandbox::headers::bearer;

/// What is posted to `/_sandbox/faults`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    /// In the compact form of [`Fault::parse`].
    fault: String,
    service: Option<String>,
    step: Option<String>,
    times: Option<u32>,
}

/// What only a holder of the admin token can answer: so neither side has to send it to find the other.
pub(in crate::sandbox) fn proof(admin_token: &str, nonce: &str) -> String {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(admin_token.as_bytes()) else { return String::new() };
    mac.update(nonce.as_bytes());
    hex::encode(mac.finalize().into_bytes())
}

pub(super) async fn answer(gate: &Gate, request: Request<Body>) -> Response {
    let path = request.uri().path().to_owned();
    if (request.method(), path.as_str()) == (&Method::GET, "/_sandbox/health") {
        let nonce = request.uri().query().and_then(|query| query.strip_prefix("nonce=")).unwrap_or("");
        let proof = proof(&gate.admin_token, nonce);
        return Json(json!({"server": "affix-sandbox", "proof": proof})).into_response();
    }
    if !same(bearer(request.headers()), &gate.admin_token) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    match (request.method().clone(), path.as_str()) {
        (Method::POST, "/_sandbox/stop") => {
            gate.stop.cancel();
            StatusCode::ACCEPTED.into_response()
        }
        (Method::GET, "/_sandbox/log") => Json(gate.shared.log.entries()).into_response(),
        (Method::POST, "/_sandbox/faults") => match add_fault(gate, request).await {
            Ok(()) => StatusCode::CREATED.into_response(),
            Err(problem) => (StatusCode::BAD_REQUEST, problem).into_response(),
        },
        (Method::DELETE, "/_sandbox/faults") => {
            gate.shared.faults.clear();
            StatusCode::NO_CONTENT.into_response()
        }
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn add_fault(gate: &Gate, request: Request<Body>) -> Result<(), String> {
    let body = to_bytes(request.into_body(), 64 * 1024).await.map_err(|error| error.to_string())?;
    let Asked { fault, service, step, times } =
        serde_json::from_slice(&body).map_err(|error| error.to_string())?;
    gate.shared.faults.add(Fault { service, step, times, ..Fault::parse(&fault)? });
    Ok(())
}
