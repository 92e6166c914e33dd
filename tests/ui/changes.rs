//! "Before sending": what is changed in a copy, tried before it is sent, and told afterwards; findings with their repairs.

use std::sync::Arc;

use crate::stage::{Stage, done, model, row};
use affix::domain::attachment::{AttachmentId, State};
use affix::domain::changes::{CopyWish, Metadata, Removed, Sent};
use affix::domain::error::{Failure, Kind};
use affix::domain::preflight::{Finding, Repair};
use affix::model::detail::Picture;
use affix::model::looks::{Facts, Look, Moment, Trial, Wish};
use affix::model::questions::Question;
use affix::model::{Action, Transfer};
use affix::store::Row;
use affix::ui::text::Language;
use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;

const ID: AttachmentId = AttachmentId(1);
const OPEN: &str = "Change before sending…";

fn photo(state: State) -> Row {
    let mime = Some("image/jpeg".to_owned());
    Row { mime, size: Some(4_100_000), pixels: Some((4000, 3000)), ..row(1, "harbour.jpg", state) }
}

fn picture() -> Picture {
    Picture { width: 80, height: 60, rgba: vec![200; 80 * 60 * 4] }
}

fn put(stage: &mut Stage, wish: Wish, look: Result<Look, Failure>) {
    let ctx = stage.harness.ctx.clone();
    stage.harness.state_mut().state.looks.put(&ctx, (ID, wish), look);
    stage.draw();
}

fn opened(row: Row) -> Stage {
    let mut stage = Stage::new(model(vec![row.clone()]));
    stage.inspect(row);
    stage.click(OPEN);
    assert!(stage.harness.query_by_role_and_label(Role::Dialog, "Before sending").is_some());
    stage
}

fn metadata() -> Metadata {
    Metadata {
        place: Some((48.858_4, -2.294_5)),
        has_location: true,
        camera: Some("Apple iPhone 15".to_owned()),
        taken: Some("2026:05:01 18:22:03".to_owned()),
        author: Some("Anna".to_owned()),
        bytes: 12_000,
        removable: true,
    }
}

/// A wish of the photo's own metadata taken out, and no more.
const CLEAN: CopyWish = CopyWish { without_metadata: true, max_bytes: None, to: None };

fn trial(size: u64, pixels: (u32, u32)) -> Look {
    Look::Trial(Some(Trial {
        name: "harbour.jpg".to_owned(),
        size,
        pixels: Some(pixels),
        removed: Some(Removed::Location),
        picture: Some(picture()),
    }))
}

/// The changes that were asked for.
fn changes(stage: &mut Stage) -> Vec<(Vec<Repair>, bool)> {
    let actions = std::mem::take(&mut stage.harness.state_mut().actions);
    let changes = actions.into_iter().filter_map(|action| match action {
        Action::Transfer(Transfer::Change { id, repairs, retry }) => {
            assert_eq!(id, ID);
            Some((repairs, retry))
        }
        _ => None,
    });
    changes.collect()
}

#[test]
fn what_a_photo_tells_is_said_in_plain_words_and_can_be_kept() {
    let mut stage = opened(photo(State::Paused));
    put(&mut stage, Wish::Metadata, Ok(Look::Metadata(metadata())));
    for words in ["48.8584° N, 2.2945° W", "Apple iPhone 15", "2026-05-01 18:22", "Anna"] {
        assert!(stage.says(words), "{words} in {:?}", stage.words());
    }
    stage.click("Remove location and other metadata");
    stage.click("Save");
    assert_eq!(changes(&mut stage), [(vec![Repair::KeepMetadata], false)]);
}

#[test]
fn a_file_that_no_upload_has_looked_at_has_its_facts_in_the_inspector() {
    let row = Row { size: None, mime: None, pixels: None, ..photo(State::Paused) };
    let mut stage = Stage::new(model(vec![row.clone()]));
    stage.inspect(row);
    assert!(!stage.says("4.1 MB"), "{:?}", stage.words());
    let (mime, pixels) = ("image/jpeg".to_owned(), Some((4000, 3000)));
    let facts = Facts { size: 4_100_000, mime, pixels, duration_secs: None, offers: Vec::new() };
    put(&mut stage, Wish::Facts, Ok(Look::Facts(facts)));
    for words in ["4000 × 3000 · JPEG · 4.1 MB", "4.1 MB (4,100,000 bytes)", "image/jpeg"] {
        assert!(stage.says(words), "{words} in {:?}", stage.words());
    }
}

#[test]
fn the_copy_is_tried_and_its_result_told() {
    let mut stage = opened(photo(State::Paused));
    assert!(stage.says("Making the copy…"));
    put(&mut stage, Wish::Trial(CLEAN), Ok(trial(4_090_000, (4000, 3000))));
    assert!(stage.says("4.1 MB"), "{:?}", stage.words());
    assert!(stage.says("4000 × 3000 · Location removed"), "{:?}", stage.words());
    stage.click("At most");
    let wish = CopyWish { max_bytes: Some(2_050_000), ..CLEAN };
    stage.harness.run_steps(40);
    assert!(stage.says("Making the copy…"));
    put(&mut stage, Wish::Trial(wish), Ok(trial(1_400_000, (2400, 1800))));
    assert!(stage.says("4.1 MB → 1.4 MB"), "{:?}", stage.words());
    assert!(stage.says("4000 × 3000 → 2400 × 1800 · Location removed"));
    stage.click("Save");
    assert_eq!(changes(&mut stage), [(vec![Repair::ShrinkImage { max_bytes: 2_050_000 }], false)]);
}

#[test]
fn a_copy_that_cannot_be_made_says_why() {
    let mut stage = opened(photo(State::Paused));
    let why = "“harbour.jpg” cannot be made as small as 1 kB";
    put(&mut stage, Wish::Trial(CLEAN), Err(Failure::new(Kind::TooLarge, why)));
    assert!(stage.says(why), "{:?}", stage.words());
}

#[test]
fn a_name_is_checked_and_the_services_own_offered() {
    let mut stage = opened(photo(State::Paused));
    let offers = vec![Repair::Rename { name: "harbour_1.jpg".to_owned() }];
    let mime = "image/jpeg".to_owned();
    let facts = Facts { size: 4_100_000, mime, pixels: None, duration_secs: None, offers };
    put(&mut stage, Wish::Facts, Ok(Look::Facts(facts)));
    stage.type_into("Name", "/");
    assert!(stage.says("A name has no slash in it"));
    assert!(!stage.is_enabled("Save"));
    stage.click("Use “harbour_1.jpg”, which the service takes");
    assert!(stage.is_enabled("Save"));
    stage.click("Save");
    assert_eq!(changes(&mut stage), [(vec![Repair::Rename { name: "harbour_1.jpg".to_owned() }], false)]);
}

#[test]
fn everything_goes_back_to_the_original() {
    let repairs = vec![Repair::Rename { name: "x.jpg".to_owned() }, Repair::KeepMetadata];
    let mut stage = opened(Row { repairs, ..photo(State::Queued) });
    assert!(stage.is_enabled("Back to the original"));
    stage.click("Back to the original");
    assert!(!stage.is_enabled("Back to the original"));
    stage.click("Save");
    assert_eq!(changes(&mut stage), [(vec![], false)]);
}

#[test]
fn what_failed_is_saved_and_uploaded_and_esc_changes_nothing() {
    for state in [State::Failed, State::Canceled, State::Interrupted] {
        let mut stage = opened(photo(state));
        stage.click("PNG");
        stage.click("Save and upload");
        let [(repairs, retry)] = &changes(&mut stage)[..] else { panic!("one change") };
        assert!(*retry && matches!(repairs[..], [Repair::ConvertImage { .. }]), "{repairs:?}");
        assert!(!stage.has("Before sending"));
    }
    let mut stage = opened(photo(State::Paused));
    stage.click("PNG");
    stage.press(Modifiers::NONE, Key::Escape);
    assert!(!stage.has("Before sending"));
    assert!(changes(&mut stage).is_empty());
}

#[test]
fn what_is_on_its_way_cannot_be_changed_any_more() {
    let mut stage = opened(photo(State::Queued));
    stage.change(|model| model.list.rows.change(ID, |row| row.state = State::Uploading));
    assert!(stage.says("nothing can be changed any more"));
    assert!(!stage.is_enabled("Save"));
    let mut stage = Stage::new(model(vec![done(1, "harbour.jpg", None)]));
    stage.inspect(done(1, "harbour.jpg", None));
    assert!(!stage.has(OPEN));
}

#[test]
fn a_videos_frame_is_chosen_by_click_and_arrows_where_a_frame_is_asked_for() {
    let video = Row {
        mime: Some("video/mp4".to_owned()),
        duration_secs: Some(42),
        ..row(1, "clip.mp4", State::Paused)
    };
    let forum = Row { profile: "Forum".to_owned(), service: "forum".to_owned(), ..video.clone() };
    let mut made = model(vec![forum.clone()]);
    let mut target = made.targets.all[0].clone();
    target.profile.name = "Forum".to_owned();
    target.profile.service = "forum".to_owned();
    target.service = affix::services::find("forum").map(affix::services::Service::description);
    made.targets.all.push(target);
    let mut stage = Stage::new(made);
    stage.inspect(forum);
    stage.click(OPEN);
    let moments = (0..8).map(|n| Moment { at_ms: n * 5_000, picture: picture() }).collect();
    put(&mut stage, Wish::Moments, Ok(Look::Moments(moments)));
    stage.click("Frame at 0:05");
    stage.press(Modifiers::NONE, Key::ArrowRight);
    stage.press(Modifiers::NONE, Key::ArrowDown);
    stage.click("Save");
    assert_eq!(changes(&mut stage), [(vec![Repair::VideoFrame { at_ms: 30_000 }], false)]);
    // A service that takes no thumbnail asks for no frame.
    let mut stage = opened(video);
    put(&mut stage, Wish::Moments, Ok(Look::Moments(Vec::new())));
    assert!(!stage.says("FRAME THAT STANDS FOR THE VIDEO"));
}

#[test]
fn what_was_sent_instead_is_told_and_that_the_file_was_not_touched() {
    let sent = Sent {
        name: "harbour.jpg".to_owned(),
        size: 1_400_000,
        mime: "image/jpeg".to_owned(),
        removed: Some(Removed::Location),
        md5: None,
        sha256: None,
    };
    let repairs = vec![Repair::ShrinkImage { max_bytes: 1_500_000 }];
    let sent = Row { sent: Some(sent), repairs, ..done(1, "harbour.jpg", None) };
    let mut stage = Stage::new(model(vec![sent.clone()]));
    assert_eq!(stage.described("harbour.jpg, Done"), "Sent as 1.4 MB copy, Location removed");
    stage.inspect(sent);
    assert!(stage.says("Sent as 1.4 MB copy, Location removed"));
}

fn asks(findings: &[Finding], others: i64) -> Stage {
    let mut made = model(vec![photo(State::Preparing)]);
    for id in 0..=others {
        let row = Arc::new(Row { id: AttachmentId(1 + id), ..photo(State::Preparing) });
        made.questions.waiting.push_back(Question::Findings { row, findings: findings.to_vec() });
    }
    Stage::new(made)
}

/// What the first question was answered with.
fn answered(stage: &mut Stage) -> String {
    let actions = std::mem::take(&mut stage.harness.state_mut().actions);
    let answers: Vec<String> = actions
        .iter()
        .filter(|action| matches!(action, Action::Questions(_)))
        .map(|it| format!("{it:?}"))
        .collect();
    answers.join("; ")
}

#[test]
fn a_finding_shows_the_copy_and_sends_exactly_that() {
    let repair = Repair::ShrinkImage { max_bytes: 2_000_000 };
    let mut stage = asks(&[Finding::error(Kind::TooLarge, "At most 2 MB.").repair(repair)], 0);
    put(
        &mut stage,
        Wish::Trial(CopyWish { max_bytes: Some(2_000_000), ..CLEAN }),
        Ok(trial(1_400_000, (2400, 1800))),
    );
    assert!(stage.says("4.1 MB → 1.4 MB"), "{:?}", stage.words());
    stage.click("Upload repaired");
    let told = answered(&mut stage);
    assert!(told.contains("Repair { repairs: [ShrinkImage { max_bytes: 2000000 }], all: false }"), "{told}");
}

#[test]
fn a_name_is_edited_in_place_and_the_same_is_done_for_the_others() {
    let repair = Repair::Rename { name: "a_b.jpg".to_owned() };
    let mut stage = asks(&[Finding::error(Kind::BadName, "No such names.").repair(repair)], 2);
    stage.type_into("Name", "x/");
    assert!(!stage.is_enabled("Upload repaired"));
    stage.press(Modifiers::NONE, Key::Backspace);
    stage.click("Do the same for 2 others");
    stage.click("Upload repaired");
    let told = answered(&mut stage);
    assert!(told.contains("Rename { name: \"a_b.jpgx\" }") && told.contains("all: true"), "{told}");
}

#[test]
fn a_copy_that_cannot_be_made_is_not_sent() {
    let repair = Repair::ShrinkImage { max_bytes: 2_000_000 };
    let mut stage = asks(&[Finding::error(Kind::TooLarge, "At most 2 MB.").repair(repair)], 0);
    let failed = Failure::new(Kind::TooLarge, "It cannot be made as small");
    put(&mut stage, Wish::Trial(CopyWish { max_bytes: Some(2_000_000), ..CLEAN }), Err(failed));
    assert!(stage.says("It cannot be made as small"));
    assert!(!stage.is_enabled("Upload repaired"));
    stage.click("Don’t upload");
    assert!(answered(&mut stage).contains("Answer(No)"));
}

#[test]
fn held_files_are_sent_from_the_batchs_header() {
    let mut made = model(vec![photo(State::Paused)]);
    made.settings.uploads.look_over = true;
    let mut stage = Stage::new(made);
    stage.click("Send");
    assert_eq!(stage.asked(), ["Transfer(Resume(Batch(BatchId(1))))"]);
    stage.change(|model| model.settings.uploads.look_over = false);
    assert!(!stage.has("Send") && stage.has("Resume"));
}

#[test]
fn it_speaks_chinese() {
    let row = photo(State::Paused);
    let mut stage = Stage::in_language(model(vec![row.clone()]), Language::Chinese);
    stage.inspect(row);
    stage.click("发送前更改…");
    put(&mut stage, Wish::Metadata, Ok(Look::Metadata(metadata())));
    assert!(stage.says("北纬 48.8584°") && stage.says("西经 2.2945°"), "{:?}", stage.words());
}
