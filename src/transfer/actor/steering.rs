//! What the user wants of attachments that are in the queue already, or were once: cancel, pause, resume, retry.

use std::collections::HashMap;

use super::super::handed::Handed;
use super::super::job::{Cache, Job};
use super::super::stop::Wish;
use super::super::{Event, Finished, Repairs, Scope};
use super::Actor;
use crate::domain::attachment::{AttachmentId, BatchId, State};
use crate::domain::error::{Failure, Step};
use crate::services;
use crate::store::{Pick, Row};

/// Attachments that one commit takes back into the queue.
pub(super) const CLAIMED_AT_ONCE: usize = 1000;

/// What the jobs of each batch share that are taken back together.
#[derive(Default)]
pub(super) struct Mates(HashMap<BatchId, (Cache, Handed)>);

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
        for job in jobs {
            self.queue.push(job);
        }
    }

    /// What was handed over for a profile goes on under its new name.
    pub(super) async fn rename(&mut self, old: &str, new: &str) -> Result<usize, Failure> {
        let renamed = self.config.store.rename_profile(old, new).await?;
        self.queue.rename(old, new);
        let held = self.asked.values_mut().chain(self.paused.values_mut());
        for job in held.filter(|job| job.profile == old) {
            new.clone_into(&mut job.profile);
        }
        Ok(renamed)
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
        let mut mates = Mates::default();
        for part in ids.chunks(CLAIMED_AT_ONCE) {
            let part = match scope {
                // Whoever names one has looked at it.
                Scope::One(_) => part.to_vec(),
                _ => self.without_doubtful(part).await?,
            };
            for row in self.config.store.claim(part, services::that_conflict()).await? {
                claimed += 1;
                let job = self.rejoin(row, &mut mates);
                self.emit(Event::State { id: job.id, state: State::Queued, step: None });
                self.queue.push(job);
            }
        }
        Ok(claimed)
    }

    /// The job of a row that is taken back, one of its batch's that go on.
    pub(super) fn rejoin(&mut self, row: Row, mates: &mut Mates) -> Job {
        let job = job_of(row);
        *self.batches.entry(job.batch).or_default() += 1;
        let shared = mates.0.entry(job.batch).or_insert_with(|| (job.cache.clone(), job.handed.clone()));
        let (cache, handed) = shared.clone();
        Job { cache, handed, ..job }
    }

    pub(super) fn holds(&self, id: AttachmentId) -> bool {
        self.asked.contains_key(&id) || self.paused.contains_key(&id) || self.queue.holds(id)
    }
}

/// A job that goes on from what the row keeps, with its tries counted anew.
pub(super) fn job_of(row: Row) -> Job {
    let seen = row.size.map(|size| (size, row.modified));
    Job {
        answer_lost: row.answer_lost,
        checkpoint: row.checkpoint,
        decided: row.repairs,
        sent: row.sent,
        seen,
        priority: row.priority,
        rank: row.rank,
        ..Job::new((row.id, row.batch), row.path, row.profile, Repairs::Ask)
    }
}

impl Scope {
    pub(in super::super) fn holds(&self, job: &Job) -> bool {
        self.means((job.id, job.batch), &job.profile)
    }

    pub(super) fn means(&self, (id, batch): (AttachmentId, BatchId), profile: &str) -> bool {
        match self {
            Self::One(one) => id == *one,
            Self::Some(ids) => ids.binary_search(&id).is_ok(),
            Self::Batch(whole) => batch == *whole,
            Self::Profile(name) => profile == *name,
            Self::All => true,
        }
    }

    /// Of the database.
    pub(super) fn pick(&self) -> Pick {
        match self {
            Self::One(id) => Pick::Ids(vec![*id]),
            Self::Some(ids) => Pick::Ids(ids.clone()),
            Self::Batch(batch) => Pick::Batch(*batch),
            Self::Profile(profile) => Pick::Profile(profile.clone()),
            Self::All => Pick::All,
        }
    }
}
