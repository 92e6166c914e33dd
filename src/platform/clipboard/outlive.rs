//! On X11 and Wayland what was copied is gone with the program that has it, unless somebody takes it over: a clipboard
//! manager, or a process of our own that stays until something else is copied.

use std::io::{Read as _, Write as _};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use arboard::{Clipboard, Error};

use crate::platform::process;

/// How long a text that nobody replaces is kept for.
const KEPT: Duration = Duration::from_hours(1);
/// Between two looks whether the screen is still there: arboard waits for an X server that has ended for good.
const LOOK: Duration = Duration::from_secs(5);
/// For an owner that may have hung to give its text, and for the new process to have it.
const ANSWER: Duration = Duration::from_secs(3);

/// Sees to it that a text which was put on the clipboard, and still is there, can be pasted after this process. On
/// Windows and macOS the system has it already.
pub fn outlive(text: &str, secret: bool) {
    if !cfg!(target_os = "linux") || !is_there(text) {
        return;
    }
    // Where it cannot be started the text goes with the window, as it does in most programs.
    if let Ok(holder) = start(text, secret) {
        wait_for(holder);
    }
}

/// Whether the text is on the clipboard; an owner that does not answer has something else.
fn is_there(text: &str) -> bool {
    let (tell, told) = mpsc::sync_channel(1);
    let asked = thread::Builder::new().name("affix-clipboard".to_owned()).spawn(move || {
        // Nobody waits any more when it took too long.
        let _too_late = tell.send(Clipboard::new().and_then(|mut clipboard| clipboard.get_text()).ok());
    });
    asked.is_ok() && told.recv_timeout(ANSWER).ok().flatten().is_some_and(|there| there == text)
}

fn start(text: &str, secret: bool) -> std::io::Result<Child> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("hold-clipboard").args(secret.then_some("--secret")).current_dir("/");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    process::detach(&mut command);
    let mut holder = command.spawn()?;
    if let Some(mut input) = holder.stdin.take() {
        input.write_all(text.as_bytes())?;
    }
    Ok(holder)
}

/// Until the new process says that it has the text: this one must not end before.
fn wait_for(mut holder: Child) {
    let (tell, told) = mpsc::sync_channel(1);
    let listens = thread::Builder::new().name("affix-clipboard".to_owned()).spawn(move || {
        let heard = holder.stdout.take().map(|mut out| out.read(&mut [0; 16]));
        // Nobody waits any more when it took too long.
        let _too_late = tell.send(heard);
    });
    if listens.is_ok() {
        let _has_it_or_never_will = told.recv_timeout(ANSWER);
    }
}

/// Has the text on the clipboard until something else is copied, or for an hour; says when it is there.
///
/// # Errors
/// The clipboard cannot be reached.
pub fn hold(text: String, secret: bool, there: impl FnOnce()) -> Result<(), Error> {
    let mut clipboard = Clipboard::new()?;
    put(&mut clipboard, &text, secret, false)?;
    there();
    if has_manager() {
        // arboard offers it what a clipboard has that is dropped.
        drop(clipboard);
        if is_there(&text) {
            return Ok(());
        }
        clipboard = Clipboard::new()?;
    }
    let (tell, told) = mpsc::sync_channel(1);
    let holds = thread::Builder::new().name("affix-clipboard".to_owned()).spawn(move || {
        // Put there once more: only this call tells when it is replaced.
        let _after_the_hour = tell.send(put(&mut clipboard, &text, secret, true));
    });
    match holds {
        Ok(_) => until_replaced(&told),
        Err(_) => Err(Error::Unknown { description: "no thread could be started".to_owned() }),
    }
}

/// When the hour is over or the screen is gone the process ends, and its thread with it.
fn until_replaced(told: &mpsc::Receiver<Result<(), Error>>) -> Result<(), Error> {
    let until = Instant::now() + KEPT;
    loop {
        match told.recv_timeout(LOOK) {
            Ok(ended) => return ended,
            Err(RecvTimeoutError::Timeout) if Instant::now() < until && has_screen() => {}
            Err(_) => return Ok(()),
        }
    }
}

/// A compositor that ends is noticed by itself.
fn has_screen() -> bool {
    #[cfg(target_os = "linux")]
    let has = std::env::var_os("WAYLAND_DISPLAY").is_some() || crate::platform::x11::answers();
    #[cfg(not(target_os = "linux"))]
    let has = true;
    has
}

/// X11's managers take over what is offered to them; Wayland has them take what they want.
fn has_manager() -> bool {
    #[cfg(target_os = "linux")]
    let has = std::env::var_os("WAYLAND_DISPLAY").is_none() && crate::platform::x11::has_clipboard_manager();
    #[cfg(not(target_os = "linux"))]
    let has = false;
    has
}

fn put(clipboard: &mut Clipboard, text: &str, secret: bool, wait: bool) -> Result<(), Error> {
    let set = super::set(clipboard, secret);
    #[cfg(target_os = "linux")]
    let set = {
        use arboard::SetExtLinux as _;
        if wait { set.wait() } else { set }
    };
    #[cfg(not(target_os = "linux"))]
    let _the_system_has_it = wait;
    set.text(text)
}
