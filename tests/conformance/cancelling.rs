//! Cancelling ends an upload within a second, at whatever it is, and its connection with it.

use std::time::{Duration, Instant};

use affix::domain::attachment::State;
use affix::domain::error::Kind;
use affix::sandbox::faults::{Action, Fault};
use affix::transfer::{Event, Moving, Repairs, Scope};

use crate::live::{Live, until};
use crate::{all, routes};

const SOON: Duration = Duration::from_secs(1);
const LARGE: usize = 1_900_000;

async fn cancel(live: &mut Live, what: &str) {
    let begun = Instant::now();
    live.handle.cancel(Scope::All).await.unwrap();
    let end = live.end().await;
    assert!(begun.elapsed() < SOON, "{what}: {:?}", begun.elapsed());
    assert_eq!((end.state, end.failure().kind), (State::Canceled, Kind::Cancelled), "{what}: {end:?}");
    let row = live.store.attachment(end.id).await.unwrap().unwrap();
    assert_eq!(row.state, State::Canceled, "{what}");
    assert_eq!(live.handle.moving(), [], "{what}: nothing moves any more");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_a_service_lets_wait() {
    let mut live = Live::start().await;
    for (description, _, _) in all() {
        let id = description.id;
        for route in routes(&mut live, id, LARGE).await {
            let what = format!("{id}: {route}");
            live.fault(Fault::new(Action::StallAnswer).on(id, &route));
            let path = live.picture(LARGE);
            let met = live.server.faults().met();
            live.handle.submit(vec![path], id, Repairs::Refuse).await.unwrap();
            until(|| live.server.faults().met() > met).await;
            let begun = Instant::now();
            cancel(&mut live, &what).await;
            // The request is written to the log when its connection is gone.
            until(|| live.count(id, &route) == 1).await;
            assert!(begun.elapsed() < SOON, "{what}: the connection stays for {:?}", begun.elapsed());
            let entry = live.asked(id).into_iter().find(|entry| entry.step == route).unwrap();
            assert_eq!(entry.status, None, "{what}");
            live.reset().await;
        }
    }
}

/// Our own ends of connections to the sandbox that are open, as the kernel has them: the sandbox itself sees a closed
/// one only after everything that the kernel had taken before.
#[cfg(target_os = "linux")]
fn connections(live: &Live) -> usize {
    const ESTABLISHED: &str = "01";
    let remote = format!("0100007F:{:04X}", live.server.address().port());
    let table = std::fs::read_to_string("/proc/self/net/tcp").unwrap();
    let rows = table.lines().map(|line| line.split_whitespace().skip(2).take(2).collect::<Vec<_>>());
    rows.filter(|row| *row == [remote.as_str(), ESTABLISHED]).count()
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_the_bytes_are_on_their_way() {
    let mut live = Live::start().await;
    for (description, _, _) in all() {
        let id = description.id;
        for route in ["bytes", "upload"] {
            live.fault(Fault::new(Action::Slow { bytes_per_sec: 100_000 }).on(id, route));
        }
        let path = live.picture(LARGE);
        live.handle.submit(vec![path], id, Repairs::Refuse).await.unwrap();
        let bytes_move = |moving: &Moving| moving.total_bytes > 1_000_000 && moving.sent_bytes > 0;
        until(|| live.handle.moving().iter().any(bytes_move)).await;
        let open = connections(&live);
        let begun = Instant::now();
        cancel(&mut live, id).await;
        until(|| connections(&live) < open).await;
        assert!(begun.elapsed() < SOON, "{id}: the connection stays for {:?}", begun.elapsed());
        assert_eq!(live.kept(id).await.len(), 0, "{id}: half a file is kept");
        live.reset().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn before_anything_is_sent() {
    let mut live = Live::start().await;
    for (description, _, _) in all() {
        let id = description.id;
        live.fault(Fault::new(Action::Stall));
        let path = live.picture(LARGE);
        live.handle.submit(vec![path], id, Repairs::Refuse).await.unwrap();
        while !matches!(live.events.recv().await.unwrap(), Event::State { .. }) {}
        cancel(&mut live, id).await;
        assert_eq!(live.kept(id).await.len(), 0);
        live.reset().await;
    }
}
