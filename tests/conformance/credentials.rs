//! The connection's test, and wrong credentials: said in words, without the credential.

use std::collections::BTreeMap;

use affix::domain::attachment::State;
use affix::domain::error::{Failure, Kind};
use affix::domain::secret::Secret;
use affix::sandbox::credentials::Credentials;
use affix::sandbox::demo_secrets;

use crate::live::Live;
use crate::{all, secrets};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_test_of_a_connection_says_what_was_tried() {
    let live = Live::start().await;
    for (description, _, service) in all() {
        let id = description.id;
        let told = service.test(&live.resolved(id).target, &mut live.exchange(id)).await;
        let told = told.unwrap_or_else(|failure| panic!("{id}: {failure}"));
        assert!(told.len() > 20 && told.ends_with('.'), "{id}: {told}");
        assert_eq!(live.kept(id).await.len(), 0, "{id}: a test leaves nothing behind");
        assert!(!live.asked(id).is_empty(), "{id}");
    }
}

/// Well-formed secrets of nobody, for each set that a service takes.
fn wrong_sets(service: &str, sets: &[&[&str]]) -> Vec<BTreeMap<String, Secret>> {
    let others = demo_secrets(service, &Credentials::generate());
    let one = |key: &&str| {
        let made_up = || Secret::new(format!("wrong-{key}-0123456789abcdef"));
        ((*key).to_owned(), others.get(*key).cloned().unwrap_or_else(made_up))
    };
    sets.iter().map(|set| set.iter().map(one).collect()).collect()
}

fn assert_said(id: &str, failure: &Failure, wrong: &BTreeMap<String, Secret>) {
    // The forum has one code for everything that it refuses (its document's "code 10001").
    let expected: &[Kind] =
        if id == "forum" { &[Kind::Refused] } else { &[Kind::Unauthorized, Kind::Forbidden] };
    assert!(expected.contains(&failure.kind), "{id}: {failure:?}");
    assert!(
        !failure.broke.is_empty() && failure.cause.is_some() && failure.advice.is_some(),
        "{id}: {failure:?}"
    );
    let said = format!("{failure} {failure:?}");
    for secret in wrong.values() {
        let hidden = !said.contains(secret.expose());
        assert!(hidden, "{id}: the failure names the secret: {said}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_credentials_are_refused_in_words() {
    let mut live = Live::start().await;
    for (description, _, service) in all() {
        let id = description.id;
        for wrong in wrong_sets(id, description.credentials) {
            live.profile_with("wrong", id, &[], wrong.clone());
            let tested = service.test(&live.resolved("wrong").target, &mut live.exchange("wrong")).await;
            assert_said(id, &tested.unwrap_err(), &wrong);
            let path = live.picture(200);
            let end = live.upload("wrong", &path).await;
            assert_eq!((end.state, end.retried.len()), (State::Failed, 0), "{id}: {end:?}");
            assert_said(id, end.failure(), &wrong);
            assert_eq!(live.kept(id).await.len(), 0, "{id}");
            for activity in live.activities(end.id).await {
                let text = serde_json::to_string(&activity).unwrap();
                for secret in wrong.values() {
                    assert!(!text.contains(secret.expose()), "{id}: {text}");
                }
            }
        }
    }
    secrets::assert_none(live).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_show_no_credential() {
    const SECRET: [&str; 3] = ["authorization", "api-key", "signature"];
    let mut live = Live::start().await;
    for (description, _, _) in all() {
        let id = description.id;
        let path = live.picture(200);
        let end = live.upload(id, &path).await;
        let activities = live.activities(end.id).await;
        assert_eq!(activities.len(), live.asked(id).len(), "{id}: every request is written down");
        let mut hidden = 0;
        for (name, value) in activities.iter().flat_map(|activity| &activity.headers) {
            if SECRET.contains(&name.as_str()) {
                assert_eq!(value, "***", "{id}: {name}");
                hidden += 1;
            }
        }
        assert!(hidden > 0, "{id}: no request carried a credential");
    }
}
