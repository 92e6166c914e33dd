//! What is on the disk when bytes leave: a checkpoint before the next request, and that a request which must not be
//! repeated is whole, before the service can act on it.
#![expect(clippy::unwrap_used, reason = "clippy's exception for tests has no helpers")]

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::support::fake::{Fake, Rig, config, one, rig};
use crate::support::raw::serve;
use affix::domain::attachment::{AttachmentId, State};
use affix::domain::error::{Kind, Retry, Step};
use affix::store::{Row, SessionId, Store};
use affix::transfer::{Limits, Scope, TakenUp, retry};
use rusqlite::Connection;
use tokio::io::AsyncReadExt as _;
use tokio::sync::{Semaphore, mpsc};

const ONE: Limits = Limits { per_profile: 1, overall: 1 };

/// Bytes of every file here.
const SIZE: usize = 7;

/// What another process sees in the database: state, step, whether a request has left whole, checkpoint.
type Seen = (String, Option<String>, bool, Option<String>);

fn database(rig: &Rig) -> PathBuf {
    rig.folder.path().join("affix.db")
}

fn seen(path: &Path) -> Seen {
    let db = Connection::open(path).unwrap();
    let sql = "SELECT state, step, whole_at_ms IS NOT NULL, checkpoint FROM attachments ORDER BY id DESC";
    db.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))).unwrap()
}

/// A service that must not be asked twice, and what the database has at the moment when it has the whole request.
struct Site {
    whole: mpsc::Receiver<Seen>,
    /// Its answers wait for a permit each.
    answers: Arc<Semaphore>,
}

async fn site(rig: &Rig, fake: &Fake, status: &'static str) -> Site {
    let (told, whole) = mpsc::channel(9);
    let (path, answers) = (database(rig), Arc::new(Semaphore::new(0)));
    let may_answer = answers.clone();
    let address = serve(move |mut wire| {
        let (told, path, may_answer) = (told.clone(), path.clone(), may_answer.clone());
        async move {
            wire.head().await;
            let mut body = vec![0; SIZE - wire.ahead()];
            if wire.stream.read_exact(&mut body).await.is_err() {
                return;
            }
            told.send(seen(&path)).await.unwrap();
            tokio::spawn(async move {
                may_answer.acquire().await.unwrap().forget();
                wire.answer(status, &[], "").await;
            });
        }
    })
    .await;
    *fake.send_to.lock().unwrap() = Some(format!("http://{address}/").parse().unwrap());
    fake.ambiguous.store(true, Ordering::SeqCst);
    Site { whole, answers }
}

async fn row(rig: &Rig, id: AttachmentId) -> Row {
    rig.store.attachment(id).await.unwrap().unwrap()
}

/// The engine dies, as if killed, and the next start sees what it left.
async fn killed(rig: &Rig) {
    let next = Store::open(&database(rig), SessionId::fresh()).unwrap();
    next.interrupt(rig.store.session()).await.unwrap();
    next.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn before_the_service_can_act_it_is_on_record_and_until_then_nothing_can_have_arrived() {
    let fake = Fake::new();
    *fake.checkpoint.lock().unwrap() = Some("ticket-7".to_owned());
    let mut rig = rig(fake, ONE);
    let mut site = site(&rig, fake, "200 OK").await;
    let (batch, ids) = rig.submit("a", one(&rig.file("x.txt"))).await;
    let (state, step, whole, checkpoint) = site.whole.recv().await.unwrap();
    assert_eq!((state.as_str(), step.as_deref(), whole), ("uploading", Some("send"), true));
    assert_eq!(checkpoint.as_deref(), Some("\"ticket-7\""));

    // Killed here it is unsure, with the facts; and it stays so.
    let whole_at_ms = row(&rig, ids[0]).await.whole_at_ms.unwrap();
    killed(&rig).await;
    let taken = rig.handle.take_up(true).await.unwrap();
    assert_eq!(taken, TakenUp { going_on: 0, paused: 0, unsure: 1, left: 0 });
    let unsure = row(&rig, ids[0]).await;
    assert_eq!((unsure.state, unsure.whole_at_ms), (State::Unsure, Some(whole_at_ms)));
    assert!(unsure.answer_lost && unsure.finished_at_ms.is_some());
    let failure = unsure.failure.unwrap();
    assert_eq!((failure.kind, failure.retry), (Kind::Network, Retry::Ambiguous));
    assert_eq!((failure.step, failure.asked.as_deref()), (Some(Step::Send), Some("Upload x.txt to a")));
    assert!(failure.cause.unwrap().starts_with("attempt 1 sent the last of 7 bytes at 20"), "the facts");
    assert_eq!(rig.handle.take_up(true).await.unwrap(), TakenUp::default());
    site.answers.add_permits(1);
    rig.batch(batch).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_may_have_arrived_is_repeated_only_by_its_name() {
    let fake = Fake::new();
    let rig = rig(fake, ONE);
    let mut site = site(&rig, fake, "200 OK").await;
    let (batch, ids) = rig.submit("a", one(&rig.file("x.txt"))).await;
    site.whole.recv().await.unwrap();
    // That engine is dead to the next one, which has not taken it up when all that failed is to be retried.
    killed(&rig).await;
    let next = another(&rig, fake);
    for scope in [Scope::All, Scope::Batch(batch), Scope::Some(ids.clone())] {
        assert_eq!(next.retry(scope).await.unwrap(), 0);
        let row = row(&rig, ids[0]).await;
        assert_eq!((row.state, row.failure.unwrap().retry), (State::Unsure, Retry::Ambiguous));
        killed(&rig).await;
        rig.store.set_state(ids[0], State::Interrupted, Some(Step::Send)).await.unwrap();
    }
    fake.ambiguous.store(false, Ordering::SeqCst);
    assert_eq!(next.retry(Scope::One(ids[0])).await.unwrap(), 1);
}

/// A second engine on the same database.
fn another(rig: &Rig, fake: &'static Fake) -> affix::transfer::Handle {
    let store = Store::open(&database(rig), SessionId::fresh()).unwrap();
    let (handle, mut events) = affix::transfer::start(config(&store, fake, ONE));
    tokio::spawn(async move { while events.recv().await.is_some() {} });
    handle
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_is_no_doubt_and_a_record_ends_it() {
    for (status, left) in [("503 Service Unavailable", State::Failed), ("200 OK", State::Done)] {
        let fake = Fake::new();
        let mut rig = rig(fake, ONE);
        rig.handle.set_retry(retry::Policy { retries: 0, ..retry::Policy::default() }).await.unwrap();
        let mut site = site(&rig, fake, status).await;
        site.answers.add_permits(9);
        let (batch, ids) = rig.submit("a", one(&rig.file("x.txt"))).await;
        assert!(site.whole.recv().await.unwrap().2);
        assert_eq!(rig.batch(batch).await[0].state, left, "{status}");
        let whole = row(&rig, ids[0]).await.whole_at_ms.is_some();
        assert_eq!(whole, left == State::Done, "only what was refused is taken back");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_another_program_writes_the_end_waits() {
    const LARGE: usize = 64 << 20;
    let fake = Fake::new();
    let mut rig = rig(fake, ONE);
    let (taken, mut wires) = mpsc::channel(1);
    let address = serve(move |wire| {
        let taken = taken.clone();
        async move { taken.send(wire).await.unwrap() }
    })
    .await;
    *fake.send_to.lock().unwrap() = Some(format!("http://{address}/").parse().unwrap());
    fake.ambiguous.store(true, Ordering::SeqCst);
    let path = rig.file("x.bin");
    std::fs::File::options().write(true).open(&path).unwrap().set_len(LARGE as u64).unwrap();
    let (batch, _) = rig.submit("a", one(&path)).await;
    let mut wire = wires.recv().await.unwrap();
    wire.head().await;
    // More than any buffer holds is still to come, so that the end is not asked for yet.
    let db = Connection::open(database(&rig)).unwrap();
    db.execute_batch("BEGIN IMMEDIATE").unwrap();
    let (mut read, mut block) = (wire.ahead(), vec![0; 1 << 20]);
    while rig.handle.moving()[0].sent_bytes > read as u64 || read < LARGE - 65536 {
        read += wire.stream.read(&mut block).await.unwrap();
    }
    assert!(read < LARGE && !seen(&database(&rig)).2, "the end is held back");
    db.execute_batch("ROLLBACK").unwrap();
    while read < LARGE {
        read += wire.stream.read(&mut block).await.unwrap();
    }
    assert!(seen(&database(&rig)).2);
    wire.answer("200 OK", &[], "").await;
    assert_eq!(rig.batch(batch).await[0].state, State::Done);
}

/// A database that takes everything but this.
fn refuse(rig: &Rig, column: &str) {
    let db = Connection::open(database(rig)).unwrap();
    db.execute_batch(&format!(
        "CREATE TRIGGER no BEFORE UPDATE OF {column} ON attachments WHEN NEW.{column} IS NOT NULL
         BEGIN SELECT RAISE(ABORT, 'no room'); END"
    ))
    .unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_kept_is_held_back_and_can_be_sent_later() {
    for column in ["whole_at_ms", "checkpoint"] {
        let fake = Fake::new();
        *fake.checkpoint.lock().unwrap() = Some("ticket-7".to_owned());
        let mut rig = rig(fake, ONE);
        let mut site = site(&rig, fake, "200 OK").await;
        site.answers.add_permits(9);
        refuse(&rig, column);
        let (batch, ids) = rig.submit("a", one(&rig.file("x.txt"))).await;
        let ended = rig.batch(batch).await.remove(0);
        let failure = ended.failure.unwrap();
        assert_eq!((ended.state, failure.kind), (State::Failed, Kind::Storage), "{column}");
        let words = if column == "checkpoint" {
            "How far the upload came"
        } else {
            "The end of the file was held back"
        };
        assert!(failure.broke.starts_with(words), "{failure}");
        assert!(site.whole.try_recv().is_err(), "the service has nothing to act on");
        assert!(!row(&rig, ids[0]).await.answer_lost);

        Connection::open(database(&rig)).unwrap().execute_batch("DROP TRIGGER no").unwrap();
        assert_eq!(rig.handle.retry(Scope::One(ids[0])).await.unwrap(), 1);
        assert_eq!(rig.batch(batch).await[0].state, State::Done);
        assert!(site.whole.recv().await.unwrap().2);
    }
}
