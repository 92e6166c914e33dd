//! Profiles in a document: reading, checking, and writing only what differs.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use toml_edit::{Item, Table, TableLike, Value};

use super::warning::{Problem, Warning};
use crate::domain::describe::{Description, SettingSpec};
use crate::domain::error::{Failure, Kind};
use crate::domain::profile::{Again, Profile, SANDBOX_PROFILE};

/// The longest profile name, in characters.
const MAX_NAME_CHARS: usize = 64;

/// What [`Profile::parallel`] may be.
pub const PARALLEL: RangeInclusive<u32> = 1..=64;

/// What [`Profile::requests_per_minute`] may be.
pub const REQUESTS_PER_MINUTE: RangeInclusive<u32> = 1..=6_000;

const KNOWN: [&str; 8] =
    ["again", "confirmed", "demo", "name", "parallel", "requests_per_minute", "service", "settings"];

/// The profile that needs no account. It asks nothing before its first upload.
pub(super) fn built_in() -> Profile {
    Profile {
        name: SANDBOX_PROFILE.to_owned(),
        service: "sandbox".to_owned(),
        settings: BTreeMap::new(),
        demo: true,
        confirmed: true,
        ..Profile::default()
    }
}

/// Two spellings of one profile's name.
#[must_use]
pub fn same_name(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}

/// Checks a name for a profile of the user's.
///
/// # Errors
/// What it must be, such as "must not begin or end with a space".
pub fn check_name(name: &str) -> Result<(), String> {
    let is_hidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{ad}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
    };
    if name.trim().is_empty() || name.chars().count() > MAX_NAME_CHARS {
        Err(format!("must have 1 to {MAX_NAME_CHARS} characters"))
    } else if name.trim() != name {
        Err("must not begin or end with a space".to_owned())
    } else if name.chars().any(is_hidden) {
        Err("must not contain line breaks or other invisible characters".to_owned())
    } else {
        Ok(())
    }
}

/// What keeps this profile from working, a sentence each: settings the service does not have, values it refuses,
/// settings it needs. A demo needs none: the sandbox gives them.
#[must_use]
pub fn problems(profile: &Profile, description: &'static Description) -> Vec<String> {
    let given =
        profile.settings.iter().filter_map(|(key, value)| check_setting(description, key, value).err());
    let is_missing = |spec: &&SettingSpec| {
        spec.required && spec.default.is_none() && !profile.demo && !profile.settings.contains_key(spec.key)
    };
    let missing = description.settings.iter().filter(is_missing);
    given.chain(missing.map(|spec| format!("{} is needed", spec.key))).collect()
}

pub(super) fn check_setting(description: &'static Description, key: &str, value: &str) -> Result<(), String> {
    match description.setting(key) {
        Some(spec) => spec.check(value),
        None => Err(format!("{key} is not a setting of {}", description.name)),
    }
}

/// Takes out of the settings what is a secret of the service; answers the keys.
pub(super) fn take_secrets(profile: &mut Profile, description: &'static Description) -> Vec<String> {
    let is_secret = |key: &str| description.secret(key).is_some() && description.setting(key).is_none();
    profile.settings.extract_if(.., |key, _| is_secret(key)).map(|(key, _)| key).collect()
}

/// The list's entries, whether written as `[[profiles]]` or as one array of inline tables.
/// `None` stands for an array's element that is no table.
pub(super) fn entries(list: &Item) -> Option<Vec<Option<&dyn TableLike>>> {
    match list {
        Item::ArrayOfTables(tables) => {
            Some(tables.iter().map(|table| Some(table as &dyn TableLike)).collect())
        }
        Item::Value(Value::Array(array)) => Some(
            array.iter().map(|value| value.as_inline_table().map(|table| table as &dyn TableLike)).collect(),
        ),
        _ => None,
    }
}

/// Where the profile of this name stands in the list.
pub(super) fn position(list: &Item, name: &str) -> Option<usize> {
    let has_name = |entry: &dyn TableLike| text_of(entry, "name").is_some_and(|found| same_name(found, name));
    entries(list)?.into_iter().position(|entry| entry.is_some_and(has_name))
}

fn text_of<'a>(entry: &'a dyn TableLike, key: &str) -> Option<&'a str> {
    entry.get(key).and_then(Item::as_str)
}

/// Reads one entry; `None` where it cannot be a profile. `place` names it until its name is known.
pub(super) fn read(entry: &dyn TableLike, place: &str, warnings: &mut Vec<Warning>) -> Option<Profile> {
    let text_needed = || Problem::Value("must be a text in quotes; the profile is ignored".to_owned());
    let Some(name) = text_of(entry, "name") else {
        warnings.push(Warning::new(format!("{place}.name"), text_needed()));
        return None;
    };
    if let Err(must) = check_name(name) {
        let problem = Problem::Value(format!("{must}; the profile is ignored"));
        warnings.push(Warning::new(format!("{place}.name"), problem));
        return None;
    }
    let place = format!("profiles.\"{name}\"");
    let Some(service) = text_of(entry, "service") else {
        warnings.push(Warning::new(format!("{place}.service"), text_needed()));
        return None;
    };
    for (key, _) in entry.iter().filter(|(key, _)| !KNOWN.contains(key)) {
        warnings.push(Warning::new(format!("{place}.{key}"), Problem::UnknownKey));
    }
    Some(Profile {
        name: name.to_owned(),
        service: service.to_owned(),
        settings: read_settings(entry, &place, warnings),
        demo: read_flag(entry, "demo", &place, warnings),
        confirmed: read_flag(entry, "confirmed", &place, warnings),
        parallel: read_number(entry, "parallel", PARALLEL, (&place, warnings)),
        requests_per_minute: read_number(
            entry,
            "requests_per_minute",
            REQUESTS_PER_MINUTE,
            (&place, warnings),
        ),
        again: read_again(entry, &place, warnings),
    })
}

fn read_flag(entry: &dyn TableLike, key: &str, place: &str, warnings: &mut Vec<Warning>) -> bool {
    let Some(item) = entry.get(key) else { return false };
    item.as_bool().unwrap_or_else(|| {
        let problem = Problem::Value("must be true or false".to_owned());
        warnings.push(Warning::new(format!("{place}.{key}"), problem).used("false"));
        false
    })
}

fn read_number(
    entry: &dyn TableLike,
    key: &str,
    range: RangeInclusive<u32>,
    (place, warnings): (&str, &mut Vec<Warning>),
) -> Option<u32> {
    let number = entry.get(key)?.as_integer().and_then(|number| u32::try_from(number).ok());
    let good = number.filter(|number| range.contains(number));
    if good.is_none() {
        let must = format!("must be a whole number from {} to {}", range.start(), range.end());
        warnings
            .push(Warning::new(format!("{place}.{key}"), Problem::Value(must)).used("no limit of its own"));
    }
    good
}

fn read_again(entry: &dyn TableLike, place: &str, warnings: &mut Vec<Warning>) -> Again {
    let Some(item) = entry.get("again") else { return Again::default() };
    item.as_str().and_then(Again::parse).unwrap_or_else(|| {
        let codes = Again::ALL.map(Again::code).join("\", \"");
        let problem = Problem::Value(format!("must be one of \"{codes}\""));
        warnings.push(Warning::new(format!("{place}.again"), problem).used("ask"));
        Again::default()
    })
}

fn read_settings(
    entry: &dyn TableLike,
    place: &str,
    warnings: &mut Vec<Warning>,
) -> BTreeMap<String, String> {
    let Some(item) = entry.get("settings") else { return BTreeMap::new() };
    let Some(table) = item.as_table_like() else {
        let problem = Problem::Shape { needed: "a table such as [profiles.settings]" };
        warnings.push(Warning::new(format!("{place}.settings"), problem));
        return BTreeMap::new();
    };
    let mut settings = BTreeMap::new();
    for (key, item) in table.iter() {
        if let Some(text) = plain_text(item) {
            settings.insert(key.to_owned(), text);
        } else {
            let problem = Problem::Value("must be a text in quotes; it is ignored".to_owned());
            warnings.push(Warning::new(format!("{place}.settings.{key}"), problem));
        }
    }
    settings
}

/// People write `port = 80` and `upsert = true` without quotes.
fn plain_text(item: &Item) -> Option<String> {
    match item.as_value()? {
        Value::String(text) => Some(text.value().clone()),
        Value::Integer(number) => Some(number.value().to_string()),
        Value::Boolean(flag) => Some(flag.value().to_string()),
        _ => None,
    }
}

/// Changes the entry of the document where `profile` differs from `before`, which was read from it.
pub(super) fn write(entry: &mut dyn TableLike, before: &Profile, profile: &Profile) -> Result<(), Failure> {
    let Profile { name, service, settings, demo, confirmed, parallel, requests_per_minute, again } = profile;
    if *name != before.name {
        set_value(entry, "name", Value::from(name));
    }
    if *service != before.service {
        set_value(entry, "service", Value::from(service));
    }
    for (key, new, old) in [("demo", *demo, before.demo), ("confirmed", *confirmed, before.confirmed)] {
        if new != old {
            set_value(entry, key, Value::from(new));
        }
    }
    let limits = [
        ("parallel", *parallel, before.parallel),
        ("requests_per_minute", *requests_per_minute, before.requests_per_minute),
    ];
    for (key, new, old) in limits {
        match new {
            Some(number) if new != old => set_value(entry, key, Value::from(i64::from(number))),
            None => drop(entry.remove(key)),
            Some(_) => {}
        }
    }
    if *again != before.again {
        set_value(entry, "again", Value::from(again.code()));
    }
    if *settings == before.settings {
        return Ok(());
    }
    if entry.get("settings").is_none() {
        entry.insert("settings", toml_edit::table());
    }
    let table = entry.get_mut("settings").and_then(Item::as_table_like_mut).ok_or_else(|| {
        Failure::new(Kind::Settings, format!("The settings of “{name}” in the settings file are no table"))
            .advice("Correct the file by hand: [profiles.settings] with one KEY = \"VALUE\" a line.")
    })?;
    for key in before.settings.keys().filter(|key| !settings.contains_key(*key)) {
        table.remove(key);
    }
    for (key, value) in settings.iter().filter(|(key, value)| before.settings.get(*key) != Some(value)) {
        set_value(table, key, Value::from(value));
    }
    Ok(())
}

/// Sets a value and keeps the comment beside it.
pub(super) fn set_value(table: &mut dyn TableLike, key: &str, mut new: Value) {
    match table.get_mut(key).and_then(Item::as_value_mut) {
        Some(old) => {
            *new.decor_mut() = old.decor().clone();
            *old = new;
        }
        None => {
            table.insert(key, Item::Value(new));
        }
    }
}

/// A new entry for the list.
pub(super) fn new_entry(profile: &Profile) -> Table {
    let mut entry = Table::new();
    entry.insert("name", toml_edit::value(&profile.name));
    entry.insert("service", toml_edit::value(&profile.service));
    for (key, flag) in [("demo", profile.demo), ("confirmed", profile.confirmed)] {
        if flag {
            entry.insert(key, toml_edit::value(true));
        }
    }
    put_limits(&mut entry, profile);
    if !profile.settings.is_empty() {
        let settings: Table =
            profile.settings.iter().map(|(key, value)| (key.as_str(), toml_edit::value(value))).collect();
        entry.insert("settings", Item::Table(settings));
    }
    entry
}

/// Into a new table: what differs from the defaults.
pub(super) fn put_limits(entry: &mut Table, profile: &Profile) {
    let limits = [("parallel", profile.parallel), ("requests_per_minute", profile.requests_per_minute)];
    for (key, limit) in limits {
        if let Some(number) = limit {
            entry.insert(key, toml_edit::value(i64::from(number)));
        }
    }
    if profile.again != Again::default() {
        entry.insert("again", toml_edit::value(profile.again.code()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_checked() {
        for good in ["a", "My bot", "机器人", "a/b: c", &"x".repeat(64)] {
            assert_eq!(check_name(good), Ok(()), "{good}");
        }
        let long = "x".repeat(65);
        for bad in ["", " ", " a", "a ", "a\nb", "a\u{0}b", "a\u{200b}b", "a\u{202e}b", &long] {
            assert!(check_name(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn names_are_one_in_any_case() {
        assert!(same_name("My Bot", "mY bOT") && same_name("ÄRGER", "ärger"));
        assert!(!same_name("My Bot", "My  Bot"));
    }
}
