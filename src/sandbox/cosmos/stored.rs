//! Attachments as the emulated account keeps them: the bytes in the sandbox's files, the rest in their extra fields.

use axum::Json;
use axum::http::StatusCode;
use axum::http::header::ETAG;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::address::{self, Document};
use super::refusal::Refusal;
use crate::sandbox::Shared;
use crate::sandbox::files::{Incoming, Kept};
use crate::sandbox::intake::IntakeError;

/// The service's name among the kept files.
const SERVICE: &str = "cosmos";

/// What the sandbox's files do not know of an attachment.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Stored {
    document: Document,
    id: String,
    content_type: String,
    /// `/media/{media id}`, or what the client registered.
    media: String,
    /// Of the bytes; null for a registered link.
    media_id: Option<String>,
    rid: String,
    etag: String,
    /// The user's own fields of a registered link.
    properties: Map<String, Value>,
}

/// A kept attachment.
#[derive(Debug)]
pub(super) struct Found {
    kept: Kept,
    stored: Stored,
}

/// What a client handed over, complete and checked.
#[derive(Debug)]
pub(super) struct Submission {
    pub(super) id: String,
    pub(super) content_type: String,
    /// The registered link; none when the bytes came.
    pub(super) media: Option<String>,
    pub(super) properties: Map<String, Value>,
    /// The bytes; empty for a registered link.
    pub(super) incoming: Incoming,
}

impl Found {
    fn of(kept: Kept) -> Option<Self> {
        let stored = serde_json::from_value(Value::Object(kept.extra.clone())).ok()?;
        Some(Self { kept, stored })
    }

    pub(super) fn rid(&self) -> &str {
        &self.stored.rid
    }

    pub(super) fn etag(&self) -> &str {
        &self.stored.etag
    }

    /// The resource as JSON (the vendor document's response body).
    pub(super) fn resource(&self) -> Value {
        let Stored { document, id, content_type, media, media_id: _, rid, etag, properties } = &self.stored;
        let mut resource = Map::new();
        resource.insert("id".into(), id.clone().into());
        resource.insert("contentType".into(), content_type.clone().into());
        resource.insert("media".into(), media.clone().into());
        resource.extend(properties.clone());
        resource.insert("_rid".into(), rid.clone().into());
        resource.insert("_ts".into(), self.kept.created_at.into());
        resource.insert("_self".into(), document.self_link(rid).into());
        resource.insert("_etag".into(), etag.clone().into());
        Value::Object(resource)
    }

    pub(super) fn answer(&self, status: StatusCode) -> Response {
        (status, [(ETAG, self.etag())], Json(self.resource())).into_response()
    }

    pub(super) async fn remove(&self, shared: &Shared) {
        shared.files.remove(&self.kept.id).await;
    }

    /// The bytes, with their length and type.
    pub(super) async fn stream(&self, shared: &Shared) -> Result<Response, Refusal> {
        use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
        let body = shared.files.open(&self.kept.id).await.ok_or_else(Refusal::not_found)?;
        let headers = [
            (CONTENT_TYPE, self.stored.content_type.clone()),
            (CONTENT_LENGTH, self.kept.size.to_string()),
            (ETAG, self.stored.etag.clone()),
        ];
        Ok((headers, body).into_response())
    }
}

async fn everything(shared: &Shared) -> impl Iterator<Item = Found> {
    shared.files.list(SERVICE).await.into_iter().filter_map(Found::of)
}

/// A document's attachments, oldest first.
pub(super) async fn all(shared: &Shared, document: &Document) -> Vec<Found> {
    everything(shared).await.filter(|found| found.stored.document == *document).collect()
}

pub(super) async fn find(shared: &Shared, document: &Document, id: &str) -> Option<Found> {
    all(shared, document).await.into_iter().find(|found| found.stored.id == id)
}

pub(super) async fn find_media(shared: &Shared, media_id: &str) -> Option<Found> {
    everything(shared).await.find(|found| found.stored.media_id.as_deref() == Some(media_id))
}

/// Whole megabytes that the account's files take.
pub(super) async fn usage_mb(shared: &Shared) -> u64 {
    everything(shared).await.map(|found| found.kept.size).sum::<u64>() / (1024 * 1024)
}

/// Keeps a submission, in the place of `previous` if there is one (its system id stays, its etag does not).
pub(super) async fn keep(
    shared: &Shared,
    document: &Document,
    submission: Submission,
    previous: Option<Found>,
) -> Result<Found, Refusal> {
    let Submission { id, content_type, media, properties, incoming } = submission;
    let (mut rid, mut media_id) = address::new_rid(document);
    if let Some(Found { kept: _, stored }) = &previous {
        rid.clone_from(&stored.rid);
        media_id = stored.media_id.clone().unwrap_or(media_id);
    }
    let media_id = media.is_none().then_some(media_id);
    let stored = Stored {
        document: document.clone(),
        media: media.unwrap_or_else(|| format!("/media/{}", media_id.as_deref().unwrap_or_default())),
        id: id.clone(),
        content_type: content_type.clone(),
        media_id,
        rid,
        etag: format!("\"{}\"", uuid::Uuid::new_v4()),
        properties,
    };
    let extra = match serde_json::to_value(&stored) {
        Ok(Value::Object(extra)) => extra,
        _ => Map::new(),
    };
    let kept = incoming.keep(SERVICE, &id, &content_type, extra).await.map_err(IntakeError::from)?;
    if let Some(previous) = previous {
        previous.remove(shared).await;
    }
    Ok(Found { kept, stored })
}
