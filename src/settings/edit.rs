//! Changes to a document. Each touches one thing and leaves the rest of the user's text as it is.

use toml_edit::{ArrayOfTables, DocumentMut, Item, Table, TableLike, Value};

use super::keys::Key;
use super::{Describe, Rule, profiles};
use crate::domain::error::{Failure, Kind};
use crate::domain::profile::{Again, Profile, SANDBOX_PROFILE};

pub(super) fn set(
    document: &mut DocumentMut,
    path: &str,
    text: &str,
    describe: Describe,
) -> Result<(), Failure> {
    let key = known(path)?;
    if path == "default_profile" {
        return set_default(document, text, describe);
    }
    let value = key.rule.value_of(text);
    key.rule.check(&value).map_err(|must| wrong_value(key.rule, path, &must))?;
    let (section, name) = key.parts();
    profiles::set_value(section_mut(document, section)?, name, value);
    Ok(())
}

fn wrong_value(rule: Rule, path: &str, must: &str) -> Failure {
    let failure = Failure::new(Kind::Settings, format!("{path} {must}"));
    match rule {
        Rule::Proxy => failure.advice("A proxy that asks for a password cannot be used."),
        Rule::Whole { .. } | Rule::Flag | Rule::Text | Rule::Https | Rule::Path | Rule::OneOf(_) => failure,
    }
}

pub(super) fn unset(document: &mut DocumentMut, path: &str) -> Result<(), Failure> {
    let (section, name) = known(path)?.parts();
    if section.is_empty() {
        document.remove(name);
    } else if let Some(table) = document.get_mut(section).and_then(Item::as_table_like_mut) {
        table.remove(name);
    }
    Ok(())
}

fn known(path: &str) -> Result<&'static Key, Failure> {
    Key::find(path).ok_or_else(|| {
        let paths: Vec<_> = super::KEYS.iter().map(|key| key.path).collect();
        Failure::new(Kind::Settings, format!("There is no setting “{path}”"))
            .advice(format!("The settings are: {}.", paths.join(", ")))
    })
}

/// The section's table, made where it is absent; the document itself for the empty name.
fn section_mut<'a>(document: &'a mut DocumentMut, name: &str) -> Result<&'a mut dyn TableLike, Failure> {
    if name.is_empty() {
        return Ok(document.as_table_mut());
    }
    if document.get(name).is_none() {
        let mut table = Table::new();
        space_above(&mut table, document);
        document.insert(name, Item::Table(table));
    }
    document
        .get_mut(name)
        .and_then(Item::as_table_like_mut)
        .ok_or_else(|| shape(format!("“{name}” in the settings file is no table"), &format!("[{name}]")))
}

/// A blank line before a new table, unless it is the first thing.
fn space_above(table: &mut Table, document: &DocumentMut) {
    table.decor_mut().set_prefix(if document.is_empty() { "" } else { "\n" });
}

fn shape(broke: String, wanted: &str) -> Failure {
    Failure::new(Kind::Settings, broke)
        .advice(format!("Correct the file by hand: it must be {wanted} on a line of its own, then its keys."))
}

pub(super) fn add_profile(
    document: &mut DocumentMut,
    profile: &Profile,
    describe: Describe,
) -> Result<(), Failure> {
    if place_of(document, &profile.name).is_some() {
        return Err(taken(&profile.name));
    }
    put_profile(document, profile, describe)
}

pub(super) fn put_profile(
    document: &mut DocumentMut,
    profile: &Profile,
    describe: Describe,
) -> Result<(), Failure> {
    refuse_built_in(&profile.name)?;
    profiles::check_name(&profile.name)
        .map_err(|must| Failure::new(Kind::Settings, format!("The profile's name {must}")))?;
    let place = place_of(document, &profile.name);
    let before = place.and_then(|index| profile_at(document, index, describe)).unwrap_or_default();
    check_changes(profile, &before, describe)?;
    match place.and_then(|index| entry_mut(document, index)) {
        Some(entry) => profiles::write(entry, &before, profile),
        None => push(document, profile),
    }
}

/// Gives a profile another name; the default goes with it.
pub(super) fn rename_profile(document: &mut DocumentMut, old: &str, new: &str) -> Result<(), Failure> {
    refuse_built_in(old)?;
    refuse_built_in(new)?;
    profiles::check_name(new)
        .map_err(|must| Failure::new(Kind::Settings, format!("The profile's name {must}")))?;
    let index = place_of(document, old).ok_or_else(|| unknown(old))?;
    if place_of(document, new).is_some_and(|other| other != index) {
        return Err(taken(new));
    }
    if let Some(entry) = entry_mut(document, index) {
        profiles::set_value(entry, "name", Value::from(new));
    }
    let default = document.get("default_profile").and_then(Item::as_str);
    if default.is_some_and(|default| profiles::same_name(default, old)) {
        profiles::set_value(document.as_table_mut(), "default_profile", Value::from(new));
    }
    // A removed one stays named there: its files wait, and do not go to another target unasked.
    let watch = document.get_mut("watch").and_then(Item::as_table_like_mut);
    if let Some(watch) = watch
        && watch.get("profile").and_then(Item::as_str).is_some_and(|name| profiles::same_name(name, old))
    {
        profiles::set_value(watch, "profile", Value::from(new));
    }
    Ok(())
}

fn taken(name: &str) -> Failure {
    Failure::new(Kind::NameTaken, format!("There is a profile named “{name}” already"))
        .advice("Choose another name, or remove or edit that profile.")
}

pub(super) fn remove_profile(document: &mut DocumentMut, name: &str) -> Result<(), Failure> {
    refuse_built_in(name)?;
    let index = place_of(document, name).ok_or_else(|| unknown(name))?;
    match document.get_mut("profiles") {
        Some(Item::ArrayOfTables(tables)) => {
            tables.remove(index);
        }
        Some(Item::Value(Value::Array(array))) => {
            array.remove(index);
        }
        _ => {}
    }
    let was_default = document.get("default_profile").and_then(Item::as_str);
    if was_default.is_some_and(|default| profiles::same_name(default, name)) {
        document.remove("default_profile");
    }
    Ok(())
}

pub(super) fn set_default(document: &mut DocumentMut, name: &str, describe: Describe) -> Result<(), Failure> {
    let spelling = if profiles::same_name(name, SANDBOX_PROFILE) {
        SANDBOX_PROFILE.to_owned()
    } else {
        let place = place_of(document, name).and_then(|index| profile_at(document, index, describe));
        place.ok_or_else(|| unknown(name))?.name
    };
    let has_room = document.iter().any(|(_, item)| item.is_value());
    profiles::set_value(document.as_table_mut(), "default_profile", Value::from(spelling));
    if !has_room {
        put_below_the_head(document, "default_profile");
    }
    Ok(())
}

pub(super) fn set_confirmed(document: &mut DocumentMut, name: &str) -> Result<(), Failure> {
    if profiles::same_name(name, SANDBOX_PROFILE) {
        return Ok(());
    }
    let index = place_of(document, name).ok_or_else(|| unknown(name))?;
    if let Some(entry) = entry_mut(document, index) {
        profiles::set_value(entry, "confirmed", Value::from(true));
    }
    Ok(())
}

pub(super) fn set_again(document: &mut DocumentMut, name: &str, again: Again) -> Result<(), Failure> {
    refuse_built_in(name)?;
    let index = place_of(document, name).ok_or_else(|| unknown(name))?;
    if let Some(entry) = entry_mut(document, index) {
        profiles::set_value(entry, "again", Value::from(again.code()));
    }
    Ok(())
}

/// TOML wants top keys above the first table, to which the parser gives the file's opening comment: the comment's
/// part above its last blank line stays above the new key.
fn put_below_the_head(document: &mut DocumentMut, key: &str) {
    let Some(table) =
        document.iter_mut().filter_map(|(_, item)| first_table(item)).min_by_key(|table| table.position())
    else {
        return;
    };
    let comments = table.decor().prefix().and_then(|prefix| prefix.as_str()).unwrap_or_default().to_owned();
    let end_of_head = comments.rfind("\n\n").map_or(0, |blank| blank + 2);
    let (head, own) = comments.split_at(end_of_head);
    let gap = if own.starts_with('\n') { "" } else { "\n" };
    table.decor_mut().set_prefix(format!("{gap}{own}"));
    if let Some(mut key) = document.key_mut(key) {
        key.leaf_decor_mut().set_prefix(head);
    }
}

fn first_table(item: &mut Item) -> Option<&mut Table> {
    match item {
        Item::Table(table) => Some(table),
        Item::ArrayOfTables(tables) => tables.get_mut(0),
        _ => None,
    }
}

fn refuse_built_in(name: &str) -> Result<(), Failure> {
    if profiles::same_name(name, SANDBOX_PROFILE) {
        return Err(Failure::new(Kind::Settings, "The profile “Sandbox” is built in and stays as it is")
            .advice("Choose another name for a profile of your own."));
    }
    Ok(())
}

fn unknown(name: &str) -> Failure {
    Failure::new(Kind::Settings, format!("There is no profile named “{name}”"))
        .advice("`affix profiles list` shows the names.")
}

/// What changes must be good; what stood there before stays, good or not.
fn check_changes(profile: &Profile, before: &Profile, describe: Describe) -> Result<(), Failure> {
    let description = describe(&profile.service).ok_or_else(|| {
        Failure::new(Kind::Settings, format!("There is no service “{}”", profile.service))
            .advice("`affix services` shows the services.")
    })?;
    let moved = profile.service != before.service;
    for (key, value) in &profile.settings {
        if moved || before.settings.get(key) != Some(value) {
            profiles::check_setting(description, key, value)
                .map_err(|why| Failure::new(Kind::Settings, format!("A setting is refused: {why}")))?;
        }
    }
    Ok(())
}

fn place_of(document: &DocumentMut, name: &str) -> Option<usize> {
    profiles::position(document.get("profiles")?, name)
}

/// The entry as reading shows it: without secrets, which stay untouched in the file.
fn profile_at(document: &DocumentMut, index: usize, describe: Describe) -> Option<Profile> {
    let entry = (*profiles::entries(document.get("profiles")?)?.get(index)?)?;
    let mut profile = profiles::read(entry, "profiles", &mut Vec::new())?;
    if let Some(description) = describe(&profile.service) {
        profiles::take_secrets(&mut profile, description);
    }
    Some(profile)
}

fn entry_mut(document: &mut DocumentMut, index: usize) -> Option<&mut dyn TableLike> {
    match document.get_mut("profiles")? {
        Item::ArrayOfTables(tables) => tables.get_mut(index).map(|table| table as &mut dyn TableLike),
        Item::Value(Value::Array(array)) => {
            array.get_mut(index)?.as_inline_table_mut().map(|table| table as &mut dyn TableLike)
        }
        _ => None,
    }
}

fn push(document: &mut DocumentMut, profile: &Profile) -> Result<(), Failure> {
    let mut entry = profiles::new_entry(profile);
    space_above(&mut entry, document);
    match document.entry("profiles").or_insert_with(|| Item::ArrayOfTables(ArrayOfTables::new())) {
        Item::ArrayOfTables(tables) => tables.push(entry),
        Item::Value(Value::Array(array)) => array.push(entry.into_inline_table()),
        _ => {
            let broke = "“profiles” in the settings file is no list".to_owned();
            return Err(shape(broke, "[[profiles]]"));
        }
    }
    Ok(())
}
