//! A reader, as its own process sees it: takes calls from standard input, one after the other, until that ends.

use std::cell::RefCell;
use std::io::{self, Read, Write};
use std::rc::Rc;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;

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

fn answer(mut output: impl Write + 'static, heard: Receiver<Said>) -> io::Result<()> {
    output.write_all(HELLO.as_bytes())?;
    output.flush()?;
    let (output, heard) = (Rc::new(RefCell::new(output)), Rc::new(heard));
    while let Ok(said) = heard.recv() {
        let Said::Call(request) = said else { continue };
        let (asking, going) = (output.clone(), heard.clone());
        let ask = move || {
            // Whoever should let it go on may have ended; then this process does too.
            let _over = write_much(&mut *asking.borrow_mut()).map(|()| going.recv());
        };
        let result = claim::asking(Box::new(ask), || guarded(|| carry::out(&request)));
        write_answer(&mut *output.borrow_mut(), result)?;
    }
    Ok(())
}

/// What no file may cost, and who goes first. A limit that the system refuses is one less.
#[cfg(target_os = "linux")]
fn limit() {
    use rustix::process::{Resource, Rlimit, setpriority_process, setrlimit};

    /// The most that a reader takes are the pixels of a picture, some of them twice.
    const MEMORY_MAX_BYTES: u64 = 1536 << 20;
    /// Uploads and the window go first.
    const NICE: i32 = 10;

    let at_most = |most| Rlimit { current: Some(most), maximum: Some(most) };
    let _refused = setrlimit(Resource::As, at_most(MEMORY_MAX_BYTES));
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
fn end_group() {
    use rustix::process::{Signal, getpgrp, getpid, kill_current_process_group};
    if getpgrp() == getpid() {
        let _refused = kill_current_process_group(Signal::KILL);
    }
}

#[cfg(not(unix))]
fn end_group() {}
