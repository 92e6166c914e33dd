//! What a window shows: order, groups, totals, and that looking and writing do not wait for one another.

use std::time::{Duration, Instant};

use futures_util::FutureExt as _;

use super::*;
use crate::domain::attachment::{FileFacts, State};

impl Bench {
    async fn settle(&self, id: AttachmentId, state: State) {
        self.store.finish(id, state, Outcome::default()).await.unwrap();
    }

    async fn size(&self, id: AttachmentId, size: u64) {
        let facts = FileFacts {
            path: "/home/me/a".into(),
            name: "a".to_owned(),
            size,
            mime: "text/plain".to_owned(),
            modified: None,
            pixels: None,
            duration_secs: None,
        };
        self.store.set_facts(id, &facts).await.unwrap();
    }

    async fn outline(&self, query: ListQuery) -> Outline {
        self.store.outline(query).await.unwrap()
    }
}

fn group(batch: BatchId, first: usize, count: usize) -> Group {
    Group { batch, first, count }
}

#[tokio::test]
async fn unsettled_batches_come_first_then_the_newest_and_files_as_handed_over() {
    let bench = Bench::new();
    assert_eq!(bench.outline(ListQuery::default()).await, Outline::default());
    let (first, a) = bench.add("Bot", &["a1", "a2"]).await;
    let (second, b) = bench.add("Bot", &["b1", "b2", "b3"]).await;
    let (third, c) = bench.add("Table", &["c1"]).await;
    for id in [b[0], b[1], b[2], c[0]] {
        bench.settle(id, State::Done).await;
    }
    bench.settle(a[1], State::Failed).await;
    let ids: Vec<_> = [&a[..], &c, &b].concat();
    let groups = vec![group(first, 0, 2), group(third, 2, 1), group(second, 3, 3)];
    assert_eq!(bench.outline(ListQuery::default()).await, Outline { groups, ids });

    // Each state on its own decides whether the batch goes first.
    for state in State::ALL {
        bench.store.set_state(a[0], state, None).await.unwrap();
        let settled = [State::Done, State::Failed, State::Canceled, State::Unsure].contains(&state);
        let top = bench.outline(ListQuery::default()).await.groups[0].batch;
        assert_eq!(top, if settled { third } else { first }, "{state:?}");
    }
}

#[tokio::test]
async fn an_outline_has_what_the_query_finds_and_keeps_the_order() {
    let bench = Bench::new();
    let (first, a) = bench.add("Bot", &["a cat", "a dog"]).await;
    let (second, b) = bench.add("Table", &["b cat", "b dog"]).await;
    bench.settle(b[0], State::Done).await;
    bench.settle(b[1], State::Failed).await;
    bench.settle(a[0], State::Failed).await;
    let query = |states: Option<&[State]>, search: Option<&str>, profile: Option<&str>| ListQuery {
        states: states.map(<[State]>::to_vec),
        search: search.map(str::to_owned),
        profile: profile.map(str::to_owned),
    };
    let cases = [
        // The batch with work before it is first although the work itself is not shown.
        (query(Some(&[State::Failed]), None, None), vec![a[0], b[1]]),
        (query(Some(&[]), None, None), vec![]),
        (query(None, Some(" CAT "), None), vec![a[0], b[0]]),
        (query(None, Some("table"), None), b.clone()),
        (query(None, Some(""), None), [&a[..], &b].concat()),
        (query(None, None, Some("Table")), b.clone()),
        (query(None, None, Some("Nobody")), vec![]),
        (query(Some(&[State::Failed]), Some("dog"), Some("Table")), vec![b[1]]),
    ];
    for (query, ids) in cases {
        assert_eq!(bench.outline(query.clone()).await.ids, ids, "{query:?}");
    }
    let found = bench.outline(query(Some(&[State::Failed]), None, None)).await;
    assert_eq!(found.groups, [group(first, 0, 1), group(second, 1, 1)]);
    let receipt = Outcome { receipt: Some(receipt("https://files.example/Found")), failure: None };
    bench.store.finish(b[0], State::Done, receipt).await.unwrap();
    assert_eq!(bench.outline(query(None, Some("example/found"), None)).await.ids, [b[0]]);
}

#[tokio::test]
async fn totals_count_states_and_the_bytes_that_are_known() {
    let bench = Bench::new();
    let (first, a) = bench.add("Bot", &["1", "2", "3", "4"]).await;
    let (second, b) = bench.add("Table", &["5"]).await;
    let (_, c) = bench.add("Zoo", &["6"]).await;
    for (id, size) in [(a[0], 10), (a[1], 300), (a[2], 5_000_000_000), (b[0], 7), (c[0], 2)] {
        bench.size(id, size).await;
    }
    bench.settle(a[0], State::Done).await;
    bench.settle(a[1], State::Failed).await;
    bench.settle(b[0], State::Done).await;
    bench.store.set_state(c[0], State::Paused, None).await.unwrap();

    let totals = bench.store.batch_totals(vec![second, first, BatchId(99)]).await.unwrap();
    assert_eq!(totals.iter().map(|totals| totals.batch).collect::<Vec<_>>(), [second, first]);
    let first = &totals[1];
    assert_eq!((first.profile.as_str(), first.service.as_str()), ("Bot", "mixin"));
    assert_eq!(first.by_state, [(State::Queued, 2), (State::Done, 1), (State::Failed, 1)]);
    assert_eq!((first.bytes, first.done_bytes), (5_000_000_010, 10), "not what failed");
    assert!(totals[0].added_at_ms > first.added_at_ms);

    let overall = bench.store.overall().await.unwrap();
    let by_state = vec![(State::Queued, 2), (State::Done, 1), (State::Failed, 1), (State::Paused, 1)];
    assert_eq!(overall, Overall { total_bytes: 5_000_000_012, done_bytes: 10, by_state: sorted(by_state) });
    assert_eq!(bench.store.targets_used().await.unwrap(), ["Bot", "Table", "Zoo"]);
    let rows = bench.store.rows(vec![c[0], AttachmentId(99), a[3]]).await.unwrap();
    assert_eq!(rows.iter().map(|row| row.name.as_str()).collect::<Vec<_>>(), ["a", "4"]);

    bench.settle(c[0], State::Canceled).await;
    for id in &a[2..] {
        bench.settle(*id, State::Unsure).await;
    }
    assert_eq!(bench.store.overall().await.unwrap(), Overall::default());
}

/// In the order of [`State::ALL`].
fn sorted(mut by_state: Vec<(State, u64)>) -> Vec<(State, u64)> {
    by_state.sort_by_key(|(state, _)| State::ALL.iter().position(|other| other == state));
    by_state
}

#[tokio::test]
async fn a_look_that_takes_long_holds_no_commit_up_and_sees_what_was_answered() {
    let bench = Bench::new();
    let (_, ids) = bench.add("Bot", &["a"]).await;
    let (go, wait) = std::sync::mpsc::sync_channel::<()>(0);
    let wait = std::sync::Mutex::new(wait);
    let store = bench.store.clone();
    let (under_way, mut looking) = tokio::sync::mpsc::channel(1);
    let look = tokio::spawn(async move {
        store
            .look(move |db| {
                let count: i64 = db.query_one("SELECT count(*) FROM attachments", [], |row| row.get(0))?;
                under_way.try_send(()).unwrap();
                wait.lock().unwrap().recv().unwrap();
                Ok(count)
            })
            .await
    });
    looking.recv().await.unwrap();
    // Answered although the look has not ended.
    bench.settle(ids[0], State::Done).await;
    bench.add("Bot", &["b"]).await;
    go.send(()).unwrap();
    assert_eq!(look.await.unwrap().unwrap(), 1);
    for number in 0..50 {
        let (_, ids) = bench.add("Bot", &["c"]).await;
        assert_eq!(bench.store.rows(ids).await.unwrap().len(), 1, "{number}");
    }
    let write = bench.store.look(|db| Ok(db.execute("DELETE FROM attachments", [])?)).await;
    assert!(write.unwrap_err().cause.unwrap().contains("readonly"), "a look cannot write");
}

#[tokio::test]
async fn the_thread_that_reads_closes_the_file_first() {
    let Bench { folder, store } = Bench::new();
    store.add_batch(new_batch("Bot"), files(&["a"])).await.unwrap();
    store.overall().await.unwrap();
    // Under way for much longer than it takes to close a file; nobody waits for its answer.
    let long = "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 1000000)
        SELECT count(*) FROM n, attachments";
    let _later = store.look(move |db| Ok(db.query_one(long, [], |row| row.get::<_, i64>(0))?)).now_or_never();
    drop(store);
    let written = folder.path().join("affix.db-wal");
    let deadline = Instant::now() + Duration::from_secs(10);
    while written.exists() {
        assert!(Instant::now() < deadline, "nobody has merged the log into the file");
        std::thread::yield_now();
    }
}

fn holds(bench: &Bench, text: &str) -> bool {
    let files = std::fs::read_dir(bench.folder.path()).unwrap();
    files.into_iter().any(|file| {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        bytes.windows(text.len()).any(|window| window == text.as_bytes())
    })
}

#[tokio::test]
async fn forgetting_takes_what_is_settled_with_everything_of_it_and_nothing_else() {
    let bench = Bench::new();
    let names: Vec<&str> = State::ALL.iter().map(|state| state.as_str()).collect();
    let (batch, ids) = bench.add("Bot", &names).await;
    let (gone, done) = bench.add("Bot", &["x"]).await;
    let link = "https://files.example/quite-secret-to-forget";
    for id in [ids[4], done[0]] {
        bench.store.begin_attempt(id).await.unwrap();
        bench.store.add_activity(id, 1, activity(link)).await.unwrap();
        let outcome = Outcome { receipt: Some(receipt(link)), failure: None };
        bench.store.finish(id, State::Done, outcome).await.unwrap();
    }
    for (id, state) in ids.iter().zip(State::ALL) {
        bench.store.set_state(*id, state, None).await.unwrap();
    }
    assert!(holds(&bench, link));
    let asked = [&ids[..], &done, &[AttachmentId(4711)]].concat();
    assert_eq!(bench.store.forget(asked).await.unwrap(), 5);

    let left: Vec<State> = bench.store.batch(batch).await.unwrap().iter().map(|row| row.state).collect();
    let unsettled: Vec<State> = State::ALL.into_iter().filter(|state| !state.is_settled()).collect();
    assert_eq!(left, unsettled);
    assert_eq!(bench.store.batch_totals(vec![gone]).await.unwrap(), [], "an empty batch goes too");
    assert_eq!(bench.store.activity(ids[4]).await.unwrap(), []);
    assert_eq!(bench.store.attempts(ids[4]).await.unwrap(), []);
    assert!(!holds(&bench, link), "the link is still in the file");
}

#[tokio::test]
async fn the_whole_history_is_cleared_of_what_is_settled() {
    let bench = Bench::new();
    let names: Vec<String> = (0..2500).map(|number| format!("{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let (_, many) = bench.add("Bot", &names).await;
    bench.store.settle_many(many, State::Canceled).await.unwrap();
    let (_, ids) = bench.add("Table", &["queued", "done"]).await;
    bench.settle(ids[1], State::Done).await;
    assert_eq!(bench.store.clear_history().await.unwrap(), 2501);
    assert_eq!(bench.outline(ListQuery::default()).await.ids, [ids[0]]);
    assert_eq!(bench.store.targets_used().await.unwrap(), ["Table"]);
    assert_eq!(bench.store.clear_history().await.unwrap(), 0);
}

/// Prints what looking costs: `cargo test --release --lib looking_at -- --ignored --nocapture`.
#[tokio::test]
#[ignore = "a measurement of minutes"]
async fn looking_at_a_long_history() {
    for (rows, per_batch) in [(100_000, 1000), (1_000_000, 1000), (1_000_000, 1_000_000), (1_000_000, 1)] {
        let bench = Bench::new();
        fill(&bench, rows, per_batch).await;
        eprintln!("{rows} rows, {per_batch} a batch");
        let newest =
            bench.store.look(|db| Ok(db.query_one("SELECT max(id) FROM batches", [], |r| r.get(0))?));
        let newest = BatchId(newest.await.unwrap());
        let failed = ListQuery { states: Some(vec![State::Failed]), ..ListQuery::default() };
        let search = ListQuery { search: Some("99999.jpg".to_owned()), ..ListQuery::default() };
        for round in ["first", "again"] {
            measured(round, "outline", bench.store.outline(ListQuery::default())).await;
            measured(round, "outline, failed", bench.store.outline(failed.clone())).await;
            measured(round, "outline, search", bench.store.outline(search.clone())).await;
            let ids = (0..100).map(|n| AttachmentId(n * 997 % rows + 1)).collect();
            measured(round, "100 rows", bench.store.rows(ids)).await;
            measured(round, "totals of the newest batch", bench.store.batch_totals(vec![newest])).await;
            measured(round, "overall", bench.store.overall()).await;
            measured(round, "targets used", bench.store.targets_used()).await;
            measured(round, "count by state", bench.store.count_by_state()).await;
        }
        let id = AttachmentId(rows);
        let began = Instant::now();
        for _ in 0..1000 {
            bench.store.set_state(id, State::Uploading, None).await.unwrap();
        }
        eprintln!("  a state, noted: {:?}", began.elapsed() / 1000);
    }
}

async fn measured<T>(
    round: &str,
    what: &str,
    look: impl Future<Output = Result<T, crate::domain::error::Failure>>,
) {
    let began = Instant::now();
    look.await.unwrap();
    let took: Duration = began.elapsed();
    eprintln!("  {round} {what}: {took:.1?}");
}

/// Every hundredth row failed, the newest batch has work before it, all others are done.
async fn fill(bench: &Bench, rows: i64, per_batch: i64) {
    let session = bench.store.session();
    let work = move |db: &Connection| {
        db.execute(
            "WITH RECURSIVE n (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM n WHERE n + 1 < ?1)
             INSERT INTO batches (profile, service, created_at_ms)
             SELECT 'Bot ' || (n % 5), 'mixin', 1790000000000 + n FROM n",
            [rows / per_batch],
        )?;
        let receipt =
            serde_json::to_string(&receipt("https://files.example/0123456789abcdef/file.jpg")).unwrap();
        db.execute(
            "WITH RECURSIVE n (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM n WHERE n + 1 < ?1)
             INSERT INTO attachments (batch, position, path, name, size, mime, profile, service, state, added_at_ms,
                 session, search, receipt)
             SELECT n / ?2 + 1, n % ?2, CAST('/home/me/pictures/' || n || '.jpg' AS BLOB), n || '.jpg', n * 1000,
                 'image/jpeg', 'Bot ' || (n / ?2 % 5), 'mixin',
                 CASE WHEN n / ?2 + 1 = ?1 / ?2 AND n % 2 = 0 THEN 'queued' WHEN n % 100 = 7 THEN 'failed' ELSE 'done' END,
                 1790000000000 + n, ?3, n || '.jpg' || char(10) || 'bot' || char(10) ||
                 'https://files.example/0123456789abcdef/file.jpg', ?4
             FROM n",
            (rows, per_batch, session, receipt),
        )?;
        Ok(())
    };
    bench.store.write(work).await.unwrap();
}
