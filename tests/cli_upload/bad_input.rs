//! Files, folders and settings that are not as they should be: what is said, and what stays behind.

use std::ffi::OsStr;
use std::io::Write as _;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::json;

use crate::cli::{Home, Ran, get, until};

/// The upload of one file failed: with these words, of this kind, and so is it in the history.
#[track_caller]
fn fails(home: &Home, options: &[&str], file: &Path, (kind, step): (&str, &str), words: &[&str]) {
    let options: Vec<_> = options.iter().copied().chain(["-f", "json"]).collect();
    let ran = home.upload(&options, &[file]);
    ran.says(1, words);
    let line = &ran.json()[0];
    assert_eq!((&line["status"], &line["error"]["kind"]), (&json!("failed"), &json!(kind)), "{line}");
    assert_eq!(line["error"]["step"], step, "{line}");
    assert!(!line["error"]["message"].as_str().unwrap().contains(".."), "{line}");
    let row = &home.history()[0];
    assert_eq!(
        (&row["status"], &row["error"], &row["file"]),
        (&line["status"], &line["error"], &line["file"])
    );
}

#[test]
fn what_is_no_file_is_said_in_words() {
    let home = Home::new();
    let path = |name: &str| home.files().join(name);
    std::fs::create_dir(path("folder")).unwrap();
    std::os::unix::fs::symlink("/nowhere/at/all", path("dangling")).unwrap();
    assert!(Command::new("mkfifo").arg(path("fifo")).status().unwrap().success());
    for (name, words) in [
        ("absent.txt", &["does not exist", "Check the name"][..]),
        ("folder", &["is a folder", "files in it"]),
        ("dangling", &["link to a file that does not exist", "lead to"]),
        // Nobody writes to it: opening it for reading would wait for ever.
        ("fifo", &["is a pipe", "Save its content"]),
    ] {
        let asked = format!("Upload {name} to Sandbox");
        let words: Vec<_> = words.iter().copied().chain([asked.as_str()]).collect();
        fails(&home, &[], &path(name), ("unreadable", "inspect"), &words);
    }
    fails(&home, &[], Path::new("/dev/null"), ("unreadable", "inspect"), &["Upload null", "not a file"]);
}

#[test]
fn an_empty_file_goes_where_it_is_taken() {
    let home = Home::with_demos();
    let file = home.file("empty.txt", "");
    let ran = home.upload(&[], &[&file]);
    ran.says(0, &[]);
    assert_eq!(get(ran.out.trim_end()), b"");
    let text = home.file("a.txt", "The forum takes images and videos.");
    fails(
        &home,
        &["-p", "forum demo"],
        &text,
        ("wrong_type", "preflight"),
        &["images and videos only", "a.txt"],
    );
    for profile in ["teable demo", "cronofy demo"] {
        fails(&home, &["-p", profile], &file, ("empty", "preflight"), &["empty.txt", profile, "empty files"]);
    }
}

#[test]
fn the_strangest_names_are_uploaded_and_harm_no_terminal() {
    let home = Home::new();
    let end = "\u{1b}[31m\n\u{202e}\u{200f}.txt";
    let long = format!("{}{end}", "x".repeat(255 - end.len()));
    for name in [
        OsStr::new(&long),
        OsStr::from_bytes(b"not \xff\xfe text.txt"),
        OsStr::new("-.-"),
        OsStr::new("ä 机.txt"),
    ] {
        let file = home.file(name, "bytes");
        let ran = home.upload(&["-f", "url"], &[&file]);
        ran.says(0, &[]);
        assert_eq!(ran.lines().len(), 1, "{name:?}");
        assert_eq!(get(ran.out.trim_end()), b"bytes", "{name:?}");
        let ran = home.upload(&["-f", "json"], &[&file]);
        assert_eq!(ran.json()[0]["name"], json!(name.to_string_lossy()), "{name:?}");
        // What is told of it cannot move the cursor, break the line or turn the text around.
        std::fs::remove_file(&file).unwrap();
        let ran = home.upload(&[], &[&file]);
        ran.says(1, &["does not exist"]);
        assert!(!ran.err.contains(['\u{1b}', '\u{202e}', '\u{200f}']), "{:?}", ran.err);
        assert_eq!(ran.err.lines().count(), 3, "{:?}", ran.err);
        let words = home.affix(&["history"]).out;
        assert!(!words.contains(['\u{1b}', '\u{202e}', '\u{200f}']), "{words:?}");
    }
    assert_eq!(home.affix(&["history"]).lines().len(), 12);
}

#[test]
fn a_file_that_changes_while_it_is_sent_is_not_called_done() {
    let home = Home::new();
    home.start_sandbox();
    let file = home.file("grows.bin", vec![b'x'; 40_000_000]);
    home.once("sandbox", "upload", "slow=20000000");
    let mut command = home.command(&["upload", "-f", "json", file.to_str().unwrap()]);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    until("the upload runs", || home.history()[0]["status"] == "uploading");
    std::fs::File::options().append(true).open(&file).unwrap().write_all(b"more").unwrap();
    let ran = Ran::from(child.wait_with_output().unwrap());
    ran.says(1, &["Upload grows.bin to Sandbox", "changed"]);
    assert_eq!(
        (&ran.json()[0]["status"], &ran.json()[0]["error"]["kind"]),
        (&json!("failed"), &json!("changed_on_disk"))
    );
    assert_eq!(home.history()[0]["status"], "failed");
}

#[test]
fn broken_settings_are_told_and_the_sandbox_is_still_the_default() {
    let home = Home::new();
    home.settings("[uploads\nretries = oops");
    let file = home.file("a.txt", "bytes");
    let ran = home.upload(&[], &[&file]);
    ran.says(0, &["Warning", "settings", "line 1"]);
    assert_eq!(get(ran.out.trim_end()), b"bytes");
    home.upload(&["-p", "Work team"], &[&file]).says(2, &["line 1", "no profile named “Work team”"]);
    // A value that breaks its rule is named with what is used instead.
    home.settings("[uploads]\nretries = 1000\nformt = \"url\"\n");
    home.upload(&[], &[&file]).says(0, &["uploads.retries", "0 to 20", "uploads.formt"]);
}

/// Runs SQL in the home's database.
fn sql(home: &Home, text: &str) {
    let database = rusqlite::Connection::open(home.path().join("affix.db")).unwrap();
    database.execute_batch(text).unwrap();
}

#[test]
fn a_database_of_a_newer_version_is_left_as_it_is() {
    let home = Home::new();
    home.start_sandbox();
    sql(&home, "PRAGMA user_version = 9999");
    let before = home.requests().len();
    let file = home.file("a.txt", "bytes");
    let ran = home.upload(&[], &[&file]);
    ran.says(1, &["9999", "Install the newest Affix"]);
    assert_eq!((ran.out.as_str(), home.requests().len()), ("", before), "nothing was sent");
    home.affix(&["history"]).says(1, &["9999"]);
    let database = rusqlite::Connection::open(home.path().join("affix.db")).unwrap();
    let version: i64 = database.query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap();
    assert_eq!(version, 9999);
}

#[test]
fn a_damaged_database_is_told_and_kept() {
    let home = Home::new();
    home.start_sandbox();
    let path = home.path().join("affix.db");
    for name in ["affix.db-wal", "affix.db-shm"] {
        let _absent = std::fs::remove_file(home.path().join(name));
    }
    std::fs::File::create(&path).unwrap().write_all(&[b'?'; 9000]).unwrap();
    let ran = home.upload(&[], &[&home.file("a.txt", "bytes")]);
    assert!(!ran.err.is_empty() && ran.code != 2, "{} {}", ran.code, ran.err);
    assert!(std::fs::read_dir(home.path()).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        path.is_file() && std::fs::read(path).unwrap().starts_with(b"????")
    }));
}

#[test]
fn a_home_that_cannot_be_made_is_named() {
    let home = Home::new();
    let in_the_way = home.file("file", "");
    let file = home.file("a.txt", "bytes");
    let mut command = Command::new(env!("CARGO_BIN_EXE_affix"));
    command.arg("--home").arg(in_the_way.join("home")).arg("upload").arg(&file);
    Ran::from(command.output().unwrap()).says(1, &[in_the_way.to_str().unwrap()]);
}

/// The program with the signal of a too large file ignored: its writes fail then, as on a full disk.
fn limited(home: &Home, script: &str, files: &[std::path::PathBuf]) -> Command {
    let inner = home.command(&["upload", "-f", "json"]);
    let mut command = Command::new("sh");
    command.args(["-c", &format!("trap '' XFSZ; exec {script} \"$@\""), "sh"]);
    command
        .arg(inner.get_program())
        .args(inner.get_args())
        .args(files)
        .env_remove("DBUS_SESSION_BUS_ADDRESS");
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

#[test]
fn nothing_is_sent_that_the_full_disk_cannot_record() {
    let home = Home::new();
    home.start_sandbox();
    let before = home.requests().len();
    let files: Vec<_> = (0..40).map(|n| home.file(format!("{n}-{}.txt", "x".repeat(200)), "x")).collect();
    let ran = Ran::from(limited(&home, "prlimit --fsize=4096 --", &files).output().unwrap());
    ran.says(1, &["affix.db", "Cause", "try again"]);
    assert_eq!((ran.out.as_str(), home.requests().len()), ("", before));
    assert_eq!(home.history().len(), 1);
}

#[test]
fn a_link_that_the_full_disk_cannot_record_is_told() {
    let home = Home::new();
    home.start_sandbox();
    let file = home.file("a.bin", vec![b'x'; 20_000_000]);
    home.once("sandbox", "upload", "slow=10000000");
    let child = limited(&home, "", std::slice::from_ref(&file)).spawn().unwrap();
    until("the upload runs", || home.history()[0]["status"] == "uploading");
    let pid = child.id().to_string();
    assert!(Command::new("prlimit").args(["--fsize=0", "--pid", &pid]).status().unwrap().success());
    let ran = Ran::from(child.wait_with_output().unwrap());
    // It is uploaded, which is what the exit code says.
    ran.says(0, &["Uploaded, but not kept in the history", "affix.db", "Cause"]);
    let line = &ran.json()[0];
    assert_eq!((&line["error"]["kind"], &line["error"]["step"]), (&json!("storage"), &json!("record")));
    assert_eq!(get(line["view_url"].as_str().unwrap()), std::fs::read(&file).unwrap(), "{line}");
}
