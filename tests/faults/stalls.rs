//! Servers that stop reading or never answer: the idle time-out ends it.

use std::time::Duration;

use affix::domain::describe::Repeat;
use affix::domain::error::Kind;
use affix::sandbox::faults::Action;

use crate::bench::{Case, profiles, routes};
use crate::expected::{Nature, Outcome, expected};
use crate::live::Live;

/// Long enough that nothing else reaches it, short enough to wait for.
const IDLE: Duration = Duration::from_millis(800);

async fn run(service: &str) {
    let mut live = Live::with_idle(IDLE).await;
    let lost = Nature::Lost { kept: false, kind: Kind::Timeout };
    for profile in profiles().into_iter().filter(|(_, of)| *of == service) {
        for route in &routes(&mut live, profile, 3_000).await {
            for action in [Action::Stall, Action::StallAnswer] {
                // So small a request leaves whole even where nobody reads it.
                let case = Case { route, action, nature: lost, size: 3_000 };
                case.once(&mut live, expected(route, lost)).await;
            }
        }
    }
}

macro_rules! of_each_service {
    ($($name:ident),*) => {
        $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $name() {
            run(stringify!($name)).await;
        })*
    };
}

of_each_service!(cosmos, cronofy, forum, mixin, sandbox, teable);

/// A large body that nobody reads was never whole, so that every service may be asked again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_reads_a_large_body() {
    /// More than a kernel takes off a sender's hands: 4 MB and 32 MB where it is generous.
    const SIZE: usize = 50_000_000;
    let mut live = Live::with_idle(IDLE).await;
    let routes = routes(&mut live, ("forum", "forum"), 3_000).await;
    let route = routes.iter().find(|route| route.repeat == Repeat::Ambiguous).unwrap();
    let case = Case { route, action: Action::Stall, nature: Nature::Cut, size: SIZE };
    let timeout = Outcome { kind: Some(Kind::Timeout), ..expected(route, Nature::Cut) };
    case.once(&mut live, timeout).await;
}

/// A server that is slow but moves is waited for, however long that takes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_server_is_not_a_stalled_one() {
    let mut live = Live::with_idle(IDLE).await;
    for profile in profiles() {
        let size = 1_900_000;
        for route in
            routes(&mut live, profile, size).await.iter().filter(|route| route.body_bytes >= size as u64)
        {
            let action = Action::Slow { bytes_per_sec: 3_000_000 };
            let case = Case { route, action, nature: Nature::Harmless, size };
            case.once(&mut live, expected(route, Nature::Harmless)).await;
        }
    }
}
