//! What is told of an upload is true: its link, its content, its target; nothing is sent twice unasked.
#![allow(
    clippy::allow_attributes,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test ends where something is not as it says, also in its helpers"
)]

mod links;
#[path = "../support/live.rs"]
mod live;
