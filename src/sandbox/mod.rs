//! The sandbox: a loopback server that speaks every service's protocol strictly, keeps the files and serves the
//! links. It is the default target of a first run, the demo of each service, and the server that tests run against.

pub mod cosmos;
pub mod credentials;
pub mod cronofy;
pub mod faults;
pub mod files;
pub mod forum;
mod headers;
mod intake;
mod links;
pub mod log;
pub mod mixin;
pub mod plain;
pub mod running;
pub mod server;
pub mod teable;
#[cfg(test)]
mod testing;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::json;

use crate::domain::secret::Secret;
use credentials::Credentials;
use faults::Faults;
use files::Files;
use log::Log;

/// What every emulated service works with.
#[derive(Debug)]
pub struct Shared {
    /// The server's own address, such as `http://127.0.0.1:41234`, without a slash at its end.
    pub origin: String,
    pub credentials: Credentials,
    pub files: Files,
    pub faults: Faults,
    pub log: Log,
    teable: teable::Memory,
    /// Held while a finished upload is looked up by its key and kept, so that a repeat finds the first.
    keeping: tokio::sync::Mutex<()>,
}

impl Shared {
    #[must_use]
    pub fn new(origin: String, credentials: Credentials, files: Files) -> Self {
        let keeping = tokio::sync::Mutex::new(());
        let (faults, log, teable) = (Faults::default(), Log::default(), teable::Memory::default());
        Self { origin, credentials, files, faults, log, teable, keeping }
    }
}

/// The state that axum hands to each handler.
pub type State = Arc<Shared>;

/// The settings of a demo profile of this service; empty for an unknown service.
#[must_use]
pub fn demo_settings(service: &str, origin: &str) -> BTreeMap<String, String> {
    let settings: &[(&str, &str)] = match service {
        "cosmos" => {
            &[("endpoint", "/cosmos"), ("database", "demo"), ("collection", "files"), ("document", "inbox")]
        }
        "cronofy" => &[("base_url", "/cronofy")],
        "forum" => &[("base_url", "/forum"), ("group_name", "post")],
        "mixin" => &[("base_url", "/mixin")],
        "sandbox" => &[("base_url", "/plain")],
        "teable" => &[("base_url", "/teable/api")],
        _ => &[],
    };
    let whole = |value: &str| match value.strip_prefix('/') {
        Some(path) => format!("{origin}/{path}"),
        None => value.to_owned(),
    };
    settings.iter().map(|(key, value)| ((*key).to_owned(), whole(value))).collect()
}

/// The secrets of a demo profile of this service; empty for an unknown service.
#[must_use]
pub fn demo_secrets(service: &str, credentials: &Credentials) -> BTreeMap<String, Secret> {
    let secrets = match service {
        "cosmos" => vec![("key", credentials.cosmos_key.clone())],
        "cronofy" => vec![("api_key", credentials.cronofy_api_key.clone())],
        "forum" => vec![
            ("api_key", credentials.forum_api_key.clone()),
            ("api_secret", credentials.forum_api_secret.clone()),
        ],
        "mixin" => vec![("keystore", mixin_keystore(credentials))],
        "sandbox" => vec![("token", credentials.plain_token.clone())],
        "teable" => vec![("token", credentials.teable_token.clone())],
        _ => Vec::new(),
    };
    secrets.into_iter().map(|(key, value)| (key.to_owned(), Secret::new(value))).collect()
}

/// In the newest spelling of the developer dashboard.
fn mixin_keystore(credentials: &Credentials) -> String {
    json!({
        "app_id": credentials.mixin_app_id,
        "session_id": credentials.mixin_session_id,
        "session_private_key": credentials.mixin_seed,
    })
    .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_service_has_a_demo() {
        let credentials = Credentials::generate();
        for service in ["cosmos", "cronofy", "forum", "mixin", "sandbox", "teable"] {
            let settings = demo_settings(service, "http://127.0.0.1:1");
            let address = settings.get("base_url").or_else(|| settings.get("endpoint")).unwrap();
            assert!(address.starts_with("http://127.0.0.1:1/"), "{service}: {address}");
            assert!(!demo_secrets(service, &credentials).is_empty(), "{service}");
        }
        assert!(demo_settings("other", "http://x").is_empty());
    }
}
