//! The real program: profiles, history, sandbox, Ctrl-C, gone readers and terminals. Each test has a home of its own.
#![cfg(unix)]
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a helper of a test fails as the test does and writes as it likes"
)]

mod help;
mod history;
mod home;
mod profiles;
mod sandbox;
mod stopping;
mod terminal;
