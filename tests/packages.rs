//! What packages hold that is made from the program: its man pages and completions are those of its command line,
//! and every file that says its version, its id or its libraries says the same.
//!
//! After a change of the command line: `AFFIX_WRITE=1 cargo nextest run --test packages`
#![cfg(test)]

#[cfg(target_os = "linux")]
#[path = "packages/install.rs"]
mod install;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use affix::platform::desktop::APP_ID;
use clap_complete::Shell;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

/// Set, what is not current is written instead of refused.
const WRITE: &str = "AFFIX_WRITE";

/// What the help has no room for, at the end of the program's own page: a heading, and its paragraphs.
const MORE: [(&str, &[&str]); 4] = [
    (
        "PORTABLE MODE",
        &[
            "With --home DIR before any command, or the variable AFFIX_HOME, settings, database, sandbox files and cache are all kept \
             under that one folder, which can be on a removable drive and go along to another computer.",
            "Secrets stay in the keyring of each computer, under names of that folder; where there is no keyring \
             they are read from AFFIX_SECRET_<PROFILE>_<KEY>. They are never written to a file.",
        ],
    ),
    (
        "FILES",
        &[
            "~/.config/affix/settings.toml: the settings, to be edited by hand as well.",
            "~/.local/share/affix: the history, and the sandbox's files.",
            "~/.cache/affix: what can be deleted at any time.",
        ],
    ),
    (
        "ENVIRONMENT",
        &[
            "AFFIX_HOME: the same as --home.",
            "AFFIX_SECRET_<PROFILE>_<KEY>: a secret, where there is no keyring. Upper case; everything but A–Z and \
             0–9 becomes an underscore.",
        ],
    ),
    (
        "EXIT STATUS",
        &[
            "0: all went well.",
            "1: at least one file was not uploaded, or what was asked for failed.",
            "2: wrong usage or settings; nothing was sent.",
        ],
    ),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// As clap wants its names.
fn for_good(text: &str) -> &'static str {
    text.to_owned().leak()
}

/// The command line without what is hidden: that is for Affix itself and for measuring.
fn visible(command: &clap::Command) -> clap::Command {
    let args = command.get_arguments().filter(|arg| !arg.is_hide_set()).cloned();
    let subcommands = command.get_subcommands().filter(|one| !one.is_hide_set()).map(visible);
    let mut bare = clap::Command::new(for_good(command.get_name()))
        .disable_help_subcommand(true)
        .subcommand_required(command.is_subcommand_required_set())
        .args(args)
        .subcommands(subcommands);
    if let Some(about) = command.get_about() {
        bare = bare.about(about.clone());
    }
    if let Some(after) = command.get_after_help() {
        bare = bare.after_help(after.clone());
    }
    if let Some(version) = command.get_version() {
        bare = bare.version(for_good(version));
    }
    bare
}

fn words() -> clap::Command {
    visible(&affix::cli::words())
}

/// `affix-upload.1` of `affix upload`; also the pages of the commands below it.
fn man_pages(command: &clap::Command, name: &str, pages: &mut BTreeMap<PathBuf, Vec<u8>>) {
    let page = command.clone().display_name(name.to_owned()).bin_name(name.replace('-', " "));
    let man = Man::new(page);
    // Its own title leaves the date out, and what comes after it would count as the date.
    let title = name.to_uppercase().replace('-', r"\-");
    let version = env!("CARGO_PKG_VERSION");
    let mut out = format!(".TH {title} 1 \"\" \"affix {version}\" Affix\n").into_bytes();
    man.render_name_section(&mut out).unwrap();
    man.render_synopsis_section(&mut out).unwrap();
    man.render_description_section(&mut out).unwrap();
    man.render_options_section(&mut out).unwrap();
    if command.has_subcommands() {
        man.render_subcommands_section(&mut out).unwrap();
    }
    if let Some(after) = command.get_after_help() {
        examples(&after.to_string(), &mut out);
    }
    if name == "affix" {
        more(&mut out);
    }
    pages.insert(PathBuf::from(format!("man/{name}.1")), out);
    for below in command.get_subcommands() {
        man_pages(below, &format!("{name}-{}", below.get_name()), pages);
    }
}

/// The help's last part, as it is laid out there: its examples stand in columns.
fn examples(text: &str, out: &mut Vec<u8>) {
    let mut page = Roff::new();
    page.control("SH", ["NOTES"]);
    page.control("nf", []);
    for line in text.lines() {
        page.text([roman(line)]);
    }
    page.control("fi", []);
    page.to_writer(out).unwrap();
}

fn more(out: &mut Vec<u8>) {
    let mut page = Roff::new();
    for (heading, paragraphs) in MORE {
        page.control("SH", [heading]);
        for paragraph in paragraphs {
            page.control("PP", []);
            match paragraph.split_once(": ") {
                Some((term, words)) => page.text([bold(term), roman(format!(": {words}"))]),
                None => page.text([roman(*paragraph)]),
            };
        }
    }
    page.to_writer(out).unwrap();
}

fn completions(files: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for (shell, path) in
        [(Shell::Bash, "bash/affix"), (Shell::Zsh, "zsh/_affix"), (Shell::Fish, "fish/affix.fish")]
    {
        let mut out = Vec::new();
        clap_complete::generate(shell, &mut words(), "affix", &mut out);
        files.insert(PathBuf::from("completions").join(path), out);
    }
}

#[test]
fn man_pages_and_completions_are_those_of_the_command_line() {
    let mut files = BTreeMap::new();
    man_pages(&words(), "affix", &mut files);
    completions(&mut files);

    let folder = root().join("packaging/linux");
    let mut old = Vec::new();
    for (name, content) in &files {
        let path = folder.join(name);
        if std::fs::read(&path).is_ok_and(|there| there == *content) {
            continue;
        }
        old.push(name);
        if std::env::var_os(WRITE).is_some() {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            affix::platform::files::write_atomically(&path, content).unwrap();
        }
    }
    let there = std::fs::read_dir(folder.join("man")).unwrap().map(|entry| entry.unwrap().file_name());
    let gone: Vec<_> = there.filter(|name| !files.contains_key(&Path::new("man").join(name))).collect();
    let advice = format!("run {WRITE}=1 cargo nextest run --test packages");
    assert!(old.is_empty() || std::env::var_os(WRITE).is_some(), "not current: {old:?}; {advice}");
    assert!(gone.is_empty(), "pages of commands that are gone, delete them: {gone:?}");
}

#[test]
fn pages_tell_what_people_look_for_and_nothing_that_is_hidden() {
    let page = read("packaging/linux/man/affix.1");
    for word in ["PORTABLE MODE", "AFFIX_HOME", "EXIT STATUS", "settings.toml"] {
        assert!(page.contains(word), "{word} is missing");
    }
    for path in
        ["man/affix.1", "completions/bash/affix", "completions/zsh/_affix", "completions/fish/affix.fish"]
    {
        let written = read(&format!("packaging/linux/{path}"));
        for hidden in ["media-reader", "thumbnail", "idle-exit"] {
            assert!(!written.contains(hidden), "{path} tells of {hidden}");
        }
        assert!(written.contains("upload"), "{path} knows no upload");
    }
}

#[test]
fn every_package_has_the_programs_version_and_id() {
    let version = env!("CARGO_PKG_VERSION");
    let desktop = read(&format!("packaging/linux/{APP_ID}.desktop"));
    for line in [
        "Exec=affix %F".to_owned(),
        format!("Icon={APP_ID}"),
        format!("StartupWMClass={APP_ID}"),
        "StartupNotify=true".to_owned(),
    ] {
        assert!(desktop.lines().any(|one| one == line), "the .desktop file has no line {line}");
    }
    let metainfo = read(&format!("packaging/linux/{APP_ID}.metainfo.xml"));
    for part in [
        format!("<id>{APP_ID}</id>"),
        format!("<launchable type=\"desktop-id\">{APP_ID}.desktop</launchable>"),
        format!("<release version=\"{version}\""),
    ] {
        assert!(metainfo.contains(&part), "the metainfo has no {part}");
    }
    let changelog = read("packaging/linux/changelog");
    assert!(changelog.starts_with(&format!("affix ({version}-1) ")), "the package's changelog is older");
    let bundle = read("packaging/macos/Info.plist");
    assert!(bundle.contains(&format!("<string>{APP_ID}</string>")), "the macOS bundle has another id");
}
