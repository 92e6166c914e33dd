//! The X server, asked for what neither winit nor arboard tells, and told what winit does not tell it.

use std::io;
use std::os::fd::AsFd;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use x11rb::connection::Connection as _;
use x11rb::errors::{ConnectionError, ReplyOrIdError};
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    ClientMessageEvent, ConnectionExt as _, CreateWindowAux, EventMask, PropMode, WindowClass,
};
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;
use x11rb::{COPY_DEPTH_FROM_PARENT, COPY_FROM_PARENT};

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

/// A connection with a window of its own, unseen, that answers are handed to.
pub(super) struct Client {
    pub(super) server: RustConnection,
    pub(super) window: u32,
    root: u32,
}

impl Client {
    pub(super) fn new() -> Result<Self, ReplyOrIdError> {
        // Without a server it is as if the connection had been lost.
        let (server, screen) = x11rb::connect(None).map_err(|_no_server| ConnectionError::UnknownError)?;
        let window = server.generate_id()?;
        let root = server.setup().roots.get(screen).ok_or(ConnectionError::UnknownError)?.root;
        let told = CreateWindowAux::new().event_mask(EventMask::PROPERTY_CHANGE);
        let (depth, visual) = (COPY_DEPTH_FROM_PARENT, COPY_FROM_PARENT);
        server.create_window(depth, window, root, 0, 0, 1, 1, 0, WindowClass::INPUT_OUTPUT, visual, &told)?;
        Ok(Self { server, window, root })
    }

    /// The next event; none when the time is over. The end of the server is an error, at once.
    pub(super) fn event(&self, until: Instant) -> Result<Option<Event>, ConnectionError> {
        self.server.flush()?;
        loop {
            if let Some(event) = self.server.poll_for_event()? {
                return Ok(Some(event));
            }
            if !readable(self.server.stream(), until)? {
                return Ok(None);
            }
        }
    }
}

/// Waits until something can be read, or the end of it; false when the time is over.
pub(super) fn readable(from: &impl AsFd, until: Instant) -> io::Result<bool> {
    loop {
        let left = until.saturating_duration_since(Instant::now());
        let left = Timespec::try_from(left).map_err(io::Error::other)?;
        match poll(&mut [PollFd::new(from, PollFlags::IN)], Some(&left)) {
            Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
            Ok(ready) => return Ok(ready > 0),
        }
    }
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
    let client = Client::new()?;
    let Client { server, root, .. } = &client;
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
    server.send_event(false, *root, to_the_manager, wish)?;
    tell_over(&client, token)?;
    server.sync()?;
    Ok(())
}

/// A message to everybody who shows that a program is being started: in parts of 20 bytes, with a zero at the end.
fn tell_over(client: &Client, token: &str) -> Result<(), ReplyOrIdError> {
    // The sender tells this message's parts from those of another.
    let Client { server, window: sender, root } = client;
    let atom =
        |name: &str| Ok::<_, ReplyOrIdError>(server.intern_atom(false, name.as_bytes())?.reply()?.atom);
    let (first, more) = (atom("_NET_STARTUP_INFO_BEGIN")?, atom("_NET_STARTUP_INFO")?);
    let message = over(token);
    for (index, part) in message.chunks(PART).enumerate() {
        let mut bytes = [0; PART];
        bytes.iter_mut().zip(part).for_each(|(byte, told)| *byte = *told);
        let kind = if index == 0 { first } else { more };
        server.send_event(
            false,
            *root,
            EventMask::PROPERTY_CHANGE,
            ClientMessageEvent::new(8, *sender, kind, bytes),
        )?;
    }
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
