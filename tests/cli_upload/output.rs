//! What is told, how often, and what the program leaves behind.

use std::process::Stdio;

use crate::cli::{self, Home, Ran};
use crate::photo;

#[test]
fn results_that_cannot_be_written_are_told_once() {
    let home = Home::new();
    let file = home.file("a.txt", "hello");
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let mut command = home.command(&["upload"]);
    let output = command.args([&file, &file]).stdout(Stdio::from(full)).output().unwrap();
    let ran = Ran::from(output);
    ran.says(1, &["The results could not be written", "Cause: No space left", "`affix history`"]);
    assert_eq!(ran.err.matches("could not be written").count(), 1, "{}", ran.err);
    let states: Vec<_> = home.history().iter().map(|row| row["status"].clone()).collect();
    assert_eq!(states, ["done", "done"]);
}

#[test]
fn a_warning_names_its_file() {
    let home = Home::with_demos();
    let file = home.file("big.txt", vec![b'a'; 1_600_000]);
    home.upload(&["--profile", "cronofy demo"], &[&file]).says(0, &["Warning: big.txt: Cronofy takes 2 MB"]);
}

#[test]
fn a_malformed_secret_of_the_environment_sends_nothing() {
    let mut home = Home::new();
    home.profile("Bot", "service = \"mixin\"\nconfirmed = true");
    home.env("AFFIX_SECRET_BOT_KEYSTORE", "no json");
    let file = home.file("a.txt", "hello");
    let ran = home.upload(&[], &[&file]);
    assert_eq!(ran.code, 0, "the default profile is another one: {}", ran.err);
    let ran = home.upload(&["--profile", "Bot"], &[&file]);
    ran.says(2, &["Upload to Bot: The keystore is not JSON"]);
    assert_eq!(ran.out, "");
    assert_eq!(home.history().len(), 1, "no file was taken");
}

#[test]
fn the_sandbox_left_behind_holds_neither_folder_nor_secret() {
    let mut home = Home::new();
    home.env("AFFIX_SECRET_BOT_TOKEN", "hunter2");
    let file = home.file("a.txt", "hello");
    let output = home.command(&["upload"]).arg(&file).current_dir(home.files()).output().unwrap();
    Ran::from(output).says(0, &[]);
    let facts = std::fs::read(home.path().join("sandbox/server.json")).unwrap();
    let pid = &serde_json::from_slice::<serde_json::Value>(&facts).unwrap()["pid"];
    let environment = std::fs::read(format!("/proc/{pid}/environ")).unwrap();
    assert!(!environment.is_empty());
    assert!(!String::from_utf8_lossy(&environment).contains("hunter2"));
    let folder = std::fs::read_link(format!("/proc/{pid}/cwd")).unwrap();
    assert_eq!(folder, home.path().canonicalize().unwrap().join("sandbox"));
}

#[test]
fn what_is_taken_out_of_a_photo_is_told() {
    let home = Home::new();
    let photo = photo::jpeg_with(&photo::exif());
    let file = home.file("photo.jpg", &photo);
    let ran = home.upload(&[], &[&file]);
    ran.says(0, &["photo.jpg: location removed"]);
    let sent = cli::get(ran.lines()[0]);
    assert!(sent.len() < photo.len() && sent != photo);
    let ran = home.upload(&["--keep-metadata", "--yes"], &[&file]);
    assert!(ran.code == 0 && !ran.err.contains("removed"), "{}", ran.err);
    assert_eq!(cli::get(ran.lines()[0]), photo);
    let settings = "[uploads]\nremove_location = false\n";
    home.settings(settings);
    let ran = home.upload(&["--yes"], &[&file]);
    assert!(ran.code == 0 && !ran.err.contains("removed"), "{}", ran.err);
    assert_eq!(cli::get(ran.lines()[0]), photo);
}
