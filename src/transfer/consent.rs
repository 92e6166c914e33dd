//! What a front must ask before files go to a target that is not on this computer: is this what you want, and again?

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use super::again::{Before, uploaded_before};
use crate::domain::describe::Visibility;
use crate::domain::error::Failure;
use crate::domain::profile::{self, Profile, Target};
use crate::services::Service;
use crate::settings::Settings;
use crate::store::Store;

/// What the first upload to a profile means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct First {
    pub profile: String,
    /// The service's name.
    pub service: &'static str,
    pub host: String,
    pub visibility: Visibility,
    /// How long links live, where the service says so beforehand.
    pub link_life: Option<Duration>,
}

/// The question before the first upload to a profile was answered for good, or is not wanted.
#[must_use]
pub fn is_agreed(settings: &Settings, profile: &Profile) -> bool {
    profile.is_local() || profile.confirmed || !settings.uploads.ask_first
}

/// The question before the first upload to a profile; none where [`is_agreed`].
#[must_use]
pub fn first_upload(settings: &Settings, profile: &Profile, service: &dyn Service) -> Option<First> {
    if is_agreed(settings, profile) {
        return None;
    }
    let description = service.description();
    // A host is told from the settings alone: no secret is needed to ask.
    let target = Target::new(profile, description, BTreeMap::new());
    Some(First {
        profile: profile.name.clone(),
        service: description.name,
        host: service.host(&target),
        visibility: description.capability.visibility,
        link_life: description.capability.link_life,
    })
}

/// What is to be done about files that the profile's service has already.
#[derive(Debug, Clone)]
pub enum Again {
    /// All are uploaded.
    Upload,
    /// The user decides about these.
    Ask(Vec<Before>),
    /// The links of these are taken without a question; the others are uploaded.
    Existing(Vec<Before>),
}

/// The files that the profile's service has already, as far as it matters: on this computer a copy more does no harm
/// unless the profile says otherwise.
pub async fn again(
    store: &Store,
    profile: &Profile,
    paths: &[PathBuf],
    now_ms: i64,
) -> Result<Again, Failure> {
    let asks = match profile.again {
        profile::Again::Upload => return Ok(Again::Upload),
        profile::Again::Ask if profile.is_local() => return Ok(Again::Upload),
        profile::Again::Ask => true,
        profile::Again::Existing => false,
    };
    let mut before = uploaded_before(store, &profile.name, paths, now_ms).await?;
    if !asks {
        before.retain(Before::is_usable);
    }
    Ok(match (before.is_empty(), asks) {
        (true, _) => Again::Upload,
        (false, true) => Again::Ask(before),
        (false, false) => Again::Existing(before),
    })
}
