//! Pausing ends an upload within a second, at whatever it is; it goes on later, or is unsure where a repeat might
//! make a second object.

use std::time::{Duration, Instant};

use affix::domain::attachment::{AttachmentId, State};
use affix::domain::describe::{Description, Repeat};
use affix::domain::error::Step;
use affix::sandbox::faults::{Action, Fault};
use affix::transfer::{Event, Moving, Repairs, Scope};

use crate::live::{Live, until};
use crate::{all, routes};

const SOON: Duration = Duration::from_secs(1);
const SIZE: usize = 200_000;

/// What a lost answer means at this step.
fn repeat(description: &Description, step: Step) -> Repeat {
    let repeats = description.capability.repeats;
    repeats.iter().find(|(known, _)| *known == step).map_or(Repeat::Ambiguous, |(_, repeat)| *repeat)
}

/// What was paused or unsure, and the step that it came to.
async fn stopped(live: &mut Live) -> (AttachmentId, Step) {
    let (mut step, mut ended) = (None, None);
    loop {
        match live.events.recv().await.unwrap() {
            Event::State { id, state: State::Paused, .. } => return (id, step.unwrap()),
            Event::State { step: now, .. } => step = now,
            Event::Finished(end) => ended = Some(end.id),
            Event::BatchDone(_) => return (ended.unwrap(), step.unwrap()),
            _ => {}
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_a_service_lets_wait() {
    let mut live = Live::start().await;
    let mut unsure = Vec::new();
    for (description, _, _) in all() {
        let id = description.id;
        for route in routes(&mut live, id, SIZE).await {
            let what = format!("{id}: {route}");
            live.fault(Fault::new(Action::StallAnswer).on(id, &route));
            let path = live.picture(SIZE);
            let met = live.server.faults().met();
            live.handle.submit(vec![path], id, Repairs::Refuse).await.unwrap();
            until(|| live.server.faults().met() > met).await;
            let is_whole = |moving: &Moving| moving.sent_bytes == moving.total_bytes;
            until(|| live.handle.moving().iter().all(is_whole)).await;
            let begun = Instant::now();
            live.handle.pause(Scope::All).await.unwrap();
            let (attachment, step) = stopped(&mut live).await;
            assert!(begun.elapsed() < SOON, "{what}: {:?}", begun.elapsed());
            assert_eq!(live.handle.moving(), [], "{what}: nothing moves any more");
            let row = live.store.attachment(attachment).await.unwrap().unwrap();
            let expected = if repeat(description, step).is_safe() { State::Paused } else { State::Unsure };
            assert_eq!(row.state, expected, "{what}");
            until(|| live.count(id, &route) == 1).await;
            live.server.faults().clear();
            if expected == State::Paused {
                live.handle.resume(Scope::All).await.unwrap();
            } else {
                unsure.push(id);
                assert_eq!(live.handle.retry(Scope::One(attachment)).await.unwrap(), 1, "{what}");
            }
            let end = live.end().await;
            assert_eq!((end.id, end.state), (attachment, State::Done), "{what}: {end:?}");
            live.reset().await;
        }
    }
    assert!(unsure.contains(&"cronofy") && unsure.contains(&"forum"), "{unsure:?}");
}
