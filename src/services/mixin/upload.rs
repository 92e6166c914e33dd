//! The steps of a Mixin upload: ticket, bytes, link.

use http::Method;
use serde::{Deserialize, Serialize};
use url::{Position, Url};
use uuid::Uuid;

use super::keystore::Keystore;
use super::look;
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

/// Kept from the ticket on: a retry sends the bytes to the same place, so that no second object comes of it, or only
/// asks for the link.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Begun {
    base: String,
    size: u64,
    pub(super) attachment: Attachment,
    /// The storage has the bytes.
    is_stored: bool,
}

impl Begun {
    pub(super) fn is_of(&self, api: &Api, upload: &Upload) -> bool {
        self.base == api.base.as_str() && self.size == upload.source.size
    }
}

/// Where the bytes go. Everybody who has the address may use it, so that it stays in memory, until they are there.
struct Address {
    url: Url,
    /// By how much this computer's clock is ahead of the server's, by which the address ends.
    ahead_ms: i64,
}

impl Address {
    fn key(attachment: &Attachment) -> String {
        format!("mixin upload address of {}", attachment.id)
    }

    fn is_over(&self, now_ms: i64) -> bool {
        let now_secs = (now_ms - self.ahead_ms).div_euclid(1000);
        storage::end(&self.url).is_some_and(|end| now_secs >= end)
    }

    /// The address that an earlier try got, while it is good.
    fn again(attachment: &Attachment, exchange: &Exchange) -> Option<Self> {
        let kept = exchange.cached(&Self::key(attachment))?;
        let (url, ahead_ms) = serde_json::from_str::<(String, i64)>(&kept).ok()?;
        Some(Self { url: address::web(&url)?, ahead_ms }).filter(|kept| !kept.is_over(exchange.now_ms()))
    }
}

pub(super) async fn run(upload: &Upload, exchange: &mut Exchange) -> Result<Receipt, Failure> {
    let api = Api::new(&upload.target)?;
    let earlier = exchange.resume::<Begun>().filter(|begun| begun.is_of(&api, upload));
    let attachment = match earlier {
        Some(Begun { attachment, is_stored: true, .. }) => attachment,
        earlier => {
            let attachment = send(&api, upload, earlier, exchange).await?;
            checkpoint(&api, upload, (&attachment, true), exchange);
            attachment
        }
    };
    exchange.step(Step::Confirm);
    match look_up(&api, &attachment.id, exchange).await {
        Ok(fresh) => Ok(reply::receipt(&or_earlier(fresh, &attachment))),
        // The storage took the bytes, yet Mixin has nothing under this id: only a new ticket helps.
        Err(failure) if failure.kind == Kind::Gone => {
            exchange.forget_checkpoint();
            Err(failure.safe())
        }
        Err(failure) if can_do_without(&failure, &attachment) => Ok(unconfirmed(&attachment, &failure)),
        Err(failure) => Err(failure),
    }
}

fn checkpoint(
    api: &Api,
    upload: &Upload,
    (attachment, is_stored): (&Attachment, bool),
    exchange: &mut Exchange,
) {
    let (base, size) = (api.base.to_string(), upload.source.size);
    exchange.checkpoint(&Begun { base, size, attachment: attachment.clone(), is_stored });
}

/// The attachment as Mixin has it now, with a fresh link.
pub(super) async fn look_up(api: &Api, id: &str, exchange: &mut Exchange) -> Result<Attachment, Failure> {
    let call = api.call(&Method::GET, &["attachments", id], exchange.now_ms())?;
    let answer = exchange.send(call).await?;
    reply::data(&answer, exchange.now_ms())
}

/// Sends the bytes to the address of the earlier try, or of a new ticket.
async fn send(
    api: &Api,
    upload: &Upload,
    earlier: Option<Begun>,
    exchange: &mut Exchange,
) -> Result<Attachment, Failure> {
    let (attachment, address) = match earlier {
        Some(Begun { attachment, .. }) => match Address::again(&attachment, exchange) {
            Some(address) => (attachment, address),
            // Only the address is lost, with an earlier run: what went there needs no second object.
            None if upload.answer_lost && look::is_there(api, &attachment, upload, exchange).await? => {
                return Ok(attachment);
            }
            None => ticket(api, upload, exchange).await?,
        },
        None => ticket(api, upload, exchange).await?,
    };
    for secret in storage::secrets(&address.url) {
        exchange.hide(&secret);
    }
    exchange.step(Step::Send);
    let answer = exchange.send(put(address.url.clone(), upload.source.clone())?).await?;
    let stored = reply::stored(&answer, address.is_over(exchange.now_ms()));
    let good_for_more = stored.as_ref().is_err_and(|failure| failure.kind != Kind::Gone);
    if !good_for_more {
        exchange.forget_cached(&Address::key(&attachment));
    }
    stored.map(|()| attachment)
}

async fn ticket(
    api: &Api,
    upload: &Upload,
    exchange: &mut Exchange,
) -> Result<(Attachment, Address), Failure> {
    exchange.step(Step::Ticket);
    let call = api.call(&Method::POST, &["attachments"], exchange.now_ms())?;
    let answer = exchange.send(call).await?;
    let now_ms = exchange.now_ms();
    let attachment: Attachment = reply::data(&answer, now_ms)?;
    let ahead_ms = reply::server_time_ms(&answer).map_or(0, |server_ms| now_ms - server_ms);
    let address = Address { url: upload_address(&attachment)?, ahead_ms };
    if address.is_over(now_ms) {
        return Err(reply::ended());
    }
    let kept = serde_json::json!([address.url.as_str(), address.ahead_ms]).to_string();
    exchange.cache(&Address::key(&attachment), kept);
    checkpoint(api, upload, (&attachment, false), exchange);
    Ok((attachment, address))
}

fn upload_address(ticket: &Attachment) -> Result<Url, Failure> {
    ticket.upload_url.as_deref().and_then(address::web).ok_or_else(|| {
        Failure::new(Kind::Protocol, "Mixin's answer has no usable upload address")
            .advice("Check the address in the target's settings: it may not be Mixin's API.")
    })
}

/// Both headers are part of the presigned signature: another value, or one more credential, is refused.
fn put(url: Url, source: FileSource) -> Result<Call, Failure> {
    Ok(Call::new(Method::PUT, url)
        .header("content-type", "application/octet-stream")?
        .header("x-amz-acl", "public-read")?
        .body(Body::file(source)))
}

/// The fresh attachment; what it lacks stands as the ticket had it.
pub(super) fn or_earlier(fresh: Attachment, earlier: &Attachment) -> Attachment {
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
