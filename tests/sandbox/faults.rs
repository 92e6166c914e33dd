//! Each fault, as a client meets it.

use std::io::{Read, Write};
use std::time::{Duration, Instant};

use affix::sandbox::faults::{Action, Fault};
use serde_json::Value;

use crate::support::{Answer, Sandbox, text};

/// A request of the plain service with this fault asked for in its header.
fn ask(sandbox: &Sandbox, fault: &str, body: &[u8]) -> Option<Answer> {
    let (token, fault) =
        (Sandbox::bearer(&sandbox.credentials.plain_token), format!("X-Affix-Fault: {fault}"));
    sandbox.try_ask("POST", "/plain/files", &[&token, &fault], body)
}

fn kept_files(sandbox: &Sandbox) -> u64 {
    let token = Sandbox::bearer(&sandbox.credentials.plain_token);
    sandbox.ask("GET", "/plain/me", &[&token], b"").json()["files"].as_u64().unwrap()
}

#[test]
fn a_status_with_its_waiting_times() {
    let sandbox = Sandbox::start();
    let answer = ask(&sandbox, "status=503;retry-after=2;retry-after-ms=70", b"x").unwrap();
    assert_eq!(answer.status, 503);
    assert_eq!((answer.header("retry-after"), answer.header("x-ms-retry-after-ms")), ("2", "70"));
    let dated = ask(&sandbox, "status=429;retry-after=Fri, 31 Dec 1999 23:59:59 GMT", b"x").unwrap();
    assert_eq!(dated.header("retry-after"), "Fri, 31 Dec 1999 23:59:59 GMT");
    assert_eq!(ask(&sandbox, "status=403;early", b"x").unwrap().status, 403);
    assert_eq!(kept_files(&sandbox), 0, "nothing was processed");
}

#[test]
fn a_lost_answer_leaves_the_work_done() {
    let sandbox = Sandbox::start();
    assert!(ask(&sandbox, "lost-answer", b"x").is_none());
    assert_eq!(kept_files(&sandbox), 1);
    let entry = sandbox.server.log().into_iter().find(|entry| entry.step == "upload").unwrap();
    assert_eq!((entry.status, entry.body_bytes), (None, 1));
}

#[test]
fn a_late_answer_comes_after_the_work() {
    let sandbox = Sandbox::start();
    let begun = Instant::now();
    assert_eq!(ask(&sandbox, "late-answer=80", b"x").unwrap().status, 201);
    assert!(begun.elapsed() >= Duration::from_millis(80), "{:?}", begun.elapsed());
    assert_eq!(kept_files(&sandbox), 1);
}

#[test]
fn a_cut_leaves_nothing() {
    let sandbox = Sandbox::start();
    assert!(ask(&sandbox, "cut=1000", &vec![0; 100_000]).is_none());
    assert!(ask(&sandbox, "cut=0", b"").is_none());
    assert_eq!(kept_files(&sandbox), 0);
}

#[test]
fn a_cut_answer_stops_in_its_middle() {
    let sandbox = Sandbox::start();
    let token = Sandbox::bearer(&sandbox.credentials.plain_token);
    let mut stream = sandbox.connect();
    let head = format!(
        "GET /plain/me HTTP/1.1\r\nHost: {}\r\n{token}\r\nX-Affix-Fault: cut-answer\r\n\r\n",
        sandbox.server.address()
    );
    stream.write_all(head.as_bytes()).unwrap();
    let mut bytes = Vec::new();
    // A reset connection is an error here, after what had come.
    let _closed = stream.read_to_end(&mut bytes);
    let answer = String::from_utf8(bytes).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(!answer.contains("files\""), "{answer}");
    assert!(ask(&sandbox, "cut-answer", b"x").is_none());
    assert_eq!(kept_files(&sandbox), 1);
}

#[test]
fn garbage_answers() {
    let sandbox = Sandbox::start();
    let html = ask(&sandbox, "html", b"x").unwrap();
    assert_eq!((html.status, html.header("content-type")), (200, "text/html; charset=utf-8"));
    let truncated = ask(&sandbox, "truncated-json", b"x").unwrap();
    assert_eq!(truncated.status, 200);
    assert!(serde_json::from_slice::<Value>(&truncated.body).is_err());
    let error = ask(&sandbox, "error-body", b"x").unwrap();
    assert_eq!((error.status, text(&error.json(), "/error/description").as_str()), (200, "Injected fault"));
    let own = ask(&sandbox, "error-body={\"code\":7}", b"x").unwrap();
    assert_eq!(own.json()["code"], 7);
    let elsewhere = ask(&sandbox, "redirect=http://other.example/x", b"x").unwrap();
    assert_eq!((elsewhere.status, elsewhere.header("location")), (307, "http://other.example/x"));
    assert_eq!(kept_files(&sandbox), 0);
}

#[test]
fn an_endless_answer_does_not_end() {
    let sandbox = Sandbox::start();
    let mut stream = sandbox.connect();
    let head = format!("GET /?affix_fault=endless HTTP/1.1\r\nHost: {}\r\n\r\n", sandbox.server.address());
    stream.write_all(head.as_bytes()).unwrap();
    let mut much = vec![0; 20_000_000];
    stream.read_exact(&mut much).unwrap();
    assert!(String::from_utf8_lossy(&much[..300]).contains("transfer-encoding: chunked"));
}

#[test]
fn stalls_never_answer() {
    let sandbox = Sandbox::start();
    for fault in ["stall", "stall-answer"] {
        let mut stream = sandbox.connect();
        stream.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
        let head =
            format!("GET / HTTP/1.1\r\nHost: {}\r\nX-Affix-Fault: {fault}\r\n\r\n", sandbox.server.address());
        stream.write_all(head.as_bytes()).unwrap();
        let silent = stream.read(&mut [0; 1]).unwrap_err();
        assert!(matches!(silent.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut));
    }
    sandbox.stop();
}

#[test]
fn delays_and_slow_reading_take_their_time() {
    let sandbox = Sandbox::start();
    let begin = Instant::now();
    assert_eq!(ask(&sandbox, "delay=150", b"x").unwrap().status, 201);
    assert!(begin.elapsed() >= Duration::from_millis(150));
    let begin = Instant::now();
    assert_eq!(ask(&sandbox, "slow=1000", &[0; 300]).unwrap().status, 201);
    assert!(begin.elapsed() >= Duration::from_millis(300));
}

#[test]
fn faults_wait_for_their_requests() {
    let sandbox = Sandbox::start();
    sandbox.server.faults().add(Fault::new(Action::Html).on("link", "view").times(1));
    let url = text(&sandbox.keep("a", "text/plain", b"x"), "/url");
    assert_eq!(sandbox.get(&url).header("content-type"), "text/html; charset=utf-8");
    assert_eq!(sandbox.get(&url).text(), "x");

    let admin = Sandbox::bearer("admin");
    let posted = br#"{"fault":"status=418","service":"link","times":1}"#;
    assert_eq!(sandbox.ask("POST", "/_sandbox/faults", &[&admin], posted).status, 201);
    assert_eq!(sandbox.get(&url).status, 418);
    assert_eq!(sandbox.get(&url).status, 200);
    let nonsense = br#"{"fault":"explode"}"#;
    assert_eq!(sandbox.ask("POST", "/_sandbox/faults", &[&admin], nonsense).status, 400);
    sandbox.ask("POST", "/_sandbox/faults", &[&admin], br#"{"fault":"status=418"}"#);
    assert_eq!(sandbox.ask("DELETE", "/_sandbox/faults", &[&admin], b"").status, 204);
    assert_eq!(sandbox.get(&url).status, 200);
    assert_eq!(sandbox.server.shared().log.count("link", "view"), 5);
}

#[test]
fn a_link_cannot_lead_away() {
    let sandbox = Sandbox::start();
    let answer = sandbox.get("/?affix_fault=redirect%3Dhttp://evil.example/");
    assert_eq!((answer.status, answer.header("location")), (400, ""));
}
