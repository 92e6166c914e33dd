use serde_json::json;

use super::*;
use crate::domain::describe::Repeat;
use crate::domain::receipt::LinkKind;
use crate::services::http::Reply;
use crate::services::http::testing::reply;

const KEYSTORE: &str = r#"{"app_id":"89e0bdee-c355-47f2-945a-be48be875606","session_id":"s",
    "session_private_key":"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"}"#;
const VIEW: &str = "https://moments.example/mixin/attachments/1";

fn target(secret: (&str, &str)) -> Target {
    Target {
        profile: "Bot".into(),
        settings: [("base_url".to_owned(), "https://mixin.example/proxy/".to_owned())].into(),
        secrets: [(secret.0.to_owned(), Secret::new(secret.1))].into(),
    }
}

fn answer(status: u16, body: &serde_json::Value) -> Reply {
    reply(status, &[], &body.to_string(), Repeat::Safe)
}

fn ticket(view_url: &str) -> Attachment {
    Attachment { id: "id".into(), view_url: Some(view_url.into()), ..Attachment::default() }
}

#[test]
fn calls_carry_a_token_for_the_real_path() {
    let api = Api::new(&target(("keystore", KEYSTORE))).unwrap();
    let call = api.signed(&Method::GET, &["attachments", "a b"], 1_700_000_000, "jti").unwrap();
    assert_eq!(call.url.as_str(), "https://mixin.example/proxy/attachments/a%20b");
    assert!(call.credential && call.body.is_empty());
    assert_eq!(call.headers["x-request-id"], "jti");
    let covered = Covered { method: "GET", path_and_query: "/proxy/attachments/a%20b", body: b"" };
    let stamp = Stamp { iat: 1_700_000_000, exp: 1_700_003_600, jti: "jti" };
    let token = token::sign(&Keystore::parse(KEYSTORE).unwrap(), covered, stamp).unwrap();
    assert_eq!(call.headers["authorization"], format!("Bearer {}", token.expose()).as_str());
    assert!(call.headers["authorization"].is_sensitive());
}

#[test]
fn every_call_has_its_own_token() {
    let api = Api::new(&target(("keystore", KEYSTORE))).unwrap();
    let id = || api.call(&Method::GET, &["me"], 1_700_000_000_000).unwrap().headers["x-request-id"].clone();
    assert_ne!(id(), id());
}

#[test]
fn a_ready_token_is_sent_as_it_is() {
    let api = Api::new(&target(("token", "a.b.c"))).unwrap();
    let call = api.call(&Method::GET, &["me"], 0).unwrap();
    assert_eq!(call.headers["authorization"], "Bearer a.b.c");
    let none = Api::new(&target(("other", "x"))).err().unwrap();
    assert_eq!(none.kind, Kind::Secret);
}

#[test]
fn the_bytes_go_without_credential_and_with_exactly_the_signed_headers() {
    let source = FileSource {
        path: std::path::Path::new("a").into(),
        size: 7,
        modified: None,
        digests: crate::services::body::Digests::default(),
        held: None,
    };
    let call = put(Url::parse("https://s3.example/k?X-Amz-Signature=a").unwrap(), source).unwrap();
    let mut headers: Vec<_> =
        call.headers.iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap())).collect();
    headers.sort_unstable();
    assert_eq!(headers, [("content-type", "application/octet-stream"), ("x-amz-acl", "public-read")]);
    assert_eq!((call.method, call.credential, call.body.len()), (Method::PUT, false, 7));
}

#[test]
fn an_error_object_is_a_failure_whatever_the_status() {
    let cases = [
        (401, Kind::Unauthorized, false),
        (403, Kind::Forbidden, false),
        (404, Kind::Gone, false),
        (429, Kind::RateLimited, true),
        (500, Kind::Server, true),
        (7000, Kind::Server, true),
        (10002, Kind::Refused, false),
        (20116, Kind::Refused, false),
    ];
    for status in [200, 202, 400, 500] {
        for (code, kind, safe) in cases {
            let body = json!({ "error": { "status": 202, "code": code, "description": "No.", "extra": { "f": 1 } } });
            let failure = reply::data::<Attachment>(&answer(status, &body), 0).unwrap_err();
            assert_eq!((failure.kind, failure.is_retryable()), (kind, safe), "{status} {code}");
            assert_eq!(failure.http_status, Some(status));
            assert_eq!(failure.cause, Some(format!("error {code}: No. {{\"f\":1}}")));
            assert!(failure.advice.is_some());
        }
    }
}

#[test]
fn answers_without_error_object_are_judged_by_status_and_shape() {
    let good = json!({ "data": { "attachment_id": "id", "type": "attachment", "new": 1 }, "error": null });
    let attachment: Attachment = reply::data(&answer(200, &good), 0).unwrap();
    assert_eq!((attachment.id.as_str(), attachment.kind.as_deref()), ("id", Some("attachment")));
    let html = reply(502, &[], "<html>Bad gateway</html>", Repeat::Safe);
    assert_eq!(reply::data::<Attachment>(&html, 0).unwrap_err().kind, Kind::Server);
    let empty = answer(200, &json!({}));
    assert_eq!(reply::data::<Attachment>(&empty, 0).unwrap_err().kind, Kind::Protocol);
}

#[test]
fn a_wrong_clock_is_named_with_its_difference() {
    let body = json!({ "error": { "status": 202, "code": 401, "description": "Unauthorized" } }).to_string();
    // 1,700,000,000 s by Mixin's clock.
    let refused = |now_ms| {
        let headers = [("x-server-time", "1700000000000000000")];
        reply::data::<Attachment>(&reply(202, &headers, &body, Repeat::Safe), now_ms).unwrap_err().broke
    };
    let clock = |words: &str| {
        format!("Mixin did not accept the keystore, and this computer's clock is {words} Mixin's")
    };
    assert_eq!(refused(1_700_007_500_000), clock("2 h 5 min ahead of"));
    assert_eq!(refused(1_699_999_910_000), clock("1 min 30 s behind"));
    assert_eq!(refused(1_700_180_000_000), clock("2 d 2 h ahead of"));
    assert_eq!(refused(1_700_000_059_000), "Mixin did not accept the keystore");
}

#[test]
fn the_servers_clock_is_read_from_either_header() {
    let at = |headers: &[(&'static str, &str)]| reply::server_time_ms(&reply(200, headers, "", Repeat::Safe));
    assert_eq!(at(&[("x-server-time", "1700000000123456789")]), Some(1_700_000_000_123));
    assert_eq!(at(&[("date", "Tue, 14 Nov 2023 22:13:20 GMT")]), Some(1_700_000_000_000));
    assert_eq!(at(&[("x-server-time", "soon")]), None);
}

#[test]
fn a_ticket_ends_when_its_address_says() {
    let url = Url::parse("https://s3.example/k?X-Amz-Date=20231114T221320Z&X-Amz-Expires=60").unwrap();
    let of = |url: &Url, ahead_ms| Address { url: url.clone(), ahead_ms };
    assert!(!of(&url, 0).is_over(1_700_000_059_999));
    assert!(of(&url, 0).is_over(1_700_000_060_000));
    assert!(!of(&url, 1).is_over(1_700_000_060_000), "by the server's clock");
    assert!(!of(&Url::parse("https://s3.example/k").unwrap(), 0).is_over(i64::MAX));
    let missing = upload_address(&ticket(VIEW)).unwrap_err();
    assert_eq!(missing.kind, Kind::Protocol);
    let odd = Attachment { upload_url: Some("file:///etc/passwd".into()), ..ticket(VIEW) };
    assert_eq!(upload_address(&odd).unwrap_err().kind, Kind::Protocol);
}

#[test]
fn refusals_of_the_storage_are_told_apart() {
    let refused = |status, code: &str, message: &str, is_over| {
        let xml = format!("<Error><Code>{code}</Code><Message>{message}</Message></Error>");
        reply::stored(&reply(status, &[], &xml, Repeat::Safe), is_over).unwrap_err()
    };
    let failures = [
        (refused(403, "AccessDenied", "Request has expired", false), Kind::Gone, true),
        (refused(403, "AccessDenied", "Access Denied", true), Kind::Gone, true),
        (refused(403, "AccessDenied", "Access Denied", false), Kind::Refused, false),
        (refused(403, "SignatureDoesNotMatch", "The signature", false), Kind::Refused, false),
        (refused(400, "EntityTooLarge", "Too large", false), Kind::TooLarge, false),
        (refused(400, "RequestTimeout", "Idle", false), Kind::Timeout, true),
        (refused(503, "SlowDown", "Reduce", false), Kind::Server, true),
    ];
    for (failure, kind, safe) in failures {
        assert_eq!((failure.kind, failure.is_retryable()), (kind, safe), "{failure}");
        assert!(failure.cause.is_some_and(|cause| cause.contains(": ")));
    }
    let html = reply(403, &[], "<html>", Repeat::Safe);
    assert!(reply::stored(&html, true).unwrap_err().is_retryable());
    assert!(!reply::stored(&html, false).unwrap_err().is_retryable());
    for status in [200, 201, 204] {
        assert_eq!(reply::stored(&reply(status, &[], "", Repeat::Safe), true), Ok(()));
    }
}

#[test]
fn receipts_tell_public_links_from_expiring_ones() {
    let public = reply::receipt(&ticket(VIEW));
    assert_eq!(public.link(LinkKind::View), Some(VIEW));
    assert_eq!(public.primary().unwrap().visibility, crate::domain::describe::Visibility::Public);
    assert_eq!((public.link(LinkKind::Id), public.expires_at), (Some("id"), None));
    assert_eq!(public.extra["attachment_id"], "id");
    let expiring =
        reply::receipt(&ticket("https://s3.example/k?X-Amz-Date=20231114T221320Z&X-Amz-Expires=60"));
    assert_eq!(expiring.expires_at, Some(1_700_000_060));
    assert_eq!(expiring.primary().unwrap().visibility, crate::domain::describe::Visibility::Expiring);
    let none = reply::receipt(&ticket(""));
    assert_eq!((none.link(LinkKind::View), none.link(LinkKind::Id)), (None, Some("id")));
    assert_eq!(none.notes.len(), 1);
}

#[test]
fn the_tickets_link_stands_in_only_for_what_cannot_be_asked_again() {
    let never = Failure::new(Kind::Unauthorized, "No").cause("error 401: No");
    assert!(can_do_without(&never, &ticket(VIEW)));
    assert!(!can_do_without(&never, &ticket("")));
    assert!(!can_do_without(&never.clone().safe(), &ticket(VIEW)));
    assert!(!can_do_without(&Failure::cancelled(), &ticket(VIEW)));
    let receipt = unconfirmed(&ticket(VIEW), &never);
    assert_eq!(receipt.link(LinkKind::View), Some(VIEW));
    assert!(receipt.notes[0].contains("error 401: No"), "{:?}", receipt.notes);
    let fresh = or_earlier(Attachment { view_url: None, ..ticket("") }, &ticket(VIEW));
    assert_eq!(fresh.view_url.as_deref(), Some(VIEW));
}

#[test]
fn a_checkpoint_holds_no_upload_address_and_fits_its_own_file_only() {
    let attachment = Attachment { upload_url: Some("https://s3.example/secret".into()), ..ticket(VIEW) };
    let api = Api::new(&target(("token", "t"))).unwrap();
    let begun = Begun { base: api.base.to_string(), size: 7, attachment, is_stored: true };
    let kept = serde_json::to_string(&begun).unwrap();
    assert!(!kept.contains("secret"), "{kept}");
    let read: Begun = serde_json::from_str(&kept).unwrap();
    assert_eq!(read.attachment, ticket(VIEW));
}

#[test]
fn the_bot_is_named_as_well_as_it_can_be() {
    let named = |me: serde_json::Value| reply::greeting(&serde_json::from_value(me).unwrap());
    let begin = "Asked Mixin who this is (GET /me): it knows the bot ";
    assert_eq!(
        named(json!({ "user_id": "u", "full_name": "Bot", "identity_number": "7000" })),
        format!("{begin}“Bot” (7000).")
    );
    assert_eq!(
        named(json!({ "user_id": "u", "full_name": "", "identity_number": "0" })),
        format!("{begin}u.")
    );
}
