//! The plain service.

use crate::support::{Sandbox, text};

#[test]
fn bytes_come_back_after_a_restart_and_go_when_deleted() {
    let sandbox = Sandbox::start();
    let bytes: Vec<u8> = (0..5_000_000_u32).map(|i| (i % 253) as u8).collect();
    let kept = sandbox.keep("a%20b.bin", "application/x-thing", &bytes);
    assert_eq!((kept["name"].as_str(), kept["size"].as_u64()), (Some("a b.bin"), Some(5_000_000)));
    let (url, id) = (text(&kept, "/url"), text(&kept, "/id"));
    let sandbox = sandbox.restart();
    assert_eq!(sandbox.get(&url).body, bytes);
    let token = Sandbox::bearer(&sandbox.credentials.plain_token);
    let path = format!("/plain/files/{id}");
    assert_eq!(sandbox.ask("DELETE", &path, &[], b"").status, 401);
    assert_eq!(sandbox.ask("DELETE", &path, &[&token], b"").status, 204);
    assert_eq!(sandbox.ask("DELETE", &path, &[&token], b"").status, 404);
    assert_eq!(sandbox.get(&url).status, 404);
}

#[test]
fn empty_files_are_kept() {
    let sandbox = Sandbox::start();
    let kept = sandbox.keep("empty", "text/plain", b"");
    let answer = sandbox.get(&text(&kept, "/url"));
    assert_eq!((answer.status, answer.body.len()), (200, 0));
}

#[test]
fn a_key_makes_a_repeat_safe() {
    let sandbox = Sandbox::start();
    let token = Sandbox::bearer(&sandbox.credentials.plain_token);
    let post = |key: &str, body: &[u8]| sandbox.ask("POST", "/plain/files", &[&token, key], body);
    let first = post("Idempotency-Key: 1", b"one");
    let again = post("Idempotency-Key: 1", b"one");
    assert_eq!((first.status, again.status), (201, 200));
    assert_eq!(first.json(), again.json());
    assert_eq!(post("Idempotency-Key: 1", b"two").status, 409);
    assert_eq!(post("Idempotency-Key: 2", b"one").status, 201);
    let me = sandbox.ask("GET", "/plain/me", &[&token], b"").json();
    assert_eq!(me["files"], 2);
}

#[test]
fn refusals_say_why() {
    let sandbox = Sandbox::with(|config| {
        config.max_file_bytes = 10;
        config.max_total_bytes = 15;
    });
    let token = Sandbox::bearer(&sandbox.credentials.plain_token);
    let post = |headers: &[&str], body: &[u8]| {
        let answer = sandbox.ask("POST", "/plain/files", headers, body);
        (answer.status, text(&answer.json(), "/error/code"))
    };
    assert_eq!(post(&[], b"x"), (401, "unauthorized".into()));
    assert_eq!(post(&[&token], b"12345678901"), (413, "too_large".into()));
    let chunked = b"b\r\n12345678901\r\n0\r\n\r\n";
    assert_eq!(post(&[&token, "Transfer-Encoding: chunked"], chunked), (413, "too_large".into()));
    assert_eq!(post(&[&token, "X-File-Name: %ff"], b"x"), (400, "bad_name".into()));
    sandbox.keep("a", "text/plain", b"0123456789");
    assert_eq!(post(&[&token], b"0123456789"), (507, "full".into()));
}
