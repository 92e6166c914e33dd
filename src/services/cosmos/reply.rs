//! What Cosmos DB answers: the attachment resource, the receipt made of it, and refusals in words.

use http::header::HeaderMap;
use serde_json::{Map, Value};

use crate::domain::describe::Visibility;
use crate::domain::error::{Failure, Kind, Retry};
use crate::domain::receipt::{LinkKind, Receipt};
use crate::services::clock;
use crate::services::http::Reply;
use crate::services::texts::{SHOWN_CHARS, shortened};

/// Answer headers for the receipt's details: what the request cost, how to find it in the logs, the media quota.
const DETAIL_HEADERS: [&str; 4] = [
    "x-ms-activity-id",
    "x-ms-max-media-storage-usage-mb",
    "x-ms-media-storage-usage-mb",
    "x-ms-request-charge",
];

/// Fields of the attachment resource for the receipt's details.
const DETAIL_FIELDS: [&str; 6] = ["_etag", "_rid", "_self", "_ts", "contentType", "media"];

/// The field of the receipt's details with the number of bytes sent, because no answer of the service has it.
pub(super) const SENT_BYTES: &str = "sent_bytes";

/// The attachment resource of a successful answer.
pub(super) fn resource(reply: &Reply) -> Result<Map<String, Value>, Failure> {
    match reply.json::<Value>()? {
        Value::Object(fields) if id_of(&fields).is_some() => Ok(fields),
        other => Err(Failure::new(Kind::Protocol, "Cosmos DB's answer is not an attachment")
            .cause(shortened(&other.to_string(), SHOWN_CHARS))
            .advice("Check the endpoint of this target: it may not be Cosmos DB's.")
            .status(reply.status)
            // The look after a 409 finds what this answer may have created.
            .retry(Retry::Safe { after: None })),
    }
}

fn id_of(fields: &Map<String, Value>) -> Option<&str> {
    fields.get("id").and_then(Value::as_str).filter(|id| !id.is_empty())
}

/// The media id where the attachment's bytes are stored by Cosmos DB itself; none for an external address.
pub(super) fn media_id(media: &str) -> Option<&str> {
    let id = media.strip_prefix('/').unwrap_or(media).strip_prefix("media/")?.trim_end_matches('/');
    (!id.is_empty() && !id.contains('/')).then_some(id)
}

/// The receipt of an attachment that was sent under the name `sent_id` to `document`.
pub(super) fn receipt(
    fields: &Map<String, Value>,
    headers: &HeaderMap,
    document: &str,
    sent_id: &str,
) -> Receipt {
    let mut receipt = Receipt::default();
    let id = id_of(fields).unwrap_or(sent_id);
    receipt.push(LinkKind::Id, format!("{document}/attachments/{id}"), Visibility::Private);
    if id != sent_id {
        receipt.notes.push(format!("Cosmos DB keeps it as “{id}”, not as “{sent_id}”."));
    }
    for key in DETAIL_FIELDS {
        if let Some(value) = fields.get(key) {
            receipt.extra.insert(key.to_owned(), value.clone());
        }
    }
    for name in DETAIL_HEADERS {
        if let Some(value) = headers.get(name).and_then(|value| value.to_str().ok()) {
            receipt.extra.insert(name.to_owned(), Value::from(value));
        }
    }
    receipt
}

/// The failure of an answer that is no success.
pub(super) fn refusal(reply: &Reply) -> Failure {
    clock::named(advise(reply.failure(&message(&reply.body))), reply)
}

/// Adds what to do about a status.
fn advise(failure: Failure) -> Failure {
    let advice = match failure.http_status {
        Some(400) => "The service's own words say which part of the request it did not take.",
        Some(401) => {
            "Check the key and this computer's clock. The service's message shows the text that it signed: where \
             its names or its date differ from this target's, those are wrong."
        }
        Some(403) => {
            "Either this computer's clock is wrong, the account's media storage (2,048 MB) is full, the firewall \
             of the account does not let this computer in, or the credential may only read."
        }
        Some(404) => "Check database, collection, document and partition_key of this target.",
        Some(409) => {
            "Give the file another name, or set upsert to true to replace the attachment that has this name."
        }
        Some(413) => "An account takes 2,048 MB of attachments altogether.",
        _ => return failure,
    };
    failure.advice(advice)
}

/// The service's own words: `{code, message}`, or the first of whatever came. Line ends are made visible, because
/// the text that the server signed consists of lines.
pub(super) fn message(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let words = match serde_json::from_str::<Value>(&text) {
        Ok(Value::Object(fields)) => {
            let part =
                |key: &str| fields.get(key).and_then(Value::as_str).unwrap_or_default().trim().to_owned();
            match (part("code"), part("message")) {
                (code, message) if code.is_empty() && message.is_empty() => text.trim().to_owned(),
                (code, message) if message.is_empty() => code,
                (code, message) if code.is_empty() => message,
                (code, message) => format!("{code}: {message}"),
            }
        }
        _ => text.trim().to_owned(),
    };
    shortened(&words.replace("\r\n", " ").replace('\n', "\\n"), SHOWN_CHARS)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_receipt_is_private_and_has_the_details() {
        let fields = json!({"id": "a.txt", "contentType": "text/plain", "media": "/media/x", "_rid": "r",
            "_ts": 1_449_606_296, "_self": "s", "_etag": "\"e\"", "unknown": 1});
        let mut headers = HeaderMap::new();
        headers.insert("x-ms-request-charge", "4.95".parse().unwrap());
        headers.insert("x-ms-activity-id", "c03c".parse().unwrap());
        headers.insert("x-ms-media-storage-usage-mb", "3".parse().unwrap());
        headers.insert("server", "x".parse().unwrap());
        let receipt = receipt(fields.as_object().unwrap(), &headers, "dbs/d/colls/c/docs/e", "a.txt");
        let link = receipt.primary().unwrap();
        assert_eq!((link.kind, link.visibility), (LinkKind::Id, Visibility::Private));
        assert_eq!(link.value, "dbs/d/colls/c/docs/e/attachments/a.txt");
        assert_eq!(receipt.extra["_ts"], 1_449_606_296);
        assert_eq!(receipt.extra["x-ms-request-charge"], "4.95");
        assert_eq!(receipt.extra["x-ms-media-storage-usage-mb"], "3");
        assert_eq!(receipt.extra.len(), 9);
        assert!(receipt.notes.is_empty());
    }

    #[test]
    fn another_id_than_the_sent_one_is_told() {
        let fields = json!({"id": "a b.txt"});
        let receipt = receipt(fields.as_object().unwrap(), &HeaderMap::new(), "dbs/d", "a%20b.txt");
        assert_eq!(receipt.link(LinkKind::Id), Some("dbs/d/attachments/a b.txt"));
        assert!(receipt.notes[0].contains("“a b.txt”"));
    }

    #[test]
    fn only_stored_media_has_an_id() {
        assert_eq!(media_id("/media/Sl8f"), Some("Sl8f"));
        assert_eq!(media_id("media/Sl8f/"), Some("Sl8f"));
        for other in ["https://e.org/media/x", "www.bing.com", "/media/", "/media/a/b", "", "/other/x"] {
            assert_eq!(media_id(other), None, "{other}");
        }
    }

    #[test]
    fn the_services_words_show_the_text_that_it_signed() {
        let body = json!({"code": "Unauthorized", "message":
            "The input authorization token can't serve the request. Server used the following payload to sign: \
             'post\nattachments\ndbs/d\nthu\n\n'\r\nActivityId: 1"});
        assert_eq!(
            message(body.to_string().as_bytes()),
            "Unauthorized: The input authorization token can't serve the request. Server used the following \
             payload to sign: 'post\\nattachments\\ndbs/d\\nthu\\n\\n' ActivityId: 1"
        );
        assert_eq!(message(b"<html>no</html>"), "<html>no</html>");
        assert_eq!(message(b"{\"code\":\"Conflict\"}"), "Conflict");
        assert_eq!(message(b"{\"message\":\"m\"}"), "m");
        assert_eq!(message(b"{\"x\":1}"), "{\"x\":1}");
        assert_eq!(message("ü".repeat(2000).as_bytes()).chars().count(), 801);
    }

    #[test]
    fn each_usual_refusal_says_what_to_do() {
        for (status, word) in [
            (400, "own words"),
            (401, "clock"),
            (403, "2,048 MB"),
            (404, "database"),
            (409, "upsert"),
            (413, "2,048"),
        ] {
            let failure = advise(Failure::new(Kind::Refused, "x").status(status));
            assert!(failure.advice.unwrap().contains(word), "{status}");
        }
        assert_eq!(advise(Failure::new(Kind::Server, "x").status(500)).advice, None);
    }
}
