//! Every status of failure there can be, for a step that may be repeated and for one that may not.

use affix::domain::describe::Repeat;
use affix::sandbox::faults::Action;

use crate::bench::{Case, routes};
use crate::expected::{Nature, expected};
use crate::live::Live;

async fn run(service: &'static str, repeat: Repeat) {
    let mut live = Live::start().await;
    let routes = routes(&mut live, (service, service), 1_000).await;
    let route = routes.iter().find(|route| route.name == "upload").unwrap();
    assert_eq!(route.repeat, repeat);
    for status in 400..600 {
        let action = Action::Status { status, retry_after: None, retry_after_ms: None, early: false };
        let nature = Nature::Status(status);
        Case { route, action, nature, size: 1_000 }.once(&mut live, expected(route, nature)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_step_that_may_be_repeated() {
    run("sandbox", Repeat::Safe).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_step_that_may_not() {
    run("cronofy", Repeat::Ambiguous).await;
}
