//! One profile's jobs, in the order in which they start.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use tokio::time::Instant;

use super::super::job::Job;
use super::super::{Scope, TargetFacts, Targets};
use crate::domain::attachment::{AttachmentId, Priority};
use crate::services::http::Pace;

/// Where a job stands in its lane: the least goes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Turn {
    /// What was begun is finished before new work begins.
    fresh: bool,
    priority: Reverse<Priority>,
    rank: i64,
    id: AttachmentId,
}

impl Turn {
    fn of(job: &Job, fresh: bool) -> Self {
        Self { fresh, priority: Reverse(job.priority), rank: job.rank, id: job.id }
    }
}

#[derive(Debug)]
pub(super) struct Lane {
    ready: BTreeMap<Turn, Job>,
    /// Failed before, to be tried again not before this time.
    delayed: BTreeMap<(Instant, AttachmentId), Job>,
    pub(super) running: usize,
    /// The profile's host: as the settings have it, or as a job has learnt it.
    pub(super) host: Option<String>,
    /// Uploads at once, where the profile has a limit of its own.
    pub(super) parallel: Option<usize>,
    pub(super) pace: Pace,
    /// When the profile's settings were looked at last.
    pub(super) looked: Option<Instant>,
    /// The highest rank that there was.
    pub(super) highest: i64,
}

impl Default for Lane {
    fn default() -> Self {
        Self {
            ready: BTreeMap::new(),
            delayed: BTreeMap::new(),
            running: 0,
            host: None,
            parallel: None,
            pace: Pace::default(),
            looked: None,
            highest: i64::MIN,
        }
    }
}

impl Lane {
    pub(super) fn push(&mut self, job: Job, fresh: bool) {
        self.highest = self.highest.max(job.rank);
        self.ready.insert(Turn::of(&job, fresh), job);
    }

    pub(super) fn push_delayed(&mut self, job: Job, at: Instant) {
        self.highest = self.highest.max(job.rank);
        self.delayed.insert((at, job.id), job);
    }

    /// Takes over another one's jobs, which go by this profile's name from now on.
    pub(super) fn take_in(&mut self, other: Self, profile: &str) {
        let renamed = |job: Job| Job { profile: profile.to_owned(), ..job };
        for (turn, job) in other.ready {
            self.push(renamed(job), turn.fresh);
        }
        for ((at, _), job) in other.delayed {
            self.push_delayed(renamed(job), at);
        }
        self.running += other.running;
        self.host = other.host.or_else(|| self.host.take());
        // What the settings say of the new name is looked up.
        self.looked = None;
    }

    /// What the settings say of the profile now; what they do not say stays as a job has learnt it.
    pub(super) fn look(&mut self, profile: &str, targets: &dyn Targets, now: Instant) {
        self.looked = Some(now);
        let TargetFacts { host, limits } = targets.facts_of(profile);
        self.host = host.or_else(|| self.host.take());
        self.parallel = limits.parallel;
        self.pace.set(limits.requests_per_minute);
    }

    pub(super) fn is_at(&self, host: &str) -> bool {
        self.host.as_deref() == Some(host)
    }

    /// A delayed job's time has come.
    fn is_due(&self, now: Instant) -> bool {
        self.delayed.first_key_value().is_some_and(|((at, _), _)| *at <= now)
    }

    /// The priority of the job that [`Lane::take`] would give.
    pub(super) fn next_priority(&self, now: Instant) -> Option<Priority> {
        let due = self.delayed.first_key_value().filter(|((at, _), _)| *at <= now);
        due.map(|(_, job)| job.priority)
            .or_else(|| self.ready.first_key_value().map(|(turn, _)| turn.priority.0))
    }

    pub(super) fn take(&mut self, now: Instant) -> Option<Job> {
        if self.is_due(now) {
            return self.delayed.pop_first().map(|(_, job)| job);
        }
        self.ready.pop_first().map(|(_, job)| job)
    }

    pub(super) fn take_out(&mut self, scope: &Scope) -> Vec<Job> {
        let ready = self.ready.extract_if(.., |_, job| scope.holds(job)).map(|(_, job)| job);
        let delayed = self.delayed.extract_if(.., |_, job| scope.holds(job)).map(|(_, job)| job);
        ready.chain(delayed).collect()
    }

    /// Everything that waits, what is ready first, in the order in which it starts.
    pub(super) fn waiting(&self) -> impl Iterator<Item = &Job> {
        self.ready.values().chain(self.delayed.values())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.ready.is_empty() && self.delayed.is_empty()
    }

    /// Changes what decides about the order, of those that `change` answers true for.
    pub(super) fn change(&mut self, mut change: impl FnMut(&mut Job) -> bool) {
        let mut changed = Vec::new();
        self.ready.retain(|turn, job| {
            let moves = change(job);
            if moves {
                changed.push((turn.fresh, job.clone()));
            }
            !moves
        });
        for (fresh, job) in changed {
            self.push(job, fresh);
        }
        for job in self.delayed.values_mut() {
            change(job);
            self.highest = self.highest.max(job.rank);
        }
    }

    /// When the next job that is delayed may start.
    pub(super) fn next_due(&self, now: Instant) -> Option<Instant> {
        self.delayed.keys().map(|(at, _)| *at).find(|at| *at > now)
    }
}
