//! When a failed upload is tried again: exponential backoff with jitter, never sooner than the service asked.

use std::time::Duration;

use crate::domain::error::{Failure, Kind, Retry};
use crate::domain::progress::human_duration;

/// The first wait where a service asks to slow down and does not say for how long. Limits count by the minute, so all
/// repeats together outlast one.
const SLOW_DOWN: Duration = Duration::from_secs(15);

/// How often and how patiently safe repeats are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// Repeats after the first try.
    pub retries: u32,
    /// The wait before the first repeat; each later one doubles it.
    pub first: Duration,
    /// The longest wait that is not the service's own wish.
    pub longest: Duration,
    /// The longest wait that a service may ask for: beyond it the upload fails now and says so.
    pub patience: Duration,
    /// How long a host may stay unreachable before everything that waits for it fails at once; none: for ever.
    pub unreachable: Option<Duration>,
    /// How long this computer may be without a network; none: for ever.
    pub offline: Option<Duration>,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            retries: 4,
            first: Duration::from_secs(1),
            longest: Duration::from_mins(1),
            patience: Duration::from_hours(1),
            unreachable: Some(Duration::from_hours(1)),
            offline: None,
        }
    }
}

/// How long a command waits for a connection: what calls it has to go on.
const COMMAND_PATIENCE: Duration = Duration::from_secs(30);

impl Policy {
    /// For a command, which has to end; who wants no repeats wants none of these either.
    #[must_use]
    pub fn of_a_command(self) -> Self {
        let patience = if self.retries == 0 { Duration::ZERO } else { COMMAND_PATIENCE };
        Self { unreachable: Some(patience), offline: Some(patience), ..self }
    }

    /// The wait before the next try, after `failed` tries; `None`: it is not tried again.
    /// `jitter` is a random number from 0 to 1: the wait is between half and the whole of its step, so that
    /// uploads that failed together do not return together.
    #[must_use]
    pub fn wait(&self, failure: &Failure, failed: u32, jitter: f64) -> Option<Duration> {
        let Retry::Safe { after } = failure.retry else { return None };
        let asked = after.unwrap_or_default();
        if failed > self.retries || asked > self.patience {
            return None;
        }
        let slow = failure.kind == Kind::RateLimited && after.is_none();
        let first = if slow { self.first.max(SLOW_DOWN) } else { self.first };
        let doubled = first.saturating_mul(2_u32.saturating_pow(failed.saturating_sub(1)));
        let step = doubled.min(self.longest);
        let wait = step.mul_f64(0.5 + jitter.clamp(0.0, 1.0) / 2.0);
        Some(wait.max(asked))
    }

    /// The failure as it is told when it is not repeated: what the service wished for, where that was too long.
    #[must_use]
    pub fn given_up(&self, failure: Failure) -> Failure {
        match failure.retry {
            Retry::Safe { after: Some(asked) } if asked > self.patience => {
                let words = human_duration(asked.as_secs());
                failure.advice(format!("The service asks to wait for {words}. Retry then."))
            }
            _ => failure,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::error::Kind;

    fn safe(after: Option<u64>) -> Failure {
        let after = after.map(Duration::from_secs);
        Failure::new(Kind::Network, "x").retry(Retry::Safe { after })
    }

    #[test]
    fn waits_double_up_to_the_longest() {
        let policy = Policy { retries: 9, ..Policy::default() };
        let waits: Vec<_> =
            (1..=9).map(|failed| policy.wait(&safe(None), failed, 1.0).unwrap().as_secs()).collect();
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
    }

    #[test]
    fn jitter_takes_at_most_half() {
        let policy = Policy::default();
        assert_eq!(policy.wait(&safe(None), 2, 0.0), Some(Duration::from_secs(1)));
        assert_eq!(policy.wait(&safe(None), 2, 0.5), Some(Duration::from_millis(1500)));
    }

    #[test]
    fn the_services_own_wish_is_kept() {
        let policy = Policy::default();
        assert_eq!(policy.wait(&safe(Some(300)), 1, 1.0), Some(Duration::from_mins(5)));
        assert_eq!(policy.wait(&safe(Some(0)), 1, 1.0), Some(Duration::from_secs(1)));
    }

    #[test]
    fn a_wish_beyond_all_patience_is_not_waited_for() {
        let policy = Policy::default();
        assert_eq!(policy.wait(&safe(Some(3600)), 1, 1.0), Some(Duration::from_hours(1)));
        assert_eq!(policy.wait(&safe(Some(3601)), 1, 1.0), None);
        assert_eq!(policy.wait(&safe(Some(u64::MAX)), 1, 1.0), None);
        let told = policy.given_up(safe(Some(7200))).advice.unwrap();
        assert_eq!(told, format!("The service asks to wait for {}. Retry then.", human_duration(7200)));
        assert_eq!(policy.given_up(safe(Some(60))), safe(Some(60)));
    }

    #[test]
    fn all_repeats_outlast_a_limit_that_counts_by_the_minute() {
        let policy = Policy::default();
        let limited = Failure::new(Kind::RateLimited, "x").safe();
        let shortest: Duration = (1..=4).map(|failed| policy.wait(&limited, failed, 0.0).unwrap()).sum();
        assert!(shortest > Duration::from_mins(1), "{shortest:?}");
    }

    #[test]
    fn only_safe_failures_and_only_so_often() {
        let policy = Policy::default();
        assert_eq!(policy.wait(&safe(None), 5, 1.0), None);
        assert!(policy.wait(&safe(None), 4, 1.0).is_some());
        assert_eq!(policy.wait(&safe(None).retry(Retry::Never), 1, 1.0), None);
        assert_eq!(policy.wait(&safe(None).retry(Retry::Ambiguous), 1, 1.0), None);
    }
}
