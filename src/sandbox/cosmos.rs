//! Azure Cosmos DB attachments, as a strict account answers them (services.md, "Azure Cosmos DB attachments"). Every
//! database, collection and document exists, except names that begin with `missing`; collections that begin with
//! `part` are partitioned.

mod address;
mod attachments;
mod auth;
mod media_types;
mod refusal;
mod stored;
#[cfg(test)]
mod tests;

use std::time::SystemTime;

use axum::body::BodyDataStream;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use percent_encoding::percent_decode_str;

use self::address::Address;
use self::auth::Signed;
use self::refusal::Refusal;
use super::{Shared, intake};

/// Media storage of one account (services.md: "2048 MB per account"). Told, not enforced: the sandbox has its own cap.
const MEDIA_QUOTA_MB: &str = "2048";

/// The routes, below the service's own prefix.
pub fn router() -> axum::Router<super::State> {
    axum::Router::new().route("/dbs/{*rest}", any(documents)).route("/media/{*id}", any(media))
}

/// A resource token that the sandbox takes instead of the master key's signatures: the whole token, to be sent
/// percent-encoded (services.md: "the whole token url-encoded").
#[must_use]
pub fn resource_token(cosmos_key: &str) -> String {
    auth::resource_token(cosmos_key)
}

/// An AAD token that the sandbox takes, to be sent as `type=aad&ver=1.0&sig={token}`, percent-encoded.
#[must_use]
pub fn aad_token(cosmos_key: &str) -> String {
    auth::aad_token(cosmos_key)
}

async fn documents(State(shared): State<super::State>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let mut body = body.into_data_stream();
    let outcome = answer_documents(&shared, &parts, &mut body).await;
    finish(&shared, outcome, &mut body).await
}

async fn answer_documents(
    shared: &Shared,
    parts: &Parts,
    body: &mut BodyDataStream,
) -> Result<Response, Refusal> {
    let address = Address::parse(parts.uri.path())?;
    let link = address.link();
    let signed = Signed { verb: parts.method.as_str(), resource_type: "attachments", link: &link };
    auth::check(&parts.headers, &shared.credentials.cosmos_key, signed, SystemTime::now())?;
    let Address { document, attachment } = address;
    let document = &document.locate(&parts.headers)?;
    let headers = &parts.headers;
    match (&parts.method, attachment.as_deref()) {
        (&Method::POST, None) => attachments::create(shared, document, headers, body).await,
        (&Method::GET, None) => attachments::list(shared, document, headers).await,
        (&Method::GET, Some(id)) => attachments::get(shared, document, id).await,
        (&Method::PUT, Some(id)) => attachments::replace(shared, (document, id), headers, body).await,
        (&Method::DELETE, Some(id)) => attachments::delete(shared, (document, id), headers).await,
        _ => Err(Refusal::method_not_allowed()),
    }
}

async fn media(State(shared): State<super::State>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let outcome = answer_media(&shared, &parts).await;
    finish(&shared, outcome, &mut body.into_data_stream()).await
}

/// `GET /media/{mediaId}`: the bytes, for a signature over the attachment's system id (services.md, "Media bytes").
async fn answer_media(shared: &Shared, parts: &Parts) -> Result<Response, Refusal> {
    let path = parts.uri.path();
    let encoded = path.trim_start_matches('/').strip_prefix("media/").unwrap_or_default();
    let media_id = percent_decode_str(encoded).decode_utf8_lossy();
    let link = address::media_link(&media_id)
        .ok_or_else(|| Refusal::bad_request(format!("The media id '{media_id}' is invalid.")))?;
    let signed = Signed { verb: parts.method.as_str(), resource_type: "media", link: &link };
    auth::check(&parts.headers, &shared.credentials.cosmos_key, signed, SystemTime::now())?;
    if parts.method != Method::GET {
        return Err(Refusal::method_not_allowed());
    }
    let found = stored::find_media(shared, &media_id).await.ok_or_else(Refusal::not_found)?;
    found.stream(shared).await
}

/// Adds the headers that every answer of the account carries (the vendor document's example).
async fn finish(shared: &Shared, outcome: Result<Response, Refusal>, body: &mut BodyDataStream) -> Response {
    let mut response = match outcome {
        Ok(response) => response,
        Err(refusal) => {
            intake::drain(body).await;
            refusal.into_response()
        }
    };
    let is_created = response.status() == StatusCode::CREATED;
    let usage = stored::usage_mb(shared).await.to_string();
    let headers = response.headers_mut();
    set(headers, "x-ms-activity-id", &uuid::Uuid::new_v4().to_string());
    set(headers, "x-ms-request-charge", if is_created { "4.95" } else { "1" });
    set(headers, "x-ms-schemaversion", "1.1");
    set(headers, "x-ms-serviceversion", "version=1.5.57.3");
    set(headers, "x-ms-max-media-storage-usage-mb", MEDIA_QUOTA_MB);
    set(headers, "x-ms-media-storage-usage-mb", &usage);
    response
}

fn set(headers: &mut HeaderMap, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(HeaderName::from_static(name), value);
    }
}
