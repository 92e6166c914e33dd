//! `affix upload`: a second front on the engine.

mod consent;
mod display;
mod gauge;
pub(super) mod resume;
mod run;

use std::path::PathBuf;
use std::sync::Arc;

use super::args::{How, Upload};
use super::context::{Context, Keeping};
use super::{DONE, FAILED};
use crate::domain::error::{Failure, Kind};
use crate::domain::link::Format;
use crate::domain::preflight::Repair;
use crate::media::Readers;
use crate::store::system_clock;
use crate::transfer::{self, Config, HandOver, Limits, Repairs, Targets as _, opening};
use display::Display;
use run::Run;

pub(super) async fn run(context: &Context, args: Upload) -> Result<u8, Failure> {
    let format = format(context, &args.how)?;
    let (profile, service) = context.profile(args.profile.as_deref())?;
    // What is wrong with the profile is said once, before any file is taken.
    let asked = |failure: Failure| failure.asked(format!("Upload to {}", profile.name));
    context.targets.resolve(&profile.name).await.map_err(asked)?;
    let paths: Vec<_> = args.files.iter().map(absolute).collect();
    let keeping = context.keeping().await?;
    if !args.how.quiet {
        resume::hint(&keeping.store).await?;
    }
    let wanted = if args.how.yes {
        Some(Vec::new())
    } else if consent::first_upload(context, &profile, service, paths.len())? {
        consent::again(context, &keeping.store, &profile, &paths).await?
    } else {
        None
    };
    // Also what is not agreed to is in the history, as canceled.
    let policy = if asks(&args.how) { Repairs::Ask } else { Repairs::Refuse };
    let repairs = args.keep_metadata.then_some(Repair::KeepMetadata).into_iter().collect();
    let how = HandOver { repairs, ..policy.into() };
    let agreed = wanted.is_some();
    let run = start(context, &keeping, &args.how, format)?.knowing(&paths, wanted.unwrap_or_default());
    let all_went_well = run.upload(paths, &profile.name, how, agreed).await?;
    keeping.store.close().await;
    if all_went_well { Ok(DONE) } else { Ok(FAILED) }
}

/// Starts the engine and what shows its work.
fn start(context: &Context, keeping: &Keeping, how: &How, format: Format) -> Result<Run, Failure> {
    let (handle, events) = transfer::start(Config {
        store: keeping.store.clone(),
        targets: context.targets.clone(),
        http: context.http()?,
        readers: Readers::of_this_program(),
        limits: limits(context, how.jobs),
        retry: opening::retry_of(&context.settings).of_a_command(),
        remove_location: context.settings.uploads.remove_location,
        waker: Arc::new(|| {}),
        clock: system_clock,
    });
    Ok(Run::begin(handle, events, keeping.store.clone(), Display::new(how.quiet), format))
}

fn format(context: &Context, how: &How) -> Result<Format, Failure> {
    let format = how.format.as_deref().unwrap_or(&context.settings.uploads.format);
    Format::parse(format).map_err(|reason| Failure::new(Kind::Settings, reason))
}

/// Somebody is there to be asked about repairs.
fn asks(how: &How) -> bool {
    !how.yes && super::ask::is_interactive()
}

fn limits(context: &Context, jobs: Option<u16>) -> Limits {
    let given = jobs.map(|jobs| Limits { per_profile: jobs.into(), overall: jobs.into() });
    given.unwrap_or_else(|| opening::limits_of(&context.settings))
}

/// The history keeps whole paths, whatever folder the command was given in.
pub(super) fn absolute(path: &PathBuf) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_unusual| path.clone())
}
