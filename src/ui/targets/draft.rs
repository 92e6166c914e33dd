//! What a form holds until it is saved; it stays when the screen is left.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::RangeInclusive;

use zeroize::Zeroizing;

use crate::domain::error::Failure;
use crate::domain::profile::{Again, Profile};
use crate::domain::secret::Secret;
use crate::model::targets::{Entry, Subject, Targets};
use crate::settings::{PARALLEL, REQUESTS_PER_MINUTE, check_name, same_name};
use crate::transfer::profiles::form::{self, Why, Wrong};

/// Longer than the secrets that services give: the text then never moves in memory while it is typed.
const ROOM: usize = 8 * 1024;

/// A secret while it is typed: wiped when it goes, and never printed.
pub(super) struct Typed(Zeroizing<String>);

impl Typed {
    pub(super) fn text(&mut self) -> &mut String {
        &mut self.0
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.trim().is_empty()
    }
}

impl Default for Typed {
    fn default() -> Self {
        Self(Zeroizing::new(String::with_capacity(ROOM)))
    }
}

impl fmt::Debug for Typed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Typed(***)")
    }
}

/// What is wrong with a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WrongName {
    Empty,
    Shape,
    Taken,
}

/// How much at once, as it is typed; empty: as in the settings, no limit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Limits {
    pub parallel: String,
    pub requests_per_minute: String,
    pub again: Again,
}

/// A number within its bounds; none for an empty text.
pub(super) fn limit(text: &str, bounds: &RangeInclusive<u32>) -> Result<Option<u32>, ()> {
    match text.trim() {
        "" => Ok(None),
        text => text.parse().ok().filter(|number| bounds.contains(number)).map(Some).ok_or(()),
    }
}

impl Limits {
    fn of(profile: &Profile) -> Self {
        let written = |limit: Option<u32>| limit.map(|limit| limit.to_string()).unwrap_or_default();
        Self {
            parallel: written(profile.parallel),
            requests_per_minute: written(profile.requests_per_minute),
            again: profile.again,
        }
    }

    fn are_right(&self) -> bool {
        limit(&self.parallel, &PARALLEL).is_ok()
            && limit(&self.requests_per_minute, &REQUESTS_PER_MINUTE).is_ok()
    }
}

#[derive(Debug)]
pub(super) struct Draft {
    pub subject: Subject,
    /// As it is saved; of a new one what it began with.
    before: Profile,
    pub name: String,
    /// Settings that differ from the service's defaults, and empty texts.
    pub values: BTreeMap<&'static str, String>,
    pub secrets: BTreeMap<&'static str, Typed>,
    pub limits: Limits,
    pub wrong: Vec<Wrong>,
    pub wrong_name: Option<WrongName>,
    /// Secrets that the service does not take.
    pub refused: BTreeMap<&'static str, Failure>,
    /// What the user has been at: only that is told to be missing.
    touched: BTreeSet<&'static str>,
    /// Why it could not be saved.
    pub failure: Option<Failure>,
}

impl Draft {
    pub(super) fn new(subject: Subject, before: Profile, targets: &Targets) -> Self {
        let values = form::settings_of(&before)
            .into_iter()
            .filter_map(|spec| before.settings.get(spec.key).map(|value| (spec.key, value.clone())))
            .collect();
        let mut draft = Self {
            subject,
            name: before.name.clone(),
            limits: Limits::of(&before),
            before,
            values,
            secrets: BTreeMap::new(),
            wrong: Vec::new(),
            wrong_name: None,
            refused: BTreeMap::new(),
            touched: BTreeSet::new(),
            failure: None,
        };
        draft.check(targets);
        draft
    }

    pub(super) fn is_new(&self) -> bool {
        matches!(self.subject, Subject::New(_))
    }

    /// The profile as the form has it.
    pub(super) fn profile(&self) -> Profile {
        let mut profile = self.before.clone();
        profile.name.clone_from(&self.name);
        let kept = |text: &str, bounds, before| limit(text, bounds).unwrap_or(before);
        profile.parallel = kept(&self.limits.parallel, &PARALLEL, profile.parallel);
        profile.requests_per_minute =
            kept(&self.limits.requests_per_minute, &REQUESTS_PER_MINUTE, profile.requests_per_minute);
        profile.again = self.limits.again;
        for spec in form::settings_of(&self.before) {
            match self.values.get(spec.key).map(|value| value.trim()).filter(|value| !value.is_empty()) {
                Some(value) => {
                    profile.settings.insert(spec.key.to_owned(), value.to_owned());
                }
                None => {
                    profile.settings.remove(spec.key);
                }
            }
        }
        profile
    }

    /// Whether something was entered that is not saved.
    pub(super) fn is_changed(&self) -> bool {
        self.profile() != self.before
            || !self.limits.are_right()
            || self.secrets.values().any(|typed| !typed.is_empty())
    }

    /// Whether it is what the settings file says.
    pub(super) fn is_of(&self, profile: &Profile) -> bool {
        self.before == *profile
    }

    pub(super) fn can_be_saved(&self) -> bool {
        let something = self.is_new() || self.is_changed();
        something
            && self.limits.are_right()
            && self.wrong.is_empty()
            && self.wrong_name.is_none()
            && self.refused.is_empty()
    }

    /// Something was entered into the field of this key.
    pub(super) fn touch(&mut self, key: &'static str, targets: &Targets) {
        self.touched.insert(key);
        self.failure = None;
        self.check(targets);
    }

    /// What is wrong with this setting, unless it is a field that nobody has been at yet.
    pub(super) fn wrong_with(&self, key: &str) -> Option<&Wrong> {
        let wrong = self.wrong.iter().find(|wrong| wrong.key == Some(key))?;
        let untouched = self.is_new() && wrong.why == Why::Missing && !self.touched.contains(key);
        (!untouched).then_some(wrong)
    }

    fn check(&mut self, targets: &Targets) {
        self.wrong = form::problems(&self.profile());
        self.wrong_name = self.check_name(targets);
        let service = &self.before.service;
        self.refused = self
            .secrets
            .iter()
            .filter(|(_, typed)| !typed.is_empty())
            .filter_map(|(key, typed)| {
                let refused = form::accept(service, key, Secret::new(typed.0.trim())).err()?;
                Some((*key, refused))
            })
            .collect();
    }

    fn check_name(&self, targets: &Targets) -> Option<WrongName> {
        let name = self.name.as_str();
        let own = |other: &str| !self.is_new() && same_name(other, &self.before.name);
        if name.trim().is_empty() {
            Some(WrongName::Empty)
        } else if check_name(name).is_err() {
            Some(WrongName::Shape)
        } else if targets
            .all
            .iter()
            .map(|target| target.profile.name.as_str())
            .any(|other| same_name(other, name) && !own(other))
        {
            Some(WrongName::Taken)
        } else {
            None
        }
    }

    /// What is saved or tested: secrets as their service cleans them.
    pub(super) fn entry(&self) -> Entry {
        let service = &self.before.service;
        let secrets = self
            .secrets
            .iter()
            .filter(|(_, typed)| !typed.is_empty())
            .filter_map(|(key, typed)| {
                form::accept(service, key, Secret::new(typed.0.trim())).ok().map(|secret| (*key, secret))
            })
            .collect();
        Entry { subject: self.subject.clone(), profile: self.profile(), secrets }
    }
}
