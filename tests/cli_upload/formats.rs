//! What goes to standard output: one line per file, in the order given, in the format asked for.

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::cli::{DEMOS, Home, PNG, get};

/// product.md, "The command line": the fields of `--format json`.
const FIELDS: &str = "file name size status profile service batch view_url thumbnail_url preview_url id content \
                      visibility expires_at md5 sha256 attempts error extra";

fn keys(value: &Value) -> BTreeSet<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn every_format_renders_the_link() {
    let home = Home::new();
    let file = home.file("a b].txt", "bytes");
    let rendered = |format: &str| {
        let ran = home.upload(&["--format", format], &[&file]);
        ran.says(0, &[]);
        assert_eq!(ran.lines().len(), 1, "{format}: {}", ran.out);
        ran.out.trim_end().to_owned()
    };
    let url = rendered("url");
    assert_eq!(get(&url), b"bytes");
    let shape = |format: &str, before: &str, after: &str| {
        let text = rendered(format);
        let link = text.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
        let link = link.unwrap_or_else(|| panic!("{format}: {text}"));
        assert_eq!(get(link), b"bytes", "{format}: {text}");
    };
    shape("markdown", "[a b\\].txt](", ")");
    shape("html", "<a href=\"", "\">a b].txt</a>");
    // BBCode has no way to write a bracket as text.
    shape("bbcode", "[url=", "]a b).txt[/url]");
    shape(
        "{stem}|{ext}|{size}|{mime}|{profile}|{width}|{thumb}|{url}",
        "a b]|txt|5|text/plain|Sandbox|||",
        "",
    );
    let line: Value = serde_json::from_str(&rendered("json")).unwrap();
    assert_eq!(get(line["view_url"].as_str().unwrap()), b"bytes");
}

#[test]
fn an_image_is_shown_by_the_link_formats() {
    let home = Home::new();
    let file = home.file("dot.png", PNG);
    for (format, before, after) in [
        ("markdown", "![dot.png](", ")"),
        ("html", "<img src=\"", "\" alt=\"dot.png\">"),
        ("bbcode", "[img]", "[/img]"),
    ] {
        let ran = home.upload(&["-f", format], &[&file]);
        let line = ran.out.trim_end();
        assert!(line.starts_with(before) && line.ends_with(after), "{format}: {line}");
    }
}

#[test]
fn a_bad_format_is_refused_with_its_reason_before_anything_is_sent() {
    let home = Home::new();
    let file = home.file("a.txt", "bytes");
    for (format, reason) in [("{nope}", "{nope}"), ("xml", "xml"), ("{url", "}"), ("", "")] {
        let ran = home.upload(&["--format", format], &[&file]);
        ran.says(2, &[reason]);
        assert_eq!(ran.out, "", "{format}");
        assert!(!ran.err.trim().is_empty(), "{format}");
    }
    assert!(home.history().is_empty());
    assert!(!home.path().join("sandbox/server.json").exists(), "no sandbox was needed");
}

#[test]
fn the_format_of_the_settings_counts_where_none_is_given() {
    let home = Home::new();
    home.settings("[uploads]\nformat = \"{name}={size}\"\n");
    let file = home.file("a.txt", "bytes");
    assert_eq!(home.upload(&[], &[&file]).out, "a.txt=5\n");
    assert_eq!(home.upload(&["--format", "{stem}"], &[&file]).out, "a\n");
}

#[test]
fn lines_come_in_the_order_given_also_when_the_first_ends_last() {
    let home = Home::new();
    home.start_sandbox();
    // At 2,000 bytes a second the first takes more than a second, the others no time.
    home.fault(&json!({ "fault": "slow=2000", "service": "sandbox", "step": "upload" }));
    let contents = ["1".repeat(3000), "2".into(), "3".into(), "4".into()];
    let files = [0, 1, 2, 3].map(|n| home.file(format!("{n}.txt"), &contents[n]));
    let ran = home.upload(&["--jobs", "4", "--format", "json"], &files.each_ref().map(PathBuf::as_path));
    ran.says(0, &[]);
    let lines = ran.json();
    for (n, line) in lines.iter().enumerate() {
        assert_eq!(line["name"], format!("{n}.txt"));
        assert_eq!(get(line["view_url"].as_str().unwrap()), contents[n].as_bytes());
    }
    let mut rows = home.history();
    rows.retain(|row| row["batch"] == lines[0]["batch"]);
    let last = rows.iter().max_by_key(|row| row["finished_at"].as_str().unwrap().to_owned()).unwrap();
    assert_eq!((rows.len(), &last["name"]), (4, &json!("0.txt")), "the first ended last");
}

#[test]
fn one_job_at_a_time_sends_one_at_a_time() {
    let home = Home::new();
    home.start_sandbox();
    let files = ["1", "2", "3"].map(|n| home.file(format!("{n}.txt"), n));
    let ran = home.upload(&["--jobs", "1", "-f", "{name}"], &files.each_ref().map(PathBuf::as_path));
    assert_eq!(ran.out, "1.txt\n2.txt\n3.txt\n");
    let mut rows = home.history();
    rows.retain(|row| row["name"] != "starts-the-sandbox.txt");
    for row in &rows {
        // Of one length, or they would not sort as text.
        assert_eq!(row["finished_at"].as_str().unwrap().len(), "2026-11-21T05:46:11.000Z".len(), "{row}");
    }
    // From the oldest on: of two that end in the same millisecond the one handed over first comes first.
    let mut by_end: Vec<_> = rows.iter().rev().collect();
    by_end.sort_by_key(|row| row["finished_at"].as_str().unwrap().to_owned());
    let names: Vec<_> = by_end.iter().map(|row| row["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["1.txt", "2.txt", "3.txt"]);
    for jobs in ["0", "65", "many"] {
        home.upload(&["--jobs", jobs], &[&files[0]]).says(2, &["--jobs"]);
    }
}

#[test]
fn a_failed_file_leaves_its_place_blank_in_the_link_formats() {
    let home = Home::new();
    let (first, last) = (home.file("1.txt", "1"), home.file("3.txt", "3"));
    let absent = home.files().join("2.txt");
    for format in ["url", "markdown", "html", "bbcode", "{url}{name}"] {
        let ran = home.upload(&["--format", format], &[&first, &absent, &last]);
        ran.says(1, &["2.txt"]);
        let lines = ran.lines();
        assert_eq!(lines.len(), 3, "{format}: {}", ran.out);
        assert!(
            lines[0].contains("1.txt") && lines[1].is_empty() && lines[2].contains("3.txt"),
            "{format}: {lines:?}"
        );
    }
    let ran = home.upload(&["--format", "json"], &[&first, &absent, &last]);
    let status: Vec<_> = ran.json().iter().map(|line| line["status"].clone()).collect();
    assert_eq!(status, ["done", "failed", "done"]);
}

#[test]
fn json_has_exactly_the_documented_fields_with_nulls_for_what_is_absent() {
    let home = Home::new();
    let file = home.file("a.txt", "bytes");
    let absent = home.files().join("absent.txt");
    let lines = home.upload(&["--format", "json"], &[&file, &absent]).json();
    let documented: BTreeSet<_> = FIELDS.split_whitespace().collect();
    for line in &lines {
        assert_eq!(keys(line), documented);
    }
    let (done, failed) = (&lines[0], &lines[1]);
    for (key, value) in [
        ("file", json!(file)),
        ("name", json!("a.txt")),
        ("size", json!(5)),
        ("status", json!("done")),
        ("profile", json!("Sandbox")),
        ("service", json!("sandbox")),
        ("thumbnail_url", json!(null)),
        ("preview_url", json!(null)),
        ("content", json!(null)),
        ("visibility", json!("public")),
        ("expires_at", json!(null)),
        ("sha256", json!("277089d91c0bdf4f2e6862ba7e4a07605119431f5d13f726dd352b06f1b206a9")),
        ("attempts", json!(1)),
        ("error", json!(null)),
    ] {
        assert_eq!(done[key], value, "{key}");
    }
    assert_eq!(done["batch"], failed["batch"]);
    for key in ["view_url", "id", "visibility", "md5", "sha256"] {
        assert!(done[key].is_string() && failed[key].is_null(), "{key}");
    }
    assert_eq!((&failed["status"], &failed["size"]), (&json!("failed"), &json!(null)));
    let error = &failed["error"];
    assert_eq!(keys(error), "kind message step http_status retryable".split(' ').collect());
    assert_eq!(error["kind"], "unreadable");
    assert_eq!((&error["http_status"], &error["retryable"]), (&json!(null), &json!(false)));
    // A row of the history is the same and two times.
    let rows = home.history();
    let row = rows.iter().find(|row| row["name"] == "a.txt").unwrap();
    assert_eq!(keys(row), documented.into_iter().chain(["added_at", "finished_at"]).collect());
    assert!(documented_part(row) == documented_part(done), "{row}\n{done}");
}

fn documented_part(line: &Value) -> Vec<Value> {
    FIELDS.split_whitespace().map(|key| line[key].clone()).collect()
}

#[test]
fn each_demo_profile_uploads_and_gives_what_its_service_gives() {
    let home = Home::with_demos();
    let file = home.file("dot.png", PNG);
    for (service, profile) in DEMOS {
        let ran = home.upload(&["--profile", profile, "--format", "json"], &[&file]);
        ran.says(0, &[]);
        let line = &ran.json()[0];
        assert_eq!(
            (&line["status"], &line["service"], &line["profile"]),
            (&json!("done"), &json!(service), &json!(profile))
        );
        assert_eq!(line["size"], json!(PNG.len()), "{service}");
        match line["view_url"].as_str() {
            Some(url) => assert_eq!(get(url), PNG, "{service}"),
            // These give no link that opens without a credential.
            None => assert!(matches!(service, "cosmos" | "cronofy") && line["id"].is_string(), "{line}"),
        }
    }
    // Profile names are one in any case.
    home.upload(&["--profile", "TEABLE Demo"], &[&file]).says(0, &[]);
}

#[test]
fn standard_output_carries_results_alone_and_standard_error_no_escape_codes() {
    let home = Home::new();
    let files = ["1", "2", "3"].map(|n| home.file(format!("{n}.txt"), vec![b'x'; 300_000]));
    let mut paths: Vec<_> = files.iter().map(PathBuf::as_path).collect();
    let absent = home.files().join("absent.txt");
    let ran = home.upload(&[], &paths);
    ran.says(0, &[]);
    assert!(ran.lines().iter().all(|line| line.starts_with("http://127.0.0.1:")), "{}", ran.out);
    paths.push(&absent);
    for quiet in [false, true] {
        let ran = home.upload(if quiet { &["--quiet"] } else { &[] }, &paths);
        // Quiet is no progress and no warnings: errors are told.
        ran.says(1, &["absent.txt"]);
        for text in [&ran.out, &ran.err] {
            assert!(!text.contains(['\u{1b}', '\r', '\u{8}']), "{text:?}");
        }
    }
}

#[test]
fn quiet_says_nothing_of_a_good_upload_and_of_a_retry() {
    let home = Home::new();
    home.settings("[uploads]\nretries = 1\n");
    home.start_sandbox();
    let file = home.file("a.txt", "bytes");
    home.once("sandbox", "upload", "status=503");
    let ran = home.upload(&["--format", "json"], &[&file]);
    ran.says(0, &["a.txt", "Next try"]);
    assert_eq!(ran.json()[0]["attempts"], 2);
    home.once("sandbox", "upload", "status=503");
    let ran = home.upload(&["--quiet", "--format", "json"], &[&file]);
    ran.says(0, &[]);
    assert_eq!((ran.err.as_str(), &ran.json()[0]["attempts"]), ("", &json!(2)));
}

#[test]
fn an_answer_that_is_lost_where_a_repeat_may_duplicate_is_unsure() {
    let home = Home::with_demos();
    home.start_sandbox();
    let file = home.file("dot.png", PNG);
    home.once("cronofy", "upload", "lost-answer");
    let ran = home.upload(&["--profile", "cronofy demo", "--format", "json"], &[&file]);
    ran.says(1, &["dot.png", "cronofy demo"]);
    let line = &ran.json()[0];
    assert_eq!((&line["status"], &line["attempts"]), (&json!("unsure"), &json!(1)));
    assert_eq!(line["error"]["retryable"], json!(false));
    assert_eq!(home.history()[0]["status"], "unsure");
    // Where a repeat can do no harm, it is done without asking.
    home.settings("[uploads]\nretries = 1\n");
    home.once("sandbox", "upload", "lost-answer");
    let ran = home.upload(&["--format", "json"], &[&file]);
    ran.says(0, &[]);
    assert_eq!((&ran.json()[0]["status"], &ran.json()[0]["attempts"]), (&json!("done"), &json!(2)));
}

#[test]
fn five_hundred_small_files_in_one_call_are_all_done_in_order() {
    let home = Home::new();
    let files: Vec<_> = (0..500).map(|n| home.file(format!("{n}.txt"), n.to_string())).collect();
    let paths: Vec<_> = files.iter().map(PathBuf::as_path).collect();
    let ran = home.upload(&["--format", "{name} {url}"], &paths);
    ran.says(0, &[]);
    let lines = ran.lines();
    assert_eq!(lines.len(), 500);
    for (n, line) in lines.iter().enumerate() {
        let (name, url) = line.split_once(' ').unwrap();
        assert_eq!(name, format!("{n}.txt"));
        assert!(n % 50 != 0 || get(url) == n.to_string().as_bytes(), "{line}");
    }
    assert!(home.history().iter().all(|row| row["status"] == "done"));
    assert_eq!(home.history().len(), 500);
}
