//! The end of the window. While uploads of this run are under way it is asked about once: they go on without a window,
//! are paused, or stopped. What is under way is asked of the database, which knows it whatever is on the screen.

use std::collections::HashSet;
use std::time::Duration;

use eframe::egui::{Context, ViewportCommand};

use super::App;
use crate::domain::attachment::AttachmentId;
use crate::domain::error::Failure;
use crate::model::questions::{OnClose, Question, Update};
use crate::model::{self, Notice};
use crate::transfer::Scope;

/// How often is looked whether the pause or the stop has come through, in milliseconds.
const LOOK_MS: i64 = 100;
/// The same while the window is hidden.
const LOOK_HIDDEN_MS: i64 = 1_000;

/// What does not come to a pause or an end within this is interrupted, as by a crash: the next start goes on from what
/// is known of it.
const PATIENCE_MS: i64 = 10_000;

/// Nobody waits longer than this for a database that does not answer.
const COUNTING_MS: i64 = 3_000;

/// How long a hidden window stays after its last upload, so that its notification can still be pressed.
const LINGER_MS: i64 = 60_000;

#[derive(Debug, Default)]
pub(super) struct Closing {
    stage: Stage,
    /// The window is not on the screen; what runs goes on.
    hidden: bool,
    looked_at_ms: i64,
    /// An answer of the database is waited for.
    looking: bool,
    /// Notifications that can be pressed.
    pressable: usize,
    /// While hidden: since when nothing has been under way.
    idle_since_ms: Option<i64>,
    /// A question has come up that nobody sees where the window is minimised.
    to_front: bool,
    /// What was told to pause or to stop.
    told: HashSet<AttachmentId>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Stage {
    #[default]
    Open,
    /// What is under way is being counted.
    Counting {
        since_ms: i64,
    },
    Asked,
    /// What is under way comes to its pause or its end.
    Ending {
        how: OnClose,
        since_ms: i64,
    },
    /// It closes with the next frame.
    Over,
    /// It was told to.
    Told,
}

impl App {
    /// A window that is not on the screen can be brought back here.
    pub fn hides(&mut self) {
        self.model.hides = true;
    }

    pub(super) fn is_hidden(&self) -> bool {
        self.closing.hidden
    }

    /// Whether files that are handed over now would still be looked at.
    pub(super) fn stays(&self) -> bool {
        matches!(self.closing.stage, Stage::Open | Stage::Counting { .. } | Stage::Asked)
    }

    /// Called in every frame, also while the window is hidden.
    pub(super) fn closing_due(&mut self, ctx: &Context) {
        if ctx.input(|input| input.viewport().close_requested()) && self.asks_to_close() {
            ctx.send_viewport_cmd(ViewportCommand::CancelClose);
        }
        match self.closing.stage {
            // The database may be what does not answer.
            Stage::Ending { how, since_ms } if self.is_late(how, since_ms) => {
                self.closing.stage = Stage::Over;
                ctx.request_repaint();
            }
            Stage::Ending { .. } => self.look_at_rest(ctx, LOOK_MS),
            Stage::Asked if std::mem::take(&mut self.closing.to_front) => self.raise(ctx),
            Stage::Over => {
                self.closing.stage = Stage::Told;
                ctx.send_viewport_cmd(ViewportCommand::Close);
            }
            _ if self.closing.hidden => {
                // Somebody has to answer it.
                if !self.model.questions.waiting.is_empty() {
                    return self.raise(ctx);
                }
                self.look_at_rest(ctx, LOOK_HIDDEN_MS);
            }
            Stage::Open | Stage::Counting { .. } | Stage::Asked | Stage::Told => {}
        }
    }

    /// The window is to be closed; whether that has to wait.
    fn asks_to_close(&mut self) -> bool {
        let now_ms = self.model.now_ms;
        match self.closing.stage {
            // Nothing is under way where there is no engine; files that wait for it are counted once it is there.
            Stage::Open if self.core.is_none() => {
                let waits = self.model.trouble.is_none() && self.is_given_early();
                if waits {
                    self.closing.stage = Stage::Counting { since_ms: now_ms };
                }
                waits
            }
            Stage::Open => {
                self.closing.stage = Stage::Counting { since_ms: now_ms };
                self.count_under_way();
                true
            }
            Stage::Asked => {
                self.closing.to_front = true;
                true
            }
            // Whoever asks again after a while does not want to wait.
            Stage::Counting { since_ms } | Stage::Ending { since_ms, .. } => now_ms - since_ms < COUNTING_MS,
            Stage::Over | Stage::Told => false,
        }
    }

    /// The engine is there, or what kept it from coming is told: goes on with what was asked meanwhile.
    pub(super) fn closing_opened(&mut self) {
        if matches!(self.closing.stage, Stage::Counting { .. }) {
            match self.core {
                Some(_) => self.count_under_way(),
                None => self.closing.stage = Stage::Open,
            }
        }
    }

    /// Files that are looked through or compared are paused all the same, however long that takes: nothing else knows
    /// them. Who does not want to wait closes the window again.
    fn is_late(&self, how: OnClose, since_ms: i64) -> bool {
        self.model.now_ms - since_ms > PATIENCE_MS && !(how == OnClose::Pause && self.is_taking())
    }

    fn look_at_rest(&mut self, ctx: &Context, every_ms: i64) {
        let wait_ms = self.closing.looked_at_ms + every_ms - self.model.now_ms;
        if wait_ms <= 0 && !self.closing.looking {
            self.count_under_way();
        }
        let wait_ms = if wait_ms > 0 { wait_ms } else { every_ms };
        ctx.request_repaint_after(Duration::from_millis(wait_ms.unsigned_abs()));
    }

    fn count_under_way(&mut self) {
        let Some(core) = &self.core else { return };
        self.closing.looked_at_ms = self.model.now_ms;
        self.closing.looking = true;
        let store = core.store.clone();
        self.work.spawn(async move { model::Update::Questions(Update::UnderWay(store.under_way().await)) });
    }

    /// What the database says is under way.
    pub(super) fn under_way(&mut self, found: Result<Vec<AttachmentId>, Failure>) {
        self.closing.looking = false;
        let found = found.unwrap_or_else(|failure| {
            // What cannot be counted is nothing to ask about: the next start knows it.
            self.tell(Notice::Failure(failure));
            Vec::new()
        });
        match self.closing.stage {
            Stage::Counting { .. } => self.counted(&found),
            Stage::Ending { how, .. } => {
                self.intake_settle(how);
                if !self.is_taking() && self.is_settled(how, &found) {
                    self.closing.stage = Stage::Over;
                } else {
                    self.bring_to_rest(how, found);
                }
            }
            _ if self.closing.hidden => self.hidden_rest(&found),
            Stage::Open | Stage::Asked | Stage::Over | Stage::Told => {}
        }
    }

    fn counted(&mut self, found: &[AttachmentId]) {
        let asked = self.model.questions.files();
        if found.is_empty() && asked == 0 && !self.is_taking() {
            self.closing.stage = Stage::Over;
            return;
        }
        match OnClose::parse(&self.model.settings.window.on_close) {
            Some(how) if how != OnClose::Background || self.model.hides => self.close_with(how),
            _ => {
                self.closing.stage = Stage::Asked;
                // Before whatever else is asked: who closes the window wants an answer to this.
                let question = Question::Closing { count: (found.len() + asked) as u64 };
                self.model.questions.waiting.push_front(question);
                self.closing.to_front = true;
            }
        }
    }

    /// The question was answered with "stay".
    pub(super) fn close_not(&mut self) {
        self.closing.stage = Stage::Open;
    }

    pub(super) fn close_with(&mut self, how: OnClose) {
        let now_ms = self.model.now_ms;
        if how == OnClose::Background {
            self.closing =
                Closing { hidden: true, looked_at_ms: now_ms, ..std::mem::take(&mut self.closing) };
            self.closing.stage = Stage::Open;
            self.viewport.push(ViewportCommand::Visible(false));
            return;
        }
        self.intake_end(how);
        self.closing.stage = Stage::Ending { how, since_ms: now_ms };
        self.closing.looked_at_ms = 0;
        self.closing.told.clear();
    }

    /// What waits for the user's word neither pauses nor sends anything: the next start asks again.
    fn is_settled(&self, how: OnClose, found: &[AttachmentId]) -> bool {
        let questions = self.model.questions.waiting.iter();
        let asked: HashSet<AttachmentId> = questions
            .filter_map(|question| match question {
                Question::Findings { row, .. } => Some(row.id),
                _ => None,
            })
            .collect();
        found.is_empty() || (how == OnClose::Pause && found.iter().all(|id| asked.contains(id)))
    }

    /// Each is told once: the engine keeps what it was told.
    fn bring_to_rest(&mut self, how: OnClose, mut found: Vec<AttachmentId>) {
        let Some(core) = &self.core else { return };
        let handle = core.handle.clone();
        if self.closing.told.is_empty() {
            let key = if how == OnClose::Stop { "closing-stops" } else { "closing-pauses" };
            self.tell(Notice::text(key));
        }
        found.retain(|id| self.closing.told.insert(*id));
        if found.is_empty() {
            return;
        }
        self.work.start(async move {
            let scope = Scope::Some(found);
            // An engine that has ended has nothing under way.
            let _ended = match how {
                OnClose::Stop => handle.cancel(scope).await,
                OnClose::Pause | OnClose::Background => handle.pause(scope).await,
            };
        });
    }

    /// The program ends with its last upload, or when its notification is done with.
    fn hidden_rest(&mut self, found: &[AttachmentId]) {
        if !found.is_empty() || self.is_taking() || self.model.questions.files() > 0 {
            self.closing.idle_since_ms = None;
            return;
        }
        let now_ms = self.model.now_ms;
        let since_ms = *self.closing.idle_since_ms.get_or_insert(now_ms);
        // The last batch's end is told in between.
        let told = now_ms - since_ms >= LOOK_HIDDEN_MS;
        if told && (self.closing.pressable == 0 || now_ms - since_ms > LINGER_MS) {
            self.closing.stage = Stage::Over;
        }
    }

    /// A notification with buttons was shown, or is gone.
    pub(super) fn pressable(&mut self, shown: bool) {
        let count = &mut self.closing.pressable;
        *count = if shown { *count + 1 } else { count.saturating_sub(1) };
    }

    /// Brings the window back on the screen; [`Self::raise`] brings it to the front.
    pub(super) fn show_again(&mut self, ctx: &Context) {
        if std::mem::take(&mut self.closing.hidden) {
            self.closing.idle_since_ms = None;
            ctx.send_viewport_cmd(ViewportCommand::Visible(true));
        }
    }
}
