//! Keeps the list true: reads what is on the screen, and again when it has changed; never more often than ten times
//! a second, and not at all while nothing happens.

mod moving;

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use eframe::egui::Context;

use super::App;
use super::work::Core;
use crate::domain::attachment::{AttachmentId, BatchId, State};
use crate::domain::error::Failure;
use crate::model::list::{Action, Update};
use crate::model::queue::to_next_second;
use crate::model::{self};
use crate::store::{BatchTotals, Row, Store};
use crate::transfer::Event;

use moving::Landed;

/// What is read again no more often than this, in milliseconds.
const EVERY_MS: i64 = 100;

/// A reading that takes long rests for so many times as long, and no longer than that many milliseconds: a disk that
/// was busy once must not leave the window behind.
const REST: (i64, i64) = (3, 1000);

/// Batches whose numbers are kept besides those on the screen.
const BATCHES_KEPT: usize = 500;

/// What is being read and what has changed since.
#[derive(Debug, Default)]
pub(super) struct Reading {
    outline: Part,
    totals: Part,
    /// The batches on the screen.
    batches: Vec<BatchId>,
    /// Rows on the screen that have changed since they were read.
    again: Vec<AttachmentId>,
    again_at_ms: i64,
    landed: Landed,
    moving_at_ms: i64,
}

/// One thing that is read as a whole.
#[derive(Debug, Default)]
struct Part {
    stale: bool,
    asked: bool,
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
        (self.stale, self.asked, self.asked_at_ms) = (false, true, now_ms);
        true
    }

    /// A list of a million takes long to read, so it is read less often.
    fn end(&mut self, now_ms: i64) {
        self.asked = false;
        let took_ms = now_ms - self.asked_at_ms;
        self.next_at_ms = now_ms + (REST.0 * took_ms).clamp(EVERY_MS, REST.1);
    }
}

fn frame_in(ctx: &Context, wait_ms: i64) {
    ctx.request_repaint_after(Duration::from_millis(wait_ms.max(1).unsigned_abs()));
}

impl App {
    pub(super) fn list_opened(&mut self) {
        self.list_changed();
    }

    fn list_changed(&mut self) {
        self.list.outline.stale = true;
        self.list.totals.stale = true;
    }

    pub(super) fn list_action(&mut self, action: Action) {
        match action {
            Action::Show(wanted) => {
                if self.model.list.wanted != wanted {
                    self.model.list.wanted = wanted;
                    self.list.outline.stale = true;
                    self.list.outline.next_at_ms = 0;
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
                let new =
                    ids.iter().copied().filter(|id| !self.model.list.batches.contains_key(id)).collect();
                self.list.batches = ids;
                self.read_batches(new);
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
            Update::Batches(result) => self.batches_read(result),
            Update::Totals { counts, overall, batches, targets_used, ended } => {
                self.list.totals.end(now_ms);
                moving::ended(list, &mut self.list.landed, &ended);
                (list.counts, list.overall, list.targets_used) = (counts, overall, targets_used);
                self.batches_read(batches);
            }
            Update::Changed(ids) => {
                list.rows.outdated(&ids);
                self.detail_changed(&ids);
                self.list_changed();
            }
        }
    }

    fn batches_read(&mut self, read: Result<Vec<BatchTotals>, Failure>) {
        let (known, shown) = (&mut self.model.list.batches, &self.list.batches);
        match read {
            Ok(totals) => {
                if known.len() > BATCHES_KEPT {
                    known.retain(|id, _| shown.contains(id));
                }
                known.extend(totals.into_iter().map(|totals| (totals.batch, totals)));
            }
            Err(failure) => self.tell(model::Notice::Failure(failure)),
        }
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
                list.rows.change(finished.id, |row| {
                    row.state = finished.state;
                    row.receipt = finished.receipt.or(row.receipt.take());
                    row.failure = finished.failure;
                });
            }
            Event::HostWaits(wait) => return list.hosts.wait((**wait).clone(), now_ms),
            Event::HostGoesOn { host } => return list.hosts.go_on(host),
            Event::Checked { id, check } => {
                let check = check.clone();
                list.rows.change(*id, |row| row.link_check = Some(check));
                return;
            }
            Event::Warned { .. } | Event::BatchDone(_) => return,
            _ => {}
        }
        self.list_changed();
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
            let here = moving::counted_here(&self.model.list, &self.list.landed);
            self.work.spawn(totals(core.store, here, self.list.batches.clone()));
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

    fn read_batches(&self, ids: Vec<BatchId>) {
        let Some(Core { store, .. }) = self.core.clone() else { return };
        if !ids.is_empty() {
            self.work
                .spawn(async move { model::Update::List(Update::Batches(store.batch_totals(ids).await)) });
        }
    }
}

/// `here`: uploads that are counted besides the totals. Whether they have ended is read before the totals are: those
/// that have are certainly in them, and one that ends in between counts twice until the next reading at most.
async fn totals(store: Store, here: Vec<AttachmentId>, batches: Vec<BatchId>) -> model::Update {
    let going = |row: &Row| matches!(row.state, State::Preparing | State::Uploading | State::Finishing);
    let ended = match store.rows(here.clone()).await {
        Ok(rows) => {
            let going: HashSet<_> = rows.iter().filter(|row| going(row)).map(|row| row.id).collect();
            here.into_iter().filter(|id| !going.contains(id)).collect()
        }
        Err(_) => Vec::new(),
    };
    let batches = store.batch_totals(batches).await;
    let overall = store.overall().await.unwrap_or_default();
    let counts = store.count_by_state().await.unwrap_or_default();
    let targets_used = store.targets_used().await.unwrap_or_default();
    model::Update::List(Update::Totals { counts, overall, batches, targets_used, ended })
}
