//! What goes in comes out.

use std::time::{Duration, UNIX_EPOCH};

use super::*;
use crate::domain::attachment::{FileFacts, Priority, State};
use crate::store::rows::Attempt;

#[tokio::test]
async fn a_fresh_row_has_what_was_handed_over() {
    let bench = Bench::new();
    let (batch, ids) = bench.add("Bot", &["a.jpg", "b.jpg"]).await;
    let rows = bench.store.batch(batch).await.unwrap();
    let added_at_ms = rows[0].added_at_ms;
    assert!(added_at_ms >= 1_790_000_000_000);
    let expected = |id, position, name: &str| Row {
        id,
        batch,
        position,
        path: Path::new("/home/me").join(name),
        name: name.to_owned(),
        size: None,
        mime: None,
        modified: None,
        pixels: None,
        duration_secs: None,
        profile: "Bot".to_owned(),
        service: "mixin".to_owned(),
        state: State::Queued,
        step: None,
        attempts: 0,
        failure: None,
        receipt: None,
        checkpoint: None,
        answer_lost: false,
        added_at_ms,
        started_at_ms: None,
        finished_at_ms: None,
        session: bench.store.session(),
        held: false,
        priority: Priority::Normal,
        rank: id.0,
        whole_at_ms: None,
        content: None,
        link_check: None,
        repairs: Vec::new(),
        sent: None,
    };
    assert_eq!(rows, [expected(ids[0], 0, "a.jpg"), expected(ids[1], 1, "b.jpg")]);
}

#[tokio::test]
async fn facts_and_outcome_read_back() {
    let bench = Bench::new();
    let (_, ids) = bench.add("Bot", &["a.mp4"]).await;
    let id = ids[0];
    let facts = FileFacts {
        path: "/tmp/repaired-copy.mp4".into(),
        name: "repaired.mp4".to_owned(),
        size: 5_000_000_000,
        mime: "video/mp4".to_owned(),
        modified: Some(UNIX_EPOCH + Duration::new(1_789_999_999, 123_456_700)),
        pixels: Some((3840, 2160)),
        duration_secs: Some(61),
    };
    bench.store.set_facts(id, &facts).await.kept().await.unwrap();
    bench.store.begin_attempt(id).await.kept().await.unwrap();
    bench.store.set_checkpoint(id, Some("{\"part\":3}".to_owned())).await.unwrap();
    bench.store.set_answer_lost(id, true).await.unwrap();
    bench.store.set_state(id, State::Finishing, Some(Step::Confirm)).await.unwrap();
    assert_eq!(bench.row(id).await.checkpoint.as_deref(), Some("{\"part\":3}"));
    let outcome = Outcome { receipt: Some(receipt("https://files.example/x")), failure: None };
    bench.store.finish(id, State::Done, outcome.clone()).await.unwrap();

    let row = bench.row(id).await;
    assert_eq!(row.path, Path::new("/home/me/a.mp4"));
    assert_eq!(row.name, facts.name);
    assert_eq!(row.size, Some(facts.size));
    assert_eq!(row.mime.as_deref(), Some("video/mp4"));
    assert_eq!(row.modified, facts.modified);
    assert_eq!(row.pixels, facts.pixels);
    assert_eq!(row.duration_secs, Some(61));
    assert_eq!((row.state, row.step), (State::Done, Some(Step::Confirm)));
    assert_eq!(row.checkpoint, None, "with a receipt it has served");
    assert!(row.answer_lost);
    assert_eq!((row.receipt, row.failure), (outcome.receipt, None));
    assert!(row.added_at_ms < row.started_at_ms.unwrap());
    assert!(row.started_at_ms < row.finished_at_ms);

    bench.store.set_checkpoint(id, None).await.unwrap();
    bench.store.set_answer_lost(id, false).await.unwrap();
    let row = bench.row(id).await;
    assert_eq!((row.checkpoint, row.answer_lost), (None, false));
}

#[tokio::test]
async fn the_order_of_a_services_own_fields_is_kept() {
    let bench = Bench::new();
    let (_, ids) = bench.add("Bot", &["a"]).await;
    let outcome = Outcome { receipt: Some(receipt("https://x")), failure: None };
    bench.store.finish(ids[0], State::Done, outcome).await.unwrap();
    let extra = bench.row(ids[0]).await.receipt.unwrap().extra;
    assert_eq!(extra["attachment_id"].to_string(), r#"{"z":1,"a":[null,"x"]}"#);
}

#[tokio::test]
async fn every_state_and_step_reads_back() {
    let bench = Bench::new();
    let (_, ids) = bench.add("Bot", &["a"]).await;
    let steps = [
        Step::Inspect,
        Step::Preflight,
        Step::Prepare,
        Step::Ticket,
        Step::Send,
        Step::Confirm,
        Step::Verify,
        Step::Record,
    ];
    let pairs = State::ALL.into_iter().zip(steps.into_iter().map(Some).chain([None, None]));
    for (state, step) in pairs {
        bench.store.set_state(ids[0], state, step).await.unwrap();
        let row = bench.row(ids[0]).await;
        assert_eq!((row.state, row.step), (state, step));
        assert_eq!(row.finished_at_ms.is_some(), state.is_settled(), "{state:?}");
    }
}

#[tokio::test]
async fn names_with_line_breaks_and_marks_read_back() {
    let bench = Bench::new();
    let name = "invoice\u{202e}gpj.\nexe \u{1f600} 'quoted\" 中文";
    let (batch, _) = bench.add("机器人", &[name]).await;
    let rows = bench.store.batch(batch).await.unwrap();
    assert_eq!(rows[0].name, name);
    assert_eq!(rows[0].profile, "机器人");
}

#[cfg(unix)]
#[tokio::test]
async fn a_path_that_is_not_utf8_reads_back() {
    use std::os::unix::ffi::OsStrExt;
    let bench = Bench::new();
    let path = PathBuf::from(std::ffi::OsStr::from_bytes(b"/home/me/\xff\xfe caf\xe9\n.jpg"));
    let file = NewAttachment { path: path.clone(), name: "caf\u{fffd}.jpg".to_owned() };
    let (batch, _) = bench.store.add_batch(new_batch("Bot"), vec![file]).await.unwrap();
    assert_eq!(bench.store.batch(batch).await.unwrap()[0].path, path);
}

#[tokio::test]
async fn a_failed_attachment_that_is_tried_again_forgets_the_failure() {
    let bench = Bench::new();
    let (_, ids) = bench.add("Bot", &["a"]).await;
    bench.store.begin_attempt(ids[0]).await.kept().await.unwrap();
    let outcome = Outcome { receipt: None, failure: Some(failure()) };
    bench.store.finish(ids[0], State::Failed, outcome).await.unwrap();
    let failed = bench.row(ids[0]).await;
    assert_eq!(failed.failure, Some(failure()));

    // Another run of the program tries it again: it belongs to that run from then on.
    let second = Store::open(&bench.path(), SessionId::fresh()).unwrap();
    second.set_state(ids[0], State::Queued, None).await.unwrap();
    let row = second.attachment(ids[0]).await.unwrap().unwrap();
    assert_eq!((row.state, row.failure, row.finished_at_ms), (State::Queued, None, None));
    assert_eq!(row.session, second.session());
    assert_eq!((row.attempts, row.started_at_ms), (1, failed.started_at_ms));
}

#[tokio::test]
async fn attempts_are_counted_and_kept() {
    let bench = Bench::new();
    let (_, ids) = bench.add("Bot", &["a", "b"]).await;
    bench.store.begin_attempt(ids[0]).await.kept().await.unwrap();
    bench.store.end_attempt(ids[0], Some(&failure()), false).await.kept().await.unwrap();
    bench.store.begin_attempt(ids[0]).await.kept().await.unwrap();
    bench.store.begin_attempt(ids[1]).await.kept().await.unwrap();

    let attempts = bench.store.attempts(ids[0]).await.unwrap();
    let [first, second] = attempts.as_slice() else { panic!("{attempts:?}") };
    assert_eq!((first.number, first.failure.clone()), (1, Some(failure())));
    assert!(first.started_at_ms < first.ended_at_ms.unwrap());
    assert!(first.ended_at_ms.unwrap() < second.started_at_ms);
    let started_at_ms = second.started_at_ms;
    assert_eq!(*second, Attempt { number: 2, started_at_ms, ended_at_ms: None, failure: None });
    assert_eq!(bench.row(ids[0]).await.attempts, 2);
}

#[tokio::test]
async fn what_was_not_told_before_is_kept_with_the_receipt() {
    let bench = Bench::new();
    for begins in [true, false] {
        let (_, ids) = bench.add("Bot", &["old.jpg"]).await;
        if begins {
            bench.store.begin_attempt(ids[0]).await.kept().await.unwrap();
            assert_eq!(bench.row(ids[0]).await.state, State::Queued);
        }
        let (facts, receipt) = (facts("new.jpg"), receipt("https://files.example/x"));
        let told = (Some(Step::Confirm), Some(facts.clone()), Some([7; 32]));
        bench.store.finish_uploaded(ids[0], &receipt, told).await.unwrap();
        let row = bench.row(ids[0]).await;
        assert_eq!((row.state, row.step, row.receipt), (State::Done, Some(Step::Confirm), Some(receipt)));
        assert_eq!((row.name, row.size, row.mime), (facts.name, Some(1), Some(facts.mime)));
        let attempts = bench.store.attempts(ids[0]).await.unwrap();
        assert_eq!(
            attempts.iter().map(|attempt| attempt.ended_at_ms.is_some()).collect::<Vec<_>>(),
            vec![true; usize::from(begins)]
        );
        bench.store.forget(ids).await.unwrap();
    }
}

#[tokio::test]
async fn activity_reads_back_in_order() {
    let bench = Bench::new();
    let (_, ids) = bench.add("Bot", &["a", "b"]).await;
    for url in ["https://1", "https://2", "https://3"] {
        bench.store.add_activity(ids[0], During::LastAttempt, activity(url)).await.kept().await.unwrap();
    }
    bench.store.add_activity(ids[1], During::Aftercare, activity("https://else")).await.kept().await.unwrap();
    assert_eq!(
        bench.store.activity(ids[0]).await.unwrap(),
        [activity("https://1"), activity("https://2"), activity("https://3")]
    );
}

#[tokio::test]
async fn cancel_all_leaves_what_is_settled() {
    let bench = Bench::new();
    let (_, ids) = bench.add("Bot", &["done", "running", "paused", "queued"]).await;
    let outcome = Outcome { receipt: Some(receipt("https://x")), failure: None };
    bench.store.finish(ids[0], State::Done, outcome).await.unwrap();
    bench.store.set_state(ids[1], State::Uploading, Some(Step::Send)).await.unwrap();
    bench.store.set_state(ids[2], State::Paused, None).await.unwrap();

    assert_eq!(bench.store.settle_many(ids.clone(), State::Canceled).await.unwrap(), 3);
    let done = bench.row(ids[0]).await;
    assert_eq!(done.state, State::Done);
    for id in &ids[1..] {
        let row = bench.row(*id).await;
        assert_eq!(row.state, State::Canceled);
        assert!(row.finished_at_ms > done.finished_at_ms);
    }
}

#[tokio::test]
async fn only_the_dead_runs_rows_are_interrupted() {
    let dead = Bench::new();
    let (_, ids) =
        dead.add("Bot", &["queued", "preparing", "uploading", "finishing", "paused", "done"]).await;
    for (id, state, step) in [
        (ids[1], State::Preparing, Step::Inspect),
        (ids[2], State::Uploading, Step::Send),
        (ids[3], State::Finishing, Step::Confirm),
        (ids[4], State::Paused, Step::Send),
    ] {
        dead.store.set_state(id, state, Some(step)).await.unwrap();
    }
    dead.store.finish(ids[5], State::Done, Outcome::default()).await.unwrap();

    let live = Store::open(&dead.path(), SessionId::fresh()).unwrap();
    let (batch, _) = live.add_batch(new_batch("Bot"), files(&["mine"])).await.unwrap();
    assert_eq!(live.unfinished_sessions().await.unwrap(), [dead.store.session(), live.session()]);
    assert_eq!(live.interrupt(dead.store.session()).await.unwrap(), 5);

    let mut states = Vec::new();
    for id in ids {
        let row = dead.row(id).await;
        states.push((row.state, row.step));
    }
    let steps = [None, Some(Step::Inspect), Some(Step::Send), Some(Step::Confirm), Some(Step::Send)];
    let mut expected: Vec<_> = steps.into_iter().map(|step| (State::Interrupted, step)).collect();
    expected.push((State::Done, None));
    assert_eq!(states, expected);
    assert_eq!(live.batch(batch).await.unwrap()[0].state, State::Queued);
    assert_eq!(live.unfinished_sessions().await.unwrap(), [live.session()]);
    assert_eq!(live.interrupt(dead.store.session()).await.unwrap(), 0);
}

#[tokio::test]
async fn an_unknown_attachment_is_a_failure() {
    let bench = Bench::new();
    let (_, ids) = bench.add("Bot", &["a"]).await;
    let (store, none) = (&bench.store, AttachmentId(77));
    let text = "The history has no attachment 77.";
    let answers = [
        store.set_facts(none, &facts("a")).await.kept().await,
        store.set_state(none, State::Done, None).await,
        store.set_state(none, State::Queued, None).await,
        store.begin_attempt(none).await.kept().await,
        store.add_activity(none, During::LastAttempt, activity("https://x")).await.kept().await,
        store.set_checkpoint(none, None).await,
        store.set_answer_lost(none, true).await,
        store.finish(none, State::Done, Outcome::default()).await,
        store.replace_receipt(none, Receipt::default()).await,
        store.settle_many(vec![none], State::Canceled).await.map(drop),
    ];
    for answer in answers {
        let failure = answer.unwrap_err();
        assert_eq!((failure.kind, failure.to_string().as_str()), (Kind::Storage, text));
    }
    let failure = store.end_attempt(ids[0], None, false).await.kept().await.unwrap_err();
    assert_eq!(failure.broke, "The history has no attempt of attachment 1");
    assert_eq!(store.attachment(none).await.unwrap(), None);
    assert_eq!(store.batch(BatchId(77)).await.unwrap(), []);
    assert_eq!(store.activity(none).await.unwrap(), []);
}

#[tokio::test]
async fn what_was_interrupted_may_have_arrived_where_its_begin_may_not_be_kept() {
    for (doubtful, lost) in [("mixin", true), ("cosmos", false)] {
        let bench = Bench::new();
        let (_, ids) = bench.add("Bot", &["a", "b", "c"]).await;
        let left_by = bench.store.session();
        bench.store.set_state(ids[2], State::Failed, None).await.unwrap();
        bench.store.interrupt(left_by).await.unwrap();
        bench.store.claim(vec![ids[0], ids[2]], vec![doubtful]).await.unwrap();
        let taking = Taking { id: ids[1], left_by, becomes: Becomes::Queued };
        bench.store.take_up(vec![taking], vec![doubtful]).await.unwrap();
        let mut told = Vec::new();
        for id in ids {
            told.push(bench.row(id).await.answer_lost);
        }
        assert_eq!(told, [lost, lost, false], "{doubtful}");
    }
}
