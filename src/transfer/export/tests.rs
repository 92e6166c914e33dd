//! Files are written whole or not at all, and read back as what was kept.

use std::path::PathBuf;

use super::*;
use crate::domain::attachment::{Priority, State};
use crate::domain::describe::Visibility;
use crate::domain::error::Step;
use crate::domain::receipt::{LinkKind, Receipt};
use crate::store::{NewAttachment, NewBatch, Outcome, SessionId};

pub(super) fn row(name: &str) -> Row {
    Row {
        id: AttachmentId(1),
        batch: crate::domain::attachment::BatchId(1),
        position: 0,
        path: PathBuf::from("/home/me").join(name),
        name: name.to_owned(),
        size: Some(1),
        mime: None,
        modified: None,
        pixels: None,
        duration_secs: None,
        profile: "Bot".to_owned(),
        service: "mixin".to_owned(),
        state: State::Failed,
        step: None,
        attempts: 1,
        failure: Some(Failure::new(Kind::Refused, "No").at(Step::Send).status(403)),
        receipt: None,
        checkpoint: None,
        answer_lost: false,
        added_at_ms: 1_790_000_000_000,
        started_at_ms: None,
        finished_at_ms: Some(1_790_000_000_500),
        session: SessionId::fresh(),
        held: false,
        priority: Priority::Normal,
        rank: 1,
        whole_at_ms: None,
        content: None,
        link_check: None,
        repairs: Vec::new(),
        sent: None,
    }
}

struct Bench {
    folder: tempfile::TempDir,
    store: Store,
}

impl Bench {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("affix.db"), SessionId::fresh()).unwrap();
        Self { folder, store }
    }

    /// The first one is done, the others failed.
    async fn add(&self, names: &[&str]) -> Vec<AttachmentId> {
        let files = names.iter().map(|name| NewAttachment { path: name.into(), name: (*name).to_owned() });
        let batch = NewBatch { profile: "Bot".to_owned(), service: "mixin".to_owned() };
        let (_, ids) = self.store.add_batch(batch, files.collect()).await.unwrap();
        let mut receipt = Receipt::default();
        receipt.push(LinkKind::View, "https://files.example/a,\"b\"", Visibility::Public);
        let outcome = Outcome { receipt: Some(receipt), failure: None };
        self.store.finish(ids[0], State::Done, outcome).await.unwrap();
        self.store.settle_many(ids[1..].to_vec(), State::Failed).await.unwrap();
        ids
    }

    fn to(&self, name: &str) -> PathBuf {
        self.folder.path().join("out").join(name)
    }

    async fn export(&self, what: What, name: &str) -> (usize, String) {
        std::fs::create_dir_all(self.to("")).unwrap();
        let count = export(&self.store, what, &self.to(name)).await.unwrap();
        (count, std::fs::read_to_string(self.to(name)).unwrap())
    }
}

fn names(text: &str) -> Vec<String> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    assert_eq!(&reader.headers().unwrap()[1], "name");
    reader.records().map(|record| record.unwrap()[1].to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_csv_file_reads_back_whatever_the_names_are() {
    let bench = Bench::new();
    let wild = ["a,b.txt", "\"q\".txt", "line\nbreak\r\n.txt", "最终.txt", "=cmd|' /C calc'!A0", "@x", ""];
    bench.add(&wild).await;
    let (count, text) = bench.export(What::All, "history.csv").await;
    assert_eq!(count, wild.len());
    let mut expected: Vec<String> = wild.iter().map(|name| (*name).to_owned()).collect();
    (expected[4], expected[5]) = ("'=cmd|' /C calc'!A0".to_owned(), "'@x".to_owned());
    assert_eq!(names(&text), expected);
    assert!(text.starts_with("file,name,size,status,"), "{text}");
    assert!(text.contains(",\"https://files.example/a,\"\"b\"\"\","), "{text}");
    let ends = text.match_indices("\r\n").count();
    assert_eq!(ends, 1 + wild.len() + 2, "one line a record; one name has a break in two cells");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_json_file_has_what_the_command_line_prints() {
    let bench = Bench::new();
    let ids = bench.add(&["a.jpg", "b.jpg"]).await;
    let (count, text) = bench.export(What::All, "history.json").await;
    assert_eq!(count, 2);
    let mut expected = String::new();
    for id in ids {
        let row = bench.store.attachment(id).await.unwrap().unwrap();
        expected += &serde_json::to_string(&Record::of_history(row)).unwrap();
        expected.push('\n');
    }
    assert_eq!(text, expected);
    assert!(text.contains("\"view_url\":\"https://files.example/a,\\\"b\\\"\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_asked_for_is_exported_in_the_order_of_the_list() {
    let bench = Bench::new();
    let old = bench.add(&["old 1", "old 2"]).await;
    let many: Vec<String> = (0..AT_ONCE + 3).map(|number| format!("new {number}")).collect();
    let new = bench.add(&many.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let (count, text) = bench.export(What::All, "all.csv").await;
    assert_eq!(count, AT_ONCE + 5);
    let all: Vec<String> = many.iter().cloned().chain(["old 1".to_owned(), "old 2".to_owned()]).collect();
    assert_eq!(names(&text), all);

    let query = ListQuery { states: Some(vec![State::Done]), ..ListQuery::default() };
    assert_eq!(names(&bench.export(What::Found(query), "done.csv").await.1), ["new 0", "old 1"]);
    let chosen = vec![old[1], new[7], AttachmentId(9999), old[0]];
    let (count, text) = bench.export(What::Chosen(chosen), "chosen.csv").await;
    assert_eq!((count, names(&text)), (3, vec!["old 2".to_owned(), "new 7".to_owned(), "old 1".to_owned()]));
    let query = ListQuery { search: Some("nothing".to_owned()), ..ListQuery::default() };
    let (count, text) = bench.export(What::Found(query), "none.csv").await;
    assert_eq!((count, names(&text).len()), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stands_there_stays_when_something_breaks() {
    let bench = Bench::new();
    bench.add(&["a", "b"]).await;
    let (_, before) = bench.export(What::All, "history.csv").await;
    let to = bench.to("history.csv");
    let broken = Failure::new(Kind::Storage, "The disk failed");
    let ids: Vec<AttachmentId> = (1..=2000).map(AttachmentId).collect();
    let read = |ids: &[AttachmentId]| {
        if ids[0].0 > 1000 { Err(broken.clone()) } else { Ok(vec![row("x"); ids.len()]) }
    };
    assert_eq!(write(&ids, read, &to).unwrap_err(), broken);
    assert_eq!(std::fs::read_to_string(&to).unwrap(), before);
    let left: Vec<_> = std::fs::read_dir(bench.to("")).unwrap().collect();
    assert_eq!(left.len(), 1, "{left:?}");

    let nowhere = bench.to("no such folder/history.csv");
    let failure = export(&bench.store, What::All, &nowhere).await.unwrap_err();
    assert_eq!(failure.broke, format!("{} cannot be written", nowhere.display()));
}
