//! A profile ("target" in the window): a named service, its settings and its secrets.

use std::collections::BTreeMap;

use crate::domain::describe::Description;
use crate::domain::secret::Secret;

/// The name of the built-in profile, which needs no account.
pub const SANDBOX_PROFILE: &str = "Sandbox";

/// The id of its service.
pub const SANDBOX_SERVICE: &str = "sandbox";

/// A profile as the settings file has it; its secrets are elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Profile {
    /// Unique without regard to case.
    pub name: String,
    /// The service's id.
    pub service: String,
    /// Only what differs from the service's defaults.
    pub settings: BTreeMap<String, String>,
    /// A demo speaks to the sandbox on this computer, which gives its address and credential.
    pub demo: bool,
    /// The first upload's question was answered with "don't ask again".
    pub confirmed: bool,
    /// Uploads that run at once to it, 1 to 64; none: as the settings say for all.
    pub parallel: Option<u32>,
    /// Requests a minute at most, 1 to 6,000; none: no limit.
    pub requests_per_minute: Option<u32>,
    pub again: Again,
}

/// What is done with content that the profile's service has already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Again {
    #[default]
    Ask,
    /// Upload it once more.
    Upload,
    /// Take the link that is there.
    Existing,
}

impl Again {
    pub const ALL: [Self; 3] = [Self::Ask, Self::Upload, Self::Existing];

    /// As the settings file names it.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Ask => "ask",
            Self::Upload => "upload",
            Self::Existing => "existing",
        }
    }

    /// The one that the settings file names.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|again| again.code() == code)
    }
}

impl Profile {
    /// It uploads to the sandbox on this computer: the built-in profile and the demos.
    #[must_use]
    pub fn is_local(&self) -> bool {
        self.demo || self.service == SANDBOX_SERVICE
    }
}

/// A profile made ready for work: defaults filled in, secrets fetched.
#[derive(Debug, Clone)]
pub struct Target {
    pub profile: String,
    pub settings: BTreeMap<String, String>,
    pub secrets: BTreeMap<String, Secret>,
}

impl Target {
    /// Fills the service's defaults in.
    #[must_use]
    pub fn new(profile: &Profile, description: &Description, secrets: BTreeMap<String, Secret>) -> Self {
        let defaults = description
            .settings
            .iter()
            .filter_map(|spec| spec.default.map(|value| (spec.key.to_owned(), value.to_owned())));
        let settings = defaults.chain(profile.settings.clone()).collect();
        Self { profile: profile.name.clone(), settings, secrets }
    }

    /// A setting's value; empty where there is neither a value nor a default.
    #[must_use]
    pub fn setting(&self, key: &str) -> &str {
        self.settings.get(key).map_or("", String::as_str)
    }

    /// A setting's value unless it is empty.
    #[must_use]
    pub fn optional(&self, key: &str) -> Option<&str> {
        Some(self.setting(key)).filter(|value| !value.trim().is_empty())
    }

    #[must_use]
    pub fn flag(&self, key: &str) -> bool {
        self.setting(key) == "true"
    }

    #[must_use]
    pub fn secret(&self, key: &str) -> Option<&Secret> {
        self.secrets.get(key).filter(|secret| !secret.is_empty())
    }
}
