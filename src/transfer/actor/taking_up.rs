//! What dead runs left unfinished: what is paused again, what goes on, what may have arrived.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;

use super::super::job::Job;
use super::super::{Event, Finished, TakenUp};
use super::Actor;
use super::steering::{CLAIMED_AT_ONCE, Mates, job_of};
use crate::domain::attachment::{AttachmentId, State};
use crate::domain::describe::{Capability, Repeat};
use crate::domain::error::{Failure, Kind, Retry, Step};
use crate::services;
use crate::store::{Becomes, Row, Taking};

impl Actor {
    /// In the order in which it goes on. Everything is counted before the first is settled, so that each batch is over
    /// once.
    pub(super) async fn take_up(&mut self, go_on: bool) -> Result<TakenUp, Failure> {
        let left = self.config.store.interrupted().await?;
        let mut told = TakenUp::default();
        let mut unsure = Vec::new();
        let mut mates = Mates::default();
        for part in left.chunks(CLAIMED_AT_ONCE) {
            let mut going_on = Vec::new();
            for row in self.take(part, go_on, &mut told).await? {
                let (id, state, step, failure) = (row.id, row.state, row.step, row.failure.clone());
                let job = self.rejoin(row, &mut mates);
                match state {
                    State::Unsure => {
                        unsure.push((job, failure));
                        continue;
                    }
                    State::Paused => {
                        told.paused += 1;
                        self.paused.insert(id, job);
                    }
                    _ => {
                        told.going_on += 1;
                        going_on.push(job);
                    }
                }
                self.emit(Event::State { id, state, step });
            }
            for job in going_on {
                self.queue.push(job);
            }
        }
        told.unsure = unsure.len();
        for (job, failure) in unsure {
            self.settled(&job, State::Unsure, None, failure);
        }
        Ok(told)
    }

    /// What died and may have arrived is not taken back among many: it becomes unsure. Answers the others.
    pub(super) async fn without_doubtful(
        &mut self,
        ids: &[AttachmentId],
    ) -> Result<Vec<AttachmentId>, Failure> {
        let rows = self.config.store.rows(ids.to_vec()).await?;
        let doubtful = rows.iter().filter(|row| row.state == State::Interrupted).filter_map(|row| {
            let becomes = becomes(row, false).filter(|becomes| matches!(becomes, Becomes::Unsure(_)))?;
            Some(Taking { id: row.id, left_by: row.session, becomes })
        });
        let doubtful: Vec<_> = doubtful.collect();
        if doubtful.is_empty() {
            return Ok(ids.to_vec());
        }
        let left_out: HashSet<_> = doubtful.iter().map(|taking| taking.id).collect();
        for row in self.config.store.take_up(doubtful, services::that_conflict()).await? {
            let (id, batch, state, failure) = (row.id, row.batch, row.state, row.failure);
            self.emit(Event::Finished(Box::new(Finished { id, batch, state, receipt: None, failure })));
        }
        Ok(ids.iter().copied().filter(|id| !left_out.contains(id)).collect())
    }

    /// Those that nobody was faster with, as they are in the database now.
    async fn take(&self, ids: &[AttachmentId], go_on: bool, told: &mut TakenUp) -> Result<Vec<Row>, Failure> {
        let rows = self.config.store.rows(ids.to_vec()).await?;
        let rows: HashMap<_, _> = rows.into_iter().map(|row| (row.id, row)).collect();
        let mut takings = Vec::with_capacity(rows.len());
        for row in ids.iter().filter_map(|id| rows.get(id)).filter(|row| row.state == State::Interrupted) {
            match becomes(row, go_on) {
                Some(becomes) => takings.push(Taking { id: row.id, left_by: row.session, becomes }),
                None => told.left += 1,
            }
        }
        self.config.store.take_up(takings, services::that_conflict()).await
    }
}

/// None: it stays as it is.
fn becomes(row: &Row, go_on: bool) -> Option<Becomes> {
    if row.held {
        return Some(Becomes::Paused);
    }
    let capability = services::find(&row.service).map(|service| &service.description().capability);
    if may_duplicate(row, capability) {
        return Some(Becomes::Unsure(unsure(row, capability)));
    }
    go_on.then_some(Becomes::Queued)
}

/// Everything of a request had left that must not be repeated. Earlier formats kept that of requests of every kind.
fn may_duplicate(row: &Row, capability: Option<&Capability>) -> bool {
    let is_safe = |(_, repeat): &(Step, Repeat)| repeat.is_safe();
    row.whole_at_ms.is_some() && !capability.is_some_and(|capability| capability.repeats.iter().all(is_safe))
}

/// The facts for whoever decides.
fn unsure(row: &Row, capability: Option<&Capability>) -> Failure {
    let when = row.whole_at_ms.and_then(|ms| Timestamp::from_millisecond(ms).ok());
    let when = when.map(|at| format!(" at {at:.0}")).unwrap_or_default();
    let size = row.size.map(|bytes| format!(" of {bytes} bytes")).unwrap_or_default();
    let advice = if capability.is_some_and(|capability| capability.looks) {
        "The file may have arrived. Look at the service: it can be asked."
    } else {
        "The file may have arrived. Look at the service before you retry: a repeat may make a second one."
    };
    let asked = Job::asked(&job_of(row.clone()));
    Failure::new(Kind::Network, "Affix ended after everything had been sent, before the answer was kept")
        .cause(format!("attempt {} sent the last{size}{when}, and no answer is known", row.attempts))
        .advice(advice)
        .asked(asked)
        .at(row.step.unwrap_or(Step::Send))
        .retry(Retry::Ambiguous)
}
