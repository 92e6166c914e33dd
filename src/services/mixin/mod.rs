//! Mixin: files for bots of the Mixin messenger.
//!
//! A ticket (`POST /attachments`) names a presigned S3 address, the bytes go there in one PUT, and
//! `GET /attachments/{id}` gives a fresh link. Each request to the API has its own signed token.
//! Sources: the vendor's "Create Attachment" and, where that is wrong or silent, its published client libraries.

mod keystore;
mod look;
mod reply;
mod token;
mod upload;

use http::Method;

use self::keystore::Keystore;
use self::upload::Api;
use super::http::Exchange;
use super::{Service, Stored, Upload, Work, address, storage, texts};
use crate::domain::attachment::FileFacts;
use crate::domain::describe::{
    Capability, Description, Repeat, SecretSpec, SettingKind, SettingSpec, Types, Visibility,
};
use crate::domain::error::{Failure, Kind, Step};
use crate::domain::preflight::Finding;
use crate::domain::profile::Target;
use crate::domain::receipt::{LinkKind, Receipt};
use crate::domain::secret::Secret;

/// Above this size Mixin's official JavaScript client refuses to upload, in bytes: 2 GiB.
const OFFICIAL_CLIENT_BYTES: u64 = 2 * 1024 * 1024 * 1024;

static DESCRIPTION: Description = Description {
    id: "mixin",
    name: "Mixin",
    line: "Attachments for Mixin bots, with a public link",
    settings: &[SettingSpec {
        key: "base_url",
        label: "API address",
        help: "Mixin's API. Change it only where the usual one cannot be reached.",
        default: Some("https://api.mixin.one"),
        required: true,
        kind: SettingKind::Url,
    }],
    secrets: &[
        SecretSpec {
            key: "keystore",
            label: "Keystore",
            help: "The JSON that Mixin's developer dashboard gives for the bot's session. The key that moves money is \
                not kept.",
            multiline: true,
        },
        SecretSpec {
            key: "token",
            label: "Ready token",
            help: "Instead of a keystore: a bearer token made elsewhere. Affix sends it as it is.",
            multiline: false,
        },
    ],
    credentials: &[&["keystore"], &["token"]],
    capability: Capability {
        max_bytes: None,
        takes_empty: true,
        types: Types::Any,
        visibility: Visibility::Public,
        link_life: None,
        deletes: false,
        renews: true,
        saves: false,
        looks: true,
        checksum: None,
        repeats: &[(Step::Ticket, Repeat::Safe), (Step::Send, Repeat::Safe), (Step::Confirm, Repeat::Safe)],
    },
};

/// The service `mixin`.
#[derive(Debug)]
pub struct Mixin;

impl Service for Mixin {
    fn description(&self) -> &'static Description {
        &DESCRIPTION
    }

    fn host(&self, target: &Target) -> String {
        address::host(target, "base_url")
    }

    /// A keystore is read, and only what signs is kept: `spend_private_key` moves money and never gets further.
    fn accept_secret(&self, key: &str, value: Secret) -> Result<Secret, Failure> {
        match key {
            "keystore" => Keystore::parse(value.expose())?.to_secret(),
            "token" => texts::bearer_token(&value),
            _ => Ok(value),
        }
    }

    fn preflight(&self, file: &FileFacts, _target: &Target) -> Vec<Finding> {
        if file.size > storage::SINGLE_PUT_BYTES {
            return vec![Finding::error(
                Kind::TooLarge,
                "Mixin's storage takes at most 5 GiB in one upload, and has no other way",
            )];
        }
        if file.size > OFFICIAL_CLIENT_BYTES {
            return vec![Finding::warning(
                Kind::TooLarge,
                "Mixin publishes no size limit, but its own client stops at 2 GiB: it may refuse this file",
            )];
        }
        Vec::new()
    }

    fn upload<'a>(&'a self, upload: &'a Upload, exchange: &'a mut Exchange) -> Work<'a, Receipt> {
        Box::pin(upload::run(upload, exchange))
    }

    fn test<'a>(&'a self, target: &'a Target, exchange: &'a mut Exchange) -> Work<'a, String> {
        Box::pin(async move {
            let call = Api::new(target)?.call(&Method::GET, &["me"], exchange.now_ms())?;
            let answer = exchange.send(call).await?;
            Ok(reply::greeting(&reply::data(&answer, exchange.now_ms())?))
        })
    }

    fn look<'a>(&'a self, lost: &'a Upload, exchange: &'a mut Exchange) -> Work<'a, Option<Receipt>> {
        Box::pin(look::look(lost, exchange))
    }

    fn renew<'a>(&'a self, stored: &'a Stored, exchange: &'a mut Exchange) -> Work<'a, Receipt> {
        Box::pin(async move {
            let id = stored.receipt.link(LinkKind::Id).ok_or_else(|| {
                Failure::new(Kind::Gone, "The receipt has no attachment id").advice("Upload the file again.")
            })?;
            exchange.step(Step::Confirm);
            let fresh = upload::look_up(&Api::new(&stored.target)?, id, exchange).await?;
            Ok(renewed(&stored.receipt, reply::receipt(&fresh)))
        })
    }
}

/// The earlier receipt with the fresh one's links; checksums and sizes taken while uploading stay.
fn renewed(earlier: &Receipt, fresh: Receipt) -> Receipt {
    let mut extra = earlier.extra.clone();
    extra.extend(fresh.extra);
    Receipt { links: fresh.links, expires_at: fresh.expires_at, notes: fresh.notes, extra, ..earlier.clone() }
}

#[cfg(test)]
mod tests;
