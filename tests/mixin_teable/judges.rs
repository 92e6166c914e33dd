//! The vendors' own packages judge what really went over the wire. They are installed with
//! `npm ci --prefix tests/judges`; without them these tests fail.

use std::io::Write as _;
use std::process::{Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::script::{Script, answer};
use crate::{mixin, teable};

fn ask(judge: &str, question: &Value) -> Value {
    let script = format!("{}/tests/judges/{judge}", env!("CARGO_MANIFEST_DIR"));
    let mut child = Command::new("node")
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("Node.js runs the judges");
    child.stdin.take().unwrap().write_all(question.to_string().as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "Run `npm ci --prefix tests/judges` first. {said}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Header and claims of a token.
fn parts(token: &str) -> (Value, Value) {
    let read = |part: &str| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap();
    let mut parts = token.split('.');
    (read(parts.next().unwrap()), read(parts.next().unwrap()))
}

#[tokio::test]
async fn mixins_sdk_makes_the_same_tokens() {
    let script = Script::new(vec![mixin::ticket(), answer("200 OK", ""), mixin::confirmed()]).await;
    mixin::client(&script).upload().await.unwrap();
    for (at, method, path) in [(0, "POST", "/proxy/attachments"), (2, "GET", "/proxy/attachments/id-1")] {
        let request = script.request(at);
        let token = request.header("authorization").unwrap().trim_start_matches("Bearer ").to_owned();
        let said = ask(
            "mixin.mjs",
            &json!({
                "keystore": serde_json::from_str::<Value>(mixin::KEYSTORE).unwrap(),
                "public_key": "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
                "method": method, "path": path, "jti": request.header("x-request-id"), "token": token,
            }),
        );
        assert_eq!(said["verified"], true, "{method}");
        let (header, claims) = parts(&token);
        let (their_header, their_claims) = parts(said["token"].as_str().unwrap());
        assert_eq!(header, their_header);
        assert_eq!(claims, their_claims);
        assert_eq!(claims["iat"], 1_700_000_000);
    }
}

#[tokio::test]
async fn teables_schemas_take_the_requests() {
    let answers = vec![
        teable::signature(),
        answer("201 Created", ""),
        teable::noted(),
        teable::record(&json!([teable::old()])),
        teable::record(&json!([])),
        teable::record(&json!([teable::new()])),
    ];
    let script = Script::new(answers).await;
    let more = [("expires_in", "3600"), ("base_id", "bse1")];
    teable::client(&script, &[teable::RECORD, &more].concat()).upload().await.unwrap();
    let body = |at: usize| serde_json::from_slice::<Value>(&script.request(at).body).unwrap();
    let patch = body(4);
    let item = patch["record"]["fields"]["fld1"][1].clone();
    let asked = json!({ "signature": body(0), "patch": patch, "item": item });
    assert_eq!(ask("teable.mjs", &asked), json!({ "signature": [], "patch": [], "item": [] }));
    // The judge does judge.
    let wrong = json!({ "signature": { "contentType": 1 }, "patch": { "x": 1 }, "item": { "id": "x" } });
    let said = ask("teable.mjs", &wrong);
    for part in ["signature", "patch", "item"] {
        assert_ne!(said[part], json!([]), "{part}");
    }
}
