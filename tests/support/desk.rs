//! The window's page object: the real app in a home of its own, found and driven by roles and names.
#![allow(
    clippy::allow_attributes,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    dead_code,
    missing_debug_implementations,
    unreachable_pub,
    reason = "tests may panic; every test file uses another part"
)]

#[path = "dropped.rs"]
mod dropped;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use affix::app::{App, Start};
use affix::media::Readers;
use affix::platform::dirs::Home;
use affix::sandbox::credentials::Credentials;
use affix::sandbox::faults::Faults;
use affix::sandbox::running::{self, Serving};
use affix::sandbox::server::Config;
use affix::secrets::Secrets;
use affix::services::{self, Service};
use affix::settings::File;
use affix::store::{SessionId, Store, system_clock};
use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Modifiers, Rect, Ui, ViewportId, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use dropped::Dropped;

/// How long something may take that happens in the background; the machine may be busy.
const PATIENCE: Duration = Duration::from_secs(30);

/// A home, and a sandbox that serves it in this process.
pub struct Desk {
    dir: TempDir,
    files: TempDir,
    pub home: Home,
    pub runtime: Runtime,
    serving: Option<Serving>,
}

impl Desk {
    pub fn new() -> Self {
        let dir = TempDir::new().unwrap();
        let home = Home::resolve(Some(dir.path().to_owned())).unwrap();
        home.create().unwrap();
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let desk = Self { dir, files: TempDir::new().unwrap(), home, runtime, serving: None };
        desk.settings(
            "[window]\nlanguage = \"en\"\ntheme = \"light\"\n[uploads]\nretries = 0\nnotify = false\n",
        );
        desk
    }

    /// With the sandbox that uploads go to.
    pub fn with_sandbox() -> Self {
        let mut desk = Self::new();
        let dir = desk.home.sandbox_dir();
        let config = Config::new(&dir, Credentials::load_or_create(&dir).unwrap());
        desk.serving = Some(desk.runtime.block_on(running::serve(config)).unwrap());
        desk
    }

    pub fn settings(&self, text: &str) {
        write(&self.home.settings_file(), text.as_bytes());
    }

    /// What the sandbox does wrong.
    pub fn faults(&self) -> &Faults {
        self.serving.as_ref().unwrap().server().faults()
    }

    /// A file to upload.
    pub fn file(&self, name: &str, content: &[u8]) -> PathBuf {
        let path = self.files.path().join(name);
        write(&path, content);
        path
    }

    /// The database, to put a history into it before the window opens.
    pub fn store(&self) -> Store {
        Store::open(&self.home.database(), SessionId::fresh()).unwrap()
    }

    /// Opens the window.
    pub fn open(&self) -> Window {
        Window::open(self, (1100.0, 720.0))
    }
}

fn write(path: &Path, content: &[u8]) {
    use std::io::Write as _;
    std::fs::File::create(path).unwrap().write_all(content).unwrap();
}

/// What a frame runs: the app, which is made in the first one.
pub struct Shown {
    start: Option<Start>,
    app: Option<App>,
}

/// The open window.
pub struct Window {
    pub harness: Harness<'static, Shown>,
}

impl Window {
    fn open(desk: &Desk, (width, height): (f32, f32)) -> Self {
        let file = File::new(desk.home.settings_file(), |id| services::find(id).map(Service::description));
        let start = Start {
            home: desk.home.clone(),
            secrets: Secrets::memory(),
            loaded: file.load(),
            files: Vec::new(),
            readers: Readers::here(),
            clock: system_clock,
        };
        let frame = |ui: &mut Ui, shown: &mut Shown| match &mut shown.app {
            Some(app) => {
                app.logic(ui.ctx());
                app.ui(ui);
            }
            // The fonts that it installs are there from the next frame on.
            None => shown.app = shown.start.take().map(|start| App::new(ui.ctx(), start).unwrap()),
        };
        let builder = Harness::builder().with_size(vec2(width, height)).allow_missing_glyphs();
        let harness = builder.build_ui_state(frame, Shown { start: Some(start), app: None });
        Self { harness }
    }

    /// Draws frames until something is so.
    #[track_caller]
    pub fn until(&mut self, what: &str, is: impl Fn(&Self) -> bool) {
        let began = Instant::now();
        while !is(self) {
            assert!(began.elapsed() < PATIENCE, "{what}: not so; there is {:#?}", self.names());
            self.harness.step();
            std::thread::yield_now();
        }
    }

    /// Every name on the screen.
    pub fn names(&self) -> Vec<String> {
        let nodes = self.harness.root().children_recursive();
        nodes.filter_map(|node| node.accesskit_node().label().or_else(|| node.value())).collect()
    }

    pub fn has(&self, name: &str) -> bool {
        self.harness.query_all_by_label(name).next().is_some()
    }

    pub fn reads(&self, text: &str) -> bool {
        self.harness.query_all_by_value(text).next().is_some()
    }

    #[track_caller]
    pub fn click(&mut self, name: &str) {
        self.harness.get_by_label(name).click();
        self.harness.run_steps(2);
    }

    #[track_caller]
    pub fn click_with(&mut self, name: &str, modifiers: Modifiers) {
        self.harness.get_by_label(name).click_modifiers(modifiers);
        self.harness.run_steps(2);
    }

    /// Clicks the one that is at this place among those of this name.
    #[track_caller]
    pub fn click_nth(&mut self, name: &str, nth: usize) {
        self.harness.query_all_by_label(name).nth(nth).unwrap().click();
        self.harness.run_steps(2);
    }

    #[track_caller]
    pub fn click_secondary(&mut self, name: &str) {
        self.harness.get_by_label(name).click_secondary();
        self.harness.run_steps(2);
    }

    pub fn press(&mut self, modifiers: Modifiers, key: Key) {
        self.harness.key_press_modifiers(modifiers, key);
        self.harness.run_steps(2);
    }

    /// Files let go over the window.
    pub fn drop_files(&mut self, paths: &[PathBuf]) {
        let files = paths.iter().map(|path| Arc::new(Dropped(path.clone())) as _);
        self.harness.input_mut().dropped_files = files.collect();
        self.harness.step();
    }

    /// Types into the search field.
    pub fn search(&mut self, text: &str) {
        self.harness.get_by_role_and_label(Role::TextInput, "Search").focus();
        self.harness.run_steps(2);
        self.harness.get_by_role_and_label(Role::TextInput, "Search").type_text(text);
        self.harness.run_steps(3);
    }

    /// The names of the rows that are drawn, in their order.
    pub fn rows(&self) -> Vec<String> {
        let rows = self.harness.query_all_by_role(Role::ListItem);
        rows.filter_map(|row| row.accesskit_node().label()).collect()
    }

    /// Those of them that are selected.
    pub fn selected(&self) -> Vec<String> {
        let rows = self.harness.query_all_by_role(Role::ListItem);
        let chosen = rows.filter(|row| row.accesskit_node().is_selected() == Some(true));
        chosen.filter_map(|row| row.accesskit_node().label()).collect()
    }

    /// How many things have this name.
    pub fn count(&self, name: &str) -> usize {
        self.harness.query_all_by_label(name).count()
    }

    #[track_caller]
    pub fn rect(&self, name: &str) -> Rect {
        self.harness.get_by_label(name).rect()
    }

    #[track_caller]
    pub fn rect_of_text(&self, text: &str) -> Rect {
        self.harness.get_by_value(text).rect()
    }

    /// How long egui may sleep now.
    pub fn sleeps(&self) -> Duration {
        self.harness.output().viewport_output[&ViewportId::ROOT].repaint_delay
    }
}
