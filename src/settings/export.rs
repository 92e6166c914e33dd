//! One profile as a text to hand on: never with a secret in it.

use toml_edit::{Document, DocumentMut, Item, Table};

use super::{Describe, profiles, read};
use crate::domain::error::{Failure, Kind};
use crate::domain::profile::Profile;

/// The format's number, raised when an older version could misread it.
const VERSION: i64 = 1;

const HEADER: &str = "# A profile of Affix, without its secrets. Add it with `affix profiles import FILE`.\n";

/// The profile as TOML. Left out: secrets, also such that were written among the settings by mistake, and the
/// answer to the first upload's question, which everybody gives for themselves.
#[must_use]
pub fn to_text(profile: &Profile, describe: Describe) -> String {
    let mut shown = profile.clone();
    if let Some(description) = describe(&shown.service) {
        profiles::take_secrets(&mut shown, description);
    }
    let mut document = DocumentMut::new();
    document.decor_mut().set_prefix(HEADER);
    document.insert("affix_profile", toml_edit::value(VERSION));
    document.insert("name", toml_edit::value(&shown.name));
    document.insert("service", toml_edit::value(&shown.service));
    if shown.demo {
        document.insert("demo", toml_edit::value(true));
    }
    profiles::put_limits(document.as_table_mut(), &shown);
    if !shown.settings.is_empty() {
        let mut table: Table =
            shown.settings.into_iter().map(|(key, value)| (key, toml_edit::value(value))).collect();
        table.decor_mut().set_prefix("\n");
        document.insert("settings", Item::Table(table));
    }
    document.to_string()
}

/// Reads and checks what [`to_text`] wrote. That the name is free is checked by [`super::File::add_profile`].
pub fn from_text(text: &str, describe: Describe) -> Result<Profile, Failure> {
    let document = Document::parse(text).map_err(|error| {
        let (line, message) = read::syntax_at(text, &error);
        bad(format!("error in line {line}: {message}"))
    })?;
    match document.get("affix_profile").and_then(Item::as_integer) {
        Some(VERSION) => {}
        Some(number) if number > VERSION => {
            return Err(Failure::new(Kind::Settings, "The file was written by a newer version of Affix")
                .advice("Update Affix and import the file again."));
        }
        _ => return Err(bad("“affix_profile = 1” is missing")),
    }
    let mut table = document.as_table().clone();
    table.remove("affix_profile");

    let mut warnings = Vec::new();
    let profile = profiles::read(&table, "profile", &mut warnings);
    if let Some(warning) = warnings.first() {
        return Err(bad(warning));
    }
    let profile = profile.ok_or_else(|| bad("the profile is missing"))?;
    let description = describe(&profile.service)
        .ok_or_else(|| bad(format!("this version has no service “{}”", profile.service)))?;
    if let Some(problem) = profiles::problems(&profile, description).into_iter().next() {
        return Err(bad(problem));
    }
    Ok(Profile { confirmed: false, ..profile })
}

fn bad(cause: impl std::fmt::Display) -> Failure {
    Failure::new(Kind::Settings, "The file is no profile that can be imported")
        .cause(cause)
        .advice("Export the profile again, or correct the file.")
}
