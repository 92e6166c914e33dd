//! What a dead run left: what is paused again, what goes on, and that two copies never take one row.
#![expect(clippy::unwrap_used, reason = "clippy's exception for tests has no helpers")]

use crate::support::fake::{Fake, Rig, config, one, rig};
use affix::domain::attachment::{AttachmentId, State};
use affix::domain::error::Step;
use affix::domain::preflight::Repair;
use affix::store::{Becomes, NewAttachment, NewBatch, SessionId, Store, Taking};
use affix::transfer::{Answer, Event, Limits, Repairs, Scope, TakenUp};

const ONE: Limits = Limits { per_profile: 1, overall: 1 };

async fn row(rig: &Rig, id: AttachmentId) -> affix::store::Row {
    rig.store.attachment(id).await.unwrap().unwrap()
}

/// What a run left that died with files in all states that are not settled; the ids in the order of `left`.
async fn dead(rig: &Rig, left: &[State]) -> Vec<AttachmentId> {
    let store = Store::open(&rig.folder.path().join("affix.db"), SessionId::fresh()).unwrap();
    let files = left.iter().enumerate().map(|(n, state)| {
        let name = format!("{n}-{}.txt", state.as_str());
        NewAttachment { path: rig.file(&name), name }
    });
    let new = NewBatch { profile: "a".to_owned(), service: "fake".to_owned() };
    let (_, ids) = store.add_batch(new, files.collect()).await.unwrap();
    for (id, state) in ids.iter().zip(left) {
        store.set_checkpoint(*id, Some("\"kept\"".to_owned())).await.unwrap();
        store.set_state(*id, *state, Some(Step::Ticket)).await.unwrap();
    }
    assert_eq!(rig.store.interrupt(store.session()).await.unwrap(), ids.len());
    ids
}

/// A second copy of the program on the same database.
fn another(rig: Rig, fake: &'static Fake) -> Rig {
    let Rig { handle, folder, .. } = rig;
    drop(handle);
    let store = Store::open(&folder.path().join("affix.db"), SessionId::fresh()).unwrap();
    start(store, folder, fake)
}

fn start(store: Store, folder: tempfile::TempDir, fake: &'static Fake) -> Rig {
    let (handle, events) = affix::transfer::start(config(&store, fake, ONE));
    Rig { handle, events, store, folder }
}

#[tokio::test(start_paused = true)]
async fn what_ran_goes_on_in_its_order_and_what_was_paused_is_paused_again() {
    let fake = Fake::new();
    let mut rig = rig(fake, ONE);
    let left = [State::Queued, State::Paused, State::Uploading, State::Preparing, State::Finishing];
    let ids = dead(&rig, &left).await;
    assert!(row(&rig, ids[1]).await.held && !row(&rig, ids[0]).await.held);
    let batch = row(&rig, ids[0]).await.batch;
    let taken = rig.handle.take_up(true).await.unwrap();
    assert_eq!(taken, TakenUp { going_on: 4, paused: 1, unsure: 0, left: 0 });
    let held = row(&rig, ids[1]).await;
    assert_eq!((held.state, held.held, held.session), (State::Paused, false, rig.store.session()));

    let mut done = 0;
    rig.until(|event| {
        assert!(!matches!(event, Event::BatchDone(_)), "one of it is paused");
        done += usize::from(matches!(event, Event::Finished(_)));
        (done == 4).then_some(())
    })
    .await;
    let asked: Vec<_> = fake.asked().into_iter().map(|asked| (asked.name, asked.resumed)).collect();
    let expected = ["0-queued.txt", "2-uploading.txt", "3-preparing.txt", "4-finishing.txt"];
    assert_eq!(asked, expected.map(|name| (name.to_owned(), Some("kept".to_owned()))));

    rig.handle.resume(Scope::One(ids[1])).await.unwrap();
    assert_eq!(rig.batch(batch).await.len(), 1);
    for id in ids {
        assert_eq!(row(&rig, id).await.state, State::Done);
    }
    assert_eq!(rig.handle.take_up(true).await.unwrap(), TakenUp::default());
}

#[tokio::test(start_paused = true)]
async fn a_question_that_nobody_answered_is_asked_again() {
    let fake = Fake::with(9, Some('#'));
    let mut first = rig(fake, ONE);
    let files = one(&first.file("a#b.txt"));
    let (batch, ids) = first.handle.submit(files, "a", Repairs::Ask).await.unwrap();
    first.until(|event| matches!(event, Event::Asked { .. }).then_some(())).await;
    let dead = first.store.session();
    let store = Store::open(&first.folder.path().join("affix.db"), SessionId::fresh()).unwrap();
    store.interrupt(dead).await.unwrap();
    let mut second = start(store, first.folder, fake);
    assert_eq!(second.handle.take_up(true).await.unwrap().paused, 1);
    assert_eq!(fake.asked().len(), 0);
    second.handle.resume(Scope::All).await.unwrap();
    second.until(|event| matches!(event, Event::Asked { .. }).then_some(())).await;
    let repair = Repair::Rename { name: "a_b.txt".to_owned() };
    second.handle.answer(ids[0], Answer::Repair(vec![repair])).await.unwrap();
    assert_eq!(second.batch(batch).await[0].state, State::Done);
}

#[tokio::test(start_paused = true)]
async fn where_going_on_is_not_wanted_it_stays_as_it_is() {
    let fake = Fake::new();
    let mut rig = rig(fake, ONE);
    let ids = dead(&rig, &[State::Queued, State::Paused, State::Uploading]).await;
    let before = row(&rig, ids[2]).await;
    let taken = rig.handle.take_up(false).await.unwrap();
    assert_eq!(taken, TakenUp { going_on: 0, paused: 1, unsure: 0, left: 2 });
    assert_eq!(row(&rig, ids[2]).await, before);
    let (batch, _) = rig.submit("a", one(&rig.file("x.txt"))).await;
    rig.batch(batch).await;
    assert_eq!(fake.asked().len(), 1, "nothing else is sent");
}

#[tokio::test(start_paused = true)]
async fn a_pause_outlives_two_crashes() {
    let fake = Fake::new();
    let rig = rig(fake, ONE);
    let ids = dead(&rig, &[State::Paused]).await;
    // The first start ends before it takes anything up, the second after.
    let rig = another(rig, fake);
    assert_eq!(rig.handle.take_up(true).await.unwrap().paused, 1);
    let second = rig.store.session();
    let mut rig = another(rig, fake);
    rig.store.interrupt(second).await.unwrap();
    assert_eq!(rig.handle.take_up(true).await.unwrap().paused, 1);
    // What is cancelled or resumed is not held any more.
    rig.handle.resume(Scope::All).await.unwrap();
    let batch = row(&rig, ids[0]).await.batch;
    assert_eq!(rig.batch(batch).await[0].state, State::Done);
    assert!(!row(&rig, ids[0]).await.held);
}

#[tokio::test(start_paused = true)]
async fn of_two_copies_that_start_at_once_one_gets_each_row() {
    let fake = Fake::new();
    let rig = rig(fake, ONE);
    let ids = dead(&rig, &[State::Queued; 50]).await;
    let left_by = row(&rig, ids[0]).await.session;
    let other = Store::open(&rig.folder.path().join("affix.db"), SessionId::fresh()).unwrap();
    let all = || ids.iter().map(|&id| Taking { id, left_by, becomes: Becomes::Queued }).collect();
    // Both have seen the same rows; each row has one taker.
    let (mine, theirs) = tokio::join!(rig.store.take_up(all(), Vec::new()), other.take_up(all(), Vec::new()));
    let (mine, theirs) = (mine.unwrap(), theirs.unwrap());
    assert_eq!(mine.len() + theirs.len(), 50);
    for (store, taken) in [(&rig.store, mine), (&other, theirs)] {
        for row in taken {
            assert_eq!((row.state, row.session), (State::Queued, store.session()));
        }
    }
    assert_eq!(rig.handle.take_up(true).await.unwrap(), TakenUp::default());
}
