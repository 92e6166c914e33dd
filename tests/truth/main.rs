//! What is told of an upload is true: its link, its content, its target; nothing is sent twice unasked.
#![allow(
    clippy::allow_attributes,
    dead_code,
    missing_debug_implementations,
    unreachable_pub,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test ends where something is not as it says, also in its helpers"
)]

mod contents;
#[path = "../support/fake.rs"]
mod fake;
mod links;
#[path = "../support/live.rs"]
mod live;
mod targets;
