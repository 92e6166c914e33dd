//! Files of every size and name: what is kept is what was handed over.

use affix::domain::attachment::State;
use affix::domain::describe::Visibility;
use affix::domain::preflight::{Finding, Repair};
use affix::domain::receipt::{LinkKind, Receipt};
use affix::transfer::{Answer, Event, Repairs};
use md5::Digest as _;

use crate::live::{Live, png};
use crate::{all, reach, secrets};

/// Five megabytes, or what a service takes at most.
const LARGE_BYTES: u64 = 5_000_000;

fn sums(bytes: &[u8]) -> (String, String) {
    (hex::encode(md5::Md5::digest(bytes)), hex::encode(sha2::Sha256::digest(bytes)))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn small_and_large_files_are_kept_whole() {
    let mut live = Live::start().await;
    for (description, capability, _) in all() {
        let id = description.id;
        let large = capability.max_bytes.map_or(LARGE_BYTES, |max| max.min(LARGE_BYTES));
        for size in [200, usize::try_from(large).unwrap()] {
            let path = live.picture(size);
            let end = live.upload(id, &path).await;
            assert_eq!(end.state, State::Done, "{id}: {end:?}");
            let sent = std::fs::read(&path).unwrap();
            let receipt = end.receipt();
            assert!(reach(&live, id, receipt).await == sent, "{id}: other bytes");
            let kept = live.kept(id).await;
            assert_eq!(kept.len(), 1, "{id}");
            assert!(live.bytes_of(&kept[0]).await == sent, "{id}: other bytes are kept");
            let (md5, sha256) = sums(&sent);
            assert_eq!(receipt.size, Some(size as u64), "{id}");
            assert_eq!((receipt.md5.as_ref(), receipt.sha256.as_ref()), (Some(&md5), Some(&sha256)), "{id}");
            assert_eq!((receipt.width, receipt.height), (Some(8), Some(8)), "{id}");
            live.reset().await;
        }
    }
    secrets::assert_none(live).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn links_are_as_visible_as_declared() {
    let mut live = Live::start().await;
    for (description, capability, _) in all() {
        let id = description.id;
        let path = live.picture(200);
        let end = live.upload(id, &path).await;
        let receipt = end.receipt();
        let primary = receipt.primary().unwrap_or_else(|| panic!("{id}: nothing to copy"));
        // A public link that ends is for everybody all the same, when the service makes it fresh (Mixin).
        let as_declared = primary.visibility == capability.visibility
            || (capability.visibility == Visibility::Public
                && primary.visibility == Visibility::Expiring
                && capability.renews);
        assert!(as_declared, "{id}: declared {:?}, is {primary:?}", capability.visibility);
        assert_eq!(receipt.expires_at.is_some(), primary.visibility == Visibility::Expiring, "{id}");
        let has_link = receipt.link(LinkKind::View).is_some();
        assert_eq!(has_link, matches!(primary.visibility, Visibility::Public | Visibility::Expiring), "{id}");
        if let (Some(life), Some(end)) = (capability.link_life, receipt.expires_at) {
            let left = end - affix::store::system_clock() / 1000;
            assert!((left - i64::try_from(life.as_secs()).unwrap()).abs() < 60, "{id}: {left} s left");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn empty_files_are_taken_where_that_is_declared() {
    let mut live = Live::start().await;
    for (description, capability, _) in all() {
        let id = description.id;
        let path = live.file(&format!("empty-{id}.png"), b"");
        let end = live.upload(id, &path).await;
        if capability.takes_empty {
            assert_eq!((end.state, end.receipt().size), (State::Done, Some(0)), "{id}");
            assert_eq!(reach(&live, id, end.receipt()).await, b"", "{id}");
        } else {
            assert_eq!(end.state, State::Failed, "{id}");
            assert_eq!(live.asked(id), [], "{id}: refused before anything is sent");
        }
    }
}

/// File names of every kind that this computer allows.
fn names() -> Vec<String> {
    let long = |letter: &str, bytes: usize| letter.repeat(bytes / letter.len());
    vec![
        "two words and  more.png".to_owned(),
        " begins and ends with spaces .png ".to_owned(),
        "Grüße 照片 🌋.png".to_owned(),
        "e\u{301} decomposed.png".to_owned(),
        "quo\"te's `and` <more> & % + = ; , $ ! ~ {}[]()^@.png".to_owned(),
        "back\\slash? #hash%20 *.png".to_owned(),
        "line\nend\ttab\r.png".to_owned(),
        "-.png".to_owned(),
        "no extension".to_owned(),
        ".hidden".to_owned(),
        "archive.tar.png".to_owned(),
        format!("{}.png", long("a", 251)),
        format!("{}.png", long("ü", 250)),
        format!("{}.png", long("照", 249)),
    ]
}

/// The name under which a service hears of a file.
fn as_sent(service: &str, name: String, receipt: &Receipt) -> String {
    match service {
        // Mixin never hears the name: its objects are named by their ids.
        "mixin" => receipt.link(LinkKind::Id).unwrap().to_owned(),
        // A form escapes these three in a name, and no server takes that back (WHATWG HTML, "Multipart form data").
        "forum" => name.replace('"', "%22").replace('\n', "%0A").replace('\r', "%0D"),
        _ => name,
    }
}

/// The repairs that the findings offer; every finding has to have one.
fn offered(findings: &[Finding]) -> Vec<Repair> {
    let repair = |finding: &Finding| {
        finding.repair.clone().unwrap_or_else(|| panic!("no repair is offered: {}", finding.message))
    };
    findings.iter().map(repair).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_name_is_taken_or_can_be_repaired() {
    let mut live = Live::start().await;
    for (description, _, _) in all() {
        let id = description.id;
        for (number, name) in names().into_iter().enumerate() {
            let bytes = png(200, u32::try_from(number).unwrap());
            let path = live.file(&name, &bytes);
            live.handle.submit(vec![path.clone()], id, Repairs::Ask).await.unwrap();
            let mut repaired = None;
            let finished = loop {
                match live.events.recv().await.unwrap() {
                    Event::Asked { id: asked, findings } => {
                        assert_eq!(live.asked(id), [], "{id}: asked before anything is sent");
                        let repairs = offered(&findings);
                        repaired = repairs.first().cloned();
                        live.handle.answer(asked, Answer::Repair(repairs)).await.unwrap();
                    }
                    Event::Finished(finished) => break *finished,
                    _ => {}
                }
            };
            let what = format!("{id}: {name:?} repaired as {repaired:?}: {:?}", finished.failure);
            assert_eq!(finished.state, State::Done, "{what}");
            let receipt = finished.receipt.unwrap();
            assert!(reach(&live, id, &receipt).await == bytes, "{what}: other bytes");
            let expected = match repaired {
                Some(Repair::Rename { name }) => name,
                _ => name,
            };
            let kept = live.kept(id).await;
            assert_eq!(kept.len(), 1, "{what}");
            let expected = as_sent(id, expected, &receipt);
            assert_eq!(kept[0].name, expected, "{what}");
            live.reset().await;
            std::fs::remove_file(path).unwrap();
        }
    }
}
