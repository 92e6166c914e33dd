//! Questions without a terminal count as "no" and say so; exit codes; secrets from the environment.

use std::process::Stdio;

use serde_json::json;

use crate::cli::{Home, get, until};

/// A home whose sandbox runs, and a profile `Work team` of Teable's protocol at it with the right token in the
/// environment: to Affix a user's own account.
fn with_account(confirmed: bool) -> Home {
    let mut home = Home::new();
    home.start_sandbox();
    let base = format!("{}/teable/api", home.origin());
    home.account("Work team", &base, confirmed);
    let token = home.credential("teable_token");
    home.env("AFFIX_SECRET_WORK_TEAM_TOKEN", token);
    home
}

fn sent_to_teable(home: &Home) -> usize {
    let path = |entry: &serde_json::Value| entry.to_string().contains("/teable/");
    home.requests().iter().filter(|entry| path(entry)).count()
}

#[test]
fn a_first_upload_is_not_made_unasked() {
    let home = with_account(false);
    let files = ["1", "2"].map(|n| home.file(format!("{n}.txt"), n));
    let ran =
        home.upload(&["-p", "work team", "-f", "json"], &files.each_ref().map(std::path::PathBuf::as_path));
    ran.says(
        1,
        &[
            "first upload",
            "Work team",
            "127.0.0.1",
            "2 files",
            "expires",
            "No: there is no terminal",
            "--yes",
        ],
    );
    let lines = ran.json();
    let status: Vec<_> =
        lines.iter().map(|line| (&line["name"], &line["status"], &line["attempts"])).collect();
    let canceled = json!("canceled");
    assert_eq!(status, [(&json!("1.txt"), &canceled, &json!(0)), (&json!("2.txt"), &canceled, &json!(0))]);
    let rows = home.history();
    assert_eq!(rows.iter().filter(|row| row["status"] == "canceled").count(), 2);
    assert_eq!(sent_to_teable(&home), 0, "nothing was sent");
    // Neither was the answer "no" taken for one that is to be remembered.
    home.upload(&["-p", "Work team"], &[&files[0]]).says(1, &["No: there is no terminal"]);
}

#[test]
fn yes_confirmed_and_the_setting_go_on() {
    let home = with_account(false);
    let file = home.file("1.txt", "bytes");
    let ran = home.upload(&["-p", "Work team", "--yes"], &[&file]);
    ran.says(0, &[]);
    assert!(!ran.err.contains("first upload"), "{}", ran.err);
    assert_eq!(get(ran.out.trim_end()), b"bytes");
    let before = std::fs::read_to_string(home.path().join("settings.toml")).unwrap();
    home.settings(&before.replace("retries = 0", "retries = 0\nask_first = false"));
    let other = home.file("2.txt", "others");
    assert_eq!(get(home.upload(&["-p", "Work team"], &[&other]).out.trim_end()), b"others");

    let home = with_account(true);
    let file = home.file("1.txt", "bytes");
    let ran = home.upload(&["-p", "Work team"], &[&file]);
    ran.says(0, &[]);
    assert_eq!(get(ran.out.trim_end()), b"bytes");
}

#[test]
fn what_is_read_from_a_pipe_is_no_answer() {
    let home = with_account(false);
    let file = home.file("1.txt", "bytes");
    let mut command = home.command(&["upload", "-p", "Work team", file.to_str().unwrap()]);
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), b"y\n").unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(sent_to_teable(&home), 0);
}

#[test]
fn a_target_whose_links_are_to_be_taken_gets_nothing_twice() {
    let home = Home::with_demos();
    let settings = home.path().join("settings.toml");
    let text = std::fs::read_to_string(&settings).unwrap();
    let named = "name = \"teable demo\"";
    assert!(text.contains(named), "{text}");
    home.settings(&text.replace(named, &format!("{named}\nagain = \"existing\"")));
    home.start_sandbox();
    let (first, copy) = (home.file("1.txt", "bytes"), home.file("copy.txt", "bytes"));
    let others = ["2", "3"].map(|name| home.file(format!("{name}.txt"), name));
    let options = ["-p", "teable demo", "-f", "json"];
    let link = home.upload(&options, &[&first]).json()[0]["view_url"].clone();
    let before = home.history().len();

    let ran = home.upload(&options, &[&others[0], &copy, &others[1], &first]);
    ran.says(0, &["2 of 4 already there"]);
    let lines = ran.json();
    let results: Vec<_> = lines.iter().map(|line| (&line["name"], &line["status"])).collect();
    let done = json!("done");
    let [two, copied, three, one] = ["2.txt", "copy.txt", "3.txt", "1.txt"].map(|name| json!(name));
    assert_eq!(results, [(&two, &done), (&copied, &done), (&three, &done), (&one, &done)]);
    assert_eq!((&lines[1]["view_url"], &lines[3]["view_url"]), (&link, &link));
    assert_eq!(lines[1]["file"], json!(copy), "it is this file's result");
    assert_eq!(home.history().len(), before + 2, "two were sent");

    // All of them, and with --yes each is sent once more.
    let ran = home.upload(&["-p", "teable demo"], &[&copy]);
    ran.says(0, &["1 of 1 already there"]);
    assert_eq!(json!(ran.out.trim_end()), link);
    assert_eq!(home.history().len(), before + 2);
    let ran = home.upload(&["-p", "teable demo", "--yes"], &[&copy]);
    ran.says(0, &[]);
    assert_ne!(json!(ran.out.trim_end()), link);
    assert_eq!(home.history().len(), before + 3);
}

#[test]
fn a_name_that_needs_repair_fails_and_says_what_would_mend_it() {
    let home = Home::with_demos();
    // Cosmos takes the name as an id, and an id must not have these.
    let file = home.file("a?b#c.txt", "bytes");
    for options in [&["-p", "cosmos demo"][..], &["-p", "cosmos demo", "--yes"]] {
        let ran = home.upload(options, &[&file]);
        ran.says(1, &["Cosmos", "a?b#c.txt", "can be sent as “a_b_c.txt”"]);
        assert_eq!(ran.out, "\n");
        let row = &home.history()[0];
        assert_eq!((&row["status"], &row["error"]["step"]), (&json!("failed"), &json!("preflight")));
    }
}

#[test]
fn a_wrong_command_line_or_profile_is_exit_2_and_sends_nothing() {
    let home = Home::new();
    home.account("Work team", "http://127.0.0.1:9", true);
    home.profile("Strange", "service = \"ftp\"");
    home.account("Bad address", "nonsense", true);
    let file = home.file("1.txt", "bytes");
    for (options, words) in [
        (&["-p", "nobody"][..], &["nobody", "affix profiles list"][..]),
        (&["-p", "Work team"], &["Work team", "token", "AFFIX_SECRET_WORK_TEAM_TOKEN."]),
        (&["-p", "Strange"], &["ftp", "affix profiles services"]),
        (&["--bogus"], &["--bogus", "Usage"]),
        (&["--format"], &["--format"]),
    ] {
        let ran = home.upload(options, &[&file]);
        ran.says(2, words);
        assert_eq!(ran.out, "", "{options:?}");
    }
    home.affix(&["upload"]).says(2, &["<FILE>"]);
    assert!(home.history().is_empty());
}

#[test]
fn a_setting_that_cannot_be_used_is_exit_2_and_names_the_setting() {
    let mut home = Home::new();
    home.account("Work team", "nonsense", true);
    home.env("AFFIX_SECRET_WORK_TEAM_TOKEN", "teable_token");
    let file = home.file("1.txt", "bytes");
    home.upload(&["-p", "Work team"], &[&file]).says(2, &["Work team", "base_url", "affix profiles edit"]);
}

#[test]
fn a_wrong_key_is_told_in_words_and_never_shown() {
    let mut home = with_account(true);
    home.env("AFFIX_SECRET_WORK_TEAM_TOKEN", "teable_wrongwrongwrong");
    let file = home.file("1.txt", "bytes");
    let ran = home.upload(&["-p", "Work team", "-f", "json"], &[&file]);
    ran.says(1, &["Upload 1.txt to Work team", "token", "401"]);
    let error = &ran.json()[0]["error"];
    assert_eq!((&error["kind"], &error["http_status"]), (&json!("unauthorized"), &json!(401)));
    assert_eq!(home.history()[0]["error"], *error);
    assert!(!format!("{}{}", ran.out, ran.err).contains("wrongwrong"));
}

#[test]
fn a_secret_from_the_environment_is_nowhere_to_be_read() {
    let home = with_account(true);
    // Another place than the sandbox's own credentials file, which holds the token because it made it.
    let token = home.credential("teable_token");
    let file = home.file("1.txt", vec![b'x'; 100_000]);
    home.once("teable", "bytes", "slow=60000");
    let path = file.to_str().unwrap();
    let mut command = home.command(&["upload", "-p", "Work team", "-f", "json", path]);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut seen_running = false;
    until("the upload has begun", || {
        let line = std::fs::read(format!("/proc/{}/cmdline", child.id())).unwrap();
        assert!(!contains(&line, &token), "the process list");
        seen_running |= contains(&line, "upload");
        sent_to_teable(&home) > 0 || home.history()[0]["status"] == "uploading"
    });
    let output = child.wait_with_output().unwrap();
    assert!(seen_running && output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(!contains(&output.stdout, &token) && !contains(&output.stderr, &token));
    // A refusal quotes what the service said, and no credential.
    home.once("teable", "ticket", &format!("error-body={{\"message\":\"bad token {token}\"}}"));
    let refused = home.upload(&["-p", "Work team", "-f", "json"], &[&file]);
    refused.says(1, &[]);
    assert!(!refused.out.contains(&token) && !refused.err.contains(&token), "{}{}", refused.out, refused.err);
    assert!(!home.affix(&["history", "--json"]).out.contains(&token));
    let mut looked_at = 0;
    walk(home.path(), &mut |path, content| {
        if !path.ends_with("sandbox/credentials.json") {
            looked_at += 1;
            assert!(!contains(content, &token), "{}", path.display());
        }
    });
    assert!(looked_at >= 4, "settings, database, kept files: {looked_at}");
}

fn contains(content: &[u8], secret: &str) -> bool {
    content.windows(secret.len()).any(|part| part == secret.as_bytes())
}

fn walk(dir: &std::path::Path, look: &mut dyn FnMut(&std::path::Path, &[u8])) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, look);
        } else {
            look(&path, &std::fs::read(&path).unwrap());
        }
    }
}
