//! What every front needs to start the engine: the database of a run that lives, and the settings as limits.

use std::path::PathBuf;
use std::time::Duration;

use super::{Limits, retry};
use crate::domain::error::{Failure, Kind};
use crate::platform::dirs::Home;
use crate::platform::session::Session;
use crate::services::http::{Http, Network};
use crate::settings::Settings;
use crate::store::{SessionId, Store};

/// Opens the database for a run of its own, and marks what dead runs left as interrupted.
///
/// # Errors
/// The folder or the file cannot be used.
pub async fn open_store(home: &Home) -> Result<(Store, Session), Failure> {
    let session = Session::begin(home)?;
    // A session's own id always parses.
    let id: SessionId = session.id().parse().unwrap_or_else(|_never| SessionId::fresh());
    let store = Store::open(&home.database(), id)?;
    for other in store.unfinished_sessions().await? {
        if other != id && Session::is_dead(home, &other.to_string()) {
            store.interrupt(other).await?;
        }
    }
    Ok((store, session))
}

/// The client as the settings want it.
///
/// # Errors
/// The extra CA cannot be read, the proxy is no address.
pub fn http(settings: &Settings) -> Result<Http, Failure> {
    let network = &settings.network;
    let read = |path: &PathBuf| {
        std::fs::read(path).map_err(|error| {
            Failure::new(Kind::Settings, format!("The file {} cannot be read", path.display()))
                .cause(error)
                .advice("Correct network.extra_ca in the settings.")
        })
    };
    Http::new(&Network {
        proxy: network.proxy.clone(),
        extra_ca_pem: network.extra_ca.as_ref().map(read).transpose()?,
        connect_timeout: Duration::from_secs(network.connect_timeout_secs),
        idle_timeout: Duration::from_secs(network.idle_timeout_secs),
    })
}

/// How many uploads run at once.
#[must_use]
pub fn limits_of(settings: &Settings) -> Limits {
    let uploads = &settings.uploads;
    Limits { per_profile: uploads.parallel_per_profile as usize, overall: uploads.parallel as usize }
}

#[must_use]
pub fn policy_of(settings: &Settings) -> retry::Policy {
    retry::Policy { retries: settings.uploads.retries, ..retry::Policy::default() }
}
