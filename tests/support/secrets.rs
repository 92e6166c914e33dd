//! The search for secrets in everything that was kept and shown.
#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    unreachable_pub,
    reason = "tests may panic"
)]

#[path = "leaks.rs"]
mod leaks;

use crate::live::{Live, plain};

/// Closes the database and looks through its files and everything that was shown.
pub async fn assert_none(live: Live) {
    let Live { store, handle, mut events, folder, shown, credentials, server, .. } = live;
    drop(handle);
    while events.recv().await.is_some() {}
    store.close().await;
    let mut places = vec![("shown texts".to_owned(), shown.into_bytes())];
    places.extend(leaks::files_below(&folder.path().join("db")));
    assert!(places.len() > 1, "there is a database");
    for (place, bytes) in &places {
        let text = String::from_utf8_lossy(bytes);
        leaks::assert_clean(place, &text, &credentials);
        for url in presigned(&text) {
            // A link to view is what the user wants; an address to upload to is a credential.
            let (status, _) = plain("GET", &url).await;
            assert!(matches!(status, 200 | 404), "{place} keeps an address that is not for viewing: {url}");
        }
    }
    drop(server);
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
