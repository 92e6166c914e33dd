//! Other programs' wishes to this window: later starts with their files, presses of a notification; and what this
//! program shows outside of its window.

use std::sync::Arc;
use std::time::Duration;

use eframe::egui::{Context, UserAttentionType, ViewportCommand};
use tokio::sync::watch;

use super::App;
use super::display;
use super::work::Work;
use crate::domain::attachment::BatchId;
use crate::model::links::Wish;
use crate::model::{Action, intake, links};
use crate::platform::desktop::{Bus, Notice, Pressed};
use crate::platform::instance::{Listener, Message};
use crate::ui::Screen;

/// A window that was hidden or minimised takes the keyboard only once the screen has it: it is asked for until then,
/// this often and this long, in milliseconds.
const RAISE_EVERY_MS: i64 = 100;
const RAISE_MS: i64 = 1_000;

/// Between two looks at the progress outside of the window.
const PROGRESS_EVERY: Duration = Duration::from_millis(500);

/// What is shown outside of the window, and who else may want something of it.
#[derive(Debug)]
pub(super) struct Outside {
    pub bus: Bus,
    /// Where later starts come in; none where this is not the home's only window.
    listener: Option<Listener>,
    /// The X server's number of the window; none where it is shown through something else.
    window: Option<u32>,
    /// The window is brought to the front; none: it is where it is.
    raised: Option<Raised>,
    /// Percent.
    progress: watch::Sender<Option<u8>>,
}

#[derive(Debug)]
struct Raised {
    until_ms: i64,
    /// What a launcher gave for it: without, a desktop may keep what is in front there.
    token: Option<String>,
}

impl Outside {
    pub(super) fn start(work: &Work) -> Self {
        let (progress, shown) = watch::channel(None);
        let bus = Bus::default();
        work.start(show_progress(bus.clone(), shown));
        Self { bus, listener: None, window: None, raised: None, progress }
    }
}

/// Tells the newest value, no more often than it is looked at.
async fn show_progress(bus: Bus, mut shown: watch::Receiver<Option<u8>>) {
    while shown.changed().await.is_ok() {
        let percent = *shown.borrow_and_update();
        bus.show_progress(percent.map(|percent| f64::from(percent) / 100.0)).await;
        tokio::time::sleep(PROGRESS_EVERY).await;
    }
}

impl App {
    /// From now on later starts come to this window.
    pub fn listen(&mut self, ctx: &Context, listener: Listener) {
        let ctx = ctx.clone();
        listener.open(Arc::new(move || ctx.request_repaint()));
        self.outside.listener = Some(listener);
    }

    /// Takes what came from outside, and shows there how far everything is.
    pub(super) fn outside_due(&mut self, ctx: &Context) {
        while self.stays()
            && let Some(offer) = self.outside.listener.as_mut().and_then(Listener::arrived)
        {
            if let Some(message) = offer.take() {
                self.later_start(ctx, message);
            }
        }
        self.raise_due(ctx);
        self.progress_due();
    }

    /// Another start of this home has ended for this.
    fn later_start(&mut self, ctx: &Context, message: Message) {
        let Message { token, choose, files } = message;
        if !files.is_empty() {
            self.actions.push(Action::Intake(intake::Action::Add(files)));
        }
        if choose {
            self.choose_files();
        }
        self.raise_with(ctx, token.and_then(|token| token.into_string().ok()));
    }

    /// The X server's number of the window.
    pub(super) fn shown_in(&mut self, window: u32) {
        self.outside.window = Some(window);
    }

    /// Brings the window to the front, from wherever it is.
    pub(super) fn raise(&mut self, ctx: &Context) {
        self.raise_with(ctx, None);
    }

    fn raise_with(&mut self, ctx: &Context, token: Option<String>) {
        self.show_again(ctx);
        ctx.send_viewport_cmd(ViewportCommand::Minimized(false));
        self.outside.raised = Some(Raised { until_ms: self.model.now_ms + RAISE_MS, token });
        ctx.request_repaint();
    }

    fn raise_due(&mut self, ctx: &Context) {
        let Some(Raised { until_ms, token }) = &self.outside.raised else { return };
        let until_ms = *until_ms;
        // In front already, too: the launcher waits to hear that its start is over.
        if let (Some(window), Some(token)) = (self.outside.window, token.clone()) {
            self.work.start(async move {
                let _done = tokio::task::spawn_blocking(move || display::activate(window, &token)).await;
            });
        }
        if ctx.input(|input| input.raw.focused) {
            self.outside.raised = None;
        } else if self.model.now_ms < until_ms {
            ctx.send_viewport_cmd(ViewportCommand::Focus);
            ctx.request_repaint_after(Duration::from_millis(RAISE_EVERY_MS.unsigned_abs()));
        } else {
            // The desktop does not give the keyboard away: it shows at least that something is wanted.
            let informational = UserAttentionType::Informational;
            ctx.send_viewport_cmd(ViewportCommand::RequestUserAttention(informational));
            self.outside.raised = None;
        }
    }

    fn progress_due(&self) {
        let moving = &self.model.list.moving;
        let fraction = moving.overall.fraction().clamp(0.0, 1.0);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 100")]
        let percent = (!moving.now.is_empty()).then_some((fraction * 100.0) as u8);
        self.outside.progress.send_if_modified(|shown| std::mem::replace(shown, percent) != percent);
    }

    /// Shows a notification about a batch; what is pressed comes back.
    pub(super) fn notify_of(&mut self, batch: BatchId, notice: Notice) {
        self.pressable(true);
        let bus = self.outside.bus.clone();
        self.work.spawn(async move {
            let pressed = bus.notify(&notice).await;
            let pressed = pressed.map(|Pressed { action, token }| (Wish::of(&action), token));
            crate::model::Update::Links(links::Update::Pressed(batch, pressed))
        });
    }

    pub(super) fn pressed(&mut self, ctx: &Context, batch: BatchId, wish: Option<(Wish, Option<String>)>) {
        self.pressable(false);
        match wish {
            Some((Wish::Copy, _)) => self.actions.push(Action::Links(links::Action::CopyBatch(batch))),
            Some((Wish::Show, token)) => {
                self.state.screen = Screen::Uploads;
                self.state.overlay = None;
                self.state.list.reveal(batch);
                let everything = crate::model::list::Wanted::default();
                self.actions.push(Action::List(crate::model::list::Action::Show(everything)));
                self.raise_with(ctx, token);
            }
            None => {}
        }
        ctx.request_repaint();
    }
}
