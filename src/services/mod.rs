//! The services behind one trait, and the list of them.
//!
//! A service builds requests and reads replies. It has no retry loop, no user interface, no disk and no
//! settings look-ups: all of that wraps it from outside. A new service is one file and one line in [`ALL`].

mod address;
pub mod body;
mod clock;
pub mod cosmos;
pub mod cronofy;
pub mod forum;
pub mod http;
pub mod links;
pub mod mixin;
mod reading;
pub mod sandbox;
mod storage;
pub mod teable;
mod texts;

use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::BoxFuture;

use crate::domain::attachment::FileFacts;
use crate::domain::describe::{Description, Repeat};
use crate::domain::error::{Failure, Kind};
use crate::domain::preflight::Finding;
use crate::domain::profile::Target;
use crate::domain::receipt::Receipt;
use crate::domain::secret::Secret;
use body::FileSource;
use http::Exchange;

/// Every service, in the order of the gallery. Sorted by how soon a new user needs it.
pub static ALL: &[&dyn Service] =
    &[&sandbox::Sandbox, &mixin::Mixin, &teable::Teable, &cosmos::Cosmos, &cronofy::Cronofy, &forum::Forum];

/// The service with this id.
#[must_use]
pub fn find(id: &str) -> Option<&'static dyn Service> {
    ALL.iter().copied().find(|service| service.description().id == id)
}

/// The ids of those that answer a repeat as a conflict.
pub fn that_conflict() -> Vec<&'static str> {
    let descriptions = ALL.iter().map(|service| service.description());
    let conflicts = |(_, repeat): &(_, Repeat)| *repeat == Repeat::Conflicts;
    descriptions
        .filter(|known| known.capability.repeats.iter().any(conflicts))
        .map(|known| known.id)
        .collect()
}

/// One file to upload, after preflight and repairs.
#[derive(Debug, Clone)]
pub struct Upload {
    pub target: Arc<Target>,
    /// The facts of what is sent (after repairs).
    pub file: FileFacts,
    /// The bytes of what is sent; clone it into a [`body::Body`] as often as needed.
    pub source: FileSource,
    /// For a video at a service that asks for it: a JPEG of a frame. Its duration is in `file`.
    pub thumb: Option<Bytes>,
    /// An earlier try of this attachment was sent whole and its answer was lost, so the object may exist.
    pub answer_lost: bool,
}

/// What a finished upload needs for a later renewal, deletion or saving.
#[derive(Debug, Clone)]
pub struct Stored {
    pub target: Arc<Target>,
    pub name: String,
    pub receipt: Receipt,
}

/// What a service does over the network: `T`, or why not.
pub type Work<'a, T> = BoxFuture<'a, Result<T, Failure>>;

/// One upload API.
pub trait Service: Send + Sync + std::fmt::Debug + 'static {
    fn description(&self) -> &'static Description;

    /// The host that files go to with these settings, for lists; empty where the settings do not say.
    fn host(&self, target: &Target) -> String;

    /// Checks and cleans a secret before it is kept: what must not be stored is dropped here.
    fn accept_secret(&self, _key: &str, value: Secret) -> Result<Secret, Failure> {
        Ok(value)
    }

    /// Checks of settings that one setting's own rule cannot see (one needs another): a sentence each.
    fn check_settings(&self, _target: &Target) -> Vec<String> {
        Vec::new()
    }

    /// Checks a file before anything is sent, without the network.
    /// Size limit, empty files and the like are checked by the engine, from the capability.
    fn preflight(&self, _file: &FileFacts, _target: &Target) -> Vec<Finding> {
        Vec::new()
    }

    /// Carries one upload through. Every network request goes through `exchange`.
    fn upload<'a>(&'a self, upload: &'a Upload, exchange: &'a mut Exchange) -> Work<'a, Receipt>;

    /// A harmless authorised call; answers with one sentence of what was tried and what came back.
    fn test<'a>(&'a self, target: &'a Target, exchange: &'a mut Exchange) -> Work<'a, String>;

    /// Asks whether the file of an upload is there whose end is not known, by what the upload kept ([`Exchange::resume`])
    /// or by its name; none: it is not. The facts are those of the last try, and the local file may have gone.
    fn look<'a>(&'a self, _lost: &'a Upload, _exchange: &'a mut Exchange) -> Work<'a, Option<Receipt>> {
        Box::pin(async { Err(unsupported("be asked for a file")) })
    }

    /// Makes an expired link fresh; answers the whole receipt with the new links.
    fn renew<'a>(&'a self, _stored: &'a Stored, _exchange: &'a mut Exchange) -> Work<'a, Receipt> {
        Box::pin(async { Err(unsupported("renew links")) })
    }

    /// Deletes the uploaded file at the service.
    fn delete<'a>(&'a self, _stored: &'a Stored, _exchange: &'a mut Exchange) -> Work<'a, ()> {
        Box::pin(async { Err(unsupported("delete uploaded files")) })
    }

    /// Fetches a private attachment with the profile's credential into `file`; answers the bytes written.
    fn save<'a>(
        &'a self,
        _stored: &'a Stored,
        _file: &'a mut (dyn std::io::Write + Send),
        _exchange: &'a mut Exchange,
    ) -> Work<'a, u64> {
        Box::pin(async { Err(unsupported("give files back")) })
    }
}

fn unsupported(what: &str) -> Failure {
    Failure::new(Kind::Refused, format!("This service cannot {what}"))
}
