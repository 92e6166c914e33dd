//! What an exchange tells and waits for: what must be on the disk before bytes leave, so that a crash at any moment
//! leaves the truth behind.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use tokio::sync::oneshot;

use super::{Keeper, Note, Notes, state_at};
use crate::domain::attachment::Activity;
use crate::domain::changes::Sent;
use crate::domain::error::{Failure, Step};
use crate::services::body::Gauge;
use crate::services::http::Observer;
use crate::transfer::Event;

/// Told once the note is kept, or why it is not.
pub(super) type Kept = oneshot::Sender<Result<(), Failure>>;

/// The checkpoints that are not on the disk.
#[derive(Debug, Default)]
pub(super) struct Unkept {
    pending: usize,
    /// Why the newest one is not, where it was tried.
    failed: Option<Failure>,
}

impl Unkept {
    pub(super) fn noted(&mut self) {
        self.pending += 1;
    }

    pub(super) fn written(&mut self, result: &Result<(), Failure>) {
        self.pending = self.pending.saturating_sub(1);
        self.failed = result.as_ref().err().cloned();
    }

    /// All of them are on the disk.
    pub(super) fn is_none(&self) -> bool {
        self.pending == 0 && self.failed.is_none()
    }

    pub(super) fn result(&self) -> Result<(), Failure> {
        self.failed.clone().map_or(Ok(()), Err)
    }
}

impl Keeper<'_> {
    /// Notes what goes out in the file's place. What the last try kept is not about something else.
    pub(super) async fn sends(&self, sent: Option<Sent>) {
        let before = std::mem::replace(&mut self.notes.lock().sent, sent.clone());
        if before == sent {
            return;
        }
        if self.job.checkpoint.is_some() {
            self.notes.checkpoint(None);
        }
        let noted = self.config.store.set_sent(self.job.id, sent.as_ref()).await;
        self.kept(noted).await;
        self.emit(Event::Changed { id: self.job.id, sent: sent.map(Box::new) }).await;
    }

    /// Here and not beside the request, so that the step before it is written first.
    pub(super) async fn whole(&self, step: Step, kept: Kept) {
        // Its last bytes do not leave any more.
        if !kept.is_closed() {
            // It tells the step itself.
            self.ahead().step = None;
            self.catch_up().await;
            let state = state_at(step);
            let written = self.config.store.set_whole(self.job.id, state, step).await;
            let told = written.is_ok();
            let _gone = kept.send(written);
            if told {
                self.emit(Event::State { id: self.job.id, state, step: Some(step) }).await;
            }
        }
    }
}

/// Waits for the answer of whoever writes the notes down.
async fn answer(answer: oneshot::Receiver<Result<(), Failure>>) -> Result<(), Failure> {
    // A writer that has gone has ended with its job.
    answer.await.unwrap_or_else(|_gone| Err(Failure::cancelled()))
}

/// A request that does not go out because a checkpoint is not on the disk.
fn not_asked(failure: Failure) -> Failure {
    let broke = format!("How far the upload came could not be kept, so it did not go on: {}", failure.broke);
    Failure { broke, ..failure }
}

/// The last bytes that stay here because it is not on the disk that they leave.
fn held_back(failure: Failure) -> Failure {
    let broke = format!(
        "The end of the file was held back, because its sending could not be kept: {}",
        failure.broke
    );
    Failure { broke, ..failure }
}

impl Observer for Notes {
    fn step(&self, step: Step) {
        let mut inside = self.lock();
        inside.current = Some(step);
        // A gauge is that of its own step's body.
        inside.gauge = if step <= Step::Send { None } else { inside.gauge.take() };
        drop(inside);
        self.note(Note::Step(step));
    }

    fn sending(&self, gauge: Arc<Gauge>) {
        let mut inside = self.lock();
        inside.gauge = Some(gauge.clone());
        self.board.put(self.job, gauge, inside.current == Some(Step::Send));
    }

    fn activity(&self, activity: Activity) {
        self.note(Note::Activity(Box::new(activity)));
    }

    fn checkpoint(&self, kept: Option<String>) {
        let mut inside = self.lock();
        inside.checkpoint.clone_from(&kept);
        inside.unkept.noted();
        drop(inside);
        self.note(Note::Checkpoint(kept));
    }

    fn kept(&self) -> BoxFuture<'_, Result<(), Failure>> {
        if self.lock().unkept.is_none() {
            return Box::pin(std::future::ready(Ok(())));
        }
        Box::pin(async {
            let (sender, flushed) = oneshot::channel();
            self.note(Note::Flush(sender));
            answer(flushed).await.map_err(not_asked)
        })
    }

    fn whole(&self) -> BoxFuture<'_, Result<(), Failure>> {
        Box::pin(async {
            let step = self.lock().current.unwrap_or(Step::Send);
            let (sender, kept) = oneshot::channel();
            self.note(Note::Whole(step, sender));
            answer(kept).await.map_err(held_back)
        })
    }
}
