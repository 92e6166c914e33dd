//! On X11 and Wayland what was copied is gone with the program that has it, unless somebody takes it over: a clipboard
//! manager, or a process of our own that stays until something else is copied.

use std::io::{self, Write as _};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use wl_clipboard_rs::copy::{MimeSource, MimeType, Options, Source};
use wl_clipboard_rs::paste::{self, ClipboardType, Seat, get_mime_types};

use super::{offered, owner};
use crate::platform::process;
use crate::platform::x11::readable;

/// How long a text that nobody replaces is kept for.
const KEPT: Duration = Duration::from_hours(1);
/// For the new process to have it.
const ANSWER: Duration = Duration::from_secs(3);
/// Between two looks whether the compositor has heard of it.
const LOOK: Duration = Duration::from_millis(10);
/// Marks what this process has put there.
const OURS: &str = "application/x-affix-held";
/// What KDE's programs ask histories with.
const HINT: &str = "x-kde-passwordManagerHint";

/// Sees to it that a text which was put on the clipboard, and still is there, can be pasted after this process.
pub fn outlive(text: &str, secret: bool) {
    if offered::text().is_none_or(|there| there != text) {
        return;
    }
    // Where it cannot be started the text goes with the window, as it does in most programs.
    if let Ok(holder) = start(text, secret) {
        wait_for(holder);
    }
}

fn start(text: &str, secret: bool) -> io::Result<Child> {
    let mut command = Command::new(process::this_program()?);
    command.arg("hold-clipboard").args(secret.then_some("--secret")).current_dir("/");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    process::detach(&mut command);
    let mut holder = command.spawn()?;
    if let Some(mut input) = holder.stdin.take() {
        input.write_all(text.as_bytes())?;
    }
    Ok(holder)
}

/// Until the new process says that it has the text, or ends: this one must not end before.
fn wait_for(holder: Child) {
    if let Some(out) = holder.stdout {
        let _has_it_or_never_will = readable(&out, Instant::now() + ANSWER);
    }
}

/// Has the text on the clipboard until something else is copied, or for an hour; says when it is there. Something else
/// that is there already is left there.
///
/// False: the clipboard cannot be reached, has something else, or went with its screen.
#[must_use]
pub fn hold(text: &str, secret: bool, there: impl FnOnce()) -> bool {
    if offered::is_waylands() {
        return hold_on_wayland(text, secret, there);
    }
    owner::hold(text, secret, Instant::now() + KEPT, there).unwrap_or(false)
}

/// Managers take what they want from there; nothing has to be offered to them.
fn hold_on_wayland(text: &str, secret: bool, there: impl FnOnce()) -> bool {
    match offered::from_wayland(paste::MimeType::Text) {
        Ok(Some(content)) if content == text.as_bytes() => {}
        Ok(_) => return false,
        Err(offered::Nothing) => {}
    }
    let form = |mime_type, content: &[u8]| MimeSource { source: Source::Bytes(content.into()), mime_type };
    let mut forms = vec![form(MimeType::Text, text.as_bytes())];
    forms.push(form(MimeType::Specific(OURS.to_owned()), b""));
    if secret {
        forms.push(form(MimeType::Specific(HINT.to_owned()), owner::SECRET));
    }
    let mut options = Options::new();
    options.foreground(true);
    let Ok(held) = options.prepare_copy_multi(forms) else { return false };
    // It ends when something else is copied, and with the compositor.
    let serves = thread::Builder::new().name("affix-clipboard".to_owned());
    let (tell, told) = mpsc::sync_channel(1);
    let serves = serves.spawn(move || tell.send(held.serve().is_ok()));
    if serves.is_err() {
        return false;
    }
    until_heard();
    there();
    told.recv_timeout(KEPT).unwrap_or(true)
}

/// The text goes to the compositor only while it is served.
fn until_heard() {
    let until = Instant::now() + ANSWER;
    let heard =
        || get_mime_types(ClipboardType::Regular, Seat::Unspecified).is_ok_and(|kinds| kinds.contains(OURS));
    while Instant::now() < until && !heard() {
        thread::sleep(LOOK);
    }
}
