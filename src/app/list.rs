//! Keeps the list true: reads what is on the screen, again when it has changed; reads how far uploads are.

use std::time::Duration;

use eframe::egui::Context;

use super::App;
use crate::domain::attachment::{AttachmentId, BatchId};
use crate::model::list::{Action, Update};
use crate::model::{self};
use crate::store::Store;
use crate::transfer::Event;

/// What is read again no more often than this, in milliseconds.
const EVERY_MS: i64 = 100;

/// What is being read and what has changed since.
#[derive(Debug, Default)]
pub(super) struct Reading {
    outline_stale: bool,
    outline_asked: bool,
    totals_stale: bool,
    totals_asked: bool,
    batches: Vec<BatchId>,
    read_at_ms: i64,
}

impl App {
    pub(super) fn list_opened(&mut self) {
        self.list.outline_stale = true;
        self.list.totals_stale = true;
    }

    pub(super) fn list_action(&mut self, action: Action) {
        match action {
            Action::Show(wanted) => {
                if self.model.list.wanted != wanted {
                    self.model.list.wanted = wanted;
                    self.list.outline_stale = true;
                    self.list.read_at_ms = 0;
                }
            }
            Action::Need(ids) => self.read_rows(ids),
            Action::NeedBatches(ids) => self.list.batches = ids,
        }
    }

    pub(super) fn list_update(&mut self, update: Update) {
        let list = &mut self.model.list;
        match update {
            Update::Outline(query, result) => {
                self.list.outline_asked = false;
                match result {
                    Ok(outline) if query == list.wanted.query() => list.outline = Some(outline.into()),
                    // The user wants something else by now; that is asked for already.
                    Ok(_) => {}
                    Err(failure) => self.tell(model::Notice::Failure(failure)),
                }
            }
            Update::Rows(asked, result) => {
                for id in &asked {
                    list.rows.asked.remove(id);
                    list.rows.stale.remove(id);
                }
                match result {
                    Ok(rows) => rows.into_iter().for_each(|row| list.rows.put(row)),
                    Err(failure) => self.tell(model::Notice::Failure(failure)),
                }
            }
            Update::Batches(result) => match result {
                Ok(totals) => list.batches.extend(totals.into_iter().map(|totals| (totals.batch, totals))),
                Err(failure) => self.tell(model::Notice::Failure(failure)),
            },
            Update::Totals { counts, overall, targets_used } => {
                self.list.totals_asked = false;
                (list.counts, list.overall, list.targets_used) = (counts, overall, targets_used);
            }
        }
    }

    pub(super) fn list_event(&mut self, event: &Event) {
        let list = &mut self.model.list;
        match event {
            Event::State { id, state, step } => {
                let (state, step) = (*state, *step);
                list.rows.change(*id, |row| (row.state, row.step) = (state, step));
            }
            Event::Finished(finished) => {
                let finished = finished.clone();
                list.rows.change(finished.id, |row| {
                    row.state = finished.state;
                    row.receipt = finished.receipt;
                    row.failure = finished.failure;
                });
            }
            _ => {}
        }
        self.list.outline_stale = true;
        self.list.totals_stale = true;
    }

    /// Reads what is due.
    pub(super) fn list_due(&mut self, ctx: &Context) {
        let Some(core) = self.core.clone() else { return };
        self.model.list.moving.now =
            core.handle.moving().into_iter().map(|moving| (moving.id, moving)).collect();
        if !self.list.outline_stale && !self.list.totals_stale {
            return;
        }
        let wait_ms = self.list.read_at_ms + EVERY_MS - self.model.now_ms;
        if wait_ms > 0 {
            ctx.request_repaint_after(Duration::from_millis(wait_ms.unsigned_abs()));
            return;
        }
        self.list.read_at_ms = self.model.now_ms;
        if self.list.outline_stale && !self.list.outline_asked {
            (self.list.outline_stale, self.list.outline_asked) = (false, true);
            let (store, query) = (core.store.clone(), self.model.list.wanted.query());
            self.work.spawn(async move {
                let outline = store.outline(query.clone()).await;
                model::Update::List(Update::Outline(query, outline))
            });
        }
        if self.list.totals_stale && !self.list.totals_asked {
            (self.list.totals_stale, self.list.totals_asked) = (false, true);
            self.work.spawn(totals(core.store.clone()));
            let (store, batches) = (core.store, self.list.batches.clone());
            self.work.spawn(async move {
                model::Update::List(Update::Batches(store.batch_totals(batches).await))
            });
        }
    }

    fn read_rows(&mut self, ids: Vec<AttachmentId>) {
        let Some(core) = &self.core else { return };
        let store = core.store.clone();
        self.model.list.rows.asked.extend(&ids);
        self.work.spawn(async move {
            let rows = store.rows(ids.clone()).await;
            model::Update::List(Update::Rows(ids, rows))
        });
    }
}

async fn totals(store: Store) -> model::Update {
    let counts = store.count_by_state().await.unwrap_or_default();
    let overall = store.overall().await.unwrap_or_default();
    let targets_used = store.targets_used().await.unwrap_or_default();
    model::Update::List(Update::Totals { counts, overall, targets_used })
}
