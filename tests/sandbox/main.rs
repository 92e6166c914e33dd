//! The sandbox's server, spoken to byte by byte over a plain TCP connection: no client library mends anything.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test ends where something is not as it says, also in its helpers"
)]

mod faults;
mod hardening;
mod mixin;
mod plain;
mod support;
mod teable;
