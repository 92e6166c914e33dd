//! Pausing, resuming and retrying: what is sent meanwhile, what is kept, and whose rows are taken.
#![expect(clippy::unwrap_used, reason = "clippy's exception for tests has no helpers")]

use crate::support;
use std::time::Duration;

use crate::support::fake::{Fake, Rig, config, failure, one, receipt, rig};
use affix::domain::attachment::{AttachmentId, State};
use affix::domain::error::{Kind, Retry, Step};
use affix::domain::preflight::Repair;
use affix::store::{NewAttachment, NewBatch, Outcome, Pick, SessionId, Store};
use affix::transfer::{Answer, Event, Limits, Repairs, Scope, retry};

const SAFE: Retry = Retry::Safe { after: None };
const ONE: Limits = Limits { per_profile: 1, overall: 1 };

async fn state(rig: &Rig, id: AttachmentId) -> State {
    rig.store.attachment(id).await.unwrap().unwrap().state
}

/// Waits for these attachments to be told to be in a state, each once.
async fn told(rig: &mut Rig, wanted: State, ids: &[AttachmentId]) {
    let mut left = ids.to_vec();
    if left.is_empty() {
        return;
    }
    rig.until(|event| {
        if let Event::State { id, state, .. } = event
            && state == wanted
        {
            left.retain(|other| *other != id);
        }
        left.is_empty().then_some(())
    })
    .await;
}

/// Waits until the upload hangs in the service.
async fn sending(rig: &mut Rig) {
    rig.until(|event| matches!(event, Event::State { step: Some(Step::Send), .. }).then_some(())).await;
}

fn names(fake: &Fake) -> Vec<String> {
    fake.asked().into_iter().map(|asked| asked.name).collect()
}

#[tokio::test(start_paused = true)]
async fn while_paused_nothing_is_sent_and_then_it_goes_on_in_its_order() {
    let fake = Fake::with(0, None);
    *fake.checkpoint.lock().unwrap() = Some("ticket-7".to_owned());
    let mut rig = rig(fake, ONE);
    let (batch, ids) = rig.submit("a", rig.files(4)).await;
    sending(&mut rig).await;
    rig.handle.pause(Scope::Batch(batch)).await.unwrap();
    told(&mut rig, State::Paused, &ids).await;
    fake.gate.add_permits(100);
    let (other, _) = rig.submit("a", one(&rig.file("later.txt"))).await;
    assert_eq!(rig.batch(other).await[0].state, State::Done, "what is handed over later goes on");
    assert_eq!(names(fake), ["file-0.txt", "later.txt"]);
    for id in &ids {
        assert_eq!(state(&rig, *id).await, State::Paused);
    }
    let row = rig.store.attachment(ids[0]).await.unwrap().unwrap();
    assert_eq!((row.checkpoint.as_deref(), row.failure), (Some("\"ticket-7\""), None));
    let attempts = rig.store.attempts(ids[0]).await.unwrap();
    assert_eq!(attempts.len(), 1);
    assert!(attempts[0].ended_at_ms.is_some() && attempts[0].failure.is_none(), "{attempts:?}");

    let backwards = ids.iter().rev().copied().collect();
    rig.handle.resume(Scope::Some(backwards)).await.unwrap();
    assert!(rig.batch(batch).await.iter().all(|end| end.state == State::Done));
    assert_eq!(names(fake)[2..], ["file-0.txt", "file-1.txt", "file-2.txt", "file-3.txt"]);
    let again = fake.asked().into_iter().filter(|asked| asked.name == "file-0.txt").nth(1).unwrap();
    assert_eq!(again.resumed.as_deref(), Some("ticket-7"));
}

#[tokio::test(start_paused = true)]
async fn what_is_resumed_goes_before_what_was_handed_over_later() {
    let fake = Fake::with(0, None);
    let mut rig = rig(fake, ONE);
    let (_, ids) = rig.submit("a", rig.files(3)).await;
    sending(&mut rig).await;
    rig.handle.pause(Scope::One(ids[1])).await.unwrap();
    told(&mut rig, State::Paused, &ids[1..2]).await;
    let (later, _) = rig.submit("a", one(&rig.file("later.txt"))).await;
    rig.handle.resume(Scope::Profile("a".to_owned())).await.unwrap();
    told(&mut rig, State::Queued, &ids[1..2]).await;
    fake.gate.add_permits(9);
    rig.batch(later).await;
    assert_eq!(names(fake), ["file-0.txt", "file-1.txt", "file-2.txt", "later.txt"]);
}

#[tokio::test(start_paused = true)]
async fn a_pause_counts_as_no_try_and_tries_before_it_still_count() {
    let fake = Fake::with(0, None);
    for _ in 0..4 {
        fake.then(|| Err(failure(Kind::Server).retry(SAFE)));
    }
    let mut rig = rig(fake, ONE);
    rig.handle.set_retry(retry::Policy { retries: 3, ..retry::Policy::default() }).await.unwrap();
    let (batch, ids) = rig.submit("a", one(&rig.file("x.txt"))).await;
    for _ in 0..2 {
        fake.gate.add_permits(1);
        rig.until(|event| matches!(event, Event::WillRetry { .. }).then_some(())).await;
        // While it waits for its next try, and while that one runs.
        rig.handle.pause(Scope::All).await.unwrap();
        told(&mut rig, State::Paused, &ids).await;
        rig.handle.resume(Scope::All).await.unwrap();
        sending(&mut rig).await;
        rig.handle.pause(Scope::One(ids[0])).await.unwrap();
        told(&mut rig, State::Paused, &ids).await;
        rig.handle.resume(Scope::One(ids[0])).await.unwrap();
    }
    fake.gate.add_permits(9);
    assert_eq!(rig.batch(batch).await[0].state, State::Failed);
    assert!(fake.script.lock().unwrap().is_empty(), "one try and three repeats came to their end");
}

#[tokio::test(start_paused = true)]
async fn the_wish_that_came_last_counts() {
    let fake = Fake::with(0, None);
    let mut rig = rig(fake, ONE);
    let (batch, ids) = rig.submit("a", one(&rig.file("x.txt"))).await;
    sending(&mut rig).await;
    // The job has not heard of the first when the second is there.
    rig.handle.pause(Scope::All).await.unwrap();
    rig.handle.resume(Scope::All).await.unwrap();
    sending(&mut rig).await;
    rig.handle.pause(Scope::All).await.unwrap();
    rig.handle.cancel(Scope::All).await.unwrap();
    rig.handle.resume(Scope::All).await.unwrap();
    let ended = rig.batch(batch).await.remove(0);
    assert_eq!((ended.id, ended.state), (ids[0], State::Canceled));
    assert_eq!(state(&rig, ids[0]).await, State::Canceled);
}

#[tokio::test(start_paused = true)]
async fn what_is_paused_and_what_asks_can_be_cancelled() {
    let fake = Fake::with(0, Some('#'));
    let mut rig = rig(fake, ONE);
    let files = ["a#b.txt", "1.txt", "2.txt"].map(|name| rig.file(name)).to_vec();
    let (batch, ids) = rig.handle.submit(files, "a", Repairs::Ask).await.unwrap();
    rig.until(|event| matches!(event, Event::Asked { .. }).then_some(())).await;
    rig.handle.pause(Scope::All).await.unwrap();
    told(&mut rig, State::Paused, &ids[1..]).await;
    rig.handle.cancel(Scope::Profile("b".to_owned())).await.unwrap();
    rig.handle.cancel(Scope::Some(vec![ids[2], ids[0], ids[1]])).await.unwrap();
    let ended = rig.batch(batch).await;
    assert_eq!(ended.iter().map(|end| end.state).collect::<Vec<_>>(), [State::Canceled; 3]);
    for id in ids {
        assert_eq!(state(&rig, id).await, State::Canceled);
    }
}

#[tokio::test(start_paused = true)]
async fn a_question_of_an_upload_that_was_to_pause_can_be_answered() {
    let fake = Fake::with(10, Some('#'));
    let mut rig = rig(fake, ONE);
    let file = rig.file("a#b.txt");
    let handle = rig.handle.clone();
    *fake.checking.lock().unwrap() = Some(Box::new(move || {
        let handle = handle.clone();
        tokio::spawn(async move { handle.pause(Scope::All).await });
    }));
    for _ in 0..20 {
        let (batch, ids) = rig.handle.submit(one(&file), "a", Repairs::Ask).await.unwrap();
        // Which of the two the engine sees first is chance.
        let asked = rig
            .until(|event| match event {
                Event::Asked { .. } => Some(true),
                Event::State { state: State::Paused, .. } => Some(false),
                _ => None,
            })
            .await;
        if asked {
            *fake.checking.lock().unwrap() = None;
            let repair = Repair::Rename { name: "a_b.txt".to_owned() };
            rig.handle.answer(ids[0], Answer::Repair(vec![repair])).await.unwrap();
            assert_eq!(rig.batch(batch).await[0].state, State::Done);
            return;
        }
        rig.handle.cancel(Scope::Batch(batch)).await.unwrap();
        rig.batch(batch).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pause_that_loses_an_answer_says_so() {
    let fake = Fake::with(0, None);
    let (taken, mut requests) = tokio::sync::mpsc::channel(9);
    let address = support::raw::serve(move |mut wire| {
        let taken = taken.clone();
        async move {
            wire.request().await;
            taken.send(()).await.unwrap();
            std::future::pending::<()>().await;
        }
    })
    .await;
    *fake.send_to.lock().unwrap() = Some(format!("http://{address}/").parse().unwrap());
    let mut rig = rig(fake, ONE);
    let (batch, ids) = rig.submit("a", one(&rig.file("x.txt"))).await;
    requests.recv().await.unwrap();
    while rig.handle.moving().first().is_none_or(|moving| moving.sent_bytes < 7) {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    rig.handle.pause(Scope::All).await.unwrap();
    let ended = rig.batch(batch).await.remove(0);
    assert_eq!(ended.state, State::Unsure, "{ended:?}");
    let failure = ended.failure.unwrap();
    assert_eq!((failure.retry, failure.step), (Retry::Ambiguous, Some(Step::Send)));
    let row = rig.store.attachment(ids[0]).await.unwrap().unwrap();
    assert_eq!((row.state, row.answer_lost), (State::Unsure, true));
    // The user has looked, and sends it again.
    *fake.send_to.lock().unwrap() = None;
    fake.gate.add_permits(1);
    assert_eq!(rig.handle.retry(Scope::One(ids[0])).await.unwrap(), 1);
    assert_eq!(rig.batch(batch).await[0].state, State::Done);
    assert!(fake.asked()[1].answer_lost);
}

#[tokio::test(start_paused = true)]
async fn a_retry_is_the_same_row_in_the_same_batch_with_its_tries_anew() {
    let fake = Fake::new();
    *fake.checkpoint.lock().unwrap() = Some("ticket-7".to_owned());
    for _ in 0..7 {
        fake.then(|| Err(failure(Kind::Server).retry(SAFE)));
    }
    let mut rig = rig(fake, ONE);
    rig.handle.set_retry(retry::Policy { retries: 2, ..retry::Policy::default() }).await.unwrap();
    let (batch, ids) = rig.submit("a", one(&rig.file("x.txt"))).await;
    assert_eq!(rig.batch(batch).await[0].state, State::Failed);
    assert_eq!(fake.asked().len(), 3);
    *fake.checkpoint.lock().unwrap() = None;
    assert_eq!(rig.handle.retry(Scope::Batch(batch)).await.unwrap(), 1);
    told(&mut rig, State::Queued, &ids).await;
    assert_eq!(rig.batch(batch).await[0].state, State::Failed);
    assert_eq!(fake.asked().len(), 6, "three tries again");
    assert_eq!(fake.asked()[3].resumed.as_deref(), Some("ticket-7"));
    assert_eq!(rig.handle.retry(Scope::All).await.unwrap(), 1);
    assert_eq!(rig.batch(batch).await[0].state, State::Done);
    let row = rig.store.attachment(ids[0]).await.unwrap().unwrap();
    assert_eq!((row.state, row.attempts, row.failure), (State::Done, 8, None));
    for scope in [Scope::One(ids[0]), Scope::Some(ids), Scope::Profile("a".to_owned()), Scope::All] {
        assert_eq!(rig.handle.retry(scope).await.unwrap(), 0, "what is done is left alone");
    }
}

#[tokio::test(start_paused = true)]
async fn what_the_engine_works_on_is_not_retried_twice() {
    let fake = Fake::with(0, Some('#'));
    let mut rig = rig(fake, ONE);
    let files = ["a#b.txt", "1.txt", "2.txt", "3.txt"].map(|name| rig.file(name)).to_vec();
    let (batch, ids) = rig.handle.submit(files, "a", Repairs::Ask).await.unwrap();
    sending(&mut rig).await;
    rig.handle.pause(Scope::One(ids[3])).await.unwrap();
    told(&mut rig, State::Paused, &ids[3..]).await;
    assert_eq!(rig.handle.retry(Scope::All).await.unwrap(), 0);
    rig.handle.cancel(Scope::One(ids[2])).await.unwrap();
    assert_eq!(rig.handle.retry(Scope::All).await.unwrap(), 1);
    fake.gate.add_permits(9);
    rig.handle.answer(ids[0], Answer::Refuse).await.unwrap();
    rig.handle.resume(Scope::All).await.unwrap();
    let ended = rig.batch(batch).await;
    let states: Vec<_> = ended.iter().map(|end| (end.id, end.state)).collect();
    let expected =
        [(ids[0], State::Failed), (ids[1], State::Done), (ids[2], State::Canceled), (ids[2], State::Done)];
    assert_eq!(states[..4], expected);
    assert_eq!(states[4..], [(ids[3], State::Done)]);
    assert_eq!(names(fake), ["1.txt", "2.txt", "3.txt"]);
}

#[tokio::test(start_paused = true)]
async fn new_limits_count_at_once() {
    let fake = Fake::with(0, None);
    let mut rig = rig(fake, ONE);
    let (batch, _) = rig.submit("a", rig.files(5)).await;
    sending(&mut rig).await;
    rig.handle.set_limits(Limits { per_profile: 4, overall: 4 }).await.unwrap();
    while fake.asked().len() < 4 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    fake.gate.add_permits(5);
    rig.batch(batch).await;
    assert_eq!(fake.most_under_way.load(std::sync::atomic::Ordering::SeqCst), 4);
}

/// An earlier run, which left a file in each state.
async fn earlier(rig: &Rig) -> (Store, Vec<AttachmentId>) {
    let store = Store::open(&rig.folder.path().join("affix.db"), SessionId::fresh()).unwrap();
    let new = NewBatch { profile: "a".to_owned(), service: "fake".to_owned() };
    let file = |state: State| {
        let name = format!("{}.txt", state.as_str());
        NewAttachment { path: rig.file(&name), name }
    };
    let (_, ids) = store.add_batch(new, State::ALL.map(file).into()).await.unwrap();
    for (id, state) in ids.iter().zip(State::ALL) {
        store.set_checkpoint(*id, Some("\"kept\"".to_owned())).await.unwrap();
        store.set_state(*id, state, Some(Step::Send)).await.unwrap();
        if state == State::Done {
            let receipt = Some(receipt("done.txt"));
            store.finish(*id, state, Outcome { receipt, failure: None }).await.unwrap();
        }
    }
    (store, ids)
}

fn in_states(ids: &[AttachmentId], wanted: &[State]) -> Vec<AttachmentId> {
    ids.iter().zip(State::ALL).filter(|(_, state)| wanted.contains(state)).map(|(id, _)| *id).collect()
}

const ENDED: [State; 4] = [State::Failed, State::Canceled, State::Interrupted, State::Unsure];

#[tokio::test(start_paused = true)]
async fn rows_of_earlier_runs_are_retried_and_those_of_living_ones_left_alone() {
    let fake = Fake::new();
    let mut rig = rig(fake, Limits::default());
    let (other, ids) = earlier(&rig).await;
    let batch = other.attachment(ids[0]).await.unwrap().unwrap().batch;
    let ended = in_states(&ids, &ENDED);
    assert_eq!(rig.handle.retry(Scope::All).await.unwrap(), ended.len());
    let done: Vec<_> = rig.batch(batch).await.iter().map(|end| (end.id, end.state)).collect();
    assert_eq!(done, ended.iter().map(|id| (*id, State::Done)).collect::<Vec<_>>());
    for (id, before) in ids.iter().zip(State::ALL).filter(|(id, _)| !ended.contains(id)) {
        let row = rig.store.attachment(*id).await.unwrap().unwrap();
        assert_eq!((row.state, row.session), (before, other.session()), "left alone");
    }
    let asked = fake.asked();
    assert!(asked.iter().all(|asked| asked.resumed.as_deref() == Some("kept")), "{asked:?}");
    // A crash while the bytes were on their way: they may have arrived.
    let lost: Vec<_> = asked.iter().filter(|asked| asked.answer_lost).map(|asked| &asked.name).collect();
    assert_eq!(lost, ["interrupted.txt"]);

    // That run dies; now the rest is taken, also what was paused in it.
    assert_eq!(rig.store.interrupt(other.session()).await.unwrap(), 5);
    assert_eq!(rig.handle.retry(Scope::Batch(batch)).await.unwrap(), 5);
    assert_eq!(rig.batch(batch).await.len(), 5);
}

#[tokio::test(start_paused = true)]
async fn of_two_runs_that_retry_at_once_one_gets_each_row() {
    let rig = rig(Fake::new(), Limits::default());
    let (other, ids) = earlier(&rig).await;
    let wanted = rig.store.retryable(Pick::Profile("a".to_owned())).await.unwrap();
    assert_eq!(wanted, in_states(&ids, &ENDED));
    let (mine, theirs) =
        tokio::join!(rig.store.claim(wanted.clone(), Vec::new()), other.claim(wanted.clone(), Vec::new()));
    let (mine, theirs) = (mine.unwrap(), theirs.unwrap());
    assert_eq!(mine.len() + theirs.len(), wanted.len());
    for (store, rows) in [(&rig.store, mine), (&other, theirs)] {
        for row in rows {
            assert_eq!((row.state, row.session, row.attempts), (State::Queued, store.session(), 0));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_interrupted_is_cancelled_only_by_its_name() {
    let mut rig = rig(Fake::new(), Limits::default());
    let (other, ids) = earlier(&rig).await;
    let interrupted = in_states(&ids, &[State::Interrupted])[0];
    let batch = other.attachment(ids[0]).await.unwrap().unwrap().batch;
    for scope in [Scope::All, Scope::Batch(batch), Scope::Profile("a".to_owned())] {
        rig.handle.cancel(scope).await.unwrap();
    }
    rig.handle.cancel(Scope::Some(ids.clone())).await.unwrap();
    let end = rig.until(|event| if let Event::Finished(end) = event { Some(end) } else { None }).await;
    assert_eq!((end.id, end.state), (interrupted, State::Canceled));
    let states: Vec<_> = other.batch(batch).await.unwrap().iter().map(|row| row.state).collect();
    let expected = State::ALL.map(|state| if state == State::Interrupted { State::Canceled } else { state });
    assert_eq!(states, expected);
}

#[tokio::test(start_paused = true)]
async fn what_is_paused_when_the_last_front_goes_is_there_for_the_next_start() {
    let fake = Fake::with(0, None);
    let mut rig = rig(fake, ONE);
    let (_, ids) = rig.submit("a", rig.files(3)).await;
    rig.handle.pause(Scope::One(ids[2])).await.unwrap();
    told(&mut rig, State::Paused, &ids[2..]).await;
    let Rig { handle, mut events, store, folder } = rig;
    drop(handle);
    while events.recv().await.is_some() {}
    let states: Vec<_> = store.rows(ids.clone()).await.unwrap().iter().map(|row| row.state).collect();
    assert_eq!(states, [State::Canceled, State::Canceled, State::Paused]);

    let next = Store::open(&folder.path().join("affix.db"), SessionId::fresh()).unwrap();
    next.interrupt(store.session()).await.unwrap();
    let fake = Fake::new();
    let (handle, events) = affix::transfer::start(config(&next, fake, ONE));
    let mut rig = Rig { handle, events, store: next, folder };
    assert_eq!(rig.handle.retry(Scope::One(ids[2])).await.unwrap(), 1);
    told(&mut rig, State::Queued, &ids[2..]).await;
    let end = rig.until(|event| if let Event::Finished(end) = event { Some(end) } else { None }).await;
    assert_eq!((end.id, end.state), (ids[2], State::Done));
}
