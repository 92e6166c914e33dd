//! Mixin: what a right client gets, and how each wrong one is refused.

use affix::sandbox::credentials::Credentials;
use affix::sandbox::faults::{Action, Fault};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::{Signer, SigningKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::support::{Answer, Sandbox, text};

/// What is wrong with a token's claims.
type Change = fn(&mut Value);

const TYPE: &str = "Content-Type: application/octet-stream";
const ACL: &str = "x-amz-acl: public-read";

fn token(credentials: &Credentials, id: &str, change: impl FnOnce(&mut Value), signed: &str) -> String {
    let now = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs();
    let mut claims = json!({
        "uid": credentials.mixin_app_id, "sid": credentials.mixin_session_id, "iat": now, "exp": now + 60,
        "jti": id, "sig": hex::encode(Sha256::digest(signed)), "scp": "FULL",
    });
    change(&mut claims);
    let message = [r#"{"alg":"EdDSA","typ":"JWT"}"#, &claims.to_string()]
        .map(|part| URL_SAFE_NO_PAD.encode(part))
        .join(".");
    let seed: [u8; 32] = hex::decode(&credentials.mixin_seed).unwrap().try_into().unwrap();
    let signature = SigningKey::from_bytes(&seed).sign(message.as_bytes());
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature.to_bytes()))
}

fn call(sandbox: &Sandbox, method: &str, path: &str) -> Answer {
    let id = uuid::Uuid::new_v4().to_string();
    let token = token(&sandbox.credentials, &id, |_| {}, &format!("{method}{path}"));
    sandbox.ask(method, path, &[&Sandbox::bearer(&token), &format!("X-Request-Id: {id}")], b"")
}

fn ticket(sandbox: &Sandbox) -> Value {
    let answer = call(sandbox, "POST", "/mixin/attachments");
    assert_eq!(answer.status, 200, "{answer:?}");
    assert!(answer.header("x-server-time").len() >= 19, "nanoseconds");
    answer.json()
}

#[test]
fn ticket_bytes_and_a_fresh_link() {
    let sandbox = Sandbox::start();
    let ticket = ticket(&sandbox);
    let (id, upload) = (text(&ticket, "/data/attachment_id"), text(&ticket, "/data/upload_url"));
    let path = format!("/mixin/attachments/{id}");
    let early = call(&sandbox, "GET", &path);
    assert_eq!((early.status, &early.json()["error"]["code"]), (202, &json!(404)));
    let put = sandbox.ask("PUT", &upload, &[TYPE, ACL], b"first");
    assert_eq!(put.status, 200, "{put:?}");
    assert_eq!(sandbox.ask("PUT", &upload, &[TYPE, ACL], b"second").status, 200, "a repeat is safe");
    let shown = sandbox.get(&text(&ticket, "/data/view_url"));
    assert_eq!(shown.text(), "second");
    assert!(shown.header("content-disposition").starts_with("attachment"));

    let sandbox = sandbox.restart();
    let fresh = call(&sandbox, "GET", &path);
    assert_eq!(fresh.status, 200);
    assert_eq!(sandbox.get(&text(&fresh.json(), "/data/view_url")).text(), "second");
    assert_eq!(sandbox.ask("HEAD", &text(&fresh.json(), "/data/view_url"), &[], b"").status, 200);
    assert_eq!(
        text(&call(&sandbox, "GET", "/mixin/me").json(), "/data/user_id"),
        sandbox.credentials.mixin_app_id
    );
}

#[test]
fn wrong_tokens_are_refused_with_202() {
    let sandbox = Sandbox::start();
    let wrong: [(&str, Change, &str); 7] = [
        ("uid", |claims| claims["uid"] = json!("other"), "POST/mixin/attachments"),
        ("sid", |claims| claims["sid"] = json!("other"), "POST/mixin/attachments"),
        ("scp", |claims| claims["scp"] = json!("NONE"), "POST/mixin/attachments"),
        ("expired", |claims| claims["exp"] = json!(1_700_000_000), "POST/mixin/attachments"),
        ("clock", |claims| claims["iat"] = json!(32_503_680_000_u64), "POST/mixin/attachments"),
        ("jti", |claims| claims["jti"] = json!(uuid::Uuid::new_v4().to_string()), "POST/mixin/attachments"),
        ("sig", |_| {}, "POST/attachments"),
    ];
    for (what, change, signed) in wrong {
        let id = uuid::Uuid::new_v4().to_string();
        let token = token(&sandbox.credentials, &id, change, signed);
        let headers = [Sandbox::bearer(&token), format!("X-Request-Id: {id}")];
        let answer = sandbox.ask("POST", "/mixin/attachments", &[&headers[0], &headers[1]], b"");
        assert_eq!((answer.status, &answer.json()["error"]["code"]), (202, &json!(401)), "{what}");
    }
    let nobody = sandbox.ask("GET", "/mixin/me", &[], b"").json();
    assert_eq!(nobody["error"]["code"], 401);
    let nowhere = sandbox.get("/mixin/nothing");
    assert_eq!((nowhere.status, &nowhere.json()["error"]["code"]), (202, &json!(404)));
}

#[test]
fn a_ticket_is_asked_for_without_a_body() {
    let sandbox = Sandbox::start();
    let id = uuid::Uuid::new_v4().to_string();
    let token = token(&sandbox.credentials, &id, |_| {}, "POST/mixin/attachments{}");
    let headers = [Sandbox::bearer(&token), format!("X-Request-Id: {id}")];
    let answer = sandbox.ask("POST", "/mixin/attachments", &[&headers[0], &headers[1]], b"{}");
    assert_eq!((answer.status, &answer.json()["error"]["code"]), (202, &json!(10002)));
}

#[test]
fn the_storage_refuses_what_was_not_signed() {
    let sandbox = Sandbox::start();
    let ticket = ticket(&sandbox);
    let upload = text(&ticket, "/data/upload_url");
    let other_key = upload.replace("/mixin-attachments/", "/mixin-attachments/x");
    let longer = upload.replace("X-Amz-Expires=3600", "X-Amz-Expires=36000");
    let put = |url: &str, headers: &[&str]| {
        let answer = sandbox.ask("PUT", url, headers, b"x");
        let code =
            answer.text().split("<Code>").nth(1).unwrap_or("").split('<').next().unwrap_or("").to_owned();
        (answer.status, code)
    };
    let unsigned = (403, "SignatureDoesNotMatch".to_owned());
    assert_eq!(put(&upload, &["Content-Type: image/png", ACL]), unsigned);
    assert_eq!(put(&upload, &[TYPE, "x-amz-acl: private"]), unsigned);
    assert_eq!(put(&upload, &[TYPE]), unsigned);
    assert_eq!(put(&other_key, &[TYPE, ACL]), unsigned);
    assert_eq!(put(&longer, &[TYPE, ACL]), unsigned);
    let path = upload.strip_prefix(sandbox.server.origin()).unwrap();
    let port = sandbox.server.address().port();
    let other_host = format!(
        "PUT {path} HTTP/1.1\r\nHost: localhost:{port}\r\n{TYPE}\r\n{ACL}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    );
    assert_eq!(sandbox.raw(other_host.as_bytes()).unwrap().status, 403, "the host is signed too");
    assert_eq!(put(&upload, &[TYPE, ACL, "x-amz-meta-a: 1"]), (403, "AccessDenied".to_owned()));
    assert_eq!(put(&upload, &[TYPE, ACL, "Authorization: Bearer x"]), (400, "InvalidArgument".to_owned()));
    let plain = upload.split('?').next().unwrap();
    assert_eq!(put(plain, &[TYPE, ACL]), (403, "AccessDenied".to_owned()));
    let chunked = ["Transfer-Encoding: chunked", TYPE, ACL];
    let answer = sandbox.ask("PUT", &upload, &chunked, b"1\r\nx\r\n0\r\n\r\n");
    assert_eq!(answer.status, 501);
    let view = text(&ticket, "/data/view_url");
    assert_eq!(put(&view, &[TYPE, ACL]).0, 403, "a link to look is not one to write");
}

#[test]
fn an_expired_ticket_is_told() {
    let sandbox = Sandbox::start();
    sandbox.server.faults().add(Fault::new(Action::ExpiredTicket).on("mixin", "ticket").times(1));
    let expired = text(&ticket(&sandbox), "/data/upload_url");
    let refused = sandbox.ask("PUT", &expired, &[TYPE, ACL], b"x");
    assert_eq!(refused.status, 403);
    assert!(refused.text().contains("Request has expired"), "{refused:?}");
    let good = text(&ticket(&sandbox), "/data/upload_url");
    assert_eq!(sandbox.ask("PUT", &good, &[TYPE, ACL], b"x").status, 200);
}
