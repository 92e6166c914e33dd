//! What the targets share: a file of the memory's own with all that reads it, and a server that answers anything.

#![allow(missing_docs, reason = "nobody outside uses it")]

pub mod files;
pub mod server;
pub mod talk;

use affix::domain::describe::Description;

/// The descriptions that settings are checked with.
pub fn describe(id: &str) -> Option<&'static Description> {
    affix::services::find(id).map(affix::services::Service::description)
}
