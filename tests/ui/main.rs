//! The window without a screen: the real app in a home of its own, or its drawing alone on a model made by hand.
#![cfg(test)]

#[path = "../faults/certificates.rs"]
mod certificates;
#[path = "../support/desk.rs"]
mod desk;
#[path = "../support/stage.rs"]
mod stage;
#[path = "../support/targets_page.rs"]
mod targets_page;
#[path = "../support/window.rs"]
mod window;

mod changes;
mod closing;
mod desktop;
mod dialogs;
mod export;
mod inspector;
mod list;
mod names;
mod pictures;
mod preview;
mod settings;
mod taking_up;
mod targets;
mod updates;
mod waits;
mod watch;
