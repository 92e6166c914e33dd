//! Loads what the inspector shows, again when it has changed, and asks for previews.

use std::sync::Arc;
use std::time::Duration;

use eframe::egui::Context;

use super::App;
use super::pool::{Pool, Wish};
use super::previews::Key;
use crate::domain::attachment::AttachmentId;
use crate::domain::error::Failure;
use crate::model::detail::{Action, Loaded, Many, Update};
use crate::model::{self, Notice};
use crate::store::{Row, Store};
use crate::transfer::Event;

/// What the inspector shows is read again no more often than this, in milliseconds.
const EVERY_MS: i64 = 100;
const SUMMED_AT_ONCE: usize = 500;

/// What is being read, what has changed since, and the makers of previews.
#[derive(Debug)]
pub(super) struct Reading {
    stale: bool,
    asked: bool,
    read_at_ms: i64,
    pool: Pool<Key>,
}

impl Reading {
    pub(super) fn new(pool: Pool<Key>) -> Self {
        Self { stale: false, asked: false, read_at_ms: 0, pool }
    }
}

impl App {
    pub(super) fn detail_action(&mut self, action: Action) {
        match action {
            Action::Inspect(id) => {
                self.model.detail.many = None;
                self.inspect(id);
            }
            Action::InspectMany(ids) => self.inspect_many(ids),
            Action::NeedPreviews(wanted) => self.want_previews(wanted),
            Action::ForgetPreviews(gone) => self.detail.pool.forget(&gone),
            Action::NeedLooks(wanted) => self.want_looks(wanted),
            Action::ForgetLooks(gone) => self.forget_looks(&gone),
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
            Update::Sum(ids, bytes) => {
                let shown = self.model.detail.many.as_mut().filter(|many| Arc::ptr_eq(&many.ids, &ids));
                if let Some(many) = shown {
                    many.bytes = Some(bytes);
                }
            }
            Update::Preview(id, size, result) => self.state.previews.put(ctx, (id, size), result),
            Update::Look(key, result) => self.state.looks.put(ctx, key, result),
        }
    }

    /// Whatever happens to the attachment that is shown makes it worth reading again.
    pub(super) fn detail_event(&mut self, event: &Event) {
        let changed = match event {
            Event::State { id, .. }
            | Event::Warned { id, .. }
            | Event::Changed { id, .. }
            | Event::Asked { id, .. }
            | Event::WillRetry { id, .. }
            | Event::Checked { id, .. } => Some(*id),
            Event::Finished(finished) => Some(finished.id),
            Event::BatchDone(_) | Event::HostWaits(_) | Event::HostGoesOn { .. } | Event::Trouble(_) => None,
        };
        if changed.is_some() && changed == self.model.detail.id {
            self.detail.stale = true;
        }
    }

    /// The user changed these by something else than an upload.
    pub(super) fn detail_changed(&mut self, ids: &[AttachmentId]) {
        if self.model.detail.id.is_some_and(|id| ids.contains(&id)) {
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

    fn inspect(&mut self, id: Option<AttachmentId>) {
        if self.model.detail.id != id {
            self.model.detail.id = id;
            // What the list knows of it is shown at once, the requests a moment later.
            let row = id.and_then(|id| self.model.list.rows.get(id)).cloned();
            self.model.detail.loaded =
                row.map(|row| Loaded { row, activity: Vec::new(), attempts: Vec::new() });
        }
        // Asked for anew: at once, also what is being read was asked for another one.
        (self.detail.stale, self.detail.asked, self.detail.read_at_ms) = (id.is_some(), false, 0);
    }

    fn inspect_many(&mut self, ids: Vec<AttachmentId>) {
        if ids.len() < 2 {
            self.model.detail.many = None;
            return self.inspect(ids.first().copied());
        }
        self.inspect(None);
        let ids: Arc<[AttachmentId]> = ids.into();
        self.model.detail.many = Some(Many { ids: ids.clone(), bytes: None });
        let Some(core) = &self.core else { return };
        let (store, reporter) = (core.store.clone(), self.work.reporter());
        self.work.start(async move {
            // A failure costs this line only; whatever else reads the database says it.
            if let Ok(bytes) = sum(&store, &ids).await {
                reporter.send(model::Update::Detail(Update::Sum(ids, bytes))).await;
            }
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

    pub(super) fn path_of(&self, id: AttachmentId) -> Option<std::path::PathBuf> {
        self.row_of(id).map(|row| row.path.clone())
    }

    /// A row that is on the screen, wherever it is shown.
    pub(super) fn row_of(&self, id: AttachmentId) -> Option<&Arc<Row>> {
        let shown = self.model.detail.loaded.as_ref().map(|loaded| &loaded.row).filter(|row| row.id == id);
        self.model.list.rows.get(id).or(shown).or_else(|| self.model.questions.row(id))
    }
}

/// In parts: all rows of a long history would not fit in memory at once.
async fn sum(store: &Store, ids: &[AttachmentId]) -> Result<u64, Failure> {
    let mut bytes = 0_u64;
    for part in ids.chunks(SUMMED_AT_ONCE) {
        let rows = store.rows(part.to_vec()).await?;
        bytes = rows.iter().filter_map(|row| row.size).fold(bytes, u64::saturating_add);
    }
    Ok(bytes)
}

/// None where the attachment is no longer in the history.
async fn load(store: &Store, id: AttachmentId) -> Result<Option<Loaded>, Failure> {
    let Some(row) = store.rows(vec![id]).await?.pop() else { return Ok(None) };
    let activity = store.activity(id).await?;
    let attempts = store.attempts(id).await?;
    Ok(Some(Loaded { row: row.into(), activity, attempts }))
}
