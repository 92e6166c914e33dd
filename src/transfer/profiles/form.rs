//! What a form of a profile asks for, and what is wrong with what was entered: pure, quick enough for every key.

use std::collections::BTreeMap;

use crate::domain::describe::{Description, SettingSpec};
use crate::domain::error::Failure;
use crate::domain::profile::{Profile, SANDBOX_PROFILE, Target};
use crate::domain::secret::Secret;
use crate::sandbox::demo_settings;
use crate::services::{self, Service};
use crate::settings::same_name;

/// Something that is wrong with a profile's settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// Which setting, where it is one.
    pub key: Option<&'static str>,
    pub why: Why,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// It is needed and not given.
    Missing,
    /// Its own rule refuses it; a sentence that begins with its key.
    Value(String),
    /// The service refuses it together with others; a sentence.
    Service(String),
}

impl Wrong {
    /// The sentence of the command line.
    #[must_use]
    pub fn sentence(&self) -> String {
        match &self.why {
            Why::Missing => format!("{} is missing", self.key.unwrap_or_default()),
            Why::Value(sentence) | Why::Service(sentence) => sentence.clone(),
        }
    }
}

/// The settings that a form shows: all of them, for a demo those that the sandbox does not give, for the built-in
/// profile none.
#[must_use]
pub fn settings_of(profile: &Profile) -> Vec<&'static SettingSpec> {
    let Some(service) = services::find(&profile.service) else { return Vec::new() };
    if same_name(&profile.name, SANDBOX_PROFILE) {
        return Vec::new();
    }
    let given = if profile.is_local() { demo_settings(&profile.service, "") } else { BTreeMap::new() };
    service.description().settings.iter().filter(|spec| !given.contains_key(spec.key)).collect()
}

/// What keeps a profile with these settings from working; nothing of an unknown service.
#[must_use]
pub fn problems(profile: &Profile) -> Vec<Wrong> {
    let Some(service) = services::find(&profile.service) else { return Vec::new() };
    let mut whole = profile.clone();
    if profile.is_local() {
        whole.settings.extend(demo_settings(&profile.service, "http://127.0.0.1:1"));
    }
    wrong(service, &Target::new(&whole, service.description(), BTreeMap::new()))
}

/// Every setting by its own rule, then by the service's.
pub(super) fn wrong(service: &dyn Service, target: &Target) -> Vec<Wrong> {
    let description = service.description();
    let mut wrong = Vec::new();
    for spec in description.settings {
        let why = match target.optional(spec.key) {
            Some(value) => spec.check(value).err().map(Why::Value),
            None if spec.required => Some(Why::Missing),
            None => None,
        };
        wrong.extend(why.map(|why| Wrong { key: Some(spec.key), why }));
    }
    if wrong.is_empty() {
        wrong.extend(service.check_settings(target).into_iter().map(|sentence| {
            let key = begins_with_a_key(description, &sentence);
            Wrong { key, why: Why::Service(sentence) }
        }));
    }
    wrong
}

fn begins_with_a_key(description: &Description, sentence: &str) -> Option<&'static str> {
    let first = sentence.split_whitespace().next()?;
    description.setting(first).map(|spec| spec.key)
}

/// Checks and cleans a secret as its service wants it.
///
/// # Errors
/// What is wrong with it.
pub fn accept(service: &str, key: &str, secret: Secret) -> Result<Secret, Failure> {
    match services::find(service) {
        Some(service) => service.accept_secret(key, secret),
        None => Ok(secret),
    }
}
