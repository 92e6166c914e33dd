//! The X server, asked for what neither winit nor arboard tells, and told what winit does not tell it.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use x11rb::connection::Connection as _;
use x11rb::errors::ReplyOrIdError;
use x11rb::protocol::xproto::{
    ClientMessageEvent, ConnectionExt as _, CreateWindowAux, EventMask, PropMode, WindowClass,
};
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

/// A compositor starts its `XWayland` with the first connection; on a busy computer that takes a second.
const START: Duration = Duration::from_secs(5);

/// Whether an X server answers at `DISPLAY`. A socket that nobody serves would hold the caller for good.
#[must_use]
pub fn answers() -> bool {
    let (tell, told) = mpsc::sync_channel(1);
    let asked = thread::Builder::new().name("affix-x11".to_owned()).spawn(move || {
        // Nobody listens any more when it took too long.
        let _too_late = tell.send(x11rb::connect(None).is_ok());
    });
    asked.is_ok() && told.recv_timeout(START).unwrap_or(false)
}

/// Whether somebody takes over what is on the clipboard when its owner ends (freedesktop.org's `ClipboardManager`).
#[must_use]
pub fn has_clipboard_manager() -> bool {
    manager().is_some_and(|window| window != x11rb::NONE)
}

fn manager() -> Option<u32> {
    let (server, _) = x11rb::connect(None).ok()?;
    let name = server.intern_atom(false, b"CLIPBOARD_MANAGER").ok()?.reply().ok()?.atom;
    Some(server.get_selection_owner(name).ok()?.reply().ok()?.owner)
}

/// Brings a window of this program to the front, because its user started the program once more: `token` is what the
/// launcher gave that start. Tells the launcher that the start is over as well, or it shows a busy pointer for a while.
/// Once more does no harm. Where no server answers, nothing happens.
///
/// Sources: Startup Notification Protocol 0.1 (freedesktop.org); EWMH 1.5, `_NET_ACTIVE_WINDOW`.
pub fn activate(window: u32, token: &str) {
    // There is nobody to tell: winit's window has lost the same server.
    let _lost = try_activate(window, token);
}

fn try_activate(window: u32, token: &str) -> Result<(), ReplyOrIdError> {
    let (server, screen) =
        x11rb::connect(None).map_err(|_refused| x11rb::errors::ConnectionError::UnknownError)?;
    let Some(root) = server.setup().roots.get(screen).map(|screen| screen.root) else { return Ok(()) };
    let atom =
        |name: &str| Ok::<_, ReplyOrIdError>(server.intern_atom(false, name.as_bytes())?.reply()?.atom);
    // Window managers of GNOME and KDE look whether a start of this name was the user's own.
    server.change_property8(
        PropMode::REPLACE,
        window,
        atom("_NET_STARTUP_ID")?,
        atom("UTF8_STRING")?,
        token.as_bytes(),
    )?;
    // Source 2: what the user did directly. A time of 0 is none.
    let facts = [2, time_of(token), 0, 0, 0];
    let wish = ClientMessageEvent::new(32, window, atom("_NET_ACTIVE_WINDOW")?, facts);
    let to_the_manager = EventMask::SUBSTRUCTURE_REDIRECT | EventMask::SUBSTRUCTURE_NOTIFY;
    server.send_event(false, root, to_the_manager, wish)?;
    tell_over(&server, root, token)?;
    server.sync()?;
    Ok(())
}

/// A message to everybody who shows that a program is being started: in parts of 20 bytes, with a zero at the end.
fn tell_over(server: &RustConnection, root: u32, token: &str) -> Result<(), ReplyOrIdError> {
    let atom =
        |name: &str| Ok::<_, ReplyOrIdError>(server.intern_atom(false, name.as_bytes())?.reply()?.atom);
    let (first, more) = (atom("_NET_STARTUP_INFO_BEGIN")?, atom("_NET_STARTUP_INFO")?);
    // Tells this message's parts from those of another.
    let sender = server.generate_id()?;
    let (class, aux) = (WindowClass::INPUT_ONLY, CreateWindowAux::new().override_redirect(1));
    server.create_window(0, sender, root, -1, -1, 1, 1, 0, class, x11rb::COPY_FROM_PARENT, &aux)?;
    let message = over(token);
    for (index, part) in message.chunks(PART).enumerate() {
        let mut bytes = [0; PART];
        bytes.iter_mut().zip(part).for_each(|(byte, told)| *byte = *told);
        let kind = if index == 0 { first } else { more };
        server.send_event(
            false,
            root,
            EventMask::PROPERTY_CHANGE,
            ClientMessageEvent::new(8, sender, kind, bytes),
        )?;
    }
    server.destroy_window(sender)?;
    Ok(())
}

/// Bytes of a message that one event holds.
const PART: usize = 20;

fn over(token: &str) -> Vec<u8> {
    let quoted = token.replace('\\', r"\\").replace('"', "\\\"");
    let mut message = format!("remove: ID=\"{quoted}\"").into_bytes();
    message.push(0);
    message
}

/// When its user started the program, in the server's milliseconds; 0 where the token does not say it.
fn time_of(token: &str) -> u32 {
    token.rsplit_once("_TIME").and_then(|(_, time)| time.parse().ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_launchers_token_says_when() {
        for (token, time) in [
            ("gnome-shell/Files/4120-3-host_TIME1234567", 1_234_567),
            ("a_TIME1_TIME4294967295", u32::MAX),
            ("a_TIME4294967296", 0),
            ("a_TIME-1", 0),
            ("5b9d8c40-6f0e-4a54", 0),
            ("", 0),
        ] {
            assert_eq!(time_of(token), time, "{token}");
        }
    }

    #[test]
    fn what_is_told_is_quoted() {
        assert_eq!(over("a b_TIME1"), b"remove: ID=\"a b_TIME1\"\0");
        assert_eq!(
            over(r#"a"b\c"#),
            br#"remove: ID="a\"b\\c""#.iter().copied().chain([0]).collect::<Vec<u8>>()
        );
    }
}
