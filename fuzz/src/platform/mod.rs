//! Of the computer only what the readers need.

#[path = "../../../src/platform/dirs.rs"]
pub mod dirs;
#[path = "../../../src/platform/files.rs"]
pub mod files;
#[path = "../../../src/platform/session.rs"]
pub mod session;
