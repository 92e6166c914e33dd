use std::collections::BTreeMap;
use std::path::PathBuf;

use super::*;
use crate::domain::profile::Profile;
use crate::services::body::Digests;

fn target(settings: &[(&str, &str)]) -> Target {
    let settings = settings.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    let profile = Profile { name: "t".to_owned(), settings, ..Profile::default() };
    let secrets = BTreeMap::from([("api_key".to_owned(), Secret::new("CRN_key"))]);
    Target::new(&profile, Cronofy.description(), secrets)
}

pub(super) fn facts(name: &str, mime: &str, size: u64) -> FileFacts {
    FileFacts {
        path: PathBuf::from("/x"),
        name: name.to_owned(),
        size,
        mime: mime.to_owned(),
        modified: None,
        pixels: None,
        duration_secs: None,
    }
}

fn source(size: u64) -> FileSource {
    let path = PathBuf::from("/x").into();
    FileSource { path, size, modified: None, digests: Digests::default(), held: None }
}

#[test]
fn every_data_center_has_its_host_and_base_url_goes_first() {
    for (center, host) in [
        ("us", "api.cronofy.com"),
        ("au", "api-au.cronofy.com"),
        ("ca", "api-ca.cronofy.com"),
        ("de", "api-de.cronofy.com"),
        ("sg", "api-sg.cronofy.com"),
        ("uk", "api-uk.cronofy.com"),
    ] {
        assert_eq!(Cronofy.host(&target(&[("data_center", center)])), host);
    }
    let local = target(&[("data_center", "de"), ("base_url", "http://127.0.0.1:99/cronofy/")]);
    assert_eq!(Cronofy.host(&local), "127.0.0.1:99");
    let call = call(&local, Method::POST, "v1/attachments").unwrap();
    assert_eq!(call.url.as_str(), "http://127.0.0.1:99/cronofy/v1/attachments");
    assert_eq!(call.headers["authorization"], "Bearer CRN_key");
    assert!(call.headers["authorization"].is_sensitive());
}

#[test]
fn a_missing_key_is_told() {
    let mut target = target(&[]);
    target.secrets.clear();
    assert_eq!(call(&target, Method::GET, "x").unwrap_err().kind, Kind::Secret);
}

#[test]
fn webhooks_are_passed_through() {
    let both = r#"[{"type":"webhook","uri":"https://e.org/h","interactions":[{"type":"attachment_approved"},{"type":"attachment_rejected"}]}]"#;
    let one =
        r#"[{"type":"webhook","uri":"https://e.org/h","interactions":[{"type":"attachment_rejected"}]}]"#;
    for (setting, sent) in [
        ("", both),
        ("approved, rejected", both),
        ("attachment_approved,rejected,approved", both),
        ("rejected", one),
    ] {
        let target = target(&[("webhook_uri", "https://e.org/h"), ("webhook_interactions", setting)]);
        assert_eq!(Cronofy.check_settings(&target), Vec::<String>::new());
        assert_eq!(subscriptions(&target).unwrap().unwrap().to_string(), sent, "{setting}");
    }
    assert_eq!(subscriptions(&target(&[])).unwrap(), None);
}

#[test]
fn wrong_webhook_settings_are_told() {
    let alone = Cronofy.check_settings(&target(&[("webhook_interactions", "approved")]));
    assert!(alone[0].contains("webhook_uri"), "{alone:?}");
    let odd = target(&[("webhook_uri", "https://e.org"), ("webhook_interactions", "approved;rejected")]);
    assert!(Cronofy.check_settings(&odd)[0].contains("must be"));
    assert_eq!(subscriptions(&odd).unwrap_err().kind, Kind::Settings);
}

#[test]
fn the_body_is_json_around_base64_of_known_length() {
    let file = facts("a \"b\".pdf", "application/pdf", 4);
    let hook = json!([{"type": "webhook"}]);
    let begin =
        r#"{"attachment":{"file_name":"a \"b\".pdf","content_type":"application/pdf","base64_content":""#;
    for (subscriptions, end) in
        [(None, r#""}}"#), (Some(&hook), r#""},"subscriptions":[{"type":"webhook"}]}"#)]
    {
        let whole = body(&file, source(4), subscriptions).unwrap();
        assert_eq!(whole.len(), (begin.len() + 8 + end.len()) as u64);
        // The base64 of an empty file is empty, so everything around it can be read at once.
        let text = format!("{begin}{end}");
        assert_eq!(body(&file, source(0), subscriptions).unwrap().len(), text.len() as u64);
        serde_json::from_str::<Value>(&text).unwrap();
    }
    let odd = body(&facts("a.exe", "", 1), source(1), None).unwrap_err();
    assert_eq!(odd.kind, Kind::WrongType);
}

#[test]
fn a_refused_test_says_what_was_tried() {
    for status in [401, 403] {
        let failure =
            tested(Failure::new(Kind::Unauthorized, "x").status(status), "GET https://h/v1/userinfo");
        assert!(failure.advice.unwrap().contains("GET https://h/v1/userinfo"), "{status}");
    }
    let other = Failure::new(Kind::Server, "x").status(500);
    assert_eq!(tested(other.clone(), "GET"), other);
}

#[test]
fn the_key_is_cleaned() {
    let kept = Cronofy.accept_secret("api_key", Secret::new(" Bearer CRN_1\n")).unwrap();
    assert_eq!(kept.expose(), "CRN_1");
}
