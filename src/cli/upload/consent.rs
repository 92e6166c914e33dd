//! The question before the first upload to a target that is not the sandbox.

use crate::cli::ask::{self, Reply};
use crate::cli::context::Context;
use crate::cli::say;
use crate::domain::describe::Visibility;
use crate::domain::error::Failure;
use crate::domain::profile::{Profile, Target};
use crate::domain::progress::human_duration;
use crate::services::Service;

/// Asks unless it was answered before; false: the user does not want it.
pub(super) fn ask(
    context: &Context,
    profile: &Profile,
    service: &'static dyn Service,
    target: &Target,
    (files, yes): (usize, bool),
) -> Result<bool, Failure> {
    if yes || profile.is_local() || profile.confirmed || !context.settings.uploads.ask_first {
        return Ok(true);
    }
    say::note(&what_happens(profile, service, target, files));
    match ask::question("Upload?", true) {
        Reply::Yes => Ok(true),
        Reply::No => Ok(false),
        Reply::Always => {
            context.file.set_confirmed(&profile.name)?;
            Ok(true)
        }
    }
}

/// What goes where, who will be able to see it, for how long.
fn what_happens(profile: &Profile, service: &dyn Service, target: &Target, files: usize) -> String {
    let capability = &service.description().capability;
    let things = if files == 1 { "1 file".to_owned() } else { format!("{files} files") };
    let who = match capability.visibility {
        Visibility::Public => "Everybody who has the link can see it.",
        Visibility::Expiring => "Everybody who has the link can see it until the link expires.",
        Visibility::Private => "Only who has this target's credential can see it.",
        Visibility::None => "There is no link: the service shows it where its id is used.",
    };
    let life =
        capability.link_life.map(|life| format!(" Links live for {}.", human_duration(life.as_secs())));
    format!(
        "This is the first upload to “{}” ({}): {things} to {}. {who}{}",
        profile.name,
        service.description().name,
        service.host(target),
        life.unwrap_or_default(),
    )
}
