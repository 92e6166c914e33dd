//! Every setting that a service declares, with every value that can be listed.

use affix::domain::attachment::State;
use affix::domain::describe::{SettingKind, SettingSpec, Visibility};
use affix::domain::receipt::LinkKind;
use affix::domain::secret::Secret;
use affix::sandbox::cosmos::{aad_token, resource_token};
use affix::services::forum::signature;

use crate::live::Live;
use crate::{all, reach, secrets};

/// Values of a kind that can be listed.
fn values(spec: &SettingSpec) -> Vec<String> {
    match spec.kind {
        SettingKind::Choice(choices) => choices.iter().map(|choice| choice.value.to_owned()).collect(),
        SettingKind::Flag => vec!["true".to_owned(), "false".to_owned()],
        SettingKind::Integer { min, max } => vec![min.max(60).to_string(), max.to_string()],
        SettingKind::Text | SettingKind::Url => Vec::new(),
    }
}

/// Values that mean something only together with another one; each has a test of its own below or elsewhere.
fn stands_alone(service: &str, key: &str, value: &str) -> bool {
    match (service, key) {
        // Registers an address: needs a file that holds one.
        ("cosmos", "mode") => value != "link",
        // A digest is part of a rule, and the sandbox takes the published rules only.
        ("forum", "signature_digest") => value == "hmac-sha256",
        _ => true,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_value_of_every_setting_uploads() {
    let mut live = Live::start().await;
    let mut tried = 0;
    for (description, _, _) in all() {
        let id = description.id;
        for spec in description.settings {
            for value in values(spec).into_iter().filter(|value| stands_alone(id, spec.key, value)) {
                live.profile("varied", id, &[(spec.key, &value)]);
                let path = live.picture(400);
                let end = live.upload("varied", &path).await;
                let what = format!("{id}: {}={value}", spec.key);
                assert_eq!(end.state, State::Done, "{what}: {:?}", end.failure);
                assert!(
                    reach(&live, "varied", end.receipt()).await == std::fs::read(path).unwrap(),
                    "{what}"
                );
                tried += 1;
            }
        }
    }
    assert!(tried > 30, "{tried}");
    secrets::assert_none(live).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn teables_types_give_the_link_that_their_storage_has() {
    let mut live = Live::start().await;
    for kind in 1..=14_u8 {
        live.profile("varied", "teable", &[("upload_type", &kind.to_string()), ("base_id", "bse1")]);
        let path = live.picture(200);
        let end = live.upload("varied", &path).await;
        let is_public = [2, 3, 4, 6, 8, 10, 11].contains(&kind);
        let expected = if is_public { Visibility::Public } else { Visibility::Expiring };
        assert_eq!(end.receipt().primary().unwrap().visibility, expected, "{kind}");
        assert_eq!(end.receipt().expires_at.is_none(), is_public, "{kind}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn teables_records_hold_every_file_of_a_batch() {
    let mut live = Live::start().await;
    let place = [("table_id", "tblA"), ("record_id", "recA"), ("field_id", "fldA")];
    live.profile("varied", "teable", &place);
    let paths: Vec<_> = (0..5).map(|_| live.picture(200)).collect();
    live.handle.submit(paths, "varied", affix::transfer::Repairs::Refuse).await.unwrap();
    let mut tokens = Vec::new();
    while tokens.len() < 5 {
        if let affix::transfer::Event::Finished(finished) = live.events.recv().await.unwrap() {
            let receipt = finished.receipt.unwrap_or_else(|| panic!("{:?}", finished.failure));
            assert!(receipt.link(LinkKind::Thumbnail).is_some(), "a record's item has thumbnails");
            tokens.push(receipt.link(LinkKind::Id).unwrap().to_owned());
        }
    }
    let token = format!("Authorization: Bearer {}", live.credentials.teable_token);
    let record = ask(&live, "/teable/api/table/tblA/record/recA?fieldKeyType=id", &token).await;
    let mut held: Vec<_> = record["fields"]["fldA"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["token"].as_str().unwrap().to_owned())
        .collect();
    held.sort();
    tokens.sort();
    assert_eq!(held, tokens);
}

/// A GET with one header, answered in JSON.
async fn ask(live: &Live, path: &str, header: &str) -> serde_json::Value {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let address = live.server.address();
    let mut socket = tokio::net::TcpStream::connect(address).await.unwrap();
    let head = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\n{header}\r\nConnection: close\r\n\r\n");
    socket.write_all(head.as_bytes()).await.unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).await.unwrap();
    serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cosmos_takes_every_credential_version_and_key() {
    let mut live = Live::start().await;
    let key = live.credentials.cosmos_key.clone();
    for (name, token) in [("resource_token", resource_token(&key)), ("aad_token", aad_token(&key))] {
        live.profile_with("varied", "cosmos", &[], [(name.to_owned(), Secret::new(token))].into());
        let path = live.picture(200);
        let end = live.upload("varied", &path).await;
        assert_eq!(end.state, State::Done, "{name}: {:?}", end.failure);
        assert!(reach(&live, "varied", end.receipt()).await == std::fs::read(path).unwrap(), "{name}");
    }
    let versions =
        ["2015-08-06", "2015-12-16", "2016-07-11", "2017-02-22", "2018-06-18", "2018-12-31", "2020-07-15"];
    let versions = versions.map(|version| ("api_version", version));
    let keys = ["plain", "7", "true", "null", "\"7\"", "Zürich 🌋", "[\"a\",1]"];
    let names = [("database", "My DB"), ("collection", "ünï"), ("document", "a b%20c+d")];
    for setting in versions.into_iter().chain(keys.map(|value| ("partition_key", value))).chain(names) {
        live.profile("varied", "cosmos", &[setting]);
        let path = live.picture(200);
        let end = live.upload("varied", &path).await;
        assert_eq!(end.state, State::Done, "{setting:?}: {:?}", end.failure);
        let (service, stored) = live.stored("varied", end.receipt());
        let mut saved = Vec::new();
        service.save(&stored, &mut saved, &mut live.exchange("varied")).await.unwrap();
        assert!(saved == std::fs::read(path).unwrap(), "{setting:?}");
        service.delete(&stored, &mut live.exchange("varied")).await.unwrap();
    }
    secrets::assert_none(live).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cosmos_replaces_only_when_asked_to() {
    let mut live = Live::start().await;
    for (upsert, state, kept) in [("false", State::Failed, "first"), ("true", State::Done, "second")] {
        live.profile("varied", "cosmos", &[("upsert", upsert)]);
        let path = live.file("same.txt", b"first");
        assert_eq!(live.upload("varied", &path).await.state, State::Done);
        live.file("same.txt", b"second");
        let end = live.upload("varied", &path).await;
        assert_eq!(end.state, state, "{upsert}: {end:?}");
        let objects = live.kept("cosmos").await;
        assert_eq!(objects.len(), 1);
        assert_eq!(live.bytes_of(&objects[0]).await, kept.as_bytes());
        live.reset().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cosmos_registers_the_address_that_a_file_holds() {
    let mut live = Live::start().await;
    live.profile("varied", "cosmos", &[("mode", "link")]);
    let path = live.file("photo.jpg.url", b"[InternetShortcut]\r\nURL=https://e.org/photo.jpg\r\n");
    let end = live.upload("varied", &path).await;
    assert_eq!(end.state, State::Done, "{:?}", end.failure);
    assert!(end.receipt().link(LinkKind::Id).unwrap().ends_with("/attachments/photo.jpg"));
    assert_eq!(end.receipt().extra["media"], "https://e.org/photo.jpg");
    let picture = live.picture(200);
    let refused = live.upload("varied", &picture).await;
    assert_eq!((refused.state, live.kept("cosmos").await.len()), (State::Failed, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_forums_rules_are_the_same_as_presets_and_by_hand() {
    let mut live = Live::start().await;
    for preset in signature::PRESETS {
        for encoding in ["hex", "HEX", "base64"] {
            let rule = [
                ("signature_preset", "custom"),
                ("signature_template", preset.template),
                ("signature_digest", preset.digest),
                ("signature_encoding", encoding),
            ];
            live.profile("varied", "forum", &rule);
            let path = live.picture(200);
            let end = live.upload("varied", &path).await;
            assert_eq!(end.state, State::Done, "{rule:?}: {:?}", end.failure);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cronofys_webhooks_reach_the_service_as_chosen() {
    let mut live = Live::start().await;
    let uri = ("webhook_uri", "https://e.org/hook");
    for (interactions, expected) in [
        (None, vec!["attachment_approved", "attachment_rejected"]),
        (Some("approved"), vec!["attachment_approved"]),
        (Some("rejected"), vec!["attachment_rejected"]),
        (Some("approved, rejected"), vec!["attachment_approved", "attachment_rejected"]),
    ] {
        let settings: Vec<_> =
            [uri].into_iter().chain(interactions.map(|chosen| ("webhook_interactions", chosen))).collect();
        live.profile("varied", "cronofy", &settings);
        let path = live.picture(200);
        let end = live.upload("varied", &path).await;
        assert_eq!(end.state, State::Done, "{interactions:?}: {:?}", end.failure);
        let kept = live.kept("cronofy").await;
        let subscription = &kept.last().unwrap().extra["subscriptions"][0];
        assert_eq!((&subscription["type"], &subscription["uri"]), (&"webhook".into(), &uri.1.into()));
        let types: Vec<_> =
            subscription["interactions"].as_array().unwrap().iter().map(|one| one["type"].clone()).collect();
        assert_eq!(types, expected, "{interactions:?}");
        assert!(end.receipt().notes.iter().any(|note| note.contains(uri.1)), "{:?}", end.receipt().notes);
    }
}
