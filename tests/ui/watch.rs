//! The watched folder: what appears in it is uploaded by itself, and never where nobody agreed to it.
use std::path::{Path, PathBuf};

use crate::desk::Desk;
use crate::window::{self, Preparing, Window};
use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;

fn watching(folder: &Path, more: &str) -> String {
    format!("[watch]\nfolder = '{}'\n{more}", folder.display())
}

/// The section of the open settings.
fn desktop(window: &mut Window, name: &str) {
    window.press(Modifiers::COMMAND, Key::Comma);
    window.wait_for(name);
    window.click(name);
}

/// A home, its settings made with the folder that is watched.
fn with_folder(settings: impl FnOnce(&Path) -> String) -> (Preparing, PathBuf) {
    let preparing = Preparing::with_settings("");
    let folder = preparing.home().join("outbox");
    std::fs::create_dir(&folder).unwrap();
    window::write(&preparing.home().join("settings.toml"), &settings(&folder));
    (preparing, folder)
}

fn asks(window: &Window) -> bool {
    window.harness.query_all_by_role(Role::Dialog).next().is_some()
}

#[test]
fn new_files_are_uploaded_and_the_same_content_is_not_uploaded_again() {
    let desk = Desk::with_sandbox();
    let folder = desk.home.given().unwrap().join("outbox");
    std::fs::create_dir(&folder).unwrap();
    let put = |name: &str, content: &str| window::write(&folder.join(name), content);
    put("old.txt", "was there before");
    let start = "[window]\nlanguage = \"en\"\n[uploads]\nretries = 0\nnotify = false\nauto_copy = false\n";
    desk.settings(&format!("{start}{}", watching(&folder, "")));
    let mut window = desk.open();
    window.press(Modifiers::COMMAND, Key::Comma);
    window.until("settings", |window| window.has("Desktop"));
    window.click("Desktop");
    window.until("watching", |window| window.has("Watching. Nothing was added yet."));

    put("photo.txt", "the first content");
    window.until("added", |window| window.has("Watching. 1 file was added since Affix was opened."));
    window.press(Modifiers::NONE, Key::Escape);
    window.until("uploaded", |window| window.has("photo.txt, Done"));

    // Saved again without a change, then with one.
    put("photo.txt", "the first content");
    let left_out = "1 file of the watched folder was uploaded before and is left out.";
    window.until("left out", |window| window.has(left_out));
    put("photo.txt", "another content");
    let twice =
        |window: &crate::desk::Window| window.harness.query_all_by_label("photo.txt, Done").count() == 2;
    window.until("uploaded again", twice);
    assert!(!window.has("old.txt, Done"), "what was there before stays as it is");
}

#[test]
fn nothing_goes_to_a_target_that_nobody_agreed_to() {
    let team = "profile = \"Team\"\n[[profiles]]\nname = \"Team\"\nservice = \"teable\"\n\
                [profiles.settings]\nbase_url = \"https://teable.example\"\n";
    let (preparing, folder) = with_folder(|folder| watching(folder, team));
    let mut window = preparing.open();
    desktop(&mut window, "Desktop");
    window.wait_for("You have not agreed to uploads to Team for good. Files wait until you do.");
    window.wait_for("Watching. Nothing was added yet.");
    window::write(&folder.join("secret plan.txt"), "not for everybody");
    window.wait_until_said("1 file of the watched folder waits: you have not agreed to uploads to Team");
    window.wait_for("1 file waits and was not uploaded.");
    assert!(window.has("Watching. Nothing was added yet."));

    // The question comes when it is asked for.
    assert!(!asks(&window));
    window.click("Upload them…");
    window.until("the question", asks);
    window.press(Modifiers::NONE, Key::Escape);
    window.until("no question", |window| !asks(window));
    assert!(!window.has("1 file waits and was not uploaded."), "it was answered");
}

#[test]
fn a_target_that_is_not_there_gets_nothing_and_no_other_does() {
    let (preparing, folder) = with_folder(|folder| watching(folder, "profile = \"Gone\"\n"));
    let mut window = preparing.open();
    desktop(&mut window, "Desktop");
    window.wait_for("There is no target named Gone. Files wait until you choose another one.");
    window.wait_for("Watching. Nothing was added yet.");
    window::write(&folder.join("a.txt"), "a");
    window.wait_for("1 file waits and was not uploaded.");
    window.click("Leave them");
    window.until("none waits", |window| !window.has("1 file waits and was not uploaded."));
    window.click_role(Role::ComboBox, "Upload its files to");
    window.click("Default target (Sandbox)");
    window.until("no profile", |window| !window.settings().contains("profile ="));
    window.until("no word of it", |window| !window.says("There is no target named Gone"));
}

#[test]
fn a_folder_that_is_gone_is_said_until_it_is_back() {
    let (preparing, folder) = with_folder(|folder| watching(folder, ""));
    std::fs::remove_dir(&folder).unwrap();
    let mut window = preparing.open();
    desktop(&mut window, "Desktop");
    window.wait_for("The folder cannot be read. It is watched again when it is back.");
    std::fs::create_dir(&folder).unwrap();
    window.wait_for("Watching. Nothing was added yet.");
    window.click("Stop watching");
    window.wait_for("No folder is watched.");
    assert!(!window.settings().contains("folder ="), "{}", window.settings());
}

#[test]
fn a_folder_is_typed_with_the_keyboard_and_a_relative_one_is_refused() {
    let (preparing, folder) = with_folder(|_| String::new());
    let mut window = preparing.open();
    desktop(&mut window, "Desktop");
    window.wait_for("No folder is watched.");
    window.type_into("Watched folder", "outbox");
    window.press(Modifiers::NONE, Key::Enter);
    window.wait_until_said("watch.folder must be a path from the root on");
    window.clear("Watched folder");
    window.type_into("Watched folder", folder.to_str().unwrap());
    window.press(Modifiers::NONE, Key::Enter);
    window.wait_for("Watching. Nothing was added yet.");
}

/// What Affix keeps there itself would be uploaded, and kept, and uploaded, for ever.
#[test]
fn affixs_own_folders_are_refused_and_what_they_get_is_not_uploaded() {
    let desk = Desk::with_sandbox();
    let kept = desk.home.sandbox_dir().join("files");
    std::fs::create_dir_all(&kept).unwrap();
    let start = "[window]\nlanguage = \"en\"\n[uploads]\nretries = 0\nnotify = false\nauto_copy = false\n";
    desk.settings(&format!("{start}{}", watching(&kept, "")));
    let mut window = desk.open();
    window.press(Modifiers::COMMAND, Key::Comma);
    window.until("settings", |window| window.has("Desktop"));
    window.click("Desktop");
    let refused = "Affix keeps its own files in that folder, so it is not watched. Choose another one.";
    window.until("refused", |window| window.has(refused));
    window.click("Stop watching");
    window.until("none", |window| window.has("No folder is watched."));
}

/// Many at once: each is handed over, and none twice, while the first are on their way already.
#[test]
fn a_thousand_files_at_once_are_each_taken_once() {
    const MANY: usize = 1_000;
    let (preparing, folder) =
        with_folder(|folder| format!("[uploads]\nlook_over = true\n{}", watching(folder, "")));
    let mut window = preparing.open();
    desktop(&mut window, "Desktop");
    window.wait_for("Watching. Nothing was added yet.");
    for number in 0..MANY {
        window::write(&folder.join(format!("{number}.txt")), &number.to_string());
    }
    window.wait_for("Watching. 1,000 files were added since Affix was opened.");
    window::write(&folder.join("one more.txt"), "one more");
    window.wait_for("Watching. 1,001 files were added since Affix was opened.");
}

#[test]
fn it_speaks_chinese() {
    let (preparing, _) =
        with_folder(|folder| format!("{}[window]\nlanguage = \"zh-CN\"\n", watching(folder, "")));
    let mut window = preparing.open();
    desktop(&mut window, "桌面");
    window.wait_for("正在监视，尚未添加文件。");
    window.click("停止监视");
    window.wait_for("没有监视文件夹。");
    assert!(window.harness.query_by_role_and_label(Role::ComboBox, "其中的文件上传到").is_some());
}
