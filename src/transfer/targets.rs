//! From a profile's name to a target that is ready for work.

use std::fmt;
use std::sync::Arc;

use futures_util::future::BoxFuture;

use super::handed::Destination;
use crate::domain::error::Failure;
use crate::domain::profile::Target;
use crate::services::Service;
use crate::services::http::Redactor;

/// A profile with its secrets fetched, and the service that speaks for it.
#[derive(Debug, Clone)]
pub struct Resolved {
    pub target: Arc<Target>,
    pub service: &'static dyn Service,
    /// Where its files go, as the settings were; none where that is not known.
    pub destination: Option<Destination>,
}

impl Resolved {
    /// Hides the profile's secrets.
    #[must_use]
    pub fn redactor(&self) -> Redactor {
        let mut redactor = Redactor::default();
        self.target.secrets.values().for_each(|secret| redactor.hide(secret.expose()));
        redactor
    }
}

/// What the settings alone say of a profile: asked before the first upload to it, without its secrets.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TargetFacts {
    /// The host that its files go to; none where only an upload finds it out.
    pub host: Option<String>,
    pub limits: TargetLimits,
}

/// What the user lets a profile do at most, besides what counts for all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TargetLimits {
    /// Uploads at once; none: as for all.
    pub parallel: Option<usize>,
    pub requests_per_minute: Option<u32>,
}

/// Finds profiles. Asked once for each try, so that a secret mended meanwhile counts.
pub trait Targets: Send + Sync + fmt::Debug {
    /// The id of the profile's service.
    ///
    /// # Errors
    /// No such profile, or one of an unknown service.
    fn service_of(&self, profile: &str) -> Result<&'static str, Failure>;

    /// As the settings have it now.
    fn facts_of(&self, _profile: &str) -> TargetFacts {
        TargetFacts::default()
    }

    /// # Errors
    /// No such profile, a missing setting or secret, a keyring that does not answer.
    fn resolve<'a>(&'a self, profile: &'a str) -> BoxFuture<'a, Result<Resolved, Failure>>;

    /// Where the profile's files go as the settings are now; none where that is not known. It is kept with each batch.
    fn destination(&self, _profile: &str) -> Option<Destination> {
        None
    }
}
