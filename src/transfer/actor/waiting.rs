//! Hosts that are left alone: because they asked to, because no connection to them can be made, or because this
//! computer has no network.

use std::collections::BTreeMap;

use tokio::time::Instant;

use super::super::job::{Ended, Job};
use super::super::stop::Wish;
use super::super::{Event, HostWait, Scope, WaitReason};
use super::Actor;
use crate::domain::attachment::State;
use crate::domain::error::{Failure, Kind};
use crate::platform::network;

/// What a front was told of the hosts that wait.
#[derive(Debug, Default)]
pub(super) struct Told(BTreeMap<String, (WaitReason, Instant, Vec<String>)>);

impl Actor {
    /// A job that found no connection goes back to the front and is not counted as tried: nothing was sent.
    pub(super) async fn unreachable(&mut self, job: Job, failure: Failure) {
        let host = self.queue.host_of(&job.profile).unwrap_or_default();
        let offline = !network::is_here(host) && !(self.has_route)();
        let (reason, failure) = if offline {
            (WaitReason::Offline, failure.advice("Check the network: this computer has none. Then retry."))
        } else {
            (WaitReason::Unreachable, failure)
        };
        let given_up = self.queue.unreachable(&job, (reason, failure.clone()), &self.config.retry);
        match job.stop.wish() {
            Wish::GoOn | Wish::Resume => {}
            Wish::Pause => {
                self.stopped(job, failure.step).await;
                return self.give_up(given_up.unwrap_or_default(), &failure).await;
            }
            Wish::Cancel => {
                self.settle(&job, State::Canceled, cancelled_by(&failure)).await;
                return self.give_up(given_up.unwrap_or_default(), &failure).await;
            }
        }
        if let Some(mut others) = given_up {
            others.push(job);
            return self.give_up(others, &failure).await;
        }
        let step = failure.step;
        let kept = self.config.store.set_state(job.id, State::Queued, step).await;
        self.keep(kept);
        self.emit(Event::State { id: job.id, state: State::Queued, step });
        self.queue.push_front(job);
    }

    /// Everything that waited for a host fails at once, with one commit and for the same reason.
    async fn give_up(&mut self, mut jobs: Vec<Job>, failure: &Failure) {
        if jobs.is_empty() {
            return;
        }
        jobs.sort_by_key(|job| job.id);
        let of = |job: &Job| Failure { asked: Some(job.asked()), ..failure.clone() };
        let kept = self.config.store.fail_many(jobs.iter().map(|job| (job.id, of(job))).collect()).await;
        self.keep(kept);
        for job in jobs {
            let failure = of(&job);
            self.settled(&job, State::Failed, None, Some(failure));
        }
    }

    /// What time alone changes of the waits.
    pub(super) async fn look_at_waits(&mut self) {
        self.queue.expire_waits();
        for (jobs, failure) in self.queue.look_for_network(self.has_route, &self.config.retry) {
            self.give_up(jobs, &failure).await;
        }
    }

    /// A probe whose bytes leave need not be waited for to its end.
    pub(super) fn look_at_probes(&mut self) {
        let board = &self.board;
        self.queue.are_reached(|probe| board.is_sending(probe));
    }

    /// The user wants it now, and need not wait for a connection. What a service asked for is waited for.
    pub(super) fn try_now(&mut self, scope: &Scope) {
        self.queue.try_now(scope);
    }

    /// Tells which hosts wait now, where that is another than it was told.
    pub(super) fn tell_waits(&mut self) {
        let mut now = BTreeMap::new();
        let mut news = Vec::new();
        for (host, wait, profiles) in self.queue.waits() {
            let told = (wait.reason, wait.until, profiles);
            if self.told.0.get(host) != Some(&told) {
                news.push(Event::HostWaits(Box::new(HostWait {
                    host: host.clone(),
                    profiles: told.2.clone(),
                    reason: wait.reason,
                    failure: wait.failure.clone(),
                    after: wait.until.saturating_duration_since(Instant::now()),
                })));
            }
            now.insert(host.clone(), told);
        }
        let over = self.told.0.keys().filter(|host| !now.contains_key(*host));
        news.extend(over.map(|host| Event::HostGoesOn { host: host.clone() }));
        self.told = Told(now);
        for event in news {
            self.emit(event);
        }
    }
}

/// The failure of what was cancelled while it failed.
pub(super) fn cancelled_by(failure: &Failure) -> Failure {
    let cancelled = Failure { step: failure.step, asked: failure.asked.clone(), ..Failure::cancelled() };
    cancelled.cause(&failure.broke)
}

/// The try found no connection, which [`Actor::unreachable`] sees to.
pub(super) fn is_unreachable(ended: &Ended) -> bool {
    matches!(ended, Ended::Failed(failure) if failure.kind == Kind::Unreachable)
}

/// Whether a try that ended so had found its host.
pub(super) fn has_reached(ended: &Ended) -> bool {
    match ended {
        Ended::Done(_) => true,
        Ended::Asked(_) | Ended::Paused(_) => false,
        Ended::Failed(failure) => {
            let of_a_host = matches!(
                failure.kind,
                Kind::Network | Kind::Timeout | Kind::Tls | Kind::Protocol | Kind::Server | Kind::RateLimited
            );
            failure.http_status.is_some() || of_a_host
        }
    }
}

/// The others would only be told the same.
pub(super) fn asks_all_to_wait(failure: &Failure) -> bool {
    failure.kind == Kind::RateLimited || failure.http_status == Some(503)
}
