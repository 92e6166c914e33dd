//! What Cronofy answers: the attachment, and refusals in words.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::domain::describe::Visibility;
use crate::domain::error::{Failure, Kind, Step};
use crate::domain::receipt::{LinkKind, Receipt};
use crate::services::http::Reply;
use crate::services::texts::{SHOWN_CHARS, shortened};

#[derive(Debug, Deserialize)]
pub(super) struct Answer {
    pub(super) attachment: Attachment,
}

#[derive(Debug, Deserialize)]
pub(super) struct Attachment {
    #[serde(rename = "attachment_id")]
    pub(super) id: String,
    pub(super) file_name: Option<String>,
    pub(super) content_type: Option<String>,
    /// Lower-case hex of the stored file's MD5.
    pub md5: Option<String>,
}

/// Compares what is stored with the file.
///
/// # Errors
/// `Kind::Protocol`, never to be repeated unasked: the damaged attachment has an id already.
pub(super) fn verify(attachment: &Attachment, local_md5: &str) -> Result<(), Failure> {
    let stored = attachment.md5.as_deref().unwrap_or_default();
    if stored.eq_ignore_ascii_case(local_md5) {
        return Ok(());
    }
    let id = &attachment.id;
    let (broke, cause) = if stored.is_empty() {
        (
            "Cronofy took the file and gave back no checksum, so nobody knows whether it arrived whole",
            format!("attachment {id}, no md5 in the answer"),
        )
    } else {
        (
            "Cronofy stored something else than the file: the checksums differ",
            format!("attachment {id} has md5 {stored}, the file has {local_md5}"),
        )
    };
    Err(Failure::new(Kind::Protocol, broke)
        .cause(cause)
        .advice(format!("Do not use the attachment {id}. Upload the file again: it gets a new id."))
        .at(Step::Verify))
}

/// The receipt of an attachment that was sent under the name `sent_name`.
pub(super) fn receipt(attachment: Attachment, sent_name: &str, webhook: Option<&str>) -> Receipt {
    let Attachment { id, file_name, content_type, md5 } = attachment;
    let mut receipt = Receipt { md5: md5.map(|md5| md5.to_ascii_lowercase()), ..Receipt::default() };
    let item = json!([{"attachment_id": id}]);
    receipt.push(LinkKind::Id, id.as_str(), Visibility::None);
    receipt.push(LinkKind::Content, format!("\"attachments\":{item}"), Visibility::None);
    receipt.extra.insert("attachment_id".to_owned(), id.into());
    let fields =
        [("file_name", file_name.clone()), ("content_type", content_type), ("md5", receipt.md5.clone())];
    for (key, value) in fields {
        if let Some(value) = value {
            receipt.extra.insert(key.to_owned(), value.into());
        }
    }
    receipt.notes.push(match webhook {
        Some(address) => format!(
            "Accepted, not yet approved: the virus scan comes later, and Cronofy tells its result to {address}."
        ),
        None => "Accepted, not yet approved: Cronofy's virus scan comes later.".to_owned(),
    });
    if let Some(kept) = file_name.filter(|kept| kept != sent_name) {
        receipt.notes.push(format!("Cronofy keeps it as “{kept}”, not as “{sent_name}”."));
    }
    receipt
}

/// The failure of an answer that is no success.
pub(super) fn refusal(reply: &Reply) -> Failure {
    advise(reply.failure(&message(&reply.body)))
}

/// Adds what to do about a status.
fn advise(failure: Failure) -> Failure {
    let advice = match failure.http_status {
        Some(401) => {
            "Check the API key, which is the application's client secret, and the data center: a key works in its \
             own data center only."
        }
        Some(402) => "Attachments are not part of this application's plan. Ask Cronofy to turn them on.",
        Some(403) => "The key is good, but this application may not do this. Ask Cronofy what it lacks.",
        Some(404) => "Check the data center or base_url of this target.",
        Some(422) => "Cronofy's own words say which field it did not take.",
        Some(423) => "The account is locked at Cronofy. Sign in there and see why.",
        Some(429) => {
            "An application may make 50 calls a second and 500 a minute: upload fewer files at once."
        }
        Some(500..) => "Cronofy failed inside. Wait a while before you try again.",
        _ => return failure,
    };
    failure.advice(advice)
}

/// The service's own words: every description of `errors` at any depth with the path to its field, or the first of
/// whatever came.
pub(super) fn message(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let Ok(json) = serde_json::from_str::<Value>(&text) else { return shortened(text.trim(), SHOWN_CHARS) };
    let mut lines = Vec::new();
    if let Some(errors) = json.get("errors") {
        flatten("", errors, &mut lines);
    }
    if lines.is_empty() {
        for key in ["error_description", "message", "error"] {
            lines.extend(json.get(key).and_then(Value::as_str).map(str::to_owned));
        }
    }
    let words = if lines.is_empty() { text.trim().to_owned() } else { lines.join("; ") };
    shortened(&words, SHOWN_CHARS)
}

/// Collects one line for each error below `value`, where `path` leads.
fn flatten(path: &str, value: &Value, lines: &mut Vec<String>) {
    let said = |words: &str| if path.is_empty() { words.to_owned() } else { format!("{path}: {words}") };
    match value {
        Value::String(words) => lines.push(said(words)),
        Value::Array(items) => items.iter().for_each(|item| flatten(path, item, lines)),
        Value::Object(fields) => {
            let text = |key: &str| fields.get(key).and_then(Value::as_str);
            match (text("description"), text("key")) {
                (Some(words), Some(key)) => lines.push(said(&format!("{words} ({key})"))),
                (Some(words), None) | (None, Some(words)) => lines.push(said(words)),
                (None, None) => {
                    for (key, inner) in fields {
                        let below = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                        flatten(&below, inner, lines);
                    }
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::error::Retry;

    fn attachment(md5: Option<&str>) -> Attachment {
        Attachment {
            id: "att_5e4d".to_owned(),
            file_name: Some("my-file.pdf".to_owned()),
            content_type: Some("application/pdf".to_owned()),
            md5: md5.map(str::to_owned),
        }
    }

    #[test]
    fn another_checksum_or_none_is_a_loud_failure() {
        assert_eq!(verify(&attachment(Some("AB12")), "ab12"), Ok(()));
        for md5 in [Some("cd34"), Some(""), None] {
            let failure = verify(&attachment(md5), "ab12").unwrap_err();
            assert_eq!((failure.kind, failure.retry), (Kind::Protocol, Retry::Never));
            assert_eq!(failure.step, Some(Step::Verify));
            assert!(failure.to_string().contains("att_5e4d"), "{failure}");
        }
    }

    #[test]
    fn the_receipt_has_the_id_and_the_events_json() {
        let receipt = receipt(attachment(Some("AB12")), "my-file.pdf", None);
        assert_eq!(receipt.primary().unwrap().kind, LinkKind::Id);
        assert_eq!(receipt.link(LinkKind::Id), Some("att_5e4d"));
        assert_eq!(receipt.link(LinkKind::Content), Some(r#""attachments":[{"attachment_id":"att_5e4d"}]"#));
        assert!(receipt.links.iter().all(|link| link.visibility == Visibility::None));
        assert_eq!(receipt.md5.as_deref(), Some("ab12"));
        assert_eq!(receipt.extra["content_type"], "application/pdf");
        assert_eq!(receipt.notes, ["Accepted, not yet approved: Cronofy's virus scan comes later."]);
    }

    #[test]
    fn another_name_and_the_webhook_are_told() {
        let receipt = receipt(attachment(None), "other.pdf", Some("https://e.org/hook"));
        assert!(receipt.notes[0].contains("https://e.org/hook"));
        assert!(receipt.notes[1].contains("“my-file.pdf”"));
    }

    #[test]
    fn errors_are_read_at_any_depth() {
        for (body, words) in [
            (
                r#"{"errors":{"attachment":{"file_name":[{"key":"errors.invalid","description":"must end in .pdf"}],
                "content_type":[{"key":"errors.required","description":"required"},{"description":"no"}]}}}"#,
                "attachment.file_name: must end in .pdf (errors.invalid); \
                 attachment.content_type: required (errors.required); attachment.content_type: no",
            ),
            (r#"{"errors":{"attachment.file_name":["is bad"]}}"#, "attachment.file_name: is bad"),
            (r#"{"errors":[{"key":"k"},"plain"]}"#, "k; plain"),
            (r#"{"error":"invalid_client"}"#, "invalid_client"),
            (r#"{"errors":{}}"#, r#"{"errors":{}}"#),
            ("<html>", "<html>"),
            ("", ""),
        ] {
            assert_eq!(message(body.as_bytes()), words);
        }
    }

    #[test]
    fn each_documented_refusal_says_what_to_do() {
        for (status, word) in [
            (401, "data center"),
            (402, "plan"),
            (403, "may not"),
            (404, "base_url"),
            (422, "field"),
            (423, "locked"),
            (429, "500 a minute"),
            (503, "Wait"),
        ] {
            let failure = advise(Failure::new(Kind::Refused, "x").status(status));
            assert!(failure.advice.unwrap().contains(word), "{status}");
        }
    }
}
