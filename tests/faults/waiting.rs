//! A service that asks to wait is not asked again before.

use std::time::{Duration, SystemTime};

use affix::domain::attachment::State;
use affix::domain::error::Kind;
use affix::sandbox::faults::{Action, Fault};
use affix::transfer::{Event, Repairs, Scope};

use crate::bench::{Route, profiles, routes};
use crate::live::Live;

fn busy(status: u16, retry_after: Option<String>, retry_after_ms: Option<u64>) -> Action {
    Action::Status { status, retry_after, retry_after_ms, early: false }
}

/// The waits that are asked for, with the least and the most that may come of them.
fn waits(statuses: &[u16]) -> Vec<(Action, Duration, Duration)> {
    let secs = Duration::from_secs;
    let date = httpdate::fmt_http_date(SystemTime::now() + secs(100));
    let past = httpdate::fmt_http_date(SystemTime::now() - secs(100));
    let mut all = Vec::new();
    for &status in statuses {
        all.push((busy(status, Some("7".to_owned()), None), secs(7), secs(7)));
        all.push((
            busy(status, None, Some(2_500)),
            Duration::from_millis(2_500),
            Duration::from_millis(2_500),
        ));
        // The tests' own waits are of milliseconds.
        all.push((busy(status, None, None), Duration::ZERO, secs(1)));
        all.push((busy(status, Some("soon".to_owned()), None), Duration::ZERO, secs(1)));
        all.push((busy(status, Some(past.clone()), None), Duration::ZERO, secs(1)));
        all.push((busy(status, Some(date.clone()), None), secs(40), secs(101)));
    }
    all
}

/// One wait at one step. An engine of its own: another upload to the same host would have to wait too.
async fn one(first: &Live, route: &Route, (action, least, most): (Action, Duration, Duration)) {
    let mut live = first.another().await;
    let what = format!("{route} {action:?}");
    live.fault(Fault::new(action).on(route.service, &route.name));
    let path = live.picture(1_000);
    live.handle.submit(vec![path], route.profile, Repairs::Refuse).await.unwrap();
    let (failure, after) = loop {
        match live.events.recv().await.unwrap() {
            Event::WillRetry { failure, after, .. } => break (failure, after),
            Event::Finished(end) => panic!("{what}: {end:?}"),
            _ => {}
        }
    };
    assert!((least..=most).contains(&after), "{what}: waits {after:?}");
    let kinds = [Kind::RateLimited, Kind::Server, Kind::Timeout, Kind::Refused];
    assert!(kinds.contains(&failure.kind), "{what}: {failure:?}");
    if least > Duration::ZERO {
        live.handle.cancel(Scope::All).await.unwrap();
        assert_eq!(live.end().await.state, State::Canceled, "{what}");
        assert_eq!(live.count(route.service, &route.name), 1, "{what}: asked again too soon");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_step_of_every_service() {
    let mut live = Live::start().await;
    for profile in profiles() {
        // All of them at one service: they differ in nothing but their kind.
        let statuses: &[u16] = if profile.1 == "sandbox" { &[408, 425, 429, 503] } else { &[429] };
        for route in routes(&mut live, profile, 1_000).await {
            for wait in waits(statuses) {
                one(&live, &route, wait).await;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_wait_is_over_before_the_next_request() {
    let mut live = Live::start().await;
    for profile in profiles() {
        for route in routes(&mut live, profile, 1_000).await {
            live.fault(Fault::new(busy(503, None, Some(40))).on(route.service, &route.name).times(1));
            let path = live.picture(1_000);
            let begun = std::time::Instant::now();
            let end = live.upload(route.profile, &path).await;
            assert_eq!((end.state, end.retried.len()), (State::Done, 1), "{route}: {end:?}");
            assert!(begun.elapsed() >= Duration::from_millis(40), "{route}: {:?}", begun.elapsed());
            live.reset().await;
        }
    }
}
