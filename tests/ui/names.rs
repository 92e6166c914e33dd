//! Walks every screen and asks of each control what a screen reader asks: what is it called?
use std::path::Path;

use crate::window::{Preparing, Window};
use affix::domain::attachment::State;
use affix::domain::describe::Visibility;
use affix::domain::receipt::{LinkKind, Receipt};
use affix::store::{NewAttachment, NewBatch, Outcome, SessionId, Store};
use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

/// What a person can use, by its role.
const CONTROLS: [Role; 12] = [
    Role::Button,
    Role::CheckBox,
    Role::ComboBox,
    Role::Link,
    Role::ListItem,
    Role::MenuItem,
    Role::MenuItemRadio,
    Role::MultilineTextInput,
    Role::PasswordInput,
    Role::ProgressIndicator,
    Role::RadioButton,
    Role::TextInput,
];

/// One file uploaded, so that the list and the inspector have something to show.
fn uploaded(home: &Path) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let store = Store::open(&home.join("affix.db"), SessionId::fresh()).unwrap();
        let new = NewBatch { profile: "Sandbox".to_owned(), service: "sandbox".to_owned() };
        let file = NewAttachment { path: "/home/anna/photo.jpg".into(), name: "photo.jpg".to_owned() };
        let (_, ids) = store.add_batch(new, vec![file]).await.unwrap();
        let mut receipt = Receipt::default();
        receipt.push(LinkKind::View, "https://example.com/photo.jpg", Visibility::Public);
        let outcome = Outcome { receipt: Some(receipt), failure: None };
        store.finish(ids[0], State::Done, outcome).await.unwrap();
        store.close().await;
    });
}

/// Fails with the controls of this screen that have no name; answers how many there are.
#[track_caller]
fn all_named(window: &mut Window, screen: &str) -> usize {
    for _ in 0..10 {
        window.step();
    }
    let mut controls = 0;
    let mut unnamed = Vec::new();
    for node in window.harness.root().children_recursive() {
        let node = node.accesskit_node();
        if CONTROLS.contains(&node.role()) {
            controls += 1;
            if node.label().is_none_or(|name| name.trim().is_empty()) {
                unnamed.push(format!("{:?} at {:?}", node.role(), node.bounding_box()));
            }
        }
    }
    assert!(unnamed.is_empty(), "without a name on {screen}: {unnamed:#?}");
    controls
}

#[test]
fn every_control_of_every_screen_has_a_name() {
    let preparing = Preparing::with_settings("[window]\nlanguage = \"en\"\n");
    uploaded(preparing.home());
    let mut window = preparing.open();
    window.wait_for("photo.jpg, Done");
    let mut seen = vec![("the list", all_named(&mut window, "the list"))];
    window.click("photo.jpg, Done");
    window.wait_for("Show in folder");
    seen.push(("the inspector", all_named(&mut window, "the inspector")));
    window.click("Grid");
    seen.push(("the grid", all_named(&mut window, "the grid")));
    for (key, screen) in [(Key::K, "all commands"), (Key::Comma, "settings")] {
        window.press(Modifiers::COMMAND, key);
        seen.push((screen, all_named(&mut window, screen)));
        window.press(Modifiers::NONE, Key::Escape);
    }
    window.press(Modifiers::NONE, Key::F1);
    seen.push(("the page of shortcuts", all_named(&mut window, "the page of shortcuts")));
    window.press(Modifiers::NONE, Key::Escape);
    window.press(Modifiers::COMMAND, Key::Comma);
    for section in ["Appearance", "Uploads", "Network", "Storage", "About"] {
        window.wait_for(section);
        // The way back is called after a screen, too.
        window.harness.query_all_by_label(section).last().unwrap().click();
        seen.push((section, all_named(&mut window, section)));
    }
    assert!(seen.iter().all(|(_, controls)| *controls > 2), "a screen with nothing to use: {seen:?}");
}

#[test]
fn every_control_of_the_targets_has_a_name() {
    let mut window = Window::open("[window]\nlanguage = \"en\"\n");
    window.click("Targets");
    window.wait_for("Test connection");
    let mut seen = vec![("Sandbox", all_named(&mut window, "Sandbox"))];
    window.click_role(Role::Button, "New target");
    window.wait_for("Add Mixin");
    seen.push(("the gallery", all_named(&mut window, "the gallery")));
    for service in ["Mixin", "Teable", "Azure Cosmos DB", "Cronofy", "Forum"] {
        window.click_role(Role::Button, &format!("Add {service}"));
        window.wait_for("Save");
        seen.push((service, all_named(&mut window, service)));
        window.click_role(Role::Button, "New target");
        window.wait_for("Add Mixin");
    }
    assert!(seen.iter().all(|(_, controls)| *controls > 4), "a screen with nothing to use: {seen:?}");
}
