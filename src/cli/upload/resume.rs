//! `affix resume`: goes on with what earlier runs left unfinished, as `affix upload` would have.

use super::{asks, format, start};
use crate::cli::args::Resume;
use crate::cli::context::Context;
use crate::cli::{DONE, FAILED, say};
use crate::domain::error::Failure;
use crate::store::Store;

pub(in crate::cli) async fn run(context: &Context, args: Resume) -> Result<u8, Failure> {
    let format = format(context, &args.how)?;
    let keeping = context.keeping().await?;
    let run = start(context, &keeping, &args.how, format)?;
    let all_went_well = run.resume(asks(&args.how)).await?;
    keeping.store.close().await;
    if all_went_well { Ok(DONE) } else { Ok(FAILED) }
}

/// Says what earlier runs left, which an upload does not touch.
pub(super) async fn hint(store: &Store) -> Result<(), Failure> {
    match store.interrupted().await?.len() {
        0 => {}
        1 => say::note("1 upload of an earlier run is unfinished: `affix resume` goes on with it."),
        count => say::note(&format!(
            "{count} uploads of an earlier run are unfinished: `affix resume` goes on with them."
        )),
    }
    Ok(())
}
