//! Secrets: in the system's keyring, or in environment variables where there is none. Never in a file.
//!
//! A call to a keyring may wait without limit for somebody to type a password, so all calls are made on one thread
//! of their own; a caller who waits no longer leaves it to finish there.

mod environment;
mod keeper;
mod keyring;
mod memory;
mod split;
mod vault;
mod words;

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

use crate::domain::describe::Description;
use crate::domain::error::{Failure, Kind};
use crate::domain::secret::Secret;
use crate::platform::dirs::Home;

pub use environment::{Environment, variable};
pub use keeper::{Keeper, State, Trouble};
pub use memory::Memory;
use words::Doing;

/// Calls that wait for the thread; further callers wait for room.
const QUEUE: usize = 16;

type Job = Box<dyn FnOnce(&mut dyn Keeper) + Send>;

/// A handle to the thread that speaks with the keyring. Clones share the thread, which ends with the last of them.
#[derive(Debug, Clone)]
pub struct Secrets {
    jobs: mpsc::Sender<Job>,
    environment: Environment,
    patience: Option<Duration>,
}

/// Where a secret came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    Keyring,
    Environment,
}

/// Whether a secret is there, without reading all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    Kept,
    Environment,
    Missing,
}

impl Status {
    /// The word in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Environment => "environment",
            Self::Missing => "missing",
        }
    }
}

/// What forgetting did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Forgotten {
    Removed,
    /// Nothing was stored.
    WasMissing,
    /// No keyring was found, so there was nothing to look into; if one starts later, the secret may still be in it.
    NoKeyring,
}

impl Secrets {
    /// The system's keyring, with entries of this home alone, and the process's environment variables.
    /// Nothing is connected before the first call.
    #[must_use]
    pub fn system(home: &Home) -> Self {
        Self::new(keyring::Keyring::new(home.keyring_service()), Environment::of_the_process())
    }

    /// Forgets everything at the end and sees no environment variables: for tests.
    #[must_use]
    pub fn memory() -> Self {
        Self::new(Memory::default(), Environment::empty())
    }

    pub fn new(keeper: impl Keeper + 'static, environment: Environment) -> Self {
        let (jobs, mut waiting) = mpsc::channel::<Job>(QUEUE);
        let work = move || {
            let mut keeper = keeper;
            while let Some(job) = waiting.blocking_recv() {
                job(&mut keeper);
            }
        };
        // Without a thread the channel is closed, which every call tells.
        let _detached = std::thread::Builder::new().name("secrets".to_owned()).spawn(work);
        Self { jobs, environment, patience: None }
    }

    /// A handle whose calls give up after `limit`. What was begun goes on: a prompt that is answered later still
    /// counts. A call that had not begun is dropped.
    #[must_use]
    pub fn within(&self, limit: Duration) -> Self {
        Self { patience: Some(limit), ..self.clone() }
    }

    /// The secret: from the keyring, else from its environment variable.
    ///
    /// # Errors
    /// What is the matter with the keyring, unless the variable is set.
    pub async fn get(&self, profile: &str, key: &str) -> Result<Option<(Secret, Source)>, Failure> {
        let entry = vault::entry(profile, key);
        let kept = self.call(move |keeper| vault::get(keeper, &entry)).await;
        if let Ok(Some(secret)) = kept {
            return Ok(Some((secret, Source::Keyring)));
        }
        match (self.environment.secret(profile, key)?, kept) {
            (Some(secret), _) => Ok(Some((secret, Source::Environment))),
            (None, Ok(_)) => Ok(None),
            (None, Err(trouble)) => Err(words::failure(trouble, Doing::Read, profile, key)),
        }
    }

    /// Every secret of a profile that is there, by key; for uploading.
    ///
    /// # Errors
    /// None of the service's sets of credentials is complete: what is missing, or why it could not be read.
    pub async fn collect(
        &self,
        profile: &str,
        description: &'static Description,
    ) -> Result<BTreeMap<String, Secret>, Failure> {
        let mut found = BTreeMap::new();
        let mut failure = None;
        for spec in description.secrets {
            // A keyring that failed once is not asked again: each time might open a prompt.
            let secret = match &failure {
                None => self.get(profile, spec.key).await.map(|found| found.map(|(secret, _)| secret)),
                Some(_) => self.environment.secret(profile, spec.key),
            };
            match secret {
                Ok(secret) => found.extend(secret.map(|secret| (spec.key.to_owned(), secret))),
                Err(error) => failure = failure.or(Some(error)),
            }
        }
        let missing = description
            .credentials
            .iter()
            .map(|set| set.iter().copied().filter(|key| !found.contains_key(*key)).collect::<Vec<_>>());
        match (missing.min_by_key(Vec::len), failure) {
            (Some(missing), _) if missing.is_empty() => Ok(found),
            (_, Some(failure)) => Err(failure),
            (Some(missing), None) => Err(words::missing(profile, &missing)),
            (None, None) => Ok(found),
        }
    }

    /// Stores the secret in the keyring; an old value is replaced.
    pub async fn set(&self, profile: &str, key: &str, secret: Secret) -> Result<(), Failure> {
        if secret.is_empty() {
            return Err(Failure::new(Kind::Secret, format!("The secret “{key}” of “{profile}” is empty"))
                .advice("Type or pipe the secret itself; to remove a stored one, forget it."));
        }
        let entry = vault::entry(profile, key);
        self.call(move |keeper| vault::set(keeper, &entry, &secret))
            .await
            .map_err(|trouble| words::failure(trouble, Doing::Store, profile, key))
    }

    /// Removes the secret from the keyring.
    pub async fn forget(&self, profile: &str, key: &str) -> Result<Forgotten, Failure> {
        self.forget_profile(profile, &[key]).await
    }

    /// Removes the secrets of these keys from the keyring: `Removed` where there was at least one.
    pub async fn forget_profile(&self, profile: &str, keys: &[&str]) -> Result<Forgotten, Failure> {
        let mut result = Forgotten::WasMissing;
        for key in keys {
            let entry = vault::entry(profile, key);
            match self.call(move |keeper| vault::forget(keeper, &entry)).await {
                Ok(true) => result = Forgotten::Removed,
                Ok(false) => {}
                Err(trouble) if trouble.state == State::Absent => return Ok(Forgotten::NoKeyring),
                Err(trouble) => return Err(words::failure(trouble, Doing::Forget, profile, key)),
            }
        }
        Ok(result)
    }

    /// Whether the secret is there. Without a keyring the environment alone counts.
    ///
    /// # Errors
    /// A keyring that is there and does not tell, unless the variable is set.
    pub async fn status(&self, profile: &str, key: &str) -> Result<Status, Failure> {
        let entry = vault::entry(profile, key);
        let kept = self.call(move |keeper| keeper.get(&entry)).await;
        if let Ok(Some(_)) = kept {
            return Ok(Status::Kept);
        }
        match (self.environment.secret(profile, key)?, kept) {
            (Some(_), _) => Ok(Status::Environment),
            (None, Err(trouble)) if trouble.state != State::Absent => {
                Err(words::failure(trouble, Doing::Read, profile, key))
            }
            (None, _) => Ok(Status::Missing),
        }
    }

    async fn call<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut dyn Keeper) -> Result<T, Trouble> + Send + 'static,
    ) -> Result<T, Trouble> {
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move |keeper| {
            if !answer.is_closed() {
                let _asker_may_have_left = answer.send(work(keeper));
            }
        });
        let stopped = || Trouble::new(State::Broken, "the thread that speaks with it has ended");
        let asked = async {
            self.jobs.send(job).await.map_err(|_job| stopped())?;
            answered.await.map_err(|_dropped| stopped())?
        };
        match self.patience {
            None => asked.await,
            Some(limit) => tokio::time::timeout(limit, asked).await.unwrap_or_else(|_elapsed| {
                Err(Trouble::new(State::Silent, format!("waited {} s", limit.as_secs())))
            }),
        }
    }
}
