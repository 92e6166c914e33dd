//! How much memory a reader takes for a file: a decoder of somebody else's cannot be told a bound.

use std::io::Write;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use super::serve::{end_group, lock};
use super::wire::{Request, write_answer};

/// The most that is known to be of use: a picture of 144 megapixels decoded for a copy.
const MEMORY_MAX_KIB: u64 = 640 << 10;
/// A core fills a few MiB in this time.
const TURN: Duration = Duration::from_millis(5);

/// Looks at it while something is done. What takes too much is answered so, and this process ends.
#[derive(Debug)]
pub(super) struct Watch(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    work: Mutex<Work>,
    begun: Condvar,
}

#[derive(Debug, Default)]
struct Work {
    /// What is done.
    request: Option<Arc<Request>>,
    /// Nothing has been done for a turn, so who looks has to be woken. A short call needs no such wake-up after another.
    sleeps: bool,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Work> {
        // It is changed by single assignments.
        self.work.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Watch {
    /// Answers to this output.
    pub(super) fn start(output: Arc<Mutex<impl Write + Send + 'static>>) -> Self {
        let shared = Arc::<Shared>::default();
        let watched = shared.clone();
        let look = move || look(&watched, &output);
        // The system's own limit holds where there is no thread for it.
        let _unwatched = thread::Builder::new().name("affix-memory".to_owned()).spawn(look);
        Self(shared)
    }

    /// Does it under watch.
    pub(super) fn over<T>(&self, request: Arc<Request>, work: impl FnOnce() -> T) -> T {
        let mut now = self.0.lock();
        now.request = Some(request);
        if std::mem::take(&mut now.sleeps) {
            self.0.begun.notify_one();
        }
        drop(now);
        let done = work();
        self.0.lock().request = None;
        done
    }
}

fn look(shared: &Shared, output: &Mutex<impl Write>) {
    let mut work = shared.lock();
    loop {
        work = if work.sleeps {
            shared.begun.wait(work).unwrap_or_else(PoisonError::into_inner)
        } else {
            shared.begun.wait_timeout(work, TURN).unwrap_or_else(PoisonError::into_inner).0
        };
        if work.request.is_none() {
            work.sleeps = true;
            continue;
        }
        // Not while the work would wait for it: this process goes after others, and may be kept from the processor here.
        drop(work);
        let is_heavy = resident_kib().is_some_and(|kib| kib > MEMORY_MAX_KIB);
        work = shared.lock();
        if let Some(request) = work.request.as_ref().filter(|_| is_heavy) {
            let heavy = super::heavy(&request.path, request.call.lane());
            // Who does not listen has ended.
            let _over = write_answer(&mut *lock(output), Err(heavy));
            end_group();
            std::process::exit(1);
        }
    }
}

/// What this process has in memory.
fn resident_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().trim_end_matches(" kB").parse().ok()
}
