//! What of a try the database is told later than it happens: most files are through before it would have to know.

use std::sync::{MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::Keeper;
use crate::domain::attachment::{FileFacts, State};
use crate::domain::error::Step;
use crate::store::Soon;

/// How far the database may be behind with the step that a file has come to.
const BEHIND: Duration = Duration::from_millis(20);

impl Keeper<'_> {
    pub(super) fn ahead(&self) -> MutexGuard<'_, Ahead> {
        self.ahead.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for news, or until the database has to be told how far this is.
    pub(super) async fn wait(&self) {
        let due = self.ahead().due;
        let Some(due) = due else { return self.notes.news.notified().await };
        tokio::select! {
            () = self.notes.news.notified() => {}
            () = tokio::time::sleep_until(due) => self.catch_up().await,
        }
    }

    /// Tells the database how far this is.
    pub(super) async fn catch_up(&self) {
        let Ahead { step, facts, due: _ } = std::mem::take(&mut *self.ahead());
        let (store, id) = (&self.config.store, self.job.id);
        if let Some((state, step)) = step {
            self.soon(store.set_step(id, state, step).await);
        }
        if let Some(facts) = facts {
            self.soon(store.set_facts(id, &facts).await);
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

/// What the database does not know yet. Most files are through before it would have to.
#[derive(Debug, Default)]
pub(super) struct Ahead {
    pub(super) step: Option<(State, Step)>,
    pub(super) facts: Option<FileFacts>,
    /// When it has to know.
    due: Option<Instant>,
}

impl Ahead {
    pub(super) fn comes_to(&mut self, state: State, step: Step) {
        self.step = Some((state, step));
        self.due.get_or_insert_with(|| Instant::now() + BEHIND);
    }

    /// The attempt begins, which tells all of it.
    pub(super) fn begins(&mut self) -> Option<FileFacts> {
        std::mem::take(self).facts
    }

    /// The upload is done, which tells all of it.
    pub(super) fn ends(&mut self) -> Option<Step> {
        std::mem::take(self).step.map(|(_, step)| step)
    }
}
