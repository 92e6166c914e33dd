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
        let facts = FileFacts { size, ..facts("a") };
        self.store.set_facts(id, &facts).await.kept().await.unwrap();
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
        bench.store.begin_attempt(id).await.kept().await.unwrap();
        bench.store.add_activity(id, During::LastAttempt, activity(link)).await.kept().await.unwrap();
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

/// A file that ends while the totals are read is in them and named, or neither.
#[tokio::test]
async fn totals_are_of_one_moment_and_say_what_had_ended_by_then() {
    let bench = Bench::new();
    let (batch, ids) = bench.add("Bot", &["done", "ends meanwhile", "runs", "waits"]).await;
    for (id, size) in ids.iter().zip([1, 20, 300, 4000]) {
        bench.size(*id, size).await;
        bench.store.set_state(*id, State::Uploading, None).await.unwrap();
    }
    bench.store.set_state(ids[3], State::Paused, None).await.unwrap();
    bench.settle(ids[0], State::Done).await;
    let asked = [&ids[..], &[AttachmentId(99)]].concat();
    let (other, ends, named) = (bench.path(), ids[1], asked.clone());
    let meanwhile = move || {
        let other = Connection::open(&other).unwrap();
        other.execute("UPDATE attachments SET state = 'done' WHERE id = ?", [ends.0]).unwrap();
        named.clone()
    };
    let totals = bench.store.totals(vec![batch], meanwhile).await.unwrap();
    assert_eq!((totals.overall.done_bytes, totals.overall.total_bytes), (1, 4321));
    assert_eq!((totals.batches[0].done_bytes, totals.batches[0].bytes), (1, 4321));
    assert_eq!(totals.ended, [ids[0], AttachmentId(99)]);

    let totals = bench.store.totals(vec![batch], move || asked.clone()).await.unwrap();
    assert_eq!((totals.overall.done_bytes, totals.batches[0].done_bytes), (21, 21));
    assert_eq!(totals.ended, [ids[0], ids[1], AttachmentId(99)]);
}

/// A list of many rows is made in one pass over everything, one of few by looking these up.
#[tokio::test]
async fn a_list_of_few_and_one_of_many_are_arranged_alike() {
    let bench = Bench::new();
    let mut failed = Vec::new();
    let mut batches = Vec::new();
    for number in 0..7 {
        let names: Vec<String> = (0..1000).map(|file| format!("{number} {file}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let (batch, ids) = bench.add(if number % 2 == 0 { "Bot" } else { "Table" }, &names).await;
        // One of each batch but the third fails otherwise; the fifth has work before it.
        let settled = if number == 4 { &ids[..999] } else { &ids[..] };
        bench.store.settle_many(settled.to_vec(), State::Done).await.unwrap();
        if number != 2 {
            bench.settle(ids[500], State::Failed).await;
            failed.push(ids[500]);
            batches.push(batch);
        }
    }
    let few = ListQuery { states: Some(vec![State::Failed]), ..ListQuery::default() };
    let order = [3, 5, 4, 2, 1, 0];
    let expected = Outline {
        ids: order.iter().map(|at| failed[*at]).collect(),
        groups: order.iter().enumerate().map(|(first, at)| group(batches[*at], first, 1)).collect(),
    };
    assert_eq!(bench.outline(few).await, expected);
    let many = ListQuery { states: Some(vec![State::Failed, State::Done]), ..ListQuery::default() };
    let many = bench.outline(many).await;
    assert_eq!(many.ids.len(), 6999);
    assert_eq!(many.groups[0], group(batches[3], 0, 999));
    assert_eq!(many.groups[1].batch, batches[5]);
    let found = ListQuery { search: Some("3 77".to_owned()), ..ListQuery::default() };
    assert_eq!(bench.outline(found).await.ids.len(), 11);
    let table = ListQuery { profile: Some("Table".to_owned()), ..ListQuery::default() };
    assert_eq!(bench.outline(table).await.ids.len(), 3000);
}
