//! What the handle offers, one method per request.

use rusqlite::Connection;
use serde::Serialize;

use crate::domain::attachment::{Activity, AttachmentId, BatchId, FileFacts, State};
use crate::domain::error::{Failure, Kind, Step};
use crate::domain::receipt::Receipt;
use crate::store::queue::{Ended, Stamp};
use crate::store::rows::{
    Attempt, BatchTotals, Becomes, During, ListQuery, NewAttachment, NewBatch, Outcome, Outline, Overall,
    Pick, Query, Row, Taking, Totals,
};
use crate::store::trouble::Trouble;
use crate::store::worker::Access;
use crate::store::{SessionId, Soon, Store, claim, erase, history, queue, search, views};

/// Writing: the queue and what becomes of it. An unknown id is a failure.
impl Store {
    /// Keeps the files as one batch, queued, all or none; answers their ids in the same order.
    pub async fn add_batch(
        &self,
        batch: NewBatch,
        files: Vec<NewAttachment>,
    ) -> Result<(BatchId, Vec<AttachmentId>), Failure> {
        let stamp = self.stamp();
        self.write(move |db| queue::add_batch(db, &batch, &files, stamp)).await
    }

    /// What the inspection found, and the name to send. The path stays the one handed over.
    pub async fn set_facts(&self, id: AttachmentId, facts: &FileFacts) -> Soon {
        let facts = facts.clone();
        self.soon(Ok(move |db: &Connection| queue::set_facts(db, id, &facts))).await
    }

    /// Moves an attachment to a state, with the step that runs. A state that is not settled makes the
    /// attachment this run's own and clears the failure and the end of an earlier try; it is only noted, because
    /// whatever a run leaves unsettled becomes interrupted.
    pub async fn set_state(&self, id: AttachmentId, state: State, step: Option<Step>) -> Result<(), Failure> {
        let stamp = self.stamp();
        let access = if state.is_settled() { Access::Write } else { Access::Note };
        self.request(access, move |db| queue::set_state(db, id, state, step, stamp)).await
    }

    /// Counts a new attempt, which has sent nothing yet. What a crash or a loss of power takes of it is thought of when the
    /// attachment goes on.
    pub async fn begin_attempt(&self, id: AttachmentId) -> Soon {
        let stamp = self.stamp();
        self.soon(Ok(move |db: &Connection| queue::begin_attempt(db, id, stamp))).await
    }

    /// The last bytes of a request that must not be repeated are about to leave, in this step.
    pub async fn set_whole(&self, id: AttachmentId, state: State, step: Step) -> Result<(), Failure> {
        let stamp = self.stamp();
        self.write(move |db| queue::set_whole(db, id, (state, step), stamp)).await
    }

    /// The last attempt ended, and what broke. Where nothing of it can stand at the service, what it sent is forgotten.
    pub async fn end_attempt(&self, id: AttachmentId, failure: Option<&Failure>, may_stand: bool) -> Soon {
        let Stamp { now_ms, .. } = self.stamp();
        let failure = failure.map(to_json).transpose();
        self.soon(failure.map(|failure| {
            move |db: &Connection| {
                if !queue::end_attempt(db, id, failure.as_deref(), now_ms)? {
                    return Err(Trouble::MissingAttempt(id));
                }
                if may_stand { Ok(()) } else { queue::clear_whole(db, id) }
            }
        }))
        .await
    }

    /// One request and its answer.
    pub async fn add_activity(&self, id: AttachmentId, during: During, activity: Activity) -> Soon {
        let entry = to_json(&activity);
        self.soon(entry.map(|entry| move |db: &Connection| queue::add_activity(db, id, during, &entry))).await
    }

    /// Keeps or clears the service's note of how far it came.
    pub async fn set_checkpoint(&self, id: AttachmentId, checkpoint: Option<String>) -> Result<(), Failure> {
        self.write(move |db| queue::set_checkpoint(db, id, checkpoint.as_deref())).await
    }

    /// Keeps whether a try was sent whole and its answer was lost.
    pub async fn set_answer_lost(&self, id: AttachmentId, lost: bool) -> Result<(), Failure> {
        self.write(move |db| queue::set_answer_lost(db, id, lost)).await
    }

    /// Ends an attachment: state, receipt, failure and time at once. Without a new receipt, an earlier one
    /// stays.
    pub async fn finish(&self, id: AttachmentId, state: State, outcome: Outcome) -> Result<(), Failure> {
        let Stamp { now_ms, .. } = self.stamp();
        let ended = Ended::of(&outcome)?;
        self.write(move |db| queue::finish(db, id, state, &ended, now_ms)).await
    }

    /// Ends an attachment whose last attempt was the one that uploaded it, with what is not kept yet: the step that it came
    /// to and its facts; and the BLAKE3 of what was read from the file that was handed over, where that is known.
    pub async fn finish_uploaded(
        &self,
        id: AttachmentId,
        receipt: &Receipt,
        (step, facts, content): (Option<Step>, Option<FileFacts>, Option<[u8; 32]>),
    ) -> Result<(), Failure> {
        let Stamp { now_ms, .. } = self.stamp();
        let ended = Ended {
            receipt: Some(to_json(receipt)?),
            failure: None,
            links: Some(queue::links_of(receipt)),
            step,
            content,
            facts,
        };
        self.write(move |db| {
            // The receipt is worth more than the attempt, where that could not be kept.
            let _kept = queue::end_attempt(db, id, None, now_ms)?;
            queue::finish(db, id, State::Done, &ended, now_ms)
        })
        .await
    }

    /// [`Store::finish`] where the attachment is still in this state; false: somebody was faster, nothing is changed.
    pub async fn finish_from(
        &self,
        id: AttachmentId,
        before: State,
        state: State,
        outcome: Outcome,
    ) -> Result<bool, Failure> {
        let Stamp { now_ms, .. } = self.stamp();
        let ended = Ended::of(&outcome)?;
        self.write(move |db| {
            let still = queue::is_in(db, id, before)?;
            if still {
                queue::finish(db, id, state, &ended, now_ms)?;
            }
            Ok(still)
        })
        .await
    }

    /// Ends many at once, all or none (cancel all). Those settled already stay as they are; answers how many
    /// were not.
    pub async fn settle_many(&self, ids: Vec<AttachmentId>, state: State) -> Result<usize, Failure> {
        let Stamp { now_ms, .. } = self.stamp();
        self.write(move |db| queue::settle_many(db, &ids, state, now_ms)).await
    }

    /// Noted: moves attachments to a state that is not settled, all or none, and makes them this run's own. The step
    /// that they came to stays.
    pub async fn set_state_of_many(&self, ids: Vec<AttachmentId>, state: State) -> Result<(), Failure> {
        let stamp = self.stamp();
        self.note(move |db| queue::set_state_of_many(db, &ids, state, stamp)).await
    }

    /// Takes these back into the queue, as this run's own, with what they keep of earlier tries; answers those that
    /// were taken. What is done, or unfinished in another run, or was taken by somebody faster, is left alone.
    ///
    /// Of `doubtful` services, also what was interrupted before it was kept that it began may have arrived: a loss of power
    /// takes what was noted last.
    pub async fn claim(
        &self,
        ids: Vec<AttachmentId>,
        doubtful: Vec<&'static str>,
    ) -> Result<Vec<Row>, Failure> {
        let session = self.session;
        let doubtful = to_json(&doubtful)?;
        self.write(move |db| claim::claim(db, &ids, &doubtful, session)).await
    }

    /// Takes over what dead runs left interrupted, as this run's own; answers what was taken, in the order given. What
    /// somebody was faster with is left alone. `doubtful` as in [`Store::claim`].
    pub async fn take_up(
        &self,
        takings: Vec<Taking>,
        doubtful: Vec<&'static str>,
    ) -> Result<Vec<Row>, Failure> {
        let stamp = self.stamp();
        let told = |becomes: Becomes| match becomes {
            Becomes::Queued => Ok((State::Queued, None)),
            Becomes::Paused => Ok((State::Paused, None)),
            Becomes::Unsure(failure) => to_json(&failure).map(|failure| (State::Unsure, Some(failure))),
        };
        let takings = takings.into_iter().map(|Taking { id, left_by, becomes }| {
            told(becomes).map(|(state, failure)| claim::Taken { id, left_by, state, failure })
        });
        let takings = takings.collect::<Result<Vec<_>, _>>()?;
        let doubtful = to_json(&doubtful)?;
        self.write(move |db| claim::take_up(db, &takings, &doubtful, stamp)).await
    }

    /// Settles as canceled what an earlier run left interrupted; answers what was.
    pub async fn cancel_interrupted(&self, pick: Pick) -> Result<Vec<Row>, Failure> {
        let Stamp { now_ms, .. } = self.stamp();
        self.write(move |db| claim::cancel_interrupted(db, &pick, now_ms)).await
    }

    /// Puts a receipt with fresh links in place of the old one.
    pub async fn replace_receipt(&self, id: AttachmentId, receipt: Receipt) -> Result<(), Failure> {
        let receipt = to_json(&receipt)?;
        self.write(move |db| queue::replace_receipt(db, id, &receipt)).await
    }

    /// Marks as interrupted what a run left queued, running or paused, with the step it came to and whether it was
    /// paused; answers how many. The caller knows that the run is dead.
    pub async fn interrupt(&self, session: SessionId) -> Result<usize, Failure> {
        self.write(move |db| queue::interrupt(db, session)).await
    }

    /// Takes those of the attachments that are settled out of the history, with everything that belongs to them;
    /// answers how many. What has work before it stays. Their links are not to be found in the file afterwards.
    pub async fn forget(&self, ids: Vec<AttachmentId>) -> Result<usize, Failure> {
        let mut gone = 0;
        for part in ids.chunks(erase::AT_ONCE) {
            let part = part.to_vec();
            gone += self.write(move |db| erase::forget(db, &part)).await?;
        }
        self.forgotten(gone).await
    }

    /// [`Store::forget`] for all that is settled.
    pub async fn clear_history(&self) -> Result<usize, Failure> {
        let mut gone = 0;
        loop {
            match self.write(erase::forget_some).await? {
                0 => break,
                some => gone += some,
            }
        }
        self.forgotten(gone).await
    }

    async fn forgotten(&self, gone: usize) -> Result<usize, Failure> {
        if gone > erase::AT_ONCE {
            self.write(move |db| search::start_anew(db, gone)).await?;
        }
        self.wipe_log().await?;
        Ok(gone)
    }

    pub(super) fn stamp(&self) -> Stamp {
        Stamp { now_ms: (self.clock)(), session: self.session }
    }
}

/// Reading.
impl Store {
    /// One attachment; none where the id is unknown.
    pub async fn attachment(&self, id: AttachmentId) -> Result<Option<Row>, Failure> {
        self.read(move |db| history::attachment(db, id)).await
    }

    /// A batch's attachments in the order handed over; empty where the id is unknown.
    pub async fn batch(&self, id: BatchId) -> Result<Vec<Row>, Failure> {
        self.read(move |db| history::batch(db, id)).await
    }

    /// Attachments, newest first.
    pub async fn history(&self, query: Query) -> Result<Vec<Row>, Failure> {
        self.look(move |db| history::history(db, &query)).await
    }

    /// What [`Store::claim`] would take of the picked ones, in the order handed over; also what is unfinished in this
    /// run, of which the caller knows whether it is at work.
    pub async fn retryable(&self, pick: Pick) -> Result<Vec<AttachmentId>, Failure> {
        let session = self.session;
        self.look(move |db| claim::retryable(db, &pick, session)).await
    }

    /// What dead runs left interrupted, in the order in which it is to go on.
    pub async fn interrupted(&self) -> Result<Vec<AttachmentId>, Failure> {
        self.read(claim::interrupted).await
    }

    /// The runs that have queued, running or paused attachments, this one among them; oldest first.
    pub async fn unfinished_sessions(&self) -> Result<Vec<SessionId>, Failure> {
        self.read(history::unfinished_sessions).await
    }
}

/// Looking: read beside the writing, which it never delays. Everything that was answered before is seen.
impl Store {
    /// The ids of all that the query finds, in the order shown.
    pub async fn outline(&self, query: ListQuery) -> Result<Outline, Failure> {
        self.look(move |db| views::outline(db, &query)).await
    }

    /// These attachments, in no promised order; unknown ids are left out.
    pub async fn rows(&self, ids: Vec<AttachmentId>) -> Result<Vec<Row>, Failure> {
        self.look(move |db| views::rows(db, &ids)).await
    }

    /// The requests of an attachment and their answers, oldest first.
    pub async fn activity(&self, id: AttachmentId) -> Result<Vec<Activity>, Failure> {
        self.look(move |db| history::activity(db, id)).await
    }

    /// The attempts at an attachment, oldest first.
    pub async fn attempts(&self, id: AttachmentId) -> Result<Vec<Attempt>, Failure> {
        self.look(move |db| history::attempts(db, id)).await
    }

    /// These batches in numbers; unknown ids are left out.
    pub async fn batch_totals(&self, ids: Vec<BatchId>) -> Result<Vec<BatchTotals>, Failure> {
        self.look(move |db| views::batch_totals(db, &ids)).await
    }

    /// All batches in which work goes on or is paused, in numbers.
    pub async fn overall(&self) -> Result<Overall, Failure> {
        self.look(views::overall).await
    }

    /// [`Store::overall`] and [`Store::batch_totals`] of one moment, and which of the files that `counted` names had
    /// ended at that moment. It is called after that moment, so a file that is not named then had not ended.
    pub async fn totals(
        &self,
        batches: Vec<BatchId>,
        counted: impl Fn() -> Vec<AttachmentId> + Send + 'static,
    ) -> Result<Totals, Failure> {
        self.look(move |db| views::totals(db, &batches, &counted)).await
    }

    /// What this run has queued or at work, in the order handed over: what is paused is not.
    pub async fn under_way(&self) -> Result<Vec<AttachmentId>, Failure> {
        let session = self.session;
        self.look(move |db| history::under_way(db, session)).await
    }

    /// The names of all profiles in the history, sorted.
    pub async fn targets_used(&self) -> Result<Vec<String>, Failure> {
        self.look(views::targets_used).await
    }

    /// How many attachments are in each state: all states, in the order of [`State::ALL`].
    pub async fn count_by_state(&self) -> Result<Vec<(State, u64)>, Failure> {
        self.look(history::count_by_state).await
    }
}

impl Ended {
    fn of(Outcome { receipt, failure }: &Outcome) -> Result<Self, Failure> {
        Ok(Self {
            receipt: receipt.as_ref().map(to_json).transpose()?,
            failure: failure.as_ref().map(to_json).transpose()?,
            links: receipt.as_ref().map(queue::links_of),
            step: None,
            content: None,
            facts: None,
        })
    }
}

pub(super) fn to_json(value: &impl Serialize) -> Result<String, Failure> {
    serde_json::to_string(value)
        .map_err(|error| Failure::new(Kind::Storage, "A record could not be written as JSON").cause(error))
}
