//! Adds, changes, removes, exports and imports profiles.

use std::ops::RangeInclusive;
use std::path::Path;

use tokio_util::sync::CancellationToken;

use crate::cli::args::Values;
use crate::cli::context::Context;
use crate::cli::line::shown_path;
use crate::cli::{DONE, ask, say};
use crate::domain::describe::Description;
use crate::domain::error::{Failure, Kind};
use crate::domain::profile::Profile;
use crate::secrets::{Forgotten, variable};
use crate::services::Service;
use crate::settings::{PARALLEL, REQUESTS_PER_MINUTE};
use crate::transfer::profiles::manage::{Entered, Manager, from_the_sandbox};

pub(super) fn default(context: &Context, name: &str) -> Result<u8, Failure> {
    let (profile, _) = context.profile(Some(name))?;
    context.file.set_default(&profile.name)?;
    say::note(&format!("“{}” is the default now.", profile.name));
    Ok(DONE)
}

pub(super) async fn remove(context: &Context, name: &str) -> Result<u8, Failure> {
    let (profile, _) = context.profile(Some(name))?;
    let forgotten = context.manager().remove(&profile).await?;
    say::note(&format!("“{}” {} removed. Its history stays.", profile.name, with_secrets(forgotten)));
    if forgotten == Forgotten::NoKeyring {
        say::note("No keyring was found, so a secret that one may have kept is still in it.");
    }
    Ok(DONE)
}

fn with_secrets(forgotten: Forgotten) -> &'static str {
    match forgotten {
        Forgotten::Removed => "and its secrets are",
        Forgotten::WasMissing | Forgotten::NoKeyring => "is",
    }
}

pub(super) async fn add(
    context: &Context,
    name: String,
    service: String,
    values: Values,
) -> Result<u8, Failure> {
    let manager = context.manager();
    let found = manager.check_new(&name, &service)?;
    let mut profile = Profile { name, service, ..Profile::default() };
    apply(&mut profile, found.description(), &values.settings)?;
    let secrets = enter(found, &values.secrets)?;
    manager.add(&profile, &secrets, &CancellationToken::new()).await?;
    say::note(&format!("“{}” is added.", profile.name));
    remind(&manager, &profile).await?;
    Ok(DONE)
}

pub(super) async fn edit(context: &Context, name: &str, values: Values) -> Result<u8, Failure> {
    let manager = context.manager();
    let (mut profile, service) = context.profile(Some(name))?;
    if profile.is_local() && !values.secrets.is_empty() {
        // Before a secret is asked for that would have no use.
        return Err(from_the_sandbox(&profile.name));
    }
    apply(&mut profile, service.description(), &values.settings)?;
    let secrets = enter(service, &values.secrets)?;
    manager.change(&profile.name, &profile, &secrets, &CancellationToken::new()).await?;
    say::note(&format!("“{}” is changed.", profile.name));
    remind(&manager, &profile).await?;
    Ok(DONE)
}

pub(super) fn export(context: &Context, name: &str, file: &Path) -> Result<u8, Failure> {
    let (profile, _) = context.profile(Some(name))?;
    context.manager().export(&profile, file)?;
    say::note(&format!("“{}” is written to {}, without its secrets.", profile.name, shown_path(file)));
    Ok(DONE)
}

pub(super) fn import(context: &Context, file: &Path) -> Result<u8, Failure> {
    let profile = context.manager().read_export(file, &shown_path(file))?;
    context.file.add_profile(&profile)?;
    say::note(&format!("“{}” is added. Enter its secrets with `affix profiles edit`.", profile.name));
    Ok(DONE)
}

/// Applies `KEY=VALUE` settings; an empty value takes a setting back to its default.
fn apply(profile: &mut Profile, description: &Description, settings: &[String]) -> Result<(), Failure> {
    for text in settings {
        let (key, value) = text
            .split_once('=')
            .ok_or_else(|| Failure::new(Kind::Settings, format!("“{text}” is not KEY=VALUE")))?;
        if let Some((limit, range)) = limit_of(profile, key) {
            *limit = limited(key, value, &range)?;
            continue;
        }
        let spec = description.setting(key).ok_or_else(|| {
            let keys: Vec<_> = description.settings.iter().map(|spec| spec.key).collect();
            Failure::new(Kind::Settings, format!("{} has no setting “{key}”", description.name))
                .advice(format!("It has: {}.", keys.join(", ")))
        })?;
        if value.is_empty() {
            profile.settings.remove(key);
            continue;
        }
        spec.check(value).map_err(|reason| Failure::new(Kind::Settings, reason).advice(spec.help))?;
        profile.settings.insert(key.to_owned(), value.to_owned());
    }
    Ok(())
}

/// The limit of every profile, whatever its service, that this key names.
fn limit_of<'a>(profile: &'a mut Profile, key: &str) -> Option<(&'a mut Option<u32>, RangeInclusive<u32>)> {
    match key {
        "parallel" => Some((&mut profile.parallel, PARALLEL)),
        "requests_per_minute" => Some((&mut profile.requests_per_minute, REQUESTS_PER_MINUTE)),
        _ => None,
    }
}

fn limited(key: &str, value: &str, range: &RangeInclusive<u32>) -> Result<Option<u32>, Failure> {
    if value.is_empty() {
        return Ok(None);
    }
    let number = value.parse().ok().filter(|number| range.contains(number));
    number.map(Some).ok_or_else(|| {
        let must = format!("{key} must be a whole number from {} to {}", range.start(), range.end());
        Failure::new(Kind::Settings, must).advice("Leave it empty for no limit of the profile's own.")
    })
}

/// Reads the named secrets, in their order, each checked and cleaned by its service.
fn enter(service: &dyn Service, keys: &[String]) -> Result<Entered, Failure> {
    let description = service.description();
    let mut secrets = Entered::new();
    for key in keys {
        let spec = description.secret(key).ok_or_else(|| {
            let keys: Vec<_> = description.secrets.iter().map(|spec| spec.key).collect();
            Failure::new(Kind::Settings, format!("{} has no secret “{key}”", description.name))
                .advice(format!("It has: {}.", keys.join(", ")))
        })?;
        let secret = ask::secret(spec)?;
        secrets.insert(spec.key, service.accept_secret(spec.key, secret)?);
    }
    Ok(secrets)
}

/// Says which secrets are still missing before the profile can upload.
async fn remind(manager: &Manager, profile: &Profile) -> Result<(), Failure> {
    if let Some(keys) = manager.missing(profile).await? {
        say::note(&reminder(&profile.name, keys));
    }
    Ok(())
}

/// How to give these secrets.
fn reminder(profile: &str, keys: &[&str]) -> String {
    let variables: Vec<_> = keys.iter().map(|key| variable(profile, key)).collect();
    format!(
        "It needs a secret before it can upload: affix profiles edit '{profile}' --secret {}\n\
         Without a keyring: set {} in the environment.",
        keys.join(" --secret "),
        variables.join(" and ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_told_with_both_ways_to_give_it() {
        assert_eq!(
            reminder("My forum", &["api_key", "api_secret"]),
            "It needs a secret before it can upload: \
             affix profiles edit 'My forum' --secret api_key --secret api_secret\n\
             Without a keyring: set AFFIX_SECRET_MY_FORUM_API_KEY and AFFIX_SECRET_MY_FORUM_API_SECRET \
             in the environment."
        );
    }
}
