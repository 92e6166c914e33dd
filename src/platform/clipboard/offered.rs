//! One form of what is on the clipboard, as its owner gives it: on Wayland through the compositor's data control, where
//! it has one, else from the X server.

use std::env;
use std::io::{self, ErrorKind, Read};
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

use wl_clipboard_rs::paste::{ClipboardType, Error, MimeType, Seat, get_contents};
use wl_clipboard_rs::utils::is_primary_selection_supported;
use x11rb::errors::ReplyOrIdError;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{Atom, AtomEnum, ConnectionExt as _, GetPropertyReply, Property};
use x11rb::{CURRENT_TIME, NONE};

use crate::platform::x11::{Client, readable};

/// A list of a million files is shorter.
const MOST_BYTES: usize = 256 * 1024 * 1024;
/// An owner that gives nothing more for so long has hung.
const PATIENCE: Duration = Duration::from_secs(4);
/// Read at once; a pipe holds as much.
const BLOCK: usize = 64 * 1024;
/// The forms of a text, the best first; old programs have the last alone.
const TEXTS: [&str; 4] = ["UTF8_STRING", "text/plain;charset=utf-8", "text/plain", "STRING"];

/// Whether the clipboard is the compositor's, through its data control; else it is the X server's, also on Wayland:
/// GNOME has none. arboard decides by the same.
pub(super) fn is_waylands() -> bool {
    env::var_os("WAYLAND_DISPLAY").is_some() && is_primary_selection_supported().is_ok()
}

/// What the owner gives for this MIME type; none where it does not offer it.
pub(super) fn read(kind: &str) -> Option<Vec<u8>> {
    if is_waylands() { from_wayland(MimeType::Specific(kind)).ok().flatten() } else { from_x11(&[kind]) }
}

/// What it gives as a text.
pub(super) fn text() -> Option<String> {
    let given = if is_waylands() { from_wayland(MimeType::Text).ok().flatten() } else { from_x11(&TEXTS) };
    String::from_utf8(given?).ok()
}

/// None: there is something, which has no such form or cannot be had.
///
/// # Errors
/// There is nothing on the clipboard.
pub(super) fn from_wayland(kind: MimeType<'_>) -> Result<Option<Vec<u8>>, Nothing> {
    match get_contents(ClipboardType::Regular, Seat::Unspecified, kind) {
        Ok((pipe, _)) => Ok(read_all(pipe, PATIENCE).ok()),
        Err(Error::NoSeats | Error::ClipboardEmpty) => Err(Nothing),
        Err(_) => Ok(None),
    }
}

/// Nobody has the clipboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Nothing;

/// Reads to the end, which an owner that hangs never comes to.
fn read_all(mut pipe: impl Read + AsFd, patience: Duration) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    let mut block = vec![0; BLOCK];
    while readable(&pipe, Instant::now() + patience)? {
        match pipe.read(&mut block)? {
            0 => return Ok(content),
            count => content.extend(block.iter().take(count)),
        }
        if content.len() > MOST_BYTES {
            return Err(ErrorKind::FileTooLarge.into());
        }
    }
    Err(ErrorKind::TimedOut.into())
}

/// In the first of these forms that the owner has.
fn from_x11(kinds: &[&str]) -> Option<Vec<u8>> {
    let client = Client::new().ok()?;
    let mut asker = Asker::new(&client);
    kinds.iter().find_map(|kind| asker.ask(kind).ok().flatten())
}

/// Asks the clipboard's owner.
pub(super) struct Asker<'client> {
    client: &'client Client,
    until: Instant,
}

impl<'client> Asker<'client> {
    pub(super) fn new(client: &'client Client) -> Self {
        Self { client, until: Instant::now() + PATIENCE }
    }

    pub(super) fn ask(&mut self, kind: &str) -> Result<Option<Vec<u8>>, ReplyOrIdError> {
        let Client { server, window, .. } = self.client;
        let (clipboard, kind) = (self.atom("CLIPBOARD")?, self.atom(kind)?);
        // Where the answer is put.
        let place = self.atom("AFFIX_CLIPBOARD")?;
        server.convert_selection(*window, clipboard, kind, place, CURRENT_TIME)?;
        let answer = self.next(|event| match event {
            Event::SelectionNotify(answer) => Some(answer.property),
            _ => None,
        })?;
        if answer.is_none_or(|property| property == NONE) {
            return Ok(None);
        }
        let whole = self.take(place)?;
        if whole.type_ == self.atom("INCR")? { self.parts(place) } else { Ok(Some(whole.value)) }
    }

    /// What is too long for one answer comes in parts; an empty one is the end (ICCCM 2.7.2).
    fn parts(&mut self, place: Atom) -> Result<Option<Vec<u8>>, ReplyOrIdError> {
        let mut content = Vec::new();
        loop {
            let new = self.next(|event| match event {
                Event::PropertyNotify(change) => {
                    (change.atom == place && change.state == Property::NEW_VALUE).then_some(())
                }
                _ => None,
            })?;
            if new.is_none() {
                return Ok(None);
            }
            let part = self.take(place)?.value;
            if part.is_empty() {
                return Ok(Some(content));
            }
            content.extend(part);
            if content.len() > MOST_BYTES {
                return Ok(None);
            }
            self.until = Instant::now() + PATIENCE;
        }
    }

    /// Reads the answer; that it is taken away tells the owner to go on.
    fn take(&self, place: Atom) -> Result<GetPropertyReply, ReplyOrIdError> {
        let Client { server, window, .. } = self.client;
        Ok(server.get_property(true, *window, place, AtomEnum::ANY, 0, u32::MAX / 4)?.reply()?)
    }

    /// Waits for the event that is looked for; none when the owner has hung.
    fn next<T>(&self, wanted: impl Fn(&Event) -> Option<T>) -> Result<Option<T>, ReplyOrIdError> {
        while let Some(event) = self.client.event(self.until)? {
            if let Some(found) = wanted(&event) {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    fn atom(&self, name: &str) -> Result<Atom, ReplyOrIdError> {
        Ok(self.client.server.intern_atom(false, name.as_bytes())?.reply()?.atom)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::thread;

    use super::*;

    #[test]
    fn an_owner_that_never_ends_is_given_up() {
        let (pipe, mut owner) = io::pipe().unwrap();
        owner.write_all(b"file:///a").unwrap();
        let read = read_all(pipe, Duration::from_millis(50));
        assert_eq!(read.unwrap_err().kind(), ErrorKind::TimedOut);
        drop(owner);
    }

    #[test]
    fn an_owner_that_takes_its_time_is_read_to_the_end() {
        let (pipe, mut owner) = io::pipe().unwrap();
        // More than a pipe holds.
        let content: Vec<u8> = (0..=250).cycle().take(300_000).collect();
        let read = thread::scope(|scope| {
            let reads = scope.spawn(|| read_all(pipe, PATIENCE));
            for part in content.chunks(70_000) {
                owner.write_all(part).unwrap();
            }
            drop(owner);
            reads.join().unwrap()
        });
        assert!(read.unwrap() == content);
    }
}
