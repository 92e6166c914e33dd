//! The sandbox: a loopback server that speaks every service's protocol strictly, keeps the files and serves the
//! links. It is the default target of a first run, the demo of each service, and the server that tests run against.

pub mod cosmos;
pub mod credentials;
pub mod cronofy;
pub mod faults;
pub mod files;
pub mod forum;
mod intake;
pub mod mixin;
pub mod plain;
pub mod server;
pub mod teable;
#[cfg(test)]
mod testing;

use std::sync::Arc;

use credentials::Credentials;
use files::Files;

/// What every emulated service works with.
#[derive(Debug)]
pub struct Shared {
    /// The server's own address, such as `http://127.0.0.1:41234`, without a slash at its end.
    pub origin: String,
    pub credentials: Credentials,
    pub files: Files,
}

/// The state that axum hands to each handler.
pub type State = Arc<Shared>;
