//! What several test files share. Each of them compiles its own copy and uses a part of it.
#![allow(
    clippy::allow_attributes,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    dead_code,
    missing_debug_implementations,
    unreachable_pub,
    reason = "tests may panic; every test file uses another part"
)]

pub mod exchange;
pub mod fake;
pub mod raw;
