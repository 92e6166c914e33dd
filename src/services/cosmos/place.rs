//! Where a profile's attachments are, and the requests that go there.

use http::Method;
use percent_encoding::utf8_percent_encode;
use serde_json::Value;
use url::Url;

use super::auth::{self, Credential, ESCAPED, Signed};
use crate::domain::error::Failure;
use crate::domain::profile::Target;
use crate::services::address;
use crate::services::http::Call;

/// The document that attachments are put on, and how its requests are signed.
#[derive(Debug)]
pub(super) struct Place {
    endpoint: Url,
    version: String,
    credential: Credential,
    /// The value of the partition key header, on partitioned collections.
    partition_key: Option<String>,
    /// The document's link, `dbs/{db}/colls/{coll}/docs/{doc}`, not percent-encoded.
    pub(super) document: String,
}

/// A resource as it is signed and as it is addressed.
#[derive(Debug, PartialEq, Eq)]
struct Resource<'a> {
    kind: &'static str,
    /// What the signature covers.
    link: &'a str,
    /// What the URL names; not yet percent-encoded.
    path: &'a str,
}

impl Place {
    pub(super) fn of(target: &Target) -> Result<Self, Failure> {
        let part = |key| target.setting(key).trim();
        Ok(Self {
            endpoint: address::base(target, "endpoint")?,
            version: part("api_version").to_owned(),
            credential: Credential::of(target)?,
            partition_key: target.optional("partition_key").map(partition_key),
            document: format!(
                "dbs/{}/colls/{}/docs/{}",
                part("database"),
                part("collection"),
                part("document")
            ),
        })
    }

    /// The link of one attachment of this document.
    pub(super) fn attachment(&self, id: &str) -> String {
        format!("{}/attachments/{id}", self.document)
    }

    /// A request to the document's list of attachments: POST creates, GET lists.
    pub(super) fn list_call(&self, method: Method, now_ms: i64) -> Result<Call, Failure> {
        let path = format!("{}/attachments", self.document);
        let call =
            self.call(method, &Resource { kind: "attachments", link: &self.document, path: &path }, now_ms)?;
        self.partitioned(call)
    }

    /// A request to one attachment, by its link.
    pub(super) fn attachment_call(&self, method: Method, link: &str, now_ms: i64) -> Result<Call, Failure> {
        let call = self.call(method, &Resource { kind: "attachments", link, path: link }, now_ms)?;
        self.partitioned(call)
    }

    /// The request that fetches the bytes of stored media.
    pub(super) fn media_call(&self, media_id: &str, now_ms: i64) -> Result<Call, Failure> {
        let (link, path) = (auth::media_link(media_id), format!("media/{media_id}"));
        self.call(Method::GET, &Resource { kind: "media", link: &link, path: &path }, now_ms)
    }

    fn call(&self, method: Method, resource: &Resource<'_>, now_ms: i64) -> Result<Call, Failure> {
        let date = auth::date(now_ms);
        let signed =
            Signed { verb: method.as_str(), resource_type: resource.kind, link: resource.link, date: &date };
        let authorization = self.credential.authorization(signed)?;
        let segments: Vec<_> =
            resource.path.split('/').map(|part| utf8_percent_encode(part, ESCAPED).to_string()).collect();
        Call::new(method, address::below(&self.endpoint, &segments.join("/")))
            .header("x-ms-date", &date)?
            .header("x-ms-version", &self.version)?
            .credential("authorization", &authorization)
    }

    fn partitioned(&self, call: Call) -> Result<Call, Failure> {
        match &self.partition_key {
            Some(value) => call.header("x-ms-documentdb-partitionkey", value),
            None => Ok(call),
        }
    }
}

/// The partition key header: a JSON array in ASCII.
///
/// A setting that is JSON is taken with its type: `7`, `true` and `null` are not text, `"7"` is, and an array holds
/// the values of a key with several levels. Everything else is text as it stands.
fn partition_key(setting: &str) -> String {
    let text = setting.trim();
    let json = match serde_json::from_str::<Value>(text) {
        Ok(Value::Array(_)) => text.to_owned(),
        Ok(_) => format!("[{text}]"),
        Err(_no_json) => Value::from(vec![text]).to_string(),
    };
    let mut ascii = String::with_capacity(json.len());
    for c in json.chars() {
        if matches!(c, '\t' | '\n' | '\r') {
            // White space between the values of an array; within a text JSON allows none of them.
            ascii.push(' ');
        } else if matches!(c, ' '..='~') {
            ascii.push(c);
        } else {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let hex = format!("{unit:04x}");
                ascii.extend(["\\u", &hex]);
            }
        }
    }
    ascii
}

#[cfg(test)]
mod tests {
    use super::super::tests::target;
    use super::*;

    #[test]
    fn the_partition_key_is_a_json_array_in_ascii() {
        for (setting, header) in [
            ("volcano", r#"["volcano"]"#),
            ("  a \"b\" ", r#"["a \"b\""]"#),
            ("Zürich 🌋", "[\"Z\\u00fcrich \\ud83c\\udf0b\"]"),
            ("7", "[7]"),
            ("1e400000", r#"["1e400000"]"#),
            ("12345678901234567890123", "[12345678901234567890123]"),
            ("\"7\"", r#"["7"]"#),
            ("\"ü\"", r#"["\u00fc"]"#),
            ("true", "[true]"),
            ("null", "[null]"),
            ("{}", "[{}]"),
            ("[\"a\",\n1]", r#"["a", 1]"#),
            ("[a", r#"["[a"]"#),
            ("007", r#"["007"]"#),
        ] {
            assert_eq!(partition_key(setting), header, "{setting:?}");
        }
    }

    #[test]
    fn requests_go_below_the_endpoint_and_are_signed_without_its_path() {
        let mut plain = target(&[("database", "My DB"), ("document", "döxc")]);
        let mut calls = Vec::new();
        for endpoint in ["https://a.documents.azure.com", "http://127.0.0.1:1234/cosmos"] {
            plain.settings.insert("endpoint".to_owned(), endpoint.to_owned());
            calls.push(Place::of(&plain).unwrap().list_call(Method::POST, 0).unwrap());
        }
        let path = "dbs/My%20DB/colls/volcano1/docs/d%C3%B6xc/attachments";
        assert_eq!(calls[0].url.as_str(), format!("https://a.documents.azure.com/{path}"));
        assert_eq!(calls[1].url.as_str(), format!("http://127.0.0.1:1234/cosmos/{path}"));
        assert_eq!(calls[0].headers["authorization"], calls[1].headers["authorization"]);
        assert!(calls[0].headers["authorization"].is_sensitive());
        assert!(calls[0].credential);
    }

    #[test]
    fn every_request_has_its_headers() {
        let place = Place::of(&target(&[("partition_key", "pk")])).unwrap();
        let link = place.attachment("a b.txt");
        let calls = [
            place.list_call(Method::GET, 0).unwrap(),
            place.attachment_call(Method::DELETE, &link, 0).unwrap(),
            place.media_call("Sl8fALN4sw4CAAAAAAAAAOo3S2UB", 0).unwrap(),
        ];
        for call in &calls {
            assert_eq!(call.headers["x-ms-date"], "Thu, 01 Jan 1970 00:00:00 GMT");
            assert_eq!(call.headers["x-ms-version"], "2018-12-31");
        }
        assert_eq!(calls[0].headers["x-ms-documentdb-partitionkey"], r#"["pk"]"#);
        assert_eq!(calls[1].headers["x-ms-documentdb-partitionkey"], r#"["pk"]"#);
        assert!(calls[1].url.path().ends_with("/docs/doc1/attachments/a%20b.txt"));
        assert_eq!(calls[2].url.path(), "/media/Sl8fALN4sw4CAAAAAAAAAOo3S2UB");
    }

    #[test]
    fn what_is_signed_is_not_percent_encoded() {
        let place = Place::of(&target(&[("database", "My DB")])).unwrap();
        let call = place.list_call(Method::POST, 0).unwrap();
        let signed = Signed {
            verb: "post",
            resource_type: "attachments",
            link: "dbs/My DB/colls/volcano1/docs/doc1",
            date: "Thu, 01 Jan 1970 00:00:00 GMT",
        };
        let expected = place.credential.authorization(signed).unwrap();
        assert_eq!(call.headers["authorization"], expected.as_str());
    }
}
