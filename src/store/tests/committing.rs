//! One thread, one transaction for all that waits, and nothing lost.

use std::time::{Duration, Instant};

use futures_util::FutureExt;
use futures_util::future::join_all;

use super::*;
use crate::domain::attachment::State;
use crate::store::syncer::tests::flushes;

/// Sends all requests while another connection holds the write lock, so that they wait together; then lets
/// them go and gives their answers.
async fn together<T>(path: &Path, requests: Vec<impl Future<Output = T>>) -> Vec<T> {
    let other = Connection::open(path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let mut waiting: Vec<_> = requests.into_iter().map(Box::pin).collect();
    // Outside of tokio's budget, which would keep the later ones from being sent.
    tokio::task::unconstrained(async {
        for request in &mut waiting {
            assert!(request.now_or_never().is_none());
        }
    })
    .await;
    other.execute_batch("COMMIT").unwrap();
    join_all(waiting).await
}

/// Counts the commits in the write-ahead log: frames whose header has the file's size after the commit.
/// <https://www.sqlite.org/fileformat2.html#the_write_ahead_log>
fn commits(path: &Path) -> usize {
    let mut wal = path.as_os_str().to_owned();
    wal.push("-wal");
    let bytes = std::fs::read(wal).unwrap();
    let number = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap());
    let frame = 24 + usize::try_from(number(8)).unwrap();
    (32..bytes.len())
        .step_by(frame)
        .filter(|at| bytes[at + 8..at + 16] == bytes[16..24] && number(at + 4) != 0)
        .count()
}

#[tokio::test]
async fn what_waits_is_committed_together_and_one_bad_request_fails_alone() {
    let bench = Bench::new();
    let names: Vec<String> = (0..100).map(|number| format!("{number}.jpg")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let (batch, mut ids) = bench.add("Bot", &names).await;
    let before = commits(&bench.path());

    ids.insert(50, AttachmentId(4711));
    let begin = async |id| bench.store.begin_attempt(id).await.kept().await;
    let requests = ids.iter().map(|id| begin(*id)).collect();
    let answers = together(&bench.path(), requests).await;

    for (id, answer) in ids.iter().zip(answers) {
        assert_eq!(
            answer.map_err(|failure| failure.kind),
            if id.0 == 4711 { Err(Kind::Storage) } else { Ok(()) }
        );
    }
    let rows = bench.store.batch(batch).await.unwrap();
    assert_eq!(rows.iter().map(|row| row.attempts).collect::<Vec<_>>(), [1; 100]);
    // The first request may have been taken up before the others came.
    let made = commits(&bench.path()) - before;
    assert!((1..=2).contains(&made), "{made} commits for 100 requests");
}

#[tokio::test]
async fn a_request_is_done_whole_or_not_at_all() {
    let bench = Bench::new();
    let (_, ids) = bench.add("Bot", &["a"]).await;
    let answer = bench.store.settle_many(vec![ids[0], AttachmentId(4711)], State::Canceled).await;
    assert_eq!(answer.unwrap_err().broke, "The history has no attachment 4711");
    assert_eq!(bench.row(ids[0]).await.state, State::Queued);
}

#[tokio::test]
async fn ten_thousand_files_are_one_commit_in_their_order() {
    let bench = Bench::new();
    bench.add("Bot", &["earlier"]).await;
    let before = commits(&bench.path());
    let names: Vec<String> = (0..10_000).map(|number| format!("{number:05}.jpg")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let (batch, ids) = bench.add("Bot", &names).await;

    assert_eq!(commits(&bench.path()) - before, 1);
    let rows = bench.store.batch(batch).await.unwrap();
    assert_eq!(rows.iter().map(|row| row.id).collect::<Vec<_>>(), ids);
    assert_eq!(rows.iter().map(|row| row.name.as_str()).collect::<Vec<_>>(), names);
    assert!(rows.iter().map(|row| row.position).eq(0..10_000));
}

#[tokio::test]
async fn a_full_disk_fails_what_does_not_fit_and_keeps_the_rest() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("affix.db");
    let db = open::open(&path).unwrap();
    let pages: i64 = db.pragma_query_value(None, "page_count", |row| row.get(0)).unwrap();
    // https://www.sqlite.org/pragma.html#pragma_max_page_count: a real SQLITE_FULL.
    db.pragma_update(None, "max_page_count", pages + 4).unwrap();
    let store = Store::start(db, &path, SessionId::fresh(), ticking).unwrap();
    let (batch, ids) = store.add_batch(new_batch("Bot"), files(&["1", "2", "3", "4", "5"])).await.unwrap();

    let huge = "x".repeat(1_000_000);
    let note = |index: usize| if index == 2 { huge.clone() } else { format!("note {index}") };
    let requests =
        ids.iter().enumerate().map(|(index, id)| store.set_checkpoint(*id, Some(note(index)))).collect();
    let answers = together(&path, requests).await;

    let failed: Vec<usize> = (0..5).filter(|index| answers[*index].is_err()).collect();
    assert_eq!(failed, [2]);
    let failure = answers[2].clone().unwrap_err();
    assert_eq!(failure.kind, Kind::Storage);
    assert_eq!(
        failure.broke,
        format!("The disk is full, so the history {} could not be written", path.display())
    );
    assert_eq!(failure.advice.as_deref(), Some("Free some space and try again."));
    assert!(failure.cause.unwrap().contains("database or disk is full"));
    store.set_answer_lost(ids[0], false).await.unwrap();
    let kept: Vec<_> = store.batch(batch).await.unwrap().into_iter().map(|row| row.checkpoint).collect();
    let expected: Vec<_> = (0..5).map(|index| (index != 2).then(|| note(index))).collect();
    assert_eq!(kept, expected);

    // A commit on a disk that is full goes on failing by itself, and reading goes on working.
    assert!(store.is_well());
    store.set_checkpoint(ids[0], Some(huge)).await.unwrap_err();
    assert!(!store.is_well());
    assert_eq!(store.attachment(ids[0]).await.unwrap().unwrap().checkpoint.as_deref(), Some("note 0"));
    store.set_checkpoint(ids[1], None).await.unwrap();
    assert!(store.is_well());
}

#[tokio::test]
async fn a_file_that_another_program_holds_is_a_failure_that_can_be_tried_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("affix.db");
    let db = open::open(&path).unwrap();
    db.busy_timeout(Duration::ZERO).unwrap();
    let store = Store::start(db, &path, SessionId::fresh(), ticking).unwrap();
    let (batch, ids) = store.add_batch(new_batch("Bot"), files(&["a"])).await.unwrap();

    let other = Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let (write, read) = tokio::join!(store.set_answer_lost(ids[0], true), store.batch(batch));
    let failure = write.unwrap_err();
    assert!(failure.is_retryable());
    assert_eq!(failure.broke, format!("Another program holds the database {} for too long", path.display()));
    assert!(!read.unwrap()[0].answer_lost);
    other.execute_batch("COMMIT").unwrap();
    store.set_answer_lost(ids[0], true).await.unwrap();
}

#[tokio::test]
async fn two_programs_write_one_file() {
    let bench = Bench::new();
    let second = Store::open(&bench.path(), SessionId::fresh()).unwrap();
    let write = |store: Store| async move {
        for number in 0..50 {
            let name = format!("{number}");
            let (_, ids) = store.add_batch(new_batch("Bot"), files(&[&name])).await.unwrap();
            store.begin_attempt(ids[0]).await.kept().await.unwrap();
        }
        store.session()
    };
    let sessions = tokio::join!(tokio::spawn(write(bench.store.clone())), tokio::spawn(write(second)));
    let rows = bench.store.history(Query::newest(1000)).await.unwrap();
    for session in [sessions.0.unwrap(), sessions.1.unwrap()] {
        let mine: Vec<_> = rows.iter().rev().filter(|row| row.session == session).collect();
        assert!(mine.iter().map(|row| row.name.clone()).eq((0..50).map(|number| number.to_string())));
        assert!(mine.iter().all(|row| row.attempts == 1));
    }
    assert_eq!(rows.len(), 100);
}

#[tokio::test]
async fn a_note_does_not_wait_for_the_disk_and_everything_else_does() {
    let bench = Bench::new();
    let path = bench.path();
    // The first one that waits makes the log, and waits in SQLite itself.
    let (store, (_, ids)) = (&bench.store, bench.add("Bot", &["a"]).await);
    let mut before = flushes(&path);
    let mut waited = || flushes(&path) - std::mem::replace(&mut before, flushes(&path)) == 1;
    bench.add("Bot", &["b"]).await;
    assert!(waited(), "a new batch");
    store.set_state(ids[0], State::Preparing, Some(Step::Inspect)).await.unwrap();
    assert!(!waited(), "a state");
    store.begin_attempt(ids[0]).await.kept().await.unwrap();
    assert!(!waited(), "an attempt");
    store.set_whole(ids[0], State::Uploading, Step::Send).await.unwrap();
    assert!(waited(), "the last bytes");
    store
        .add_activity(ids[0], During::LastAttempt, activity("https://a.example"))
        .await
        .kept()
        .await
        .unwrap();
    assert!(!waited(), "an activity");
    store.set_checkpoint(ids[0], Some("sent".to_owned())).await.unwrap();
    assert!(waited(), "a checkpoint");
    store.end_attempt(ids[0], None, false).await.kept().await.unwrap();
    assert!(!waited(), "an attempt's end");
    store.finish(ids[0], State::Done, Outcome::default()).await.unwrap();
    assert!(waited(), "the end");
    store.set_state(ids[0], State::Canceled, None).await.unwrap();
    assert!(waited(), "a settled state");
}

#[tokio::test]
async fn the_first_change_of_a_new_file_waits_for_the_disk_in_sqlite_itself() {
    let bench = Bench::new();
    bench.add("Bot", &["a"]).await;
    // https://www.sqlite.org/pragma.html#pragma_synchronous: how the last commit was made. Reading changes nothing.
    let level =
        bench.store.read(|db| Ok(db.pragma_query_value(None, "synchronous", |row| row.get::<_, i64>(0))?));
    assert_eq!((level.await.unwrap(), flushes(&bench.path())), (2, 0));
}

#[tokio::test]
async fn what_is_asked_for_soon_is_one_commit_with_what_comes_next_and_comes_before_it() {
    let bench = Bench::new();
    let (_, ids) = bench.add("Bot", &["a"]).await;
    let before = commits(&bench.path());
    let (mut facts, mut soon) = (facts("a"), Vec::new());
    for size in 0..20 {
        facts.size = size;
        soon.push(bench.store.set_facts(ids[0], &facts).await);
    }
    bench.store.set_state(ids[0], State::Queued, None).await.unwrap();
    let row = bench.row(ids[0]).await;
    assert_eq!((row.size, row.state), (Some(19), State::Queued));
    for one in soon {
        one.kept().await.unwrap();
    }
    // The worker may have waited long enough once.
    let made = commits(&bench.path()) - before;
    assert!((1..=2).contains(&made), "{made} commits");

    // Nothing comes next, and it is noted all the same.
    let alone = bench.store.set_facts(ids[0], &facts).await;
    alone.kept().await.unwrap();
    assert_eq!(commits(&bench.path()) - before, made + 1);
}

#[tokio::test]
async fn closing_commits_what_waits_and_refuses_what_comes_later() {
    let bench = Bench::new();
    let (_, ids) = bench.add("Bot", &["a"]).await;
    let other = bench.store.clone();
    // Sent, and nobody waits for its answer any longer.
    assert!(bench.store.set_checkpoint(ids[0], Some("kept".to_owned())).now_or_never().is_none());
    other.close().await;

    let log = bench.folder.path().join("affix.db-wal");
    assert!(!log.exists(), "the connection is closed and its log is merged into the file");
    let failure = bench.store.attachment(ids[0]).await.unwrap_err();
    assert_eq!(failure.to_string(), "The history is closed. Start Affix again.");
    bench.store.clone().close().await;
    let again = Store::open(&bench.path(), SessionId::fresh()).unwrap();
    assert_eq!(again.attachment(ids[0]).await.unwrap().unwrap().checkpoint.as_deref(), Some("kept"));
}

#[tokio::test]
async fn dropping_the_last_handle_ends_the_worker() {
    let Bench { folder, store } = Bench::new();
    let log = folder.path().join("affix.db-wal");
    let last = store.clone();
    drop(store);
    last.add_batch(new_batch("Bot"), files(&["a"])).await.unwrap();
    assert!(log.exists());
    drop(last);
    let deadline = Instant::now() + Duration::from_secs(10);
    while log.exists() {
        assert!(Instant::now() < deadline, "the worker still holds the file");
        std::thread::yield_now();
    }
}
