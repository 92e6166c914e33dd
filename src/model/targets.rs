//! Targets: the profiles, their forms, their secrets' whereabouts, their tests.

use crate::domain::describe::{Description, Visibility};
use crate::domain::profile::Profile;

#[derive(Debug, Default)]
pub struct Targets {
    pub all: Vec<Target>,
    /// The name of the one that files go to: the settings' default.
    pub picked: String,
}

/// What the settings file says of targets.
#[derive(Debug)]
pub struct Read {
    pub all: Vec<Target>,
    pub default: String,
    pub profiles: Vec<Profile>,
}

/// A profile as the window shows it.
#[derive(Debug, Clone)]
pub struct Target {
    pub profile: Profile,
    /// `None`: a service that this version does not know.
    pub service: Option<&'static Description>,
    /// `None` on this computer.
    pub host: Option<String>,
}

impl Target {
    #[must_use]
    pub fn visibility(&self) -> Option<Visibility> {
        self.service.map(|service| service.capability.visibility)
    }
}

impl Targets {
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&Target> {
        self.all.iter().find(|target| target.profile.name == name)
    }

    /// The one that files go to.
    #[must_use]
    pub fn picked(&self) -> Option<&Target> {
        self.find(&self.picked)
    }
}

#[derive(Debug, Clone)]
pub enum Action {
    /// Files go to this one from now on.
    Pick(String),
    /// With its secrets.
    Remove(String),
    /// Read the settings file again.
    Reload,
}

#[derive(Debug)]
pub enum Update {
    Loaded(Box<Read>),
}
