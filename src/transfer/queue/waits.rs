//! Hosts that are left alone for a while: those that asked to, and those that cannot be reached.

use std::collections::HashMap;
use std::time::Duration;

use tokio::time::Instant;

use super::super::WaitReason;
use super::super::retry::Policy;
use crate::domain::attachment::AttachmentId;
use crate::domain::error::Failure;

/// The wait after the first try that found no connection; it doubles with each.
const FIRST: Duration = Duration::from_secs(1);

/// The longest wait between tries of a host that cannot be reached.
const UNREACHABLE: Duration = Duration::from_mins(1);

/// The longest wait between looks for a network. A look costs nothing, and who has plugged the cable in looks on.
const OFFLINE: Duration = Duration::from_secs(15);

/// Without a way out of this computer an upload is tried that often all the same, should the look be wrong.
const IN_SPITE: Duration = Duration::from_mins(5);

/// Why a host is left alone, and until when.
#[derive(Debug)]
pub(in super::super) struct Wait {
    pub(in super::super) reason: WaitReason,
    pub(in super::super) failure: Failure,
    pub(in super::super) until: Instant,
    since: Instant,
    /// Tries and looks since then.
    tries: u32,
    /// The one job that tries whether the host can be reached again.
    probe: Option<AttachmentId>,
    /// When one is tried without a network.
    in_spite: Instant,
}

/// What a host lets start now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gate {
    Open,
    /// One job, to see whether it can be reached.
    Probe,
    Closed,
}

#[derive(Debug, Default)]
pub(super) struct Waits(HashMap<String, Wait>);

impl Waits {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&String, &Wait)> {
        self.0.iter()
    }

    pub(super) fn gate(&self, host: Option<&str>, now: Instant) -> Gate {
        match host.and_then(|host| self.0.get(host)) {
            None => Gate::Open,
            Some(wait) if wait.until > now || wait.probe.is_some() => Gate::Closed,
            Some(wait) if wait.reason == WaitReason::Asked => Gate::Open,
            Some(_) => Gate::Probe,
        }
    }

    pub(super) fn probes(&mut self, host: Option<&str>, job: AttachmentId) {
        if let Some(wait) = host.and_then(|host| self.0.get_mut(host)) {
            wait.probe = Some(job);
        }
    }

    /// The host has answered that it wants to be left alone; of two wishes the longer one counts.
    pub(super) fn asked(&mut self, host: String, failure: Failure, until: Instant) {
        let wait = self.0.get(&host).filter(|wait| wait.reason == WaitReason::Asked);
        if wait.is_none_or(|wait| wait.until < until) {
            self.0.insert(host, Wait::new(WaitReason::Asked, failure, until));
        }
    }

    /// This job could not connect to the host; answers whether its patience is over.
    pub(super) fn unreachable(
        &mut self,
        host: &str,
        job: AttachmentId,
        (reason, failure): (WaitReason, Failure),
        policy: &Policy,
    ) -> bool {
        let now = Instant::now();
        let before = self.0.get_mut(host).filter(|wait| wait.reason != WaitReason::Asked);
        let wait = match before {
            // It had begun before the wait did: that is known already.
            Some(wait) if wait.probe != Some(job) => return false,
            // The network came or went meanwhile: that is another wait.
            Some(wait) if wait.reason == reason => wait,
            _ => {
                let wait = Wait::new(reason, failure.clone(), now);
                self.0.entry(host.to_owned()).insert_entry(wait).into_mut()
            }
        };
        wait.probe = None;
        wait.failure = failure;
        wait.in_spite = now + IN_SPITE;
        let is_over = wait.is_over(now, policy);
        if is_over {
            self.0.remove(host);
        } else {
            wait.again(now, policy);
        }
        is_over
    }

    /// Looks for a network where one is missed; answers the hosts whose patience is over, with the last failure.
    pub(super) fn look(&mut self, has_route: fn() -> bool, policy: &Policy) -> Vec<(String, Failure)> {
        let now = Instant::now();
        let due = |wait: &&mut Wait| {
            let free = wait.probe.is_none() && wait.until <= now && wait.in_spite > now;
            wait.reason == WaitReason::Offline && free
        };
        let mut over = Vec::new();
        for (host, wait) in &mut self.0 {
            if !due(&&mut *wait) || has_route() {
                continue;
            }
            if wait.is_over(now, policy) {
                over.push((host.clone(), wait.failure.clone()));
            } else {
                wait.again(now, policy);
            }
        }
        for (host, _) in &over {
            self.0.remove(host);
        }
        over
    }

    /// The probe, or another job, has ended without missing the connection; `reached`: the host was there.
    pub(super) fn ended(&mut self, host: Option<&str>, job: AttachmentId, reached: bool) {
        let Some((host, wait)) = host.and_then(|host| Some((host, self.0.get_mut(host)?))) else { return };
        if wait.probe == Some(job) {
            wait.probe = None;
        }
        if reached && wait.reason != WaitReason::Asked {
            self.0.remove(host);
        }
    }

    /// The host can be reached, as one of its uploads shows.
    pub(super) fn is_reached(&mut self, shows: impl Fn(AttachmentId) -> bool) {
        self.0.retain(|_, wait| !wait.probe.is_some_and(&shows));
    }

    /// Tries again now: nobody who was asked to wait is asked for this.
    pub(super) fn try_now(&mut self, host: &str) {
        if self.0.get(host).is_some_and(|wait| wait.reason != WaitReason::Asked) {
            self.0.remove(host);
        }
    }

    /// Ends the waits whose time is over, and those for a connection that nobody wants any more.
    pub(super) fn expire(&mut self, is_wanted: impl Fn(&str) -> bool) {
        let now = Instant::now();
        self.0.retain(|host, wait| match wait.reason {
            WaitReason::Asked => wait.until > now,
            WaitReason::Unreachable | WaitReason::Offline => wait.probe.is_some() || is_wanted(host),
        });
    }

    pub(super) fn next_wake(&self, now: Instant) -> Option<Instant> {
        self.0.values().map(|wait| wait.until).filter(|until| *until > now).min()
    }
}

impl Wait {
    fn new(reason: WaitReason, failure: Failure, until: Instant) -> Self {
        let since = Instant::now();
        Self { reason, failure, until, since, tries: 0, probe: None, in_spite: since + IN_SPITE }
    }

    fn patience(&self, policy: &Policy) -> Option<Duration> {
        if self.reason == WaitReason::Offline { policy.offline } else { policy.unreachable }
    }

    fn is_over(&self, now: Instant, policy: &Policy) -> bool {
        self.patience(policy).is_some_and(|patience| now.duration_since(self.since) >= patience)
    }

    /// Waits for the next try, twice as long as before. The last one is made when the patience ends.
    fn again(&mut self, now: Instant, policy: &Policy) {
        let longest = if self.reason == WaitReason::Offline { OFFLINE } else { UNREACHABLE };
        let wait = FIRST.saturating_mul(2_u32.saturating_pow(self.tries)).min(longest);
        self.tries = self.tries.saturating_add(1);
        let end = self.patience(policy).and_then(|patience| self.since.checked_add(patience));
        self.until = end.map_or(now + wait, |end| end.min(now + wait));
    }
}
