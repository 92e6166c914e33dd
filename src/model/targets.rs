//! Targets: the profiles, their forms, their secrets' whereabouts, their tests.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::Notice;
use crate::domain::attachment::Activity;
use crate::domain::describe::{Description, Visibility};
use crate::domain::error::Failure;
use crate::domain::profile::Profile;
use crate::transfer::profiles::manage::{Entered, Place};

#[derive(Debug, Default)]
pub struct Targets {
    pub all: Vec<Target>,
    /// The name of the one that files go to: the settings' default.
    pub picked: String,
    /// Whether they were read.
    pub loaded: bool,
    /// Where the secrets of those that were looked at are.
    pub places: BTreeMap<String, Places>,
    /// What is being saved, while the keyring may wait for its password.
    pub saving: Option<Subject>,
    /// The last test of a connection.
    pub trial: Option<Trial>,
}

/// What a form is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// The target of this name.
    Target(String),
    /// One that is not added yet, of this service.
    New(&'static str),
}

/// Where the secrets of a target are, by key.
#[derive(Debug, Clone)]
pub enum Places {
    /// The keyring was asked and may wait for its password.
    Asked,
    Known(Vec<(&'static str, Place)>),
}

/// A test of a connection.
#[derive(Debug)]
pub struct Trial {
    /// Counts tests, so that a late answer of an earlier one is known.
    pub number: u64,
    pub subject: Subject,
    pub steps: Vec<Activity>,
    pub state: TrialState,
}

#[derive(Debug)]
pub enum TrialState {
    /// Secrets are fetched; the keyring may wait for its password. A demo's sandbox starts.
    Preparing,
    Asking,
    /// What was tried and what came back, in one sentence.
    Passed(String),
    Failed(Failure),
    Stopped,
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
    /// Read the settings file again.
    Reload,
    /// Find out where the secrets of this target are.
    Look(String),
    /// Add or change a target, with the secrets that were entered.
    Save(Box<Entry>),
    /// Wait for the keyring no longer; what it takes later is undone.
    CancelSave,
    /// Take one secret out of the keyring.
    Forget {
        target: String,
        key: &'static str,
    },
    /// Test the connection with what the form says, saved or not.
    Test(Box<Entry>),
    StopTest,
    Duplicate(String),
    /// A target of this service that works with the sandbox.
    Demo(&'static str),
    /// Ask where to, then write a file without secrets.
    Export(String),
    ExportTo(String, PathBuf),
    /// Ask for a file, then add the target in it.
    Import,
    ImportFrom(PathBuf),
    /// Agreed to: take the target and its secrets away.
    Remove(String),
}

/// What a form holds.
#[derive(Debug, Clone)]
pub struct Entry {
    pub subject: Subject,
    pub profile: Profile,
    pub secrets: Entered,
}

#[derive(Debug)]
pub enum Update {
    Loaded(Box<Read>),
    Places(String, Vec<(&'static str, Place)>),
    /// A form was saved, under this name, or why not.
    Saved(Subject, Result<String, Failure>),
    /// A target came into being beside the form: a copy, a demo, an import.
    Added(String, Notice),
    Removed(String, Notice),
    Failed(Failure),
    /// A file was chosen for this.
    Chosen(Box<Action>),
    /// The test of this number asks the service now.
    Asking(u64),
    Step(u64, Activity),
    Tested(u64, Result<String, Failure>),
}
