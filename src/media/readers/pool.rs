//! The processes that read: at most two, which previews and uploads share so that neither waits for all of the other.

use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::Patience;
use super::child::{Child, Ended, Lost, NotStarted};
use super::wire::{Answer, Reply, Request, Said};
use crate::domain::error::Failure;

const PROCESSES: usize = 2;
/// How soon a killed process is looked at again: it ends at once, but where a disk holds it.
const ENDING: Duration = Duration::from_millis(50);

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lane {
    /// Somebody who looks at it.
    Look,
    /// An upload.
    Send,
}

impl Lane {
    fn other(self) -> Self {
        match self {
            Self::Look => Self::Send,
            Self::Send => Self::Look,
        }
    }
}

/// What became of a call.
#[derive(Debug)]
pub(super) enum Outcome {
    Answered(Result<Answer, Failure>),
    Lost(Lost),
}

/// The processes. Dropped, they end.
#[derive(Debug)]
pub(super) struct Pool {
    shared: Arc<Shared>,
    program: PathBuf,
    patience: Patience,
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    /// Somebody may go on.
    freed: Condvar,
    /// The keeper has something to look at.
    kept: Condvar,
}

#[derive(Debug, Default)]
struct State {
    look: Count,
    send: Count,
    /// The one used last is the last.
    idle: Vec<(Child, Instant)>,
    ended: Vec<Ended>,
    /// A preview takes much memory.
    has_much: bool,
    has_keeper: bool,
    closed: bool,
}

#[derive(Debug, Default)]
struct Count {
    waiting: usize,
    working: usize,
}

impl State {
    fn of(&mut self, lane: Lane) -> &mut Count {
        match lane {
            Lane::Look => &mut self.look,
            Lane::Send => &mut self.send,
        }
    }

    /// The last free place is the other's where that waits and has none.
    fn has_place_for(&mut self, lane: Lane) -> bool {
        let working = self.look.working + self.send.working;
        let other = self.of(lane.other());
        let other_is_due = other.waiting > 0 && other.working == 0;
        let has_one = self.of(lane).working > 0;
        working < PROCESSES && !(other_is_due && has_one)
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        // It is changed by single assignments: whoever panicked left it whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The right to use one process.
#[derive(Debug)]
struct Place<'a> {
    shared: &'a Shared,
    lane: Lane,
}

impl<'a> Place<'a> {
    fn wait(shared: &'a Shared, lane: Lane) -> Self {
        let mut state = shared.lock();
        state.of(lane).waiting += 1;
        while !state.has_place_for(lane) {
            state = shared.freed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        let count = state.of(lane);
        count.waiting -= 1;
        count.working += 1;
        Self { shared, lane }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.shared.lock().of(self.lane).working -= 1;
        self.shared.freed.notify_all();
    }
}

/// The right of one preview to take much memory.
#[derive(Debug)]
struct Much<'a>(&'a Shared);

impl<'a> Much<'a> {
    /// Who has it is bound to its deadline, so this ends.
    fn wait(shared: &'a Shared) -> Self {
        let mut state = shared.lock();
        while std::mem::replace(&mut state.has_much, true) {
            state = shared.freed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        Self(shared)
    }
}

impl Drop for Much<'_> {
    fn drop(&mut self) {
        self.0.lock().has_much = false;
        self.0.freed.notify_all();
    }
}

impl Pool {
    pub(super) fn new(program: PathBuf, patience: Patience) -> Self {
        Self { shared: Arc::default(), program, patience }
    }

    /// Has it done by a process; `here` where none can be started.
    pub(super) fn ask(
        &self,
        lane: Lane,
        request: &Request,
        here: impl FnOnce() -> Result<Answer, Failure>,
    ) -> Outcome {
        let said = Said::Call(request.clone());
        let Ok(bytes) = said.bytes() else { return Outcome::Answered(here()) };
        let _place = Place::wait(&self.shared, lane);
        while let Some(child) = self.used() {
            match self.carry_out(child, request, bytes.clone()) {
                // It may have died without work, or of what it read before: another one tells.
                Outcome::Lost(Lost::Broken) => {}
                outcome => return outcome,
            }
        }
        match Child::start(&self.program, self.patience.call) {
            Ok(child) => self.carry_out(child, request, bytes),
            Err(NotStarted { is_late, ended }) => {
                self.keep(|state| state.ended.extend(ended));
                if is_late { Outcome::Lost(Lost::Late) } else { Outcome::Answered(here()) }
            }
        }
    }

    /// One that has no work, and lives.
    fn used(&self) -> Option<Child> {
        loop {
            let (child, _) = self.shared.lock().idle.pop()?;
            if let Some(child) = child.if_alive() {
                return Some(child);
            }
        }
    }

    fn carry_out(&self, mut child: Child, request: &Request, bytes: Vec<u8>) -> Outcome {
        let reply = self.reply(&mut child, request, bytes);
        match reply.and_then(|reply| reply.answer(request).ok_or(Lost::Broken)) {
            Ok(result) => {
                self.keep(|state| state.idle.push((child, Instant::now())));
                Outcome::Answered(result)
            }
            Err(lost) => {
                let ended = child.end();
                self.keep(|state| state.ended.push(ended));
                Outcome::Lost(lost)
            }
        }
    }

    fn reply(&self, child: &mut Child, request: &Request, bytes: Vec<u8>) -> Result<Reply, Lost> {
        let deadline = request.call.deadline().min(self.patience.call);
        let reply = child.ask(bytes, deadline)?;
        if !reply.is_much() {
            return Ok(reply);
        }
        // An upload does not wait for previews.
        let _much = (request.call.lane() == Lane::Look).then(|| Much::wait(&self.shared));
        let go_on = Said::GoOn.bytes().map_err(|_never| Lost::Broken)?;
        child.ask(go_on, deadline)
    }

    /// Puts something away that the keeper looks after.
    fn keep(&self, put: impl FnOnce(&mut State)) {
        let mut state = self.shared.lock();
        put(&mut state);
        if !state.has_keeper {
            let (shared, idle) = (self.shared.clone(), self.patience.idle);
            let keeper = move || keep(&shared, idle);
            // Without the thread, processes stay until this one ends.
            let started = thread::Builder::new().name("affix-reader-keeper".to_owned()).spawn(keeper);
            state.has_keeper = started.is_ok();
        }
        drop(state);
        self.shared.kept.notify_all();
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.shared.lock().closed = true;
        self.shared.kept.notify_all();
    }
}

/// Ends processes without work, and takes ended ones off the system's list, until there are none.
fn keep(shared: &Shared, patience: Duration) {
    let mut state = shared.lock();
    loop {
        let now = Instant::now();
        let closed = state.closed;
        let rested = |since: Instant| closed || now.duration_since(since) >= patience;
        let old: Vec<Child> =
            state.idle.extract_if(.., |(_, since)| rested(*since)).map(|(child, _)| child).collect();
        state.ended.extend(old.into_iter().map(Child::end));
        state.ended.retain_mut(|ended| !ended.is_gone());
        let next =
            state.idle.iter().map(|(_, since)| patience.saturating_sub(now.duration_since(*since))).min();
        let next =
            if state.ended.is_empty() { next } else { Some(next.map_or(ENDING, |next| next.min(ENDING))) };
        let Some(next) = next else {
            state.has_keeper = false;
            return;
        };
        (state, _) = shared.kept.wait_timeout(state, next).unwrap_or_else(PoisonError::into_inner);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(look: (usize, usize), send: (usize, usize)) -> State {
        let count = |(waiting, working)| Count { waiting, working };
        State { look: count(look), send: count(send), ..State::default() }
    }

    #[test]
    fn one_of_two_places_is_the_others_where_that_waits() {
        // Waiting and working of the previews, of the uploads; who may go on.
        for (look, send, previews, uploads) in [
            ((9, 0), (9, 0), true, true),
            ((9, 1), (0, 0), true, true),
            ((9, 1), (1, 0), false, true),
            ((1, 0), (9, 1), true, false),
            ((9, 1), (9, 1), false, false),
            ((9, 2), (1, 0), false, false),
        ] {
            let mut state = state(look, send);
            let may = (state.has_place_for(Lane::Look), state.has_place_for(Lane::Send));
            assert_eq!(may, (previews, uploads), "{look:?} {send:?}");
        }
    }
}
