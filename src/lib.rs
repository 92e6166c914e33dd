//! Affix: drop a file, get its link.
//!
//! The one data flow, from a file to a copied link, and each layer's map are in `ARCHITECTURE.md`.

pub mod cli;
pub mod domain;
pub mod media;
pub mod platform;
pub mod sandbox;
pub mod secrets;
pub mod services;
pub mod settings;
pub mod store;
pub mod transfer;
