//! `affix upload`, as a user or a script runs it: the real program against the sandbox that it starts itself.
#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test ends where something is not as it says, also in its helpers"
)]
// Pipes, limits, names of any bytes and /proc are what the tests look at.
#![cfg(target_os = "linux")]

#[path = "../support/cli.rs"]
mod cli;
#[path = "../support/photo.rs"]
mod photo;

mod bad_input;
mod bad_service;
mod formats;
mod full_disk;
mod output;
mod questions;
mod resume;
