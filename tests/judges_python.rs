//! What others' programs say about our signatures and bodies: Azure's Python SDK and Python's `email` package.
//!
//! `AFFIX_JUDGES_PYTHON` names a Python that has `tests/judges/requirements.txt`; `scripts/test` makes one. A
//! missing judge fails the test.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use affix::services::body::Piece;
use affix::services::cosmos::auth::{Credential, Signed};
use affix::services::forum::multipart::Form;
use serde_json::{Value, json};

/// Runs a judge and answers its standard output.
fn judge(script: &str, arguments: &[&str], input: &[u8]) -> String {
    let python = std::env::var("AFFIX_JUDGES_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/judges").join(script);
    let mut child = Command::new(python)
        .arg(&script)
        .args(arguments)
        .env("PYTHONIOENCODING", "utf-8")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the judge's Python starts");
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}: {}", script.display(), String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn azures_sdk_signs_as_we_do() {
    let keys = [
        "dsZQi3KtZmCv1ljt3VNWNm7sQUF1y5rJfC6kv5JiwvW0EndXdDku/dkKBp8/ufDToSxLzR4y+O/0H/t4bQtVNw==",
        "c2VjcmV0",
    ];
    let links = [
        "dbs/volcanodb/colls/volcano1/docs/c3bb1fef-fcb1-56e3-0389-f88583c3ce0d",
        "dbs/My DB/colls/Größe/docs/火山/attachments/Photo (1).JPG",
    ];
    let mut cases = Vec::new();
    for key in keys {
        for link in links {
            for verb in ["GET", "POST", "DELETE"] {
                cases.push((key, verb, "attachments", link));
            }
        }
        cases.push((key, "GET", "media", "sl8faln4sw4caaaaaaaaaoo3s2u="));
    }
    let date = "Thu, 27 Apr 2017 00:51:12 GMT";
    let asked = cases.iter().map(|(key, verb, kind, link)| json!([key, verb, kind, link, date]).to_string());
    let input = asked.collect::<Vec<_>>().join("\n");
    let answer = judge("cosmos_sign.py", &[], input.as_bytes());
    let judged: Vec<_> = answer.lines().collect();
    assert_eq!(judged.len(), cases.len());
    for ((key, verb, resource_type, link), theirs) in cases.into_iter().zip(judged) {
        let signed = Signed { verb, resource_type, link, date };
        let ours = Credential::from_key(key).unwrap().authorization(signed).unwrap();
        let ours = percent_encoding::percent_decode_str(&ours).decode_utf8().unwrap();
        assert_eq!(ours, theirs, "{verb} {resource_type} {link}");
    }
}

#[test]
fn pythons_email_package_reads_our_multipart() {
    // The name as it is on disk, and as a browser would have it arrive (WHATWG: quotes and line ends escaped).
    let names = [
        ("photo.png", "photo.png"),
        ("a \"b\"; c=d.png", "a %22b%22; c=d.png"),
        ("line\r\nbreak.png", "line%0D%0Abreak.png"),
        ("Grüße 火山 \u{202e}.png", "Grüße 火山 \u{202e}.png"),
        ("100%.png", "100%.png"),
    ];
    for (name, arrived) in names {
        let content = b"\r\n--affix-boundar\r\n\x00\xff\xfe--\r\n";
        let (content_type, body) = Form::new("affix-boundary".to_owned())
            .text("type", "public/image")
            .text("group_name", "tribe")
            .file("thumb", "thumb.jpg", "image/jpeg", Piece::Bytes("".into()))
            .file("file", name, "image/png", Piece::Bytes(content.as_slice().into()))
            .finish();
        let answer = judge("multipart_read.py", &[&content_type], &body.as_bytes().unwrap());
        let expected = json!([
            {"name": "type", "file_name": null, "content_type": null, "content": hex::encode("public/image")},
            {"name": "group_name", "file_name": null, "content_type": null, "content": hex::encode("tribe")},
            {"name": "thumb", "file_name": "thumb.jpg", "content_type": "image/jpeg", "content": ""},
            {"name": "file", "file_name": arrived, "content_type": "image/png", "content": hex::encode(content)},
        ]);
        assert_eq!(serde_json::from_str::<Value>(&answer).unwrap(), expected, "{name:?}");
    }
}
