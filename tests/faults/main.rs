//! Every network step of every service against everything that can go wrong on the way, through the real engine.
//!
//! What is expected follows from what a service declares (`Capability::repeats`) and from a short table of exceptions,
//! each with its reason (`expected.rs`).
#![allow(
    clippy::allow_attributes,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test ends where something is not as it says, also in its helpers"
)]

mod bench;
mod certificates;
mod changed;
mod elsewhere;
mod expected;
mod insecure;
#[path = "../support/live.rs"]
mod live;
mod matrix;
#[path = "../support/secrets.rs"]
mod secrets;
mod stalls;
mod statuses;
mod waiting;
