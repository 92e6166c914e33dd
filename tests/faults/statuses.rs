//! Every status of failure there can be, at every step of every service.

use affix::sandbox::faults::Action;

use crate::bench::{Case, profiles, routes};
use crate::expected::{Nature, expected};
use crate::live::Live;

const SIZE: usize = 1_000;

async fn run(service: &str) -> usize {
    let mut live = Live::start().await;
    let mut cases = 0;
    for profile in profiles().into_iter().filter(|(_, of)| *of == service) {
        for route in &routes(&mut live, profile, SIZE).await {
            for status in 400..600 {
                let action = Action::Status { status, retry_after: None, retry_after_ms: None, early: false };
                let nature = Nature::Status(status);
                Case { route, action, nature, size: SIZE }.once(&mut live, expected(route, nature)).await;
                cases += 1;
            }
        }
    }
    cases
}

macro_rules! of_each_service {
    ($($name:ident: $cases:literal),*) => {
        $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $name() {
            assert_eq!(run(stringify!($name)).await, $cases, "cases");
        })*
    };
}

of_each_service!(cosmos: 200, cronofy: 200, forum: 400, mixin: 600, sandbox: 200, teable: 1400);
