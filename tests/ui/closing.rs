//! The window is to be closed while uploads are under way: what is asked, and what it costs when nothing is.
use std::path::PathBuf;

use crate::desk::Desk;
use crate::stage::{self, Stage};
use crate::window::Window;
use affix::domain::attachment::State;
use affix::model::Action;
use affix::model::questions::{self, Answer, OnClose, Question};
use affix::sandbox::faults::Fault;
use affix::ui::text::Language;
use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Modifiers, ViewportCommand, ViewportEvent, ViewportId};
use egui_kittest::kittest::Queryable as _;

fn asked(language: Language, hides: bool, count: u64) -> Stage {
    let mut model = stage::model(vec![stage::row(1, "long.bin", State::Uploading)]);
    model.hides = hides;
    model.questions.waiting.push_front(Question::Closing { count });
    let mut stage = Stage::in_language(model, language);
    stage.harness.state_mut().actions.clear();
    stage
}

/// What was answered since the last time.
fn answers(stage: &mut Stage) -> Vec<Answer> {
    let actions = std::mem::take(&mut stage.harness.state_mut().actions);
    let answer = |action| match action {
        Action::Questions(questions::Action::Answer(answer)) => Some(answer),
        _ => None,
    };
    actions.into_iter().filter_map(answer).collect()
}

/// In the sheet: the list behind it has buttons of the same names.
fn press(stage: &mut Stage, name: &str) {
    // What lies on top is drawn last.
    stage.harness.query_all_by_role_and_label(Role::Button, name).last().unwrap().click();
    stage.draw();
}

#[test]
fn each_button_is_its_answer_in_both_languages() {
    let words = [
        (
            Language::English,
            "2 uploads are under way",
            ["Keep going in the background", "Pause", "Stop", "Cancel"],
        ),
        (Language::Chinese, "2 个上传正在进行", ["在后台继续", "暂停", "停止", "取消"]),
    ];
    for (language, title, buttons) in words {
        let wanted = [
            Answer::Close(OnClose::Background),
            Answer::Close(OnClose::Pause),
            Answer::Close(OnClose::Stop),
            Answer::No,
        ];
        for (button, wanted) in buttons.into_iter().zip(wanted) {
            let mut stage = asked(language, true, 2);
            assert!(stage.harness.query_by_role_and_label(Role::Dialog, title).is_some(), "{title}");
            press(&mut stage, button);
            assert_eq!(answers(&mut stage), [wanted], "{button}");
        }
    }
}

#[test]
fn enter_keeps_it_going_and_esc_leaves_the_window_open() {
    for (key, wanted) in [(Key::Enter, Answer::Close(OnClose::Background)), (Key::Escape, Answer::No)] {
        let mut stage = asked(Language::English, true, 1);
        assert!(stage.says("1 upload is under way"));
        assert_eq!(stage.focused().as_deref(), Some("Keep going in the background"));
        stage.press(Modifiers::NONE, key);
        assert_eq!(answers(&mut stage), [wanted]);
    }
}

#[test]
fn the_keyboard_reaches_every_button_and_stays() {
    let mut stage = asked(Language::English, true, 2);
    let mut reached = Vec::new();
    for _ in 0..5 {
        reached.extend(stage.focused());
        stage.press(Modifiers::NONE, Key::Tab);
    }
    reached.sort();
    assert_eq!(reached, ["Cancel", "Don’t ask again", "Keep going in the background", "Pause", "Stop"]);
}

#[test]
fn a_tick_remembers_it() {
    let mut stage = asked(Language::English, true, 2);
    stage.click("Don’t ask again");
    press(&mut stage, "Stop");
    assert_eq!(answers(&mut stage), [Answer::AlwaysClose(OnClose::Stop)]);
}

#[test]
fn where_no_window_comes_back_none_is_hidden() {
    let mut stage = asked(Language::English, false, 2);
    assert!(!stage.says("background") && !stage.says("Background"));
    assert_eq!(stage.focused().as_deref(), Some("Pause"));
    stage.press(Modifiers::NONE, Key::Enter);
    assert_eq!(answers(&mut stage), [Answer::Close(OnClose::Pause)]);
}

/// What the window's frame was asked for by the last frame.
fn commands(window: &Window) -> Vec<ViewportCommand> {
    window.harness.output().viewport_output[&ViewportId::ROOT].commands.clone()
}

/// The X of the window; whether it stays open.
fn close(window: &mut Window) -> bool {
    let viewport = window.harness.input_mut().viewports.entry(ViewportId::ROOT).or_default();
    viewport.events.push(ViewportEvent::Close);
    window.harness.step();
    window.harness.input_mut().viewports.entry(ViewportId::ROOT).or_default().events.clear();
    commands(window).contains(&ViewportCommand::CancelClose)
}

fn closes(window: &mut Window) {
    window.until("it closes", |window| commands(window).contains(&ViewportCommand::Close));
}

#[test]
fn with_nothing_under_way_it_closes_unasked() {
    let mut window = Window::open("[window]\nlanguage = \"en\"\n");
    window.wait_for("Add files");
    window.until("the engine is open", |window| window.says("Drop files here"));
    assert!(close(&mut window), "it is looked at first");
    closes(&mut window);
    assert!(!window.says("under way"));
}

#[test]
fn the_setting_is_offered_and_written() {
    let mut window = Window::open("[window]\nlanguage = \"en\"\n");
    window.press(Modifiers::COMMAND, Key::Comma);
    window.wait_for("Appearance");
    window.harness.query_all_by_role_and_label(Role::Button, "Uploads").last().unwrap().click();
    window.step();
    window.click_role(Role::ComboBox, "When closing with uploads under way");
    assert!(!window.has("Keep going in the background"), "this window cannot be brought back");
    window.click("Pause them");
    window.until("written", |window| window.settings().contains("on_close = \"pause\""));
}

#[test]
fn paused_by_the_setting_nothing_is_lost() {
    let desk = Desk::with_sandbox();
    desk.settings(
        "[window]\nlanguage = \"en\"\non_close = \"pause\"\n[uploads]\nretries = 0\nnotify = false\n",
    );
    let paths: Vec<PathBuf> = (0..8).map(|n| desk.file(&format!("{n}.bin"), &vec![n; 300_000])).collect();
    desk.faults().add(Fault::parse("slow=40000").unwrap().times(1000));
    let mut window = desk.open();
    window.drop_files(&paths);
    window.until("they run", |window| window.rows().iter().any(|row| row.contains("Uploading")));
    close_of(&mut window);
    assert_eq!(paused(&desk), 8);
}

fn commands_of(window: &crate::desk::Window) -> Vec<ViewportCommand> {
    window.harness.output().viewport_output[&ViewportId::ROOT].commands.clone()
}

fn press_close(window: &mut crate::desk::Window) {
    let viewport = window.harness.input_mut().viewports.entry(ViewportId::ROOT).or_default();
    viewport.events.push(ViewportEvent::Close);
    window.harness.step();
    window.harness.input_mut().viewports.entry(ViewportId::ROOT).or_default().events.clear();
}

fn closes_of(window: &mut crate::desk::Window) {
    window.until("it closes", |window| commands_of(window).contains(&ViewportCommand::Close));
}

/// The X of this window, until it is closed.
fn close_of(window: &mut crate::desk::Window) {
    press_close(window);
    closes_of(window);
}

/// How many the next start finds paused; there are no others.
fn paused(desk: &Desk) -> u64 {
    let counts = desk.runtime.block_on(desk.store().count_by_state()).unwrap();
    let of = |paused: bool| {
        counts.iter().filter(|(state, _)| (*state == State::Paused) == paused).map(|(_, count)| count).sum()
    };
    let others: u64 = of(false);
    assert_eq!(others, 0, "{counts:?}");
    of(true)
}

/// A target that is asked about before its first upload.
const ASKED: &str = "[window]\nlanguage = \"en\"\non_close = \"HOW\"\n[uploads]\nretries = 0\nnotify = false\n\
    [[profiles]]\nname = \"Cal\"\nservice = \"cronofy\"\n[profiles.settings]\nbase_url = \"https://api.example\"\n";

#[test]
fn files_that_are_asked_about_are_kept_when_it_pauses_and_dropped_when_it_stops() {
    for (how, kept) in [("pause", 3), ("stop", 0)] {
        let desk = Desk::new();
        desk.settings(&format!("default_profile = \"Cal\"\n{}", ASKED.replace("HOW", how)));
        let paths: Vec<PathBuf> = (0..3).map(|n| desk.file(&format!("{n}.txt"), &[n; 10])).collect();
        let mut window = desk.open();
        window.drop_files(&paths);
        window.until("the first upload is asked about", |window| {
            window.names().iter().any(|name| name.contains("First upload to Cal"))
        });
        close_of(&mut window);
        assert_eq!(paused(&desk), kept, "{how}");
    }
}

#[test]
fn files_that_came_before_the_engine_are_kept() {
    let desk = Desk::new();
    desk.settings(&format!("default_profile = \"Cal\"\n{}", ASKED.replace("HOW", "pause")));
    let path = desk.file("early.txt", b"early");
    // It cannot be made while another program writes into it.
    let other = rusqlite::Connection::open(desk.home.database()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let mut window = desk.open();
    window.harness.step();
    window.drop_files(&[path]);
    press_close(&mut window);
    let told = commands_of(&window);
    assert!(
        told.contains(&ViewportCommand::CancelClose) && !told.contains(&ViewportCommand::Close),
        "{told:?}"
    );
    drop(other);
    closes_of(&mut window);
    assert_eq!(paused(&desk), 1);
}
