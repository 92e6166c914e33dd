mod committing;
mod finding;
mod keeping;
mod searching;
mod viewing;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};

use serde_json::json;

use super::*;
use crate::domain::attachment::{Activity, AttachmentId, BatchId, FileFacts};
use crate::domain::describe::Visibility;
use crate::domain::error::Step;
use crate::domain::receipt::{LinkKind, Receipt};

/// Each look at it is a second later.
fn ticking() -> i64 {
    static NOW: AtomicI64 = AtomicI64::new(1_790_000_000_000);
    NOW.fetch_add(1000, Ordering::Relaxed)
}

/// A store in a folder of its own.
struct Bench {
    folder: tempfile::TempDir,
    store: Store,
}

impl Bench {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store =
            Store::open_with_clock(&folder.path().join("affix.db"), SessionId::fresh(), ticking).unwrap();
        Self { folder, store }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("affix.db")
    }

    async fn add(&self, profile: &str, names: &[&str]) -> (BatchId, Vec<AttachmentId>) {
        self.store.add_batch(new_batch(profile), files(names)).await.unwrap()
    }

    async fn row(&self, id: AttachmentId) -> Row {
        self.store.attachment(id).await.unwrap().unwrap()
    }

    /// Names in the order of the history.
    async fn names(&self, query: Query) -> Vec<String> {
        self.store.history(query).await.unwrap().into_iter().map(|row| row.name).collect()
    }
}

fn new_batch(profile: &str) -> NewBatch {
    NewBatch { profile: profile.to_owned(), service: "mixin".to_owned() }
}

fn files(names: &[&str]) -> Vec<NewAttachment> {
    names
        .iter()
        .map(|name| NewAttachment { path: Path::new("/home/me").join(name), name: (*name).to_owned() })
        .collect()
}

fn receipt(url: &str) -> Receipt {
    let mut receipt = Receipt {
        size: Some(u64::from(u32::MAX) + 1),
        md5: Some("d41d8cd98f00b204e9800998ecf8427e".to_owned()),
        expires_at: Some(1_790_086_400),
        notes: vec!["Anyone with the link can open it.".to_owned()],
        ..Receipt::default()
    };
    receipt.push(LinkKind::View, url, Visibility::Expiring);
    receipt.push(LinkKind::Id, "4f0c-ID", Visibility::None);
    receipt.extra.insert("attachment_id".to_owned(), json!({ "z": 1, "a": [null, "x"] }));
    receipt
}

fn facts(name: &str) -> FileFacts {
    FileFacts {
        path: PathBuf::from("/home/me").join(name),
        name: name.to_owned(),
        size: 1,
        mime: "text/plain".to_owned(),
        modified: None,
        pixels: None,
        duration_secs: None,
    }
}

fn activity(url: &str) -> Activity {
    Activity {
        at_ms: 1_790_000_000_123,
        took_ms: 42,
        step: Step::Ticket,
        method: "POST".to_owned(),
        url: url.to_owned(),
        headers: vec![("authorization".to_owned(), "***".to_owned())],
        sent_bytes: 2,
        status: Some(202),
        answer_headers: vec![("x-request-id".to_owned(), "abc".to_owned())],
        answer: Some("{\"error\":{}}".to_owned()),
    }
}

fn failure() -> Failure {
    Failure::new(Kind::RateLimited, "Mixin asked to slow down")
        .retry(crate::domain::error::Retry::Safe { after: Some(std::time::Duration::from_millis(1500)) })
        .at(Step::Send)
        .asked("Upload a.jpg to Bot")
        .cause("429 Too Many Requests")
        .advice("Wait a moment.")
        .status(429)
}
