//! After a lost answer or a crash: what a service says of the file, what the row says afterwards, and that going on makes
//! no second object where one is there.

use affix::domain::attachment::{AttachmentId, State};
use affix::domain::error::{Kind, Step};
use affix::sandbox::faults::{Action, Fault};
use affix::transfer::Scope;
use affix::transfer::aftercare::Looked;

use crate::live::Live;
use crate::{all, reach};

/// The route that carries the file's bytes.
async fn sending(live: &mut Live, id: &str) -> String {
    let path = live.picture(5_000);
    assert_eq!(live.upload(id, &path).await.state, State::Done);
    let step = live.asked(id).into_iter().find(|entry| entry.body_bytes >= 5_000).unwrap().step;
    live.reset().await;
    step
}

/// An upload whose last request met this, as a run leaves it that dies before it knows more.
async fn interrupted(live: &mut Live, id: &str, step: &str, action: Action) -> (AttachmentId, Vec<u8>) {
    live.fault(Fault::new(action).on(id, step));
    let path = live.picture(5_000);
    let end = live.upload(id, &path).await;
    assert_ne!(end.state, State::Done, "{id}: {end:?}");
    live.server.shared().faults.clear();
    live.store.set_state(end.id, State::Interrupted, Some(Step::Send)).await.unwrap();
    (end.id, std::fs::read(path).unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_has_arrived_is_found_and_becomes_done() {
    let mut live = Live::start().await;
    for (description, ..) in all().filter(|(_, capability, _)| capability.looks) {
        let (id, step) = (description.id, sending(&mut live, description.id).await);
        let (attachment, bytes) = interrupted(&mut live, id, &step, Action::LostAnswer).await;
        assert_eq!(live.kept(id).await.len(), 1, "{id}");
        let before = live.activities(attachment).await.len();

        let looked = live.aftercare().look(attachment).await.unwrap();
        let Looked::Found(receipt) = looked else { panic!("{id}: {looked:?}") };
        let row = live.store.attachment(attachment).await.unwrap().unwrap();
        assert_eq!((row.state, row.receipt.as_ref()), (State::Done, Some(&*receipt)), "{id}");
        assert_eq!((row.failure, row.checkpoint), (None, None), "{id}");
        assert_eq!((receipt.size, reach(&live, id, &receipt).await), (Some(5_000), bytes), "{id}");
        assert!(live.activities(attachment).await.len() > before, "{id}: what was asked is kept");
        assert_eq!(live.kept(id).await.len(), 1, "{id}: nothing was sent");

        let asked = live.asked(id).len();
        let again = live.aftercare().look(attachment).await.unwrap_err();
        assert_eq!((again.kind, live.asked(id).len()), (Kind::Refused, asked), "{id}: its end is known");
        live.reset().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_has_not_arrived_is_missing_and_a_retry_makes_the_only_one() {
    let mut live = Live::start().await;
    for (description, ..) in all().filter(|(_, capability, _)| capability.looks) {
        let (id, step) = (description.id, sending(&mut live, description.id).await);
        let (attachment, bytes) = interrupted(&mut live, id, &step, Action::Cut { after_bytes: 1000 }).await;
        assert_eq!(live.aftercare().look(attachment).await.unwrap(), Looked::Missing, "{id}");
        let row = live.store.attachment(attachment).await.unwrap().unwrap();
        let failure = row.failure.unwrap();
        assert_eq!((row.state, failure.kind), (State::Failed, Kind::Gone), "{id}");
        assert_eq!(failure.to_string(), "It is not at the service. Retry: that makes no second one.");

        assert_eq!(live.handle.retry(Scope::One(attachment)).await.unwrap(), 1);
        let end = live.end().await;
        assert_eq!((end.state, live.kept(id).await.len()), (State::Done, 1), "{id}");
        assert_eq!(reach(&live, id, end.receipt()).await, bytes, "{id}");
        live.reset().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn something_else_in_its_place_is_not_taken_for_it() {
    let mut live = Live::start().await;
    for (description, ..) in all().filter(|(_, capability, _)| capability.looks) {
        let (id, step) = (description.id, sending(&mut live, description.id).await);
        let (attachment, _) = interrupted(&mut live, id, &step, Action::LostAnswer).await;
        // The file that this computer has now is another one of the same size and time.
        let row = live.store.attachment(attachment).await.unwrap().unwrap();
        let other = std::fs::File::options().write(true).open(&row.path).unwrap();
        std::io::Write::write_all(&mut &other, &[7; 5_000]).unwrap();
        other.set_modified(row.modified.unwrap()).unwrap();
        let looked = live.aftercare().look(attachment).await;
        let state = live.store.attachment(attachment).await.unwrap().unwrap().state;
        match id {
            // Its own id says that it is the one, and there is no checksum to compare.
            "mixin" => assert!(matches!(looked, Ok(Looked::Found(_))), "{id}: {looked:?}"),
            // A name that somebody else may have taken.
            "cosmos" => assert_eq!((looked, state), (Ok(Looked::Missing), State::Failed), "{id}"),
            _ => {
                let failure = looked.unwrap_err();
                assert_eq!((failure.kind, state), (Kind::Protocol, State::Interrupted), "{id}: {failure}");
            }
        }
        live.reset().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_service_that_cannot_be_asked_says_so_and_what_was_never_sent_is_missing_unasked() {
    let mut live = Live::start().await;
    for (description, capability, _) in all() {
        let id = description.id;
        let path = live.picture(5_000);
        let end = live.upload(id, &path).await;
        live.store.set_state(end.id, State::Unsure, Some(Step::Send)).await.unwrap();
        if !capability.looks {
            let failure = live.aftercare().look(end.id).await.unwrap_err();
            assert_eq!(failure.kind, Kind::Refused, "{id}");
            assert!(failure.to_string().contains("cannot be asked for a file"), "{failure}");
            assert_eq!(live.store.attachment(end.id).await.unwrap().unwrap().state, State::Unsure);
            continue;
        }
        let (new, files) = (
            affix::store::NewBatch { profile: id.to_owned(), service: id.to_owned() },
            vec![affix::store::NewAttachment { path, name: "never.png".to_owned() }],
        );
        let (_, ids) = live.store.add_batch(new, files).await.unwrap();
        live.store.set_state(ids[0], State::Interrupted, None).await.unwrap();
        let asked = live.asked(id).len();
        assert_eq!(live.aftercare().look(ids[0]).await.unwrap(), Looked::Missing, "{id}");
        assert_eq!(live.asked(id).len(), asked, "{id}");
    }
}

/// What a run that was killed after the bytes had arrived leaves: its address to upload to is gone with it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn going_on_after_a_crash_makes_no_second_object() {
    let mut live = Live::start().await;
    for (description, ..) in all().filter(|(_, capability, _)| capability.looks) {
        let (id, step) = (description.id, sending(&mut live, description.id).await);
        let (attachment, bytes) = interrupted(&mut live, id, &step, Action::LostAnswer).await;
        let tickets = live.count(id, "ticket");
        assert_eq!(live.handle.take_up(true).await.unwrap().going_on, 1, "{id}");
        let end = live.end().await;
        assert_eq!((end.id, end.state), (attachment, State::Done), "{id}: {end:?}");
        assert_eq!(live.kept(id).await.len(), 1, "{id}");
        assert_eq!(live.count(id, "ticket"), tickets, "{id}");
        assert_eq!(reach(&live, id, end.receipt()).await, bytes, "{id}");
        live.reset().await;
    }
}
