//! Names and addresses of the emulated account: paths, resource links, system ids, and what an id may be.

use axum::http::HeaderMap;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::refusal::Refusal;

/// Bytes of an attachment's system id: 4 for the database, 4 for the collection, 8 for the document, 4 of its own
/// (the vendor document's `Sl8fALN4sw4CAAAAAAAAAOnTcEc=`).
const ATTACHMENT_RID_BYTES: usize = 20;
/// A media id has one more byte: the store that keeps the bytes (services.md's `Sl8fALN4sw4CAAAAAAAAAOo3S2UB`).
const MEDIA_STORE: u8 = 1;
/// The vendor document: "The id must not exceed 255 characters."
const ID_MAX_CHARS: usize = 255;

/// A document that attachments belong to. In a partitioned collection its partition key is a part of its identity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Document {
    pub(super) database: String,
    pub(super) collection: String,
    pub(super) name: String,
    /// The one value of `x-ms-documentdb-partitionkey`, as JSON.
    pub(super) partition: Option<String>,
}

/// What a path names: a document's attachments, or one of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Address {
    pub(super) document: Document,
    pub(super) attachment: Option<String>,
}

impl Address {
    /// Reads `/dbs/{db}/colls/{coll}/docs/{doc}/attachments[/{id}]`.
    pub(super) fn parse(path: &str) -> Result<Self, Refusal> {
        let decode = |part: &str| percent_decode_str(part).decode_utf8().map(String::from);
        let parts: Vec<String> = path
            .trim_start_matches('/')
            .split('/')
            .map(decode)
            .collect::<Result<_, _>>()
            .map_err(|_not_utf8| Refusal::bad_request("The request path is not UTF-8."))?;
        if parts.iter().any(String::is_empty) {
            return Err(Refusal::not_found());
        }
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        let (database, collection, document, attachment) = match *parts.as_slice() {
            ["dbs", database, "colls", collection, "docs", document, "attachments"] => {
                (database, collection, document, None)
            }
            ["dbs", database, "colls", collection, "docs", document, "attachments", id] => {
                (database, collection, document, Some(id.to_owned()))
            }
            _ => return Err(Refusal::not_found()),
        };
        let document = Document {
            database: database.to_owned(),
            collection: collection.to_owned(),
            name: document.to_owned(),
            partition: None,
        };
        Ok(Self { document, attachment })
    }

    /// The resource link that a signature covers (services.md: create and list sign the document, the others
    /// `…/attachments/{id}`).
    pub(super) fn link(&self) -> String {
        let document = self.document.link();
        match &self.attachment {
            Some(id) => format!("{document}/attachments/{id}"),
            None => document,
        }
    }
}

impl Document {
    /// `dbs/{db}/colls/{coll}/docs/{doc}`, case kept, not percent-encoded.
    pub(super) fn link(&self) -> String {
        let Self { database, collection, name, partition: _ } = self;
        format!("dbs/{database}/colls/{collection}/docs/{name}")
    }

    /// The same document with the partition key of the headers. Everything exists but names that begin with
    /// `missing`; collections that begin with `part` are partitioned.
    pub(super) fn locate(mut self, headers: &HeaderMap) -> Result<Self, Refusal> {
        if [&self.database, &self.collection, &self.name].iter().any(|name| name.starts_with("missing")) {
            return Err(Refusal::not_found());
        }
        if self.collection.starts_with("part") {
            self.partition = Some(partition_key(headers)?);
        }
        Ok(self)
    }

    /// The document's system id: 16 bytes, hierarchical.
    pub(super) fn rid(&self) -> Vec<u8> {
        let Self { database, collection, name, partition } = self;
        let partition = partition.as_deref().unwrap_or_default();
        let database_hash = Sha256::digest(database);
        let collection_hash = Sha256::digest(format!("{database}\n{collection}"));
        let document_hash = Sha256::digest(format!("{database}\n{collection}\n{name}\n{partition}"));
        let database_part = database_hash.iter().take(4);
        let collection_part = collection_hash.iter().take(4);
        database_part.chain(collection_part).chain(document_hash.iter().take(8)).copied().collect()
    }

    /// `_self` of one of its attachments.
    pub(super) fn self_link(&self, attachment_rid: &str) -> String {
        let rid = self.rid();
        let part = |bytes: usize| rid_text(rid.get(..bytes).unwrap_or_default());
        format!("dbs/{}/colls/{}/docs/{}/attachments/{attachment_rid}", part(4), part(8), part(16))
    }
}

/// A JSON array of one value, in ASCII (services.md: "JSON array, non-ASCII as `\uXXXX`").
fn partition_key(headers: &HeaderMap) -> Result<String, Refusal> {
    let header = headers.get("x-ms-documentdb-partitionkey").ok_or_else(|| {
        Refusal::bad_request(
            "The partition key supplied in x-ms-partitionkey header has fewer components than defined in the the \
             collection.",
        )
    })?;
    let values = header
        .to_str()
        .ok()
        .filter(|text| text.is_ascii())
        .and_then(|text| serde_json::from_str::<Vec<Value>>(text).ok());
    match values.as_deref() {
        Some([value]) if !value.is_array() && !value.is_object() => Ok(value.to_string()),
        _ => Err(Refusal::bad_request(
            "Partition key is invalid: it must be a JSON array of one value in ASCII.",
        )),
    }
}

/// A new attachment's system id and the id of its bytes.
pub(super) fn new_rid(document: &Document) -> (String, String) {
    let mut rid = document.rid();
    rid.resize_with(ATTACHMENT_RID_BYTES, || fastrand::u8(..));
    let attachment = rid_text(&rid);
    rid.push(MEDIA_STORE);
    (attachment, rid_text(&rid))
}

/// How Azure writes system ids: base64 with `-` for `/`.
pub(super) fn rid_text(bytes: &[u8]) -> String {
    STANDARD.encode(bytes).replace('/', "-")
}

/// The link that a signed read of the bytes covers: the attachment's system id in lower case (services.md, "Media
/// bytes"). None when it is no media id.
pub(super) fn media_link(media_id: &str) -> Option<String> {
    let bytes = STANDARD.decode(media_id.replace('-', "/")).ok()?;
    Some(rid_text(bytes.get(..ATTACHMENT_RID_BYTES)?).to_ascii_lowercase())
}

/// What an attachment may be called (services.md, "id/Slug").
pub(super) fn check_id(id: &str) -> Result<(), Refusal> {
    let why = if id.is_empty() {
        "it is empty"
    } else if id.chars().count() > ID_MAX_CHARS {
        "it is longer than 255 characters"
    } else if id.contains(['/', '\\', '?', '#']) {
        "it contains one of the characters / \\ ? #"
    } else if id.ends_with(' ') {
        "it ends with a space"
    } else {
        return Ok(());
    };
    Err(Refusal::bad_request(format!("The input name '{id}' is invalid: {why}.")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_decoded_and_their_links_keep_case() {
        let list = Address::parse("/dbs/My%20Db/colls/C/docs/D%C3%A9/attachments").unwrap();
        assert_eq!(list.link(), "dbs/My Db/colls/C/docs/Dé");
        let one = Address::parse("/dbs/a/colls/b/docs/c/attachments/My%20Photo.JPG").unwrap();
        assert_eq!(one.link(), "dbs/a/colls/b/docs/c/attachments/My Photo.JPG");
        for wrong in ["/dbs/a", "/dbs/a/colls/b/docs/c/attachments/", "/dbs//colls/b/docs/c/attachments"] {
            assert_eq!(Address::parse(wrong).unwrap_err().status.as_u16(), 404, "{wrong}");
        }
    }

    #[test]
    fn names_beginning_with_missing_are_not_found() {
        let parse = |path: &str| Address::parse(path).unwrap().document.locate(&HeaderMap::new());
        for wrong in ["missing/colls/b/docs/c", "a/colls/missing1/docs/c", "a/colls/b/docs/missing-doc"] {
            let refusal = parse(&format!("/dbs/{wrong}/attachments")).unwrap_err();
            assert_eq!((refusal.status.as_u16(), refusal.code), (404, "NotFound"), "{wrong}");
        }
        assert!(parse("/dbs/a/colls/b/docs/c/attachments").is_ok());
    }

    #[test]
    fn partitioned_collections_want_an_ascii_array_of_one() {
        let locate = |header: Option<&[u8]>| {
            let mut headers = HeaderMap::new();
            if let Some(bytes) = header {
                let value = axum::http::HeaderValue::from_bytes(bytes).unwrap();
                headers.insert("x-ms-documentdb-partitionkey", value);
            }
            Address::parse("/dbs/a/colls/parts/docs/c/attachments").unwrap().document.locate(&headers)
        };
        let escaped = locate(Some(br#"["Z\u00fcrich"]"#)).unwrap();
        assert_eq!(escaped.partition.as_deref(), Some("\"Zürich\""));
        assert_ne!(escaped.rid(), locate(Some(b"[1]")).unwrap().rid());
        let wrong: [&[u8]; 6] = [b"plain", b"\"text\"", b"[]", b"[1,2]", b"[[1]]", "[\"Zürich\"]".as_bytes()];
        for header in wrong {
            assert_eq!(locate(Some(header)).unwrap_err().status.as_u16(), 400, "{header:?}");
        }
        assert_eq!(locate(None).unwrap_err().status.as_u16(), 400);
    }

    #[test]
    fn the_media_link_is_the_one_of_the_page() {
        assert_eq!(media_link("Sl8fALN4sw4CAAAAAAAAAOo3S2UB").unwrap(), "sl8faln4sw4caaaaaaaaaoo3s2u=");
        assert_eq!(media_link("Sl8f"), None);
        assert_eq!(media_link("not base64"), None);
    }

    #[test]
    fn new_ids_have_the_vendors_lengths_and_belong_together() {
        let document = Address::parse("/dbs/a/colls/b/docs/c/attachments").unwrap().document;
        for _ in 0..200 {
            let (rid, media) = new_rid(&document);
            assert_eq!((rid.len(), media.len()), (28, 28));
            assert!(rid.ends_with('=') && !rid.contains('/') && !media.contains('/'));
            assert_eq!(media_link(&media).unwrap(), rid.to_ascii_lowercase());
        }
        let link = document.self_link("x");
        let lengths: Vec<usize> = link.split('/').map(str::len).collect();
        assert_eq!(lengths, [3, 8, 5, 12, 4, 24, 11, 1]);
    }

    #[test]
    fn forbidden_ids() {
        let long = "a".repeat(256);
        for id in ["", "a/b", "a\\b", "a?b", "a#b", "a ", long.as_str()] {
            assert_eq!(check_id(id).unwrap_err().status.as_u16(), 400, "{id}");
        }
        for id in ["photo of me.jpg", " a", "a%20b", &long[..255]] {
            assert_eq!(check_id(id), Ok(()), "{id}");
        }
    }
}
