//! `affix resume`: what a killed run left goes on, and what may have arrived is told.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::{Value, json};

use crate::cli::{self, Home, PNG, Ran, filled};

/// Uploads these one at a time to a service that hangs in this way, and is killed while the first is sent.
fn killed(home: &Home, profile: &str, files: &[PathBuf], (service, step, fault): (&str, &str, &str)) {
    home.fault(&json!({ "fault": fault, "service": service, "step": step }));
    let mut command = home.command(&["upload", "--jobs", "1", "-p", profile]);
    command.args(files).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    cli::until("the first is sent", || home.history().iter().any(|row| row["status"] == "uploading"));
    child.kill().unwrap();
    child.wait().unwrap();
    home.no_faults();
}

fn pictures(home: &Home, count: usize) -> Vec<PathBuf> {
    (0..count).map(|n| home.file(format!("{n}.png"), filled(PNG, &[n.to_le_bytes()[0]]))).collect()
}

fn resume(home: &Home) -> Ran {
    home.affix(&["resume", "-f", "json"])
}

fn named(lines: &[Value]) -> Vec<(&str, &str)> {
    lines.iter().map(|line| (line["name"].as_str().unwrap(), line["status"].as_str().unwrap())).collect()
}

#[test]
fn what_a_killed_run_left_goes_on_in_its_order() {
    let home = Home::with_demos();
    home.start_sandbox();
    let files = pictures(&home, 3);
    killed(&home, "mixin demo", &files, ("mixin", "bytes", "stall"));

    // An upload leaves it alone and says so, unless it is to be quiet.
    let other = home.file("other.txt", "other");
    home.upload(&[], &[&other]).says(0, &["3 uploads of an earlier run are unfinished", "`affix resume`"]);
    assert_eq!(home.upload(&["-q", "-y"], &[&other]).err, "");

    let ran = resume(&home);
    ran.says(0, &[]);
    assert_eq!(named(&ran.json()), [("0.png", "done"), ("1.png", "done"), ("2.png", "done")]);
    for (line, file) in ran.json().iter().zip(&files) {
        assert_eq!(cli::get(line["view_url"].as_str().unwrap()), std::fs::read(file).unwrap());
    }
    home.affix(&["resume"]).says(0, &["Nothing is left unfinished"]);
    assert_eq!(home.upload(&[], &[&home.file("last.txt", "last")]).err, "");
}

#[test]
fn what_may_have_arrived_is_told_with_its_facts_and_not_sent_again() {
    let home = Home::with_demos();
    home.start_sandbox();
    let files = pictures(&home, 2);
    killed(&home, "forum demo", &files, ("forum", "upload", "stall-answer"));
    let asked = |home: &Home| home.requests().iter().filter(|asked| asked["step"] == "upload").count();
    let before = asked(&home);

    let ran = resume(&home);
    ran.says(
        1,
        &["Upload 0.png to forum demo: Affix ended after everything had been sent", "attempt 1 sent"],
    );
    let lines = ran.json();
    assert_eq!(named(&lines), [("0.png", "unsure"), ("1.png", "done")]);
    let error = &lines[0]["error"];
    assert_eq!((&error["step"], &error["retryable"]), (&json!("send"), &json!(false)), "{error}");
    assert_eq!(asked(&home), before + 1, "only the second is sent");
    // It is the user's to decide: nothing of it goes on by itself.
    home.affix(&["resume"]).says(0, &["Nothing is left unfinished"]);
    assert_eq!(home.history()[1]["status"], "unsure");
}

#[test]
fn a_file_that_has_gone_fails_with_its_reason() {
    let home = Home::with_demos();
    home.start_sandbox();
    let files = pictures(&home, 2);
    killed(&home, "Sandbox", &files, ("sandbox", "upload", "stall"));
    std::fs::remove_file(Path::new(&files[1])).unwrap();
    let ran = home.affix(&["resume"]);
    ran.says(1, &["Upload 1.png to Sandbox"]);
    assert_eq!(ran.lines().len(), 2);
    assert!(ran.lines()[0].starts_with("http://") && ran.lines()[1].is_empty(), "{}", ran.out);
}

#[test]
fn two_copies_at_once_send_each_file_once() {
    let home = Home::with_demos();
    home.start_sandbox();
    let files = pictures(&home, 24);
    killed(&home, "mixin demo", &files, ("mixin", "bytes", "stall"));
    let copies: Vec<_> = (0..2)
        .map(|_| {
            let mut command = home.command(&["resume", "-f", "json", "--jobs", "2"]);
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
        })
        .collect();
    let ran: Vec<Ran> = copies.into_iter().map(|copy| copy.wait_with_output().unwrap().into()).collect();
    let mut names: Vec<String> = Vec::new();
    for ran in &ran {
        ran.says(0, &[]);
        names.extend(ran.json().iter().map(|line| line["name"].as_str().unwrap().to_owned()));
    }
    names.sort_by_key(|name| name.trim_end_matches(".png").parse::<usize>().unwrap());
    let all: Vec<_> = (0..24).map(|n| format!("{n}.png")).collect();
    assert_eq!(names, all, "{}{}", ran[0].err, ran[1].err);
    let stored = |asked: &&Value| asked["step"] == "bytes" && asked["status"] == 200;
    let bytes = home.requests().iter().filter(stored).count();
    assert_eq!(bytes, 24);
}

#[test]
fn what_another_copy_is_doing_is_left_to_it() {
    let home = Home::with_demos();
    home.start_sandbox();
    home.fault(&json!({ "fault": "stall", "service": "sandbox", "step": "upload" }));
    let mut command = home.command(&["upload"]);
    let file = home.file("slow.txt", "slow");
    let mut other = command.arg(&file).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    cli::until("it is sent", || home.history()[0]["status"] == "uploading");
    home.affix(&["resume"]).says(0, &["Nothing is left unfinished"]);
    assert_eq!(home.history()[0]["status"], "uploading");
    other.kill().unwrap();
    other.wait().unwrap();
    home.no_faults();
    assert_eq!(named(&resume(&home).json()), [("slow.txt", "done")]);
}
