use serde_json::json;

use super::*;
use crate::domain::receipt::LinkKind;

pub(super) fn target(settings: &[(&str, &str)]) -> Target {
    let own = settings.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
    let profile = crate::domain::profile::Profile { settings: own.collect(), ..Default::default() };
    Target::new(&profile, &DESCRIPTION, [("token".to_owned(), Secret::new("teable_acc_1"))].into())
}

pub(super) fn file(name: &str, mime: &str, size: u64) -> FileFacts {
    FileFacts {
        path: name.into(),
        name: name.into(),
        size,
        mime: mime.into(),
        modified: None,
        pixels: None,
        duration_secs: None,
    }
}

const RECORD: &[(&str, &str)] = &[("table_id", "tbl1"), ("record_id", "rec1"), ("field_id", "fld1")];

#[test]
fn a_record_needs_all_three_ids() {
    assert_eq!(Teable.check_settings(&target(&[])), [] as [String; 0]);
    assert_eq!(Teable.check_settings(&target(RECORD)), [] as [String; 0]);
    for chosen in 1..7_u8 {
        let some: Vec<_> = RECORD
            .iter()
            .enumerate()
            .filter(|(at, _)| chosen & (1 << at) != 0)
            .map(|(_, pair)| *pair)
            .collect();
        let said = Teable.check_settings(&target(&some));
        let [sentence] = said.as_slice() else { panic!("{said:?}") };
        for (key, _) in RECORD {
            assert_eq!(sentence.contains(key), !some.iter().any(|(set, _)| set == key), "{sentence}");
        }
    }
}

#[test]
fn unusual_ids_are_a_warning() {
    let found = |target: &Target| Teable.preflight(&file("a.txt", "text/plain", 1), target);
    assert_eq!(found(&target(RECORD)), []);
    let odd = found(&target(&[("table_id", "rec1"), ("record_id", "rec1"), ("field_id", "Files")]));
    let said: Vec<_> = odd.iter().map(|finding| finding.message.as_str()).collect();
    assert_eq!(
        said,
        [
            "table_id is “rec1”, but Teable's begin with tbl",
            "field_id is “Files”, but Teable's begin with fld"
        ]
    );
    assert!(odd.iter().all(|finding| !finding.is_error()));
}

#[test]
fn tokens_are_trimmed() {
    let accept = |text: &str| Teable.accept_secret("token", Secret::new(text));
    assert_eq!(accept(" teable_acc \n").unwrap().expose(), "teable_acc");
    assert_eq!(accept("Bearer teable_acc").unwrap().expose(), "teable_acc");
    assert_eq!(accept("a\nb").unwrap_err().kind, Kind::Secret);
}

#[test]
fn settings_keep_their_own_rules() {
    let check = |key: &str, value: &str| DESCRIPTION.setting(key).unwrap().check(value).is_ok();
    assert!((1..=14).all(|kind| check("upload_type", &kind.to_string())));
    assert!(!check("upload_type", "0") && !check("upload_type", "15"));
    assert!(check("expires_in", "3600") && !check("expires_in", "0") && !check("expires_in", "1h"));
    let public: Vec<_> =
        TYPES.iter().filter(|kind| kind.label.contains("public")).map(|kind| kind.value).collect();
    assert_eq!(public, PUBLIC_TYPES);
    assert_eq!(Teable.host(&target(&[])), "app.teable.ai");
    assert_eq!(Teable.host(&target(&[("base_url", "http://127.0.0.1:3000/api")])), "127.0.0.1:3000");
}

#[test]
fn a_renewal_takes_the_records_links_and_keeps_the_rest() {
    let api = Api::new(&target(&[])).unwrap();
    let mut earlier = Receipt { md5: Some("m".into()), expires_at: Some(1), ..Receipt::default() };
    earlier.push(LinkKind::View, "https://old", Visibility::Expiring);
    earlier.push(LinkKind::Id, "t", Visibility::Private);
    let item = json!({ "token": "t", "presignedUrl": "/api/read/t?x=1", "smThumbnailUrl": "https://s/sm" });
    let fresh = stored::renewed(&api, &earlier, &item, 1_700_000_000_000).unwrap();
    assert_eq!(fresh.link(LinkKind::View), Some("https://app.teable.ai/api/read/t?x=1"));
    assert_eq!(fresh.link(LinkKind::Thumbnail), Some("https://s/sm"));
    assert_eq!((fresh.link(LinkKind::Id), fresh.md5.as_deref()), (Some("t"), Some("m")));
    assert_eq!(fresh.expires_at, Some(1_700_000_000 + 6 * 86_400));
    let none = stored::renewed(&api, &earlier, &json!({ "token": "t" }), 0).unwrap_err();
    assert_eq!(none.kind, Kind::Protocol);
}

#[test]
fn errors_of_the_api_are_told_apart() {
    use crate::services::http::testing::reply;
    let cases = [
        (400, "validation_error", "File size exceeds the maximum limit of 10 MB", Kind::TooLarge, false),
        (400, "validation_error", "Token has expired", Kind::Gone, true),
        (400, "validation_error", "Invalid token", Kind::Gone, true),
        (400, "validation_error", "Not allow upload image/png file", Kind::WrongType, false),
        (400, "validation_error", "Size mismatch", Kind::Protocol, false),
        (400, "validation_error", "Validation error: Expected number", Kind::Refused, false),
        (401, "unauthorized", "Unauthorized", Kind::Unauthorized, false),
        (402, "payment_required", "Upgrade", Kind::Forbidden, false),
        (403, "restricted_resource", "No", Kind::Forbidden, false),
        (404, "not_found", "No", Kind::Gone, false),
        (429, "too_many_requests", "Slow", Kind::RateLimited, true),
        (460, "user_limit_exceeded", "Full", Kind::Forbidden, false),
        (500, "internal_server_error", "Oops", Kind::Server, true),
        (503, "database_connection_unavailable", "Db", Kind::Server, true),
    ];
    for (status, code, message, kind, safe) in cases {
        let body = json!({ "message": message, "status": status, "code": code }).to_string();
        let answer = reply(status, &[], &body, Repeat::Safe);
        for failure in [api::check(&answer).unwrap_err(), api::check_storage(&answer).unwrap_err()] {
            assert_eq!((failure.kind, failure.is_retryable()), (kind, safe), "{failure}");
            assert_eq!(failure.http_status, Some(status));
            assert_eq!(failure.cause, Some(format!("HTTP {status}: {message}: {code}")));
            assert!(failure.advice.is_some());
        }
    }
    let html = reply(502, &[], "<html>Bad gateway</html>", Repeat::Safe);
    assert_eq!(api::check(&html).unwrap_err().kind, Kind::Server);
}

#[test]
fn refusals_of_object_storage_are_told_apart() {
    use crate::services::http::testing::reply;
    let refused = |status, code: &str, message: &str| {
        let xml = format!("<Error><Code>{code}</Code><Message>{message}</Message></Error>");
        let failure = api::check_storage(&reply(status, &[], &xml, Repeat::Safe)).unwrap_err();
        (failure.kind, failure.is_retryable())
    };
    assert_eq!(refused(403, "AccessDenied", "Request has expired"), (Kind::Gone, true));
    assert_eq!(refused(403, "SignatureDoesNotMatch", "No"), (Kind::Refused, false));
    assert_eq!(refused(400, "EntityTooLarge", "No"), (Kind::TooLarge, false));
    assert_eq!(refused(503, "SlowDown", "No"), (Kind::Server, true));
}

#[test]
fn the_user_is_named_as_well_as_possible() {
    let named = |user: serde_json::Value| api::greeting(&serde_json::from_value(user).unwrap());
    let begin = "Asked Teable whose token this is (GET /auth/user): it belongs to ";
    assert_eq!(
        named(json!({ "id": "usr1", "name": "Ada", "email": "a@b.c" })),
        format!("{begin}Ada (a@b.c).")
    );
    assert_eq!(named(json!({ "id": "usr1", "name": "Ada" })), format!("{begin}Ada (usr1)."));
    assert_eq!(named(json!({})), format!("{begin}a user without a name."));
}
