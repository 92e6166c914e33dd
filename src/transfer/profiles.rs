//! Targets from the settings file, the keyring and the sandbox.

pub mod form;
pub mod manage;
pub mod trial;

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::handed::Destination;
use super::targets::{Resolved, TargetFacts, TargetLimits, Targets};
use crate::domain::error::{Failure, Kind};
use crate::domain::profile::{Profile, Target};
use crate::platform::dirs::Home;
use crate::platform::process;
use crate::sandbox::credentials::Credentials;
use crate::sandbox::running::{self, Launch};
use crate::sandbox::{demo_secrets, demo_settings};
use crate::secrets::Secrets;
use crate::services::{self, Service};
use crate::settings::File;

/// How long a target is used without looking again. A keyring call takes 2 to 20 ms, which 10,000 small files
/// should not pay each; a secret that the user mends counts within this time.
const FRESH: Duration = Duration::from_secs(5);

/// Finds profiles where the user keeps them.
#[derive(Debug)]
pub struct ProfileTargets {
    home: Home,
    file: File,
    secrets: Secrets,
    /// How long a sandbox that is started here serves after its last request.
    keep_serving: Duration,
    /// One look-up at a time: jobs that start together ask the keyring once.
    known: Mutex<HashMap<String, (Instant, Resolved)>>,
}

impl ProfileTargets {
    #[must_use]
    pub fn new(home: Home, file: File, secrets: Secrets, keep_serving: Duration) -> Self {
        Self { home, file, secrets, keep_serving, known: Mutex::default() }
    }

    /// The profile of this name and its service.
    ///
    /// # Errors
    /// `Kind::Settings`: no such profile, or one of an unknown service.
    pub fn find(&self, name: &str) -> Result<(Profile, &'static dyn Service), Failure> {
        let settings = self.file.load().settings;
        let profile = settings.profile(name).ok_or_else(|| {
            Failure::new(Kind::Settings, format!("There is no profile named “{name}”"))
                .advice("`affix profiles list` shows which there are.")
        })?;
        let service = services::find(&profile.service).ok_or_else(|| no_service(&profile.service))?;
        Ok((profile.clone(), service))
    }

    /// Looks again before the next upload, because a profile was changed.
    pub async fn look_again(&self) {
        self.known.lock().await.clear();
    }

    async fn look_up(&self, name: &str) -> Result<Resolved, Failure> {
        let (profile, service) = self.find(name)?;
        let description = service.description();
        let target = if profile.is_local() {
            self.demo(&profile, service).await?
        } else {
            let mut secrets = self.secrets.collect(&profile.name, description).await?;
            for (key, secret) in &mut secrets {
                // One from the environment was never checked: a malformed one fails here, before any file is taken.
                *secret = service.accept_secret(key, secret.clone())?;
            }
            Target::new(&profile, description, secrets)
        };
        let destination = Some(destination_of(&profile, service));
        Ok(Resolved { destination, ..checked(service, target)? })
    }

    /// A profile that speaks to the sandbox: its address and its credential come from there.
    async fn demo(&self, profile: &Profile, service: &dyn Service) -> Result<Target, Failure> {
        let origin = self.sandbox_origin().await?;
        let credentials = Credentials::load_or_create(&self.home.sandbox_dir())?;
        let mut profile = profile.clone();
        profile.settings.extend(demo_settings(&profile.service, &origin));
        let secrets = demo_secrets(&profile.service, &credentials);
        Ok(Target::new(&profile, service.description(), secrets))
    }

    /// The address of this home's sandbox, which is started where none runs.
    async fn sandbox_origin(&self) -> Result<String, Failure> {
        let exe = process::this_program().map_err(|error| {
            Failure::new(Kind::Storage, "Affix cannot find its own program to start the sandbox").cause(error)
        })?;
        let home = self.home.given().map(ToOwned::to_owned);
        // As long as a target counts as known it must be there.
        let keep_serving = self.keep_serving.max(FRESH * 2);
        let launch = Launch { exe, home, keep_serving };
        let dir = self.home.sandbox_dir();
        tokio::task::spawn_blocking(move || running::ensure(&dir, &launch))
            .await
            .unwrap_or_else(
                |error| Err(Failure::new(Kind::Storage, "The sandbox did not start").cause(error)),
            )
            .map(|running| running.origin)
    }
}

/// Of a demo, only what the user has set: the sandbox's address is another one in each run.
fn destination_of(profile: &Profile, service: &dyn Service) -> Destination {
    let target = Target::new(profile, service.description(), BTreeMap::new());
    let host = if profile.is_local() { String::new() } else { service.host(&target) };
    Destination { service: profile.service.clone(), host, settings: target.settings }
}

fn no_service(id: &str) -> Failure {
    Failure::new(Kind::Settings, format!("“{id}” is no service of this version"))
        .advice("`affix profiles services` shows which there are.")
}

/// The target, if nothing is wrong with its settings.
fn checked(service: &'static dyn Service, target: Target) -> Result<Resolved, Failure> {
    let Some(wrong) = form::wrong(service, &target).into_iter().next() else {
        return Ok(Resolved { target: target.into(), service, destination: None });
    };
    let broke = format!("The target “{}” is not set up: {}", target.profile, wrong.sentence());
    let advice = format!("Correct it with `affix profiles edit '{}' --set KEY=VALUE`.", target.profile);
    Err(Failure::new(Kind::Settings, broke).advice(advice))
}

impl Targets for ProfileTargets {
    fn service_of(&self, profile: &str) -> Result<&'static str, Failure> {
        self.find(profile).map(|(_, service)| service.description().id)
    }

    fn facts_of(&self, profile: &str) -> TargetFacts {
        let Ok((profile, service)) = self.find(profile) else { return TargetFacts::default() };
        let limits = TargetLimits {
            parallel: profile.parallel.and_then(|parallel| usize::try_from(parallel).ok()),
            requests_per_minute: profile.requests_per_minute,
        };
        // Where the sandbox is, only an upload finds out: it may have to be started.
        let host = Some(destination_of(&profile, service).host).filter(|host| !host.is_empty());
        TargetFacts { host, limits }
    }

    fn resolve<'a>(&'a self, profile: &'a str) -> BoxFuture<'a, Result<Resolved, Failure>> {
        Box::pin(async move {
            let mut known = self.known.lock().await;
            if let Some((_, resolved)) = known.get(profile).filter(|(since, _)| since.elapsed() < FRESH) {
                return Ok(resolved.clone());
            }
            let resolved = self.look_up(profile).await?;
            known.insert(profile.to_owned(), (Instant::now(), resolved.clone()));
            Ok(resolved)
        })
    }

    fn destination(&self, profile: &str) -> Option<Destination> {
        let (profile, service) = self.find(profile).ok()?;
        Some(destination_of(&profile, service))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::files::write_atomically;

    #[test]
    fn a_destination_is_the_settings_with_their_defaults_and_never_the_sandboxs_address() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::resolve(Some(folder.path().to_owned())).unwrap();
        let text = "[[profiles]]\nname = \"Own\"\nservice = \"teable\"\n[profiles.settings]\n\
                    base_url = \"https://tables.example/api\"\n[[profiles]]\nname = \"Demo\"\n\
                    service = \"teable\"\ndemo = true\n";
        write_atomically(&home.settings_file(), text.as_bytes()).unwrap();
        let file = File::new(home.settings_file(), manage::describe);
        let targets = ProfileTargets::new(home, file, Secrets::memory(), FRESH);
        let own = targets.destination("own").unwrap();
        assert_eq!((&*own.service, &*own.host), ("teable", "tables.example"));
        assert_eq!(own.settings["base_url"], "https://tables.example/api");
        assert!(own.settings.contains_key("upload_type"), "{own:?}");
        let demo = targets.destination("Demo").unwrap();
        assert_eq!(demo.host, "");
        let hosts = ["Own", "Demo"].map(|name| targets.facts_of(name).host);
        assert_eq!(hosts, [Some("tables.example".to_owned()), None]);
        assert_eq!(targets.destination("Gone"), None);
    }
}
