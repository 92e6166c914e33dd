//! A reader, as its own process sees it: takes calls from standard input, one after the other, until that ends.

use std::io::{self, Read, Write};
use std::rc::Rc;
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

#[cfg(target_os = "linux")]
use super::watch::Watch;
use super::wire::{HELLO, Said, write_answer, write_much};
use super::{carry, guarded};
use crate::domain::error::{Failure, Kind};
use crate::media::claim;

/// Parsers of nested formats may go deep.
const STACK_BYTES: usize = 64 << 20;

/// Answers calls until the input ends, which is when the program that asks has ended. What is being read then is not
/// waited for: end this process.
///
/// # Errors
/// The system gives no thread.
pub fn serve(mut input: impl Read, output: impl Write + Send + 'static) -> Result<(), Failure> {
    limit();
    let (sender, heard) = sync_channel(1);
    let work = move || {
        // Who does not listen has ended, and the input with it.
        let _over = answer(output, heard);
    };
    let started = thread::Builder::new().name("affix-reading".to_owned()).stack_size(STACK_BYTES).spawn(work);
    started.map_err(|error| Failure::new(Kind::Storage, "The reader has no thread").cause(error))?;
    while let Some(said) = Said::read(&mut input) {
        if sender.send(said).is_err() {
            break;
        }
    }
    end_group();
    Ok(())
}

fn answer(mut output: impl Write + Send + 'static, heard: Receiver<Said>) -> io::Result<()> {
    output.write_all(HELLO.as_bytes())?;
    output.flush()?;
    let (output, heard) = (Arc::new(Mutex::new(output)), Rc::new(heard));
    #[cfg(target_os = "linux")]
    let watch = Watch::start(output.clone());
    while let Ok(said) = heard.recv() {
        let Said::Call(request) = said else { continue };
        let (asking, going) = (output.clone(), heard.clone());
        let ask = move || {
            // Whoever should let it go on may have ended; then this process does too.
            let _over = write_much(&mut *lock(&asking)).map(|()| going.recv());
        };
        let request = Arc::new(request);
        let work = || claim::asking(Box::new(ask), || guarded(|| carry::out(&request)));
        #[cfg(target_os = "linux")]
        let work = || watch.over(request.clone(), work);
        let result = work();
        write_answer(&mut *lock(&output), result)?;
    }
    Ok(())
}

pub(super) fn lock<T>(output: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing that panics writes.
    output.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What no file may cost, and who goes first. A limit that the system refuses is one less.
#[cfg(target_os = "linux")]
fn limit() {
    use rustix::process::{Resource, Rlimit, setpriority_process, setrlimit};

    /// Of addresses, which are more than memory: stacks, and what an allocator keeps for later. See [`Watch`].
    const ADDRESSES_MAX_BYTES: u64 = 1536 << 20;
    /// Uploads and the window go first.
    const NICE: i32 = 10;

    let at_most = |most| Rlimit { current: Some(most), maximum: Some(most) };
    let _refused = setrlimit(Resource::As, at_most(ADDRESSES_MAX_BYTES));
    // A broken reader's memory has the user's pictures in it.
    let _refused = setrlimit(Resource::Core, at_most(0));
    let _refused = setpriority_process(None, NICE);
    // As it is called in the system's list of processes.
    let _refused = rustix::thread::set_name(c"affix-reader");
}

#[cfg(not(target_os = "linux"))]
fn limit() {}

/// A program that was started for a file ends with its reader.
#[cfg(unix)]
pub(super) fn end_group() {
    use rustix::process::{Signal, getpgrp, getpid, kill_current_process_group};
    if getpgrp() == getpid() {
        let _refused = kill_current_process_group(Signal::KILL);
    }
}

#[cfg(not(unix))]
pub(super) fn end_group() {}
