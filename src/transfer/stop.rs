//! How a job is told to stop, and why.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio_util::sync::CancellationToken;

/// What the user wants of a job that runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Wish {
    #[default]
    GoOn,
    Pause,
    /// Paused, and wanted again before it had come to its end.
    Resume,
    Cancel,
}

/// Shared by the actor, which wishes, and the job, which obeys. One for each run of a job: it stops only once.
#[derive(Debug, Clone, Default)]
pub(super) struct Stop {
    token: CancellationToken,
    wish: Arc<Mutex<Wish>>,
}

impl Stop {
    pub(super) fn cancel(&self) {
        *self.lock() = Wish::Cancel;
        self.token.cancel();
    }

    /// What is being cancelled is not paused any more.
    pub(super) fn pause(&self) {
        let mut wish = self.lock();
        if *wish != Wish::Cancel {
            *wish = Wish::Pause;
            self.token.cancel();
        }
    }

    /// It stops all the same, and goes on at once.
    pub(super) fn resume(&self) {
        let mut wish = self.lock();
        if *wish == Wish::Pause {
            *wish = Wish::Resume;
        }
    }

    pub(super) fn wish(&self) -> Wish {
        *self.lock()
    }

    /// What the job and its requests watch.
    pub(super) fn token(&self) -> &CancellationToken {
        &self.token
    }

    fn lock(&self) -> MutexGuard<'_, Wish> {
        self.wish.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
