//! The real program in a network of its own that is broken with the system's own means: packets lost and refused, a
//! narrow line, the interface taken down, names that nobody knows.
//!
//! Each test starts itself again inside a network namespace with nothing but its loopback interface, where its sandbox
//! and its uploads are. Where this computer does not let it (no root, no namespaces of users, no iptables), it says so
//! on a line that begins with NOT RUN.
#![cfg(target_os = "linux")]
#![allow(
    clippy::allow_attributes,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a test ends where something is not as it says, also in its helpers"
)]

#[path = "../support/cli.rs"]
mod cli;
mod cuts;
mod line;
mod names;
mod namespace;
mod stage;
mod storm;
