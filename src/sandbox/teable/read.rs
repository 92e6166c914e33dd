//! The links of Teable's files: stable ones for public types, signed ones that expire for the others.

use axum::extract::{Path, Query, State as Extract};
use hmac::{Hmac, KeyInit, Mac};
use http::HeaderMap;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::Sha256;

use super::{Answer, Refused};
use crate::sandbox::State;
use crate::sandbox::credentials::same;
use crate::sandbox::files::{Kept, url_name};
use crate::sandbox::links::serve;

/// How long a link of a private type lives: Teable's own default.
const LINK_SECS: i64 = 6 * 24 * 60 * 60;
/// The types whose files are in public storage.
const PUBLIC: [u64; 7] = [2, 3, 4, 6, 8, 10, 11];

fn is_public(kept: &Kept) -> bool {
    kept.extra.get("type").and_then(Value::as_u64).is_some_and(|number| PUBLIC.contains(&number))
}

/// The link without a signature, relative to the origin.
pub(super) fn stable_url(kept: &Kept) -> String {
    format!("/teable/api/attachments/read/{}/{}", kept.id, url_name(&kept.name))
}

/// The link that works, relative to the origin.
pub(super) fn presigned_url(state: &State, kept: &Kept, now: i64) -> String {
    let stable = stable_url(kept);
    if is_public(kept) {
        return stable;
    }
    let end = now + LINK_SECS;
    format!("{stable}?token={end}.{}", signature(state, &kept.id, end))
}

fn signature(state: &State, id: &str, end: i64) -> String {
    let key = state.credentials.teable_token.as_bytes();
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return String::new() };
    mac.update(format!("{id}.{end}").as_bytes());
    hex::encode(mac.finalize().into_bytes())
}

fn check(state: &State, id: &str, token: &str, now: i64) -> Result<(), &'static str> {
    let (end, signed) = token.split_once('.').ok_or("Invalid token")?;
    let end: i64 = end.parse().map_err(|_the_message_says_it| "Invalid token")?;
    if !same(signed, &signature(state, id, end)) {
        return Err("Invalid token");
    }
    if end < now { Err("Token has expired") } else { Ok(()) }
}

#[derive(Debug, Deserialize)]
pub(super) struct Signed {
    #[serde(default)]
    token: String,
}

pub(super) async fn read(
    Extract(state): Extract<State>,
    Path((id, _name)): Path<(String, String)>,
    Query(Signed { token }): Query<Signed>,
    headers: HeaderMap,
) -> Answer {
    let Some(kept) = state.files.get(&id).await.filter(|kept| kept.service == "teable") else {
        return Err(Refused::new(404, "not_found", "Could not find attachment"));
    };
    if !is_public(&kept) {
        check(&state, &id, &token, Timestamp::now().as_second()).map_err(Refused::invalid)?;
    }
    Ok(serve(&state.files, &kept, &headers).await)
}

/// Notes width and height of an image that can be read.
pub(super) async fn measure(state: &State, kept: &mut Kept) {
    if let Some((width, height)) = pixels(state, kept).await {
        kept.extra.insert("width".to_owned(), json!(width));
        kept.extra.insert("height".to_owned(), json!(height));
    }
}

async fn pixels(state: &State, kept: &Kept) -> Option<(u32, u32)> {
    if !kept.mime.starts_with("image/") {
        return None;
    }
    let path = state.files.path(&kept.id);
    let read =
        move || image::ImageReader::open(path).ok()?.with_guessed_format().ok()?.into_dimensions().ok();
    tokio::task::spawn_blocking(read).await.ok()?
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::server::{Config, Server};

    #[tokio::test]
    async fn private_links_are_signed_and_end() {
        let dir = tempfile::tempdir().unwrap();
        let config = Config::new(dir.path(), crate::sandbox::credentials::Credentials::generate());
        let server = Server::start(config).await.unwrap();
        let state = server.shared();
        let token = format!("100.{}", signature(state, "a", 100));
        assert_eq!(check(state, "a", &token, 100), Ok(()));
        assert_eq!(check(state, "a", &token, 101), Err("Token has expired"));
        assert_eq!(check(state, "b", &token, 100), Err("Invalid token"));
        assert_eq!(check(state, "a", &token.replace("100.", "999."), 100), Err("Invalid token"));
        assert_eq!(check(state, "a", "", 100), Err("Invalid token"));
    }
}
