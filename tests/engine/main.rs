//! The engine over a real database, with a service that does what the test says.

#[path = "../support/photo.rs"]
mod photo;
#[path = "../support/mod.rs"]
mod support;

mod gate;
mod line;
mod queue;
mod races;
mod repairs;
mod steering;
mod taking_up;
