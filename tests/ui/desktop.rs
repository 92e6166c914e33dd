//! What Settings shows of the desktop around the window, drawn on a model made by hand: nothing of this computer's own
//! desktop is touched.
use std::path::PathBuf;

use affix::domain::error::{Failure, Kind};
use affix::model::desktop::{Action, Entry, Found, Newest, Standing};
use affix::model::{self, Model};
use affix::ui::text::Language;
use eframe::egui::accesskit::{Role, Toggled};
use eframe::egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use crate::stage::Stage;

fn entry(id: &'static str, name: &'static str, standing: Standing) -> Entry {
    Entry { id, name, path: PathBuf::from(format!("/home/anna/{id}")), standing }
}

fn found() -> Model {
    let mut model = Model { ready: true, ..Model::default() };
    model.desktop.found = Found {
        menus: vec![
            entry("nautilus", "Nautilus", Standing::Here),
            entry("nemo", "Nemo", Standing::Absent),
            entry("dolphin", "Dolphin", Standing::Elsewhere("/opt/old/affix".into())),
            entry("thunar", "Thunar", Standing::Foreign),
        ],
        autostart: Some(entry("autostart", "", Standing::Absent)),
        program: Some("/home/anna/bin/affix".into()),
        packaged: false,
    };
    model
}

fn section(model: Model, language: Language, name: &str) -> Stage {
    let mut stage = Stage::of_size(model, language, (1100.0, 1400.0));
    stage.harness.state_mut().state.screen = affix::ui::Screen::Settings;
    stage.draw();
    stage.harness.query_all_by_label(name).last().unwrap().click();
    stage.draw();
    stage
}

/// What was asked for of the desktop since the last time.
fn asked(stage: &mut Stage) -> Vec<String> {
    let actions = std::mem::take(&mut stage.harness.state_mut().actions);
    let told = actions.iter().filter(|action| matches!(action, model::Action::Desktop(_)));
    told.map(|action| format!("{action:?}")).collect()
}

fn is_on(stage: &Stage, name: &str) -> bool {
    let node = stage.harness.get_by_role_and_label(Role::CheckBox, name);
    node.accesskit_node().toggled() == Some(Toggled::True)
}

#[test]
fn each_file_manager_has_a_switch_that_says_what_is_there() {
    let mut stage = section(found(), Language::English, "Desktop");
    assert_eq!(asked(&mut stage), [format!("{:?}", model::Action::Desktop(Action::Look))]);
    let switches = ["Nautilus", "Nemo", "Dolphin", "Thunar", "Start Affix with the session"];
    let on: Vec<_> = switches.into_iter().filter(|name| is_on(&stage, name)).collect();
    assert_eq!(on, ["Nautilus", "Dolphin"]);
    assert!(stage.says("It starts another Affix: /opt/old/affix"));
    assert!(stage.says("There is a file in its place that Affix did not make:"));
    assert!(stage.says("/home/anna/thunar"));

    for (name, action) in [
        ("Nautilus", Action::Menu("nautilus", false)),
        ("Nemo", Action::Menu("nemo", true)),
        ("Start Affix with the session", Action::Autostart(true)),
    ] {
        stage.harness.get_by_role_and_label(Role::CheckBox, name).click();
        stage.draw();
        assert_eq!(asked(&mut stage), [format!("{:?}", model::Action::Desktop(action))], "{name}");
    }
    stage.click("Dolphin: start this Affix");
    let taken = model::Action::Desktop(Action::Menu("dolphin", true));
    assert_eq!(asked(&mut stage), [format!("{taken:?}")]);
    stage.harness.get_by_role_and_label(Role::CheckBox, "Thunar").click();
    stage.draw();
    assert!(asked(&mut stage).is_empty(), "somebody else's file is not touched");
}

#[test]
fn a_switch_is_reached_and_flipped_with_the_keyboard() {
    let mut stage = section(found(), Language::Chinese, "桌面");
    asked(&mut stage);
    stage.harness.get_by_role_and_label(Role::CheckBox, "登录时启动 Affix").focus();
    stage.draw();
    stage.press(Modifiers::NONE, Key::Space);
    assert_eq!(asked(&mut stage), [format!("{:?}", model::Action::Desktop(Action::Autostart(true)))]);
    assert!(stage.says("在菜单的“脚本”中"));
}

#[test]
fn without_a_file_manager_that_is_said() {
    let mut model = found();
    model.desktop.found.menus.clear();
    let stage = section(model, Language::English, "Desktop");
    assert!(stage.says("No file manager was found that Affix knows"));
}

#[test]
fn nobody_is_asked_for_updates_unless_there_is_an_address_and_the_button_is_pressed() {
    let mut stage = section(found(), Language::English, "About");
    assert!(!stage.is_enabled("Look for updates"), "there is nobody to ask");
    assert!(stage.has("Where newer versions are told"));
    assert!(stage.says("This program was not installed by a package manager"));
    assert!(stage.says("/home/anna/bin/affix"));
    stage.change(|model| {
        model.desktop.found.packaged = true;
        model.settings.updates.url = Some("https://example.org/affix.json".to_owned());
    });
    assert!(stage.says("Installed by the system’s package manager"));
    asked(&mut stage);
    stage.draw();
    assert!(asked(&mut stage).is_empty(), "not unasked");
    stage.click("Look for updates");
    assert_eq!(asked(&mut stage), [format!("{:?}", model::Action::Desktop(Action::AskForUpdates))]);
    for (newest, words) in [
        (Newest::Same, "This is the newest version."),
        (newer(None), "Version 9.1.0 is there."),
        (Newest::Failed(Failure::new(Kind::Network, "No answer came")), "No answer came"),
        (Newest::Asking, "Asking…"),
    ] {
        stage.change(|model| model.desktop.newest = newest);
        assert!(stage.says(words), "{words}: {:#?}", stage.words());
    }
    assert!(!stage.is_enabled("Look for updates"), "one at a time");
    stage.change(|model| model.desktop.newest = newer(None));
    assert!(!stage.has("Open its page"));
    stage.change(|model| model.desktop.newest = newer(Some("https://example.org/get")));
    stage.click("Open its page");
    assert_eq!(asked(&mut stage), [format!("{:?}", model::Action::Desktop(Action::OpenNewest))]);
}

fn newer(page: Option<&str>) -> Newest {
    Newest::Newer { version: "9.1.0".to_owned(), page: page.map(str::to_owned) }
}
