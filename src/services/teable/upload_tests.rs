use serde_json::{Value, json};
use url::Url;

use super::*;
use crate::domain::describe::{Repeat, Visibility};
use crate::domain::error::Kind;
use crate::domain::receipt::LinkKind;
use crate::services::body::{Digests, FileSource};
use crate::services::http::Call;
use crate::services::http::testing::reply;
use crate::services::teable::tests::{file, target};

const NOW_MS: i64 = 1_700_000_000_000;

fn call(signature: &Value) -> Result<Call, Failure> {
    let signature: Signature = serde_json::from_value(signature.clone()).unwrap();
    let facts = file("a.png", "image/png", 7);
    let source = FileSource {
        path: facts.path.as_path().into(),
        size: 7,
        modified: None,
        digests: Digests::default(),
        held: None,
    };
    let api = Api::new(&target(&[])).unwrap();
    signature.call(api.absolute(&signature.url).ok_or_else(signature::odd_address)?, &facts, source)
}

fn signed(method: &str, headers: &Value) -> Value {
    json!({ "url": "/api/attachments/upload/t1", "path": "table/t1", "uploadMethod": method, "token": "t1",
        "requestHeaders": headers })
}

fn noted() -> Noted {
    Noted {
        token: "t1".into(),
        size: 7,
        path: "table/t1".into(),
        mimetype: "image/png".into(),
        url: Some("/table/t1".into()),
        width: Some(3),
        height: None,
        presigned_url: Some("/api/attachments/read/private/table/t1?token=x".into()),
        item_id: "act0123456789abcdef".into(),
        name: "a.png".into(),
    }
}

fn place() -> Place {
    let set = [("table_id", "tbl1"), ("record_id", "rec1"), ("field_id", "fld1")];
    Place::of_target(&target(&set)).unwrap()
}

#[test]
fn the_request_says_what_is_sent_and_never_a_hash() {
    let facts = file("a.png", "image/png", 9);
    let body = |settings: &[(&str, &str)]| signature::request(&facts, 7, &target(settings));
    assert_eq!(body(&[]).unwrap(), json!({ "contentType": "image/png", "contentLength": 7, "type": 1 }));
    let all = body(&[("upload_type", "13"), ("expires_in", "3600"), ("base_id", " bse1 ")]).unwrap();
    assert_eq!(
        all,
        json!({ "contentType": "image/png", "contentLength": 7, "type": 13, "expiresIn": 3600, "baseId": "bse1" })
    );
    assert_eq!(body(&[("expires_in", "soon")]).unwrap_err().kind, Kind::Settings);
}

#[test]
fn types_that_the_server_would_parse_go_as_bytes() {
    let bytes = "application/octet-stream";
    for (name, mime, declared) in [
        ("a.json", "application/json", bytes),
        ("a.JSON", "text/plain", bytes),
        ("a.txt", "application/json; charset=utf-8", bytes),
        ("a", "application/x-www-form-urlencoded", bytes),
        ("a", "", bytes),
        ("a.geojson", "application/geo+json", "application/geo+json"),
        ("a.html", "text/html; charset=utf-8", "text/html; charset=utf-8"),
    ] {
        assert_eq!(signature::declared_type(&file(name, mime, 1)), declared, "{name} {mime}");
    }
}

#[test]
fn the_bytes_go_as_the_signature_says_without_the_token() {
    for (written, method) in [("put", Method::PUT), ("PUT", Method::PUT), ("Post", Method::POST)] {
        let headers = json!({ "Content-Type": "image/png", "Content-Length": 99, "X-Amz-Meta-N": 5, "host": "s3",
            "x-null": null });
        let call = call(&signed(written, &headers)).unwrap();
        assert_eq!(call.method, method);
        assert_eq!(call.url.as_str(), "https://app.teable.ai/api/attachments/upload/t1");
        assert!(!call.credential);
        let mut sent: Vec<_> =
            call.headers.iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap())).collect();
        sent.sort_unstable();
        assert_eq!(sent, [("content-type", "image/png"), ("x-amz-meta-n", "5")]);
        assert_eq!(call.body.len(), 7);
    }
    assert_eq!(call(&signed("put", &json!({}))).unwrap().headers["content-type"], "image/png");
}

#[test]
fn odd_signatures_are_refused() {
    for method in ["DELETE", "GET", "", "PUT\r\n"] {
        let outcome = call(&signed(method, &json!({})));
        assert_eq!(outcome.is_err(), method != "PUT\r\n", "{method}");
    }
    for (name, value) in [
        ("X-A", json!("a\r\nX-B: c")),
        ("X-A", json!({})),
        ("X-A", json!([1])),
        ("X A", json!("a")),
        ("Transfer-Encoding", json!("chunked")),
        ("Connection", json!("close")),
    ] {
        let headers = json!({ name: value });
        assert_eq!(call(&signed("PUT", &headers)).unwrap_err().kind, Kind::Protocol, "{headers}");
    }
    for url in ["ftp://x/a", "file:///etc/passwd", "javascript:alert(1)"] {
        let mut odd = signed("PUT", &json!({}));
        odd["url"] = url.into();
        assert_eq!(call(&odd).unwrap_err().kind, Kind::Protocol, "{url}");
    }
}

#[test]
fn notify_encodes_the_name() {
    let api = Api::new(&target(&[])).unwrap();
    let url = notify_url(&api, "t/1", "a b&c=+é\n.png");
    assert_eq!(
        url.as_str(),
        "https://app.teable.ai/api/attachments/notify/t%2F1?filename=a%20b%26c%3D%2B%C3%A9%0A.png"
    );
}

#[test]
fn another_size_is_a_loud_failure() {
    assert_eq!(noted().check_size(7), Ok(()));
    let failure = noted().check_size(8).unwrap_err();
    assert_eq!((failure.kind, failure.is_retryable()), (Kind::Protocol, false));
    assert_eq!(failure.cause.as_deref(), Some("8 bytes were sent, 7 were stored"));
}

#[test]
fn answers_may_lack_what_is_optional() {
    let small =
        json!({ "token": "t1", "size": 5_000_000_000_u64, "path": "p", "mimetype": "a/b", "width": null });
    let read: Noted = api::data(&reply(201, &[], &small.to_string(), Repeat::Safe)).unwrap();
    assert_eq!((read.size, read.width, read.presigned_url), (5_000_000_000, None, None));
    let html = reply(200, &[], "<html>", Repeat::Safe);
    assert_eq!(api::data::<Noted>(&html).unwrap_err().kind, Kind::Protocol);
}

#[test]
fn a_patch_keeps_what_stands_in_the_field_and_drops_what_expires() {
    let old = json!({ "id": "act1", "name": "o", "token": "t0", "path": "p", "size": 1, "mimetype": "a/b",
        "presignedUrl": "u", "smThumbnailUrl": "s", "lgThumbnailUrl": "l" });
    let answer = |fields: &Value| {
        reply(200, &[], &json!({ "id": "rec1", "fields": fields }).to_string(), Repeat::Safe)
    };
    let cell = place().cell(&answer(&json!({ "fld1": [old], "fld2": "x" }))).unwrap();
    assert!(cell.item("t0").is_some() && cell.item("t1").is_none());
    let body = place().patch(&cell, noted().item());
    assert_eq!(
        body,
        json!({ "fieldKeyType": "id", "record": { "fields": { "fld1": [
            { "id": "act1", "name": "o", "token": "t0", "path": "p", "size": 1, "mimetype": "a/b" },
            { "id": "act0123456789abcdef", "name": "a.png", "path": "table/t1", "token": "t1", "size": 7,
              "mimetype": "image/png", "width": 3 },
        ] } } })
    );
    for empty in [json!({}), json!({ "fld1": null }), json!({ "fld1": [] })] {
        let cell = place().cell(&answer(&empty)).unwrap();
        assert_eq!(place().patch(&cell, json!({}))["record"]["fields"]["fld1"], json!([{}]));
    }
    let text = place().cell(&answer(&json!({ "fld1": "text" }))).unwrap_err();
    assert_eq!(text.kind, Kind::Settings);
    let gone = place().cell(&reply(404, &[], r#"{"message":"No record"}"#, Repeat::Safe)).unwrap_err();
    assert!(gone.broke.starts_with("The file is in Teable, but"), "{gone}");
}

#[test]
fn item_ids_have_the_vendors_form() {
    let mut next = 0;
    let id = stored::item_id(|below| {
        next += 17;
        next % below
    });
    assert_eq!(id.len(), 19);
    assert!(id.starts_with("act") && id.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{id}");
}

#[test]
fn links_expire_unless_the_storage_is_public() {
    let api = Api::new(&target(&[])).unwrap();
    let receipt = |upload_type: &str, noted: &Noted| {
        Whence { api: &api, upload_type, now_ms: NOW_MS }.receipt(noted, None)
    };
    for kind in 1..=14 {
        let made = receipt(&kind.to_string(), &noted());
        let is_public = [2, 3, 4, 6, 8, 10, 11].contains(&kind);
        let (visibility, end) =
            if is_public { (Visibility::Public, None) } else { (Visibility::Expiring, Some(1_700_518_400)) };
        assert_eq!((made.primary().unwrap().visibility, made.expires_at), (visibility, end), "{kind}");
    }
    let made = receipt("1", &noted());
    let view = "https://app.teable.ai/api/attachments/read/private/table/t1?token=x";
    assert_eq!((made.link(LinkKind::View), made.link(LinkKind::Id)), (Some(view), Some("t1")));
    assert_eq!((made.size, made.width, made.height), (Some(7), Some(3), None));
    assert_eq!(made.extra["path"], "table/t1");
    assert_eq!(made.extra["url"], "https://app.teable.ai/table/t1");
    let presigned = "https://s3.example/k?X-Amz-Date=20231114T221320Z&X-Amz-Expires=60".to_owned();
    let made = receipt("1", &Noted { presigned_url: Some(presigned), ..noted() });
    assert_eq!(made.expires_at, Some(1_700_000_060));
    let made = receipt("1", &Noted { presigned_url: None, url: None, ..noted() });
    assert_eq!((made.primary().unwrap().kind, made.notes.len()), (LinkKind::Id, 1));
}

#[test]
fn a_records_item_gives_its_links_and_its_place() {
    let api = Api::new(&target(&[])).unwrap();
    let item = json!({ "token": "t1", "presignedUrl": "https://s/fresh", "smThumbnailUrl": "/sm",
        "lgThumbnailUrl": "https://s/lg" });
    let place = place();
    let made =
        Whence { api: &api, upload_type: "1", now_ms: NOW_MS }.receipt(&noted(), Some((&place, &item)));
    assert_eq!(made.link(LinkKind::View), Some("https://s/fresh"));
    assert_eq!(made.link(LinkKind::Thumbnail), Some("https://app.teable.ai/sm"));
    assert_eq!(made.link(LinkKind::Preview), Some("https://s/lg"));
    assert_eq!(Place::of_receipt(&made), Some(place));
    assert_eq!(stored::token_of(&made), Some("t1"));
}

/// Its field taken for empty, the next PATCH would drop what stands there.
#[test]
fn an_answer_that_is_no_record_is_no_empty_field() {
    for body in [r#"{"code":500,"message":"failed"}"#, r#"{"id":"rec1"}"#, "{}", "[]", "<html>"] {
        let failure = place().cell(&reply(200, &[], body, Repeat::Safe)).unwrap_err();
        assert_eq!((failure.kind, failure.is_retryable()), (Kind::Protocol, true), "{body}");
    }
}

#[test]
fn a_checkpoint_reads_back() {
    let kept = Kept { base: "https://app.teable.ai/api".into(), noted: noted() };
    let read: Kept = serde_json::from_str(&serde_json::to_string(&kept).unwrap()).unwrap();
    assert_eq!((read.base, read.noted), (kept.base, kept.noted));
}

#[test]
fn the_token_goes_to_the_api_only() {
    let api = Api::new(&target(&[])).unwrap();
    let url = Url::parse("https://app.teable.ai/api/attachments/signature").unwrap();
    let call = api.json(Method::POST, url, &json!({ "a": 1 })).unwrap();
    assert_eq!(call.headers["authorization"], "Bearer teable_acc_1");
    assert!(call.credential && call.headers["authorization"].is_sensitive());
    assert_eq!(call.body.as_bytes().as_deref(), Some(br#"{"a":1}"#.as_slice()));
}
