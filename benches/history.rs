//! What a long history costs: the database of a person with a million uploads.
//!
//! usage: cargo bench --bench history [-- ROWS]      (1,000,000 rows, 2 GB of disk)
//! docs/benchmarks.md has the figures; nothing here fails when they change.
#![expect(clippy::print_stdout, reason = "a benchmark prints its table")]
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a benchmark that cannot run ends")]

use std::future::Future;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use affix::domain::attachment::{Activity, AttachmentId, BatchId, FileFacts, State};
use affix::domain::describe::Visibility;
use affix::domain::error::{Failure, Step};
use affix::domain::receipt::{LinkKind, Receipt};
use affix::store::{During, ListQuery, NewAttachment, NewBatch, Query, SessionId, Store};
use affix::transfer::export::{What, export};
use rusqlite::{Connection, params};

const BATCH: i64 = 20;
const ROUNDS: usize = 5;
const TARGETS: [&str; 5] = ["Bot", "Harbour table", "Archive 2019", "论坛", "Calendar"];
const THINGS: [&str; 8] =
    ["harbour", "report", "最终版本", "IMG", "holiday", "screenshot", "合同", "minutes"];

fn main() {
    let given = std::env::args().find_map(|word| word.parse().ok());
    let rows: i64 = given.unwrap_or(1_000_000);
    let folder = tempfile::tempdir().unwrap();
    let bench = Bench { path: folder.path().join("affix.db"), rows };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(bench.all());
}

struct Bench {
    path: PathBuf,
    rows: i64,
}

impl Bench {
    async fn all(&self) {
        self.of_format_2();
        self.fill();
        println!("{} rows, {} batches", self.rows, self.rows / BATCH);
        println!("| what | median ms | worst ms |\n|---|---|---|");
        line("file before, MB", &[mb(&self.path)]);
        let store = self.opened("first start: the new format");
        self.looking(&store, "while nothing is in the index: ").await;
        self.indexing(&store).await;
        store.close().await;
        line("file with the index, MB", &[mb(&self.path)]);
        let store = self.opened("start");
        self.looking(&store, "").await;
        self.small(&store).await;
        self.writing(&store).await;
        self.exporting(&store).await;
        self.erasing(&store).await;
        store.close().await;
        line("file after clearing, MB", &[mb(&self.path)]);
    }

    /// An empty database as it was before there was an index.
    fn of_format_2(&self) {
        drop(Store::open(&self.path, SessionId::fresh()).unwrap());
        let db = Connection::open(&self.path).unwrap();
        db.busy_timeout(Duration::from_secs(5)).unwrap();
        db.execute_batch(
            "DROP TRIGGER settled_for_search; DROP TRIGGER changed_for_search; DROP TRIGGER gone_for_search;
             DROP TABLE trigrams; DROP TABLE searched; DROP TABLE unsearched; DROP TABLE unerased;
             DROP INDEX attachments_by_size;
             PRAGMA user_version = 2;",
        )
        .unwrap();
        // Every later format has put its columns behind this one.
        let mut behind = db
            .prepare(
                "SELECT name FROM pragma_table_info('attachments') WHERE cid >
                     (SELECT cid FROM pragma_table_info('attachments') WHERE name = 'search')",
            )
            .unwrap();
        let columns: Vec<String> =
            behind.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        drop(behind);
        for column in columns {
            db.execute(&format!("ALTER TABLE attachments DROP COLUMN {column}"), []).unwrap();
        }
        db.execute("ALTER TABLE batches DROP COLUMN target", []).unwrap();
    }

    /// One of a hundred failed, one of a thousand was canceled, of the newest batch half is queued.
    fn fill(&self) {
        let mut db = Connection::open(&self.path).unwrap();
        db.pragma_update(None, "synchronous", "OFF").unwrap();
        let session = SessionId::fresh().to_string();
        let transaction = db.transaction().unwrap();
        let mut batch = transaction
            .prepare("INSERT INTO batches (id, profile, service, created_at_ms) VALUES (?, ?, 'mixin', ?)")
            .unwrap();
        let mut attachment = transaction
            .prepare(
                "INSERT INTO attachments (id, batch, position, path, name, size, mime, profile, service, state, step,
                     attempts, receipt, added_at_ms, started_at_ms, finished_at_ms, session, search)
                 VALUES (?, ?, ?, ?, ?, ?, 'image/jpeg', ?, 'mixin', ?, 'record', 1, ?, ?, ?, ?, ?, ?)",
            )
            .unwrap();
        for number in 0..self.rows {
            let (of, at_ms) = (number / BATCH + 1, 1_600_000_000_000 + number * 60_000);
            let target = TARGETS[usize::try_from(of).unwrap() % TARGETS.len()];
            if number % BATCH == 0 {
                batch.execute(params![of, target, at_ms]).unwrap();
            }
            let state = match number {
                n if n / BATCH == (self.rows - 1) / BATCH && n % 2 == 0 => "queued",
                n if n % 100 == 7 => "failed",
                n if n % 1000 == 3 => "canceled",
                _ => "done",
            };
            let thing = THINGS[usize::try_from(number).unwrap() % THINGS.len()];
            let name = format!("{thing} {number:07} of the trip.jpg");
            let receipt = receipt(number);
            let links: Vec<_> = receipt.links.iter().map(|link| link.value.as_str()).collect();
            let search = format!("{name}\n{target}\n{}", links.join("\n")).to_lowercase();
            let (path, receipt) = (format!("/home/anna/{name}"), serde_json::to_string(&receipt).unwrap());
            attachment
                .execute(params![
                    number + 1,
                    of,
                    number % BATCH,
                    path.as_bytes(),
                    name,
                    number % 5_000_000,
                    target,
                    state,
                    receipt,
                    at_ms,
                    at_ms,
                    at_ms,
                    session,
                    search
                ])
                .unwrap();
        }
        drop((batch, attachment));
        transaction.commit().unwrap();
    }

    fn opened(&self, what: &str) -> Store {
        let since = Instant::now();
        let store = Store::open(&self.path, SessionId::fresh()).unwrap();
        line(what, &[ms(since)]);
        store
    }

    /// What the list reads: in the background, as one thing.
    async fn looking(&self, store: &Store, when: &str) {
        let states = |states: &[State]| ListQuery { states: Some(states.to_vec()), ..ListQuery::default() };
        let search = |text: &str| ListQuery { search: Some(text.to_owned()), ..ListQuery::default() };
        let target = ListQuery { profile: Some("论坛".to_owned()), ..ListQuery::default() };
        let rare = format!("{:07} of", self.rows / 3);
        let queries = [
            ("everything", ListQuery::default()),
            ("active", states(&[State::Queued, State::Uploading, State::Paused, State::Interrupted])),
            ("done", states(&[State::Done])),
            ("failed", states(&[State::Failed, State::Unsure, State::Canceled])),
            ("one target", target),
            ("search, one row has it", search(&rare)),
            ("search, no row has it", search("nothing like it")),
            ("search, an eighth has it", search("holiday")),
            ("search, every row has it", search("https://")),
            ("search, a long one that every row has", search("https://files.example/attachments/")),
            ("search, 最终 (an eighth)", search("最终")),
            ("search, 不在 (none)", search("不在")),
        ];
        for (what, query) in queries {
            self.measure(&format!("{when}list: {what}"), || store.outline(query.clone())).await;
        }
    }

    /// What is read while uploads run and while somebody scrolls.
    async fn small(&self, store: &Store) {
        let newest = self.rows / BATCH;
        let ids: Vec<_> = (0..60).map(|n| AttachmentId(self.rows / 2 + n)).collect();
        let batches: Vec<_> = (0..20).map(|n| BatchId(newest - n)).collect();
        self.measure("60 rows", || store.rows(ids.clone())).await;
        self.measure("totals of 20 batches and of all that goes on", || {
            store.totals(batches.clone(), || vec![AttachmentId(1), AttachmentId(2)])
        })
        .await;
        self.measure("count by state", || store.count_by_state()).await;
        self.measure("targets used", || store.targets_used()).await;
        let page = |search: Option<&str>| Query { search: search.map(str::to_owned), ..Query::newest(50) };
        for (what, query) in [
            ("history, newest 50", page(None)),
            ("history, newest 50 with a word of an eighth", page(Some("holiday"))),
            ("history, newest 50 with 最终", page(Some("最终"))),
            ("history, the one with a number", page(Some(&format!("{:07} of", self.rows / 3)))),
        ] {
            self.measure(what, || store.history(query.clone())).await;
        }
        self.measure("uploads of three sizes", || store.same_size("Bot", vec![1, 77_777, 4_999_999])).await;
    }

    /// Requests come all the time while the index is filled.
    async fn indexing(&self, store: &Store) {
        let eye = Connection::open(&self.path).unwrap();
        let behind = || eye.prepare("SELECT 1 FROM unsearched").unwrap().exists([]).unwrap();
        let (since, mut waited) = (Instant::now(), Vec::new());
        while behind() {
            tokio::time::sleep(Duration::from_millis(997)).await;
            let asked = Instant::now();
            store.set_state(AttachmentId(self.rows), State::Paused, None).await.unwrap();
            waited.push(ms(asked));
        }
        line("filling the index", &[ms(since)]);
        line("a change meanwhile", &waited);
    }

    async fn writing(&self, store: &Store) {
        let mut added = Vec::new();
        for _ in 0..ROUNDS {
            let since = Instant::now();
            let ids = add(store, 1000).await;
            added.push((ms(since), ids));
        }
        line("handing 1,000 files over", &added.iter().map(|(took, _)| *took).collect::<Vec<_>>());
        let (mut took, mut all) = (Vec::new(), Vec::new());
        for (_, ids) in added {
            let since = Instant::now();
            upload(store, &ids).await;
            took.push(ms(since));
            all.extend(ids);
        }
        line("all notes of 1,000 uploads, 6 at once", &took);
        self.measure("a state, noted", || store.set_state(all[0], State::Uploading, None)).await;
        store.settle_many(all, State::Done).await.unwrap();
    }

    async fn exporting(&self, store: &Store) {
        for name in ["history.csv", "history.json"] {
            let to = self.path.with_file_name(name);
            let before = memory_now();
            let since = Instant::now();
            let count = export(store, What::All, &to).await.unwrap();
            line(&format!("exporting {count} rows, {name}"), &[ms(since)]);
            line("  its file, MB", &[mb(&to)]);
            line("  memory over what there was, MB", &[memory_most() - before]);
            std::fs::remove_file(&to).unwrap();
        }
    }

    async fn erasing(&self, store: &Store) {
        let ids: Vec<_> = (0..1000).map(|n| AttachmentId(1 + n * (self.rows / 1000))).collect();
        let since = Instant::now();
        store.forget(ids).await.unwrap();
        line("forgetting 1,000", &[ms(since)]);
        self.erased("  until the index is without them").await;
        let since = Instant::now();
        store.clear_history().await.unwrap();
        line("clearing", &[ms(since)]);
        self.erased("  until the index is empty").await;
    }

    async fn erased(&self, what: &str) {
        let eye = Connection::open(&self.path).unwrap();
        let since = Instant::now();
        while eye.prepare("SELECT 1 FROM unerased").unwrap().exists([]).unwrap() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        line(what, &[ms(since)]);
    }

    async fn measure<T, F: Future<Output = Result<T, Failure>>>(
        &self,
        what: &str,
        mut ask: impl FnMut() -> F,
    ) {
        let mut took = Vec::new();
        for _ in 0..ROUNDS {
            let since = Instant::now();
            std::hint::black_box(ask().await.unwrap());
            took.push(ms(since));
        }
        line(what, &took);
    }
}

fn line(what: &str, took: &[f64]) {
    let mut took = took.to_vec();
    took.sort_by(f64::total_cmp);
    let (median, worst) = (took[took.len() / 2], took[took.len() - 1]);
    println!("| {what} | {median:.1} | {worst:.1} |");
}

fn receipt(number: i64) -> Receipt {
    let mut receipt = Receipt { size: Some(1), md5: Some(format!("{number:032x}")), ..Receipt::default() };
    let id = uuid::Uuid::from_u128(
        u128::try_from(number).unwrap().wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835),
    );
    let url = format!("https://files.example/attachments/{id}/{}", number % 97);
    receipt.push(LinkKind::View, url, Visibility::Public);
    receipt.push(LinkKind::Id, id.to_string(), Visibility::None);
    receipt
}

async fn add(store: &Store, count: usize) -> Vec<AttachmentId> {
    let files = (0..count).map(|number| {
        let name = format!("new {number}.jpg");
        NewAttachment { path: PathBuf::from("/home/anna").join(&name), name }
    });
    let batch = NewBatch { profile: "Bot".to_owned(), service: "mixin".to_owned() };
    store.add_batch(batch, files.collect()).await.unwrap().1
}

/// What the engine asks for of each file.
async fn upload(store: &Store, ids: &[AttachmentId]) {
    let lanes = ids.chunks(ids.len().div_ceil(6)).map(|ids| async move {
        for &id in ids {
            one(store, id).await.unwrap();
        }
    });
    futures_util::future::join_all(lanes).await;
}

async fn one(store: &Store, id: AttachmentId) -> Result<(), Failure> {
    let facts = FileFacts {
        path: "/home/anna/new.jpg".into(),
        name: format!("new {}.jpg", id.0),
        size: 10_000,
        mime: "image/jpeg".to_owned(),
        modified: None,
        pixels: Some((640, 480)),
        duration_secs: None,
    };
    let mut soon = vec![store.begin_attempt(id).await];
    for step in [Step::Ticket, Step::Send, Step::Confirm] {
        let activity = Activity {
            at_ms: 1_790_000_000_123,
            took_ms: 42,
            step,
            method: "POST".to_owned(),
            url: "https://files.example/attachments".to_owned(),
            headers: vec![("authorization".to_owned(), "***".to_owned())],
            sent_bytes: 10_000,
            status: Some(200),
            answer_headers: Vec::new(),
            answer: Some("{}".to_owned()),
        };
        soon.push(store.add_activity(id, During::LastAttempt, activity).await);
    }
    store.finish_uploaded(id, &receipt(id.0), (Some(Step::Confirm), Some(facts), None)).await?;
    for one in soon {
        one.kept().await?;
    }
    Ok(())
}

fn ms(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1000.0
}

#[expect(clippy::cast_precision_loss, reason = "megabytes")]
fn mb(path: &Path) -> f64 {
    std::fs::metadata(path).unwrap().len() as f64 / 1e6
}

/// MB; what was needed at most begins here anew. Linux only, elsewhere nothing.
fn memory_now() -> f64 {
    // https://docs.kernel.org/filesystems/proc.html
    drop(std::fs::File::options().write(true).open("/proc/self/clear_refs").map(|mut file| {
        std::io::Write::write_all(&mut file, b"5").unwrap();
    }));
    status("VmRSS:")
}

fn memory_most() -> f64 {
    status("VmHWM:")
}

fn status(key: &str) -> f64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix(key));
    let kb = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
    kb.unwrap_or_default() / 1000.0
}
