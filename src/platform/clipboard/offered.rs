//! One form of what is on the clipboard, as its owner gives it: on Wayland through the compositor's data control, where
//! it has one, else from the X server.

use std::env;
use std::io::Read as _;
use std::thread;
use std::time::{Duration, Instant};

use wl_clipboard_rs::paste::{ClipboardType, Error, MimeType, Seat, get_contents};
use x11rb::connection::Connection as _;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    Atom, AtomEnum, ConnectionExt as _, CreateWindowAux, EventMask, GetPropertyReply, Property, WindowClass,
};
use x11rb::rust_connection::RustConnection;
use x11rb::{COPY_DEPTH_FROM_PARENT, COPY_FROM_PARENT, CURRENT_TIME, NONE};

/// A list of a million files is shorter.
const MOST_BYTES: u64 = 256 * 1024 * 1024;
/// An owner that does not answer within this has hung.
const PATIENCE: Duration = Duration::from_secs(4);
/// Between two looks for an answer.
const LOOK: Duration = Duration::from_millis(2);

/// What the owner gives for this MIME type; none where it does not offer it.
pub(super) fn read(kind: &str) -> Option<Vec<u8>> {
    if env::var_os("WAYLAND_DISPLAY").is_some_and(|name| !name.is_empty()) {
        match get_contents(ClipboardType::Regular, Seat::Unspecified, MimeType::Specific(kind)) {
            Ok((pipe, _)) => {
                let mut content = Vec::new();
                pipe.take(MOST_BYTES).read_to_end(&mut content).ok()?;
                return Some(content);
            }
            Err(Error::NoSeats | Error::ClipboardEmpty | Error::NoMimeType) => return None,
            // Such as GNOME, which has no data control.
            Err(_) => {}
        }
    }
    Asker::new()?.ask(kind)
}

/// A window of our own that the owner's answers are handed to.
struct Asker {
    server: RustConnection,
    window: u32,
    /// Where the answer is put.
    place: Atom,
    until: Instant,
}

impl Asker {
    fn new() -> Option<Self> {
        let (server, screen) = x11rb::connect(None).ok()?;
        let window = server.generate_id().ok()?;
        let root = server.setup().roots.get(screen)?.root;
        let told = CreateWindowAux::new().event_mask(EventMask::PROPERTY_CHANGE);
        let (depth, visual) = (COPY_DEPTH_FROM_PARENT, COPY_FROM_PARENT);
        server
            .create_window(depth, window, root, 0, 0, 1, 1, 0, WindowClass::INPUT_OUTPUT, visual, &told)
            .ok()?;
        let place = atom(&server, "AFFIX_CLIPBOARD")?;
        Some(Self { server, window, place, until: Instant::now() + PATIENCE })
    }

    fn ask(&mut self, kind: &str) -> Option<Vec<u8>> {
        let (clipboard, kind) = (atom(&self.server, "CLIPBOARD")?, atom(&self.server, kind)?);
        self.server.convert_selection(self.window, clipboard, kind, self.place, CURRENT_TIME).ok()?;
        let property = self.next(|event| match event {
            Event::SelectionNotify(answer) => Some(answer.property),
            _ => None,
        })?;
        if property == NONE {
            return None;
        }
        let whole = self.take()?;
        if whole.type_ == atom(&self.server, "INCR")? { self.parts() } else { Some(whole.value) }
    }

    /// What is too long for one answer comes in parts; an empty one is the end (ICCCM 2.7.2).
    fn parts(&mut self) -> Option<Vec<u8>> {
        let mut content = Vec::new();
        loop {
            let place = self.place;
            self.next(|event| match event {
                Event::PropertyNotify(change) => {
                    (change.atom == place && change.state == Property::NEW_VALUE).then_some(())
                }
                _ => None,
            })?;
            let part = self.take()?.value;
            if part.is_empty() {
                return Some(content);
            }
            content.extend(part);
            if content.len() as u64 > MOST_BYTES {
                return None;
            }
            self.until = Instant::now() + PATIENCE;
        }
    }

    /// Reads the answer; that it is taken away tells the owner to go on.
    fn take(&self) -> Option<GetPropertyReply> {
        let asked =
            self.server.get_property(true, self.window, self.place, AtomEnum::ANY, 0, u32::MAX / 4).ok()?;
        asked.reply().ok()
    }

    /// Waits for the event that is looked for.
    fn next<T>(&self, wanted: impl Fn(&Event) -> Option<T>) -> Option<T> {
        self.server.flush().ok()?;
        while Instant::now() < self.until {
            match self.server.poll_for_event().ok()? {
                Some(event) => {
                    if let Some(found) = wanted(&event) {
                        return Some(found);
                    }
                }
                None => thread::sleep(LOOK),
            }
        }
        None
    }
}

fn atom(server: &RustConnection, name: &str) -> Option<Atom> {
    Some(server.intern_atom(false, name.as_bytes()).ok()?.reply().ok()?.atom)
}
