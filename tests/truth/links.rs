//! After an upload its link is asked for.

use std::time::Duration;

use affix::domain::attachment::AttachmentId;
use affix::domain::describe::Visibility;
use affix::domain::link_check::{LinkCheck, LinkState};
use affix::domain::receipt::{LinkKind, Receipt};
use affix::sandbox::faults::{Action, Fault};
use affix::services;
use affix::transfer::{Event, Repairs};

use crate::live::Live;

/// Bytes of a picture.
const SIZE: usize = 4_000;

async fn upload(live: &mut Live, profile: &str) -> AttachmentId {
    let path = live.picture(SIZE);
    let (_, ids) = live.handle.submit(vec![path], profile, Repairs::Refuse).await.unwrap();
    ids[0]
}

/// The next check that is told, which the row must have, too.
async fn checked(live: &mut Live) -> (AttachmentId, LinkCheck) {
    loop {
        if let Event::Checked { id, check } = live.events.recv().await.expect("the engine runs") {
            let row = live.store.attachment(id).await.unwrap().unwrap();
            assert_eq!(row.link_check.as_ref(), Some(&check));
            return (id, check);
        }
    }
}

fn status(status: u16) -> Fault {
    let action = Action::Status { status, retry_after: None, retry_after_ms: None, early: false };
    Fault::new(action).on("link", "view")
}

/// Passes the waits of the engine and nobody else's.
async fn pass(time: Duration) {
    tokio::time::pause();
    tokio::time::advance(time).await;
    tokio::time::resume();
}

#[tokio::test]
async fn every_open_link_is_verified_and_closed_ones_are_left_alone() {
    let mut live = Live::start().await;
    live.handle.set_check_links(true).await.unwrap();
    let (mut open, mut closed) = (Vec::new(), Vec::new());
    for service in services::ALL {
        let description = service.description();
        let end = live.upload(description.id, &live.folder.path().join("absent")).await;
        assert!(end.receipt.is_none(), "what was not uploaded has no link");
        let id = upload(&mut live, description.id).await;
        let is_open = matches!(description.capability.visibility, Visibility::Public | Visibility::Expiring);
        if !is_open {
            live.end().await;
            closed.push(id);
            continue;
        }
        let (found, check) = checked(&mut live).await;
        assert_eq!((found, check.state, check.why), (id, LinkState::Verified, None), "{}", description.id);
        assert!(check.status.is_some_and(|status| status < 300) && check.at_ms > 0);
        open.push(id);
    }
    assert!(open.len() >= 4 && !closed.is_empty(), "{open:?} {closed:?}");
    let all = [closed.clone(), open.clone()].concat();
    live.handle.check_links(all).await.unwrap();
    for _ in &open {
        let (id, check) = checked(&mut live).await;
        assert!(open.contains(&id) && check.state == LinkState::Verified);
    }
    for id in closed {
        assert_eq!(live.store.attachment(id).await.unwrap().unwrap().link_check, None);
    }
}

#[tokio::test]
async fn nothing_is_asked_for_unless_it_is_wished() {
    let mut live = Live::start().await;
    let id = upload(&mut live, "sandbox").await;
    live.end().await;
    assert_eq!(live.count("link", "view"), 0);
    live.handle.check_links(vec![id, AttachmentId(9_999)]).await.unwrap();
    assert_eq!(checked(&mut live).await.0, id);
    assert_eq!(live.count("link", "view"), 1);
}

#[tokio::test]
async fn a_link_that_is_not_there_yet_is_asked_for_twice_more_and_then_left_alone() {
    let mut live = Live::start().await;
    live.handle.set_check_links(true).await.unwrap();
    live.fault(status(404));
    let id = upload(&mut live, "sandbox").await;
    for (times, wait) in [(1, 10), (2, 60), (3, 86_400)] {
        let (found, check) = checked(&mut live).await;
        assert_eq!((found, check.state, check.status), (id, LinkState::NotYet, Some(404)));
        assert_eq!(live.count("link", "view"), times);
        // Not a moment before its time.
        pass(Duration::from_secs(wait - 1)).await;
        assert_eq!(live.count("link", "view"), times);
        pass(Duration::from_secs(1)).await;
    }
    live.server.faults().clear();
    live.handle.check_links(vec![id]).await.unwrap();
    assert_eq!(checked(&mut live).await.1.state, LinkState::Verified, "on demand, at once");
    assert_eq!(live.count("link", "view"), 4);
}

#[tokio::test]
async fn what_a_link_answers_is_told() {
    let mut live = Live::start().await;
    let id = upload(&mut live, "sandbox").await;
    live.end().await;
    let redirect = |to: &str| Fault::new(Action::Redirect(to.to_owned())).on("link", "view");
    for (fault, state, code, words) in [
        (status(410), LinkState::Broken, Some(410), "nothing behind the link"),
        (status(404), LinkState::NotYet, Some(404), "yet"),
        (status(401), LinkState::Broken, Some(401), "refuses"),
        (status(503), LinkState::NotYet, Some(503), "busy"),
        // Refused to HEAD, and given to GET.
        (status(405).times(1), LinkState::Verified, Some(206), ""),
        (status(501).times(1), LinkState::Verified, Some(206), ""),
        (status(403).times(1), LinkState::Verified, Some(206), ""),
        (status(403), LinkState::NotYet, Some(403), "yet"),
        // A page about it.
        (Fault::new(Action::Html).on("link", "view"), LinkState::Verified, Some(200), ""),
        (redirect("javascript:alert(1)"), LinkState::Broken, None, "not the web's"),
        (redirect("http://127.0.0.1:9/x"), LinkState::NotYet, None, "No connection"),
    ] {
        let what = format!("{fault:?}");
        live.fault(fault);
        live.handle.check_links(vec![id]).await.unwrap();
        let (_, check) = checked(&mut live).await;
        assert_eq!((check.state, check.status), (state, code), "{what}: {check:?}");
        assert!(check.why.unwrap_or_default().contains(words), "{what}");
        live.server.faults().clear();
    }
}

#[tokio::test]
async fn another_file_behind_the_link_is_broken() {
    let mut live = Live::start().await;
    let id = upload(&mut live, "sandbox").await;
    live.end().await;
    let other = upload(&mut live, "sandbox").await;
    live.end().await;
    let row = live.store.attachment(other).await.unwrap().unwrap();
    let receipt = Receipt { size: Some(SIZE as u64 + 1), ..row.receipt.unwrap() };
    live.store.replace_receipt(id, receipt).await.unwrap();
    live.handle.check_links(vec![id]).await.unwrap();
    let (_, check) = checked(&mut live).await;
    assert_eq!(check.state, LinkState::Broken);
    assert_eq!(check.why.as_deref(), Some("The link gives 4000 bytes instead of 4001"));
}

#[tokio::test]
async fn hostile_links_are_never_asked_for_and_a_new_link_drops_the_old_check() {
    let mut live = Live::start().await;
    let id = upload(&mut live, "sandbox").await;
    live.end().await;
    live.handle.check_links(vec![id]).await.unwrap();
    let (_, check) = checked(&mut live).await;
    // What is asked for behind the other one shows that the other one was looked at.
    let fence = upload(&mut live, "sandbox").await;
    live.end().await;
    let receipt = live.store.attachment(id).await.unwrap().unwrap().receipt.unwrap();
    let origin = live.server.origin().replace("http://", "");
    for hostile in [
        "javascript:alert(1)".to_owned(),
        "file:///etc/passwd".to_owned(),
        format!("http://me:x@{origin}/f/1"),
    ] {
        let mut other = Receipt::default();
        other.push(LinkKind::View, hostile, Visibility::Public);
        live.store.replace_receipt(id, other).await.unwrap();
        let row = live.store.attachment(id).await.unwrap().unwrap();
        assert_eq!(row.link_check, None, "it was another link's");
        let gone = live.store.set_link_check(id, receipt.primary().unwrap().value.clone(), &check).await;
        assert_eq!(gone, Ok(false), "an answer that comes late is dropped");
        live.handle.check_links(vec![id, fence]).await.unwrap();
        assert_eq!(checked(&mut live).await.0, fence);
    }
    live.store.replace_receipt(id, receipt).await.unwrap();
    let before = live.count("link", "view");
    live.handle.check_links(vec![id]).await.unwrap();
    assert_eq!(checked(&mut live).await.1.state, LinkState::Verified);
    assert_eq!(live.count("link", "view"), before + 1);
}

#[tokio::test]
async fn a_link_that_hangs_delays_nothing_and_no_end() {
    let mut live = Live::start().await;
    live.handle.set_check_links(true).await.unwrap();
    live.fault(Fault::new(Action::Stall).on("link", "view"));
    for _ in 0..6 {
        upload(&mut live, "sandbox").await;
    }
    let mut done = 0;
    while done < 6 {
        let event = live.events.recv().await.unwrap();
        assert!(!matches!(event, Event::Checked { .. }));
        done += usize::from(matches!(event, Event::BatchDone(_)));
    }
    crate::live::until(|| live.server.faults().met() == 4).await;
    let Live { handle, mut events, .. } = live;
    drop(handle);
    while events.recv().await.is_some() {}
}
