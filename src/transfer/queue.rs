//! What waits and what runs: a lane for each profile, the limits, the pauses.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::time::Duration;

use tokio::time::Instant;

use super::job::Job;
use super::stop::Stop;
use super::{Limits, Scope};
use crate::domain::attachment::AttachmentId;

/// The jobs of all profiles. Taking the next one costs the number of profiles, not of files.
#[derive(Debug)]
pub(super) struct Queue {
    limits: Limits,
    lanes: BTreeMap<String, Lane>,
    /// Jobs under way, as they were started.
    running: HashMap<AttachmentId, Job>,
    /// What the lanes hold.
    waiting: HashSet<AttachmentId>,
    /// Hosts that asked to wait, until when.
    paused: HashMap<String, Instant>,
}

/// One profile's jobs.
#[derive(Debug, Default)]
struct Lane {
    ready: VecDeque<Job>,
    /// Failed before, to be tried again not before this time.
    delayed: BTreeMap<(Instant, AttachmentId), Job>,
    running: usize,
    /// The profile's host, once a job has learnt it.
    host: Option<String>,
}

impl Queue {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            limits,
            lanes: BTreeMap::new(),
            running: HashMap::new(),
            waiting: HashSet::new(),
            paused: HashMap::new(),
        }
    }

    pub(super) fn set_limits(&mut self, limits: Limits) {
        self.limits = limits;
    }

    pub(super) fn push(&mut self, job: Job) {
        self.waiting.insert(job.id);
        self.lane(&job.profile).ready.push_back(job);
    }

    /// Before everything else of its profile: what was begun is finished before new work begins.
    pub(super) fn push_front(&mut self, job: Job) {
        self.waiting.insert(job.id);
        self.lane(&job.profile).ready.push_front(job);
    }

    /// Among what waits already, in the order handed over.
    pub(super) fn push_in_order(&mut self, jobs: Vec<Job>) {
        let mut profiles: Vec<String> = jobs.iter().map(|job| job.profile.clone()).collect();
        profiles.dedup();
        for job in jobs {
            self.push(job);
        }
        for profile in profiles {
            self.lane(&profile).ready.make_contiguous().sort_by_key(|job| job.id);
        }
    }

    pub(super) fn push_delayed(&mut self, job: Job, wait: Duration) {
        let at = Instant::now() + wait;
        self.waiting.insert(job.id);
        self.lane(&job.profile).delayed.insert((at, job.id), job);
    }

    fn lane(&mut self, profile: &str) -> &mut Lane {
        self.lanes.entry(profile.to_owned()).or_default()
    }

    /// The next job that may start now; it counts as running from here on. Profiles with less under way go first.
    pub(super) fn start_next(&mut self) -> Option<Job> {
        if self.running.len() >= self.limits.overall {
            return None;
        }
        let now = Instant::now();
        self.paused.retain(|_, until| *until > now);
        let paused = &self.paused;
        let limit = self.limits.per_profile;
        let lane = self
            .lanes
            .values_mut()
            .filter(|lane| lane.running < limit)
            .filter(|lane| !lane.host.as_ref().is_some_and(|host| paused.contains_key(host)))
            .filter(|lane| lane.has_ready(now))
            .min_by_key(|lane| lane.running)?;
        // What stopped an earlier run of it does not stop this one.
        let job = Job { stop: Stop::default(), ..lane.take(now)? };
        lane.running += 1;
        self.waiting.remove(&job.id);
        self.running.insert(job.id, job.clone());
        Some(job)
    }

    /// A running job has ended; it takes its profile's name as it is by now, and answers whether that is another one.
    pub(super) fn ended(&mut self, job: &mut Job, host: Option<String>) -> bool {
        let now = self.running.remove(&job.id).map(|started| started.profile);
        let renamed = now.as_ref().is_some_and(|now| *now != job.profile);
        job.profile = now.unwrap_or_else(|| std::mem::take(&mut job.profile));
        let lane = self.lane(&job.profile);
        lane.running = lane.running.saturating_sub(1);
        lane.host = host.or_else(|| lane.host.take());
        renamed
    }

    /// A profile has another name; a lane of that name takes its jobs in.
    pub(super) fn rename(&mut self, old: &str, new: &str) {
        for job in self.running.values_mut().filter(|job| job.profile == old) {
            new.clone_into(&mut job.profile);
        }
        let Some(mut lane) = self.lanes.remove(old) else { return };
        for job in lane.ready.iter_mut().chain(lane.delayed.values_mut()) {
            new.clone_into(&mut job.profile);
        }
        let into = self.lane(new);
        into.ready.append(&mut lane.ready);
        into.delayed.append(&mut lane.delayed);
        into.running += lane.running;
        into.host = lane.host.or_else(|| into.host.take());
    }

    pub(super) fn holds(&self, id: AttachmentId) -> bool {
        self.running.contains_key(&id) || self.waiting.contains(&id)
    }

    pub(super) fn is_running(&self) -> bool {
        !self.running.is_empty()
    }

    /// Starts nothing more for this profile's host until the wait is over.
    pub(super) fn pause_host(&mut self, profile: &str, wait: Duration) {
        let Some(host) = self.lanes.get(profile).and_then(|lane| lane.host.clone()) else { return };
        let until = Instant::now() + wait;
        let place = self.paused.entry(host).or_insert(until);
        *place = until.max(*place);
    }

    /// Cancels what runs and takes out what waits; answers the latter.
    pub(super) fn cancel(&mut self, scope: &Scope) -> Vec<Job> {
        for job in self.running.values().filter(|job| scope.holds(job)) {
            job.stop.cancel();
        }
        self.take_out(scope)
    }

    /// Stops what runs and takes out what waits; answers the latter, in the order handed over.
    pub(super) fn pause(&mut self, scope: &Scope) -> Vec<Job> {
        for job in self.running.values().filter(|job| scope.holds(job)) {
            job.stop.pause();
        }
        let mut gone = self.take_out(scope);
        gone.sort_by_key(|job| job.id);
        gone
    }

    /// What was stopped and has not come to its end yet goes on at once then.
    pub(super) fn resume(&mut self, scope: &Scope) {
        for job in self.running.values().filter(|job| scope.holds(job)) {
            job.stop.resume();
        }
    }

    fn take_out(&mut self, scope: &Scope) -> Vec<Job> {
        let mut gone = Vec::new();
        for lane in self.lanes.values_mut() {
            let (out, stay): (Vec<_>, Vec<_>) = lane.ready.drain(..).partition(|job| scope.holds(job));
            lane.ready = stay.into();
            gone.extend(out);
            gone.extend(lane.delayed.extract_if(.., |_, job| scope.holds(job)).map(|(_, job)| job));
        }
        for job in &gone {
            self.waiting.remove(&job.id);
        }
        gone
    }

    /// When a job may become ready by time alone.
    pub(super) fn next_wake(&self) -> Option<Instant> {
        let now = Instant::now();
        let later = |lane: &Lane| lane.delayed.keys().map(|(at, _)| *at).find(|at| *at > now);
        let delayed = self.lanes.values().filter_map(later);
        delayed.chain(self.paused.values().copied()).filter(|at| *at > now).min()
    }
}

impl Lane {
    fn has_ready(&self, now: Instant) -> bool {
        !self.ready.is_empty() || self.is_due(now)
    }

    /// A delayed job's time has come.
    fn is_due(&self, now: Instant) -> bool {
        self.delayed.first_key_value().is_some_and(|((at, _), _)| *at <= now)
    }

    fn take(&mut self, now: Instant) -> Option<Job> {
        if self.is_due(now) { self.delayed.pop_first().map(|(_, job)| job) } else { self.ready.pop_front() }
    }
}
