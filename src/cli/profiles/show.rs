//! Lists and shows profiles and services.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::cli::columns::{Column, Table};
use crate::cli::context::Context;
use crate::cli::line::to_json;
use crate::cli::{DONE, say};
use crate::domain::describe::{Description, SettingKind, Visibility};
use crate::domain::error::Failure;
use crate::domain::profile::{Profile, Target};
use crate::domain::progress::human_bytes;
use crate::secrets::Status;
use crate::services;
use crate::settings::same_name;

/// Name with the default's mark, service, visibility, host.
const COLUMNS: [Column; 4] = [Column::at_least(16), Column::whole(), Column::whole(), Column::at_least(16)];

/// A profile as `--json` prints it.
#[derive(Debug, Serialize)]
struct Shown {
    name: String,
    service: String,
    host: String,
    default: bool,
    visibility: Option<Visibility>,
    secrets: BTreeMap<String, &'static str>,
}

pub(super) async fn list(context: &Context, json: bool) -> Result<u8, Failure> {
    let mut table = Table::new(&COLUMNS);
    for profile in &context.settings.profiles {
        let shown = shown(context, profile).await?;
        if json {
            print(&to_json(&shown));
        } else {
            table.push(shown.cells());
        }
    }
    table.lines().iter().for_each(|line| print(line));
    Ok(DONE)
}

pub(super) async fn one(context: &Context, name: &str, json: bool) -> Result<u8, Failure> {
    let (profile, service) = context.profile(Some(name))?;
    let shown = shown(context, &profile).await?;
    if json {
        print(&to_json(&shown));
        return Ok(DONE);
    }
    let mut table = Table::new(&COLUMNS);
    table.push(shown.cells());
    table.lines().iter().for_each(|line| print(line));
    let target = Target::new(&profile, service.description(), BTreeMap::new());
    for spec in service.description().settings {
        let set = if profile.settings.contains_key(spec.key) { "" } else { " (default)" };
        match target.optional(spec.key) {
            Some(value) => print(&format!("  {} = {value}{set}", spec.key)),
            None => print(&format!("  {} is not set", spec.key)),
        }
    }
    let limits = [("parallel", profile.parallel), ("requests_per_minute", profile.requests_per_minute)];
    for (key, limit) in limits.into_iter().filter_map(|(key, limit)| Some((key, limit?))) {
        print(&format!("  {key} = {limit}"));
    }
    for (key, status) in &shown.secrets {
        print(&format!("  secret {key}: {status}"));
    }
    Ok(DONE)
}

pub(super) fn services(json: bool) -> u8 {
    for service in services::ALL {
        let description = service.description();
        if json {
            print(&to_json(&described(description)));
        } else {
            for line in in_words(description) {
                print(&line);
            }
        }
    }
    DONE
}

async fn shown(context: &Context, profile: &Profile) -> Result<Shown, Failure> {
    let found = services::find(&profile.service);
    let mut secrets = BTreeMap::new();
    let (mut host, mut visibility) = (String::new(), None);
    if let Some(service) = found {
        let description = service.description();
        let local = profile.is_local();
        for spec in description.secrets {
            let status =
                if local { Status::Kept } else { context.secrets.status(&profile.name, spec.key).await? };
            secrets.insert(spec.key.to_owned(), status.as_str());
        }
        let target = Target::new(profile, description, BTreeMap::new());
        host = if local { "this computer".to_owned() } else { service.host(&target) };
        visibility = Some(description.capability.visibility);
    }
    Ok(Shown {
        name: profile.name.clone(),
        service: profile.service.clone(),
        host,
        default: same_name(&profile.name, &context.settings.default_profile),
        visibility,
        secrets,
    })
}

impl Shown {
    fn cells(&self) -> Vec<String> {
        let mark = if self.default { "*" } else { " " };
        let visibility = self.visibility.map_or("unknown service", Visibility::as_str);
        vec![format!("{mark} {}", self.name), self.service.clone(), visibility.to_owned(), self.host.clone()]
    }
}

/// A service as `--json` prints it.
fn described(description: &Description) -> serde_json::Value {
    let settings: Vec<_> = description
        .settings
        .iter()
        .map(|spec| {
            let (kind, choices) = kind_of(spec.kind);
            serde_json::json!({
                "key": spec.key, "label": spec.label, "help": spec.help, "default": spec.default,
                "required": spec.required, "kind": kind, "choices": choices,
            })
        })
        .collect();
    let secrets: Vec<_> = description
        .secrets
        .iter()
        .map(|spec| serde_json::json!({"key": spec.key, "label": spec.label, "help": spec.help}))
        .collect();
    let capability = &description.capability;
    serde_json::json!({
        "id": description.id, "name": description.name, "line": description.line,
        "settings": settings, "secrets": secrets, "credentials": description.credentials,
        "max_bytes": capability.max_bytes, "takes_empty": capability.takes_empty,
        "visibility": capability.visibility, "deletes": capability.deletes,
        "renews": capability.renews, "saves": capability.saves,
    })
}

fn kind_of(kind: SettingKind) -> (&'static str, Option<Vec<&'static str>>) {
    match kind {
        SettingKind::Text => ("text", None),
        SettingKind::Url => ("url", None),
        SettingKind::Integer { .. } => ("integer", None),
        SettingKind::Flag => ("flag", None),
        SettingKind::Choice(choices) => ("choice", Some(choices.iter().map(|choice| choice.value).collect())),
    }
}

fn in_words(description: &Description) -> Vec<String> {
    let capability = &description.capability;
    let limit = capability.max_bytes.map(|max| format!(", files up to {}", human_bytes(max)));
    let mut lines = vec![
        format!("{}: {}. {}", description.id, description.name, description.line),
        format!("  Links: {}{}", capability.visibility.as_str(), limit.unwrap_or_default()),
    ];
    for spec in description.settings {
        let default = spec.default.filter(|value| !value.is_empty());
        let default = match (default, spec.required) {
            (Some(value), _) => format!(" [{value}]"),
            (None, true) => " (needed)".to_owned(),
            (None, false) => String::new(),
        };
        lines.push(format!("  --set {}=…{default}  {}", spec.key, spec.help));
        if let SettingKind::Choice(choices) = spec.kind {
            lines.extend(choices.iter().map(|choice| format!("      {}: {}", choice.value, choice.label)));
        }
    }
    for spec in description.secrets {
        lines.push(format!("  --secret {}  {}", spec.key, spec.help));
    }
    lines
}

fn print(line: &str) {
    // A reader that has gone, such as `head`, has read enough.
    let _gone = say::result(line);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_choice_and_secret_is_listed() {
        for description in services::ALL.iter().map(|service| service.description()) {
            let text = in_words(description).join("\n");
            for spec in description.settings {
                assert!(text.contains(&format!("--set {}=", spec.key)), "{text}");
                if let SettingKind::Choice(choices) = spec.kind {
                    for choice in choices {
                        assert!(text.contains(&format!("  {}: {}", choice.value, choice.label)), "{text}");
                    }
                }
            }
            for spec in description.secrets {
                assert!(text.contains(&format!("--secret {} ", spec.key)), "{text}");
            }
        }
    }
}
