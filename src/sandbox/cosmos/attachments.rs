//! The verbs on a document's attachments: create, list, get, replace, delete.

use axum::Json;
use axum::body::BodyDataStream;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use super::address::{self, Document};
use super::media_types;
use super::refusal::Refusal;
use super::stored::{self, Submission};
use crate::sandbox::Shared;
use crate::sandbox::intake::{self, IntakeError};

/// Metadata of a registered link: a document's own limit (Azure: 2 MB; the vendor document's 413).
const METADATA_MAX_BYTES: usize = 2 * 1024 * 1024;
/// A page of the list, when the client does not say (Azure's default).
const PAGE_ITEMS: usize = 100;
/// The largest page that a client may ask for (Azure's limit).
const PAGE_MAX_ITEMS: usize = 1000;

/// What the headers announce.
enum Announced {
    /// The bytes themselves.
    Raw { id: String, content_type: String },
    /// `{id, contentType, media}` of an external URL.
    Link,
}

impl Announced {
    /// The vendor document's remarks: raw media has both headers; metadata "must not set" Slug. `application/json`
    /// always means metadata (services.md: "`.json` goes as octet-stream too (else it looks like metadata)").
    fn read(headers: &HeaderMap) -> Result<Self, Refusal> {
        let content_type = text(headers, "content-type")?
            .ok_or_else(|| Refusal::bad_request("The Content-Type header is missing."))?;
        let slug = text(headers, "slug")?;
        let essence = media_types::essence(content_type);
        if essence == "application/json" {
            return match slug {
                None => Ok(Self::Link),
                Some(_) => {
                    Err(Refusal::bad_request("The Slug header must not be set with attachment metadata."))
                }
            };
        }
        if !media_types::is_known(&essence) {
            return Err(Refusal::bad_request(format!("The media type '{content_type}' is invalid.")));
        }
        let id = slug.ok_or_else(|| Refusal::bad_request("The Slug header is missing."))?.to_owned();
        address::check_id(&id)?;
        Ok(Self::Raw { id, content_type: content_type.to_owned() })
    }
}

/// A header's value in visible ASCII (services.md: "send ASCII only").
fn text<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<&'a str>, Refusal> {
    headers
        .get(name)
        .map(|value| value.to_str())
        .transpose()
        .map_err(|_not_ascii| Refusal::bad_request(format!("The header {name} is not ASCII.")))
}

fn wants_upsert(headers: &HeaderMap) -> Result<bool, Refusal> {
    match text(headers, "x-ms-documentdb-is-upsert")?.map(str::to_ascii_lowercase).as_deref() {
        None | Some("false") => Ok(false),
        Some("true") => Ok(true),
        Some(_) => {
            Err(Refusal::bad_request("The header x-ms-documentdb-is-upsert is neither true nor false."))
        }
    }
}

/// `POST …/attachments`: 201, or 200 when an upsert replaced one.
pub(super) async fn create(
    shared: &Shared,
    document: &Document,
    headers: &HeaderMap,
    body: &mut BodyDataStream,
) -> Result<Response, Refusal> {
    let upsert = wants_upsert(headers)?;
    let announced = Announced::read(headers)?;
    if let Announced::Raw { id, .. } = &announced {
        let is_taken = stored::find(shared, document, id).await.is_some();
        if is_taken && !upsert {
            return Err(Refusal::conflict());
        }
    }
    let submission = take(shared, announced, body).await?;
    // From "is the name free" to "it is kept" one request at a time: of two creates of one name, one gets the 409.
    let _turn = shared.keeping.lock().await;
    let previous = stored::find(shared, document, &submission.id).await;
    let status = match (&previous, upsert) {
        (None, _) => StatusCode::CREATED,
        (Some(_), true) => StatusCode::OK,
        (Some(_), false) => return Err(Refusal::conflict()),
    };
    Ok(stored::keep(shared, document, submission, previous).await?.answer(status))
}

/// `PUT …/attachments/{id}`: 200; the id cannot change.
pub(super) async fn replace(
    shared: &Shared,
    (document, id): (&Document, &str),
    headers: &HeaderMap,
    body: &mut BodyDataStream,
) -> Result<Response, Refusal> {
    let announced = Announced::read(headers)?;
    stored::find(shared, document, id).await.ok_or_else(Refusal::not_found)?;
    let submission = take(shared, announced, body).await?;
    if submission.id != id {
        return Err(Refusal::bad_request("The id of the body or Slug differs from the one of the address."));
    }
    let _turn = shared.keeping.lock().await;
    let previous = stored::find(shared, document, id).await.ok_or_else(Refusal::not_found)?;
    check_etag(headers, previous.etag())?;
    Ok(stored::keep(shared, document, submission, Some(previous)).await?.answer(StatusCode::OK))
}

/// `GET …/attachments/{id}`.
pub(super) async fn get(shared: &Shared, document: &Document, id: &str) -> Result<Response, Refusal> {
    let found = stored::find(shared, document, id).await.ok_or_else(Refusal::not_found)?;
    Ok(found.answer(StatusCode::OK))
}

/// `DELETE …/attachments/{id}`: 204.
pub(super) async fn delete(
    shared: &Shared,
    (document, id): (&Document, &str),
    headers: &HeaderMap,
) -> Result<Response, Refusal> {
    let found = stored::find(shared, document, id).await.ok_or_else(Refusal::not_found)?;
    check_etag(headers, found.etag())?;
    found.remove(shared).await;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// `GET …/attachments`, in pages (services.md: `Attachments`, `x-ms-continuation`).
pub(super) async fn list(
    shared: &Shared,
    document: &Document,
    headers: &HeaderMap,
) -> Result<Response, Refusal> {
    let page_items = match text(headers, "x-ms-max-item-count")? {
        None | Some("-1") => PAGE_ITEMS,
        Some(count) => {
            count.parse().ok().filter(|count| (1..=PAGE_MAX_ITEMS).contains(count)).ok_or_else(|| {
                Refusal::bad_request("The value of the header x-ms-max-item-count is out of range.")
            })?
        }
    };
    let all = stored::all(shared, document).await;
    let start = match text(headers, "x-ms-continuation")? {
        None => 0,
        Some(token) => all
            .iter()
            .position(|found| continuation(found.rid()) == token)
            .ok_or_else(|| Refusal::bad_request("The continuation token is invalid."))?
            .saturating_add(1),
    };
    let page: Vec<_> = all.iter().skip(start).take(page_items).collect();
    let items: Vec<Value> = page.iter().map(|found| found.resource()).collect();
    let count = items.len().to_string();
    let rid = address::rid_text(&document.rid());
    let body = Json(json!({ "_rid": rid, "Attachments": items, "_count": page.len() }));
    let mut answer = ([("x-ms-item-count", count)], body).into_response();
    if let Some(last) = page.last().filter(|_| start.saturating_add(page.len()) < all.len())
        && let Ok(token) = continuation(last.rid()).parse()
    {
        answer.headers_mut().insert("x-ms-continuation", token);
    }
    Ok(answer)
}

/// Opaque to the client: goes on after the attachment with this system id.
fn continuation(rid: &str) -> String {
    format!("+RID:~{rid}#RT:1")
}

fn check_etag(headers: &HeaderMap, etag: &str) -> Result<(), Refusal> {
    match text(headers, "if-match")? {
        Some(wanted) if wanted != "*" && wanted != etag => Err(Refusal::precondition_failed()),
        _ => Ok(()),
    }
}

/// Takes the body that the headers announced.
async fn take(
    shared: &Shared,
    announced: Announced,
    body: &mut BodyDataStream,
) -> Result<Submission, Refusal> {
    let mut incoming = shared.files.begin().await.map_err(IntakeError::from)?;
    match announced {
        Announced::Raw { id, content_type } => {
            intake::receive(body, &mut incoming).await?;
            Ok(Submission { id, content_type, media: None, properties: Map::new(), incoming })
        }
        Announced::Link => {
            let (fields, properties) = metadata(&intake::collect(body, METADATA_MAX_BYTES).await?)?;
            let [id, content_type, media] = fields;
            Ok(Submission { id, content_type, media: Some(media), properties, incoming })
        }
    }
}

/// `id`, `contentType` and `media` of a registered link, and the user's own fields beside them.
fn metadata(body: &[u8]) -> Result<([String; 3], Map<String, Value>), Refusal> {
    let mut properties: Map<String, Value> = serde_json::from_slice(body).map_err(|error| {
        Refusal::bad_request(format!("The request body is not a JSON object of an attachment: {error}."))
    })?;
    let mut field = |name: &str| match properties.shift_remove(name) {
        Some(Value::String(text)) if !text.is_empty() => Ok(text),
        Some(_) => {
            Err(Refusal::bad_request(format!("The property '{name}' must be a text that is not empty.")))
        }
        None => Err(Refusal::bad_request(format!("The required property '{name}' is missing."))),
    };
    let fields = [field("id")?, field("contentType")?, field("media")?];
    let [id, ..] = &fields;
    address::check_id(id)?;
    properties.retain(|name, _| !name.starts_with('_'));
    Ok((fields, properties))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn announced(headers: &[(&'static str, &'static str)]) -> Result<Announced, Refusal> {
        Announced::read(&headers.iter().map(|(n, v)| (n.parse().unwrap(), v.parse().unwrap())).collect())
    }

    #[test]
    fn raw_media_needs_type_and_slug_and_metadata_has_no_slug() {
        let raw = announced(&[("content-type", "image/png"), ("slug", "a b.png")]);
        assert!(matches!(raw, Ok(Announced::Raw { id, .. }) if id == "a b.png"));
        let link = announced(&[("content-type", "application/json; charset=utf-8")]);
        assert!(matches!(link, Ok(Announced::Link)));
        let refused: [&[(&str, &str)]; 5] = [
            &[("slug", "a.png")],
            &[("content-type", "image/png")],
            &[("content-type", "application/json"), ("slug", "a.json")],
            &[("content-type", "application/x-unknown"), ("slug", "a.bin")],
            &[("content-type", "image/png"), ("slug", "a/b.png")],
        ];
        for headers in refused {
            assert_eq!(
                announced(headers).err().map(|refusal| refusal.status.as_u16()),
                Some(400),
                "{headers:?}"
            );
        }
    }

    #[test]
    fn metadata_wants_three_texts() {
        let whole = br#"{"id":"image_id","contentType":"image/jpg","media":"www.bing.com","note":1,"_ts":2}"#;
        let (fields, properties) = metadata(whole).unwrap();
        assert_eq!(fields, ["image_id", "image/jpg", "www.bing.com"]);
        assert_eq!(Value::Object(properties), json!({ "note": 1 }));
        for wrong in [
            "",
            "[]",
            r#"{"id":"a","contentType":"b"}"#,
            r#"{"id":"","contentType":"b","media":"c"}"#,
            r#"{"id":1,"contentType":"b","media":"c"}"#,
            r#"{"id":"a/b","contentType":"b","media":"c"}"#,
        ] {
            assert_eq!(metadata(wrong.as_bytes()).unwrap_err().status.as_u16(), 400, "{wrong}");
        }
    }
}
