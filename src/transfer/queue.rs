//! What waits and what runs: a lane for each profile, the limits, the hosts that are left alone.

mod lane;
pub(super) mod places;
mod waits;

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::Duration;

use tokio::time::Instant;

use super::job::Job;
use super::stop::Stop;
use super::{Limits, Scope, Targets, WaitReason, retry};
use crate::domain::attachment::AttachmentId;
use crate::domain::error::Failure;
use crate::domain::preflight::Repair;
use lane::Lane;
use waits::{Gate, Waits};

pub(super) use waits::Wait;

/// How long what the settings say of a profile counts.
const FRESH: Duration = Duration::from_secs(1);

/// Uploads that wait to be written down at most: a disk that is slow holds the next ones back.
const UNWRITTEN: usize = 64;

/// The jobs of all profiles. Taking the next one costs the number of profiles, not of files.
#[derive(Debug)]
pub(super) struct Queue {
    limits: Limits,
    lanes: BTreeMap<String, Lane>,
    /// Jobs under way, as they were started.
    running: HashMap<AttachmentId, Job>,
    /// Those of them that are uploaded, and keep no other one from starting while that is written down.
    uploaded: HashSet<AttachmentId>,
    /// What the lanes hold.
    waiting: HashSet<AttachmentId>,
    waits: Waits,
    /// The order is another than it was when it was asked for last.
    changed: bool,
}

impl Queue {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            limits,
            lanes: BTreeMap::new(),
            running: HashMap::new(),
            uploaded: HashSet::new(),
            waiting: HashSet::new(),
            waits: Waits::default(),
            changed: false,
        }
    }

    pub(super) fn set_limits(&mut self, limits: Limits) {
        self.limits = limits;
    }

    /// Among what waits already, by priority and rank.
    pub(super) fn push(&mut self, job: Job) {
        self.put(job, true);
    }

    /// Before everything else of its profile: what was begun is finished before new work begins.
    pub(super) fn push_front(&mut self, job: Job) {
        self.put(job, false);
    }

    fn put(&mut self, job: Job, fresh: bool) {
        self.changed = true;
        self.waiting.insert(job.id);
        self.lane(&job.profile).push(job, fresh);
    }

    pub(super) fn push_delayed(&mut self, job: Job, wait: Duration) {
        let at = Instant::now() + wait;
        self.changed = true;
        self.waiting.insert(job.id);
        self.lane(&job.profile).push_delayed(job, at);
    }

    fn lane(&mut self, profile: &str) -> &mut Lane {
        self.lanes.entry(profile.to_owned()).or_default()
    }

    /// What the settings say of the profiles that have something to start: their hosts, before any of their jobs has
    /// asked, and their limits.
    pub(super) fn look_at(&mut self, targets: &dyn Targets) {
        let now = Instant::now();
        let stale = |lane: &Lane| lane.looked.is_none_or(|looked| now - looked >= FRESH);
        for (profile, lane) in &mut self.lanes {
            if !lane.is_empty() && stale(lane) {
                lane.look(profile, targets, now);
            }
        }
    }

    /// The next job that may start now; it counts as running from here on. What has a higher priority goes first, then
    /// profiles with less under way.
    pub(super) fn start_next(&mut self) -> Option<Job> {
        if self.running.len() - self.uploaded.len() >= self.limits.overall || self.uploaded.len() >= UNWRITTEN
        {
            return None;
        }
        let now = Instant::now();
        let (waits, limit) = (&self.waits, self.limits.per_profile);
        let ready = self.lanes.values_mut().filter_map(|lane| {
            let gate = waits.gate(lane.host.as_deref(), now);
            let room = lane.running < lane.parallel.unwrap_or(limit) && gate != Gate::Closed;
            let priority = lane.next_priority(now).filter(|_| room)?;
            Some((priority, gate, lane))
        });
        let (_, gate, lane) = ready.min_by_key(|(priority, _, lane)| (Reverse(*priority), lane.running))?;
        // What stopped an earlier run of it does not stop this one.
        let job = Job { stop: Stop::default(), pace: lane.pace.clone(), ..lane.take(now)? };
        lane.running += 1;
        if gate == Gate::Probe {
            self.waits.probes(lane.host.as_deref(), job.id);
        }
        self.changed = true;
        self.waiting.remove(&job.id);
        self.running.insert(job.id, job.clone());
        Some(job)
    }

    /// A running job has uploaded its file and writes that down.
    pub(super) fn uploaded(&mut self, id: AttachmentId) {
        let Some(job) = self.running.get(&id) else { return };
        if self.uploaded.insert(id) {
            let lane = self.lanes.entry(job.profile.clone()).or_default();
            lane.running = lane.running.saturating_sub(1);
        }
    }

    /// A running job has ended, and has learnt its host. It takes what was wished for meanwhile and its profile's name as
    /// it is by now; answers whether that is another one.
    pub(super) fn ended(&mut self, job: &mut Job, host: Option<String>) -> bool {
        let mut renamed = false;
        if let Some(wished) = self.running.remove(&job.id) {
            (job.priority, job.rank) = (wished.priority, wished.rank);
            renamed = wished.profile != job.profile;
            job.profile = wished.profile;
        }
        let counts = !self.uploaded.remove(&job.id);
        let lane = self.lane(&job.profile);
        lane.running = lane.running.saturating_sub(usize::from(counts));
        lane.host = host.or_else(|| lane.host.take());
        renamed
    }

    /// A profile has another name; a lane of that name takes its jobs in.
    pub(super) fn rename(&mut self, old: &str, new: &str) {
        for job in self.running.values_mut().filter(|job| job.profile == old) {
            new.clone_into(&mut job.profile);
        }
        let Some(lane) = self.lanes.remove(old) else { return };
        self.lane(new).take_in(lane, new);
        self.changed = true;
    }

    pub(super) fn holds(&self, id: AttachmentId) -> bool {
        self.running.contains_key(&id) || self.waiting.contains(&id)
    }

    pub(super) fn runs(&self, id: AttachmentId) -> bool {
        self.running.contains_key(&id)
    }

    /// Of one that waits.
    pub(super) fn set_repairs(&mut self, id: AttachmentId, repairs: &[Repair]) {
        let mut set = |job: &mut Job| {
            if job.id == id {
                job.decided = repairs.to_vec();
            }
            // Its place stays.
            false
        };
        self.lanes.values_mut().for_each(|lane| lane.change(&mut set));
    }

    pub(super) fn is_running(&self) -> bool {
        !self.running.is_empty()
    }

    /// The highest rank that the profile's jobs had.
    pub(super) fn highest_rank(&self, profile: &str) -> i64 {
        self.lanes.get(profile).map_or(i64::MIN, |lane| lane.highest)
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
        let gone: Vec<Job> = self.lanes.values_mut().flat_map(|lane| lane.take_out(scope)).collect();
        for job in &gone {
            self.waiting.remove(&job.id);
        }
        self.changed |= !gone.is_empty();
        gone
    }

    /// Changes what decides about the order, of those that `change` answers true for.
    pub(super) fn change(&mut self, mut change: impl FnMut(&mut Job) -> bool) {
        self.changed = true;
        self.running.values_mut().for_each(|job| _ = change(job));
        self.lanes.values_mut().for_each(|lane| lane.change(&mut change));
    }

    /// Everything that waits.
    pub(super) fn waiting(&self) -> impl Iterator<Item = &Job> {
        self.lanes.values().flat_map(Lane::waiting)
    }

    pub(super) fn has_changed(&self) -> bool {
        self.changed
    }

    /// The first of what waits, in the order in which it starts if every upload takes equally long; what waits for a
    /// host comes last.
    pub(super) fn order(&mut self, most: usize) -> Vec<AttachmentId> {
        self.changed = false;
        let now = Instant::now();
        let mut lanes: Vec<_> = self
            .lanes
            .values()
            .map(|lane| {
                let closed = self.waits.gate(lane.host.as_deref(), now) != Gate::Open;
                (closed, lane.running, lane.waiting().peekable())
            })
            .collect();
        let mut order = Vec::new();
        while order.len() < most {
            let ready =
                lanes.iter_mut().filter_map(|lane| lane.2.peek().map(|job| job.priority).zip(Some(lane)));
            let next = ready.min_by_key(|(priority, lane)| (lane.0, Reverse(*priority), lane.1));
            let Some((job, lane)) = next.and_then(|(_, lane)| Some((lane.2.next()?, lane))) else { break };
            lane.1 += 1;
            order.push(job.id);
        }
        order
    }

    /// When a job may become ready by time alone, after this moment: that before which the queue was last looked at.
    pub(super) fn next_wake(&self, looked: Instant) -> Option<Instant> {
        let delayed = self.lanes.values().filter_map(|lane| lane.next_due(looked));
        delayed.chain(self.waits.next_wake(looked)).min()
    }
}

/// Hosts that are left alone.
impl Queue {
    pub(super) fn host_of(&self, profile: &str) -> Option<&str> {
        self.lanes.get(profile)?.host.as_deref()
    }

    /// Starts nothing more for this profile's host until the wait is over.
    pub(super) fn pause_host(&mut self, profile: &str, failure: Failure, wait: Duration) {
        let Some(host) = self.host_of(profile).map(str::to_owned) else { return };
        self.waits.asked(host, failure, Instant::now() + wait);
        self.changed = true;
    }

    /// This job found no connection: one alone tries its host again from time to time. Answers what is given up with
    /// it, where the patience is over.
    pub(super) fn unreachable(
        &mut self,
        job: &Job,
        why: (WaitReason, Failure),
        policy: &retry::Policy,
    ) -> Option<Vec<Job>> {
        let host = self.host_of(&job.profile).unwrap_or_default().to_owned();
        self.changed = true;
        let is_over = self.waits.unreachable(&host, job.id, why, policy);
        is_over.then(|| self.take_out_of(&host))
    }

    /// Looks whether there is a network again; answers what is given up where the patience for that is over.
    pub(super) fn look_for_network(
        &mut self,
        has_route: fn() -> bool,
        policy: &retry::Policy,
    ) -> Vec<(Vec<Job>, Failure)> {
        let over = self.waits.look(has_route, policy);
        over.into_iter().map(|(host, failure)| (self.take_out_of(&host), failure)).collect()
    }

    fn take_out_of(&mut self, host: &str) -> Vec<Job> {
        let lanes: Vec<_> = self.lanes.iter().filter(|(_, lane)| lane.is_at(host)).collect();
        let profiles: Vec<String> = lanes.into_iter().map(|(profile, _)| profile.clone()).collect();
        profiles.into_iter().flat_map(|profile| self.take_out(&Scope::Profile(profile))).collect()
    }

    /// A job has ended without missing the connection; `reached`: its host has answered.
    pub(super) fn has_connected(&mut self, job: &Job, reached: bool) {
        let host = self.lanes.get(&job.profile).and_then(|lane| lane.host.as_deref());
        self.waits.ended(host, job.id, reached);
    }

    /// The hosts whose probe shows that they can be reached.
    pub(super) fn are_reached(&mut self, shows: impl Fn(AttachmentId) -> bool) {
        self.waits.is_reached(shows);
    }

    /// Tries at once what of these waits for a connection.
    pub(super) fn try_now(&mut self, scope: &Scope) {
        for lane in self.lanes.values().filter(|lane| lane.waiting().any(|job| scope.holds(job))) {
            if let Some(host) = &lane.host {
                self.waits.try_now(host);
            }
        }
    }

    pub(super) fn expire_waits(&mut self) {
        if !self.waits.is_empty() {
            let lanes = &self.lanes;
            self.waits.expire(|host| lanes.values().any(|lane| lane.is_at(host) && !lane.is_empty()));
        }
    }

    /// The hosts that something waits for, with its profiles.
    pub(super) fn waits(&self) -> impl Iterator<Item = (&String, &Wait, Vec<String>)> {
        self.waits.iter().filter_map(|(host, wait)| {
            // Who tries whether the host is there waits for it as well.
            let probes = wait.reason != WaitReason::Asked;
            let wants = |lane: &Lane| lane.is_at(host) && (!lane.is_empty() || probes && lane.running > 0);
            let profiles: Vec<_> = self.lanes.iter().filter(|(_, lane)| wants(lane)).collect();
            let names: Vec<String> = profiles.into_iter().map(|(profile, _)| profile.clone()).collect();
            (!names.is_empty()).then_some((host, wait, names))
        })
    }
}

#[cfg(test)]
mod tests;
