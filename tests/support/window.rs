//! The real window without a screen: the app, its database and its settings in a home of its own, found and driven by
//! role and label as a screen reader does.
#![allow(
    clippy::allow_attributes,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unused_self,
    clippy::unwrap_used,
    dead_code,
    missing_debug_implementations,
    unreachable_pub,
    reason = "tests may panic; every test file uses another part"
)]

use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use affix::app::{App, Start};
use affix::domain::describe::Description;
use affix::media::Readers;
use affix::platform::dirs::Home;
use affix::secrets::Secrets;
use affix::services::{self, Service};
use affix::settings::File;
use affix::store::system_clock;
use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Modifiers, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};

thread_local! {
    /// The time of the window, in milliseconds since 1970; other threads have the computer's own.
    static NOW_MS: Cell<Option<i64>> = const { Cell::new(None) };
}

/// Stands nearly still between frames: on a computer that is busy nothing vanishes before it was looked for.
fn clock() -> i64 {
    NOW_MS.get().unwrap_or_else(system_clock)
}

/// What a frame takes on that clock.
const FRAME_MS: i64 = 2;

/// What anything here may take at most.
const PATIENCE: Duration = Duration::from_secs(30);

pub struct Page {
    start: Option<Start>,
    app: Option<App>,
}

pub struct Window {
    pub harness: Harness<'static, Page>,
    folder: tempfile::TempDir,
}

pub fn describe(id: &str) -> Option<&'static Description> {
    services::find(id).map(Service::description)
}

/// A home before its window opens.
pub struct Preparing {
    folder: tempfile::TempDir,
    pub secrets: Secrets,
    pub files: Vec<PathBuf>,
    pub size: (f32, f32),
}

impl Preparing {
    pub fn with_settings(settings: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        write(&folder.path().join("settings.toml"), settings);
        Self { folder, secrets: Secrets::memory(), files: Vec::new(), size: (1100.0, 720.0) }
    }

    pub fn home(&self) -> &Path {
        self.folder.path()
    }

    pub fn file(&self, name: &str, content: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        write(&path, content);
        path
    }

    pub fn open(self) -> Window {
        NOW_MS.set(Some(system_clock()));
        let home = Home::resolve(Some(self.folder.path().to_owned())).unwrap();
        home.create().unwrap();
        let loaded = File::new(home.settings_file(), describe).load();
        let (secrets, files) = (self.secrets, self.files);
        let start = Start { home, secrets, loaded, files, readers: Readers::here(), clock };
        let page = Page { start: Some(start), app: None };
        let draw = |ui: &mut eframe::egui::Ui, page: &mut Page| {
            let ctx = ui.ctx().clone();
            let Some(app) = page.app.as_mut() else {
                // Its fonts count from the next frame on.
                page.app = Some(App::new(&ctx, page.start.take().unwrap()).unwrap());
                ctx.request_repaint();
                return;
            };
            app.logic(&ctx);
            app.ui(ui);
        };
        let size = vec2(self.size.0, self.size.1);
        let harness = Harness::builder()
            .with_size(size)
            .with_step_dt(0.02)
            .allow_missing_glyphs()
            .build_ui_state(draw, page);
        let mut window = Window { harness, folder: self.folder };
        window.step();
        window
    }
}

pub fn write(path: &Path, content: &str) {
    affix::platform::files::write_atomically(path, content.as_bytes()).unwrap();
}

impl Window {
    pub fn open(settings: &str) -> Self {
        Preparing::with_settings(settings).open()
    }

    /// Shown through something that is not this computer's only way.
    pub fn shown_through(&mut self, display: affix::model::preferences::Display) {
        self.harness.state_mut().app.as_mut().expect("a window").shown_through(display);
        self.step();
    }

    pub fn home(&self) -> &Path {
        self.folder.path()
    }

    pub fn file(&self, name: &str, content: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        write(&path, content);
        path
    }

    /// The settings file as it is now.
    pub fn settings(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("settings.toml")).unwrap_or_default()
    }

    pub fn step(&mut self) {
        self.frame();
        self.frame();
    }

    fn frame(&mut self) {
        self.pass(FRAME_MS);
        self.harness.step();
    }

    /// Lets time pass.
    pub fn pass(&mut self, ms: i64) {
        NOW_MS.set(NOW_MS.get().map(|now| now + ms));
    }

    /// Draws until it is so.
    #[track_caller]
    pub fn until(&mut self, what: &str, is_so: impl Fn(&Self) -> bool) {
        let since = Instant::now();
        while !is_so(self) {
            assert!(
                since.elapsed() < PATIENCE,
                "not within {PATIENCE:?}: {what}\n{:#?}",
                self.harness.root()
            );
            self.frame();
            std::thread::yield_now();
        }
    }

    pub fn has(&self, label: &str) -> bool {
        self.harness.query_all_by_label(label).next().is_some()
    }

    /// Whether a text is anywhere on the screen.
    pub fn says(&self, part: &str) -> bool {
        self.harness.query_all_by_label_contains(part).next().is_some()
    }

    #[track_caller]
    pub fn wait_for(&mut self, label: &str) {
        self.until(label, |window| window.has(label));
    }

    #[track_caller]
    pub fn wait_until_said(&mut self, part: &str) {
        self.until(part, |window| window.says(part));
    }

    /// Draws until it stays where it is: a sheet that has just grown is in its place a few frames later.
    fn settle(&mut self, label: &str) {
        let place = |window: &Self| window.harness.query_all_by_label(label).next().map(|node| node.rect());
        let mut before = None;
        for _ in 0..20 {
            self.step();
            let now = place(self);
            if now.is_some() && now == before {
                return;
            }
            before = now;
        }
    }

    /// Clicks what has this name.
    #[track_caller]
    pub fn click(&mut self, label: &str) {
        self.wait_for(label);
        self.settle(label);
        self.harness.query_all_by_label(label).next().unwrap().click();
        self.step();
    }

    #[track_caller]
    pub fn click_role(&mut self, role: Role, label: &str) {
        self.wait_for(label);
        self.settle(label);
        self.harness.get_by_role_and_label(role, label).click();
        self.step();
    }

    pub fn press(&mut self, modifiers: Modifiers, key: Key) {
        self.harness.key_press_modifiers(modifiers, key);
        self.step();
    }

    pub fn type_into(&mut self, label: &str, text: &str) {
        let field = self.harness.get_by_role_and_label(Role::TextInput, label);
        field.focus();
        field.type_text(text);
        self.step();
    }

    pub fn clear(&mut self, label: &str) {
        self.harness.get_by_role_and_label(Role::TextInput, label).focus();
        self.step();
        self.press(Modifiers::COMMAND, Key::A);
        self.press(Modifiers::NONE, Key::Backspace);
    }

    #[track_caller]
    pub fn is_enabled(&self, label: &str) -> bool {
        let node = self.harness.query_all_by_label(label).next().unwrap();
        !node.accesskit_node().is_disabled()
    }

    /// Whether a sheet of this title is open.
    pub fn asks(&self, title: &str) -> bool {
        self.harness.query_by_role_and_label(Role::Dialog, title).is_some()
    }

    pub fn drop(&mut self, paths: &[PathBuf]) {
        for path in paths {
            let path = path.to_string_lossy().into_owned();
            self.harness.event(eframe::egui::Event::Paste(path));
        }
        self.step();
    }
}
