//! The system's keyring: Secret Service, macOS keychain, Windows credentials.

use std::sync::Arc;

use keyring_core::{CredentialStore, Entry, Error};

use super::keeper::{Keeper, State, Trouble};
use crate::domain::secret::Secret;

/// Connects at the first call, and anew after a failure: a keyring that was started or restarted meanwhile is found.
#[derive(Debug)]
pub(super) struct Keyring {
    /// What the entries are filed under.
    service: String,
    store: Option<Arc<CredentialStore>>,
}

impl Keyring {
    pub(super) fn new(service: String) -> Self {
        Self { service, store: None }
    }

    /// Carries one call out; `None` where there is no such entry. A connection that a restarted keyring left behind
    /// fails once, so it is made again once; every call may be repeated without harm.
    fn call<T>(
        &mut self,
        entry: &str,
        call: impl Fn(&Entry) -> Result<T, Error>,
    ) -> Result<Option<T>, Trouble> {
        let was_connected = self.store.is_some();
        let mut result = self.call_once(entry, &call)?;
        if was_connected && self.store.is_none() {
            result = self.call_once(entry, &call)?;
        }
        match result {
            Ok(answer) => Ok(Some(answer)),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(trouble(error)),
        }
    }

    /// The outer error is the connection's, the inner one the call's. A call that broke ends the connection.
    fn call_once<T>(
        &mut self,
        entry: &str,
        call: impl Fn(&Entry) -> Result<T, Error>,
    ) -> Result<Result<T, Error>, Trouble> {
        let store = match &self.store {
            Some(store) => store.clone(),
            None => self.store.insert(connect()?).clone(),
        };
        let result = store.build(&self.service, entry, None).and_then(|entry| call(&entry));
        if matches!(result, Err(Error::PlatformFailure(_))) {
            self.store = None;
        }
        Ok(result)
    }
}

impl Keeper for Keyring {
    fn get(&mut self, entry: &str) -> Result<Option<Secret>, Trouble> {
        Ok(self.call(entry, Entry::get_password)?.map(Secret::new))
    }

    fn set(&mut self, entry: &str, content: &Secret) -> Result<(), Trouble> {
        match self.call(entry, |entry| entry.set_password(content.expose()))? {
            Some(()) => Ok(()),
            None => Err(Trouble::new(State::Broken, "the entry vanished while it was written")),
        }
    }

    fn delete(&mut self, entry: &str) -> Result<bool, Trouble> {
        Ok(self.call(entry, Entry::delete_credential)?.is_some())
    }
}

fn connect() -> Result<Arc<CredentialStore>, Trouble> {
    open_store().map_err(|error| Trouble::new(State::Absent, told(&error)))
}

#[cfg(all(unix, not(target_os = "macos")))]
fn open_store() -> Result<Arc<CredentialStore>, Error> {
    Ok(zbus_secret_service_keyring_store::Store::new()?)
}

#[cfg(target_os = "macos")]
fn open_store() -> Result<Arc<CredentialStore>, Error> {
    Ok(apple_native_keyring_store::keychain::Store::new()?)
}

#[cfg(windows)]
fn open_store() -> Result<Arc<CredentialStore>, Error> {
    Ok(windows_native_keyring_store::Store::new()?)
}

/// Contents that an error carries are left out: they may be secrets.
fn trouble(error: Error) -> Trouble {
    match error {
        Error::NoStorageAccess(ref cause) | Error::PlatformFailure(ref cause) => {
            Trouble::new(state_of(cause.as_ref()), told(&error))
        }
        Error::BadEncoding(_) | Error::BadDataFormat(..) => {
            Trouble::new(State::Torn, "the entry holds no text")
        }
        Error::Ambiguous(entries) => {
            let cause = format!("{} entries of the same name were found", entries.len());
            Trouble::new(State::Broken, cause)
        }
        other => Trouble::new(State::Broken, other),
    }
}

/// The platform's words without the crate's own before them.
fn told(error: &Error) -> String {
    match error {
        Error::NoStorageAccess(cause) | Error::PlatformFailure(cause) => cause.to_string(),
        other => other.to_string(),
    }
}

type Cause = dyn std::error::Error + Send + Sync;

#[cfg(all(unix, not(target_os = "macos")))]
fn state_of(cause: &Cause) -> State {
    use secret_service::Error as Service;

    // A dismissed prompt was refused by somebody only where there is a screen to show it on.
    let has_screen = ["DISPLAY", "WAYLAND_DISPLAY"]
        .iter()
        .any(|name| std::env::var_os(name).is_some_and(|v| !v.is_empty()));
    match cause.downcast_ref::<Service>() {
        Some(Service::Prompt) if has_screen => State::Refused,
        Some(Service::Prompt | Service::Locked | Service::PromptDisconnected) => State::Locked,
        Some(Service::NoResult) => State::Homeless,
        Some(Service::Unavailable) => State::Absent,
        _ => State::Broken,
    }
}

/// Codes of Apple's SecBase.h; -128 is `userCanceledErr` of MacErrors.h, -61 `wrPermErr`.
#[cfg(target_os = "macos")]
fn state_of(cause: &Cause) -> State {
    match cause.downcast_ref::<security_framework::base::Error>().map(|error| error.code()) {
        Some(-128 | -61 | -25244 | -25292 | -25293) => State::Refused,
        Some(-25308) => State::Locked,
        Some(-25291 | -25294 | -25295) => State::Absent,
        _ => State::Broken,
    }
}

/// Windows has no locked state: who is logged in may read.
#[cfg(windows)]
fn state_of(_cause: &Cause) -> State {
    State::Broken
}
