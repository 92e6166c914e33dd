//! One request and its answer, over real sockets.

#[path = "../support/mod.rs"]
mod support;

mod held;
mod misbehaving;
