//! Teable: its quirks, its refusals, records.

use affix::sandbox::faults::{Action, Fault};
use serde_json::{Value, json};

use crate::support::{Answer, Sandbox, text};

fn api(sandbox: &Sandbox, method: &str, path: &str, body: &str) -> Answer {
    let token = Sandbox::bearer(&sandbox.credentials.teable_token);
    let path = format!("/teable/api{path}");
    sandbox.ask(method, &path, &[&token, "Content-Type: application/json"], body.as_bytes())
}

fn sign(sandbox: &Sandbox, mime: &str, size: usize, upload_type: u8) -> Value {
    let wanted = json!({"contentType": mime, "contentLength": size, "type": upload_type}).to_string();
    let answer = api(sandbox, "POST", "/attachments/signature", &wanted);
    assert_eq!(answer.status, 201, "{answer:?}");
    answer.json()
}

fn put(sandbox: &Sandbox, signed: &Value, mime: &str, bytes: &[u8]) -> (u16, String) {
    let answer = sandbox.ask("PUT", &text(signed, "/url"), &[&format!("Content-Type: {mime}")], bytes);
    let message = if answer.body.is_empty() { String::new() } else { text(&answer.json(), "/message") };
    (answer.status, message)
}

fn notify(sandbox: &Sandbox, signed: &Value, name: &str) -> Answer {
    let path = format!("/attachments/notify/{}?filename={name}", text(signed, "/token"));
    api(sandbox, "POST", &path, "")
}

/// A whole upload; answers what notify says.
fn upload(sandbox: &Sandbox, mime: &str, bytes: &[u8], upload_type: u8) -> Value {
    let signed = sign(sandbox, mime, bytes.len(), upload_type);
    assert_eq!(put(sandbox, &signed, mime, bytes), (200, String::new()));
    let answer = notify(sandbox, &signed, "a%20b.png");
    assert_eq!(answer.status, 201, "{answer:?}");
    answer.json()
}

fn picture() -> Vec<u8> {
    let mut png = std::io::Cursor::new(Vec::new());
    image::RgbImage::new(3, 2).write_to(&mut png, image::ImageFormat::Png).unwrap();
    png.into_inner()
}

#[test]
fn signature_bytes_notify() {
    let sandbox = Sandbox::start();
    let bytes = picture();
    let signed = sign(&sandbox, "image/png", bytes.len(), 1);
    assert!(text(&signed, "/url").starts_with("/teable/api/attachments/upload/"), "relative to the origin");
    assert_eq!(signed["uploadMethod"], "put");
    assert_eq!(signed["requestHeaders"], json!({"Content-Type": "image/png", "Content-Length": bytes.len()}));
    assert_eq!(put(&sandbox, &signed, "image/png", &bytes).0, 200);
    assert_eq!(put(&sandbox, &signed, "image/png", &bytes).0, 200, "a repeat is safe while the token lives");
    let done = notify(&sandbox, &signed, "a%20b.png");
    let done = (done.status, done.json());
    assert_eq!((done.0, &done.1["width"], &done.1["height"]), (201, &json!(3), &json!(2)));
    assert_eq!(done.1["token"], signed["token"]);
    let link = text(&done.1, "/presignedUrl");
    let shown = sandbox.get(&link);
    assert_eq!((shown.status, shown.body == bytes), (200, true));
    assert!(shown.header("content-disposition").contains("a%20b.png"));
    let stable = link.split('?').next().unwrap();
    assert_eq!(sandbox.get(stable).status, 400, "only with its token");
    assert_eq!(notify(&sandbox, &signed, "again.png").status, 400, "once only");
    assert_eq!(put(&sandbox, &signed, "image/png", &bytes), (400, "Invalid token".into()));
    let sandbox = sandbox.restart();
    assert_eq!(sandbox.get(&link).body, bytes);
}

#[test]
fn public_types_have_a_stable_link() {
    let sandbox = Sandbox::start();
    for upload_type in 1..=14 {
        let done = upload(&sandbox, "text/plain", b"x", upload_type);
        let stable = !text(&done, "/presignedUrl").contains('?');
        assert_eq!(stable, [2, 3, 4, 6, 8, 10, 11].contains(&upload_type), "{upload_type}");
        assert_eq!(sandbox.get(&text(&done, "/presignedUrl")).text(), "x");
    }
}

#[test]
fn the_storage_takes_what_was_declared_only() {
    let sandbox = Sandbox::start();
    let signed = sign(&sandbox, "text/plain", 3, 1);
    assert_eq!(put(&sandbox, &signed, "text/plain", b"four"), (400, "Size mismatch".into()));
    let other = put(&sandbox, &signed, "text/plain; charset=utf-8", b"abc");
    assert_eq!(other, (400, "Not allow upload text/plain; charset=utf-8 file".into()));
    assert_eq!(notify(&sandbox, &signed, "a").status, 400, "there are no bytes");
    let token = Sandbox::bearer(&sandbox.credentials.teable_token);
    let with_token =
        sandbox.ask("PUT", &text(&signed, "/url"), &[&token, "Content-Type: text/plain"], b"abc");
    assert_eq!(with_token.status, 400);
    let json = sign(&sandbox, "application/json", 2, 1);
    assert_eq!(put(&sandbox, &json, "application/json", b"{}"), (400, "Size mismatch".into()));
    let unknown = json!({"url": "/teable/api/attachments/upload/unknown"});
    assert_eq!(put(&sandbox, &unknown, "text/plain", b"abc"), (400, "Invalid token".into()));
    sandbox.server.faults().add(Fault::new(Action::ExpiredTicket).on("teable", "ticket").times(1));
    let expired = sign(&sandbox, "text/plain", 3, 1);
    assert_eq!(put(&sandbox, &expired, "text/plain", b"abc"), (400, "Token has expired".into()));
    assert_eq!(std::fs::read_dir(sandbox.dir.path().join("files")).unwrap().count(), 0);
}

#[test]
fn signatures_are_checked() {
    let sandbox = Sandbox::with(|config| config.max_file_bytes = 5_000_000);
    let refused = |body: &str| {
        let answer = api(&sandbox, "POST", "/attachments/signature", body);
        (answer.status, text(&answer.json(), "/code"))
    };
    for body in [
        r#"{"contentType":"a/b","contentLength":0,"type":1}"#,
        r#"{"contentType":"a/b","contentLength":1,"type":15}"#,
        r#"{"contentType":"a/b","contentLength":"1","type":1}"#,
        r#"{"contentType":"a/b","type":1}"#,
        r#"{"contentType":"a/b","contentLength":9000000,"type":1}"#,
        "not json",
    ] {
        assert_eq!(refused(body), (400, "validation_error".into()), "{body}");
    }
    let hashed = r#"{"contentType":"a/b","contentLength":1,"type":1,"hash":"name"}"#;
    assert_eq!(api(&sandbox, "POST", "/attachments/signature", hashed).json()["path"], "table/name");
    let nobody = sandbox.ask("GET", "/teable/api/auth/user", &[], b"");
    assert_eq!((nobody.status, nobody.json()["status"].as_u64()), (401, Some(401)));
    assert_eq!(api(&sandbox, "GET", "/auth/user", "").status, 200);
    assert_eq!(api(&sandbox, "GET", "/nothing", "").status, 404);
}

#[test]
fn records_hold_attachments() {
    let sandbox = Sandbox::start();
    let done = upload(&sandbox, "image/png", &picture(), 1);
    let change = |key_type: &str, token: &str| {
        let body = json!({"fieldKeyType": key_type, "record": {"fields": {"fldA": [
            {"token": token, "name": "a.png"},
        ]}}});
        api(&sandbox, "PATCH", "/table/tbl1/record/rec1", &body.to_string())
    };
    assert_eq!(change("name", &text(&done, "/token")).status, 400, "an id is not a name");
    assert_eq!(change("id", "unknown").status, 400);
    let changed = change("id", &text(&done, "/token")).json();
    assert_eq!(text(&changed, "/fields/fldA/0/name"), "a.png");
    assert_eq!(sandbox.get(&text(&changed, "/fields/fldA/0/smThumbnailUrl")).body, picture());

    let body = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"c.txt\"\r\nContent-Type: text/plain\r\n\r\nhello\r\n--b--\r\n";
    let token = Sandbox::bearer(&sandbox.credentials.teable_token);
    let place = "/teable/api/table/tbl1/record/rec1/fldA/uploadAttachment";
    let multipart = "Content-Type: multipart/form-data; boundary=b";
    let added = sandbox.ask("POST", place, &[&token, multipart], body.as_bytes());
    assert_eq!(added.status, 201, "{added:?}");
    let shown = api(&sandbox, "GET", "/table/tbl1/record/rec1?fieldKeyType=id", "").json();
    assert_eq!(shown["fields"]["fldA"].as_array().map(Vec::len), Some(2));
    assert_eq!(sandbox.get(&text(&shown, "/fields/fldA/1/presignedUrl")).text(), "hello");
    assert_eq!(api(&sandbox, "GET", "/table/x/record/rec1", "").status, 404);
}
