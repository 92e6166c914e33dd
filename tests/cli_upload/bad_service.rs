//! Services that answer nonsense, and networks that do not lead to them.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::process::Stdio;

use serde_json::json;

use crate::cli::{Home, PNG};

/// One upload fails with these words, of this kind; the history has the same.
#[track_caller]
fn fails(home: &Home, profile: &str, kind: &str, words: &[&str]) {
    ends(home, profile, ("failed", kind), words);
}

/// One upload ends in this state, with an error of this kind and these words; the history has the same.
#[track_caller]
fn ends(home: &Home, profile: &str, (status, kind): (&str, &str), words: &[&str]) {
    let file = home.file("a.png", PNG);
    let ran = home.upload(&["-p", profile, "-f", "json"], &[&file]);
    let asked = format!("Upload a.png to {profile}: ");
    let words: Vec<_> = words.iter().copied().chain([asked.as_str()]).collect();
    ran.says(1, &words);
    let line = &ran.json()[0];
    assert_eq!((&line["status"], &line["error"]["kind"]), (&json!(status), &json!(kind)), "{line}");
    let row = &home.history()[0];
    assert_eq!((&row["status"], &row["error"]), (&json!(status), &line["error"]));
    assert!(line["attempts"].as_u64() >= Some(1), "it failed before the service was asked: {line}");
    assert!(!line["error"]["message"].as_str().unwrap().contains(".."), "{line}");
    for key in ["view_url", "id"] {
        assert!(line[key].is_null(), "{line}");
    }
}

#[test]
fn an_answer_that_makes_no_sense_is_no_success() {
    let home = Home::with_demos();
    home.start_sandbox();
    // A ticket is asked for again; the forum's one request may have kept the image, so a repeat may duplicate it.
    for (service, step, status) in
        [("teable", "ticket", "failed"), ("mixin", "ticket", "failed"), ("forum", "upload", "unsure")]
    {
        let profile = &format!("{service} demo");
        for fault in ["html", "truncated-json", "endless"] {
            home.once(service, step, fault);
            ends(&home, profile, (status, "protocol"), &[]);
        }
        home.once(service, step, "redirect=http://127.0.0.1:9/elsewhere");
        fails(&home, profile, "protocol", &["another host", "The credential was not sent there"]);
    }
}

#[test]
fn a_failure_told_with_status_200_is_a_failure() {
    let home = Home::with_demos();
    home.start_sandbox();
    for (service, profile, step) in [
        ("forum", "forum demo", "upload"),
        ("mixin", "mixin demo", "ticket"),
        ("teable", "teable demo", "ticket"),
    ] {
        home.once(service, step, "error-body");
        let file = home.file("a.png", PNG);
        let ran = home.upload(&["-p", profile, "-f", "json"], &[&file]);
        ran.says(1, &["a.png", profile]);
        let line = &ran.json()[0];
        assert_eq!((&line["status"], &line["attempts"]), (&json!("failed"), &json!(1)), "{service}: {line}");
    }
}

#[test]
fn each_refusal_has_its_kind() {
    let home = Home::with_demos();
    home.start_sandbox();
    for (status, kind) in [
        (401, "unauthorized"),
        (403, "forbidden"),
        (413, "too_large"),
        (429, "rate_limited"),
        (500, "server"),
        (503, "server"),
    ] {
        home.once("teable", "ticket", &format!("status={status}"));
        fails(&home, "teable demo", kind, &[]);
        assert_eq!(home.history()[0]["error"]["http_status"], status);
    }
}

/// A profile of a user's own at `address`, with a token.
fn account(address: &str) -> Home {
    let mut home = Home::new();
    home.account("Far", address, true);
    home.env("AFFIX_SECRET_FAR_TOKEN", "teable_token_of_a_test");
    home
}

#[test]
fn a_closed_port_is_told_with_its_address() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    fails(
        &account(&format!("http://127.0.0.1:{port}")),
        "Far",
        "unreachable",
        &["127.0.0.1", "Cause", "refused"],
    );
}

#[test]
fn a_name_that_does_not_resolve_is_told() {
    fails(
        &account("https://no-such-host.invalid"),
        "Far",
        "unreachable",
        &["no-such-host.invalid", "Cause", "Check the network"],
    );
}

#[test]
fn a_plain_server_behind_https_is_a_tls_failure() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("https://{}", listener.local_addr().unwrap());
    let plain = move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _hello = stream.read(&mut [0; 512]);
            let _gone = stream
                .write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        }
    };
    // It ends with the test's process.
    let _serves = std::thread::Builder::new().name("plain".into()).spawn(plain).unwrap();
    fails(&account(&address), "Far", "tls", &["127.0.0.1", "Cause", "Check the address"]);
}

#[test]
fn a_repeat_that_may_help_is_made_and_counted() {
    let home = Home::with_demos();
    let before = std::fs::read_to_string(home.path().join("settings.toml")).unwrap();
    home.settings(&before.replace("retries = 0", "retries = 2"));
    home.start_sandbox();
    home.fault(&json!({ "fault": "status=503", "service": "teable", "step": "ticket", "times": 2 }));
    let file = home.file("a.png", PNG);
    let ran = home.upload(&["-p", "teable demo", "-f", "json"], &[&file]);
    ran.says(0, &["Next try"]);
    assert_eq!(ran.json()[0]["attempts"], 3);
    // What cannot get better is not repeated.
    home.once("teable", "ticket", "status=403");
    let ran = home.upload(&["-p", "teable demo", "-f", "json"], &[&file]);
    assert_eq!((ran.code, &ran.json()[0]["attempts"]), (1, &json!(1)));
}

#[test]
fn a_service_that_is_not_there_yet_is_waited_for_and_told_once() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let home = account(&format!("http://{address}"));
    let before = std::fs::read_to_string(home.path().join("settings.toml")).unwrap();
    home.settings(&before.replace("retries = 0", "retries = 1"));
    let files: Vec<_> = (0..9).map(|number| home.file(format!("{number}.png"), PNG)).collect();
    let mut command = home.command(&["upload", "-p", "Far", "-f", "json"]);
    let mut running = command.args(&files).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut told = BufReader::new(running.stderr.take().unwrap()).lines();
    let waits = format!("{address} cannot be reached: waiting");
    assert!(told.by_ref().map_while(Result::ok).any(|line| line.contains(&waits)));
    // Now it is there, and refuses.
    let listener = TcpListener::bind(address).unwrap();
    let refuse = move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _request = stream.read(&mut [0; 4096]);
            let _gone =
                stream.write_all(b"HTTP/1.1 401 No\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}");
        }
    };
    // It ends with the test's process.
    let _serves = std::thread::Builder::new().name("late".into()).spawn(refuse).unwrap();
    let rest: Vec<_> = told.map_while(Result::ok).collect();
    assert!(!rest.iter().any(|line| line.contains("waiting")), "{rest:?}");
    let mut lines = String::new();
    running.stdout.take().unwrap().read_to_string(&mut lines).unwrap();
    assert_eq!(running.wait().unwrap().code(), Some(1));
    assert_eq!(lines.matches("\"kind\":\"unauthorized\"").count(), 9, "{lines}");
}
