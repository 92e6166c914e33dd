//! One process that reads, as the program sees it: it may hang, break, or answer what it likes.

use std::io::{self, Read, Write};
use std::path::Path;
use std::process::{ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

use super::wire::{HELLO, Reply};

/// How long a process may take until it can be asked.
const START_DEADLINE: Duration = Duration::from_secs(10);

/// What a reader may know of the user's environment; nothing else of it does, secrets least of all.
const KEPT: &[&str] = &["PATH", "HOME", "LANG", "LANGUAGE", "TMPDIR"];
const KEPT_BEGINNINGS: &[&str] = &["XDG_", "LC_"];
/// What Windows programs do not start without, and where its folders are.
const KEPT_ON_WINDOWS: &[&str] =
    &["SYSTEMROOT", "TEMP", "TMP", "USERPROFILE", "APPDATA", "LOCALAPPDATA", "PATHEXT"];

/// glibc gives the memory of a large picture back as soon as it is freed, instead of keeping it for the next one.
const ENVIRONMENT: &[(&str, &str)] = &[("MALLOC_MMAP_THRESHOLD_", "1048576"), ("MALLOC_ARENA_MAX", "2")];

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lost {
    /// It took too long.
    Late,
    /// It ended, or answered what makes no sense.
    Broken,
}

/// There is no such program, it is none that reads, or it did not say so in time.
#[derive(Debug)]
pub(super) struct NotStarted {
    pub is_late: bool,
    pub ended: Option<Ended>,
}

/// A process that was ended, and is still to be taken off the system's list.
#[derive(Debug)]
pub(super) struct Ended(std::process::Child);

impl Ended {
    /// Never waits.
    pub(super) fn is_gone(&mut self) -> bool {
        !matches!(self.0.try_wait(), Ok(None))
    }
}

#[derive(Debug)]
pub(super) struct Child {
    process: std::process::Child,
    work: SyncSender<Work>,
}

#[derive(Debug)]
struct Work {
    request: Vec<u8>,
    answer: SyncSender<io::Result<Reply>>,
}

impl Child {
    pub(super) fn start(program: &Path, patience: Duration) -> Result<Self, NotStarted> {
        let none = NotStarted { is_late: false, ended: None };
        let mut process = command(program).spawn().map_err(|_no_program| none)?;
        let (work, works) = sync_channel(1);
        let (greeted, greeting) = sync_channel(1);
        let pipes = process.stdin.take().zip(process.stdout.take());
        let talk = move || {
            let Some((stdin, mut stdout)) = pipes else { return };
            let hello = hello(&mut stdout);
            let is_reader = hello.is_ok();
            // Nobody waits any longer where it took too long; then there is no work either.
            let _unheard = greeted.send(hello);
            if is_reader {
                talk(stdin, stdout, &works);
            }
        };
        let talking = thread::Builder::new().name("affix-reader".to_owned()).spawn(talk);
        let child = Self { process, work };
        let greeted = match talking {
            Ok(_detached) => greeting.recv_timeout(START_DEADLINE.min(patience)),
            Err(_no_thread) => Err(RecvTimeoutError::Disconnected),
        };
        match greeted {
            Ok(Ok(())) => Ok(child),
            other => {
                let is_late = matches!(other, Err(RecvTimeoutError::Timeout));
                Err(NotStarted { is_late, ended: Some(child.end()) })
            }
        }
    }

    /// None where it has ended by itself meanwhile.
    pub(super) fn if_alive(mut self) -> Option<Self> {
        matches!(self.process.try_wait(), Ok(None)).then_some(self)
    }

    /// After a loss the process must be ended.
    pub(super) fn ask(&mut self, request: Vec<u8>, deadline: Duration) -> Result<Reply, Lost> {
        let (answer, answered) = sync_channel(1);
        self.work.try_send(Work { request, answer }).map_err(|_ended| Lost::Broken)?;
        match answered.recv_timeout(deadline) {
            Ok(reply) => reply.map_err(|_makes_no_sense| Lost::Broken),
            Err(RecvTimeoutError::Timeout) => Err(Lost::Late),
            Err(RecvTimeoutError::Disconnected) => Err(Lost::Broken),
        }
    }

    /// Kills it and what it started.
    pub(super) fn end(mut self) -> Ended {
        #[cfg(unix)]
        {
            use rustix::process::{Pid, Signal, kill_process_group};
            // Nobody has waited for it, so the number is still its own.
            let _gone_already = kill_process_group(Pid::from_child(&self.process), Signal::KILL);
        }
        let _gone_already = self.process.kill();
        Ended(self.process)
    }
}

fn hello(stdout: &mut ChildStdout) -> io::Result<()> {
    let mut said = [0; HELLO.len()];
    stdout.read_exact(&mut said)?;
    if said == *HELLO.as_bytes() { Ok(()) } else { Err(io::Error::other("another program")) }
}

/// Passes work on and answers back until one side ends. Reads and writes here may wait for as long as the process lives.
fn talk(mut stdin: ChildStdin, mut stdout: ChildStdout, works: &Receiver<Work>) {
    for Work { request, answer } in works {
        let reply =
            stdin.write_all(&request).and_then(|()| stdin.flush()).and_then(|()| Reply::read(&mut stdout));
        let is_over = reply.is_err();
        // Nobody waits for what comes too late.
        let _unheard = answer.send(reply);
        if is_over {
            return;
        }
    }
}

fn command(program: &Path) -> Command {
    let mut command = Command::new(program);
    command.arg("media-reader").env_clear().envs(std::env::vars_os().filter(|(name, _)| is_kept(name)));
    command.envs(ENVIRONMENT.iter().copied());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    #[cfg(unix)]
    {
        use std::os::unix::process::CommandExt;
        // A group of its own: Ctrl-C is the program's to answer, and what the reader starts ends with it.
        command.process_group(0).current_dir("/");
    }
    #[cfg(windows)]
    {
        use std::os::windows::process::CommandExt;
        /// From `winbase.h`: no console window flashes up.
        const CREATE_NO_WINDOW: u32 = 0x0800_0000;
        command.creation_flags(CREATE_NO_WINDOW);
    }
    command
}

fn is_kept(name: &std::ffi::OsStr) -> bool {
    let Some(name) = name.to_str() else { return false };
    let is_for_windows =
        || cfg!(windows) && KEPT_ON_WINDOWS.iter().chain(KEPT).any(|kept| kept.eq_ignore_ascii_case(name));
    KEPT.contains(&name) || KEPT_BEGINNINGS.iter().any(|begin| name.starts_with(begin)) || is_for_windows()
}
