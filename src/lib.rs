//! Affix: drop a file, get its link. A native uploader for services that have an upload API and no good uploader.
//!
//! This library is the whole program; `src/main.rs` only calls [`cli::main`]. `ARCHITECTURE.md` has the reasons,
//! this page is the map.
//!
//! # Modules
//!
//! Four layers. A module uses the layers below its own, never one above; `tests/architecture.rs` enforces it.
//!
//! | layer | module | in one line |
//! |---|---|---|
//! | windows and words | [`cli`] | arguments, results, questions, exit codes: a front on the engine |
//! | | [`app`] | the window's program: carries out what was asked, drains what happened: the other front |
//! | | [`ui`] | draws the window from the model, pushes actions: egui and nothing else |
//! | | [`model`] | what the window shows and what can be asked of it, as plain data |
//! | work | [`transfer`] | the engine: queue, jobs, limits, retries, cancelling |
//! | | [`services`] | one folder for each upload API, behind one trait; the HTTP exchange |
//! | | [`media`] | what a file is by its content, thumbnails, smaller pictures |
//! | | [`sandbox`] | the server on this computer that speaks every service's protocol |
//! | keeping | [`store`] | the SQLite database of all that was handed over |
//! | | [`settings`] | the TOML file of settings and profiles |
//! | | [`secrets`] | the system's keyring, environment variables |
//! | | [`platform`] | folders, atomic writing, locks |
//! | meaning | [`domain`] | plain data and rules, without disk, network, clock or threads |
//!
//! # The one data flow
//!
//! `affix upload photo.jpg`, from the path to the link:
//!
//! 1. [`cli`] reads the arguments, asks what must be asked, and hands paths and a profile's name to
//!    [`transfer::Handle::submit`].
//! 2. The engine stores a row for each file in the [`store`] before it answers: from here on nothing is lost.
//! 3. As the limits allow, a job walks each file along one straight line: inspect ([`media`]) → preflight (the
//!    service's [`domain::describe::Capability`] and [`services::Service::preflight`]) → prepare →
//!    [`services::Service::upload`] through its [`services::http::Exchange`] → verify → record ([`store`]) → done.
//! 4. Each change of state is a [`transfer::Event`]; the [`domain::receipt::Receipt`] comes with the last one.
//!    [`cli`] prints its link as a [`domain::link::Format`] has it, in the order the files were given.
//!
//! The window is the same from step 2 on: [`ui`] sees the dropped paths and pushes an [`model::Action`]; [`app`] looks
//! through folders, asks what must be asked and submits; events change the [`model::Model`], and nothing else does.
//!
//! # Failures, and where each kind is shown
//!
//! There is one failure type, [`domain::error::Failure`]; the side that failed says whether a repeat is safe.
//!
//! | what failed | who says it | where it is shown |
//! |---|---|---|
//! | the arguments | `clap` | standard error, exit code 2 |
//! | settings, a profile, a secret, before anything is sent | [`cli`], from what [`settings`] or [`secrets`] answered | standard error, exit code 2 |
//! | a broken value in the settings file | [`settings::Warning`], its default counts | standard error, and the work goes on |
//! | a file that a service would refuse | a [`domain::preflight::Finding`], perhaps with a repair to agree to | a question on a terminal, else the file's failure |
//! | one try of an upload | the service or the exchange; the engine tries again what is safe | a line on standard error for each retry |
//! | an upload, for good | [`transfer::Event::Finished`] | standard error, `error` in JSON, the history, exit code 1 |
//! | an answer that was lost, where a repeat might duplicate | the state `unsure` | the same; the user decides |
//! | the database, while uploads run | [`transfer::Event::Trouble`] | standard error; the link is printed all the same |
//!
//! In the window the same failures are the row's first line, whole in the inspector, under the field they belong to, or
//! a toast where nothing on the screen stands for them.

pub mod app;
pub mod cli;
pub mod domain;
pub mod media;
pub mod model;
pub mod platform;
pub mod sandbox;
pub mod secrets;
pub mod services;
pub mod settings;
pub mod store;
pub mod transfer;
pub mod ui;
