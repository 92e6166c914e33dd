//! The window's program: [`App::logic`] drains what happened and carries out what was asked, also while the window
//! is covered; [`App::ui`] draws and starts no work.

mod closing;
mod desktop;
mod detail;
mod display;
mod export;
mod intake;
mod links;
mod list;
mod looks;
mod others;
mod pool;
mod preferences;
mod previews;
mod questions;
mod targets;
mod transfers;
mod watch;
mod window;
mod work;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use eframe::egui::{self, Context, InputState, Ui, ViewportCommand};
use tokio::sync::mpsc;

use crate::domain::error::Failure;
use crate::media::Readers;
use crate::model::{self, Action, Model, Notice, Update};
use crate::platform::dirs::Home;
use crate::secrets::Secrets;
use crate::settings::{Loaded, Network};
use crate::transfer::Event;
use crate::ui::text::{Language, Texts};
use crate::ui::{Cx, State};

pub use window::run;
use work::{Core, Work};

/// The time a frame may spend on what happened; the rest waits for the next one.
const BUDGET: Duration = Duration::from_millis(4);

/// What the window starts with.
#[derive(Debug)]
pub struct Start {
    pub home: Home,
    pub secrets: Secrets,
    /// What the settings file says.
    pub loaded: Loaded,
    /// Files of the command line.
    pub files: Vec<PathBuf>,
    /// Milliseconds since 1970 (UTC).
    /// What reads the files for previews and copies.
    pub readers: Readers,
    pub clock: fn() -> i64,
}

/// The window.
#[derive(Debug)]
pub struct App {
    model: Model,
    state: State,
    texts: Texts,
    work: Work,
    /// What needs the database and the engine; `None` until they are open.
    core: Option<Core>,
    events: Option<mpsc::Receiver<Event>>,
    /// Asked for before they were open.
    early: Vec<Action>,
    actions: Vec<Action>,
    clock: fn() -> i64,
    list: list::Reading,
    targets: targets::Running,
    intake: intake::Taking,
    watching: watch::Watching,
    kept: window::Kept,
    /// Settings that wait to be written, and whether a writing runs.
    unwritten: BTreeMap<&'static str, Option<String>>,
    writing: bool,
    /// What the engine was started with.
    network_at_start: Option<Network>,
    opening: (Home, Secrets),
    detail: detail::Reading,
    looks: pool::Pool<looks::Asked>,
    links: links::Sent,
    /// Texts for the clipboard, which is handed them in `logic`.
    clipboard: Vec<links::Copied>,
    /// What was last handed to it, and whether that has just been.
    copied: Option<links::Copied>,
    handing_over: bool,
    closing: closing::Closing,
    outside: others::Outside,
    /// What is asked of the window's frame from where there is no frame.
    viewport: Vec<ViewportCommand>,
}

impl App {
    /// Opens everything off the UI thread; the window is there at once.
    ///
    /// # Errors
    /// The system gives no threads.
    pub fn new(ctx: &Context, start: Start) -> Result<Self, Failure> {
        crate::ui::install(ctx);
        let Start { home, secrets, loaded, files, readers, clock } = start;
        let waker = {
            let ctx = ctx.clone();
            Arc::new(move || ctx.request_repaint())
        };
        let mut work = Work::new(waker, readers.clone())?;
        let opening = (home.clone(), secrets.clone());
        work.open(home.clone(), secrets, loaded.settings.clone(), clock);
        let texts = Texts::new(Language::from_setting(&loaded.settings.window.language));
        let detail = detail::Reading::new(previews::start(&work.reporter(), &readers));
        let outside = others::Outside::start(&work);
        let looks = looks::start(&work.reporter(), &readers, &home);
        let mut app = Self {
            model: Model::default(),
            state: State::default(),
            texts,
            work,
            core: None,
            events: None,
            early: Vec::new(),
            actions: Vec::new(),
            clock,
            list: list::Reading::default(),
            targets: targets::Running::default(),
            intake: intake::Taking::default(),
            watching: watch::Watching::default(),
            kept: window::Kept::default(),
            unwritten: BTreeMap::new(),
            writing: false,
            network_at_start: None,
            opening,
            detail,
            looks,
            links: links::Sent::default(),
            clipboard: Vec::new(),
            closing: closing::Closing::default(),
            outside,
            viewport: Vec::new(),
            copied: None,
            handing_over: false,
        };
        app.preferences_start(ctx, &home, loaded);
        if !files.is_empty() {
            app.actions.push(Action::Intake(crate::model::intake::Action::Add(files)));
        }
        Ok(app)
    }

    /// Asks which files to upload, as `Add files` does.
    pub fn choose_files(&mut self) {
        self.actions.push(Action::Intake(model::intake::Action::ChooseFiles));
    }

    /// Says what the window is shown through.
    pub fn shown_through(&mut self, display: model::preferences::Display) {
        self.model.preferences.display = display;
        self.model.preferences.backend_at_start.clone_from(&self.model.settings.window.backend);
    }

    /// What was asked for, what happened, and what is due. Called for every frame, and while the window is hidden.
    pub fn logic(&mut self, ctx: &Context) {
        self.model.now_ms = (self.clock)();
        self.open();
        let since = Instant::now();
        for action in std::mem::take(&mut self.actions) {
            self.act(ctx, action);
        }
        while since.elapsed() < BUDGET {
            let Some(update) = self.work.next() else { break };
            self.update(ctx, update);
        }
        while since.elapsed() < BUDGET {
            let Some(event) = self.events.as_mut().and_then(|events| events.try_recv().ok()) else { break };
            self.list_event(&event);
            self.questions_event(&event);
            self.links_event(&event);
            self.detail_event(&event);
            self.watch_event(&event);
        }
        if since.elapsed() >= BUDGET {
            ctx.request_repaint();
        }
        self.room_due(ctx);
        self.kept_due(ctx);
        self.list_due(ctx);
        self.links_due(ctx);
        self.detail_due(ctx);
        self.outside_due(ctx);
        self.closing_due(ctx);
        for command in self.viewport.drain(..) {
            ctx.send_viewport_cmd(command);
        }
        if let Some(next_ms) = self.model.toasts.expire(self.model.now_ms) {
            let wait = u64::try_from(next_ms - self.model.now_ms).unwrap_or_default();
            ctx.request_repaint_after(Duration::from_millis(wait));
        }
    }

    /// Draws.
    pub fn ui(&mut self, ui: &mut Ui) {
        let Self { model, state, texts, actions, .. } = self;
        crate::ui::show(ui, &mut Cx { model, state, texts, actions });
        // What was asked for is carried out at the start of the next frame, and what a click or a key changed in the
        // state, such as the screen, is drawn in it.
        let touched = |input: &InputState| {
            input
                .events
                .iter()
                .any(|event| !matches!(event, egui::Event::PointerMoved(_) | egui::Event::MouseMoved(_)))
        };
        if !actions.is_empty() || ui.input(touched) {
            ui.ctx().request_repaint();
        }
    }

    /// Takes the database and the engine over when they are open.
    fn open(&mut self) {
        match self.work.opened() {
            None => return,
            Some(Ok((core, events))) => {
                self.desktop_mend(&core);
                self.core = Some(core);
                self.events = Some(events);
                self.model.ready = true;
                self.model.trouble = None;
                self.actions.append(&mut self.early);
                self.limit_engine();
                self.watch_follow();
                self.list_opened();
                self.targets_opened();
            }
            Some(Err(failure)) => self.model.trouble = Some(failure),
        }
        self.outside_opened();
        self.closing_opened();
    }

    fn act(&mut self, ctx: &Context, action: Action) {
        let Some(core) = self.core.clone() else {
            if let Action::Preferences(model::preferences::Action::TryAgain) = action {
                self.open_again();
                return;
            }
            self.early.push(action);
            return;
        };
        match action {
            Action::Intake(action) => self.intake_action(&core, action),
            Action::List(action) => self.list_action(action),
            Action::Transfer(action) => self.transfer_action(&core, action),
            Action::Links(action) => self.links_action(&core, action),
            Action::Desktop(action) => self.desktop_action(&core, action),
            Action::Detail(action) => self.detail_action(action),
            Action::Targets(action) => self.targets_action(&core, action),
            Action::Preferences(action) => self.preferences_action(ctx, &core, action),
            Action::Questions(action) => self.questions_action(&core, action),
            Action::Watch(action) => self.watch_action(action),
            Action::CloseToast(id) => self.model.toasts.close(id),
            Action::HoldToasts(held) => self.model.toasts.hold(held, self.model.now_ms),
        }
    }

    fn update(&mut self, ctx: &Context, update: Update) {
        match update {
            Update::Intake(update) => self.intake_update(update),
            Update::List(update) => self.list_update(update),
            Update::Links(update) => self.links_update(ctx, update),
            Update::Desktop(update) => self.desktop_update(update),
            Update::Detail(update) => self.detail_update(ctx, update),
            Update::Targets(update) => self.targets_update(update),
            Update::Preferences(update) => self.preferences_update(ctx, update),
            Update::Questions(update) => self.questions_update(update),
            Update::Watch(update) => self.watch_update(update),
            Update::Tell(notice) => self.tell(notice),
        }
    }

    /// Says something at the foot of the window.
    fn tell(&mut self, notice: Notice) {
        self.model.toasts.push(notice, self.model.now_ms);
    }
}

impl eframe::App for App {
    fn logic(&mut self, ctx: &Context, _frame: &mut eframe::Frame) {
        self.logic(ctx);
        self.copy_ourselves(ctx);
    }

    fn ui(&mut self, ui: &mut Ui, _frame: &mut eframe::Frame) {
        self.ui(ui);
    }

    fn on_exit(&mut self, _gl: Option<&eframe::glow::Context>) {
        self.keep_now();
        self.leave_copied();
    }

    fn clear_color(&self, visuals: &eframe::egui::Visuals) -> [f32; 4] {
        visuals.panel_fill.to_normalized_gamma_f32()
    }
}
