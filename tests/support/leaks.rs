//! What must be in no file and no text: the credentials of a sandbox, and what opens a service like one.
#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    dead_code,
    unreachable_pub,
    reason = "tests may panic; every test file uses another part"
)]

use std::path::Path;

use affix::sandbox::credentials::Credentials;
use serde_json::Value;

/// Every credential of the sandbox, as it is and as it is encoded in an address.
pub fn all_of(credentials: &Credentials) -> Vec<String> {
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

/// No credential of this home's sandbox and no web token is in the files of its database.
pub fn assert_none_in(home: &Path) {
    let credentials = Credentials::load_or_create(&home.join("sandbox")).unwrap();
    let files: Vec<_> =
        files_below(home).into_iter().filter(|(place, _)| place.contains("affix.db")).collect();
    assert!(!files.is_empty(), "there is a database");
    for (place, bytes) in files {
        assert_clean(&place, &String::from_utf8_lossy(&bytes), &credentials);
    }
}

pub fn assert_clean(place: &str, text: &str, credentials: &Credentials) {
    for secret in all_of(credentials) {
        assert!(!text.contains(&secret), "{secret} is in {place}");
    }
    assert!(!has_web_token(text), "a JSON web token is in {place}");
}

/// Whether a JSON web token is in it: two parts that begin as `{"` does in base64, with a dot between them. One part
/// alone is met by chance in random ids.
pub fn has_web_token(text: &str) -> bool {
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

/// The files of a folder, without those of the folders in it.
pub fn files_below(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let files = paths.filter(|path| path.is_file());
    files.map(|path| (path.display().to_string(), std::fs::read(&path).unwrap())).collect()
}
