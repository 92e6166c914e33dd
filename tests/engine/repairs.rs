//! What is changed in the copy that is sent: by the setting, by what the user chose, before it is sent and after a crash.
#![expect(clippy::unwrap_used, clippy::panic, reason = "clippy's exception for tests has no helpers")]

use crate::photo;
use std::path::PathBuf;

use crate::support::fake::{Asked, Fake, Rig, config, failure, one, rig};
use affix::domain::attachment::{AttachmentId, State};
use affix::domain::changes::{PictureType, Removed};
use affix::domain::error::{Kind, Step};
use affix::domain::preflight::{Finding, Repair};
use affix::store::{Row, SessionId, Store};
use affix::transfer::{Answer, Event, Limits, Repairs, Scope};

const ONE: Limits = Limits { per_profile: 1, overall: 1 };
const KEEP: Repair = Repair::KeepMetadata;

async fn row(rig: &Rig, id: AttachmentId) -> Row {
    rig.store.attachment(id).await.unwrap().unwrap()
}

fn taken(rig: &Rig, name: &str) -> PathBuf {
    let path = rig.folder.path().join(name);
    photo::write(&path, &photo::jpeg_with(&photo::exif()));
    path
}

fn tells(bytes: &[u8]) -> bool {
    let place: Vec<u8> = [48_u32, 1, 51, 1].into_iter().flat_map(u32::to_be_bytes).collect();
    bytes.windows(place.len()).any(|word| word == place)
}

/// The one upload that was asked for.
fn sent(fake: &Fake) -> Asked {
    let [asked] = &fake.asked()[..] else { panic!("{:?}", fake.asked()) };
    asked.clone()
}

async fn findings(rig: &mut Rig) -> Vec<Finding> {
    rig.until(|event| if let Event::Asked { findings, .. } = event { Some(findings) } else { None }).await
}

#[tokio::test(start_paused = true)]
async fn a_photo_is_sent_without_its_place() {
    let fake = Fake::new();
    let mut rig = rig(fake, ONE);
    let path = taken(&rig, "a.jpg");
    let before = std::fs::read(&path).unwrap();
    let (batch, ids) = rig.submit("a", one(&path)).await;
    let mut changed = None;
    let mut done = Vec::new();
    rig.until(|event| match event {
        Event::Changed { sent, .. } => {
            changed = sent;
            None
        }
        Event::Finished(finished) => {
            done.push(finished);
            None
        }
        Event::BatchDone(_) => Some(()),
        _ => None,
    })
    .await;
    assert_eq!(done[0].batch, batch);
    let asked = sent(fake);
    assert_eq!(asked.name, "a.jpg");
    assert!(tells(&before) && !tells(&asked.content), "the place was sent");
    assert_eq!(std::fs::read(&path).unwrap(), before, "the photo itself was changed");
    let row = row(&rig, ids[0]).await;
    let kept = row.sent.clone().unwrap();
    assert_eq!(changed.as_deref(), Some(&kept));
    assert_eq!(kept.removed, Some(Removed::Location));
    assert_eq!((kept.size, row.size), (asked.content.len() as u64, Some(before.len() as u64)));
    let receipt = row.receipt.unwrap();
    assert_eq!(receipt.size, Some(kept.size), "what stands at the service");
    // Its content is known again by the file that was handed over.
    assert_eq!(row.content, Some(*blake3::hash(&before).as_bytes()));
    assert!(asked.path != path && !asked.path.exists(), "the copy is gone");
    // Its turn was kept, so it is as wide as before.
    assert_eq!((receipt.width, receipt.height), (Some(48), Some(64)));
}

#[tokio::test(start_paused = true)]
async fn with_its_metadata_it_is_the_file_itself() {
    for by_setting in [true, false] {
        let fake = Fake::new();
        let mut rig = rig(fake, ONE);
        let path = taken(&rig, "a.jpg");
        let (batch, ids) = rig.handle.submit_held(one(&path), "a", Repairs::Refuse).await.unwrap();
        if by_setting {
            rig.handle.set_remove_location(false).await.unwrap();
        } else {
            assert!(rig.handle.set_repairs(ids[0], vec![KEEP]).await.unwrap());
        }
        rig.handle.resume(Scope::All).await.unwrap();
        assert_eq!(rig.batch(batch).await[0].state, State::Done);
        let asked = sent(fake);
        assert_eq!((asked.path, asked.content), (path.clone(), std::fs::read(&path).unwrap()));
        assert_eq!(row(&rig, ids[0]).await.sent, None);
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_handed_over_held_waits_also_after_a_crash() {
    let fake = Fake::new();
    let first = rig(fake, ONE);
    let files = vec![taken(&first, "a.jpg"), first.file("b.txt")];
    let (batch, ids) = first.handle.submit_held(files, "a", Repairs::Ask).await.unwrap();
    for id in &ids {
        assert_eq!(row(&first, *id).await.state, State::Paused);
    }
    assert!(first.handle.set_repairs(ids[0], vec![KEEP]).await.unwrap());
    let dead = first.store.session();
    let store = Store::open(&first.folder.path().join("affix.db"), SessionId::fresh()).unwrap();
    assert_eq!(store.interrupt(dead).await.unwrap(), 2);
    let (handle, events) = affix::transfer::start(config(&store, fake, ONE));
    let mut second = Rig { handle, events, store, folder: first.folder };
    assert_eq!(second.handle.take_up(true).await.unwrap().paused, 2);
    assert_eq!(fake.asked().len(), 0);
    assert_eq!(row(&second, ids[0]).await.repairs, [KEEP]);
    second.handle.resume(Scope::All).await.unwrap();
    assert!(second.batch(batch).await.iter().all(|ended| ended.state == State::Done));
    assert!(tells(&fake.asked()[0].content), "what was chosen before counts");
}

#[tokio::test(start_paused = true)]
async fn repairs_are_taken_as_long_as_it_is_not_on_its_way() {
    // One is on its way and hangs, one waits.
    let fake = Fake::with(0, None);
    let mut rig = rig(fake, ONE);
    let files = vec![taken(&rig, "a.jpg"), taken(&rig, "b.jpg")];
    let (batch, ids) = rig.submit("a", files).await;
    rig.until(|event| matches!(event, Event::State { step: Some(Step::Send), .. }).then_some(())).await;
    assert!(!rig.handle.set_repairs(ids[0], vec![KEEP]).await.unwrap(), "it runs");
    assert!(rig.handle.set_repairs(ids[1], vec![KEEP]).await.unwrap(), "it waits");
    assert_eq!(row(&rig, ids[0]).await.repairs, []);
    fake.gate.add_permits(9);
    rig.batch(batch).await;
    let asked = fake.asked();
    assert!(!tells(&asked[0].content) && tells(&asked[1].content));
    assert!(!rig.handle.set_repairs(ids[0], vec![KEEP]).await.unwrap(), "it is done");
    assert!(!rig.handle.set_repairs(AttachmentId(9_999), vec![KEEP]).await.unwrap());

    // Failed, and changed before it is tried again.
    fake.then(|| Err(failure(Kind::Refused)));
    let (batch, ids) = rig.submit("a", one(&taken(&rig, "c.jpg"))).await;
    assert_eq!(rig.batch(batch).await[0].state, State::Failed);
    let rename = Repair::Rename { name: "other.jpg".to_owned() };
    assert!(rig.handle.set_repairs(ids[0], vec![KEEP, rename]).await.unwrap());
    assert_eq!(rig.handle.retry(Scope::One(ids[0])).await.unwrap(), 1);
    rig.batch(batch).await;
    let last = fake.asked().pop().unwrap();
    assert_eq!(last.name, "other.jpg");
    assert!(tells(&last.content));
    let kept = row(&rig, ids[0]).await.sent.unwrap();
    assert_eq!((kept.name.as_str(), kept.removed, kept.sha256), ("other.jpg", None, None));
}

#[tokio::test(start_paused = true)]
async fn an_answer_is_not_asked_for_again_after_a_crash() {
    let fake = Fake::with(0, Some('#'));
    let mut first = rig(fake, ONE);
    let files = one(&first.file("a#b.txt"));
    let (batch, ids) = first.handle.submit(files, "a", Repairs::Ask).await.unwrap();
    first.handle.set_repairs(ids[0], vec![KEEP]).await.unwrap();
    findings(&mut first).await;
    let rename = Repair::Rename { name: "a_b.txt".to_owned() };
    first.handle.answer(ids[0], Answer::Repair(vec![rename.clone()])).await.unwrap();
    first.until(|event| matches!(event, Event::State { step: Some(Step::Send), .. }).then_some(())).await;
    // What was only noted is on the disk before what waits for it.
    first.store.set_checkpoint(ids[0], None).await.unwrap();
    let kept = row(&first, ids[0]).await.repairs;
    assert!(kept.contains(&rename), "{kept:?}");
    let dead = first.store.session();
    let store = Store::open(&first.folder.path().join("affix.db"), SessionId::fresh()).unwrap();
    store.interrupt(dead).await.unwrap();
    // A service of its own: the engine that is dead hangs at its own for ever.
    let fake = Fake::with(9, Some('#'));
    let (handle, events) = affix::transfer::start(config(&store, fake, ONE));
    let mut second = Rig { handle, events, store, folder: first.folder };
    assert_eq!(second.handle.take_up(true).await.unwrap().going_on, 1);
    let mut asked = 0;
    second
        .until(|event| {
            asked += usize::from(matches!(event, Event::Asked { .. }));
            matches!(event, Event::BatchDone(done) if done == batch).then_some(())
        })
        .await;
    assert_eq!(asked, 0);
    assert_eq!(row(&second, ids[0]).await.state, State::Done);
    assert_eq!(fake.asked().pop().unwrap().name, "a_b.txt");
}

#[tokio::test(start_paused = true)]
async fn a_copy_goes_on_where_the_one_before_stopped_and_another_one_does_not() {
    for changes in [false, true] {
        let fake = Fake::new();
        *fake.checkpoint.lock().unwrap() = Some("part-3".to_owned());
        let mut rig = rig(fake, ONE);
        fake.then(|| Err(failure(Kind::Refused)));
        let (batch, ids) = rig.submit("a", one(&taken(&rig, "a.jpg"))).await;
        assert_eq!(rig.batch(batch).await[0].state, State::Failed);
        if changes {
            assert!(rig.handle.set_repairs(ids[0], vec![KEEP]).await.unwrap());
        }
        rig.handle.retry(Scope::One(ids[0])).await.unwrap();
        assert_eq!(rig.batch(batch).await[0].state, State::Done);
        let asked = fake.asked();
        let went_on = asked[1].resumed.is_some();
        assert_eq!(went_on, !changes, "{:?}", asked[1].resumed);
        assert_eq!(asked[0].content == asked[1].content, !changes);
        assert_eq!(row(&rig, ids[0]).await.sent.is_none(), changes, "the row says what was sent last");
    }
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_taken_out_is_asked_about() {
    // Its EXIF is longer than the file.
    let mut broken = photo::jpeg_with(&photo::exif());
    broken[4..6].fill(0xff);
    for policy in [Repairs::Ask, Repairs::Refuse] {
        let fake = Fake::new();
        let mut rig = rig(fake, ONE);
        let path = rig.folder.path().join("a.jpg");
        photo::write(&path, &broken);
        let (batch, ids) = rig.handle.submit(one(&path), "a", policy).await.unwrap();
        if policy == Repairs::Refuse {
            let ended = rig.batch(batch).await.remove(0);
            let failure = ended.failure.unwrap();
            assert_eq!((ended.state, failure.kind), (State::Failed, Kind::Refused));
            assert!(failure.to_string().contains("may say where it was taken"), "{failure}");
            assert!(fake.asked().is_empty());
            continue;
        }
        let found = findings(&mut rig).await;
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].repair, Some(Repair::ConvertImage { to: PictureType::Jpeg }));
        // What the user may say as well.
        rig.handle.answer(ids[0], Answer::Repair(vec![KEEP])).await.unwrap();
        assert_eq!(rig.batch(batch).await[0].state, State::Done);
        assert_eq!(sent(fake).content, broken);
    }
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_copy_leaves_nothing_behind() {
    let fake = Fake::with(0, None);
    let mut rig = rig(fake, ONE);
    let (batch, _) = rig.submit("a", one(&taken(&rig, "a.jpg"))).await;
    rig.until(|event| matches!(event, Event::State { step: Some(Step::Send), .. }).then_some(())).await;
    let copy = sent(fake).path;
    assert!(copy.exists());
    rig.handle.cancel(Scope::All).await.unwrap();
    assert_eq!(rig.batch(batch).await[0].state, State::Canceled);
    assert!(!copy.exists() && !copy.parent().unwrap().exists(), "{}", copy.display());
}

#[tokio::test(start_paused = true)]
async fn a_converted_photo_has_the_name_of_what_it_is() {
    let fake = Fake::new();
    let mut rig = rig(fake, ONE);
    let path = taken(&rig, "a#b.jpg");
    let (batch, ids) = rig.handle.submit_held(one(&path), "a", Repairs::Refuse).await.unwrap();
    let rename = Repair::Rename { name: "a_b.jpg".to_owned() };
    let repairs = vec![Repair::ConvertImage { to: PictureType::Png }, rename];
    assert!(rig.handle.set_repairs(ids[0], repairs).await.unwrap());
    rig.handle.resume(Scope::All).await.unwrap();
    assert_eq!(rig.batch(batch).await[0].state, State::Done);
    let asked = sent(fake);
    assert_eq!(asked.name, "a_b.png");
    assert!(asked.content.starts_with(b"\x89PNG"));
    let kept = row(&rig, ids[0]).await.sent.unwrap();
    assert_eq!((kept.mime.as_str(), kept.removed), ("image/png", Some(Removed::Location)));
}
