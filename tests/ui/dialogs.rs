//! Sheets that ask, what lies over the screen, and what is told at its foot.
use crate::window::{self, Preparing, Window};
use affix::domain::attachment::State;
use affix::domain::describe::Visibility;
use affix::domain::receipt::{LinkKind, Receipt};
use affix::domain::secret::Secret;
use affix::store::{NewAttachment, NewBatch, Outcome, SessionId, Store};
use eframe::egui::accesskit::Role;
use eframe::egui::{Event, Key, Modifiers};
use egui_kittest::kittest::Queryable as _;

/// Nothing listens there.
const NOWHERE: &str = "http://127.0.0.1:9";

fn cronofy(confirmed: bool) -> Preparing {
    let preparing = Preparing::with_settings(&format!(
        "default_profile = \"Cal\"\n[[profiles]]\nname = \"Cal\"\nservice = \"cronofy\"\nconfirmed = {confirmed}\n\
         [profiles.settings]\nbase_url = \"{NOWHERE}\"\n[uploads]\nretries = 0\n"
    ));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(preparing.secrets.set("Cal", "api_key", Secret::new("CRN_x"))).unwrap();
    preparing
}

#[test]
fn the_first_upload_is_asked_about_and_esc_sends_nothing() {
    let mut preparing = cronofy(false);
    preparing.files = vec![preparing.file("a.txt", "a")];
    let mut window = preparing.open();
    window.wait_for("First upload to Cal");
    assert!(window.asks("First upload to Cal"), "a dialog with its title");
    window.wait_until_said("1 file goes to Cronofy at 127.0.0.1");
    let default = window.harness.get_by_role_and_label(Role::Button, "Upload");
    assert!(default.is_focused(), "Enter does it");
    window.press(Modifiers::NONE, Key::Escape);
    window.until("closed", |window| !window.asks("First upload to Cal"));
    assert!(!window.says("file added") && !window.settings().contains("confirmed = true"));
}

#[test]
fn enter_uploads_and_a_tick_remembers_it() {
    let mut preparing = cronofy(false);
    preparing.files = vec![preparing.file("a.txt", "a")];
    let mut window = preparing.open();
    window.click("Don’t ask again for this target");
    window.click_role(Role::Button, "Upload");
    window.wait_for("1 file added");
    window.until("confirmed", |window| window.settings().contains("confirmed = true"));
}

#[test]
fn the_keyboard_stays_in_a_sheet() {
    let mut preparing = cronofy(false);
    preparing.files = vec![preparing.file("a.txt", "a")];
    let mut window = preparing.open();
    window.wait_for("First upload to Cal");
    for _ in 0..7 {
        window.press(Modifiers::NONE, Key::Tab);
        let inside = ["Upload", "Cancel", "Don’t ask again for this target"];
        let focused = inside.iter().any(|label| {
            let mut nodes = window.harness.query_all_by_label(label);
            nodes.any(|node| node.is_focused())
        });
        assert!(focused, "{:#?}", window.harness.root());
    }
    window.press(Modifiers::COMMAND, Key::K);
    assert!(!window.has("Find a command"), "nothing opens over a question");
}

/// Two files are handed over; the target has the first one already.
fn again(expires_at: Option<i64>) -> Preparing {
    let mut preparing = cronofy(true);
    let path = preparing.file("again.txt", "abc");
    preparing.files = vec![path.clone(), preparing.file("new.txt", "something else")];
    let database = preparing.home().join("affix.db");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let store = Store::open(&database, SessionId::fresh()).unwrap();
        let batch = NewBatch { profile: "Cal".to_owned(), service: "cronofy".to_owned() };
        let file = NewAttachment { path: path.clone(), name: "again.txt".to_owned() };
        let (_, ids) = store.add_batch(batch, vec![file]).await.unwrap();
        store.set_facts(ids[0], &affix::media::inspect(&path).unwrap()).await.kept().await.unwrap();
        let mut receipt = Receipt { expires_at, ..Receipt::default() };
        receipt.push(LinkKind::View, "https://x.example/again".to_owned(), Visibility::Public);
        let outcome = Outcome { receipt: Some(receipt), failure: None };
        store.finish(ids[0], State::Done, outcome).await.unwrap();
        store.close().await;
    });
    preparing
}

#[test]
fn what_is_there_already_is_not_sent_again_unasked() {
    let mut window = again(None).open();
    window.wait_for("Already uploaded");
    assert!(window.says("Cal has 1 of these 2 files already:") && window.says("https://x.example/again"));
    assert!(window.says("The other file is uploaded."));
    window.click("Copy the existing links");
    window.wait_for("1 file added");
    assert!(!window.settings().contains("again"), "for this time only");
}

#[test]
fn the_answer_about_what_is_there_already_is_remembered_for_the_target() {
    for (button, told, kept) in [
        ("Upload anyway", "2 files added", "again = \"upload\""),
        ("Copy the existing links", "1 file added", "again = \"existing\""),
    ] {
        let mut window = again(None).open();
        window.wait_for("Already uploaded");
        window.click("Remember for this target");
        window.click(button);
        window.wait_for(told);
        window.until("remembered", |window| window.settings().contains(kept));
    }
}

#[test]
fn a_target_whose_links_are_to_be_taken_is_not_asked_about() {
    let preparing = again(None);
    let settings = preparing.home().join("settings.toml");
    let text = std::fs::read_to_string(&settings).unwrap();
    window::write(&settings, &text.replace("confirmed = true", "confirmed = true\nagain = \"existing\""));
    let mut window = preparing.open();
    window.wait_for("1 file is there already: it is not uploaded again.");
    window.wait_for("1 file added");
    assert!(!window.asks("Already uploaded"));
}

#[test]
fn a_link_that_has_expired_is_not_offered() {
    let mut window = again(Some(1)).open();
    window.wait_for("Already uploaded");
    window.wait_until_said("Its link has expired.");
    assert!(!window.has("Copy the existing links") && !window.has("Renew the links"), "Cronofy cannot renew");
    let default = window.harness.get_by_role_and_label(Role::Button, "Upload anyway");
    assert!(default.is_focused(), "there is nothing else to do");
    window.click("Upload anyway");
    window.wait_for("2 files added");
}

#[test]
fn a_finding_offers_its_repair_and_no_means_no() {
    let mut preparing = cronofy(true);
    preparing.files = vec![preparing.file("bäd 1.txt", "a"), preparing.file("bäd 2.txt", "b")];
    let mut window = preparing.open();
    window.wait_until_said("needs a change");
    assert!(window.says("Cronofy takes only letters") && window.says("It can be sent under another name"));
    window.click("Do the same for 1 other");
    window.click("Don’t upload");
    window.until("none waits", |window| !window.says("needs a change"));
}

#[test]
fn missing_files_are_told_and_the_others_go_on() {
    let mut preparing = cronofy(true);
    preparing.files = vec![preparing.home().join("gone.txt"), preparing.file("a.txt", "a")];
    let mut window = preparing.open();
    window.wait_until_said("gone.txt is no longer there");
    window.wait_for("1 file added");
}

#[test]
fn a_toast_goes_by_itself_and_one_that_is_closed_at_once() {
    let mut preparing = cronofy(true);
    preparing.files = vec![preparing.home().join("gone.txt")];
    let mut window = preparing.open();
    window.wait_until_said("gone.txt is no longer there");
    window.click("Close");
    window.until("closed", |window| !window.says("gone.txt"));
    window.harness.event(Event::Paste(" ".to_owned()));
    window.wait_for("The clipboard holds nothing to upload.");
    window.pass(5_000);
    window.step();
    assert!(!window.says("The clipboard holds nothing"));
}

#[test]
fn a_folder_is_looked_through() {
    let mut preparing = cronofy(true);
    let folder = preparing.home().join("folder");
    for name in ["a.txt", "deep/b.txt", ".hidden"] {
        std::fs::create_dir_all(folder.join(name).parent().unwrap()).unwrap();
        window::write(&folder.join(name), name);
    }
    preparing.files = vec![folder];
    let mut window = preparing.open();
    window.wait_for("2 files added");
    window.wait_for("1 hidden file or folder is left out.");
}

#[test]
fn a_pasted_text_becomes_a_file_and_a_pasted_path_is_that_file() {
    let mut window = cronofy(true).open();
    window.harness.event(Event::Paste("Hello".to_owned()));
    window.wait_until_said("Added pasted-");
    let kept = std::fs::read_dir(window.home().join("cache/pasted")).unwrap().next().unwrap().unwrap();
    assert_eq!(std::fs::read_to_string(kept.path()).unwrap(), "Hello");
    let path = window.file("there.txt", "there");
    window.press(Modifiers::NONE, Key::V);
    window.harness.event(Event::Paste(format!("{}\n", path.display())));
    window.wait_for("1 file added");
    assert_eq!(std::fs::read_dir(window.home().join("cache/pasted")).unwrap().count(), 1);
}

#[test]
fn what_is_typed_into_a_field_is_not_uploaded() {
    let mut window = cronofy(true).open();
    window.press(Modifiers::COMMAND, Key::K);
    window.wait_for("Find a command");
    window.harness.event(Event::Paste("about".to_owned()));
    window.step();
    window.press(Modifiers::NONE, Key::Enter);
    window.until("about", |window| window.asks("About Affix"));
    assert!(!window.says("Added pasted-"));
}

#[test]
fn the_palette_finds_runs_and_picks_targets() {
    let mut window = cronofy(true).open();
    window.press(Modifiers::COMMAND, Key::K);
    window.type_into("Find a command", "go tar");
    window.press(Modifiers::NONE, Key::Enter);
    window.until("closed", |window| !window.has("Find a command"));

    window.press(Modifiers::COMMAND, Key::K);
    window.type_into("Find a command", "sandbox");
    window.wait_for("Upload to Sandbox");
    window.press(Modifiers::NONE, Key::Enter);
    window.until("picked", |window| window.settings().contains("default_profile = \"Sandbox\""));

    window.press(Modifiers::COMMAND, Key::K);
    window.type_into("Find a command", "zzzz");
    window.wait_for("No command has these words");
    window.press(Modifiers::NONE, Key::Escape);
    window.until("closed", |window| !window.has("Find a command"));
}

#[test]
fn arrows_move_in_the_palette() {
    let mut window = Window::open("");
    window.press(Modifiers::COMMAND, Key::K);
    window.type_into("Find a command", "show");
    for _ in 0..3 {
        window.press(Modifiers::NONE, Key::ArrowDown);
    }
    window.press(Modifiers::NONE, Key::ArrowUp);
    window.press(Modifiers::NONE, Key::Enter);
    window.step();
    window.pass(1_500);
    window.until("filter", |window| window.settings().contains("filter = \"done\""));
}

#[test]
fn f1_shows_the_keys_and_esc_goes_back() {
    let mut window = Window::open("");
    window.press(Modifiers::NONE, Key::F1);
    window.wait_for("Keyboard shortcuts");
    assert!(window.has("Add folder, Ctrl+Shift+O"), "{:#?}", window.harness.root());
    window.press(Modifiers::NONE, Key::Escape);
    window.until("closed", |window| !window.has("Add folder, Ctrl+Shift+O"));
    window.press(Modifiers::COMMAND, Key::Comma);
    window.wait_for("Appearance");
    window.press(Modifiers::NONE, Key::Escape);
    window.until("back", |window| !window.has("Appearance"));
}

#[test]
fn about_says_what_it_is_made_of() {
    let mut window = Window::open("");
    window.press(Modifiers::COMMAND, Key::K);
    window.type_into("Find a command", "about");
    window.press(Modifiers::NONE, Key::Enter);
    window.until("about", |window| window.asks("About Affix"));
    assert!(window.says(env!("CARGO_PKG_VERSION")));
    window.click("Third-party licences");
    window.wait_until_said("accesskit");
    window.click_role(Role::Button, "Close");
    window.until("closed", |window| !window.asks("About Affix"));
}

#[test]
fn a_database_that_cannot_be_opened_is_said_and_tried_again() {
    let preparing = Preparing::with_settings("");
    let database = preparing.home().join("affix.db");
    window::write(&database, "this is no database, whatever its name says, and it is long enough to tell");
    let mut window = preparing.open();
    window.wait_for("Affix cannot open its database");
    assert!(window.says("affix.db"));
    window.press(Modifiers::NONE, Key::Escape);
    assert!(window.has("Try again"), "there is nothing behind it");
    std::fs::remove_file(&database).unwrap();
    window.click("Try again");
    window.until("opened", |window| !window.has("Affix cannot open its database"));
    window.press(Modifiers::COMMAND, Key::Num3);
    window.step();
    window.pass(1_500);
    window.until("works", |window| window.settings().contains("filter = \"done\""));
}
