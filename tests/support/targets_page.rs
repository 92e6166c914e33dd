//! The screen of targets in the real app, without a display: found by role and label as a screen reader finds it.
#![allow(
    clippy::allow_attributes,
    clippy::panic,
    clippy::unwrap_used,
    missing_debug_implementations,
    unreachable_pub,
    reason = "tests may panic"
)]

use std::path::PathBuf;
use std::time::{Duration, Instant};

use affix::app::{App, Start};
use affix::domain::profile::Profile;
use affix::media::Readers;
use affix::platform::dirs::Home;
use affix::sandbox::credentials::Credentials;
use affix::sandbox::running::{self, Serving};
use affix::sandbox::server::Config;
use affix::secrets::Secrets;
use affix::settings::{File, Settings};
use affix::store::system_clock;
use affix::transfer::profiles::manage::describe;
use eframe::egui::{self, Role};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use egui_kittest::{Harness, Node};
use tokio::runtime::Runtime;

/// Longer than anything here takes on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

pub struct TargetsPage {
    harness: Harness<'static, Option<App>>,
    pub home: Home,
    pub secrets: Secrets,
    pub runtime: Runtime,
    _folder: tempfile::TempDir,
}

impl TargetsPage {
    /// With these profiles in the settings file.
    pub fn open(profiles: &[Profile]) -> Self {
        Self::with(Secrets::memory(), profiles)
    }

    pub fn with(secrets: Secrets, profiles: &[Profile]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::resolve(Some(folder.path().to_owned())).unwrap();
        home.create().unwrap();
        let file = File::new(home.settings_file(), describe);
        file.set("window.language", "en").unwrap();
        for profile in profiles {
            file.add_profile(profile).unwrap();
        }
        let start = Start {
            home: home.clone(),
            secrets: secrets.clone(),
            loaded: file.load(),
            files: Vec::<PathBuf>::new(),
            readers: Readers::here(),
            clock: system_clock,
        };
        let mut start = Some(start);
        let harness = Harness::builder().with_size(egui::vec2(1100.0, 1400.0)).build_ui_state(
            move |ui, app: &mut Option<App>| {
                if let Some(start) = start.take() {
                    *app = Some(App::new(ui.ctx(), start).unwrap());
                }
                let app = app.as_mut().unwrap();
                app.logic(ui.ctx());
                app.ui(ui);
            },
            None,
        );
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let runtime = runtime.unwrap();
        let mut page = Self { harness, home, secrets, runtime, _folder: folder };
        page.press("Targets");
        let last = profiles.last().map_or("Sandbox", |profile| profile.name.as_str()).to_owned();
        page.until(&format!("{last} is listed"), |page| page.has_button(&last));
        page
    }

    /// This home's sandbox, in this process.
    pub fn serve_sandbox(&self) -> (Serving, Credentials) {
        let dir = self.home.sandbox_dir();
        let credentials = Credentials::load_or_create(&dir).unwrap();
        let config = Config::new(&dir, credentials.clone());
        (self.runtime.block_on(running::serve(config)).unwrap(), credentials)
    }

    pub fn settings(&self) -> Settings {
        File::new(self.home.settings_file(), describe).load().settings
    }

    pub fn settings_text(&self) -> String {
        std::fs::read_to_string(self.home.settings_file()).unwrap()
    }

    /// What the keyring has, in the clear.
    pub fn secret(&self, profile: &str, key: &str) -> Option<String> {
        let found = self.runtime.block_on(self.secrets.get(profile, key)).unwrap();
        found.map(|(secret, _)| secret.expose().to_owned())
    }

    /// Draws frames until it is so.
    #[track_caller]
    pub fn until(&mut self, what: &str, so: impl Fn(&Self) -> bool) {
        let since = Instant::now();
        loop {
            self.harness.step();
            if so(self) {
                return;
            }
            assert!(since.elapsed() < PATIENCE, "it never came that {what}:\n{}", self.words().join("\n"));
            std::thread::yield_now();
        }
    }

    #[track_caller]
    pub fn press(&mut self, label: &str) {
        self.until(&format!("the button {label} can be pressed"), |page| page.is_enabled(label));
        let button = self.harness.get_all_by_role_and_label(Role::Button, label).last().unwrap();
        button.scroll_to_me();
        self.harness.step();
        let button = self.harness.get_all_by_role_and_label(Role::Button, label).last().unwrap();
        button.click();
        self.harness.step();
        self.harness.step();
    }

    /// Replaces what a field holds.
    #[track_caller]
    pub fn fill(&mut self, label: &str, text: &str) {
        let field = |page: &Self| page.field(label).is_some();
        self.until(&format!("there is a field {label}"), field);
        self.field(label).unwrap().scroll_to_me();
        self.harness.step();
        self.field(label).unwrap().focus();
        self.harness.step();
        self.harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::A);
        self.harness.step();
        self.harness.event(egui::Event::Text(text.to_owned()));
        self.harness.step();
        self.harness.step();
    }

    /// Empties a field.
    #[track_caller]
    pub fn clear(&mut self, label: &str) {
        self.fill(label, "x");
        self.harness.key_press(egui::Key::Backspace);
        self.harness.step();
        self.harness.step();
    }

    /// Picks one of a drop-down list.
    #[track_caller]
    pub fn choose(&mut self, label: &str, choice: &str) {
        self.harness.get_by_role_and_label(Role::ComboBox, label).scroll_to_me();
        self.harness.run_steps(3);
        self.harness.get_by_role_and_label(Role::ComboBox, label).click();
        self.harness.run_steps(3);
        self.harness.get_by_label(choice).click();
        self.harness.run_steps(3);
    }

    #[track_caller]
    pub fn paste(&mut self, label: &str, text: &str) {
        self.field(label).unwrap().focus();
        self.harness.step();
        self.harness.event(egui::Event::Paste(text.to_owned()));
        self.harness.step();
        self.harness.step();
    }

    fn field(&self, label: &str) -> Option<Node<'_>> {
        let of_role = |role| {
            self.harness
                .query_all_by_role(role)
                .find(|node| node.accesskit_node().label().is_some_and(|found| found == label))
        };
        of_role(Role::TextInput).or_else(|| of_role(Role::PasswordInput))
    }

    pub fn has_button(&self, label: &str) -> bool {
        self.harness.query_all_by_role_and_label(Role::Button, label).next().is_some()
    }

    pub fn is_enabled(&self, label: &str) -> bool {
        let mut buttons = self.harness.query_all_by_role_and_label(Role::Button, label);
        buttons.any(|button| !button.accesskit_node().is_disabled())
    }

    /// Whether a text on the screen holds these words.
    pub fn says(&self, words: &str) -> bool {
        self.words().iter().any(|text| text.contains(words))
    }

    /// Every text on the screen, also values of fields.
    pub fn words(&self) -> Vec<String> {
        let nodes = self.harness.query_all_by(|_| true);
        nodes
            .flat_map(|node| {
                let node = node.accesskit_node();
                [node.label().clone(), node.value().clone()].into_iter().flatten()
            })
            .collect()
    }
}
