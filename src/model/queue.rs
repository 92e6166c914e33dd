//! What waits: for its turn, and for hosts that are left alone for a while.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::domain::attachment::AttachmentId;
use crate::domain::error::Failure;
use crate::transfer::{HostWait, WaitReason};

/// A host that is left alone for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    pub host: String,
    pub profiles: Vec<String>,
    pub reason: WaitReason,
    /// What the last upload there was told.
    pub failure: Failure,
    /// When it is asked again, milliseconds since 1970 (UTC).
    pub until_ms: i64,
}

impl Waiting {
    /// Rounded up; 0 from its end on. None where its end is not known.
    #[must_use]
    pub fn secs_left(&self, now_ms: i64) -> Option<u64> {
        let left_ms = u64::try_from(self.until_ms - now_ms).unwrap_or_default();
        (self.reason != WaitReason::Offline).then(|| left_ms.div_ceil(1000))
    }
}

/// The hosts that are waited for, by their names.
#[derive(Debug, Default)]
pub struct Hosts(BTreeMap<String, Waiting>);

impl Hosts {
    pub fn wait(&mut self, wait: HostWait, now_ms: i64) {
        let HostWait { host, profiles, reason, failure, after } = wait;
        let until_ms = now_ms.saturating_add(after.as_millis().try_into().unwrap_or(i64::MAX));
        self.0.insert(host.clone(), Waiting { host, profiles, reason, failure, until_ms });
    }

    pub fn go_on(&mut self, host: &str) {
        self.0.remove(host);
    }

    /// What a service asked for is over when its time is, whatever is told of it.
    pub fn expire(&mut self, now_ms: i64) {
        self.0.retain(|_, wait| wait.reason != WaitReason::Asked || wait.until_ms > now_ms);
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The one that holds this profile back longest.
    #[must_use]
    pub fn of(&self, profile: &str) -> Option<&Waiting> {
        let is_its = |wait: &&Waiting| wait.profiles.iter().any(|name| name == profile);
        self.0.values().filter(is_its).max_by_key(|wait| (wait.reason == WaitReason::Offline, wait.until_ms))
    }

    /// All of them; those first that are over first.
    #[must_use]
    pub fn all(&self) -> Vec<&Waiting> {
        let mut all: Vec<_> = self.0.values().collect();
        all.sort_by_key(|wait| wait.until_ms);
        all
    }

    /// Milliseconds until a countdown shows another second; none where nothing counts down.
    #[must_use]
    pub fn next_second_ms(&self, now_ms: i64) -> Option<i64> {
        let counts = |wait: &&Waiting| wait.reason != WaitReason::Offline && wait.until_ms > now_ms;
        self.0.values().filter(counts).map(|wait| to_next_second(wait.until_ms, now_ms)).min()
    }
}

/// Milliseconds until a countdown to a time shows another second, that is in the future.
#[must_use]
pub fn to_next_second(until_ms: i64, now_ms: i64) -> i64 {
    (until_ms - now_ms - 1).max(0) % 1000 + 1
}

/// The order in which what waits will start, as far as the engine tells it.
#[derive(Debug, Default)]
pub struct Order {
    told: Arc<[AttachmentId]>,
    places: HashMap<AttachmentId, usize>,
}

impl Order {
    /// What the engine tells now; the same again costs nothing.
    pub fn take(&mut self, told: Arc<[AttachmentId]>) {
        if Arc::ptr_eq(&self.told, &told) {
            return;
        }
        self.places = told.iter().enumerate().map(|(place, id)| (*id, place)).collect();
        self.told = told;
    }

    /// How many start before it; none where that is not known.
    #[must_use]
    pub fn before(&self, id: AttachmentId) -> Option<usize> {
        self.places.get(&id).copied()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::domain::error::Kind;

    fn wait(host: &str, profile: &str, reason: WaitReason, secs: u64) -> HostWait {
        HostWait {
            host: host.to_owned(),
            profiles: vec![profile.to_owned()],
            reason,
            failure: Failure::new(Kind::RateLimited, "busy"),
            after: Duration::from_secs(secs),
        }
    }

    #[test]
    fn a_profile_waits_for_the_host_that_takes_longest() {
        let mut hosts = Hosts::default();
        hosts.wait(wait("a", "Bot", WaitReason::Asked, 5), 0);
        hosts.wait(wait("b", "Bot", WaitReason::Unreachable, 9), 0);
        hosts.wait(wait("c", "Other", WaitReason::Asked, 30), 0);
        let of = |hosts: &Hosts, profile: &str| hosts.of(profile).map(|wait| wait.host.clone());
        assert_eq!(of(&hosts, "Bot").as_deref(), Some("b"));
        hosts.go_on("b");
        assert_eq!(of(&hosts, "Bot").as_deref(), Some("a"));
        hosts.wait(wait("d", "Bot", WaitReason::Offline, 1), 0);
        assert_eq!(of(&hosts, "Bot").as_deref(), Some("d"), "without a network nothing else counts");
        assert_eq!(hosts.of("None"), None);
    }

    #[test]
    fn a_countdown_moves_at_whole_seconds_and_one_without_an_end_does_not() {
        let mut hosts = Hosts::default();
        hosts.wait(wait("a", "Bot", WaitReason::Offline, 5), 0);
        assert_eq!(hosts.next_second_ms(0), None);
        hosts.wait(wait("b", "Bot", WaitReason::Asked, 5), 300);
        assert_eq!(hosts.all().last().and_then(|wait| wait.secs_left(300)), Some(5));
        assert_eq!(hosts.next_second_ms(300), Some(1000));
        assert_eq!(hosts.next_second_ms(700), Some(600));
        assert_eq!(hosts.next_second_ms(5_300), None);
        hosts.expire(5_300);
        assert_eq!(hosts.all().len(), 1, "what was asked for is over; the network is not back");
    }

    #[test]
    fn a_place_is_the_number_of_those_before_it() {
        let mut order = Order::default();
        order.take([4, 2, 9].map(AttachmentId).into());
        assert_eq!([4, 2, 9, 7].map(|id| order.before(AttachmentId(id))), [Some(0), Some(1), Some(2), None]);
    }
}
