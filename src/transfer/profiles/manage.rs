//! Adds, changes and removes profiles with their secrets: what the command line prints of, and the window shows.

use std::collections::BTreeMap;
use std::path::Path;

use tokio_util::sync::CancellationToken;

use crate::domain::describe::Description;
use crate::domain::error::{Failure, Kind};
use crate::domain::profile::{Profile, SANDBOX_SERVICE};
use crate::domain::secret::Secret;
use crate::platform::files::write_atomically;
use crate::secrets::{Forgotten, Secrets, Source, Status, variable};
use crate::services::{self, Service};
use crate::settings::{File, check_name, export, same_name};

/// Secrets that were entered, by key.
pub type Entered = BTreeMap<&'static str, Secret>;

/// Where one secret of a profile is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// In the system's keyring.
    Keyring,
    /// In the environment variable of this name.
    Environment(String),
    /// Nowhere; the keyring is there and does not have it.
    Missing,
    /// Why it cannot be told: no keyring was found, or it does not answer.
    Unknown(Failure),
}

/// The settings file and the keyring together.
#[derive(Debug, Clone)]
pub struct Manager {
    file: File,
    secrets: Secrets,
}

impl Manager {
    #[must_use]
    pub fn new(file: File, secrets: Secrets) -> Self {
        Self { file, secrets }
    }

    /// Checks what a new profile begins with, before a secret is asked for that would have no use.
    ///
    /// # Errors
    /// No such service, a name that is taken or that no profile may have.
    pub fn check_new(&self, name: &str, service: &str) -> Result<&'static dyn Service, Failure> {
        let found = services::find(service).ok_or_else(|| {
            Failure::new(Kind::Settings, format!("“{service}” is no service"))
                .advice("`affix profiles services` shows which there are.")
        })?;
        if self.file.load().settings.profile(name).is_some() {
            return Err(Failure::new(Kind::Settings, format!("A profile named “{name}” is there already"))
                .advice("Choose another name, or change it with `affix profiles edit`."));
        }
        check_name(name)
            .map_err(|must| Failure::new(Kind::Settings, format!("The profile's name {must}")))?;
        Ok(found)
    }

    /// Adds a profile. The secrets go first: a profile that is listed should work. On failure, and when it is
    /// cancelled while the keyring waits for its password, nothing is left behind.
    ///
    /// # Errors
    /// The keyring did not take a secret, the name is taken, the file cannot be written.
    pub async fn add(
        &self,
        profile: &Profile,
        secrets: &Entered,
        cancel: &CancellationToken,
    ) -> Result<(), Failure> {
        self.keep(profile, secrets, cancel, |file| file.add_profile(profile)).await
    }

    /// Changes the profile named `old`, perhaps its name as well. The secrets go first: where there is no keyring
    /// nothing is changed. A new name takes the stored secrets along; what was handed over follows by
    /// [`crate::transfer::Handle::rename_profile`].
    ///
    /// # Errors
    /// As for [`Self::add`]; secrets for a demo, which has them from the sandbox.
    pub async fn change(
        &self,
        old: &str,
        profile: &Profile,
        secrets: &Entered,
        cancel: &CancellationToken,
    ) -> Result<(), Failure> {
        if profile.is_local() && !secrets.is_empty() {
            return Err(from_the_sandbox(&profile.name));
        }
        // The keyring's entries are named as the profile, to the letter.
        if old == profile.name || profile.is_local() {
            return self.keep(profile, secrets, cancel, |file| file.change_profile(old, profile)).await;
        }
        let mut all = self.stored(old, &profile.service).await?;
        all.extend(secrets.iter().map(|(key, secret)| (*key, secret.clone())));
        self.keep(profile, &all, cancel, |file| file.change_profile(old, profile)).await?;
        let keys: Vec<_> = all.keys().copied().collect();
        // The profile works under its new name; what is left under the old one does no harm.
        let _left = self.secrets.forget_profile(old, &keys).await;
        Ok(())
    }

    /// What the keyring has of a profile.
    async fn stored(&self, name: &str, service: &str) -> Result<Entered, Failure> {
        let mut stored = Entered::new();
        for spec in services::find(service).map_or(&[][..], |service| service.description().secrets) {
            // Without a keyring there is nothing to take along.
            if self.secrets.status(name, spec.key).await? != Status::Kept {
                continue;
            }
            if let Some((secret, Source::Keyring)) = self.secrets.get(name, spec.key).await? {
                stored.insert(spec.key, secret);
            }
        }
        Ok(stored)
    }

    /// Stores the secrets, then writes the file; what was replaced comes back where one of both fails.
    async fn keep(
        &self,
        profile: &Profile,
        secrets: &Entered,
        cancel: &CancellationToken,
        write: impl FnOnce(&File) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let mut replaced = Vec::new();
        let mut stored = Ok(());
        for (key, secret) in secrets {
            // A damaged one cannot be read, and storing it again is what mends it.
            let before = self.secrets.get(&profile.name, key).await.ok().flatten();
            stored = going_on(cancel);
            if stored.is_err() {
                break;
            }
            replaced.push((*key, before));
            stored = self.secrets.set(&profile.name, key, secret.clone()).await;
            if stored.is_err() {
                break;
            }
        }
        let written = stored.and_then(|()| going_on(cancel)).and_then(|()| write(&self.file));
        if written.is_err() {
            for (key, before) in replaced {
                // Why nothing was changed says more than that this could not be undone either.
                let _left = match before {
                    Some((secret, Source::Keyring)) => self.secrets.set(&profile.name, key, secret).await,
                    _ => self.secrets.forget(&profile.name, key).await.map(|_| ()),
                };
            }
        }
        written
    }

    /// Removes a profile. The secrets go first: of a profile that is gone, nobody would know which are left in a
    /// locked keyring.
    ///
    /// # Errors
    /// The keyring did not let go of a secret, the built-in profile, the file cannot be written.
    pub async fn remove(&self, profile: &Profile) -> Result<Forgotten, Failure> {
        let keys: Vec<_> = services::find(&profile.service)
            .map(|service| service.description().secrets.iter().map(|spec| spec.key).collect())
            .unwrap_or_default();
        let forgotten = if profile.is_local() {
            Forgotten::WasMissing
        } else {
            self.secrets.forget_profile(&profile.name, &keys).await?
        };
        self.file.remove_profile(&profile.name)?;
        Ok(forgotten)
    }

    /// Adds a second profile like this one, with the secrets that the keyring has; answers its name.
    ///
    /// # Errors
    /// As for [`Self::add`].
    pub async fn duplicate(&self, profile: &Profile, cancel: &CancellationToken) -> Result<String, Failure> {
        // A copy is another target: whether its first upload is asked about is answered anew.
        let mut copy = Profile { confirmed: false, ..profile.clone() };
        copy.name = self.free_name(&profile.name);
        let secrets = if profile.is_local() {
            Entered::new()
        } else {
            self.stored(&profile.name, &profile.service).await?
        };
        self.add(&copy, &secrets, cancel).await?;
        Ok(copy.name)
    }

    /// A profile of this service that works with the sandbox: the one that is there already, else a new one.
    /// Answers its name and whether it is new.
    ///
    /// # Errors
    /// No such service, the file cannot be written.
    pub fn demo(&self, description: &Description) -> Result<(String, bool), Failure> {
        let settings = self.file.load().settings;
        let is_there = |profile: &&Profile| profile.is_local() && profile.service == description.id;
        if let Some(there) = settings.profiles.iter().find(is_there) {
            return Ok((there.name.clone(), false));
        }
        let name = self.free_name(&format!("{} demo", description.name));
        let service = description.id.to_owned();
        let profile = Profile { name, service, demo: true, ..Profile::default() };
        self.file.add_profile(&profile)?;
        Ok((profile.name, true))
    }

    /// Writes a profile into a file of its own, without its secrets.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn export(&self, profile: &Profile, file: &Path) -> Result<(), Failure> {
        write_atomically(file, export::to_text(profile, describe).as_bytes())
    }

    /// Reads what [`Self::export`] wrote, without adding it.
    ///
    /// # Errors
    /// The file cannot be read or holds no profile.
    pub fn read_export(&self, file: &Path, shown: &str) -> Result<Profile, Failure> {
        let text = std::fs::read_to_string(file)
            .map_err(|error| Failure::new(Kind::Settings, format!("{shown} cannot be read")).cause(error))?;
        export::from_text(&text, describe)
    }

    /// The name, or with the first number behind it that no profile has.
    #[must_use]
    pub fn free_name(&self, wanted: &str) -> String {
        let profiles = self.file.load().settings.profiles;
        let taken = |name: &str| profiles.iter().any(|profile| same_name(&profile.name, name));
        // Room for the number: a name has 64 characters at most.
        let stem: String = wanted.trim().chars().take(58).collect();
        let stem = stem.trim_end();
        let numbered = (2_u32..).map(|number| format!("{stem} {number}"));
        std::iter::once(wanted.to_owned()).chain(numbered).find(|name| !taken(name)).unwrap_or_default()
    }

    /// Removes one secret from the keyring.
    ///
    /// # Errors
    /// The keyring did not let go of it.
    pub async fn forget(&self, profile: &str, key: &str) -> Result<Forgotten, Failure> {
        self.secrets.forget(profile, key).await
    }

    /// Where each secret of the profile is, in the service's order.
    pub async fn places(&self, profile: &str, description: &Description) -> Vec<(&'static str, Place)> {
        let mut places = Vec::new();
        for spec in description.secrets {
            let place = match self.secrets.status(profile, spec.key).await {
                Ok(Status::Kept) => Place::Keyring,
                Ok(Status::Environment) => Place::Environment(variable(profile, spec.key)),
                // Without a keyring it counts as missing; reading it tells the one from the other.
                Ok(Status::Missing) => match self.secrets.get(profile, spec.key).await {
                    Ok(_) => Place::Missing,
                    Err(failure) => Place::Unknown(failure),
                },
                Err(failure) => Place::Unknown(failure),
            };
            places.push((spec.key, place));
        }
        places
    }

    /// The secrets that are still missing before the profile can upload: those of the first set of credentials.
    ///
    /// # Errors
    /// A keyring that is there and does not tell.
    pub async fn missing(&self, profile: &Profile) -> Result<Option<&'static [&'static str]>, Failure> {
        let credentials = services::find(&profile.service)
            .filter(|_| !profile.is_local())
            .map_or(&[][..], |service| service.description().credentials);
        for set in credentials {
            let mut complete = true;
            for key in *set {
                complete &= self.secrets.status(&profile.name, key).await? != Status::Missing;
            }
            if complete {
                return Ok(None);
            }
        }
        Ok(credentials.first().copied())
    }
}

/// A service's description by its id, for the settings file.
#[must_use]
pub fn describe(id: &str) -> Option<&'static Description> {
    services::find(id).map(Service::description)
}

/// The services that a user can add, in the order of the gallery.
pub fn offered() -> impl Iterator<Item = &'static Description> {
    services::ALL.iter().map(|service| service.description()).filter(|one| one.id != SANDBOX_SERVICE)
}

/// Secrets of a demo are the sandbox's own.
#[must_use]
pub fn from_the_sandbox(name: &str) -> Failure {
    Failure::new(Kind::Settings, format!("“{name}” has its secrets from the sandbox"))
        .advice("Add a profile of your own for other secrets.")
}

fn going_on(cancel: &CancellationToken) -> Result<(), Failure> {
    if cancel.is_cancelled() { Err(Failure::cancelled()) } else { Ok(()) }
}
