//! The parts of Affix that read foreign bytes, compiled for fuzzing, and what its targets share.

#![allow(
    dead_code,
    unused_imports,
    unreachable_pub,
    missing_debug_implementations,
    reason = "parts of another package, of which the targets call some"
)]

#[path = "../../src/domain/mod.rs"]
pub mod domain;
#[path = "../../src/media/mod.rs"]
pub mod media;
pub mod platform;
#[path = "../../src/services/mod.rs"]
pub mod services;
#[path = "../../src/settings/mod.rs"]
pub mod settings;

pub mod targets;
