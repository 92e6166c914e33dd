//! Loads what the inspector shows, again when it has changed, and asks for previews.

use std::time::Duration;

use eframe::egui::Context;

use super::App;
use super::previews::{Key, Pool, Wish};
use crate::domain::attachment::AttachmentId;
use crate::domain::error::Failure;
use crate::model::detail::{Action, Loaded, Update};
use crate::model::{self, Notice};
use crate::store::Store;
use crate::transfer::Event;

/// What the inspector shows is read again no more often than this, in milliseconds.
const EVERY_MS: i64 = 100;

/// What is being read, what has changed since, and the makers of previews.
#[derive(Debug)]
pub(super) struct Reading {
    stale: bool,
    asked: bool,
    read_at_ms: i64,
    pool: Pool,
}

impl Reading {
    pub(super) fn new(pool: Pool) -> Self {
        Self { stale: false, asked: false, read_at_ms: 0, pool }
    }
}

impl App {
    pub(super) fn detail_action(&mut self, action: Action) {
        match action {
            Action::Inspect(id) => {
                if self.model.detail.id != id {
                    self.model.detail.id = id;
                    self.model.detail.loaded = None;
                }
                // Asked for anew: at once, also what is being read was asked for another one.
                (self.detail.stale, self.detail.asked, self.detail.read_at_ms) = (id.is_some(), false, 0);
            }
            Action::NeedPreviews(wanted) => self.want_previews(wanted),
            Action::ForgetPreviews(gone) => self.detail.pool.forget(&gone),
        }
    }

    pub(super) fn detail_update(&mut self, ctx: &Context, update: Update) {
        match update {
            Update::Loaded(id, result) => {
                if self.model.detail.id != Some(id) {
                    return;
                }
                self.detail.asked = false;
                match result {
                    Ok(loaded) => self.model.detail.loaded = loaded,
                    Err(failure) => self.tell(Notice::Failure(failure)),
                }
            }
            Update::Preview(id, size, result) => self.state.previews.put(ctx, (id, size), result),
        }
    }

    /// Whatever happens to the attachment that is shown makes it worth reading again.
    pub(super) fn detail_event(&mut self, event: &Event) {
        let changed = match event {
            Event::State { id, .. }
            | Event::Warned { id, .. }
            | Event::Asked { id, .. }
            | Event::WillRetry { id, .. } => Some(*id),
            Event::Finished(finished) => Some(finished.id),
            Event::BatchDone(_) | Event::Trouble(_) => None,
        };
        if changed.is_some() && changed == self.model.detail.id {
            self.detail.stale = true;
        }
    }

    /// Reads what is due.
    pub(super) fn detail_due(&mut self, ctx: &Context) {
        let (Some(id), Some(core)) = (self.model.detail.id, &self.core) else { return };
        if !self.detail.stale || self.detail.asked {
            return;
        }
        let wait_ms = self.detail.read_at_ms + EVERY_MS - self.model.now_ms;
        if wait_ms > 0 {
            ctx.request_repaint_after(Duration::from_millis(wait_ms.unsigned_abs()));
            return;
        }
        (self.detail.stale, self.detail.asked, self.detail.read_at_ms) = (false, true, self.model.now_ms);
        let store = core.store.clone();
        self.work.spawn(async move {
            let loaded = load(&store, id).await;
            model::Update::Detail(Update::Loaded(id, loaded))
        });
    }

    fn want_previews(&mut self, wanted: Vec<Key>) {
        let mut wishes = Vec::with_capacity(wanted.len());
        for key in wanted {
            let path = self.path_of(key.0);
            match path {
                Some(path) if !self.state.previews.settled(key) => wishes.push(Wish { key, path }),
                // The row will be here in a later frame, which asks again.
                _ => self.state.previews.dropped(key),
            }
        }
        self.detail.pool.want(wishes);
    }

    fn path_of(&self, id: AttachmentId) -> Option<std::path::PathBuf> {
        let shown = self.model.detail.loaded.as_ref().map(|loaded| &loaded.row).filter(|row| row.id == id);
        let row = self.model.list.rows.get(id).or(shown)?;
        Some(row.path.clone())
    }
}

/// None where the attachment is no longer in the history.
async fn load(store: &Store, id: AttachmentId) -> Result<Option<Loaded>, Failure> {
    let Some(row) = store.rows(vec![id]).await?.pop() else { return Ok(None) };
    let activity = store.activity(id).await?;
    let attempts = store.attempts(id).await?;
    Ok(Some(Loaded { row: row.into(), activity, attempts }))
}
