//! The large preview and the inspector's card: zooming, moving, neighbours, texts, what moves, what has no picture.

use std::time::Duration;

use crate::stage::{Stage, done, model, row};
use affix::domain::attachment::{AttachmentId, State};
use affix::domain::error::{Failure, Kind};
use affix::model::Action;
use affix::model::detail::{Action as Detail, Picture, PreviewSize};
use affix::model::looks::{Frame, Key as LookKey, Lines, Look, Part, Wish};
use affix::store::Row;
use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Modifiers, Vec2, vec2};
use egui_kittest::kittest::Queryable as _;

const PHOTO: AttachmentId = AttachmentId(2);

fn photo(id: i64, name: &str) -> Row {
    let (mime, pixels) = (Some("image/jpeg".to_owned()), Some((4000, 3000)));
    Row { mime, pixels, ..done(id, name, None) }
}

fn text(id: i64, name: &str) -> Row {
    Row { mime: Some("text/plain".to_owned()), ..row(id, name, State::Paused) }
}

fn picture(width: usize, height: usize) -> Picture {
    Picture { width, height, rgba: vec![200; width * height * 4] }
}

fn put_large(stage: &mut Stage, id: AttachmentId, picture: Result<Picture, Failure>) {
    let ctx = stage.harness.ctx.clone();
    stage.harness.state_mut().state.previews.put(&ctx, (id, PreviewSize::Large), picture);
    stage.draw();
}

fn put(stage: &mut Stage, key: LookKey, look: Result<Look, Failure>) {
    let ctx = stage.harness.ctx.clone();
    stage.harness.state_mut().state.looks.put(&ctx, key, look);
    stage.draw();
}

/// What was asked for, in words.
fn asked(stage: &mut Stage) -> Vec<Detail> {
    let actions = std::mem::take(&mut stage.harness.state_mut().actions);
    let detail = actions.into_iter().filter_map(|action| match action {
        Action::Detail(detail) => Some(detail),
        _ => None,
    });
    detail.collect()
}

fn parts(asked: &[Detail]) -> Vec<Part> {
    let looks = asked.iter().filter_map(|detail| match detail {
        Detail::NeedLooks(keys) => Some(keys.clone()),
        _ => None,
    });
    let parts = looks.flatten().filter_map(|(_, wish)| match wish {
        Wish::Part(part) => Some(part),
        _ => None,
    });
    parts.collect()
}

fn inspected(asked: &[Detail]) -> Vec<i64> {
    let ids = asked.iter().filter_map(|detail| match detail {
        Detail::Inspect(Some(id)) => Some(id.0),
        _ => None,
    });
    ids.collect()
}

/// Three rows, the photo in the middle in the large preview.
fn opened() -> Stage {
    let rows = vec![photo(1, "first.jpg"), photo(2, "middle.jpg"), text(3, "last.txt")];
    let mut stage = Stage::new(model(rows.clone()));
    stage.inspect(rows[1].clone());
    put_large(&mut stage, PHOTO, Ok(picture(1600, 1200)));
    stage.click("Preview");
    assert!(stage.has("Close preview"));
    asked(&mut stage);
    stage
}

/// The line under the name: it ends with the place among the neighbours.
fn facts(stage: &Stage) -> String {
    let is_place = |words: &str| words.starts_with(|c: char| c.is_ascii_digit()) && words.contains(" of ");
    let ends_so = |words: &String| words.rsplit(" · ").next().is_some_and(is_place) && words.contains('×');
    stage.words().into_iter().find(ends_so).unwrap_or_default()
}

fn image(stage: &Stage) -> egui_kittest::Node<'_> {
    stage.harness.get_by_role_and_label(Role::Image, "middle.jpg")
}

#[test]
fn the_caption_tells_pixels_zoom_and_place_and_every_button_has_a_name() {
    let stage = opened();
    let facts = facts(&stage);
    assert!(facts.starts_with("4000 × 3000 · 2.1 MB · ") && facts.ends_with("2 of 3"), "{facts}");
    for name in ["Zoom in", "Zoom out", "Previous file", "Next file", "Close preview"] {
        assert!(stage.has(name), "{name}");
    }
}

#[test]
fn keys_zoom_fit_and_show_the_actual_size() {
    let mut stage = opened();
    let fitted = facts(&stage);
    stage.press(Modifiers::NONE, Key::Num1);
    assert!(facts(&stage).contains(" · 100 % · "), "{}", facts(&stage));
    stage.press(Modifiers::NONE, Key::Plus);
    assert!(facts(&stage).contains(" · 125 % · "), "{}", facts(&stage));
    stage.press(Modifiers::NONE, Key::Minus);
    stage.press(Modifiers::NONE, Key::Num0);
    assert_eq!(facts(&stage), fitted);
    for _ in 0..20 {
        stage.press(Modifiers::NONE, Key::Plus);
    }
    assert!(facts(&stage).contains(" · 800 % · "), "no further than 8×: {}", facts(&stage));
    stage.click("Zoom out");
    assert!(facts(&stage).contains(" · 640 % · "), "{}", facts(&stage));
}

#[test]
fn arrows_go_to_neighbours_when_fitted_and_move_the_picture_when_zoomed() {
    let mut stage = opened();
    stage.press(Modifiers::NONE, Key::Num1);
    stage.press(Modifiers::NONE, Key::ArrowRight);
    assert!(inspected(&asked(&mut stage)).is_empty(), "a zoomed picture moves");
    stage.press(Modifiers::NONE, Key::PageDown);
    assert_eq!(inspected(&asked(&mut stage)), [3], "Page Down goes on all the same");
    stage.press(Modifiers::NONE, Key::ArrowLeft);
    assert_eq!(inspected(&asked(&mut stage)), [2]);
    assert!(!stage.is_enabled("Next file") || !facts(&stage).contains("3 of 3"));
}

#[test]
fn the_last_one_has_no_next() {
    let mut stage = opened();
    stage.click("Next file");
    assert_eq!(inspected(&asked(&mut stage)), [3]);
    assert!(!stage.is_enabled("Next file"));
    assert!(stage.is_enabled("Previous file"));
    stage.press(Modifiers::NONE, Key::PageDown);
    assert!(inspected(&asked(&mut stage)).is_empty());
}

#[test]
fn what_is_zoomed_and_rests_is_made_sharp_and_asked_for_once() {
    let mut stage = opened();
    stage.press(Modifiers::NONE, Key::Num1);
    let mut wanted = parts(&asked(&mut stage));
    stage.harness.run_steps(12);
    wanted.extend(parts(&asked(&mut stage)));
    let [part] = wanted[..] else { panic!("one part: {wanted:?}") };
    // A window of 1100 × 720 without the line of buttons, in the middle of the photo.
    assert_eq!((part.width, part.height, part.crisp), (1100, 664, false));
    assert_eq!((part.x, part.y, part.max_px), (1450, 1168, 1100));
    put(&mut stage, (PHOTO, Wish::Part(part)), Ok(Look::Part(picture(1100, 664))));
    stage.harness.run_steps(12);
    assert!(parts(&asked(&mut stage)).is_empty());
    stage.press(Modifiers::NONE, Key::ArrowDown);
    stage.harness.run_steps(12);
    let [moved] = parts(&asked(&mut stage))[..] else { panic!("another part") };
    assert_eq!((moved.x, moved.y), (1450, 1248));
}

#[test]
fn pixels_are_hard_when_they_are_large() {
    let mut stage = opened();
    stage.press(Modifiers::NONE, Key::Num1);
    for _ in 0..4 {
        stage.press(Modifiers::NONE, Key::Plus);
    }
    stage.harness.run_steps(12);
    let asked = parts(&asked(&mut stage));
    assert!(asked.last().is_some_and(|part| part.crisp && part.width < 500), "{asked:?}");
}

#[test]
fn a_picture_without_parts_stays_as_it_is() {
    let mut stage = opened();
    stage.press(Modifiers::NONE, Key::Num1);
    stage.harness.run_steps(12);
    let wanted = parts(&asked(&mut stage));
    put(&mut stage, (PHOTO, Wish::Part(wanted[0])), Err(Failure::new(Kind::WrongType, "No parts")));
    for _ in 0..3 {
        stage.press(Modifiers::NONE, Key::ArrowRight);
        stage.harness.run_steps(12);
    }
    assert!(parts(&asked(&mut stage)).is_empty());
}

#[test]
fn the_wheel_zooms_at_the_pointer_and_a_drag_moves() {
    let mut stage = opened();
    let at = image(&stage).rect().center() + vec2(200.0, 100.0);
    stage.harness.hover_at(at);
    stage.draw();
    let wheel = eframe::egui::Event::MouseWheel {
        unit: eframe::egui::MouseWheelUnit::Point,
        delta: Vec2::new(0.0, 240.0),
        phase: eframe::egui::TouchPhase::Move,
        modifiers: Modifiers::NONE,
        source: eframe::egui::MouseWheelSource::Wheel,
    };
    let before = facts(&stage);
    stage.harness.event(wheel);
    stage.harness.run_steps(30);
    assert_ne!(facts(&stage), before);
    assert!(!facts(&stage).contains("100 %"));
}

#[test]
fn the_keyboard_alone_closes_it_and_comes_back_to_its_row() {
    let rows = vec![photo(1, "first.jpg"), photo(2, "middle.jpg")];
    let mut stage = Stage::new(model(rows.clone()));
    stage.inspect(rows[1].clone());
    stage.click("middle.jpg, Done");
    put_large(&mut stage, PHOTO, Ok(picture(1600, 1200)));
    for close in [Key::Space, Key::Escape] {
        stage.press(Modifiers::NONE, Key::Space);
        assert!(stage.has("Close preview"));
        stage.press(Modifiers::NONE, Key::Tab);
        let focused = stage.focused();
        assert!(focused.is_some_and(|name| name != "middle.jpg, Done"), "the keyboard is in the preview");
        // Space would press the button that has the keyboard.
        if close == Key::Space {
            stage.press(Modifiers::NONE, Key::Escape);
        } else {
            stage.press(Modifiers::NONE, close);
        }
        assert!(!stage.has("Close preview"), "{close:?}");
        stage.draw();
        assert_eq!(stage.focused().as_deref(), Some("middle.jpg, Done"));
    }
    stage.press(Modifiers::NONE, Key::Space);
    stage.press(Modifiers::NONE, Key::Space);
    assert!(!stage.has("Close preview"), "Space closes what Space opened");
}

#[test]
fn a_text_is_read_with_a_note_of_what_follows_and_how_it_was_read() {
    let rows = vec![text(1, "notes.txt")];
    let mut stage = Stage::new(model(rows.clone()));
    stage.inspect(rows[0].clone());
    let lines: Vec<String> = (1..=400).map(|line| format!("line {line} 你好")).collect();
    let read = Lines { lines, is_whole: false, encoding: "GBK".to_owned() };
    put(&mut stage, (AttachmentId(1), Wish::Lines), Ok(Look::Lines(read)));
    stage.click("Preview");
    assert!(stage.says("line 1 你好\nline 2 你好"), "{:?}", stage.words());
    assert!(stage.has("The first 400 lines · Read as GBK"), "{:?}", stage.words());
    assert!(!stage.has("Zoom in"), "there is nothing to zoom");
    assert!(!stage.has("Next file") || !stage.is_enabled("Next file"));
}

#[test]
fn what_is_broken_says_why_in_card_and_preview() {
    let rows = vec![photo(1, "broken.jpg"), photo(2, "middle.jpg")];
    let mut stage = Stage::new(model(rows.clone()));
    stage.inspect(rows[0].clone());
    let broken = || Failure::new(Kind::Unreadable, "“broken.jpg” is broken, so it cannot be shown");
    put_large(&mut stage, AttachmentId(1), Err(broken()));
    assert!(stage.says("is broken, so it cannot be shown"));
    assert!(stage.harness.query_by_role_and_label(Role::Button, "Preview").is_none(), "nothing to enlarge");
    stage.click("broken.jpg, Done");
    stage.press(Modifiers::NONE, Key::Space);
    assert!(stage.has("Close preview"));
    assert!(stage.count("“broken.jpg” is broken, so it cannot be shown") >= 1, "{:?}", stage.words());
}

#[test]
fn an_animation_draws_its_frames_when_they_are_due_and_stands_still_when_paused() {
    let gif = Row { mime: Some("image/gif".to_owned()), pixels: Some((40, 30)), ..done(1, "cat.gif", None) };
    let mut stage = Stage::new(model(vec![gif.clone()]));
    stage.inspect(gif);
    put_large(&mut stage, AttachmentId(1), Ok(picture(40, 30)));
    let frame = |delay_ms| Frame { picture: picture(40, 30), delay_ms };
    let frames = vec![frame(60_000), frame(60_000)];
    put(&mut stage, (AttachmentId(1), Wish::Frames(480)), Ok(Look::Frames(frames)));
    let sleeps = stage.sleeps();
    assert!(sleeps > Duration::from_secs(50) && sleeps <= Duration::from_mins(1), "{sleeps:?}");
    stage.click("Pause the animation");
    assert!(stage.has("Play"));
    stage.draw();
    assert!(stage.sleeps() > Duration::from_hours(1), "{:?}", stage.sleeps());
    assert!(!stage.has("Close preview"), "the control is not the card");
}

#[test]
fn one_picture_that_stands_still_does_not_play() {
    let webp =
        Row { mime: Some("image/webp".to_owned()), pixels: Some((40, 30)), ..done(1, "cat.webp", None) };
    let mut stage = Stage::new(model(vec![webp.clone()]));
    stage.inspect(webp);
    put_large(&mut stage, AttachmentId(1), Ok(picture(40, 30)));
    let frames = vec![Frame { picture: picture(40, 30), delay_ms: 100 }];
    put(&mut stage, (AttachmentId(1), Wish::Frames(480)), Ok(Look::Frames(frames)));
    assert!(!stage.has("Pause the animation"));
    assert!(stage.sleeps() > Duration::from_hours(1));
}

#[test]
fn ten_thousand_neighbours_are_not_loaded() {
    let rows: Vec<Row> = (1..=10_000).map(|id| photo(id, &format!("{id}.jpg"))).collect();
    let (first, next) = (rows[4999].clone(), rows[5000].clone());
    let mut stage = Stage::new(model(rows));
    stage.inspect(first);
    put_large(&mut stage, AttachmentId(5000), Ok(picture(1600, 1200)));
    stage.click("Preview");
    assert!(facts(&stage).ends_with("5,000 of 10,000"), "{}", facts(&stage));
    asked(&mut stage);
    stage.press(Modifiers::NONE, Key::ArrowRight);
    assert_eq!(inspected(&asked(&mut stage)), [5001]);
    // The one row that was asked for comes.
    stage.inspect(next);
    assert!(facts(&stage).ends_with("5,001 of 10,000"));
}
