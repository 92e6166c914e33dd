//! The search for secrets in everything that was kept and shown.
#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    unreachable_pub,
    reason = "tests may panic"
)]

use std::path::Path;

use affix::sandbox::credentials::Credentials;
use serde_json::Value;

use crate::live::{Live, plain};

/// Every credential of the sandbox, as it is and as it is encoded in an address.
fn all_of(credentials: &Credentials) -> Vec<String> {
    let Ok(Value::Object(fields)) = serde_json::to_value(credentials) else { return Vec::new() };
    // Names, not keys: the bot's, its session's, and the one that stands in every presigned address.
    let public = ["mixin_app_id", "mixin_session_id", "s3_access_key"];
    let secret = fields.iter().filter(|(name, _)| !public.contains(&name.as_str()));
    let mut found: Vec<_> = secret.filter_map(|(_, value)| value.as_str().map(str::to_owned)).collect();
    for text in found.clone() {
        let encoded: String = url::form_urlencoded::byte_serialize(text.as_bytes()).collect();
        found.push(encoded);
    }
    found
}

/// Closes the database and looks through its files and everything that was shown.
pub async fn assert_none(live: Live) {
    let Live { store, handle, mut events, folder, shown, credentials, server, .. } = live;
    drop(handle);
    while events.recv().await.is_some() {}
    store.close().await;
    let mut places = vec![("shown texts".to_owned(), shown.into_bytes())];
    places.extend(files_below(&folder.path().join("db")));
    assert!(places.len() > 1, "there is a database");
    for (place, bytes) in &places {
        let text = String::from_utf8_lossy(bytes);
        for secret in all_of(&credentials) {
            assert!(!text.contains(&secret), "{secret} is in {place}");
        }
        assert!(!has_web_token(&text), "a JSON web token is in {place}");
        for url in presigned(&text) {
            // A link to view is what the user wants; an address to upload to is a credential.
            let (status, _) = plain("GET", &url).await;
            assert!(matches!(status, 200 | 404), "{place} keeps an address that is not for viewing: {url}");
        }
    }
    drop(server);
}

/// Whether a JSON web token is in it: two parts that begin as `{"` does in base64, with a dot between them. One part
/// alone is met by chance in random ids.
fn has_web_token(text: &str) -> bool {
    let of_a_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    text.match_indices(".eyJ").any(|(dot, _)| {
        let before = text[..dot].rsplit(|c| !of_a_part(c)).next();
        before.is_some_and(|part| part.contains("eyJ"))
    })
}

#[test]
fn a_web_token_is_told_from_a_random_id() {
    assert!(has_web_token("Bearer eyJhbGciOiJFZERTQSJ9.eyJleHAiOjE3MDB9.RAtg"));
    assert!(!has_web_token("id–9eyJx7 and a.eyJ"));
}

fn files_below(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files.map(|path| (path.display().to_string(), std::fs::read(&path).unwrap())).collect()
}

/// Every presigned address with its signature.
fn presigned(text: &str) -> Vec<String> {
    let mut found: Vec<_> = text
        .match_indices("X-Amz-Signature=")
        .filter(|(at, name)| !text[at + name.len()..].starts_with("***"))
        .map(|(at, name)| {
            let begin = text[..at].rfind("http").unwrap();
            let hex = |c: char| c.is_ascii_hexdigit();
            let end = text[at + name.len()..]
                .find(|c| !hex(c))
                .map_or(text.len(), |length| at + name.len() + length);
            text[begin..end].to_owned()
        })
        .collect();
    found.sort();
    found.dedup();
    found
}
