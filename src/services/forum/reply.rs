//! What the forum answers: `code` decides, and the post's `content` is kept exactly.

use serde_json::{Map, Value};

use crate::domain::describe::Visibility;
use crate::domain::error::{Failure, Kind, Retry, Step};
use crate::domain::receipt::{LinkKind, Receipt};
use crate::services::clock;
use crate::services::http::Reply;

/// Fields for the receipt's details, from the content or from beside it.
const DETAILS: [&str; 5] = ["duration", "file_size", "is_lock", "type", "user_id"];

/// The JSON of a successful answer.
///
/// # Errors
/// The failure that the answer stands for: its `code` where there is one, else its status.
pub(super) fn accepted(reply: &Reply) -> Result<Value, Failure> {
    judged(reply).map_err(|failure| clock::named(failure, reply))
}

fn judged(reply: &Reply) -> Result<Value, Failure> {
    let answer = reply.json::<Value>()?;
    match refused(&answer) {
        Some(words) if reply.is_success() => {
            Err(Failure::new(Kind::Refused, "The forum refused the request")
                .cause(words)
                .advice("Test the connection of this target: it shows what was signed and what came back.")
                .status(reply.status))
        }
        Some(words) => Err(reply.failure(&words)),
        // Code 0 is success whatever the status; without a code the status decides.
        None if reply.is_success() || code(&answer).is_some() => Ok(answer),
        None => Err(reply.failure(&reply.quote())),
    }
}

/// The code, as a number or as a text of digits.
fn code(answer: &Value) -> Option<i64> {
    number(answer.get("code")?)
}

fn number(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.trim().parse().ok())
}

/// The service's own words where the code is one of failure.
fn refused(answer: &Value) -> Option<String> {
    let code = code(answer).filter(|code| *code != 0)?;
    let words = ["message", "msg"].into_iter().find_map(|key| answer.get(key)?.as_str());
    Some(match words {
        Some(words) => format!("code {code}: {words}"),
        None => format!("code {code}"),
    })
}

/// An upload's answer, taken apart.
#[derive(Debug)]
pub(super) struct Uploaded {
    /// What "create post" takes, exactly as it was given.
    content: String,
    /// The content's own fields.
    inner: Map<String, Value>,
    /// The fields beside the content.
    outer: Map<String, Value>,
}

impl Uploaded {
    /// Takes a successful upload's answer apart.
    ///
    /// # Errors
    /// `Kind::Protocol` where it has no code or names no file. The file may be stored all the same.
    pub(super) fn parse(answer: &Value) -> Result<Self, Failure> {
        let outer = answer.get("data").and_then(Value::as_object).cloned().unwrap_or_default();
        let (content, inner) = match outer.get("content") {
            Some(Value::String(text)) => {
                (text.clone(), serde_json::from_str::<Map<String, Value>>(text).unwrap_or_default())
            }
            Some(Value::Object(fields)) => (Value::Object(fields.clone()).to_string(), fields.clone()),
            _ => (String::new(), Map::new()),
        };
        let uploaded = Self { content, inner, outer };
        if code(answer).is_none() {
            return Err(strange("The forum's answer has no code"));
        }
        if uploaded.text("file_url").is_empty() && uploaded.content.is_empty() {
            return Err(strange("The forum says that it took the file, but not where it is"));
        }
        Ok(uploaded)
    }

    fn field(&self, key: &str) -> Option<&Value> {
        self.inner.get(key).or_else(|| self.outer.get(key)).filter(|value| !value.is_null())
    }

    fn text(&self, key: &str) -> &str {
        self.field(key).and_then(Value::as_str).unwrap_or_default()
    }

    fn number(&self, key: &str) -> Option<u64> {
        self.field(key).and_then(number).and_then(|number| u64::try_from(number).ok())
    }

    /// Compares the stored size with the sent one, where the answer has it.
    pub(super) fn verify(&self, sent_bytes: u64) -> Result<(), Failure> {
        match self.number("file_size") {
            Some(stored) if stored != sent_bytes => {
                Err(Failure::new(Kind::Protocol, "The forum stored another size than was sent")
                    .cause(format!(
                        "{sent_bytes} bytes were sent, it has {stored}: {}",
                        self.text("file_url")
                    ))
                    .advice("Do not use the stored file. Upload it again: that makes a second one.")
                    .at(Step::Verify))
            }
            _ => Ok(()),
        }
    }

    pub(super) fn receipt(self) -> Receipt {
        let mut receipt = Receipt { size: self.number("file_size"), ..Receipt::default() };
        for (kind, key) in [
            (LinkKind::View, "file_url"),
            (LinkKind::Thumbnail, "thumb_url"),
            (LinkKind::Preview, "preview_url"),
        ] {
            receipt.push(kind, self.text(key), Visibility::Public);
        }
        let pixels = |key| self.number(key).and_then(|pixels| u32::try_from(pixels).ok());
        (receipt.width, receipt.height) = (pixels("img_width"), pixels("img_height"));
        for key in DETAILS {
            if let Some(value) = self.field(key) {
                receipt.extra.insert(key.to_owned(), value.clone());
            }
        }
        if self.number("is_lock") == Some(1) {
            receipt.notes.push("The forum shows this file only to those who paid for it.".to_owned());
        }
        receipt.push(LinkKind::Content, self.content, Visibility::Public);
        receipt
    }
}

fn strange(broke: &str) -> Failure {
    Failure::new(Kind::Protocol, broke)
        .advice("Look at the forum whether the file is there before you upload it again.")
        .retry(Retry::Ambiguous)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The vendor's own example, with the spaces of its content.
    const CONTENT: &str = r#"{"file_url":"https://o/a.mp4","thumb_url":"https://o/a_thumb.png","preview_url":"https://o/a.png","file_size":21137014,"img_width":320,"img_height":320,"duration": 20}"#;

    fn video() -> Value {
        json!({"code": 0, "message": "success", "data": {"user_id": 10026, "file_size": 21_137_014, "type": 2,
            "content": CONTENT, "file_url": "https://o/a.mp4"}})
    }

    #[test]
    fn a_video_has_three_links_and_its_content_exactly() {
        let uploaded = Uploaded::parse(&video()).unwrap();
        assert_eq!(uploaded.verify(21_137_014), Ok(()));
        let receipt = uploaded.receipt();
        let links: Vec<_> = receipt.links.iter().map(|link| (link.kind, link.value.as_str())).collect();
        assert_eq!(
            links,
            [
                (LinkKind::View, "https://o/a.mp4"),
                (LinkKind::Thumbnail, "https://o/a_thumb.png"),
                (LinkKind::Preview, "https://o/a.png"),
                (LinkKind::Content, CONTENT),
            ]
        );
        assert_eq!((receipt.width, receipt.height, receipt.size), (Some(320), Some(320), Some(21_137_014)));
        assert_eq!(receipt.extra["user_id"], 10026);
        assert_eq!(receipt.extra["duration"], 20);
    }

    #[test]
    fn an_object_as_content_keeps_its_order() {
        let answer = json!({"code": "0", "data": {"content": {"z": 1, "file_url": "https://o/a", "a": "ü",
            "preview_url": ""}}});
        let receipt = Uploaded::parse(&answer).unwrap().receipt();
        assert_eq!(receipt.link(LinkKind::View), Some("https://o/a"));
        assert_eq!(receipt.link(LinkKind::Preview), None);
        assert_eq!(
            receipt.link(LinkKind::Content),
            Some(r#"{"z":1,"file_url":"https://o/a","a":"ü","preview_url":""}"#)
        );
    }

    #[test]
    fn content_that_is_no_json_is_kept_and_the_fields_beside_it_are_read() {
        let answer = json!({"code": 0, "data": {"content": "[img]1[/img]", "file_url": "https://o/a",
            "file_size": "7", "is_lock": 1}});
        let uploaded = Uploaded::parse(&answer).unwrap();
        assert!(uploaded.verify(8).is_err());
        let receipt = uploaded.receipt();
        assert_eq!(receipt.link(LinkKind::Content), Some("[img]1[/img]"));
        assert_eq!(receipt.link(LinkKind::View), Some("https://o/a"));
        assert_eq!(receipt.notes.len(), 1);
    }

    #[test]
    fn another_size_is_a_loud_failure() {
        let failure = Uploaded::parse(&video()).unwrap().verify(5).unwrap_err();
        assert_eq!((failure.kind, failure.retry), (Kind::Protocol, Retry::Never));
        assert!(failure.cause.unwrap().starts_with("5 bytes were sent, it has 21137014"));
    }

    #[test]
    fn an_answer_that_names_no_file_leaves_it_open() {
        for answer in
            [json!({"code": 0, "data": {}}), json!({"code": 0}), json!({"data": {"content": "x"}}), json!([])]
        {
            let failure = Uploaded::parse(&answer).unwrap_err();
            assert_eq!((failure.kind, failure.retry), (Kind::Protocol, Retry::Ambiguous), "{answer}");
        }
    }

    #[test]
    fn the_code_decides_and_the_words_stand_under_two_names() {
        for (answer, words) in [
            (json!({"code": 10001, "message": "Invalid input"}), Some("code 10001: Invalid input")),
            (json!({"code": "10001", "msg": "no"}), Some("code 10001: no")),
            (json!({"code": -1}), Some("code -1")),
            (json!({"code": 0, "message": "success"}), None),
            (json!({"code": "0"}), None),
            (json!({"message": "x"}), None),
            (json!([]), None),
        ] {
            assert_eq!(refused(&answer).as_deref(), words, "{answer}");
        }
    }
}
