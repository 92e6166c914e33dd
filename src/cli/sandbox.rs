//! `affix sandbox`: serves this home's sandbox until Ctrl-C.

use std::time::Duration;

use super::args::Sandbox;
use super::context::Context;
use super::{DONE, say};
use crate::domain::error::{Failure, Kind};
use crate::domain::profile::SANDBOX_PROFILE;
use crate::sandbox::credentials::Credentials;
use crate::sandbox::running;
use crate::sandbox::server::Config;
use crate::transfer::profiles::manage::offered;

pub(super) async fn run(context: &Context, args: Sandbox) -> Result<u8, Failure> {
    let dir = context.home.sandbox_dir();
    if args.stop {
        let stopped = tokio::task::spawn_blocking(move || running::stop(&dir)).await.map_err(broke_off)??;
        say::note(if stopped { "The sandbox has ended." } else { "No sandbox runs for this home." });
        return Ok(DONE);
    }
    if args.add_profiles {
        add_profiles(context)?;
    }
    let mut config = Config::new(&dir, Credentials::load_or_create(&dir)?);
    if let Some(bind) = args.bind {
        config.bind = bind;
    }
    config.idle_exit = args.idle_exit.map(Duration::from_secs);
    let serving = running::serve(config).await?;
    if !args.background {
        // A reader that has gone can find the address in the folder.
        let _gone = say::result(serving.server().origin());
        say::note("The sandbox serves this computer. Press Ctrl-C to end it.");
    }
    tokio::select! {
        () = serving.server().wait() => {}
        _pressed = tokio::signal::ctrl_c() => {}
    }
    // Waits for the port to be free, so that the next run can have it again.
    serving.end().await;
    Ok(DONE)
}

fn broke_off(error: tokio::task::JoinError) -> Failure {
    Failure::new(Kind::Storage, "Ending the sandbox broke off").cause(error)
}

/// A demo profile of each service, unless one of its name is there.
fn add_profiles(context: &Context) -> Result<(), Failure> {
    for description in offered() {
        let (name, is_new) = context.manager().demo(description)?;
        if is_new {
            say::note(&format!("“{name}” is added."));
        }
    }
    say::note(&format!("Upload to one of them with --profile, or to “{SANDBOX_PROFILE}” without it."));
    Ok(())
}
