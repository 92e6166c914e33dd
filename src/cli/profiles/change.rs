//! Adds, changes, removes, exports and imports profiles.

use std::collections::BTreeMap;
use std::path::Path;

use crate::cli::args::Values;
use crate::cli::context::{Context, describe};
use crate::cli::line::shown_path;
use crate::cli::{DONE, ask, say};
use crate::domain::describe::Description;
use crate::domain::error::{Failure, Kind};
use crate::domain::profile::Profile;
use crate::domain::secret::Secret;
use crate::platform::files::write_atomically;
use crate::secrets::{Forgotten, Status, variable};
use crate::services::{self, Service};
use crate::settings::{check_name, export};

pub(super) fn default(context: &Context, name: &str) -> Result<u8, Failure> {
    let (profile, _) = context.profile(Some(name))?;
    context.file.set_default(&profile.name)?;
    say::note(&format!("“{}” is the default now.", profile.name));
    Ok(DONE)
}

pub(super) async fn remove(context: &Context, name: &str) -> Result<u8, Failure> {
    let (profile, service) = context.profile(Some(name))?;
    let keys: Vec<_> = service.description().secrets.iter().map(|spec| spec.key).collect();
    // The secrets go first: of a profile that is gone, nobody would know which are left in a locked keyring.
    let forgotten = if profile.is_local() {
        Forgotten::WasMissing
    } else {
        context.secrets.forget_profile(&profile.name, &keys).await?
    };
    context.file.remove_profile(&profile.name)?;
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
    let found = services::find(&service).ok_or_else(|| {
        Failure::new(Kind::Settings, format!("“{service}” is no service"))
            .advice("`affix profiles services` shows which there are.")
    })?;
    if context.settings.profile(&name).is_some() {
        return Err(Failure::new(Kind::Settings, format!("A profile named “{name}” is there already"))
            .advice("Choose another name, or change it with `affix profiles edit`."));
    }
    // Before a secret is asked for that would have no use.
    check_name(&name).map_err(|must| Failure::new(Kind::Settings, format!("The profile's name {must}")))?;
    let mut profile = Profile { name, service, ..Profile::default() };
    apply(&mut profile, found.description(), &values.settings)?;
    let secrets = enter(found, &values.secrets)?;
    // The secrets go first: a profile that is listed should work.
    let kept = keep(context, &profile.name, &secrets).await;
    if let Err(failure) = kept.and_then(|()| context.file.add_profile(&profile)) {
        let keys: Vec<_> = secrets.keys().copied().collect();
        // Why nothing was added says more than that this could not be undone either.
        let _left = context.secrets.forget_profile(&profile.name, &keys).await;
        return Err(failure);
    }
    say::note(&format!("“{}” is added.", profile.name));
    remind(context, &profile, found.description()).await?;
    Ok(DONE)
}

pub(super) async fn edit(context: &Context, name: &str, values: Values) -> Result<u8, Failure> {
    let (profile, service) = context.profile(Some(name))?;
    let mut profile = profile.clone();
    if profile.is_local() && !values.secrets.is_empty() {
        let broke = format!("“{}” has its secrets from the sandbox", profile.name);
        return Err(
            Failure::new(Kind::Settings, broke).advice("Add a profile of your own for other secrets.")
        );
    }
    apply(&mut profile, service.description(), &values.settings)?;
    let secrets = enter(service, &values.secrets)?;
    // The secrets go first: where there is no keyring nothing is changed.
    keep(context, &profile.name, &secrets).await?;
    context.file.put_profile(&profile)?;
    say::note(&format!("“{}” is changed.", profile.name));
    remind(context, &profile, service.description()).await?;
    Ok(DONE)
}

pub(super) fn export(context: &Context, name: &str, file: &Path) -> Result<u8, Failure> {
    let (profile, _) = context.profile(Some(name))?;
    let text = export::to_text(&profile, describe);
    write_atomically(file, text.as_bytes())?;
    say::note(&format!("“{}” is written to {}, without its secrets.", profile.name, shown_path(file)));
    Ok(DONE)
}

pub(super) fn import(context: &Context, file: &Path) -> Result<u8, Failure> {
    let text = std::fs::read_to_string(file).map_err(|error| {
        Failure::new(Kind::Settings, format!("{} cannot be read", shown_path(file))).cause(error)
    })?;
    let profile = export::from_text(&text, describe)?;
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

/// Reads the named secrets, in their order, each checked and cleaned by its service.
fn enter(service: &dyn Service, keys: &[String]) -> Result<BTreeMap<&'static str, Secret>, Failure> {
    let description = service.description();
    let mut secrets = BTreeMap::new();
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

async fn keep(
    context: &Context,
    profile: &str,
    secrets: &BTreeMap<&'static str, Secret>,
) -> Result<(), Failure> {
    for (key, secret) in secrets {
        context.secrets.set(profile, key, secret.clone()).await?;
    }
    Ok(())
}

/// Says which secrets are still missing before the profile can upload.
async fn remind(context: &Context, profile: &Profile, description: &Description) -> Result<(), Failure> {
    let Some(first) = description.credentials.first().filter(|_| !profile.demo) else { return Ok(()) };
    for set in description.credentials {
        let mut complete = true;
        for key in *set {
            complete &= context.secrets.status(&profile.name, key).await? != Status::Missing;
        }
        if complete {
            return Ok(());
        }
    }
    say::note(&reminder(&profile.name, first));
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
