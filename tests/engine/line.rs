//! The engine over a real database with a service that does what the test says; time is tokio's and paused.

use std::time::Duration;

use crate::support::fake::{Fake, failure, one, receipt, rig};
use affix::domain::attachment::State;
use affix::domain::error::{Failure, Kind, Retry, Step};
use affix::domain::preflight::Repair;
use affix::domain::receipt::Receipt;
use affix::transfer::{Answer, Event, Limits, Repairs};

const SAFE: Retry = Retry::Safe { after: None };

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[tokio::test(start_paused = true)]
async fn a_file_goes_the_straight_line_and_is_kept() {
    let fake = Fake::with(0, None);
    let mut rig = rig(fake, Limits::default());
    let (batch, ids) = rig.submit("a", one(&rig.file("photo.txt"))).await;
    let mut steps = Vec::new();
    rig.until(|event| {
        if let Event::State { step, .. } = event {
            steps.extend(step);
        }
        (steps.last() == Some(&Step::Send)).then_some(())
    })
    .await;
    // What passes in no time is not told.
    assert!(steps.is_sorted(), "{steps:?}");
    let row = rig.store.attachment(ids[0]).await.unwrap().unwrap();
    assert_eq!((row.state, row.step), (State::Uploading, Some(Step::Send)), "who is told looks there");
    fake.gate.add_permits(1);
    let finished =
        rig.until(|event| if let Event::Finished(finished) = event { Some(*finished) } else { None }).await;
    assert_eq!((finished.id, finished.batch, finished.state), (ids[0], batch, State::Done));
    let row = rig.store.attachment(ids[0]).await.unwrap().unwrap();
    assert_eq!((row.state, row.attempts, row.size), (State::Done, 1, Some(7)));
    let receipt = row.receipt.unwrap();
    assert_eq!(receipt.primary().unwrap().value, "https://fake.example/photo.txt");
    assert_eq!(receipt.size, Some(7));
    assert_eq!(rig.store.attempts(ids[0]).await.unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn safe_failures_are_repeated_with_growing_waits_and_then_given_up() {
    let fake = Fake::new();
    for _ in 0..9 {
        fake.then(|| Err(failure(Kind::Server).retry(SAFE)));
    }
    let mut rig = rig(fake, Limits::default());
    let (batch, ids) = rig.submit("a", one(&rig.file("x.txt"))).await;
    let ended = rig.batch(batch).await;
    assert_eq!(ended[0].state, State::Failed);
    let asked = fake.asked();
    assert_eq!(asked.len(), 5, "one try and four repeats");
    let waits: Vec<_> = asked.windows(2).map(|two| two[1].at - two[0].at).collect();
    for (wait, step) in waits.iter().zip([1, 2, 4, 8]) {
        assert!(*wait >= seconds(step) / 2, "{waits:?}");
    }
    let row = rig.store.attachment(ids[0]).await.unwrap().unwrap();
    assert_eq!((row.state, row.attempts), (State::Failed, 5));
    assert_eq!(row.failure.unwrap().asked.unwrap(), "Upload x.txt to a");
}

#[tokio::test(start_paused = true)]
async fn a_failure_that_a_repeat_does_not_mend_is_not_repeated() {
    for (retry, state) in [(Retry::Never, State::Failed), (Retry::Ambiguous, State::Unsure)] {
        let fake = Fake::new();
        fake.then(move || Err(failure(Kind::Network).retry(retry)));
        let mut rig = rig(fake, Limits::default());
        let (batch, ids) = rig.submit("a", one(&rig.file("x.txt"))).await;
        assert_eq!(rig.batch(batch).await[0].state, state);
        assert_eq!(fake.asked().len(), 1);
        assert_eq!(rig.store.attachment(ids[0]).await.unwrap().unwrap().state, state);
    }
}

#[tokio::test(start_paused = true)]
async fn a_host_that_asks_to_wait_is_paused_alone() {
    let fake = Fake::new();
    let wait = Retry::Safe { after: Some(seconds(300)) };
    fake.then(move || Err(failure(Kind::RateLimited).retry(wait)));
    // Paused time stands still as long as a blocking task runs.
    let (let_time_pass, held) = std::sync::mpsc::sync_channel::<()>(0);
    tokio::task::spawn_blocking(move || held.recv());
    let mut rig = rig(fake, Limits { per_profile: 1, overall: 6 });
    let (slow, _) = rig.submit("a", rig.files(3)).await;
    rig.until(|event| matches!(event, Event::WillRetry { .. }).then_some(())).await;
    // The rest of the batch waits with it; another host's files do not.
    let (other, _) = rig.submit("b", one(&rig.file("other.txt"))).await;
    assert_eq!(rig.batch(other).await[0].state, State::Done);
    let began = fake.asked()[0].at;
    drop(let_time_pass);
    let states: Vec<_> = rig.batch(slow).await.iter().map(|end| end.state).collect();
    assert_eq!(states, [State::Done; 3]);
    for asked in fake.asked().iter().skip(1).filter(|asked| asked.profile == "a") {
        assert!(asked.at - began >= seconds(300), "{asked:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn no_more_run_at_once_than_the_limits_say() {
    for (profiles, limits, most) in [
        (vec!["a"], Limits { per_profile: 3, overall: 6 }, 3),
        (vec!["a", "b", "c"], Limits { per_profile: 3, overall: 6 }, 6),
        (vec!["a", "b"], Limits { per_profile: 1, overall: 6 }, 2),
    ] {
        let fake = Fake::with(0, None);
        let mut rig = rig(fake, limits);
        let files = rig.files(20);
        let mut batches = Vec::new();
        for profile in &profiles {
            batches.push(rig.submit(profile, files.clone()).await.0);
        }
        // Only once as many hang in the gate as the limit allows, the gate opens.
        while fake.under_way.load(std::sync::atomic::Ordering::SeqCst) < most {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        fake.gate.add_permits(1000);
        let mut done = 0;
        rig.until(|event| {
            done += usize::from(matches!(event, Event::Finished(_)));
            (done == 20 * profiles.len()).then_some(())
        })
        .await;
        assert_eq!(fake.most_under_way.load(std::sync::atomic::Ordering::SeqCst), most, "{profiles:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_repeat_knows_what_the_first_try_left() {
    let fake = Fake::new();
    *fake.checkpoint.lock().unwrap() = Some("ticket-7".to_owned());
    fake.then(|| Err(failure(Kind::Network).retry(SAFE)));
    let mut rig = rig(fake, Limits::default());
    let (batch, _) = rig.submit("a", one(&rig.file("x.txt"))).await;
    rig.batch(batch).await;
    let asked = fake.asked();
    assert_eq!((asked[0].answer_lost, asked[0].resumed.as_deref()), (false, None));
    assert_eq!((asked[1].answer_lost, asked[1].resumed.as_deref()), (true, Some("ticket-7")));
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_no_lost_answer() {
    for (status, may_stand) in
        [(None, true), (Some(500), true), (Some(200), true), (Some(503), false), (Some(429), false)]
    {
        let fake = Fake::new();
        fake.then(move || Err(Failure { http_status: status, ..failure(Kind::Server).retry(SAFE) }));
        let mut rig = rig(fake, Limits::default());
        let (batch, _) = rig.submit("a", one(&rig.file("x.txt"))).await;
        rig.batch(batch).await;
        assert_eq!(fake.asked()[1].answer_lost, may_stand, "{status:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_try_kept_does_not_count_for_another_content() {
    let fake = Fake::new();
    *fake.checkpoint.lock().unwrap() = Some("ticket-7".to_owned());
    let mut rig = rig(fake, Limits::default());
    let file = rig.file("x.txt");
    let path = file.clone();
    fake.then(move || {
        std::fs::File::create(path).and_then(|file| file.set_len(3)).unwrap();
        Err(failure(Kind::Network).retry(SAFE))
    });
    let (batch, _) = rig.submit("a", one(&file)).await;
    rig.batch(batch).await;
    assert_eq!(fake.asked()[1].resumed, None);
}

#[tokio::test(start_paused = true)]
async fn of_two_wishes_of_a_host_the_longer_one_counts() {
    let fake = Fake::with(0, None);
    for wait in [300, 10] {
        let wait = Retry::Safe { after: Some(seconds(wait)) };
        fake.then(move || Err(failure(Kind::RateLimited).retry(wait)));
    }
    let mut rig = rig(fake, Limits { per_profile: 2, overall: 2 });
    let (batch, _) = rig.submit("a", rig.files(3)).await;
    while fake.asked().len() < 2 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    fake.gate.add_permits(100);
    assert!(rig.batch(batch).await.iter().all(|end| end.state == State::Done));
    let asked = fake.asked();
    for later in &asked[2..] {
        assert!(later.at - asked[0].at >= seconds(300), "{asked:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_profile_with_much_to_do_does_not_hold_up_another() {
    let fake = Fake::with(0, None);
    let mut rig = rig(fake, Limits { per_profile: 2, overall: 2 });
    rig.submit("a", rig.files(5)).await;
    let (other, _) = rig.submit("b", one(&rig.file("other.txt"))).await;
    while fake.asked().len() < 2 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    fake.gate.add_permits(1);
    while fake.asked().len() < 3 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    assert_eq!(fake.asked()[2].profile, "b");
    fake.gate.add_permits(10);
    assert_eq!(rig.batch(other).await[0].state, State::Done);
}

#[tokio::test(start_paused = true)]
async fn what_was_answered_goes_before_what_has_not_begun() {
    let fake = Fake::with(0, Some('#'));
    let mut rig = rig(fake, Limits { per_profile: 1, overall: 1 });
    let files = ["a#b.txt", "1.txt", "2.txt"].map(|name| rig.file(name)).to_vec();
    let (batch, ids) = rig.handle.submit(files, "a", Repairs::Ask).await.unwrap();
    rig.until(|event| matches!(event, Event::Asked { .. }).then_some(())).await;
    let repair = Repair::Rename { name: "a_b.txt".to_owned() };
    rig.handle.answer(ids[0], Answer::Repair(vec![repair])).await.unwrap();
    fake.gate.add_permits(10);
    rig.batch(batch).await;
    let names: Vec<_> = fake.asked().into_iter().map(|asked| asked.name).collect();
    assert_eq!(names, ["1.txt", "a_b.txt", "2.txt"]);
}

#[tokio::test(start_paused = true)]
async fn a_service_that_asks_to_wait_for_ages_is_told_of_and_not_waited_for() {
    let fake = Fake::new();
    let ages = Retry::Safe { after: Some(Duration::MAX) };
    fake.then(move || Err(failure(Kind::RateLimited).retry(ages)));
    let mut rig = rig(fake, Limits::default());
    let (batch, _) = rig.submit("a", one(&rig.file("x.txt"))).await;
    let ended = rig.batch(batch).await.remove(0);
    assert_eq!(ended.state, State::Failed);
    assert!(ended.failure.unwrap().advice.unwrap().starts_with("The service asks to wait for "));
}

#[tokio::test(start_paused = true)]
async fn a_limit_without_a_time_holds_the_whole_host_back() {
    let fake = Fake::new();
    fake.then(|| Err(failure(Kind::RateLimited).retry(SAFE)));
    // Paused time stands still as long as a blocking task runs.
    let (let_time_pass, held) = std::sync::mpsc::sync_channel::<()>(0);
    tokio::task::spawn_blocking(move || held.recv());
    let mut rig = rig(fake, Limits { per_profile: 1, overall: 6 });
    let (batch, _) = rig.submit("a", rig.files(3)).await;
    rig.until(|event| matches!(event, Event::WillRetry { .. }).then_some(())).await;
    let (other, _) = rig.submit("b", one(&rig.file("other.txt"))).await;
    assert_eq!(rig.batch(other).await[0].state, State::Done);
    assert_eq!(fake.asked().iter().filter(|asked| asked.profile == "a").count(), 1);
    drop(let_time_pass);
    assert!(rig.batch(batch).await.iter().all(|end| end.state == State::Done));
}

#[tokio::test(start_paused = true)]
async fn a_finding_with_a_repair_is_asked_about_and_the_answer_is_carried_out() {
    for (answer, state, sent) in [
        (Answer::Repair(vec![Repair::Rename { name: "a_b.txt".to_owned() }]), State::Done, Some("a_b.txt")),
        (Answer::Refuse, State::Failed, None),
    ] {
        let fake = Fake::with(10, Some('#'));
        let mut rig = rig(fake, Limits::default());
        let (batch, ids) = rig.handle.submit(one(&rig.file("a#b.txt")), "a", Repairs::Ask).await.unwrap();
        let (id, findings) = rig
            .until(|event| match event {
                Event::Asked { id, findings } => Some((id, findings)),
                _ => None,
            })
            .await;
        assert_eq!((id, findings.len()), (ids[0], 1));
        assert_eq!(rig.store.attachment(id).await.unwrap().unwrap().state, State::Paused);
        rig.handle.answer(id, answer).await.unwrap();
        assert_eq!(rig.batch(batch).await[0].state, state);
        assert_eq!(fake.asked().first().map(|asked| asked.name.clone()).as_deref(), sent);
    }
}

#[tokio::test(start_paused = true)]
async fn without_questions_a_finding_fails_and_says_what_would_mend_it() {
    let fake = Fake::with(10, Some('#'));
    let mut rig = rig(fake, Limits::default());
    let (batch, _) = rig.submit("a", one(&rig.file("a#b.txt"))).await;
    let failure = rig.batch(batch).await.remove(0).failure.unwrap();
    assert_eq!((failure.kind, failure.step), (Kind::BadName, Some(Step::Preflight)));
    assert_eq!(failure.advice.as_deref(), Some("It can be sent as “a_b.txt”."));
    assert!(fake.asked().is_empty(), "nothing was sent");
}

#[tokio::test(start_paused = true)]
async fn what_the_service_got_is_compared_with_what_was_sent() {
    let wrong: [fn(&mut Receipt); 2] = [|receipt| receipt.size = Some(8), |receipt| receipt.size = Some(0)];
    for change in wrong {
        let fake = Fake::new();
        fake.then(move || {
            let mut receipt = receipt("x.txt");
            change(&mut receipt);
            Ok(receipt)
        });
        let mut rig = rig(fake, Limits::default());
        let (batch, _) = rig.submit("a", one(&rig.file("x.txt"))).await;
        let ended = rig.batch(batch).await.remove(0);
        assert_eq!(ended.state, State::Failed);
        let failure = ended.failure.unwrap();
        assert_eq!((failure.kind, failure.step), (Kind::Protocol, Some(Step::Verify)));
        assert_eq!(fake.asked().len(), 1, "a damaged file is not sent again unasked");
    }
}

#[tokio::test(start_paused = true)]
async fn files_that_cannot_be_sent_fail_before_anything_leaves() {
    let fake = Fake::new();
    let mut rig = rig(fake, Limits::default());
    let empty = rig.file("empty.txt");
    std::fs::File::create(&empty).unwrap();
    let folder = rig.folder.path().to_owned();
    let (batch, _) =
        rig.submit("a", vec![folder.join("absent"), folder.clone(), empty, rig.file("good.txt")]).await;
    let ended = rig.batch(batch).await;
    let kinds: Vec<_> = ended.iter().map(|end| end.failure.as_ref().map(|failure| failure.kind)).collect();
    assert_eq!(kinds, [Some(Kind::Unreadable), Some(Kind::Unreadable), Some(Kind::Empty), None]);
    assert_eq!(fake.asked().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_sent_when_it_cannot_be_kept_first() {
    let fake = Fake::new();
    let rig = rig(fake, Limits::default());
    rig.store.clone().close().await;
    let refused = rig.handle.submit(one(&rig.file("x.txt")), "a", Repairs::Refuse).await.unwrap_err();
    assert_eq!(refused.kind, Kind::Storage);
    assert!(fake.asked().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_receipt_that_cannot_be_recorded_is_told_all_the_same() {
    let fake = Fake::with(0, None);
    let mut rig = rig(fake, Limits::default());
    rig.submit("a", one(&rig.file("x.txt"))).await;
    let sending = |event| matches!(event, Event::State { step: Some(Step::Send), .. }).then_some(());
    rig.until(sending).await;
    rig.store.clone().close().await;
    fake.gate.add_permits(1);
    let finished = rig
        .until(|event| match event {
            Event::Finished(finished) => Some(*finished),
            _ => None,
        })
        .await;
    assert_eq!(finished.state, State::Done);
    assert_eq!(finished.receipt.unwrap().primary().unwrap().value, "https://fake.example/x.txt");
    let failure = finished.failure.unwrap();
    assert_eq!((failure.kind, failure.step), (Kind::Storage, Some(Step::Record)));
    assert_eq!(failure.broke, "Uploaded, but not kept in the history: The history is closed");
}
