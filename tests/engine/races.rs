//! The engine and its front at the same moment: cancelling, declining, not listening, and what is noted meanwhile.

use crate::support;
use std::time::Duration;

use crate::support::fake::{Fake, failure, one, rig};
use affix::domain::attachment::State;
use affix::domain::error::{Kind, Retry, Step};
use affix::transfer::{Event, Limits, Repairs, Scope};

const SAFE: Retry = Retry::Safe { after: None };

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[tokio::test(start_paused = true)]
async fn cancelling_reaches_what_runs_what_waits_and_what_is_to_be_repeated() {
    let fake = Fake::with(1, None);
    fake.then(|| Err(failure(Kind::Server).retry(Retry::Safe { after: Some(seconds(3000)) })));
    let mut rig = rig(fake, Limits { per_profile: 2, overall: 2 });
    let (first, ids) = rig.submit("a", rig.files(5)).await;
    let (other, _) = rig.submit("b", one(&rig.file("other.txt"))).await;
    rig.until(|event| matches!(event, Event::WillRetry { .. }).then_some(())).await;
    rig.handle.cancel(Scope::Batch(first)).await.unwrap();
    let ended = rig.batch(first).await;
    assert_eq!(ended.iter().map(|end| end.state).collect::<Vec<_>>(), [State::Canceled; 5]);
    for id in ids {
        assert_eq!(rig.store.attachment(id).await.unwrap().unwrap().state, State::Canceled);
    }
    fake.gate.add_permits(10);
    assert_eq!(rig.batch(other).await[0].state, State::Done, "the other batch goes on");
}

#[tokio::test(start_paused = true)]
async fn one_attachment_is_cancelled_alone() {
    let fake = Fake::with(0, None);
    let mut rig = rig(fake, Limits::default());
    let (_, ids) = rig.submit("a", rig.files(2)).await;
    rig.handle.cancel(Scope::One(ids[1])).await.unwrap();
    let mut ended = Vec::new();
    for _ in &ids {
        let end = rig.until(|event| if let Event::Finished(end) = event { Some(*end) } else { None }).await;
        ended.push((end.id, end.state));
        fake.gate.add_permits(2);
    }
    assert_eq!(ended, [(ids[1], State::Canceled), (ids[0], State::Done)]);
}

#[tokio::test(start_paused = true)]
async fn without_a_front_the_engine_cancels_and_ends() {
    let fake = Fake::with(0, None);
    let rig = rig(fake, Limits { per_profile: 1, overall: 1 });
    let (_, ids) = rig.submit("a", rig.files(3)).await;
    let support::fake::Rig { handle, mut events, store, folder } = rig;
    drop(handle);
    while events.recv().await.is_some() {}
    for id in ids {
        assert_eq!(store.attachment(id).await.unwrap().unwrap().state, State::Canceled);
    }
    drop(folder);
}

#[tokio::test(start_paused = true)]
async fn everything_that_was_noted_is_written_down_when_the_work_ends() {
    let fake = Fake::new();
    *fake.checkpoint.lock().unwrap() = Some("ticket-7".to_owned());
    fake.then(|| Err(failure(Kind::Network).retry(Retry::Ambiguous)));
    let mut rig = rig(fake, Limits::default());
    let (batch, ids) = rig.submit("a", one(&rig.file("x.txt"))).await;
    rig.batch(batch).await;
    let row = rig.store.attachment(ids[0]).await.unwrap().unwrap();
    assert_eq!((row.checkpoint.as_deref(), row.answer_lost), (Some("\"ticket-7\""), true));
    // What is done needs no checkpoint any more.
    let (batch, ids) = rig.submit("a", one(&rig.file("y.txt"))).await;
    rig.batch(batch).await;
    assert_eq!(rig.store.attachment(ids[0]).await.unwrap().unwrap().checkpoint, None);
}

#[tokio::test(start_paused = true)]
async fn a_front_that_does_not_listen_can_still_speak() {
    let fake = Fake::with(0, None);
    let mut rig = rig(fake, Limits { per_profile: 2, overall: 2 });
    let many = vec![rig.file("x.txt"); 3000];
    let (first, _) = rig.submit("a", many).await;
    // More events than there is room for, and nobody reads them.
    rig.handle.cancel(Scope::All).await.unwrap();
    let (next, ids) = rig.submit("b", one(&rig.file("y.txt"))).await;
    for _ in 0..100 {
        rig.submit("a", Vec::new()).await;
    }
    // What is to be told piles up no further: nothing new begins.
    assert_eq!(rig.store.attachment(ids[0]).await.unwrap().unwrap().state, State::Queued);
    let ended = rig.batch(first).await;
    assert_eq!(ended.len(), 3000);
    assert!(ended.iter().all(|end| end.state == State::Canceled));
    assert_eq!(ended[2999].failure.as_ref().unwrap().asked.as_deref(), Some("Upload x.txt to a"));
    fake.gate.add_permits(1);
    assert_eq!(rig.batch(next).await[0].state, State::Done, "the engine goes on");
}

#[tokio::test(start_paused = true)]
async fn what_is_declined_is_kept_and_never_begun() {
    let fake = Fake::new();
    let mut rig = rig(fake, Limits::default());
    let (batch, ids) = rig.handle.decline(rig.files(3), "a").await.unwrap();
    let mut begun = 0;
    rig.until(|event| match event {
        Event::State { .. } => {
            begun += 1;
            None
        }
        Event::BatchDone(done) if done == batch => Some(()),
        _ => None,
    })
    .await;
    assert_eq!((begun, fake.asked().len()), (0, 0));
    for id in ids {
        let row = rig.store.attachment(id).await.unwrap().unwrap();
        assert_eq!((row.state, row.attempts), (State::Canceled, 0));
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_comes_together_with_the_cancel_is_kept() {
    let fake = Fake::with(0, None);
    let mut rig = rig(fake, Limits::default());
    let (batch, ids) = rig.submit("a", one(&rig.file("x.txt"))).await;
    rig.until(|event| matches!(event, Event::State { step: Some(Step::Send), .. }).then_some(())).await;
    // Neither waits: the job finds both when it is its turn.
    rig.handle.cancel(Scope::One(ids[0])).await.unwrap();
    fake.gate.add_permits(1);
    let ended = rig.batch(batch).await.remove(0);
    assert_eq!((ended.state, ended.receipt.is_some()), (State::Done, true));
    assert_eq!(rig.store.attachment(ids[0]).await.unwrap().unwrap().state, State::Done);
}

#[tokio::test(start_paused = true)]
async fn a_question_that_comes_together_with_the_cancel_waits_for_nobody() {
    let fake = Fake::with(10, Some('#'));
    let mut rig = rig(fake, Limits::default());
    let file = rig.file("a#b.txt");
    let handle = rig.handle.clone();
    *fake.checking.lock().unwrap() = Some(Box::new(move || {
        let handle = handle.clone();
        tokio::spawn(async move { handle.cancel(Scope::All).await });
    }));
    // Which of the two the engine sees first is chance.
    for _ in 0..20 {
        let (batch, _) = rig.handle.submit(one(&file), "a", Repairs::Ask).await.unwrap();
        assert_eq!(rig.batch(batch).await[0].state, State::Canceled);
    }
}

#[tokio::test(start_paused = true)]
async fn an_engine_that_slept_asks_for_no_redraws_of_that_time() {
    let fake = Fake::with(0, None);
    let mut rig = rig(fake, Limits::default());
    tokio::time::sleep(seconds(24 * 3600)).await;
    let (batch, _) = rig.submit("a", one(&rig.file("x.txt"))).await;
    rig.until(|event| matches!(event, Event::State { step: Some(Step::Send), .. }).then_some(())).await;
    tokio::time::sleep(seconds(1)).await;
    fake.gate.add_permits(1);
    rig.batch(batch).await;
    let wakes = fake.wakes.load(std::sync::atomic::Ordering::SeqCst);
    // Paused time runs while the database works; a day has 864,000 ticks.
    assert!((10..10_000).contains(&wakes), "{wakes}");
}

#[tokio::test]
async fn a_running_upload_shows_how_far_it_is_and_a_finished_one_does_not() {
    let fake = Fake::with(0, None);
    let address = support::raw::serve(|mut wire| async move {
        wire.request().await;
        wire.answer("200 OK", &[], "").await;
    })
    .await;
    *fake.send_to.lock().unwrap() = Some(format!("http://{address}/").parse().unwrap());
    let mut rig = rig(fake, Limits::default());
    let (batch, ids) = rig.submit("a", one(&rig.file("x.txt"))).await;
    while rig.handle.moving().first().is_none_or(|moving| moving.sent_bytes < 7) {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let moving = rig.handle.moving()[0];
    assert_eq!((moving.id, moving.sent_bytes, moving.total_bytes), (ids[0], 7, 7));
    fake.gate.add_permits(1);
    let receipt = rig.batch(batch).await.remove(0).receipt.unwrap();
    assert_eq!(rig.handle.moving(), []);
    // Checksums of a small file cost nothing, whatever the service needs.
    assert_eq!(receipt.md5.as_deref(), Some("9a0364b9e99bb480dd25e1f0284c8555"));
    assert_eq!(
        receipt.sha256.as_deref(),
        Some("ed7002b439e9ac845f22357d822bac1444730fbdb6016d3ec9432297b9ec9f73")
    );
    assert_eq!(rig.store.activity(ids[0]).await.unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_bug_in_a_service_ends_one_upload_and_not_the_engine() {
    let fake = Fake::new();
    fake.then(|| panic!("a bug"));
    let mut rig = rig(fake, Limits { per_profile: 1, overall: 1 });
    let (batch, _) = rig.submit("a", rig.files(2)).await;
    let ended = rig.batch(batch).await;
    assert_eq!(ended.iter().map(|end| end.state).collect::<Vec<_>>(), [State::Unsure, State::Done]);
    assert_eq!(rig.handle.moving(), []);
}

#[tokio::test(start_paused = true)]
async fn a_failure_after_the_cancel_is_not_repeated_and_says_cancelled() {
    let fake = Fake::with(0, None);
    fake.then(|| Err(failure(Kind::Server).retry(SAFE)));
    let mut rig = rig(fake, Limits::default());
    let (batch, ids) = rig.submit("a", one(&rig.file("x.txt"))).await;
    rig.until(|event| matches!(event, Event::State { step: Some(Step::Send), .. }).then_some(())).await;
    rig.handle.cancel(Scope::One(ids[0])).await.unwrap();
    fake.gate.add_permits(1);
    let ended = rig.batch(batch).await.remove(0);
    assert_eq!((ended.state, fake.asked().len()), (State::Canceled, 1));
    let failure = ended.failure.unwrap();
    assert_eq!((failure.kind, failure.step), (Kind::Cancelled, Some(Step::Send)));
    assert_eq!(failure.cause.as_deref(), Some("It broke as the script says"));
}

/// A wait can end between the look for what may start and the look for what comes next.
#[tokio::test]
async fn a_try_whose_time_comes_at_any_moment_is_made() {
    const FILES: usize = 1_000;
    let fake = Fake::new();
    let mut rig = rig(fake, Limits { per_profile: 1, overall: 1 });
    let soon = Duration::from_micros(40);
    let policy = affix::transfer::retry::Policy { first: soon, longest: soon, ..Default::default() };
    rig.handle.set_retry(policy).await.unwrap();
    let path = rig.file("a.txt");
    for _ in 0..FILES {
        fake.then(|| Err(failure(Kind::Server).retry(SAFE)));
        let (batch, _) = rig.submit("a", one(&path)).await;
        let ended = tokio::time::timeout(seconds(20), rig.batch(batch)).await.expect("it is forgotten");
        assert_eq!(ended[0].state, State::Done);
    }
}
