//! A file goes where it was meant to go when it was handed over, or the change is said.

use std::sync::{Arc, Mutex};

use affix::domain::attachment::{AttachmentId, State};
use affix::domain::error::{Failure, Kind};
use affix::domain::preflight::{Finding, Repair};
use affix::domain::profile::Target;
use affix::services::http::{Http, Network};
use affix::store::{Query, SessionId, Store, system_clock};
use affix::transfer::{Answer, Config, Destination, Event, Limits, Repairs, Resolved, Scope, Targets, retry};
use futures_util::future::BoxFuture;
use tokio::sync::Semaphore;

use crate::fake::{Fake, Rig, failure, one};

/// One profile after the other takes its place in the settings.
#[derive(Debug)]
struct Moving {
    fake: &'static Fake,
    now: Mutex<Option<(String, Destination)>>,
    /// Each look at the settings takes one permit.
    looks: Semaphore,
}

fn destination(host: &str, folder: &str) -> Destination {
    let settings = [("folder".to_owned(), folder.to_owned())].into();
    Destination { service: "fake".to_owned(), host: host.to_owned(), settings }
}

impl Moving {
    fn set(&self, profile: &str, host: &str, folder: &str) {
        *self.now.lock().unwrap() = Some((profile.to_owned(), destination(host, folder)));
    }

    fn find(&self, profile: &str) -> Result<Destination, Failure> {
        let now = self.now.lock().unwrap();
        let found = now.as_ref().filter(|(name, _)| name == profile);
        let gone = || Failure::new(Kind::Settings, format!("There is no profile named “{profile}”"));
        found.map(|(_, destination)| destination.clone()).ok_or_else(gone)
    }
}

impl Targets for Moving {
    fn service_of(&self, profile: &str) -> Result<&'static str, Failure> {
        self.find(profile).map(|_| "fake")
    }

    fn resolve<'a>(&'a self, profile: &'a str) -> BoxFuture<'a, Result<Resolved, Failure>> {
        Box::pin(async move {
            self.looks.acquire().await.unwrap().forget();
            let destination = self.find(profile)?;
            let target = Target {
                profile: profile.to_owned(),
                settings: [("host".to_owned(), destination.host.clone())].into(),
                secrets: [].into(),
            };
            Ok(Resolved { target: Arc::new(target), service: self.fake, destination: Some(destination) })
        })
    }

    fn destination(&self, profile: &str) -> Option<Destination> {
        self.find(profile).ok()
    }
}

fn start(fake: &'static Fake, limits: Limits) -> (Rig, Arc<Moving>) {
    let targets = Arc::new(Moving { fake, now: Mutex::default(), looks: Semaphore::new(1_000) });
    targets.set("Bot", "one.example", "in");
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("affix.db"), SessionId::fresh()).unwrap();
    let (handle, events) = affix::transfer::start(Config {
        store: store.clone(),
        targets: targets.clone(),
        http: Http::new(&Network::default()).unwrap(),
        readers: affix::media::Readers::here(),
        limits,
        retry: retry::Policy { retries: 0, ..retry::Policy::default() },
        remove_location: true,
        waker: Arc::new(|| {}),
        clock: system_clock,
    });
    (Rig { handle, events, store, folder }, targets)
}

/// A file that failed when its target was at "one.example"; another may wait to be sent.
async fn failed(files: usize, policy: Repairs) -> (Rig, Arc<Moving>, &'static Fake, Vec<AttachmentId>) {
    let fake = Fake::new();
    *fake.checkpoint.lock().unwrap() = Some("ticket-7".to_owned());
    for _ in 0..files {
        fake.then(|| Err(failure(Kind::Server)));
    }
    let (mut rig, targets) = start(fake, Limits::default());
    let paths = rig.files(files);
    let (batch, ids) = rig.handle.submit(paths, "Bot", policy).await.unwrap();
    rig.batch(batch).await;
    (rig, targets, fake, ids)
}

async fn asked(rig: &mut Rig) -> (AttachmentId, Vec<Finding>) {
    rig.until(|event| match event {
        Event::Asked { id, findings } => Some((id, findings)),
        Event::Finished(finished) => panic!("{finished:?}"),
        _ => None,
    })
    .await
}

async fn finished(rig: &mut Rig) -> (AttachmentId, State, Option<Failure>) {
    rig.until(|event| match event {
        Event::Finished(finished) => Some((finished.id, finished.state, finished.failure)),
        Event::Asked { findings, .. } => panic!("{findings:?}"),
        _ => None,
    })
    .await
}

#[tokio::test]
async fn a_retry_to_another_host_is_asked_about_once_for_the_batch() {
    let (mut rig, targets, fake, ids) = failed(2, Repairs::Ask).await;
    targets.set("Bot", "two.example", "in");
    assert_eq!(rig.handle.retry(Scope::One(ids[0])).await, Ok(1));
    let (id, findings) = asked(&mut rig).await;
    assert_eq!((id, fake.asked().len()), (ids[0], 2), "nothing is sent before the answer");
    let words = "files went to fake at one.example, now to fake at two.example";
    assert!(findings[0].message.ends_with(words), "{findings:?}");
    assert_eq!(findings[0].repair, Some(Repair::UseChangedTarget));
    rig.handle.answer(id, Answer::Repair(vec![Repair::UseChangedTarget])).await.unwrap();
    assert_eq!(finished(&mut rig).await.1, State::Done);
    // The other one of the batch goes there, too, and is not asked about.
    assert_eq!(rig.handle.retry(Scope::One(ids[1])).await, Ok(1));
    assert_eq!(finished(&mut rig).await.1, State::Done);
    for asked in &fake.asked()[2..] {
        // What was begun at the other host is not gone on with here, and may not stand here.
        assert_eq!((asked.resumed.as_deref(), asked.answer_lost), (None, false), "{asked:?}");
    }
}

#[tokio::test]
async fn whoever_says_no_sends_nothing_and_is_asked_again_the_next_time() {
    let (mut rig, targets, fake, ids) = failed(1, Repairs::Ask).await;
    targets.set("Bot", "two.example", "in");
    for _ in 0..2 {
        rig.handle.retry(Scope::All).await.unwrap();
        let (id, _) = asked(&mut rig).await;
        rig.handle.answer(id, Answer::Refuse).await.unwrap();
        let (_, state, failure) = finished(&mut rig).await;
        let failure = failure.unwrap();
        assert_eq!((state, failure.kind), (State::Failed, Kind::Settings));
        assert!(failure.broke.contains("The target has changed"), "{failure}");
        assert!(failure.advice.unwrap().contains("as it is now"));
    }
    assert_eq!(fake.asked().len(), 1);
    // Back where it was, it goes on without a word.
    targets.set("Bot", "one.example", "in");
    rig.handle.retry(Scope::One(ids[0])).await.unwrap();
    assert_eq!(finished(&mut rig).await.1, State::Done);
    assert_eq!(fake.asked()[1].resumed.as_deref(), Some("ticket-7"));
}

#[tokio::test]
async fn another_setting_is_said_and_the_upload_goes_on() {
    let (mut rig, targets, fake, ids) = failed(1, Repairs::Refuse).await;
    targets.set("Bot", "one.example", "out");
    rig.handle.retry(Scope::All).await.unwrap();
    let findings = rig
        .until(|event| match event {
            Event::Warned { id, findings } if id == ids[0] => Some(findings),
            Event::Finished(finished) => panic!("not warned: {finished:?}"),
            _ => None,
        })
        .await;
    assert!(findings[0].message.contains("folder: in → out"), "{findings:?}");
    assert_eq!(finished(&mut rig).await.1, State::Done);
    assert_eq!(fake.asked().len(), 2);
}

#[tokio::test]
async fn what_waits_while_the_target_changes_is_not_sent_elsewhere() {
    let fake = Fake::with(0, None);
    let (mut rig, targets) = start(fake, Limits { per_profile: 1, overall: 1 });
    let paths = rig.files(2);
    let (_, ids) = rig.handle.submit(paths, "Bot", Repairs::Refuse).await.unwrap();
    crate::live::until(|| fake.asked().len() == 1).await;
    targets.set("Bot", "two.example", "in");
    fake.gate.add_permits(2);
    // The second may end while the first is written down.
    let mut ended = [finished(&mut rig).await, finished(&mut rig).await];
    ended.sort_unstable_by_key(|(id, ..)| *id);
    let ended = ended.map(|(id, state, failure)| (id, state, failure.map(|failure| failure.kind)));
    assert_eq!(ended, [(ids[0], State::Done, None), (ids[1], State::Failed, Some(Kind::Settings))]);
    assert_eq!(fake.asked().len(), 1);
}

#[tokio::test]
async fn a_target_that_is_gone_is_said() {
    let (mut rig, targets, _, _) = failed(1, Repairs::Ask).await;
    *targets.now.lock().unwrap() = None;
    rig.handle.retry(Scope::All).await.unwrap();
    let (_, state, failure) = finished(&mut rig).await;
    assert_eq!(state, State::Failed);
    assert!(failure.unwrap().broke.contains("no profile named “Bot”"));
}

#[tokio::test]
async fn everything_follows_the_new_name_of_its_target() {
    let fake = Fake::with(0, None);
    let (mut rig, targets) = start(fake, Limits { per_profile: 1, overall: 1 });
    let paths = rig.files(4);
    let (batch, ids) = rig.handle.submit(paths, "Bot", Repairs::Refuse).await.unwrap();
    crate::live::until(|| fake.asked().len() == 1).await;
    rig.handle.pause(Scope::One(ids[3])).await.unwrap();
    rig.until(|event| matches!(event, Event::State { state: State::Paused, .. }).then_some(())).await;
    targets.set("Crew", "one.example", "in");
    assert_eq!(rig.handle.rename_profile("Bot", "Crew").await, Ok(4));
    rig.handle.resume(Scope::Profile("Crew".to_owned())).await.unwrap();
    fake.gate.add_permits(4);
    let ended = rig.batch(batch).await;
    assert!(ended.iter().all(|one| one.state == State::Done), "{ended:?}");
    let profiles: Vec<_> = fake.asked().into_iter().map(|asked| asked.profile).collect();
    assert_eq!(profiles, ["Bot", "Crew", "Crew", "Crew"]);
    let find = |search: &str| Query { search: Some(search.to_owned()), ..Query::newest(9) };
    assert_eq!(rig.store.history(find("crew")).await.unwrap().len(), 4);
    assert_eq!(rig.store.history(find("bot")).await.unwrap().len(), 0);
    assert_eq!(rig.store.targets_used().await.unwrap(), ["Crew"]);
    let rows = rig.store.batch(batch).await.unwrap();
    assert!(rows.iter().all(|row| row.profile == "Crew"));
    assert_eq!(rig.store.batch_totals(vec![batch]).await.unwrap()[0].profile, "Crew");
    // Nothing of it is asked about: the target is the same one.
    assert_eq!(rig.handle.rename_profile("Bot", "Crew").await, Ok(0));
}

#[tokio::test]
async fn one_that_looks_for_its_target_while_it_is_renamed_finds_it() {
    let fake = Fake::new();
    let (mut rig, targets) = start(fake, Limits::default());
    targets.looks.forget_permits(1_000);
    let path = rig.file("a.txt");
    let (batch, _) = rig.handle.submit(one(&path), "Bot", Repairs::Refuse).await.unwrap();
    rig.until(|event| matches!(event, Event::State { .. }).then_some(())).await;
    targets.set("Crew", "one.example", "in");
    assert_eq!(rig.handle.rename_profile("Bot", "Crew").await, Ok(1));
    targets.looks.add_permits(9);
    let ended = rig.batch(batch).await;
    assert_eq!(ended[0].state, State::Done, "{ended:?}");
    assert_eq!(fake.asked()[0].profile, "Crew");
}
