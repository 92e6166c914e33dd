//! What every command works with: folders, settings, secrets; and the database for those that need it.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::say;
use crate::domain::error::Failure;
use crate::domain::profile::Profile;
use crate::platform::dirs::Home;
use crate::platform::session::Session;
use crate::secrets::Secrets;
use crate::services::Service;
use crate::services::http::Http;
use crate::settings::{File, Settings};
use crate::store::Store;
use crate::transfer::opening;
use crate::transfer::profiles::ProfileTargets;
use crate::transfer::profiles::manage::{Manager, describe};

/// Settings and secrets of one home.
#[derive(Debug)]
pub(super) struct Context {
    pub(super) home: Home,
    pub(super) file: File,
    pub(super) settings: Settings,
    pub(super) secrets: Secrets,
    /// What finds profiles, secrets and the sandbox.
    pub(super) targets: Arc<ProfileTargets>,
}

/// The database, and the session that says which rows are this run's.
#[derive(Debug)]
pub(super) struct Keeping {
    pub(super) store: Store,
    _session: Session,
}

impl Context {
    pub(super) fn open(home: Option<PathBuf>) -> Result<Self, Failure> {
        let home = Home::resolve(home)?;
        home.create()?;
        let file = File::new(home.settings_file(), describe);
        let loaded = file.load();
        for warning in &loaded.warnings {
            say::note(&format!("Warning: {warning}"));
        }
        let secrets = Secrets::system(&home);
        let settings = loaded.settings;
        let keep_serving = Duration::from_secs(settings.sandbox.keep_serving_secs);
        let targets = ProfileTargets::new(home.clone(), file.clone(), secrets.clone(), keep_serving);
        Ok(Self { home, file, settings, secrets, targets: Arc::new(targets) })
    }

    /// The profile of this name, or the default one.
    pub(super) fn profile(&self, name: Option<&str>) -> Result<(Profile, &'static dyn Service), Failure> {
        self.targets.find(name.unwrap_or(&self.settings.default_profile))
    }

    /// What adds, changes and removes profiles.
    pub(super) fn manager(&self) -> Manager {
        Manager::new(self.file.clone(), self.secrets.clone())
    }

    /// Opens the database and marks as interrupted what runs that died have left unfinished.
    pub(super) async fn keeping(&self) -> Result<Keeping, Failure> {
        let (store, session) = opening::open_store(&self.home).await?;
        Ok(Keeping { store, _session: session })
    }

    /// The clients with the network settings.
    pub(super) fn http(&self) -> Result<Http, Failure> {
        opening::http(&self.settings)
    }
}
