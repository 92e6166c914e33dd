//! Every service × every step × every fault that needs no time, met once and met always.

use affix::domain::attachment::State;
use affix::domain::describe::Repeat;
use affix::domain::error::Kind;
use affix::sandbox::faults::{Action, Fault};

use crate::bench::{Case, Route, assert_told, profiles, routes};
use crate::expected::{Nature, expected};
use crate::live::Live;
use crate::secrets;

const SMALL: usize = 3_000;
/// More than the kernel takes off a sender's hands, where a service takes that much.
const LARGE: usize = 7_900_000;

/// An action as it is written for everybody.
fn action(text: &str) -> Action {
    Fault::parse(text).unwrap().action
}

const ERROR_BODY: &str = "error-body";
const STATUSES: [u16; 22] = [
    400, 401, 402, 403, 404, 408, 409, 410, 413, 415, 422, 423, 425, 429, 460, 500, 501, 502, 503, 504, 507,
    599,
];

/// The faults with what each is.
fn faults() -> Vec<(Action, Nature)> {
    let network = Kind::Network;
    let mut all = vec![
        (action("slow=100000000"), Nature::Harmless),
        (action("expired-ticket"), Nature::Expired),
        (action("lost-answer"), Nature::Lost { kept: true, kind: network }),
        (action("cut-answer"), Nature::Lost { kept: true, kind: network }),
        (action("cut=1000000000"), Nature::Lost { kept: false, kind: network }),
        (action("html"), Nature::Unreadable),
        (action("truncated-json"), Nature::Unreadable),
        (action("endless"), Nature::Unreadable),
        (action(ERROR_BODY), Nature::SaysFailed),
    ];
    all.extend(STATUSES.map(|status| (action(&format!("status={status}")), Nature::Status(status))));
    all
}

async fn run(service: &str) -> usize {
    let mut live = Live::start().await;
    let mut cases = 0;
    for profile in profiles().into_iter().filter(|(_, of)| *of == service) {
        for route in &routes(&mut live, profile, SMALL).await {
            for (action, nature) in faults() {
                let case = Case { route, action, nature, size: SMALL };
                let expected = expected(route, nature);
                case.once(&mut live, expected).await;
                case.always(&mut live, expected).await;
                cases += 2;
            }
        }
    }
    secrets::assert_none(live).await;
    cases
}

macro_rules! of_each_service {
    ($($name:ident: $cases:literal),*) => {
        $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $name() {
            assert_eq!(run(stringify!($name)).await, $cases, "cases");
        })*

        #[test]
        fn no_service_is_left_out() {
            let tried = [$(stringify!($name)),*];
            for service in affix::services::ALL {
                assert!(tried.contains(&service.description().id), "{:?}", service.description().id);
            }
        }
    };
}

of_each_service!(cosmos: 62, cronofy: 62, forum: 124, mixin: 186, sandbox: 62, teable: 434);

/// Cut while the body was on its way: nothing was acted on, so a repeat is safe for every service.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cut_while_sending() {
    let mut live = Live::start().await;
    let mut cases = 0;
    for profile in profiles() {
        let max = affix::services::find(profile.1).unwrap().description().capability.max_bytes;
        let size = usize::try_from(max.unwrap_or(u64::MAX)).unwrap().min(LARGE);
        let large: Vec<Route> = routes(&mut live, profile, size).await;
        for route in large.iter().filter(|route| route.body_bytes >= size as u64) {
            for after_bytes in [0, 1, route.body_bytes / 4] {
                match route.repeat {
                    Repeat::Safe | Repeat::Conflicts => {
                        let case =
                            Case { route, action: Action::Cut { after_bytes }, nature: Nature::Cut, size };
                        case.once(&mut live, expected(route, Nature::Cut)).await;
                    }
                    Repeat::Ambiguous => cut_once(&mut live, route, after_bytes, size).await,
                }
                cases += 1;
            }
        }
    }
    assert_eq!(cases, 21, "cases");
}

/// A kernel may take a whole body off the sender's hands although the server reads none of it. Nobody can tell that
/// from a lost answer, so that it is `unsure` then, and only then.
async fn cut_once(live: &mut Live, route: &Route, after_bytes: u64, size: usize) {
    live.fault(Fault::new(Action::Cut { after_bytes }).on(route.service, &route.name).times(1));
    let path = live.picture(size);
    let end = live.upload(route.profile, &path).await;
    let activities = live.activities(end.id).await;
    let sent_bytes = activities.iter().find(|activity| activity.step == route.step).unwrap().sent_bytes;
    let expected = if sent_bytes == route.body_bytes { (State::Unsure, 0) } else { (State::Done, 1) };
    let kept = live.kept(route.service).await.len();
    assert_eq!((end.state, kept), expected, "{route} after {after_bytes}, {sent_bytes} sent: {end:?}");
    live.reset().await;
}

/// What is looked up after a lost answer can fail as well: still one object, and never a second.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cosmos_looks_for_its_own_attachment_under_faults() {
    let mut live = Live::start().await;
    for route in ["get", "media"] {
        for (action, nature) in faults() {
            let what = format!("{route} {action:?}");
            live.fault(Fault::new(Action::LostAnswer).on("cosmos", "upload").times(1));
            live.fault(Fault::new(action).on("cosmos", route).times(1));
            let path = live.picture(SMALL);
            let end = live.upload("cosmos", &path).await;
            // A link that points elsewhere or a refusal ends it; the attachment stands there all the same.
            let refused = matches!(nature, Nature::Status(status) if status < 500 && ![408, 425, 429].contains(&status));
            let other_bytes = route == "media" && matches!(nature, Nature::Unreadable | Nature::SaysFailed);
            let ended = if refused || other_bytes { State::Failed } else { State::Done };
            assert_eq!((end.state, live.kept("cosmos").await.len()), (ended, 1), "{what}: {end:?}");
            for failure in end.failure.iter().chain(end.retried.iter().map(|(failure, _)| failure)) {
                assert_told(&what, failure);
            }
            live.reset().await;
        }
    }
}
