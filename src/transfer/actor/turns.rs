//! In which order what waits starts: what the user wishes of it, and what is told of it.

use std::collections::HashMap;
use std::time::Duration;

use tokio::time::Instant;

use super::super::job::Job;
use super::super::queue::places;
use super::super::{Place, Scope};
use super::Actor;
use crate::domain::attachment::{AttachmentId, Priority};
use crate::store::Turn;

/// How many of those that wait are told in order.
const TOLD: usize = 1000;

/// How often the order is told at most.
const TELL_EVERY: Duration = Duration::from_millis(100);

impl Actor {
    pub(super) async fn prioritise(&mut self, scope: &Scope, priority: Priority) {
        let kept = self.config.store.set_priority(scope.pick(), priority).await;
        self.keep(kept);
        self.change_all(|job| {
            let changes = scope.holds(job) && job.priority != priority;
            if changes {
                job.priority = priority;
            }
            changes
        });
    }

    pub(super) async fn reorder(&mut self, scope: &Scope, place: Place) {
        let held = self.queue.waiting().chain(self.paused.values()).chain(self.asked.values());
        let mut waiting: Vec<Turn> = held.map(turn_of).collect();
        match self.config.store.interrupted_turns().await {
            // What is taken up again stands among the others then.
            Ok(interrupted) => waiting.extend(interrupted.into_iter().filter(|turn| !self.holds(turn.id))),
            Err(failure) => self.keep(Err(failure)),
        }
        let chosen = |turn: &Turn| scope.means((turn.id, turn.batch), &turn.profile);
        self.rank(places::moved(waiting, chosen, place)).await;
    }

    /// What is handed over comes after everything that waits for the profile, also after what was moved to the end.
    pub(super) async fn rank_last(
        &mut self,
        profile: &str,
        ids: &[AttachmentId],
    ) -> HashMap<AttachmentId, i64> {
        let highest = self.queue.highest_rank(profile);
        if ids.first().is_none_or(|id| id.0 > highest) {
            return HashMap::new();
        }
        let ranks: Vec<_> = ids.iter().copied().zip(highest.saturating_add(1)..).collect();
        let kept = self.config.store.set_ranks(ranks.clone()).await;
        self.keep(kept);
        ranks.into_iter().collect()
    }

    async fn rank(&mut self, ranks: Vec<(AttachmentId, i64)>) {
        let by_id: HashMap<_, _> = ranks.iter().copied().collect();
        let kept = self.config.store.set_ranks(ranks).await;
        self.keep(kept);
        self.change_all(|job| {
            let rank = by_id.get(&job.id);
            rank.inspect(|rank| job.rank = **rank).is_some()
        });
    }

    fn change_all(&mut self, mut change: impl FnMut(&mut Job) -> bool) {
        for job in self.paused.values_mut().chain(self.asked.values_mut()) {
            change(job);
        }
        self.queue.change(change);
    }

    /// Tells the order when it is another than it was told, not too often; answers when to do that.
    pub(super) fn tell_order(&mut self) -> Option<Instant> {
        if !self.queue.has_changed() {
            return None;
        }
        let now = Instant::now();
        let next = self.order_told.map(|told| told + TELL_EVERY).filter(|next| *next > now);
        if next.is_none() {
            self.order_told = Some(now);
            self.order.put(self.queue.order(TOLD));
            (self.config.waker)();
        }
        next
    }
}

fn turn_of(job: &Job) -> Turn {
    let (id, batch, profile) = (job.id, job.batch, job.profile.clone());
    Turn { id, batch, profile, priority: job.priority, rank: job.rank }
}
