//! Meaning: plain data and rules. No disk, no network, no clock, no user interface.

pub mod attachment;
pub mod changes;
pub mod curl;
pub mod describe;
pub mod error;
pub mod file_name;
pub mod link;
pub mod link_check;
pub mod preflight;
pub mod profile;
pub mod progress;
pub mod receipt;
pub mod secret;
