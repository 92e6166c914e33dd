//! Opens the window of this process.

use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use eframe::egui::{Context, Vec2, ViewportBuilder, ViewportCommand, vec2};
use eframe::{NativeOptions, Renderer};
use winit::raw_window_handle::{
    HasDisplayHandle as _, HasWindowHandle as _, RawDisplayHandle, RawWindowHandle,
};

use super::{App, Start, display};
use crate::domain::error::{Failure, Kind};
use crate::media::{Cache, Readers};
use crate::model::Notice;
use crate::model::list::Filter;
use crate::platform::desktop::{self, APP_ID};
use crate::platform::dirs::Home;
use crate::platform::instance::{self, Begun, Message};
use crate::secrets::Secrets;
use crate::settings::{self, Describe, File};
use crate::store::system_clock;
use crate::ui::State;

/// What the screens need, in points of the window's own scale.
const LEAST: Vec2 = vec2(720.0, 480.0);

/// How much of the screen a window may be made to take: the rest is the desktop's.
const OF_SCREEN: f32 = 0.9;

/// How long the look must stay before it is written down.
const SETTLED_MS: i64 = 1_000;

/// Runs the window until it is closed, or hands everything to the window that this home has already. At first with
/// these files; `choose` asks at once for more.
///
/// # Errors
/// No display, no graphics, a folder that cannot be used.
pub fn run(
    home: Option<PathBuf>,
    files: Vec<PathBuf>,
    choose: bool,
    describe: Describe,
) -> Result<(), Failure> {
    let home = Home::resolve(home)?;
    home.create()?;
    let begun = instance::begin(&home, &Message::of_this_start(files.clone(), choose));
    let (listener, alone) = match begun {
        Begun::Taken => return Ok(()),
        Begun::First(listener) => (Some(listener), None),
        Begun::Unanswered => (None, Some(Notice::text("second-window"))),
        Begun::Unknown(failure) => (None, Some(Notice::Failure(failure))),
    };
    let loaded = File::new(home.settings_file(), describe).load();
    let secrets = Secrets::system(&home);
    let readers = readers(&home);
    let start = Start { home, secrets, loaded, files, readers, clock: system_clock };
    let window = &start.loaded.settings.window;
    let wanted = window.backend.clone();
    let display = display::choose(&wanted);
    let options = NativeOptions {
        viewport: ViewportBuilder::default()
            .with_app_id(APP_ID)
            .with_title(desktop::TITLE)
            .with_inner_size(vec2(points(window.width), points(window.height)))
            .with_min_inner_size(LEAST)
            .with_drag_and_drop(true),
        renderer: Renderer::Glow,
        persist_window: false,
        event_loop_builder: display::hook(display),
        ..NativeOptions::default()
    };
    let create = move |cc: &eframe::CreationContext<'_>| {
        let mut app = App::new(&cc.egui_ctx, start)?;
        app.shown_through(display);
        if hides(cc) {
            app.hides();
        }
        if let Some(window) = x11_window(cc) {
            app.shown_in(window);
        }
        if let Some(listener) = listener {
            app.listen(listener);
        }
        if let Some(notice) = alone {
            app.tell(notice);
        }
        if choose {
            app.choose_files();
        }
        Ok(Box::new(app) as Box<dyn eframe::App>)
    };
    check_display()?;
    eframe::run_native("Affix", options, Box::new(create)).map_err(|error| {
        if matches!(error, eframe::Error::Winit(_) | eframe::Error::WinitEventLoop(_)) {
            display::without_x11(&wanted, display);
        }
        no_window(&error)
    })
}

/// Wayland has no hidden windows, as far as winit 0.30 goes: `set_visible` does nothing there.
fn hides(cc: &eframe::CreationContext<'_>) -> bool {
    let display = cc.display_handle().map(|display| display.as_raw());
    !matches!(display, Ok(RawDisplayHandle::Wayland(_)) | Err(_))
}

/// Its number for the X server. None on Wayland, where winit 0.30 brings new windows alone to the front with a
/// launcher's token.
fn x11_window(cc: &eframe::CreationContext<'_>) -> Option<u32> {
    match cc.window_handle().ok()?.as_raw() {
        RawWindowHandle::Xlib(handle) => u32::try_from(handle.window).ok(),
        RawWindowHandle::Xcb(handle) => Some(handle.window.get()),
        _ => None,
    }
}

/// Reads in processes of their own; with the pictures that were made before.
fn readers(home: &Home) -> Readers {
    let cache = Cache::of(home);
    let trimmed = cache.clone();
    // Without the thread it is trimmed another time.
    let _started = thread::Builder::new().name("affix-cache".to_owned()).spawn(move || trimmed.trim());
    Readers::of_this_program().caching(cache)
}

#[expect(clippy::cast_precision_loss, reason = "a window's points are few")]
fn points(points: u32) -> f32 {
    points as f32
}

/// Without a display nothing can be opened, and what to do is known.
fn check_display() -> Result<(), Failure> {
    let has_display = ["DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET"]
        .iter()
        .any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()));
    if has_display || cfg!(not(target_os = "linux")) {
        return Ok(());
    }
    Err(Failure::new(Kind::Unreadable, "There is no display to open the window on")
        .cause("neither DISPLAY nor WAYLAND_DISPLAY is set")
        .advice("Set one of them, or use `affix upload FILE…`, which needs none."))
}

/// Libraries that are loaded when the window opens, by the names of their Debian packages.
const LIBRARIES: &str = "libx11-6 libx11-xcb1 libxcursor1 libxi6 libxkbcommon0 libxkbcommon-x11-0 libgl1 libegl1 \
                         libwayland-client0 libwayland-egl1 libfontconfig1";

fn no_window(error: &eframe::Error) -> Failure {
    if let eframe::Error::AppCreation(inner) = error {
        return Failure::new(Kind::Storage, "The window could not be opened").cause(inner);
    }
    let failure = Failure::new(Kind::Unreadable, "The window could not be opened").cause(error);
    if cfg!(target_os = "linux") {
        failure.advice(format!(
            "If a library is missing, install these (Debian's names): {LIBRARIES}. `affix upload FILE…` needs no \
             window."
        ))
    } else {
        failure.advice("Update the graphics driver, or use `affix upload FILE…`, which needs no window.")
    }
}

/// How the window looks, as it is written down: a moment after the last change, and when it closes.
#[derive(Debug, Default)]
pub(super) struct Kept {
    /// What the settings have, or will have.
    written: Look,
    now: Look,
    /// Milliseconds since 1970 (UTC).
    changed_at_ms: i64,
    /// The scale as it was last seen, and whether the window was given room for it.
    zoom: f32,
    roomy: bool,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Look {
    width: u32,
    height: u32,
    filter: &'static str,
    inspector: bool,
    inspector_width: u32,
}

impl Look {
    /// What differs from another one, as keys of the settings.
    fn changes_from(&self, old: &Self) -> Vec<(&'static str, Option<String>)> {
        let changes = [
            ("window.width", self.width != old.width, self.width.to_string()),
            ("window.height", self.height != old.height, self.height.to_string()),
            ("window.filter", self.filter != old.filter, self.filter.to_owned()),
            (
                "window.inspector_width",
                self.inspector_width != old.inspector_width,
                self.inspector_width.to_string(),
            ),
            ("window.inspector", self.inspector != old.inspector, self.inspector.to_string()),
        ];
        changes
            .into_iter()
            .filter(|(_, changed, _)| *changed)
            .map(|(key, _, text)| (key, Some(text)))
            .collect()
    }
}

impl Kept {
    /// Takes over what the settings say.
    pub(super) fn start(&mut self, state: &mut State, window: &settings::Window) {
        state.inspector.open = window.inspector;
        let filter = Filter::ALL.into_iter().find(|filter| filter.code() == window.filter);
        self.written = Look {
            width: window.width,
            height: window.height,
            filter: filter.unwrap_or_default().code(),
            inspector: window.inspector,
            inspector_width: window.inspector_width,
        };
        self.now = self.written.clone();
    }
}

impl App {
    /// Gives a larger scale a larger window, as far as the screen has room: what is in it would overlap.
    pub(super) fn room_due(&mut self, ctx: &Context) {
        let zoom = ctx.zoom_factor();
        if (self.kept.zoom - zoom).abs() > f32::EPSILON {
            // The frame after it knows the screen in the new scale.
            self.kept.zoom = zoom;
            self.kept.roomy = false;
            ctx.request_repaint();
            return;
        }
        if std::mem::replace(&mut self.kept.roomy, true) {
            return;
        }
        let screen = ctx.input(|input| input.viewport().monitor_size);
        let least = screen.map_or(LEAST, |screen| LEAST.min(screen * OF_SCREEN));
        ctx.send_viewport_cmd(ViewportCommand::MinInnerSize(least));
        let size = ctx.content_rect().size();
        if size.x < least.x || size.y < least.y {
            ctx.send_viewport_cmd(ViewportCommand::InnerSize(size.max(least)));
        }
    }

    /// Looks whether something is to be written down.
    pub(super) fn kept_due(&mut self, ctx: &Context) {
        let look = self.look(ctx);
        let now_ms = self.model.now_ms;
        if look != self.kept.now {
            self.kept.now = look;
            self.kept.changed_at_ms = now_ms;
        }
        if self.kept.now == self.kept.written {
            return;
        }
        let wait_ms = self.kept.changed_at_ms + SETTLED_MS - now_ms;
        if wait_ms > 0 {
            ctx.request_repaint_after(Duration::from_millis(wait_ms.unsigned_abs()));
        } else if self.core.is_some() && self.model.preferences.unusable().is_none() {
            let changes = self.kept.now.changes_from(&self.kept.written);
            self.kept.written = self.kept.now.clone();
            self.set(changes);
        }
    }

    fn look(&self, ctx: &Context) -> Look {
        let size = ctx.content_rect().size() * ctx.zoom_factor();
        let whole = ctx.input(|input| {
            let viewport = input.viewport();
            viewport.maximized == Some(true)
                || viewport.fullscreen == Some(true)
                || viewport.minimized == Some(true)
        });
        // A window that fills the screen comes back in the size that it had before.
        let (width, height) = if whole {
            (self.kept.now.width, self.kept.now.height)
        } else {
            (whole_points(size.x, 720), whole_points(size.y, 480))
        };
        Look {
            width,
            height,
            filter: self.model.list.wanted.filter.code(),
            inspector: self.state.inspector.open,
            inspector_width: self
                .state
                .inspector_width
                .map_or(self.kept.now.inspector_width, |width| whole_points(width, 240).min(480)),
        }
    }

    /// Writes at once what was not written yet; the window is gone already.
    pub(super) fn keep_now(&mut self) {
        let Some(core) = &self.core else { return };
        let mut changes: Vec<_> = std::mem::take(&mut self.unwritten).into_iter().collect();
        changes.extend(self.kept.now.changes_from(&self.kept.written));
        self.kept.written = self.kept.now.clone();
        if !changes.is_empty() {
            // Nobody is there any more to be told; the next start has the old look.
            let _untold = super::preferences::change(&core.file, &changes);
        }
    }

    /// Opens the database and the engine once more.
    pub(super) fn open_again(&mut self) {
        if self.model.trouble.take().is_some() {
            let (home, secrets) = self.opening.clone();
            self.work.open(home, secrets, self.model.settings.clone(), self.clock);
        }
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within a screen's points")]
fn whole_points(points: f32, least: u32) -> u32 {
    (points.round() as u32).clamp(least, 20_000)
}
