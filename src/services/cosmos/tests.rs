use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::json;

use super::*;
use crate::domain::profile::Profile;
use crate::services::body::{Digests, FileSource};

/// A target with a key, a document, and these settings besides.
pub(super) fn target(settings: &[(&str, &str)]) -> Target {
    let mut profile = Profile { name: "t".to_owned(), service: "cosmos".to_owned(), ..Profile::default() };
    for (key, value) in [
        ("endpoint", "https://a.documents.azure.com"),
        ("database", "volcanodb"),
        ("collection", "volcano1"),
        ("document", "doc1"),
    ]
    .iter()
    .chain(settings)
    {
        profile.settings.insert((*key).to_owned(), (*value).to_owned());
    }
    let secrets = BTreeMap::from([("key".to_owned(), Secret::new("c2VjcmV0"))]);
    Target::new(&profile, Cosmos.description(), secrets)
}

pub(super) fn facts(name: &str, size: u64) -> FileFacts {
    FileFacts {
        path: PathBuf::from("/x"),
        name: name.to_owned(),
        size,
        mime: "application/x-unknown".to_owned(),
        modified: None,
        pixels: None,
        duration_secs: None,
    }
}

pub(super) fn source(size: u64) -> FileSource {
    let path = PathBuf::from("/x").into();
    FileSource { path, size, modified: None, digests: Digests::default(), held: None }
}

#[test]
fn the_host_is_the_endpoints() {
    assert_eq!(Cosmos.host(&target(&[])), "a.documents.azure.com");
    assert_eq!(Cosmos.host(&target(&[("endpoint", "")])), "");
}

#[test]
fn settings_that_break_the_link_are_told() {
    assert_eq!(Cosmos.check_settings(&target(&[])), Vec::<String>::new());
    let wrong = Cosmos.check_settings(&target(&[
        ("database", "a/b"),
        ("collection", ".."),
        ("document", "a\nb"),
        ("api_version", "latest"),
    ]));
    assert_eq!(wrong.len(), 4);
    for (sentence, key) in wrong.iter().zip(["database", "collection", "document", "api_version"]) {
        assert!(sentence.starts_with(key), "{sentence}");
    }
}

#[test]
fn the_defaults_pass_their_own_checks() {
    for spec in Cosmos.description().settings {
        if let Some(default) = spec.default {
            assert_eq!(spec.check(default), Ok(()), "{}", spec.key);
        }
    }
}

#[test]
fn secrets_are_cleaned_and_a_wrong_key_is_refused() {
    let kept = |key: &str, value: &str| {
        Cosmos.accept_secret(key, Secret::new(value)).map(|secret| secret.expose().to_owned())
    };
    assert_eq!(kept("key", " c2VjcmV0\n").unwrap(), "c2VjcmV0");
    assert_eq!(kept("key", "not a key").unwrap_err().kind, Kind::Secret);
    assert_eq!(kept("resource_token", "type%3dresource%26ver%3D1").unwrap(), "type=resource&ver=1");
    assert_eq!(kept("resource_token", "type=resource&ver=1&sig=a%").unwrap(), "type=resource&ver=1&sig=a%");
    assert_eq!(kept("resource_token", "type%3Dresource%26ver%3D1%20").unwrap(), "type=resource&ver=1");
    assert_eq!(kept("resource_token", "type%3Dresource%0aver").unwrap_err().kind, Kind::Secret);
    assert_eq!(kept("aad_token", "Bearer ey.x ").unwrap(), "ey.x");
}

#[test]
fn the_best_credential_is_taken_and_none_is_told() {
    let mut target = target(&[]);
    target.secrets.insert("aad_token".to_owned(), Secret::new("aad"));
    assert!(matches!(Credential::of(&target), Ok(Credential::Key(_))));
    target.secrets.remove("key");
    assert!(matches!(Credential::of(&target), Ok(Credential::Aad(_))));
    target.secrets.insert("resource_token".to_owned(), Secret::new("r"));
    assert!(matches!(Credential::of(&target), Ok(Credential::ResourceToken(_))));
    target.secrets.clear();
    assert_eq!(Credential::of(&target).unwrap_err().kind, Kind::Secret);
}

#[test]
fn a_test_says_what_was_listed() {
    assert_eq!(
        tested("dbs/d", &json!({"Attachments": [{}], "_count": 1}), Some("1.2")).unwrap(),
        "Listed the attachments of dbs/d: it has some. The request cost 1.2 request units."
    );
    assert_eq!(
        tested("dbs/d", &json!({"Attachments": []}), None).unwrap(),
        "Listed the attachments of dbs/d: it has none yet."
    );
    assert_eq!(tested("dbs/d", &json!({"code": 0}), None), None);
}

#[test]
fn link_mode_checks_the_file_as_well_as_the_name() {
    let findings = Cosmos.preflight(&facts("ü.png", 9), &target(&[("mode", "link")]));
    assert_eq!(
        findings.iter().map(|finding| finding.kind).collect::<Vec<_>>(),
        [Kind::WrongType, Kind::BadName]
    );
}

#[test]
fn a_wrong_clock_is_named_where_the_service_refused() {
    use crate::domain::describe::Repeat;
    use crate::services::http::testing;

    // The answers of these tests come at 22:13:20.
    let refused = |status, date: &str| {
        reply::refusal(&testing::reply(status, &[("date", date)], "{}", Repeat::Safe)).broke
    };
    let slow = refused(403, "Tue, 14 Nov 2023 22:33:20 GMT");
    assert!(slow.ends_with(", and this computer's clock is 20 min 0 s behind the service's"), "{slow}");
    let fast = refused(401, "Tue, 14 Nov 2023 20:08:20 GMT");
    assert!(fast.ends_with(", and this computer's clock is 2 h 5 min ahead of the service's"), "{fast}");
    for (status, date) in [(401, "Tue, 14 Nov 2023 22:13:00 GMT"), (500, "Tue, 14 Nov 2023 20:13:20 GMT")] {
        assert!(!refused(status, date).contains("clock"), "{status} {date}");
    }
}
