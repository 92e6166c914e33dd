//! One case: an upload that meets a fault, and everything that must hold whatever comes of it.

use affix::domain::attachment::State;
use affix::domain::describe::Repeat;
use affix::domain::error::{Failure, Step};
use affix::sandbox::faults::{Action, Fault};
use affix::services;

use crate::expected::{Nature, Outcome};
use crate::live::{End, Live, RECORD_PROFILE, RETRIES, until};

/// A route that an upload takes: what the sandbox calls it, and what the service declares of it.
#[derive(Debug, Clone)]
pub(crate) struct Route {
    pub(crate) profile: &'static str,
    pub(crate) service: &'static str,
    pub(crate) name: String,
    pub(crate) step: Step,
    pub(crate) repeat: Repeat,
    /// Requests of it in an upload without faults.
    pub(crate) usual: usize,
    /// Bytes of the first one's body, for a file of the size that was asked for.
    pub(crate) body_bytes: u64,
}

impl std::fmt::Display for Route {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.profile, self.name)
    }
}

/// Profiles to try: each service's demo, and where settings make another way.
pub(crate) fn profiles() -> Vec<(&'static str, &'static str)> {
    let demos = services::ALL.iter().map(|service| service.description().id);
    demos.map(|id| (id, id)).chain([(RECORD_PROFILE, "teable")]).collect()
}

/// The step of an upload that a route of the sandbox belongs to.
fn step_of(route: &str) -> Step {
    match route {
        "ticket" | "servers" => Step::Ticket,
        "bytes" | "upload" => Step::Send,
        "confirm" | "record" => Step::Confirm,
        other => panic!("{other} is a route that the tests do not know"),
    }
}

/// The routes that an upload takes, as the sandbox saw them.
pub(crate) async fn routes(
    live: &mut Live,
    (profile, service): (&'static str, &'static str),
    size: usize,
) -> Vec<Route> {
    live.reset().await;
    let path = live.picture(size);
    let end = live.upload(profile, &path).await;
    assert_eq!((end.state, live.kept(service).await.len()), (State::Done, 1), "{profile}: {end:?}");
    let declared = services::find(service).unwrap().description().capability.repeats;
    let mut routes: Vec<Route> = Vec::new();
    for entry in live.asked(service) {
        if let Some(known) = routes.iter_mut().find(|route| route.name == entry.step) {
            known.usual += 1;
            continue;
        }
        let step = step_of(&entry.step);
        let repeat = declared.iter().find(|(declared, _)| *declared == step);
        let repeat = repeat.unwrap_or_else(|| panic!("{service} does not declare {step:?}")).1;
        let (name, body_bytes) = (entry.step, entry.body_bytes);
        routes.push(Route { profile, service, name, step, repeat, usual: 1, body_bytes });
    }
    live.reset().await;
    routes
}

/// The layers of a failure that a user reads, and what must not be in them.
pub(crate) fn assert_told(what: &str, failure: &Failure) {
    let layers = [&failure.asked, &failure.cause, &failure.advice];
    assert!(
        layers.iter().all(|layer| layer.as_ref().is_some_and(|text| !text.trim().is_empty())),
        "{what}: {failure:?}"
    );
    assert!(
        failure.broke.starts_with(char::is_uppercase) && !failure.broke.ends_with('.'),
        "{what}: {failure:?}"
    );
    let advice = failure.advice.as_deref().unwrap_or_default();
    assert!(advice.ends_with('.'), "{what}: {advice}");
    assert!(
        failure.asked.as_deref().unwrap_or_default().starts_with("Upload picture-"),
        "{what}: {failure:?}"
    );
}

/// A case of the tables.
pub(crate) struct Case<'a> {
    pub(crate) route: &'a Route,
    pub(crate) action: Action,
    pub(crate) nature: Nature,
    pub(crate) size: usize,
}

impl Case<'_> {
    pub(crate) fn what(&self) -> String {
        format!("{} {:?}", self.route, self.action)
    }

    fn fault(&self) -> Fault {
        Fault::new(self.action.clone()).on(self.route.service, &self.route.name)
    }

    /// The fault is met once.
    pub(crate) async fn once(&self, live: &mut Live, expected: Outcome) {
        let what = self.what();
        let Route { profile, service, .. } = *self.route;
        live.fault(self.fault().times(1));
        let path = live.picture(self.size);
        let end = live.upload(profile, &path).await;
        let kept = live.kept(service).await;
        let what = format!("{what}: {:?}, retried {:?}", end.failure, end.retried);
        assert_eq!((end.state, kept.len()), (expected.state, expected.objects), "{what}");
        let requests = expected.more.map_or(1, |more| self.route.usual + more);
        if matches!(self.action, Action::Stall | Action::StallAnswer) {
            // A hanging request stands in the log once it is seen to be gone, which one that is never read is not.
            let least = requests - usize::from(self.action == Action::Stall);
            until(|| live.count(service, &self.route.name) >= least).await;
            assert!(live.count(service, &self.route.name) <= requests, "{what}: requests");
        } else {
            assert_eq!(live.count(service, &self.route.name), requests, "{what}: requests");
        }
        self.check_failures(&end, &what);
        if let (Some(kind), Some(met)) = (expected.kind, met(&end)) {
            assert_eq!(met.kind, kind, "{what}");
            // An address that is over may be noticed only by who is sent there.
            assert!(self.nature == Nature::Expired || met.step == Some(self.route.step), "{what}");
        }
        assert!(expected.kind.is_none() || met(&end).is_some(), "{what}");
        if end.state == State::Done {
            let sent = std::fs::read(&path).unwrap();
            let newest = kept.last().unwrap();
            assert!(live.bytes_of(newest).await == sent, "{what}: other bytes are kept");
        }
        live.reset().await;
        std::fs::remove_file(path).unwrap();
    }

    /// The fault is met by every request, so that nothing mends it.
    pub(crate) async fn always(&self, live: &mut Live, expected: Outcome) {
        let what = format!("always {}", self.what());
        let Route { profile, service, .. } = *self.route;
        live.fault(self.fault());
        let path = live.picture(self.size);
        let end = live.upload(profile, &path).await;
        let what = format!("{what}: {:?}, retried {:?}", end.failure, end.retried);
        let given_up = expected.state == State::Done && expected.kind.is_some();
        let tries = usize::try_from(RETRIES).unwrap() + 1;
        if given_up {
            assert_eq!((end.state, end.retried.len()), (State::Failed, tries - 1), "{what}");
            assert_eq!(live.count(service, &self.route.name), tries, "{what}: requests");
        } else {
            assert!(end.retried.len() < tries, "{what}");
        }
        self.check_failures(&end, &what);
        live.reset().await;
        std::fs::remove_file(path).unwrap();
    }

    fn check_failures(&self, end: &End, what: &str) {
        for failure in end.failure.iter().chain(end.retried.iter().map(|(failure, _)| failure)) {
            assert_told(what, failure);
        }
        if let (Nature::Status(status), Some(met)) = (self.nature, met(end)) {
            assert_eq!(met.http_status, Some(status), "{what}");
        }
        assert!(end.retried.len() <= RETRIES as usize, "{what}");
    }
}

/// The failure that the fault led to.
fn met(end: &End) -> Option<&Failure> {
    end.retried.first().map(|(failure, _)| failure).or(end.failure.as_ref())
}
