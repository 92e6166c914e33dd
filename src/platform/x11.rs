//! The X server, asked for what neither winit nor arboard tells.

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
use x11rb::protocol::xproto::{ConnectionExt as _, CreateWindowAux, EventMask, WindowClass};
use x11rb::rust_connection::RustConnection;
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
        Ok(Self { server, window })
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
