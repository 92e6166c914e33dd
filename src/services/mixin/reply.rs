//! What Mixin answers: data, or an `error` object under almost any status.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use url::Url;

use crate::domain::describe::Visibility;
use crate::domain::error::{Failure, Kind, Retry};
use crate::domain::receipt::{LinkKind, Receipt};
use crate::services::clock;
use crate::services::http::Reply;
use crate::services::storage;

#[derive(Deserialize)]
struct Envelope<T> {
    data: T,
}

/// An attachment as `POST /attachments` and `GET /attachments/{id}` answer it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Attachment {
    #[serde(rename = "attachment_id")]
    pub(super) id: String,
    /// Presigned: it may be used by everyone who has it, so it is not kept in a checkpoint.
    #[serde(default, skip_serializing)]
    pub(super) upload_url: Option<String>,
    #[serde(default)]
    pub(super) view_url: Option<String>,
    #[serde(default)]
    pub(super) created_at: Option<String>,
    #[serde(default, rename = "type")]
    pub(super) kind: Option<String>,
}

/// The bot, as `GET /me` answers it.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Me {
    #[serde(default)]
    user_id: Option<String>,
    #[serde(default)]
    full_name: Option<String>,
    #[serde(default)]
    identity_number: Option<String>,
}

/// The `data` of an answer. An `error` object is a failure whatever the status: most come as 202.
pub(super) fn data<T: DeserializeOwned>(reply: &Reply, now_ms: i64) -> Result<T, Failure> {
    if let Some(error) = ApiError::read(&reply.body) {
        let skew = server_time_ms(reply).map(|server_ms| (now_ms - server_ms) / 1000);
        let mut failure = error.failure(skew).status(reply.status);
        if failure.is_retryable() {
            failure = failure.retry(Retry::Safe { after: reply.retry_after() });
        }
        return Err(failure);
    }
    if !reply.is_success() {
        return Err(reply.failure(&reply.quote()));
    }
    Ok(reply.json::<Envelope<T>>()?.data)
}

/// Mixin's clock, milliseconds since 1970: `X-Server-Time` (nanoseconds), else HTTP's own `Date`.
pub(super) fn server_time_ms(reply: &Reply) -> Option<i64> {
    let nanos = reply.header("x-server-time").and_then(|text| text.trim().parse::<i64>().ok());
    if let Some(nanos) = nanos.filter(|nanos| *nanos > 0) {
        return Some(nanos / 1_000_000);
    }
    let date = httpdate::parse_http_date(reply.header("date")?).ok()?;
    let since = date.duration_since(std::time::UNIX_EPOCH).ok()?;
    i64::try_from(since.as_millis()).ok()
}

/// Mixin's `error` object.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ApiError {
    code: i64,
    description: String,
    extra: Option<String>,
}

impl ApiError {
    pub(super) fn read(body: &[u8]) -> Option<Self> {
        let Ok(Value::Object(answer)) = serde_json::from_slice(body) else { return None };
        let error = answer.get("error").filter(|error| !error.is_null())?;
        let number = |name: &str| {
            let value = error.get(name)?;
            value.as_i64().or_else(|| value.as_str()?.parse().ok())
        };
        let description = error.get("description").and_then(Value::as_str).map(str::to_owned);
        Some(Self {
            code: number("code").or_else(|| number("status")).unwrap_or_default(),
            description: description.unwrap_or_else(|| error.to_string()),
            extra: error.get("extra").filter(|extra| !extra.is_null()).map(Value::to_string),
        })
    }

    /// `skew_secs`: by how much this computer's clock is ahead of Mixin's, where that is known.
    pub(super) fn failure(&self, skew_secs: Option<i64>) -> Failure {
        let skew = clock::notable(skew_secs);
        let failure = match (self.code, skew) {
            (401, Some(secs)) => wrong_clock(secs),
            (401, None) => Failure::new(Kind::Unauthorized, "Mixin did not accept the keystore")
                .advice("Make a new session for the bot in Mixin's developer dashboard, then enter its keystore here."),
            (403, _) => Failure::new(Kind::Forbidden, "Mixin does not allow this bot to do that")
                .advice("Look at the bot in Mixin's developer dashboard: it may be disabled or limited."),
            (404, _) => Failure::new(Kind::Gone, "Mixin does not have this attachment, or no longer")
                .advice("Upload the file again."),
            (429, _) => Failure::new(Kind::RateLimited, "Mixin asks to slow down")
                .advice("Wait a minute, then retry.")
                .safe(),
            (10002, _) => Failure::new(Kind::Refused, "Mixin found a wrong field in the request")
                .advice("Check the target's settings; Mixin's own words name the field."),
            (500..=599 | 7000, _) => {
                Failure::new(Kind::Server, "Mixin failed inside").advice("Retry later.").safe()
            }
            _ => Failure::new(Kind::Refused, "Mixin refused the request")
                .advice("Look up the error's number in Mixin's documentation."),
        };
        let extra = self.extra.as_ref().map(|extra| format!(" {extra}")).unwrap_or_default();
        failure.cause(format!("error {}: {}{extra}", self.code, self.description))
    }
}

fn wrong_clock(ahead_secs: i64) -> Failure {
    let by = clock::words(ahead_secs);
    Failure::new(
        Kind::Unauthorized,
        format!("Mixin did not accept the keystore, and this computer's clock is {by} Mixin's"),
    )
    .advice("Set this computer's clock, then retry. If it still fails, enter the keystore again.")
}

/// Judges the storage's answer to the bytes. `is_over`: the upload address has ended by now.
pub(super) fn stored(reply: &Reply, is_over: bool) -> Result<(), Failure> {
    if reply.is_success() {
        return Ok(());
    }
    let refusal = storage::Refusal::read(&reply.body);
    if reply.status == 403 && (is_over || refusal.as_ref().is_some_and(storage::Refusal::is_expired)) {
        let failure = ended().status(403);
        return Err(match refusal {
            Some(refusal) => failure.cause(refusal),
            None => failure,
        });
    }
    let Some(refusal) = refusal else { return Err(reply.failure(&reply.quote())) };
    let failure = reply.failure(&refusal.to_string());
    Err(match refusal.code.as_str() {
        "EntityTooLarge" => Failure { kind: Kind::TooLarge, ..failure }
            .advice("Mixin's storage takes files of up to 5 GiB: send a smaller file."),
        // S3 closes a connection that was idle for too long with a 400; nothing was stored.
        "RequestTimeout" => Failure { kind: Kind::Timeout, ..failure }.safe(),
        "SignatureDoesNotMatch" | "AccessDenied" => Failure {
            kind: Kind::Refused,
            broke: "Mixin's storage did not accept the upload".into(),
            ..failure
        }
        .advice("A proxy may have changed the request. Try without it."),
        _ => failure,
    })
}

/// The upload address ended before the bytes were in; a repeat begins with a new one.
pub(super) fn ended() -> Failure {
    Failure::new(Kind::Gone, "Mixin's upload address had expired")
        .cause("its time (X-Amz-Date and X-Amz-Expires) is over")
        .advice("Retry: Affix then asks for a new one.")
        .safe()
}

/// The receipt of an attachment.
pub(super) fn receipt(attachment: &Attachment) -> Receipt {
    let mut receipt = Receipt::default();
    let view = attachment.view_url.as_deref().unwrap_or_default();
    let url = Url::parse(view).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    receipt.expires_at = url.as_ref().and_then(storage::end);
    let visibility = if receipt.expires_at.is_some() { Visibility::Expiring } else { Visibility::Public };
    if url.is_some() {
        receipt.push(LinkKind::View, view, visibility);
    } else {
        receipt.notes.push("Mixin gave no link to view the file; its attachment id can be used.".to_owned());
    }
    receipt.push(LinkKind::Id, &attachment.id, Visibility::Private);
    let mut extra = Map::new();
    extra.insert("attachment_id".to_owned(), attachment.id.clone().into());
    for (name, value) in [("type", &attachment.kind), ("created_at", &attachment.created_at)] {
        if let Some(value) = value {
            extra.insert(name.to_owned(), value.clone().into());
        }
    }
    receipt.extra = extra;
    receipt
}

/// The answer to a connection test in one sentence.
pub(super) fn greeting(me: &Me) -> String {
    let given = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    let number = given(&me.identity_number).filter(|number| number != "0").or_else(|| given(&me.user_id));
    let who = match (given(&me.full_name), number) {
        (Some(name), Some(number)) => format!("“{name}” ({number})"),
        (Some(name), None) => format!("“{name}”"),
        (None, Some(number)) => number,
        (None, None) => "without a name".to_owned(),
    };
    format!("Asked Mixin who this is (GET /me): it knows the bot {who}.")
}
