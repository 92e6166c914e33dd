//! Work that goes deep: what files nest is read by functions that call themselves.

use std::thread;

/// Enough for what usvg reads one in another (1,024) in a build without optimisation; only what is used is taken.
const STACK_BYTES: usize = 128 << 20;

/// Runs it on a thread with much stack. `None`: it panicked, or no thread could be started.
pub(super) fn run<T: Send>(work: impl FnOnce() -> T + Send) -> Option<T> {
    thread::scope(|scope| {
        let builder = thread::Builder::new().name("draw document".to_owned()).stack_size(STACK_BYTES);
        builder.spawn_scoped(scope, work).ok()?.join().ok()
    })
}
