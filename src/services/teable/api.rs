//! Teable's API with one profile's token, and what its errors mean.

use http::Method;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use url::Url;

use crate::domain::error::{Failure, Kind};
use crate::domain::profile::Target;
use crate::domain::secret::Secret;
use crate::services::body::Body;
use crate::services::http::{Call, Reply};
use crate::services::{address, storage};

pub(super) struct Api {
    pub(super) base: Url,
    token: Secret,
}

impl Api {
    pub(super) fn new(target: &Target) -> Result<Self, Failure> {
        let token = target.secret("token").ok_or_else(|| {
            Failure::new(Kind::Secret, "This target has no token")
                .advice("Make a personal access token in Teable's settings and enter it.")
        })?;
        Ok(Self { base: address::base(target, "base_url")?, token: token.clone() })
    }

    pub(super) fn endpoint(&self, segments: &[&str]) -> Url {
        address::segments_below(&self.base, segments)
    }

    /// A call without body.
    pub(super) fn call(&self, method: Method, url: Url) -> Result<Call, Failure> {
        let bearer = Secret::new(format!("Bearer {}", self.token.expose()));
        Call::new(method, url).credential("authorization", bearer.expose())
    }

    /// A call with a JSON body.
    pub(super) fn json(&self, method: Method, url: Url, body: &Value) -> Result<Call, Failure> {
        Ok(self
            .call(method, url)?
            .header("content-type", "application/json")?
            .body(Body::bytes(body.to_string())))
    }

    /// An address that Teable answered with, made absolute.
    pub(super) fn absolute(&self, given: &str) -> Option<Url> {
        address::resolve(&self.base, given)
    }
}

/// A successful answer's JSON.
pub(super) fn data<T: DeserializeOwned>(reply: &Reply) -> Result<T, Failure> {
    check(reply)?;
    reply.json()
}

/// The failure of an answer that is no success.
pub(super) fn check(reply: &Reply) -> Result<(), Failure> {
    if reply.is_success() {
        return Ok(());
    }
    let Some(error) = ApiError::read(&reply.body) else { return Err(reply.failure(&reply.quote())) };
    Err(error.explain(reply.status, reply.failure(&error.to_string())))
}

/// Judges the answer to the bytes: Teable's own storage speaks JSON, object storage S3's XML.
pub(super) fn check_storage(reply: &Reply) -> Result<(), Failure> {
    if reply.is_success() {
        return Ok(());
    }
    let Some(refusal) = storage::Refusal::read(&reply.body) else { return check(reply) };
    let failure = reply.failure(&refusal.to_string());
    if refusal.is_expired() {
        return Err(expired(failure));
    }
    if refusal.code == "EntityTooLarge" {
        return Err(Failure { kind: Kind::TooLarge, ..failure }.advice("Send a smaller file."));
    }
    if reply.status == 403 {
        let broke = "Teable's storage did not accept the upload".to_owned();
        return Err(Failure { kind: Kind::Refused, broke, ..failure }
            .advice("A proxy may have changed the request. Try without it."));
    }
    Err(failure)
}

/// Teable's error body: `{message, status, code, data?}`.
#[derive(Debug, PartialEq, Eq)]
struct ApiError {
    message: String,
    code: String,
}

impl ApiError {
    fn read(body: &[u8]) -> Option<Self> {
        let Ok(Value::Object(answer)) = serde_json::from_slice(body) else { return None };
        let message = match answer.get("message")? {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let code = answer.get("code").and_then(Value::as_str).unwrap_or_default().to_owned();
        Some(Self { message, code })
    }

    /// Teable's 400s all have the code `validation_error`, so its words are the only thing that tells them apart.
    fn explain(&self, status: u16, failure: Failure) -> Failure {
        let says = |words: &str| self.message.contains(words);
        let (kind, broke, advice) = match status {
            400 if says("exceeds the maximum limit") => (
                Kind::TooLarge,
                "The file is larger than this Teable server takes",
                "Send a smaller file, or ask who runs the server to raise its limit.",
            ),
            400 if says("Token has expired") || says("Invalid token") => return expired(failure),
            400 if says("Not allow upload") => (
                Kind::WrongType,
                "Teable saw another type of file than was announced",
                "A proxy may have changed the request. Try without it.",
            ),
            400 if says("Size mismatch") => (
                Kind::Protocol,
                "Teable received another number of bytes than was announced",
                "A proxy may have changed the request. Try without it.",
            ),
            400 | 422 => (Kind::Refused, "Teable refused the request", "Check the target's settings."),
            401 => (
                Kind::Unauthorized,
                "Teable did not accept the token",
                "It is wrong, expired or withdrawn. Make a new personal access token in Teable and enter it.",
            ),
            402 => (
                Kind::Forbidden,
                "The Teable plan does not include this",
                "Its space or its number of attachments may be used up: look at the plan.",
            ),
            403 => (
                Kind::Forbidden,
                "The token may not do this",
                "Give it access to this base and the permission to change records, or use another one.",
            ),
            404 => (
                Kind::Gone,
                "Teable does not know this table, record or upload",
                "Check the ids in the target's settings, and that the API address ends in /api.",
            ),
            460 => (
                Kind::Forbidden,
                "This Teable server has reached its limit of users",
                "Ask who runs the server.",
            ),
            500 => (Kind::Server, "Teable failed inside", "Retry later."),
            503 => (Kind::Server, "Teable's database cannot be reached just now", "Retry later."),
            _ => return failure,
        };
        Failure { kind, broke: broke.to_owned(), ..failure }.advice(advice)
    }
}

impl std::fmt::Display for ApiError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.code.as_str() {
            "" => f.write_str(&self.message),
            code => write!(f, "{}: {code}", self.message),
        }
    }
}

/// Nothing was stored under the upload token, so beginning with a new one does no harm.
fn expired(failure: Failure) -> Failure {
    Failure { kind: Kind::Gone, broke: "Teable's upload address had expired".to_owned(), ..failure }
        .advice(
            "Retry: Affix then asks for a new one. If it happens again, raise “Upload address lives for”.",
        )
        .safe()
}

/// The token's owner, as `GET /auth/user` answers it.
#[derive(Debug, Default, Deserialize)]
pub(super) struct User {
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    email: Option<String>,
}

/// The answer to a connection test in one sentence.
pub(super) fn greeting(user: &User) -> String {
    let given = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    let who = match (given(&user.name), given(&user.email).or_else(|| given(&user.id))) {
        (Some(name), Some(more)) => format!("{name} ({more})"),
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => "a user without a name".to_owned(),
    };
    format!("Asked Teable whose token this is (GET /auth/user): it belongs to {who}.")
}
