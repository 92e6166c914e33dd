//! The real program in a real window: started, driven and read from outside by `tests/window/scenarios.py`, through
//! the accessibility tree, with a real drag source, a real clipboard reader and, where it matters, a real keyring.
//! These come in a stage of their own of `scripts/test`, which installs what they need.
#![cfg(test)]
#![cfg(target_os = "linux")]

use std::process::Command;

/// Debian's python: `gi` is not in another one.
const PYTHON: &str = "/usr/bin/python3";

fn scenario(name: &str) {
    run(Command::new(PYTHON), name);
}

/// The same with a real, unlocked keyring in the program's session.
fn scenario_with_keyring(name: &str) {
    let mut command = Command::new(concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/keyring-session"));
    command.arg(PYTHON);
    run(command, name);
}

fn run(mut command: Command, name: &str) {
    let ended = command
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/window/scenarios.py"))
        .args([name, env!("CARGO_BIN_EXE_affix")])
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&ended.stderr);
    assert!(ended.status.success(), "{name}: {}\n{told}", String::from_utf8_lossy(&ended.stdout));
}

#[test]
fn three_dropped_files_give_three_links_that_work() {
    scenario("three_dropped_files");
}

#[test]
fn files_of_the_command_line_are_uploaded_and_copied_once() {
    scenario("files_of_the_command_line");
}

#[test]
fn files_from_the_clipboard_are_uploaded() {
    scenario("pasted_files");
}

#[test]
fn a_target_with_a_secret_in_a_real_keyring_is_tested_and_used() {
    scenario_with_keyring("target_with_secret");
}

#[test]
fn windows_that_are_killed_go_on_by_themselves() {
    scenario("killed_windows");
}

#[test]
fn files_are_looked_over_and_changed_before_they_are_sent() {
    scenario("looked_over");
}

#[test]
fn what_is_complete_in_the_watched_folder_becomes_links() {
    scenario("watched_folder");
}
