//! The bandwidth that all bodies share. A bucket of our own: governor's quota is fixed when a limiter is made, so
//! another rate would mean another limiter, which forgets what was sent already and who waits.
//!
//! Bytes are places in one long line. The line moves on at the rate, and whoever has a place goes when the line has
//! come to it: first come, first served. Another rate makes the line faster or slower for everybody who waits.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// No limit, as the rate.
const FREE: u64 = 0;

/// What was not sent in the last moment may be made up for, in seconds: timers are late by a millisecond or two.
const CREDIT_SECS: f64 = 0.05;

/// Who waits looks again that often, because the rate may be another by then.
const LOOK: Duration = Duration::from_millis(100);

/// The smallest part of a body that is waited for.
const LEAST: usize = 256;

/// Shared by all feeds of the clients; cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Throttle(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    /// Bytes a second, or [`FREE`].
    rate: AtomicU64,
    line: Mutex<Line>,
}

#[derive(Debug, Default)]
struct Line {
    /// How far the line has moved, in bytes, and when that was.
    passed: f64,
    at: Option<Instant>,
    /// The first place that nobody has.
    end: f64,
}

/// A place in the line, in bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place(f64);

impl Throttle {
    /// From now on, also for what waits; `None` and 0 mean no limit.
    pub fn set(&self, bytes_per_sec: Option<u64>) {
        // What has passed until now passed at the old rate.
        let mut line = self.line();
        line.move_on(self.rate());
        self.0.rate.store(bytes_per_sec.unwrap_or(FREE), Ordering::Relaxed);
    }

    fn rate(&self) -> u64 {
        self.0.rate.load(Ordering::Relaxed)
    }

    /// The most that should be sent at once, of at most `most` bytes: a tenth of a second's, so that progress is
    /// smooth; `None` where there is no limit.
    pub(super) fn part(&self, most: usize) -> Option<usize> {
        match self.rate() {
            FREE => None,
            rate => Some(usize::try_from(rate / 10).unwrap_or(most).clamp(LEAST, most)),
        }
    }

    /// A place for so many bytes, behind everybody else's.
    pub(super) fn join(&self, bytes: usize) -> Place {
        let rate = self.rate();
        let mut line = self.line();
        line.move_on(rate);
        let place = line.end.max(line.passed - float(rate) * CREDIT_SECS);
        line.end = place + float(bytes as u64);
        Place(place)
    }

    /// How long to wait before looking again whether the place has come; `None`: it has.
    pub(super) fn wait(&self, place: Place) -> Option<Duration> {
        let rate = self.rate();
        if rate == FREE {
            return None;
        }
        let mut line = self.line();
        line.move_on(rate);
        let ahead = place.0 - line.passed;
        (ahead > 0.0).then(|| Duration::try_from_secs_f64(ahead / float(rate)).unwrap_or(LOOK).min(LOOK))
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        self.0.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Line {
    fn move_on(&mut self, rate: u64) {
        let now = Instant::now();
        let since = self.at.replace(now).map_or(Duration::ZERO, |at| now.saturating_duration_since(at));
        if rate == FREE {
            // Nobody waits without a limit, and nobody has to wait for what went then.
            self.passed = self.passed.max(self.end);
            return;
        }
        self.passed += float(rate) * since.as_secs_f64();
    }
}

#[expect(clippy::cast_precision_loss, reason = "9 PB are sent before a byte is lost in it")]
fn float(bytes: u64) -> f64 {
    bytes as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes `parts` parts of `bytes` one after the other; answers how long that took.
    async fn take(throttle: &Throttle, bytes: usize, parts: usize) -> Duration {
        let began = Instant::now();
        for _ in 0..parts {
            let place = throttle.join(bytes);
            while let Some(wait) = throttle.wait(place) {
                tokio::time::sleep(wait).await;
            }
        }
        began.elapsed()
    }

    #[tokio::test(start_paused = true)]
    async fn all_together_keep_the_rate() {
        let throttle = Throttle::default();
        throttle.set(Some(100_000));
        let tasks = (0..4).map(|_| take(&throttle, 10_000, 25));
        let took = futures_util::future::join_all(tasks).await;
        let longest = took.iter().max().unwrap().as_secs_f64();
        assert!((9.5..10.5).contains(&longest), "{took:?}");
        let shortest = took.iter().min().unwrap().as_secs_f64();
        assert!(longest - shortest < 1.0, "first come, first served: {took:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_rate_that_timers_are_too_coarse_for_is_kept() {
        let throttle = Throttle::default();
        throttle.set(Some(200_000_000));
        let took = take(&throttle, 65_536, 6_000).await.as_secs_f64();
        assert!((1.8..2.1).contains(&took), "{took}");
    }

    #[tokio::test(start_paused = true)]
    async fn another_rate_counts_at_once_and_forgets_nothing() {
        let throttle = Throttle::default();
        throttle.set(Some(1_000));
        let slow = tokio::spawn({
            let throttle = throttle.clone();
            async move { take(&throttle, 100_000, 2).await }
        });
        tokio::time::sleep(Duration::from_secs(10)).await;
        throttle.set(Some(45_000));
        // 90,000 of 100,000 bytes were left before the second part.
        let took = slow.await.unwrap().as_secs_f64();
        assert!((11.9..12.3).contains(&took), "{took}");
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_limit_nobody_waits_also_who_waited() {
        let throttle = Throttle::default();
        assert_eq!((throttle.part(65_536), take(&throttle, 1 << 30, 9).await), (None, Duration::ZERO));
        throttle.set(Some(1));
        let waits = tokio::spawn({
            let throttle = throttle.clone();
            async move { take(&throttle, 1_000, 2).await }
        });
        tokio::time::sleep(Duration::from_secs(1)).await;
        throttle.set(None);
        assert!(waits.await.unwrap() < Duration::from_millis(1_200));
        throttle.set(Some(1_000));
        assert!(take(&throttle, 1_000, 2).await <= Duration::from_millis(1_100), "what went then is no debt");
    }

    #[test]
    fn parts_are_small_where_the_rate_is() {
        let throttle = Throttle::default();
        for (rate, part) in [(1, 256), (10_240, 1_024), (1 << 20, 65_536)] {
            throttle.set(Some(rate));
            assert_eq!(throttle.part(65_536), Some(part), "{rate}");
        }
    }
}
