//! What a try that broke off or was stopped may have left at the service, and how it ended.

use super::{Ended, Notes};
use crate::domain::describe::Repeat;
use crate::domain::error::{Failure, Kind, Retry, Step};
use crate::transfer::stop::Wish;

impl Notes {
    /// Whether the service may have made an object although this failure came of it: its bytes went out whole (or
    /// nobody counted them), and no answer says that it did not act on them.
    pub(super) fn may_stand(&self, failure: &Failure) -> bool {
        let whole = self.lock().gauge.as_ref().is_none_or(|gauge| gauge.is_whole());
        let refused = matches!(failure.http_status, Some(400..=499 | 503));
        // What could not be kept was not sent.
        let held_back = matches!(failure.kind, Kind::Storage | Kind::Unreachable);
        failure.step == Some(Step::Send) && whole && !refused && !held_back
    }

    /// Everything was sent, in the step that sends.
    pub(super) fn is_whole(&self) -> bool {
        let inside = self.lock();
        inside.current == Some(Step::Send) && inside.gauge.as_ref().is_some_and(|gauge| gauge.is_whole())
    }

    /// How a try ended that was stopped.
    pub(super) fn stopped(&self, wish: Wish) -> Ended {
        let failure = self.cancelled();
        if !matches!(wish, Wish::Pause | Wish::Resume) {
            return Ended::Failed(failure);
        }
        // The advice is there where everything had been sent.
        let (Some(step), Some(advice)) = (failure.step, failure.advice) else {
            return Ended::Paused(failure.step);
        };
        let repeat = self.lock().repeats.iter().find(|(known, _)| *known == step).map(|(_, repeat)| *repeat);
        if repeat.is_some_and(Repeat::is_safe) {
            return Ended::Paused(Some(step));
        }
        let lost =
            Failure::new(Kind::Cancelled, "Paused after everything had been sent, before the answer came");
        Ended::Failed(lost.at(step).advice(advice).retry(Retry::Ambiguous))
    }

    /// The failure of a cancelled try; honest about what may have arrived.
    fn cancelled(&self) -> Failure {
        let inside = self.lock();
        let whole = inside.gauge.as_ref().is_some_and(|gauge| gauge.is_whole());
        let step = inside.current;
        let failure = match step {
            Some(step) => Failure::cancelled().at(step),
            None => Failure::cancelled(),
        };
        if whole && step >= Some(Step::Send) {
            return failure.advice(
                "Everything had been sent, so the file may stand at the service without a link here.",
            );
        }
        failure
    }
}
