//! What every front opens in the same way: its threads, the database with this run's session, the network, the limits.

use std::path::PathBuf;
use std::time::Duration;

use tokio::runtime::Runtime;

use super::{Limits, retry};
use crate::domain::error::{Failure, Kind};
use crate::platform::dirs::Home;
use crate::platform::session::Session;
use crate::services::http::{Http, Network};
use crate::settings::Settings;
use crate::store::{SessionId, Store};

/// The threads that everything runs on which may wait for a network, a disk or a keyring.
pub fn runtime() -> Result<Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_name("affix-work")
        .enable_all()
        .build()
        .map_err(|error| Failure::new(Kind::Storage, "Affix could not start its threads").cause(error))
}

/// Opens the database for this run and marks as interrupted what runs that died have left unfinished. The session
/// says which rows are this run's: keep it as long as the store.
pub async fn open_store(home: &Home) -> Result<(Store, Session), Failure> {
    let session = Session::begin(home)?;
    let id: SessionId = session.id().parse().unwrap_or_else(|_never| SessionId::fresh());
    let store = Store::open(&home.database(), id)?;
    interrupt_dead(home, &store).await?;
    Ok((store, session))
}

/// Marks as interrupted what other runs that died have left unfinished, also since this one began; answers how many.
pub async fn interrupt_dead(home: &Home, store: &Store) -> Result<usize, Failure> {
    let mut interrupted = 0;
    for other in store.unfinished_sessions().await? {
        if other != store.session() && Session::is_dead(home, &other.to_string()) {
            interrupted += store.interrupt(other).await?;
        }
    }
    Ok(interrupted)
}

/// The clients with the network settings and the limit of bandwidth.
pub fn http(settings: &Settings) -> Result<Http, Failure> {
    let network = &settings.network;
    let read = |path: &PathBuf| {
        std::fs::read(path).map_err(|error| {
            Failure::new(Kind::Settings, format!("The file {} cannot be read", path.display()))
                .cause(error)
                .advice("Correct network.extra_ca in the settings.")
        })
    };
    let http = Http::new(&Network {
        proxy: network.proxy.clone(),
        extra_ca_pem: network.extra_ca.as_ref().map(read).transpose()?,
        connect_timeout: Duration::from_secs(network.connect_timeout_secs),
        idle_timeout: Duration::from_secs(network.idle_timeout_secs),
    })?;
    http.throttle().set(bandwidth_of(settings));
    Ok(http)
}

/// Bytes a second that the settings let all uploads together send.
#[must_use]
pub fn bandwidth_of(settings: &Settings) -> Option<u64> {
    Some(settings.uploads.bandwidth_kib.saturating_mul(1024)).filter(|bytes| *bytes > 0)
}

/// How many uploads the settings let run at once.
#[must_use]
pub fn limits_of(settings: &Settings) -> Limits {
    let uploads = &settings.uploads;
    Limits { per_profile: uploads.parallel_per_profile as usize, overall: uploads.parallel as usize }
}

/// How often the settings let a failed upload be tried again.
#[must_use]
pub fn retry_of(settings: &Settings) -> retry::Policy {
    retry::Policy { retries: settings.uploads.retries, ..retry::Policy::default() }
}
