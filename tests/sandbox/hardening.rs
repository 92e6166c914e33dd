//! Who may ask, what is never shown, what a link gives.

use std::io::Write;

use crate::support::{Sandbox, read, text};

#[test]
fn only_its_own_names_are_answered() {
    let sandbox = Sandbox::start();
    let port = sandbox.server.address().port();
    let ask = |head: &str| sandbox.raw(head.as_bytes()).map_or(0, |answer| answer.status);
    let with_host = |host: &str| ask(&format!("GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"));
    for ours in ["127.0.0.1", "localhost", "LOCALHOST", "[::1]"] {
        assert_eq!(with_host(&format!("{ours}:{port}")), 200, "{ours}");
    }
    for foreign in ["evil.example", "127.0.0.1", "127.0.0.1:1", "localhost.evil.example", "", "0.0.0.0"] {
        assert_eq!(with_host(foreign), 421, "{foreign}");
        assert_eq!(with_host(&format!("evil.example:{port}")), 421);
    }
    assert_eq!(ask("GET / HTTP/1.1\r\nConnection: close\r\n\r\n"), 421, "no host at all");
    let two =
        format!("GET / HTTP/1.1\r\nHost: localhost:{port}\r\nHost: evil:{port}\r\nConnection: close\r\n\r\n");
    assert_eq!(ask(&two), 421);
    let elsewhere =
        format!("GET http://evil.example/ HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\r\n");
    assert_eq!(ask(&elsewhere), 421);
}

#[test]
fn paths_lead_to_kept_files_only() {
    let sandbox = Sandbox::start();
    sandbox.keep("a.txt", "text/plain", b"x");
    for path in [
        "/f/../credentials.json",
        "/f/%2e%2e%2fcredentials.json/x",
        "/f/..%2f..%2fetc%2fpasswd",
        "/f//etc/passwd",
        "/f/",
        "/files/",
        "/s3/mixin-attachments/..%2fx",
        "/teable/api/attachments/read/..%2f..%2fx/y",
        "/_sandbox/../f",
    ] {
        let answer = sandbox.get(path);
        assert!([401, 403, 404].contains(&answer.status), "{path}: {answer:?}");
        assert!(!answer.text().contains(sandbox.dir.path().to_str().unwrap()), "{path} tells the folder");
    }
}

#[test]
fn what_could_run_is_a_download() {
    let sandbox = Sandbox::start();
    for (mime, way) in [
        ("text/html", "attachment; "),
        ("image/svg+xml", "attachment; "),
        ("application/pdf", "attachment; "),
        ("text/javascript", "attachment; "),
        ("application/octet-stream", "attachment; "),
        ("image/png", "inline; "),
        ("video/mp4", "inline; "),
        ("text/plain", "inline; "),
    ] {
        let kept = sandbox.keep("%C3%BC%22.bin", mime, b"<script>alert(1)</script>");
        let answer = sandbox.get(&text(&kept, "/url"));
        assert_eq!(answer.status, 200);
        let named = format!("{way}filename=\"__.bin\"; filename*=UTF-8''%C3%BC%22.bin");
        assert_eq!(answer.header("content-disposition"), named, "{mime}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert!(answer.header("content-security-policy").starts_with("sandbox;"));
        assert_eq!(answer.header("access-control-allow-origin"), "", "no other site reads it");
        assert!(answer.header("content-type").starts_with(mime));
    }
}

#[test]
fn links_give_ranges_and_know_what_was_fetched() {
    let sandbox = Sandbox::start();
    let kept = sandbox.keep("a.txt", "text/plain", b"0123456789");
    let url = text(&kept, "/url");
    let whole = sandbox.get(&url);
    assert_eq!((whole.status, whole.text().as_str()), (200, "0123456789"));
    assert_eq!(whole.header("accept-ranges"), "bytes");
    let part = sandbox.ask("GET", &url, &["Range: bytes=2-4"], b"");
    assert_eq!((part.status, part.text().as_str()), (206, "234"));
    assert_eq!(part.header("content-range"), "bytes 2-4/10");
    assert_eq!(part.header("content-length"), "3");
    let beyond = sandbox.ask("GET", &url, &["Range: bytes=10-"], b"");
    assert_eq!((beyond.status, beyond.header("content-range")), (416, "bytes */10"));
    let head = sandbox.ask("HEAD", &url, &[], b"");
    assert_eq!((head.status, head.header("content-length"), head.body.len()), (200, "10", 0));
    let same = format!("If-None-Match: {}", whole.header("etag"));
    assert_eq!(sandbox.ask("GET", &url, &[&same], b"").status, 304);
    let other = sandbox.ask("GET", &url, &["Range: bytes=2-4", "If-Range: \"another\""], b"");
    assert_eq!(other.status, 200);
}

#[test]
fn heads_have_a_limit_and_a_time() {
    let sandbox = Sandbox::start();
    let long = format!("X-Long: {}", "x".repeat(80_000));
    let answer = sandbox.try_ask("GET", "/", &[&long], b"");
    assert!(answer.is_none_or(|answer| answer.status == 431));
    assert_eq!(sandbox.get("/").status, 200, "it goes on");
}

#[test]
fn control_needs_the_admin_token() {
    let sandbox = Sandbox::start();
    for (method, path) in [("POST", "/_sandbox/stop"), ("POST", "/_sandbox/faults"), ("GET", "/_sandbox/log")]
    {
        for token in ["Authorization: Bearer wrong", "X-None: 1"] {
            assert_eq!(sandbox.ask(method, path, &[token], b"").status, 401, "{path}");
        }
    }
    let admin = Sandbox::bearer("admin");
    sandbox.get("/");
    let log = sandbox.ask("GET", "/_sandbox/log", &[&admin], b"").json();
    assert_eq!(text(&log, "/0/path"), "/");
    assert_eq!(sandbox.ask("POST", "/_sandbox/stop", &[&admin], b"").status, 202);
    sandbox.stop();
    assert!(std::net::TcpStream::connect(sandbox.server.address()).is_err());
}

#[test]
fn a_client_that_goes_away_leaves_nothing() {
    let sandbox = Sandbox::start();
    let mut stream = sandbox.connect();
    let head = format!(
        "POST /plain/files HTTP/1.1\r\nHost: {}\r\n{}\r\nContent-Length: 1000\r\n\r\nhalf",
        sandbox.server.address(),
        Sandbox::bearer(&sandbox.credentials.plain_token),
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    let answer = read(&mut stream);
    assert!(answer.is_none_or(|answer| answer.status == 400));
    sandbox.stop();
    let left = |name: &str| std::fs::read_dir(sandbox.dir.path().join(name)).unwrap().count();
    assert_eq!((left("files"), left("incoming")), (0, 0));
}

#[test]
fn a_client_that_sends_before_it_reads_still_sees_the_refusal() {
    let sandbox = Sandbox::start();
    let body = vec![0; 12_000_000];
    for (method, path, status, said) in [
        ("POST", "/plain/files", 401, "token"),
        ("PUT", "/s3/mixin-attachments/x", 403, "AccessDenied"),
        ("PUT", "/teable/api/attachments/upload/x", 400, "Invalid token"),
        ("POST", "/nowhere", 404, "nothing"),
    ] {
        let answer = sandbox.ask(method, path, &[], &body);
        assert_eq!(answer.status, status, "{path}");
        assert!(answer.text().contains(said), "{path}: {answer:?}");
    }
}
