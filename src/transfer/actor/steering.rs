//! What the user wants of attachments that are in the queue already, or were once: cancel, pause, resume, retry.

use std::collections::HashMap;
use std::sync::Arc;

use super::super::job::Job;
use super::super::stop::Wish;
use super::super::{Event, Finished, Repairs, Scope};
use super::Actor;
use crate::domain::attachment::{AttachmentId, BatchId, State};
use crate::domain::error::{Failure, Step};
use crate::store::{Pick, Row};

/// Attachments that one commit takes back into the queue.
pub(super) const CLAIMED_AT_ONCE: usize = 1000;

impl Actor {
    pub(super) async fn cancel(&mut self, scope: &Scope) {
        let mut gone = self.queue.cancel(scope);
        gone.extend(self.asked.extract_if(|_, job| scope.holds(job)).map(|(_, job)| job));
        gone.extend(self.paused.extract_if(.., |_, job| scope.holds(job)).map(|(_, job)| job));
        gone.sort_by_key(|job| job.id);
        let ids = gone.iter().map(|job| job.id).collect();
        if let Err(failure) = self.config.store.settle_many(ids, State::Canceled).await {
            self.emit(Event::Trouble(failure));
        }
        for job in gone {
            let failure = Failure::cancelled().asked(job.asked());
            self.settled(&job, State::Canceled, None, Some(failure));
        }
        self.cancel_interrupted(scope).await;
    }

    /// What an earlier run left is cancelled only where it is meant by name: it can be forgotten then.
    async fn cancel_interrupted(&mut self, scope: &Scope) {
        let (Scope::One(_) | Scope::Some(_)) = scope else { return };
        let rows = match self.config.store.cancel_interrupted(scope.pick()).await {
            Ok(rows) => rows,
            Err(failure) => return self.emit(Event::Trouble(failure)),
        };
        for row in rows {
            let (id, batch, state) = (row.id, row.batch, State::Canceled);
            let failure = Some(Failure::cancelled().asked(job_of(row).asked()));
            self.emit(Event::Finished(Box::new(Finished { id, batch, state, receipt: None, failure })));
        }
    }

    /// What waits is paused at once; what runs says itself when it has stopped.
    pub(super) async fn pause(&mut self, scope: &Scope) {
        let waiting = self.queue.pause(scope);
        let ids: Vec<_> = waiting.iter().map(|job| job.id).collect();
        self.mark(&ids, State::Paused).await;
        self.paused.extend(waiting.into_iter().map(|job| (job.id, job)));
    }

    pub(super) async fn resume(&mut self, scope: &Scope) {
        self.queue.resume(scope);
        let jobs: Vec<_> =
            self.paused.extract_if(.., |_, job| scope.holds(job)).map(|(_, job)| job).collect();
        let ids: Vec<_> = jobs.iter().map(|job| job.id).collect();
        self.mark(&ids, State::Queued).await;
        self.queue.push_in_order(jobs);
    }

    async fn mark(&mut self, ids: &[AttachmentId], state: State) {
        let kept = self.config.store.set_state_of_many(ids.to_vec(), state).await;
        self.keep(kept);
        for &id in ids {
            self.emit(Event::State { id, state, step: None });
        }
    }

    /// A job has stopped because the user wanted a pause.
    pub(super) async fn stopped(&mut self, job: Job, step: Option<Step>) {
        let wish = job.stop.wish();
        let (id, state) = (job.id, if wish == Wish::Resume { State::Queued } else { State::Paused });
        if wish == Wish::Cancel {
            return self.settle(&job, State::Canceled, Failure::cancelled().asked(job.asked())).await;
        }
        let kept = self.config.store.set_state(id, state, step).await;
        self.keep(kept);
        self.emit(Event::State { id, state, step });
        if state == State::Queued {
            self.queue.push_front(job);
        } else {
            self.paused.insert(id, job);
        }
    }

    /// Takes what has ended without a link, in this run or an earlier one, into the queue again: the same row in the
    /// same batch. Answers how many.
    pub(super) async fn retry(&mut self, scope: &Scope) -> Result<usize, Failure> {
        let mut ids = self.config.store.retryable(scope.pick()).await?;
        ids.retain(|id| !self.holds(*id));
        let mut claimed = 0;
        let mut caches: HashMap<BatchId, _> = HashMap::new();
        for part in ids.chunks(CLAIMED_AT_ONCE) {
            for row in self.config.store.claim(part.to_vec()).await? {
                claimed += 1;
                let mut job = job_of(row);
                job.cache = Arc::clone(caches.entry(job.batch).or_insert_with(|| Arc::clone(&job.cache)));
                *self.batches.entry(job.batch).or_default() += 1;
                self.emit(Event::State { id: job.id, state: State::Queued, step: None });
                self.queue.push(job);
            }
        }
        Ok(claimed)
    }

    fn holds(&self, id: AttachmentId) -> bool {
        self.asked.contains_key(&id) || self.paused.contains_key(&id) || self.queue.holds(id)
    }
}

/// A job that goes on from what the row keeps, with its tries counted anew.
pub(super) fn job_of(row: Row) -> Job {
    let seen = row.size.map(|size| (size, row.modified));
    Job {
        answer_lost: row.answer_lost,
        checkpoint: row.checkpoint,
        seen,
        ..Job::new((row.id, row.batch), row.path, row.profile, Repairs::Ask)
    }
}

impl Scope {
    pub(in super::super) fn holds(&self, job: &Job) -> bool {
        match self {
            Self::One(id) => job.id == *id,
            Self::Some(ids) => ids.binary_search(&job.id).is_ok(),
            Self::Batch(batch) => job.batch == *batch,
            Self::Profile(profile) => job.profile == *profile,
            Self::All => true,
        }
    }

    /// Of the database.
    fn pick(&self) -> Pick {
        match self {
            Self::One(id) => Pick::Ids(vec![*id]),
            Self::Some(ids) => Pick::Ids(ids.clone()),
            Self::Batch(batch) => Pick::Batch(*batch),
            Self::Profile(profile) => Pick::Profile(profile.clone()),
            Self::All => Pick::All,
        }
    }
}
