//! Order, priority, hosts that wait, no network, limits: over a real database, with a service that does what the test
//! says. Time is tokio's and paused where no socket is needed.

use crate::support;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::support::fake::{Fake, Rig, config, failure, one, rig, rig_where};
use affix::domain::attachment::{AttachmentId, Priority, State};
use affix::domain::error::{Kind, Retry};
use affix::store::{SessionId, Store};
use affix::transfer::{Event, HostWait, Limits, Place, Scope, TargetLimits, WaitReason, retry};

const ONE: Limits = Limits { per_profile: 1, overall: 1 };

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// Until so many uploads have begun.
async fn begun(fake: &Fake, count: usize) {
    while fake.asked().len() < count {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// The numbers in the names of the files, in the order in which they were uploaded.
fn uploaded(fake: &Fake) -> Vec<u32> {
    let digits = |name: &str| name.chars().filter(char::is_ascii_digit).collect::<String>();
    fake.asked().iter().filter_map(|asked| digits(&asked.name).parse().ok()).collect()
}

async fn until_order(rig: &Rig, wanted: &[AttachmentId]) {
    while *rig.handle.order() != *wanted {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

fn pick(ids: &[AttachmentId], places: &[usize]) -> Vec<AttachmentId> {
    places.iter().filter_map(|place| ids.get(*place).copied()).collect()
}

async fn wait_told(rig: &mut Rig) -> HostWait {
    rig.until(|event| if let Event::HostWaits(wait) = event { Some(*wait) } else { None }).await
}

async fn goes_on(rig: &mut Rig) -> String {
    rig.until(|event| if let Event::HostGoesOn { host } = event { Some(host) } else { None }).await
}

#[tokio::test(start_paused = true)]
async fn what_waits_starts_in_the_order_that_was_wished() {
    let fake = Fake::with(0, None);
    let mut rig = rig(fake, ONE);
    let (batch, ids) = rig.submit("a", rig.files(7)).await;
    begun(fake, 1).await;
    until_order(&rig, &ids[1..]).await;
    rig.handle.prioritise(Scope::Some(pick(&ids, &[6, 5])), Priority::High).await.unwrap();
    rig.handle.prioritise(Scope::One(ids[1]), Priority::Low).await.unwrap();
    rig.handle.reorder(Scope::One(ids[4]), Place::First).await.unwrap();
    rig.handle.reorder(Scope::One(ids[6]), Place::Earlier).await.unwrap();
    until_order(&rig, &pick(&ids, &[6, 5, 4, 2, 3, 1])).await;
    rig.handle.reorder(Scope::One(ids[2]), Place::Later).await.unwrap();
    until_order(&rig, &pick(&ids, &[6, 5, 4, 3, 2, 1])).await;
    fake.gate.add_permits(10);
    rig.batch(batch).await;
    assert_eq!(uploaded(fake), [0, 6, 5, 4, 3, 2, 1]);
    until_order(&rig, &[]).await;
}

#[tokio::test(start_paused = true)]
async fn what_was_moved_to_the_end_stays_before_what_comes_later() {
    let fake = Fake::with(0, None);
    let mut rig = rig(fake, ONE);
    let files = rig.files(4);
    let (_, ids) = rig.submit("a", files.clone()).await;
    begun(fake, 1).await;
    rig.handle.reorder(Scope::One(ids[1]), Place::Last).await.unwrap();
    rig.handle.reorder(Scope::One(ids[2]), Place::Last).await.unwrap();
    let (later, more) = rig.submit("a", files[..3].to_vec()).await;
    let order: Vec<_> = pick(&ids, &[3, 1, 2]).into_iter().chain(more).collect();
    until_order(&rig, &order).await;
    fake.gate.add_permits(10);
    rig.batch(later).await;
    assert_eq!(uploaded(fake), [0, 3, 1, 2, 0, 1, 2]);
}

#[tokio::test(start_paused = true)]
async fn a_profile_with_something_urgent_goes_before_the_others() {
    let fake = Fake::with(0, None);
    let mut rig = rig(fake, Limits { per_profile: 2, overall: 2 });
    let files = rig.files(4);
    rig.submit("a", files.clone()).await;
    let (batch, ids) = rig.submit("b", files[1..].to_vec()).await;
    begun(fake, 2).await;
    let own: BTreeSet<_> = fake.asked().into_iter().map(|asked| asked.profile).collect();
    assert_eq!(own, BTreeSet::from(["a".to_owned()]), "b came later");
    rig.handle.prioritise(Scope::Some(ids), Priority::High).await.unwrap();
    fake.gate.add_permits(3);
    begun(fake, 5).await;
    let next: Vec<_> = fake.asked()[2..].iter().map(|asked| asked.profile.clone()).collect();
    assert_eq!(next, ["b", "b", "b"]);
    fake.gate.add_permits(10);
    rig.batch(batch).await;
}

#[tokio::test(start_paused = true)]
async fn the_order_survives_the_end_of_the_program() {
    let fake = Fake::with(0, None);
    let first = rig(fake, ONE);
    let (_, ids) = first.submit("a", first.files(6)).await;
    begun(fake, 1).await;
    first.handle.pause(Scope::One(ids[3])).await.unwrap();
    first.handle.prioritise(Scope::One(ids[3]), Priority::High).await.unwrap();
    first.handle.reorder(Scope::One(ids[4]), Place::First).await.unwrap();
    until_order(&first, &pick(&ids, &[4, 1, 2, 5])).await;

    // Another run finds all of it; this one is as good as dead.
    let store = Store::open(&first.folder.path().join("affix.db"), SessionId::fresh()).unwrap();
    assert_eq!(store.interrupt(first.store.session()).await.unwrap(), 6);
    let fake = Fake::with(0, None);
    let (handle, events) = affix::transfer::start(config(&store, fake, ONE));
    let mut next = Rig { handle, events, store, folder: first.folder };
    // What is interrupted can be moved before it is taken up again.
    next.handle.prioritise(Scope::One(ids[1]), Priority::Low).await.unwrap();
    next.handle.reorder(Scope::One(ids[5]), Place::Earlier).await.unwrap();
    assert_eq!(next.handle.retry(Scope::All).await.unwrap(), 6);
    fake.gate.add_permits(10);
    let mut done = 0;
    next.until(|event| {
        done += usize::from(matches!(event, Event::Finished(_)));
        (done == 6).then_some(())
    })
    .await;
    // The first one had begun.
    assert_eq!(uploaded(fake), [3, 0, 4, 5, 2, 1]);
}

#[tokio::test(start_paused = true)]
async fn a_host_that_waits_is_told_and_holds_back_profiles_that_never_asked() {
    let fake = Fake::with(1, None);
    for wait in [100, 300] {
        fake.then(move || Err(failure(Kind::RateLimited).retry(Retry::Safe { after: Some(seconds(wait)) })));
    }
    // Paused time stands still as long as a blocking task runs.
    let (let_time_pass, held) = std::sync::mpsc::sync_channel::<()>(0);
    tokio::task::spawn_blocking(move || held.recv());
    let mut rig = rig(fake, Limits { per_profile: 2, overall: 2 });
    rig.submit("ax", rig.files(2)).await;
    let wait = wait_told(&mut rig).await;
    assert_eq!(
        (wait.host.as_str(), wait.reason, wait.profiles),
        ("a", WaitReason::Asked, vec!["ax".to_owned()])
    );
    assert_eq!((wait.failure.kind, wait.after), (Kind::RateLimited, seconds(100)));
    // The other one is told to wait longer.
    fake.gate.add_permits(100);
    assert_eq!(wait_told(&mut rig).await.after, seconds(300));
    let (never_asked, ids) = rig.submit("ay", one(&rig.file("y.txt"))).await;
    assert_eq!(wait_told(&mut rig).await.profiles, ["ax", "ay"]);
    let (other, _) = rig.submit("b", one(&rig.file("b.txt"))).await;
    assert_eq!(rig.batch(other).await[0].state, State::Done, "another host goes on");
    // Nobody who was asked to wait tries sooner.
    rig.handle.resume(Scope::All).await.unwrap();
    rig.handle.retry(Scope::One(ids[0])).await.unwrap();
    let (other, _) = rig.submit("b", one(&rig.file("b.txt"))).await;
    rig.batch(other).await;
    assert_eq!(fake.asked().iter().filter(|asked| asked.profile != "b").count(), 2);
    let began = fake.asked()[0].at;
    drop(let_time_pass);
    assert_eq!(goes_on(&mut rig).await, "a");
    rig.batch(never_asked).await;
    for asked in fake.asked().iter().filter(|asked| asked.profile != "b").skip(2) {
        assert!(asked.at - began >= seconds(300), "{asked:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_nobody_waits_for_any_more_is_over() {
    let fake = Fake::new();
    fake.then(|| Err(support::fake::failure(Kind::Server).status(503).safe()));
    let mut rig = rig(fake, ONE);
    rig.submit("a", rig.files(2)).await;
    let wait = wait_told(&mut rig).await;
    assert_eq!((wait.reason, wait.failure.http_status), (WaitReason::Asked, Some(503)));
    rig.handle.cancel(Scope::All).await.unwrap();
    assert_eq!(goes_on(&mut rig).await, "a");
}

#[tokio::test(start_paused = true)]
async fn without_a_network_hundreds_of_files_wait_and_none_fails() {
    static NETWORK: AtomicBool = AtomicBool::new(false);
    let fake = Fake::new();
    fake.down.store(true, Ordering::SeqCst);
    let mut rig = rig_where(fake, Limits::default(), || NETWORK.load(Ordering::SeqCst));
    let (batch, ids) = rig.submit("a", rig.files(500)).await;
    let wait = wait_told(&mut rig).await;
    assert!(wait.reason == WaitReason::Offline && wait.after <= seconds(1), "{wait:?}");
    assert!(wait.failure.advice.unwrap().contains("this computer has none"));
    // Told again with each wait, up to a quarter of a minute.
    while wait_told(&mut rig).await.after < seconds(8) {}
    tokio::time::sleep(seconds(3600)).await;
    let tries = fake.asked().len();
    assert!((3..20).contains(&tries), "{tries} tries in an hour");
    NETWORK.store(true, Ordering::SeqCst);
    fake.down.store(false, Ordering::SeqCst);
    let (mut gone_on, mut done) = (false, 0);
    rig.until(|event| match event {
        Event::HostGoesOn { .. } => {
            gone_on = true;
            None
        }
        Event::Finished(end) => {
            done += usize::from(end.state == State::Done);
            None
        }
        Event::BatchDone(ended) if ended == batch => Some(()),
        _ => None,
    })
    .await;
    assert_eq!((done, gone_on), (500, true));
    let row = rig.store.attachment(ids[0]).await.unwrap().unwrap();
    assert!(!row.answer_lost, "nothing was sent");
}

#[tokio::test(start_paused = true)]
async fn a_host_that_is_not_there_is_tried_by_one_at_a_time_and_given_up_at_once() {
    let fake = Fake::new();
    fake.down.store(true, Ordering::SeqCst);
    let mut rig = rig(fake, Limits { per_profile: 2, overall: 6 });
    rig.handle.set_retry(retry::Policy { retries: 0, ..retry::Policy::default() }).await.unwrap();
    let files = rig.files(20);
    let (batch, ids) = rig.submit("ax", files.clone()).await;
    let (other, _) = rig.submit("ay", files[..5].to_vec()).await;
    let ended = rig.batch(batch).await;
    assert_eq!(rig.batch(other).await.len(), 5);
    assert!(ended.iter().all(|end| end.state == State::Failed));
    let why = ended[7].failure.clone().unwrap();
    assert_eq!((why.kind, why.is_retryable()), (Kind::Unreachable, true));
    assert_eq!(why.asked.as_deref(), Some("Upload file-7.txt to ax"));
    let row = rig.store.attachment(ids[7]).await.unwrap().unwrap();
    assert_eq!((row.state, row.failure, row.attempts), (State::Failed, Some(why), 0));
    // Up to four begin at once; from then on there is one at a time, ever more seldom. Paused time runs while the
    // database works, so only the longest waits can be told apart from those of the first four.
    let at: Vec<_> = fake.asked().iter().map(|asked| asked.at).collect();
    let waits: Vec<_> = at.windows(2).map(|two| (two[1] - two[0]).as_secs()).collect();
    assert!((20..4 + 7 + 60).contains(&at.len()), "{waits:?}");
    // The last one is made when the patience ends.
    assert!(waits[12..waits.len() - 1].iter().all(|wait| *wait >= 60), "{waits:?}");
    assert!((*at.last().unwrap() - at[0]).as_secs() >= 3_400, "{waits:?}");

    fake.down.store(false, Ordering::SeqCst);
    assert_eq!(rig.handle.retry(Scope::Batch(batch)).await.unwrap(), 20);
    assert!(rig.batch(batch).await.iter().all(|end| end.state == State::Done));
}

#[tokio::test(start_paused = true)]
async fn tries_without_a_connection_do_not_count_and_a_wish_ends_the_wait() {
    let fake = Fake::new();
    fake.down.store(true, Ordering::SeqCst);
    let mut rig = rig(fake, ONE);
    let (batch, ids) = rig.submit("a", rig.files(2)).await;
    begun(fake, 6).await;
    let last = fake.asked().last().unwrap().at;
    for _ in 0..4 {
        fake.then(|| Err(failure(Kind::Server).retry(Retry::Safe { after: None })));
    }
    fake.down.store(false, Ordering::SeqCst);
    rig.handle.retry(Scope::One(ids[1])).await.unwrap();
    begun(fake, 7).await;
    assert!(fake.asked()[6].at - last < seconds(5), "it was wanted now");
    let states: Vec<_> = rig.batch(batch).await.iter().map(|end| end.state).collect();
    assert_eq!(states, [State::Done, State::Done], "four repeats are left for real failures");
}

#[tokio::test(start_paused = true)]
async fn what_waits_for_a_connection_can_be_paused_and_cancelled() {
    let fake = Fake::new();
    fake.down.store(true, Ordering::SeqCst);
    let mut rig = rig(fake, ONE);
    let (batch, ids) = rig.submit("a", rig.files(3)).await;
    assert_eq!(wait_told(&mut rig).await.reason, WaitReason::Unreachable);
    rig.handle.pause(Scope::One(ids[0])).await.unwrap();
    rig.handle.cancel(Scope::Some(ids[1..].to_vec())).await.unwrap();
    assert_eq!(goes_on(&mut rig).await, "a");
    let tries = fake.asked().len();
    tokio::time::sleep(seconds(7_200)).await;
    assert_eq!(fake.asked().len(), tries, "nothing is left to try");
    fake.down.store(false, Ordering::SeqCst);
    rig.handle.resume(Scope::All).await.unwrap();
    let states: Vec<_> = rig.batch(batch).await.iter().map(|end| end.state).collect();
    assert_eq!(states, [State::Done], "two hours of a pause are no hour without a connection");
}

#[tokio::test]
async fn a_probe_whose_bytes_leave_lets_the_others_go() {
    let fake = Fake::with(0, None);
    fake.down.store(true, Ordering::SeqCst);
    let address = support::raw::serve(|mut wire| async move {
        wire.request().await;
        wire.answer("200 OK", &[], "").await;
    })
    .await;
    *fake.send_to.lock().unwrap() = Some(format!("http://{address}/").parse().unwrap());
    let mut rig = rig(fake, Limits::default());
    let (batch, _) = rig.submit("a", rig.files(3)).await;
    wait_told(&mut rig).await;
    fake.down.store(false, Ordering::SeqCst);
    // The probe hangs after its bytes have left, and the other two begin all the same.
    begun(fake, 6).await;
    assert_eq!(goes_on(&mut rig).await, "a");
    fake.gate.add_permits(3);
    assert!(rig.batch(batch).await.iter().all(|end| end.state == State::Done));
}

#[tokio::test(start_paused = true)]
async fn a_profile_may_have_a_limit_of_its_own_from_its_next_start_on() {
    let fake = Fake::with(0, None);
    *fake.limits.lock().unwrap() = TargetLimits { parallel: Some(1), requests_per_minute: None };
    let mut rig = rig(fake, Limits::default());
    let (batch, _) = rig.submit("a", rig.files(20)).await;
    begun(fake, 1).await;
    tokio::time::sleep(seconds(5)).await;
    assert_eq!(fake.under_way.load(Ordering::SeqCst), 1);
    *fake.limits.lock().unwrap() = TargetLimits { parallel: Some(5), requests_per_minute: None };
    tokio::time::sleep(seconds(2)).await;
    fake.gate.add_permits(1);
    begun(fake, 6).await;
    assert_eq!(fake.most_under_way.load(Ordering::SeqCst), 5);
    fake.gate.add_permits(100);
    rig.batch(batch).await;
    assert_eq!(fake.most_under_way.load(Ordering::SeqCst), 5);
}

#[tokio::test(start_paused = true)]
async fn uploads_keep_the_pace_of_their_profile_together() {
    let fake = Fake::new();
    *fake.limits.lock().unwrap() = TargetLimits { parallel: None, requests_per_minute: Some(4) };
    // Paused time stands still as long as a blocking task runs.
    let (let_time_pass, held) = std::sync::mpsc::sync_channel::<()>(0);
    tokio::task::spawn_blocking(move || held.recv());
    let mut rig = rig(fake, Limits::default());
    let files = rig.files(10);
    let (batch, _) = rig.submit("a", files.clone()).await;
    let mut done = 0;
    rig.until(|event| {
        done += usize::from(matches!(event, Event::Finished(_)));
        (done == 4).then_some(())
    })
    .await;
    // Another profile has a pace of its own.
    let (other, _) = rig.submit("b", files[..4].to_vec()).await;
    rig.batch(other).await;
    let asked = fake.asked();
    let began = asked[0].at;
    assert_eq!(asked.iter().filter(|asked| asked.profile == "a").count(), 4);
    drop(let_time_pass);
    rig.batch(batch).await;
    let at: Vec<_> = fake.asked().iter().filter(|asked| asked.profile == "a").map(|asked| asked.at).collect();
    assert!(at[4] - began >= seconds(60) && at[8] - began >= seconds(120), "{at:?}");
}

#[tokio::test]
async fn the_bandwidth_changes_for_what_runs() {
    let fake = Fake::with(1, None);
    let address = support::raw::serve(|mut wire| async move {
        wire.request().await;
        wire.answer("200 OK", &[], "").await;
    })
    .await;
    *fake.send_to.lock().unwrap() = Some(format!("http://{address}/").parse().unwrap());
    let mut rig = rig(fake, ONE);
    rig.handle.set_bandwidth(Some(40_000));
    let path = rig.file("large.txt");
    std::fs::File::options().write(true).open(&path).unwrap().set_len(10_000_000).unwrap();
    let began = std::time::Instant::now();
    let (batch, _) = rig.submit("a", one(&path)).await;
    let sent = |rig: &Rig| rig.handle.moving().first().map_or(0, |moving| moving.sent_bytes);
    while sent(&rig) < 40_000 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert!(began.elapsed() > Duration::from_millis(800), "{:?}", began.elapsed());
    assert!(sent(&rig) < 80_000, "it came in small parts");
    let began = std::time::Instant::now();
    rig.handle.set_bandwidth(None);
    assert_eq!(rig.batch(batch).await[0].state, State::Done);
    assert!(began.elapsed() < seconds(20), "at the old rate it would take four minutes");
}
