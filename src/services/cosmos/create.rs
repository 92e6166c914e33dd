//! Creating an attachment: what is sent, under which name and media type.

use http::Method;
use serde_json::{Map, Value, json};

use super::place::Place;
use super::{pointer, reply};
use crate::domain::attachment::FileFacts;
use crate::domain::error::{Failure, Kind, Step};
use crate::domain::file_name;
use crate::domain::preflight::{Finding, Repair};
use crate::domain::progress::human_bytes;
use crate::domain::receipt::Receipt;
use crate::services::Upload;
use crate::services::body::{Body, FileSource};
use crate::services::http::{Call, Exchange, Reply};

/// The media type that every account takes.
const OCTET_STREAM: &str = "application/octet-stream";

/// The longest id of an attachment, in characters (REST reference, "Create Attachment").
const ID_LIMIT: usize = 255;

/// What an account may keep in attachments all together, in bytes, as its answers tell
/// (`x-ms-max-media-storage-usage-mb: 2048`).
const QUOTA_BYTES: u64 = 2048 * 1024 * 1024;

/// What becomes an attachment.
#[derive(Debug)]
pub(super) enum Item {
    /// The file's bytes.
    Raw { id: String, content_type: String, source: FileSource },
    /// An address of something kept elsewhere.
    Link { id: String, content_type: String, address: String },
}

impl Item {
    async fn of(upload: &Upload) -> Result<Self, Failure> {
        let name = &upload.file.name;
        if is_link(upload.target.setting("mode")) {
            let address = pointer::read(upload.source.clone()).await?;
            let content_type = pointer::content_type(&address);
            return Ok(Self::Link { id: pointer::id(name).to_owned(), content_type, address });
        }
        let content_type = raw_type(&upload.file);
        Ok(Self::Raw { id: name.clone(), content_type, source: upload.source.clone() })
    }

    pub(super) fn id(&self) -> &str {
        match self {
            Self::Raw { id, .. } | Self::Link { id, .. } => id,
        }
    }

    /// The item under the media type that every account takes; none where it has that already.
    fn fallback(&self) -> Option<Self> {
        match self {
            Self::Raw { id, content_type, source } if content_type != OCTET_STREAM => Some(Self::Raw {
                id: id.clone(),
                content_type: OCTET_STREAM.to_owned(),
                source: source.clone(),
            }),
            Self::Raw { .. } | Self::Link { .. } => None,
        }
    }
}

pub(super) fn is_link(mode: &str) -> bool {
    mode == "link"
}

/// The media type to declare for raw bytes: the file's own, but never JSON, which the service would take for an
/// attachment's metadata.
fn raw_type(file: &FileFacts) -> String {
    let mime = file.mime.trim();
    if mime.is_empty() || mime.contains("json") || file.extension() == "json" {
        return OCTET_STREAM.to_owned();
    }
    mime.to_owned()
}

fn id_char(c: char) -> bool {
    matches!(c, ' '..='~') && !matches!(c, '/' | '\\' | '?' | '#')
}

/// Checks the name that becomes the attachment's id.
pub(super) fn preflight(file: &FileFacts, mode: &str) -> Vec<Finding> {
    let mut findings =
        if is_link(mode) { pointer::preflight(file) } else { quota(file).into_iter().collect() };
    let id = &file.name;
    let wrong = if id.chars().any(|c| !id_char(c)) {
        "other characters than ASCII letters, digits and signs without / \\ ? #"
    } else if id.starts_with(' ') || id.ends_with(' ') {
        "a space at its end"
    } else if id.chars().count() > ID_LIMIT {
        "more than 255 characters"
    } else {
        return findings;
    };
    findings.push(
        Finding::error(Kind::BadName, format!("Cosmos DB takes no name with {wrong}."))
            .repair(Repair::Rename { name: file_name::repair(id, id_char, ID_LIMIT) }),
    );
    findings
}

/// A file that no account of the usual quota has room for. Only the service knows whether this one has more.
fn quota(file: &FileFacts) -> Option<Finding> {
    (file.size > QUOTA_BYTES).then(|| {
        let size = human_bytes(file.size);
        Finding::warning(
            Kind::TooLarge,
            format!(
                "An account of Cosmos DB usually has 2,048 MB for all attachments; this file has {size}."
            ),
        )
    })
}

/// The request that creates the attachment.
fn create_call(place: &Place, item: &Item, upsert: bool, now_ms: i64) -> Result<Call, Failure> {
    let mut call = place.list_call(Method::POST, now_ms)?;
    if upsert {
        call = call.header("x-ms-documentdb-is-upsert", "true")?;
    }
    // Safe to repeat: a second create under the same name is answered with 409, and then it is looked at.
    Ok(match item {
        Item::Raw { id, content_type, source } => {
            call.header("content-type", content_type)?.header("slug", id)?.body(Body::file(source.clone()))
        }
        Item::Link { id, content_type, address } => {
            let fields = json!({"id": id, "contentType": content_type, "media": address});
            call.header("content-type", "application/json")?.body(Body::bytes(fields.to_string()))
        }
    })
}

fn receipt_of(fields: &Map<String, Value>, answer: &Reply, place: &Place, item: &Item) -> Receipt {
    let mut receipt = reply::receipt(fields, &answer.headers, &place.document, item.id());
    if let Item::Raw { source, .. } = item {
        receipt.extra.insert(reply::SENT_BYTES.to_owned(), source.size.into());
    }
    receipt
}

/// Creates the attachment; after a lost answer also recognises the one that was created unseen.
pub(super) async fn create(upload: &Upload, exchange: &mut Exchange) -> Result<Receipt, Failure> {
    let place = Place::of(&upload.target)?;
    let upsert = upload.target.flag("upsert");
    let mut item = Item::of(upload).await?;
    exchange.step(Step::Send);
    let mut answer = exchange.send(create_call(&place, &item, upsert, exchange.now_ms())?).await?;
    if let (400, Some(fallback)) = (answer.status, item.fallback()) {
        // An unknown media type is a 400 like every other mistake, so only a second try tells.
        item = fallback;
        answer = exchange.send(create_call(&place, &item, upsert, exchange.now_ms())?).await?;
    }
    let mut found_unseen = false;
    let mut fields = None;
    if answer.status == 409 && upload.answer_lost {
        exchange.step(Step::Confirm);
        if let Some((own, look)) = super::media::find_own(&place, &item, upload, exchange).await? {
            (fields, answer, found_unseen) = (Some(own), look, true);
        }
    }
    if !answer.is_success() {
        return Err(reply::refusal(&answer));
    }
    let fields = match fields {
        Some(fields) => fields,
        None => reply::resource(&answer)?,
    };
    let mut receipt = receipt_of(&fields, &answer, &place, &item);
    if found_unseen {
        receipt
            .notes
            .push("The first try's answer was lost; its attachment was found to hold this file.".to_owned());
    }
    Ok(receipt)
}

/// Whether the attachment of an upload is there whose end is not known: by its name, and by what it holds.
pub(super) async fn look(lost: &Upload, exchange: &mut Exchange) -> Result<Option<Receipt>, Failure> {
    let place = Place::of(&lost.target)?;
    let item = Item::of(lost).await?;
    exchange.step(Step::Confirm);
    let found = super::media::find_own(&place, &item, lost, exchange).await?;
    Ok(found.map(|(fields, answer)| receipt_of(&fields, &answer, &place, &item)))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{facts, source, target};
    use super::*;

    fn raw(content_type: &str) -> Item {
        Item::Raw { id: "a b.bin".to_owned(), content_type: content_type.to_owned(), source: source(7) }
    }

    #[test]
    fn raw_bytes_go_with_type_and_slug() {
        let place = Place::of(&target(&[])).unwrap();
        let call = create_call(&place, &raw("image/png"), false, 0).unwrap();
        assert_eq!(call.method, Method::POST);
        assert_eq!(call.url.path(), "/dbs/volcanodb/colls/volcano1/docs/doc1/attachments");
        assert_eq!(call.headers["content-type"], "image/png");
        assert_eq!(call.headers["slug"], "a b.bin");
        assert_eq!(call.body.len(), 7);
        assert!(!call.headers.contains_key("x-ms-documentdb-is-upsert"));
        assert!(!call.headers.contains_key("x-ms-documentdb-partitionkey"));
        let upsert = create_call(&place, &raw("image/png"), true, 0).unwrap();
        assert_eq!(upsert.headers["x-ms-documentdb-is-upsert"], "true");
    }

    #[test]
    fn an_address_goes_as_json_without_slug() {
        let item = Item::Link {
            id: "a".to_owned(),
            content_type: "image/png".to_owned(),
            address: "https://e.org/\"".to_owned(),
        };
        let call = create_call(&Place::of(&target(&[])).unwrap(), &item, false, 0).unwrap();
        assert_eq!(call.headers["content-type"], "application/json");
        assert!(!call.headers.contains_key("slug"));
        assert_eq!(
            call.body.as_bytes().unwrap(),
            br#"{"id":"a","contentType":"image/png","media":"https://e.org/\""}"#
        );
        assert!(item.fallback().is_none());
    }

    #[test]
    fn the_second_try_is_an_octet_stream_and_the_last() {
        let second = raw("image/x-odd").fallback().unwrap();
        let call = create_call(&Place::of(&target(&[])).unwrap(), &second, false, 0).unwrap();
        assert_eq!(call.headers["content-type"], OCTET_STREAM);
        assert!(second.fallback().is_none());
    }

    #[test]
    fn json_is_declared_as_an_octet_stream() {
        for (name, mime, declared) in [
            ("a.png", "image/png", "image/png"),
            ("a.json", "application/json", OCTET_STREAM),
            ("a.JSON", "text/plain", OCTET_STREAM),
            ("a.geo", "application/geo+json", OCTET_STREAM),
            ("a", "", OCTET_STREAM),
        ] {
            let file = FileFacts { mime: mime.to_owned(), ..facts(name, 1) };
            assert_eq!(raw_type(&file), declared, "{name}");
        }
    }

    #[test]
    fn names_that_are_no_id_are_refused_with_a_repair() {
        let long = "x".repeat(300) + ".png";
        for (name, repaired) in [
            ("a/b.png", Some("a_b.png".to_owned())),
            ("what?#\\.png", Some("what___.png".to_owned())),
            ("Grüße.png", Some("Gr__e.png".to_owned())),
            ("line\nbreak", Some("line_break".to_owned())),
            ("end ", Some("end".to_owned())),
            (" begin", Some("begin".to_owned())),
            (&long, Some("x".repeat(251) + ".png")),
            ("fine (1) ~100%.png", None),
        ] {
            let findings = preflight(&facts(name, 1), "raw");
            let offered = findings.first().map(|finding| match &finding.repair {
                Some(Repair::Rename { name }) => name.clone(),
                other => panic!("{other:?}"),
            });
            assert_eq!(offered, repaired, "{name:?}");
            if let Some(name) = repaired {
                assert_eq!(preflight(&facts(&name, 1), "raw"), [], "the repair itself is fine");
            }
        }
    }

    #[test]
    fn a_file_above_the_usual_quota_is_warned_about_and_sent() {
        assert_eq!(preflight(&facts("a.bin", QUOTA_BYTES), "raw"), []);
        let findings = preflight(&facts("a.bin", QUOTA_BYTES + 1), "raw");
        assert_eq!(findings.len(), 1);
        assert!(!findings[0].is_error() && findings[0].message.contains("2,048 MB"), "{findings:?}");
    }
}
