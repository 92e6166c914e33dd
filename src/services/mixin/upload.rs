//! The steps of a Mixin upload: ticket, bytes, link.

use http::Method;
use serde::{Deserialize, Serialize};
use url::{Position, Url};
use uuid::Uuid;

use super::keystore::Keystore;
use super::reply::{self, Attachment};
use super::token::{self, Covered, Stamp};
use crate::domain::error::{Failure, Kind, Retry, Step};
use crate::domain::profile::Target;
use crate::domain::receipt::Receipt;
use crate::domain::secret::Secret;
use crate::services::body::{Body, FileSource};
use crate::services::http::{Call, Exchange};
use crate::services::{Upload, address, storage};

/// Mixin's API with one profile's credential.
pub(super) struct Api {
    base: Url,
    credential: Credential,
}

enum Credential {
    Keystore(Keystore),
    /// A ready bearer token; sent as it is.
    Token(Secret),
}

impl Api {
    pub(super) fn new(target: &Target) -> Result<Self, Failure> {
        let credential = match (target.secret("keystore"), target.secret("token")) {
            (Some(keystore), _) => Credential::Keystore(Keystore::parse(keystore.expose())?),
            (None, Some(token)) => Credential::Token(token.clone()),
            (None, None) => {
                return Err(Failure::new(Kind::Secret, "This target has no keystore")
                    .advice("Enter the keystore that Mixin's developer dashboard gives for the bot."));
            }
        };
        Ok(Self { base: address::base(target, "base_url")?, credential })
    }

    /// A call without body, signed for `now_ms`.
    pub(super) fn call(&self, method: &Method, segments: &[&str], now_ms: i64) -> Result<Call, Failure> {
        self.signed(method, segments, now_ms.div_euclid(1000), &Uuid::new_v4().to_string())
    }

    fn signed(&self, method: &Method, segments: &[&str], iat: i64, jti: &str) -> Result<Call, Failure> {
        let url = address::segments_below(&self.base, segments);
        let call = Call::new(method.clone(), url.clone()).header("content-type", "application/json")?;
        let bearer = |token: &Secret| Secret::new(format!("Bearer {}", token.expose()));
        match &self.credential {
            Credential::Token(token) => call.credential("authorization", bearer(token).expose()),
            Credential::Keystore(keystore) => {
                let covered = Covered {
                    method: method.as_str(),
                    path_and_query: &url[Position::BeforePath..Position::AfterQuery],
                    body: b"",
                };
                let stamp = Stamp { iat, exp: iat.saturating_add(token::LIFE_SECS), jti };
                let token = token::sign(keystore, covered, stamp)?;
                call.header("x-request-id", jti)?.credential("authorization", bearer(&token).expose())
            }
        }
    }
}

/// Kept once the storage has the bytes: a retry then only asks for the link.
#[derive(Debug, Serialize, Deserialize)]
struct Sent {
    base: String,
    size: u64,
    attachment: Attachment,
}

impl Sent {
    fn is_of(&self, api: &Api, upload: &Upload) -> bool {
        self.base == api.base.as_str() && self.size == upload.source.size
    }
}

pub(super) async fn run(upload: &Upload, exchange: &mut Exchange) -> Result<Receipt, Failure> {
    let api = Api::new(&upload.target)?;
    let earlier = exchange.resume::<Sent>().filter(|sent| sent.is_of(&api, upload));
    let sent = if let Some(sent) = earlier {
        sent
    } else {
        let attachment = send(&api, upload, exchange).await?;
        let sent = Sent { base: api.base.to_string(), size: upload.source.size, attachment };
        exchange.checkpoint(&sent);
        sent
    };
    exchange.step(Step::Confirm);
    match look_up(&api, &sent.attachment.id, exchange).await {
        Ok(fresh) => Ok(reply::receipt(&or_earlier(fresh, &sent.attachment))),
        // The storage took the bytes, yet Mixin has nothing under this id: only a new ticket helps.
        Err(failure) if failure.kind == Kind::Gone => {
            exchange.forget_checkpoint();
            Err(failure.safe())
        }
        Err(failure) if can_do_without(&failure, &sent.attachment) => {
            Ok(unconfirmed(&sent.attachment, &failure))
        }
        Err(failure) => Err(failure),
    }
}

/// The attachment as Mixin has it now, with a fresh link.
pub(super) async fn look_up(api: &Api, id: &str, exchange: &mut Exchange) -> Result<Attachment, Failure> {
    let call = api.call(&Method::GET, &["attachments", id], exchange.now_ms())?;
    let answer = exchange.send(call).await?;
    reply::data(&answer, exchange.now_ms())
}

/// Gets a ticket and sends the bytes to its address.
async fn send(api: &Api, upload: &Upload, exchange: &mut Exchange) -> Result<Attachment, Failure> {
    exchange.step(Step::Ticket);
    let call = api.call(&Method::POST, &["attachments"], exchange.now_ms())?;
    let answer = exchange.send(call).await?;
    let now_ms = exchange.now_ms();
    let ticket: Attachment = reply::data(&answer, now_ms)?;
    let url = upload_address(&ticket)?;
    for secret in storage::secrets(&url) {
        exchange.hide(&secret);
    }
    // The address ends by the server's clock, so ours is corrected by what it said.
    let ahead_ms = reply::server_time_ms(&answer).map_or(0, |server_ms| now_ms - server_ms);
    if is_over(&url, now_ms - ahead_ms) {
        return Err(reply::ended());
    }
    exchange.step(Step::Send);
    let answer = exchange.send(put(url.clone(), upload.source.clone())?).await?;
    reply::stored(&answer, is_over(&url, exchange.now_ms() - ahead_ms))?;
    Ok(ticket)
}

fn upload_address(ticket: &Attachment) -> Result<Url, Failure> {
    ticket.upload_url.as_deref().and_then(address::web).ok_or_else(|| {
        Failure::new(Kind::Protocol, "Mixin's answer has no usable upload address")
            .advice("Check the address in the target's settings: it may not be Mixin's API.")
    })
}

fn is_over(url: &Url, now_ms: i64) -> bool {
    storage::end(url).is_some_and(|end| now_ms.div_euclid(1000) >= end)
}

/// Both headers are part of the presigned signature: another value, or one more credential, is refused.
fn put(url: Url, source: FileSource) -> Result<Call, Failure> {
    Ok(Call::new(Method::PUT, url)
        .header("content-type", "application/octet-stream")?
        .header("x-amz-acl", "public-read")?
        .body(Body::file(source)))
}

/// The fresh attachment; what it lacks stands as the ticket had it.
fn or_earlier(fresh: Attachment, earlier: &Attachment) -> Attachment {
    Attachment {
        id: fresh.id,
        upload_url: None,
        view_url: fresh.view_url.filter(|url| !url.is_empty()).or_else(|| earlier.view_url.clone()),
        created_at: fresh.created_at.or_else(|| earlier.created_at.clone()),
        kind: fresh.kind.or_else(|| earlier.kind.clone()),
    }
}

/// Asking again would fail the same way (a ready token that covers the ticket's request only, a bot that may not
/// read), but the bytes are in and the ticket named their link: throwing that away would help nobody.
fn can_do_without(failure: &Failure, ticket: &Attachment) -> bool {
    failure.retry == Retry::Never
        && failure.kind != Kind::Cancelled
        && ticket.view_url.as_deref().is_some_and(|url| !url.is_empty())
}

fn unconfirmed(ticket: &Attachment, failure: &Failure) -> Receipt {
    let mut receipt = reply::receipt(ticket);
    let cause = failure.cause.as_deref().unwrap_or(&failure.broke);
    receipt.notes.push(format!(
        "The bytes were stored, but Mixin did not confirm the link ({cause}). This is the link it announced beforehand."
    ));
    receipt
}

#[cfg(test)]
#[path = "upload_tests.rs"]
mod tests;
