//! Keeps the list true: reads what is on the screen, and again when it has changed; never more often than ten times
//! a second, and not at all while nothing happens.

mod moving;

use std::sync::Arc;
use std::time::Duration;

use eframe::egui::Context;

use super::App;
use super::work::Core;
use crate::domain::attachment::{AttachmentId, BatchId, State};
use crate::model::list::{Action, Filter, Update};
use crate::model::queue::to_next_second;
use crate::model::{self};
use crate::store::{Store, Totals};
use crate::transfer::Event;

use moving::Landed;

/// What is read again no more often than this, in milliseconds.
const EVERY_MS: i64 = 100;

/// A reading that takes long rests for so many times as long, and no longer than that many milliseconds: a disk that
/// was busy once must not leave the window behind.
const REST: (i64, i64) = (9, 5000);

/// Batches whose numbers are kept besides those on the screen.
const BATCHES_KEPT: usize = 500;

/// What is being read and what has changed since.
#[derive(Debug, Default)]
pub(super) struct Reading {
    outline: Part,
    totals: Part,
    /// How many there are in each state, and of which targets.
    counts: Part,
    /// The batches on the screen.
    batches: Vec<BatchId>,
    /// Rows on the screen that have changed since they were read.
    again: Vec<AttachmentId>,
    again_at_ms: i64,
    landed: Landed,
    moving_at_ms: i64,
    /// The files whose bytes are counted here, for readings of totals that are under way.
    counted: Counted,
    /// Of the ids that an outline had.
    newest: Option<AttachmentId>,
}

type Counted = tokio::sync::watch::Sender<Vec<AttachmentId>>;

/// One thing that is read as a whole.
#[derive(Debug, Default)]
struct Part {
    stale: bool,
    asked: bool,
    /// The user waits for it.
    hurry: bool,
    asked_at_ms: i64,
    next_at_ms: i64,
}

impl Part {
    /// Whether it is to be read now; otherwise asks for a frame when it is.
    fn begin(&mut self, ctx: &Context, now_ms: i64) -> bool {
        if !self.stale || self.asked {
            return false;
        }
        if now_ms < self.next_at_ms {
            frame_in(ctx, self.next_at_ms - now_ms);
            return false;
        }
        (self.stale, self.asked, self.asked_at_ms, self.hurry) = (false, true, now_ms, false);
        true
    }

    /// To be read as soon as possible.
    fn hurry(&mut self) {
        (self.stale, self.hurry, self.next_at_ms) = (true, true, 0);
    }

    /// A list of a million takes long to read, so it is read less often.
    fn end(&mut self, now_ms: i64) {
        self.asked = false;
        let rest_ms = (REST.0 * (now_ms - self.asked_at_ms)).clamp(EVERY_MS, REST.1);
        self.next_at_ms = if self.hurry { now_ms } else { now_ms + rest_ms };
    }
}

fn frame_in(ctx: &Context, wait_ms: i64) {
    ctx.request_repaint_after(Duration::from_millis(wait_ms.max(1).unsigned_abs()));
}

impl App {
    /// Anything may have changed, and the user waits to see it.
    pub(super) fn list_opened(&mut self) {
        self.list.outline.hurry();
        self.list.totals.hurry();
        self.list.counts.hurry();
    }

    pub(super) fn list_action(&mut self, action: Action) {
        match action {
            Action::Show(wanted) => {
                if self.model.list.wanted != wanted {
                    self.model.list.wanted = wanted;
                    self.list.outline.hurry();
                }
            }
            Action::Need(ids) => {
                let list = &mut self.model.list;
                let (again, new): (Vec<_>, Vec<_>) =
                    ids.into_iter().partition(|id| list.rows.get(*id).is_some());
                list.rows.ask(&again);
                self.list.again.extend(again);
                self.read_rows(new);
            }
            Action::NeedBatches(ids) => {
                if ids.iter().any(|id| !self.model.list.batches.contains_key(id)) {
                    self.list.totals.hurry();
                }
                self.list.batches = ids;
            }
        }
    }

    pub(super) fn list_update(&mut self, update: Update) {
        let (list, now_ms) = (&mut self.model.list, self.model.now_ms);
        match update {
            Update::Outline(query, result) => {
                self.list.outline.end(now_ms);
                match result {
                    Ok(outline) if query == list.wanted.query() => {
                        list.rows.forget_lost();
                        let newest = outline.ids.iter().max().copied();
                        self.list.newest = self.list.newest.max(newest);
                        list.outline = Some(outline.into());
                    }
                    // The user wants something else by now; that is asked for already.
                    Ok(_) => {}
                    Err(failure) => self.tell(model::Notice::Failure(failure)),
                }
            }
            Update::Rows(asked, result) => match result {
                Ok(rows) => list.rows.arrived(&asked, rows),
                Err(failure) => {
                    list.rows.arrived(&asked, Vec::new());
                    self.tell(model::Notice::Failure(failure));
                }
            },
            Update::Totals(result) => {
                self.list.totals.end(now_ms);
                match result {
                    Ok(totals) => self.totals_read(totals),
                    Err(failure) => self.tell(model::Notice::Failure(failure)),
                }
            }
            Update::Counts(counts, targets_used) => {
                self.list.counts.end(now_ms);
                (list.counts, list.targets_used) = (counts, targets_used);
            }
            Update::Changed(ids) => {
                list.rows.outdated(&ids);
                self.detail_changed(&ids);
                self.list_opened();
            }
        }
    }

    fn totals_read(&mut self, totals: Totals) {
        let Totals { overall, batches, ended } = totals;
        let (list, shown) = (&mut self.model.list, &self.list.batches);
        moving::ended(list, &mut self.list.landed, &ended);
        list.overall = overall;
        if list.batches.len() > BATCHES_KEPT {
            list.batches.retain(|id, _| shown.contains(id));
        }
        list.batches.extend(batches.into_iter().map(|totals| (totals.batch, totals)));
        self.count_bytes();
    }

    pub(super) fn list_event(&mut self, event: &Event) {
        let (list, now_ms) = (&mut self.model.list, self.model.now_ms);
        match event {
            Event::State { id, state, step } => {
                let (state, step) = (*state, *step);
                list.waiting.remove(id);
                if matches!(state, State::Queued | State::Paused) {
                    moving::ended(list, &mut self.list.landed, &[*id]);
                }
                // What goes on stays where it is; what is queued may have been settled before.
                let settled = list.rows.get(*id).is_some_and(|row| row.state.is_settled());
                self.list.outline.stale |= state == State::Queued || settled || Some(*id) > self.list.newest;
                list.rows.change(*id, |row| (row.state, row.step) = (state, step));
            }
            Event::WillRetry { id, failure, after } => {
                let again_at_ms = now_ms.saturating_add(after.as_millis().try_into().unwrap_or(i64::MAX));
                list.waiting.insert(*id, (failure.clone(), again_at_ms));
                return;
            }
            Event::Finished(finished) => {
                let finished = finished.clone();
                list.waiting.remove(&finished.id);
                // One that is done counts on until the totals have it.
                if finished.state != State::Done {
                    moving::ended(list, &mut self.list.landed, &[finished.id]);
                }
                // Where every state is shown it stays where it is, until its batch has ended; one that is through at once
                // was not there yet.
                self.list.outline.stale |= list.wanted.filter != Filter::All
                    || !list.wanted.search.is_empty()
                    || Some(finished.id) > self.list.newest;
                list.rows.change(finished.id, |row| {
                    row.state = finished.state;
                    row.receipt = finished.receipt.or(row.receipt.take());
                    row.failure = finished.failure;
                });
            }
            Event::BatchDone(_) | Event::Asked { .. } => self.list.outline.stale = true,
            Event::HostWaits(wait) => return list.hosts.wait((**wait).clone(), now_ms),
            Event::HostGoesOn { host } => return list.hosts.go_on(host),
            Event::Checked { id, check } => {
                let check = check.clone();
                list.rows.change(*id, |row| row.link_check = Some(check));
                return;
            }
            Event::Changed { id, sent } => {
                let sent = sent.as_deref().cloned();
                list.rows.change(*id, |row| row.sent = sent);
                return;
            }
            Event::Warned { .. } | Event::Trouble(_) => return,
        }
        (self.list.totals.stale, self.list.counts.stale) = (true, true);
    }

    /// Reads what is due.
    pub(super) fn list_due(&mut self, ctx: &Context) {
        let Some(core) = self.core.clone() else { return };
        let now_ms = self.model.now_ms;
        self.moving_due(ctx, &core);
        self.waiting_due(ctx);
        self.order_due(&core);
        if self.list.outline.begin(ctx, now_ms) {
            let (store, query) = (core.store.clone(), self.model.list.wanted.query());
            self.work.spawn(async move {
                let outline = store.outline(query.clone()).await;
                model::Update::List(Update::Outline(query, outline))
            });
        }
        if self.list.totals.begin(ctx, now_ms) {
            let (counted, handle) = (self.list.counted.subscribe(), core.handle.clone());
            let counted = move || moving::named(&counted.borrow(), &handle.moving());
            let (store, batches) = (core.store.clone(), self.list.batches.clone());
            self.work.spawn(async move {
                model::Update::List(Update::Totals(store.totals(batches, counted).await))
            });
        }
        if self.list.counts.begin(ctx, now_ms) {
            self.work.spawn(counts(core.store));
        }
        self.again_due(ctx);
    }

    /// Rows that have changed.
    fn again_due(&mut self, ctx: &Context) {
        if self.list.again.is_empty() {
            return;
        }
        let wait_ms = self.list.again_at_ms + EVERY_MS - self.model.now_ms;
        if wait_ms > 0 {
            return frame_in(ctx, wait_ms);
        }
        self.list.again_at_ms = self.model.now_ms;
        let again = std::mem::take(&mut self.list.again);
        self.read_rows(again);
    }

    /// Countdowns move once a second.
    fn waiting_due(&mut self, ctx: &Context) {
        let now_ms = self.model.now_ms;
        self.model.list.waiting.retain(|_, (_, at_ms)| *at_ms > now_ms);
        self.model.list.hosts.expire(now_ms);
        let rows = self.model.list.waiting.values().map(|(_, at_ms)| to_next_second(*at_ms, now_ms)).min();
        let hosts = self.model.list.hosts.next_second_ms(now_ms);
        if let Some(wait_ms) = rows.into_iter().chain(hosts).min() {
            frame_in(ctx, wait_ms.max(EVERY_MS));
        }
    }

    /// Places in the queue are of interest while something is in it.
    fn order_due(&mut self, core: &Core) {
        let list = &mut self.model.list;
        let queued = list.counts.iter().any(|(state, count)| *state == State::Queued && *count > 0);
        list.order.take(if queued { core.handle.order() } else { Arc::default() });
    }

    fn read_rows(&mut self, ids: Vec<AttachmentId>) {
        let Some(Core { store, .. }) = self.core.clone() else { return };
        if ids.is_empty() {
            return;
        }
        self.model.list.rows.reading(&ids);
        self.work.spawn(async move {
            let rows = store.rows(ids.clone()).await;
            model::Update::List(Update::Rows(ids, rows))
        });
    }
}

/// A failure costs these numbers only; whatever else reads the database says it.
async fn counts(store: Store) -> model::Update {
    let counts = store.count_by_state().await.unwrap_or_default();
    let targets_used = store.targets_used().await.unwrap_or_default();
    model::Update::List(Update::Counts(counts, targets_used))
}
