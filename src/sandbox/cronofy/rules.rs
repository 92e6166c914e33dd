//! What the emulated service demands of a new attachment (vendor document "Create attachment"; services.md, "Cronofy").

use std::net::IpAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};
use url::Url;

use super::table;

/// services.md: "decoded size ≤ 2,000,000 bytes".
const MAX_BYTES: usize = 2_000_000;
/// services.md: "≤ 100 characters" (unverified).
const NAME_MAX_CHARS: usize = 100;
const INTERACTIONS: [&str; 2] = ["attachment_approved", "attachment_rejected"];

const REQUIRED: (&str, &str) = ("errors.required", "required");

/// An attachment that passed.
#[derive(Debug, PartialEq)]
pub(super) struct Accepted {
    pub(super) file_name: String,
    pub(super) content_type: String,
    pub(super) bytes: Vec<u8>,
    /// As given; null without.
    pub(super) subscriptions: Value,
}

/// The field errors of one request, in the vendor's shape `{"field":[{"key","description"}]}`. Those of the attachment
/// have dotted names, those of the subscriptions are nested (services.md: "at any depth").
#[derive(Debug, Default)]
struct Errors(Map<String, Value>);

impl Errors {
    fn add(&mut self, field: &str, (key, description): (&str, &str)) {
        let error = json!({ "key": key, "description": description });
        self.0.insert(field.to_owned(), Value::Array(vec![error]));
    }

    fn take<T>(&mut self, field: &str, result: Result<T, (&str, &str)>) -> Option<T> {
        result.map_err(|error| self.add(field, error)).ok()
    }
}

/// Checks a whole request; every field that is wrong is named at once.
pub(super) fn check(request: &Value) -> Result<Accepted, Value> {
    let mut errors = Errors::default();
    let Some(attachment) = request.get("attachment").and_then(Value::as_object) else {
        errors.add("attachment", REQUIRED);
        return Err(json!({ "errors": errors.0 }));
    };
    let text = |name: &str| {
        attachment.get(name).and_then(Value::as_str).filter(|text| !text.is_empty()).ok_or(REQUIRED)
    };
    let content_type = text("content_type").and_then(check_content_type);
    let content_type = errors.take("attachment.content_type", content_type);
    let file_name = text("file_name").and_then(|name| check_file_name(name, content_type));
    let file_name = errors.take("attachment.file_name", file_name);
    let bytes = errors.take("attachment.base64_content", text("base64_content").and_then(decode));
    let subscriptions = request.get("subscriptions").cloned().unwrap_or_default();
    if let Some(nested) = subscription_errors(&subscriptions) {
        errors.0.insert("subscriptions".to_owned(), nested);
    }
    match (file_name, content_type, bytes) {
        (Some(file_name), Some(content_type), Some(bytes)) if errors.0.is_empty() => Ok(Accepted {
            file_name: file_name.to_owned(),
            content_type: content_type.to_owned(),
            bytes,
            subscriptions,
        }),
        _ => Err(json!({ "errors": errors.0 })),
    }
}

fn check_content_type(content_type: &str) -> Result<&str, (&'static str, &'static str)> {
    match table::extensions(content_type) {
        Some(_) => Ok(content_type),
        None => Err(("errors.not_supported", "is not a supported content type")),
    }
}

/// "We restrict the characters usable in the file name"; "the file extension must be in the list expected for the
/// content type".
fn check_file_name<'a>(
    name: &'a str,
    content_type: Option<&str>,
) -> Result<&'a str, (&'static str, &'static str)> {
    if name.chars().count() > NAME_MAX_CHARS {
        return Err(("errors.too_long", "must be at most 100 characters"));
    }
    if !name.chars().all(|c| c.is_ascii_alphanumeric() || "._ -".contains(c)) {
        return Err(("errors.invalid", "contains characters that are not permitted"));
    }
    let extension =
        name.rsplit_once('.').filter(|(stem, _)| !stem.is_empty()).map(|(_, extension)| extension);
    let extension = extension.unwrap_or_default().to_ascii_lowercase();
    match content_type.and_then(table::extensions) {
        Some(expected) if !expected.contains(&extension.as_str()) => {
            Err(("errors.invalid_extension", "must have an extension that matches the content type"))
        }
        _ => Ok(name),
    }
}

/// services.md: "standard alphabet, padded, no line breaks, no `data:` prefix".
fn decode(text: &str) -> Result<Vec<u8>, (&'static str, &'static str)> {
    let bytes = STANDARD.decode(text).map_err(|_not_base64| ("errors.invalid", "must be valid base64"))?;
    if bytes.len() > MAX_BYTES {
        return Err(("errors.too_large", "must be at most 2 MB"));
    }
    Ok(bytes)
}

/// The errors of `subscriptions[]`, by index and field; none when all are right or none were given.
fn subscription_errors(subscriptions: &Value) -> Option<Value> {
    let list = match subscriptions {
        Value::Null => return None,
        Value::Array(list) => list,
        _ => return Some(json!([{ "key": "errors.invalid", "description": "must be an array" }])),
    };
    let mut nested = Map::new();
    for (index, subscription) in list.iter().enumerate() {
        let mut errors = Errors::default();
        if subscription.get("type").and_then(Value::as_str) != Some("webhook") {
            errors.add("type", ("errors.invalid", "must be webhook"));
        }
        if !subscription.get("uri").and_then(Value::as_str).is_some_and(is_reachable) {
            errors.add("uri", ("errors.invalid", "must be an externally accessible HTTP or HTTPS URI"));
        }
        if !subscription.get("interactions").and_then(Value::as_array).is_some_and(|list| are_known(list)) {
            errors.add("interactions", ("errors.invalid", "must be a list of supported interactions"));
        }
        if !errors.0.is_empty() {
            nested.insert(index.to_string(), Value::Object(errors.0));
        }
    }
    (!nested.is_empty()).then_some(Value::Object(nested))
}

/// "Must be an externally accessible HTTP or HTTPS URI": as far as one can tell without asking.
fn is_reachable(uri: &str) -> bool {
    Url::parse(uri).is_ok_and(|url| {
        let host = url.host_str().unwrap_or("localhost");
        let is_loopback =
            host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
        matches!(url.scheme(), "http" | "https") && host != "localhost" && !is_loopback
    })
}

fn are_known(interactions: &[Value]) -> bool {
    let is_known = |interaction: &Value| {
        interaction.get("type").and_then(Value::as_str).is_some_and(|kind| INTERACTIONS.contains(&kind))
    };
    !interactions.is_empty() && interactions.iter().all(is_known)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(file_name: &str, content_type: &str, base64_content: &str) -> Value {
        let attachment =
            json!({ "file_name": file_name, "content_type": content_type, "base64_content": base64_content });
        json!({ "attachment": attachment })
    }

    /// The fields that were refused, and their keys.
    fn refused(request: &Value) -> Vec<(String, String)> {
        let errors = check(request).unwrap_err();
        let fields = errors["errors"].as_object().unwrap().iter();
        fields.map(|(field, list)| (field.clone(), list[0]["key"].as_str().unwrap().to_owned())).collect()
    }

    #[test]
    fn every_pair_of_the_table_passes_and_every_other_pair_does_not() {
        let extensions: Vec<&str> =
            table::ROWS.iter().flat_map(|table::Row(_, row)| row.iter().copied()).collect();
        for table::Row(content_type, row) in &table::ROWS {
            for extension in &extensions {
                let result = check(&request(&format!("a.{extension}"), content_type, "AA=="));
                assert_eq!(result.is_ok(), row.contains(extension), "{content_type} {extension}");
            }
        }
    }

    #[test]
    fn the_bytes_of_the_page_decode_and_other_spellings_are_refused() {
        assert_eq!(
            check(&request("a.png", "image/png", "++///g==")).unwrap().bytes,
            [0xfb, 0xef, 0xff, 0xfe]
        );
        for wrong in
            ["--___g==", "++///g", "++//\n/g==", "data:;base64,++///g==", "++///h==", " ++///g==", "a"]
        {
            let field = ("attachment.base64_content".to_owned(), "errors.invalid".to_owned());
            assert_eq!(refused(&request("a.png", "image/png", wrong)), [field], "{wrong:?}");
        }
    }

    #[test]
    fn two_megabytes_pass_and_one_byte_more_does_not() {
        let sized = |size: usize| request("a.txt", "text/plain", &STANDARD.encode(vec![7_u8; size]));
        assert_eq!(check(&sized(2_000_000)).unwrap().bytes.len(), 2_000_000);
        assert_eq!(
            refused(&sized(2_000_001)),
            [("attachment.base64_content".to_owned(), "errors.too_large".to_owned())]
        );
    }

    #[test]
    fn names_that_are_refused() {
        let long = format!("{}.txt", "a".repeat(97));
        let wrong =
            ["naïve.txt", "a/b.txt", "a(1).txt", "a\nb.txt", "noextension", ".txt", "a.pdf", "a.txt ", &long];
        for name in wrong {
            let fields = refused(&request(name, "text/plain", "AA=="));
            assert_eq!(fields.len(), 1, "{name:?}");
            assert_eq!(fields[0].0, "attachment.file_name", "{name:?}");
        }
        for name in ["A-b_c d.v2.TXT", &long[1..]] {
            assert!(check(&request(name, "text/plain", "AA==")).is_ok(), "{name:?}");
        }
    }

    #[test]
    fn every_wrong_field_is_named_at_once() {
        let fields: Vec<String> =
            refused(&request("", "text/html", "?")).into_iter().map(|(f, _)| f).collect();
        assert_eq!(fields, ["attachment.content_type", "attachment.file_name", "attachment.base64_content"]);
        assert_eq!(refused(&json!({})), [("attachment".to_owned(), "errors.required".to_owned())]);
    }

    #[test]
    fn subscriptions_are_checked_field_by_field() {
        let with = |subscription: Value| {
            let mut whole = request("a.txt", "text/plain", "AA==");
            whole["subscriptions"] = json!([subscription]);
            whole
        };
        let both = json!([{ "type": "attachment_approved" }, { "type": "attachment_rejected" }]);
        let right = json!({ "type": "webhook", "uri": "https://example.com/hook", "interactions": both });
        assert_eq!(check(&with(right.clone())).unwrap().subscriptions, json!([right]));
        for (field, value) in [
            ("type", json!("email")),
            ("uri", json!("ftp://example.com")),
            ("uri", json!("http://127.0.0.1/hook")),
            ("uri", json!("/hook")),
            ("interactions", json!([])),
            ("interactions", json!([{ "type": "attachment_seen" }])),
            ("interactions", json!("attachment_approved")),
        ] {
            let mut wrong = right.clone();
            wrong[field] = value;
            let errors = check(&with(wrong)).unwrap_err();
            let nested = errors["errors"]["subscriptions"]["0"].as_object().unwrap();
            assert_eq!(nested.keys().collect::<Vec<_>>(), [field]);
        }
    }
}
