//! The history as a file, by the desktop's own dialog: a program in its place says where to.
#![cfg(unix)]
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::window::{self, Preparing, Window};
use affix::domain::attachment::State;
use affix::platform::dirs::Home;
use affix::store::{NewAttachment, NewBatch, SessionId, Store};
use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Modifiers};

/// Where the dialog's answer is, in the child.
const CHOSEN: &str = "AFFIX_TEST_CHOSEN_FILE";

/// Runs one of the tests below in a process of its own, where `zenity` is a script that chooses this file; answers
/// what the dialog was asked.
fn with_dialog(test: &str, chosen: &Path) -> String {
    let folder = tempfile::tempdir().unwrap();
    let (script, asked) = (folder.path().join("zenity"), folder.path().join("asked"));
    window::write(&script, &format!("#!/bin/sh\necho \"$@\" >> '{}'\necho \"${CHOSEN}\"\n", asked.display()));
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--ignored", "--nocapture"])
        .env("PATH", format!("{}:/usr/bin:/bin", folder.path().display()))
        .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
        .env(CHOSEN, chosen)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
    std::fs::read_to_string(asked).unwrap()
}

/// A window with three done files and one that failed.
fn opened() -> Option<(Window, PathBuf)> {
    let chosen = PathBuf::from(std::env::var_os(CHOSEN)?);
    let preparing = Preparing::with_settings("[window]\nlanguage = \"en\"\n");
    let home = Home::resolve(Some(preparing.home().to_owned())).unwrap();
    home.create().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let store = Store::open(&home.database(), SessionId::fresh()).unwrap();
        let files = ["cat 1.jpg", "cat 2.jpg", "dog.jpg", "broken.jpg"]
            .map(|name| NewAttachment { path: name.into(), name: name.to_owned() });
        let batch = NewBatch { profile: "Sandbox".to_owned(), service: "sandbox".to_owned() };
        let (_, ids) = store.add_batch(batch, files.to_vec()).await.unwrap();
        store.settle_many(ids[..3].to_vec(), State::Done).await.unwrap();
        store.settle_many(ids[3..].to_vec(), State::Failed).await.unwrap();
        store.close().await;
    });
    let mut window = preparing.open();
    window.wait_until_said("dog.jpg");
    Some((window, chosen))
}

fn run(window: &mut Window, command: &str) {
    window.press(Modifiers::COMMAND, Key::K);
    window.wait_for("Find a command");
    window.type_into("Find a command", command);
    window.press(Modifiers::NONE, Key::Enter);
}

fn names(file: &Path) -> Vec<String> {
    let mut reader = csv::Reader::from_path(file).unwrap();
    reader.records().map(|record| record.unwrap()[1].to_owned()).collect()
}

#[test]
#[ignore = "run by the test at the end"]
fn from_the_settings() {
    let Some((mut window, chosen)) = opened() else { return };
    window.press(Modifiers::COMMAND, Key::Comma);
    window.wait_for("Storage");
    window.click_role(Role::Button, "Storage");
    window.click_role(Role::Button, "Export history…");
    window.wait_until_said("4 rows are written to");
    window.wait_until_said("all.csv");
    assert_eq!(names(&chosen), ["cat 1.jpg", "cat 2.jpg", "dog.jpg", "broken.jpg"]);
}

#[test]
#[ignore = "run by the test at the end"]
fn what_the_list_shows() {
    let Some((mut window, chosen)) = opened() else { return };
    window.press(Modifiers::COMMAND, Key::F);
    window.type_into("Search", "cat");
    window.until("the dog is gone", |window| !window.says("dog.jpg"));
    run(&mut window, "Export what");
    window.wait_until_said("2 rows are written to");
    assert_eq!(std::fs::read_to_string(chosen).unwrap().lines().count(), 2);
}

#[test]
#[ignore = "run by the test at the end"]
fn a_place_that_cannot_be_written() {
    let Some((mut window, _)) = opened() else { return };
    run(&mut window, "Export history");
    window.wait_until_said("cannot be written");
}

#[test]
fn the_settings_and_the_palette_write_what_they_say() {
    let folder = tempfile::tempdir().unwrap();
    let asked = with_dialog("export::from_the_settings", &folder.path().join("all.csv"));
    let name = asked.find("affix-history-20").map(|at| &asked[at..at + 28]);
    assert!(name.is_some_and(|name| &name[24..] == ".csv"), "{asked}");
    with_dialog("export::what_the_list_shows", &folder.path().join("cats.json"));
    with_dialog("export::a_place_that_cannot_be_written", &folder.path().join("no folder/all.csv"));
}
