//! What of a try is told later than it happens: most files are through before anybody would have to know.

use std::sync::{MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::{Keeper, state_at};
use crate::domain::attachment::FileFacts;
use crate::domain::error::Step;
use crate::store::Soon;
use crate::transfer::Event;

/// How far the database, and whoever looks on, may be behind with the step that a file has come to.
const BEHIND: Duration = Duration::from_millis(20);

impl Keeper<'_> {
    pub(super) fn ahead(&self) -> MutexGuard<'_, Ahead> {
        self.ahead.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for news, or until it has to be told how far this is.
    pub(super) async fn wait(&self) {
        let due = self.ahead().due;
        let Some(due) = due else { return self.notes.news.notified().await };
        tokio::select! {
            () = self.notes.news.notified() => {}
            () = tokio::time::sleep_until(due) => self.catch_up().await,
        }
    }

    /// Tells how far this is: the database first, so that who is told and looks there finds it.
    pub(super) async fn catch_up(&self) {
        let Ahead { step, facts, due: _ } = std::mem::take(&mut *self.ahead());
        let (store, id) = (&self.config.store, self.job.id);
        if let Some(facts) = facts {
            self.soon(store.set_facts(id, &facts).await);
        }
        if let Some(step) = step {
            let state = state_at(step);
            self.kept(store.set_state(id, state, Some(step)).await).await;
            self.emit(Event::State { id, state, step: Some(step) }).await;
        }
    }

    /// Goes on without waiting: its commit comes with that of the next change.
    pub(super) fn soon(&self, asked: Soon) {
        self.soon.lock().unwrap_or_else(PoisonError::into_inner).push(asked);
    }

    /// Everything that was asked for is noted, or told.
    pub(super) async fn all_kept(&self) {
        let asked = std::mem::take(&mut *self.soon.lock().unwrap_or_else(PoisonError::into_inner));
        for one in asked {
            self.kept(one.kept().await).await;
        }
    }
}

/// What is not told yet.
#[derive(Debug, Default)]
pub(super) struct Ahead {
    pub(super) step: Option<Step>,
    pub(super) facts: Option<FileFacts>,
    /// When it has to be.
    pub(super) due: Option<Instant>,
}

impl Ahead {
    pub(super) fn comes_to(&mut self, step: Step) {
        self.step = Some(step);
        self.due.get_or_insert_with(|| Instant::now() + BEHIND);
    }
}
