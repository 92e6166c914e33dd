//! Azure Cosmos DB attachments: one POST creates an attachment of a document, from the bytes or from an address.
//!
//! Source: REST reference "Attachments" and "Access control on Azure Cosmos DB resources", and the SDKs.

pub mod auth;
mod create;
mod describe;
mod media;
mod place;
mod pointer;
mod reply;

use std::io::Write;

use http::Method;
use serde_json::Value;

use super::http::Exchange;
use super::{Service, Stored, Upload, Work, address, texts};
use crate::domain::attachment::FileFacts;
use crate::domain::describe::Description;
use crate::domain::error::{Failure, Kind};
use crate::domain::preflight::Finding;
use crate::domain::profile::Target;
use crate::domain::receipt::{LinkKind, Receipt};
use crate::domain::secret::Secret;
use auth::Credential;
use place::Place;

/// The service `cosmos`.
#[derive(Debug)]
pub struct Cosmos;

impl Service for Cosmos {
    fn description(&self) -> &'static Description {
        &describe::DESCRIPTION
    }

    fn host(&self, target: &Target) -> String {
        address::host(target, "endpoint")
    }

    fn accept_secret(&self, key: &str, value: Secret) -> Result<Secret, Failure> {
        let text = value.expose().trim();
        match key {
            "key" => {
                Credential::from_key(text)?;
                Ok(Secret::new(text))
            }
            // Often copied from a log or an address, where it is escaped already.
            "resource_token" if text.to_ascii_lowercase().starts_with("type%3d") => {
                let plain = percent_encoding::percent_decode_str(text).decode_utf8_lossy();
                // A space or a line end may have been escaped, too.
                texts::bearer_token(&Secret::new(plain.as_ref()))
            }
            _ => texts::bearer_token(&value),
        }
    }

    fn check_settings(&self, target: &Target) -> Vec<String> {
        describe::check(target)
    }

    fn preflight(&self, file: &FileFacts, target: &Target) -> Vec<Finding> {
        create::preflight(file, target.setting("mode"))
    }

    fn upload<'a>(&'a self, upload: &'a Upload, exchange: &'a mut Exchange) -> Work<'a, Receipt> {
        Box::pin(create::create(upload, exchange))
    }

    fn test<'a>(&'a self, target: &'a Target, exchange: &'a mut Exchange) -> Work<'a, String> {
        Box::pin(test(target, exchange))
    }

    fn look<'a>(&'a self, lost: &'a Upload, exchange: &'a mut Exchange) -> Work<'a, Option<Receipt>> {
        Box::pin(create::look(lost, exchange))
    }

    fn delete<'a>(&'a self, stored: &'a Stored, exchange: &'a mut Exchange) -> Work<'a, ()> {
        Box::pin(delete(stored, exchange))
    }

    fn save<'a>(
        &'a self,
        stored: &'a Stored,
        file: &'a mut (dyn Write + Send),
        exchange: &'a mut Exchange,
    ) -> Work<'a, u64> {
        Box::pin(media::save(stored, file, exchange))
    }
}

async fn test(target: &Target, exchange: &mut Exchange) -> Result<String, Failure> {
    let place = Place::of(target)?;
    let call = place.list_call(Method::GET, exchange.now_ms())?.header("x-ms-max-item-count", "1")?;
    let answer = exchange.send(call).await?;
    if !answer.is_success() {
        return Err(reply::refusal(&answer));
    }
    let listed = answer.json::<Value>()?;
    let charge = answer.header("x-ms-request-charge");
    tested(&place.document, &listed, charge).ok_or_else(|| {
        Failure::new(Kind::Protocol, "The endpoint answered, but not with a list of attachments")
            .cause(reply::message(&answer.body))
            .advice("Check the endpoint of this target.")
    })
}

/// The sentence of a successful test; none where the answer is no list of attachments.
fn tested(document: &str, listed: &Value, charge: Option<&str>) -> Option<String> {
    let any = match listed.get("Attachments")?.as_array()?.len() {
        0 => "it has none yet",
        _ => "it has some",
    };
    let charge =
        charge.map(|charge| format!(" The request cost {charge} request units.")).unwrap_or_default();
    Some(format!("Listed the attachments of {document}: {any}.{charge}"))
}

async fn delete(stored: &Stored, exchange: &mut Exchange) -> Result<(), Failure> {
    let link =
        stored.receipt.link(LinkKind::Id).filter(|link| link.starts_with("dbs/")).ok_or_else(|| {
            Failure::new(Kind::Gone, "The receipt does not say which attachment it is")
                .advice("Delete it with the Azure portal.")
        })?;
    let call = Place::of(&stored.target)?.attachment_call(Method::DELETE, link, exchange.now_ms())?;
    let answer = exchange.send(call).await?;
    // 404: somebody deleted it before, or a first DELETE's answer was lost.
    if answer.is_success() || answer.status == 404 {
        return Ok(());
    }
    Err(reply::refusal(&answer))
}

#[cfg(test)]
mod tests;
