//! What several test files share. Each of them compiles its own copy and uses a part of it.
#![allow(dead_code, clippy::allow_attributes, reason = "every test file uses another part")]

pub mod exchange;
pub mod fake;
pub mod raw;
