//! Owns the X server's clipboard with a text, for as long as it is this text that should be pasted. arboard cannot: it
//! takes the clipboard from whoever has it, does not notice the server's end, and a manager gets a tenth of a second.
//!
//! ICCCM 2 (selections): <https://x.org/releases/current/doc/xorg-docs/icccm/icccm.html>. Managers:
//! <https://www.freedesktop.org/wiki/ClipboardManager/>.

use std::thread;
use std::time::{Duration, Instant};

use x11rb::NONE;
use x11rb::connection::RequestConnection as _;
use x11rb::errors::{ConnectionError, ReplyOrIdError};
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    Atom, AtomEnum, ConnectionExt as _, EventMask, PropMode, SELECTION_NOTIFY_EVENT, SelectionNotifyEvent,
    SelectionRequestEvent, Window,
};
use x11rb::wrapper::ConnectionExt as _;

use super::offered::Asker;
use crate::platform::x11::Client;

/// For a manager to take the text, and then the clipboard.
const HAND_OVER: Duration = Duration::from_secs(3);
/// Between two looks whether it has the clipboard.
const LOOK: Duration = Duration::from_millis(20);
/// What arboard and KDE's programs answer with it.
pub(super) const SECRET: &[u8] = b"secret";

x11rb::atom_manager! {
    Atoms: AtomsCookie {
        ATOM_PAIR,
        CLIPBOARD,
        CLIPBOARD_MANAGER,
        HINT: b"x-kde-passwordManagerHint",
        MULTIPLE,
        OURS: b"AFFIX_CLIPBOARD",
        PLAIN: b"text/plain",
        PLAIN_UTF8: b"text/plain;charset=utf-8",
        SAVE_TARGETS,
        TARGETS,
        TIMESTAMP,
        UTF8_STRING,
    }
}

/// Holds the text until something else is copied, a manager has taken it over, or the time is over. False: something
/// else was on the clipboard already.
///
/// # Errors
/// The server cannot be reached, or has ended.
pub(super) fn hold(
    text: &str,
    secret: bool,
    until: Instant,
    there: impl FnOnce(),
) -> Result<bool, ReplyOrIdError> {
    let Some(mut owner) = Owner::take(text, secret)? else { return Ok(false) };
    there();
    if !secret && owner.has_manager()? {
        match owner.hand_over()? {
            Handed::Gone => return Ok(true),
            Handed::Nobody => {
                // It said that it has the text, and then did nothing with it.
                let Some(again) = Owner::take(text, secret)? else { return Ok(true) };
                owner = again;
            }
            Handed::Refused => {}
        }
    }
    owner.serve(until, |_| false)?;
    Ok(true)
}

/// What came of the offer to a manager.
enum Handed {
    /// The clipboard is somebody else's.
    Gone,
    /// It is nobody's.
    Nobody,
    /// It is still ours.
    Refused,
}

/// Who has the clipboard.
struct Owner {
    client: Client,
    atoms: Atoms,
    /// Of the taking, in the server's milliseconds.
    since: u32,
    forms: Vec<(Atom, Vec<u8>)>,
}

/// What ended the serving.
enum Ended {
    Time,
    Replaced,
    Enough,
}

impl Owner {
    /// Takes the clipboard if it is nobody's or has this very text. What is copied meanwhile stays: the server takes no
    /// notice of who wants to be the owner since a time before the last change.
    fn take(text: &str, secret: bool) -> Result<Option<Self>, ReplyOrIdError> {
        let client = Client::new()?;
        let atoms = Atoms::new(&client.server)?.reply()?;
        let Some(since) = time_of(&client, &atoms)? else { return Ok(None) };
        let is_ours = |client: &Client| -> Result<bool, ReplyOrIdError> {
            let there = Asker::new(client).ask("UTF8_STRING")?;
            Ok(there.is_some_and(|there| there == text.as_bytes()))
        };
        if owner_of(&client, atoms.CLIPBOARD)? != NONE && !is_ours(&client)? {
            return Ok(None);
        }
        client.server.set_selection_owner(client.window, atoms.CLIPBOARD, since)?;
        if owner_of(&client, atoms.CLIPBOARD)? != client.window {
            return Ok(None);
        }
        let texts = [atoms.UTF8_STRING, atoms.PLAIN_UTF8, atoms.PLAIN];
        let mut forms: Vec<_> = texts.into_iter().map(|kind| (kind, text.as_bytes().to_vec())).collect();
        if secret {
            forms.push((atoms.HINT, SECRET.to_vec()));
        }
        Ok(Some(Self { client, atoms, since, forms }))
    }

    fn has_manager(&self) -> Result<bool, ReplyOrIdError> {
        Ok(owner_of(&self.client, self.atoms.CLIPBOARD_MANAGER)? != NONE)
    }

    /// Offers the text to the manager. One that has read it takes the clipboard, most only when it is nobody's.
    fn hand_over(&self) -> Result<Handed, ReplyOrIdError> {
        let (Client { server, window, .. }, atoms) = (&self.client, &self.atoms);
        let manager = atoms.CLIPBOARD_MANAGER;
        server.convert_selection(*window, manager, atoms.SAVE_TARGETS, atoms.OURS, self.since)?;
        // KDE's says that it is done before it reads anything.
        let (mut said, mut read) = (false, false);
        let ended = self.serve(Instant::now() + HAND_OVER, |event| {
            match event {
                Event::SelectionNotify(answer) => said |= answer.selection == manager,
                Event::SelectionRequest(asked) => read |= self.is_form(asked.target),
                _ => {}
            }
            said && read
        })?;
        match ended {
            Ended::Replaced => return Ok(Handed::Gone),
            Ended::Time => return Ok(Handed::Refused),
            Ended::Enough => {}
        }
        // Not given up by name: to managers that means a text which is to vanish.
        server.destroy_window(*window)?;
        server.sync()?;
        let until = Instant::now() + HAND_OVER;
        while Instant::now() < until {
            if owner_of(&self.client, atoms.CLIPBOARD)? != NONE {
                return Ok(Handed::Gone);
            }
            thread::sleep(LOOK);
        }
        Ok(Handed::Nobody)
    }

    /// Gives the text to who asks, until something else is copied, the time is over, or `enough` says so.
    fn serve(&self, until: Instant, mut enough: impl FnMut(&Event) -> bool) -> Result<Ended, ReplyOrIdError> {
        while let Some(event) = self.client.event(until)? {
            match &event {
                Event::SelectionRequest(asked) => self.answer(asked)?,
                Event::SelectionClear(lost) if lost.selection == self.atoms.CLIPBOARD => {
                    return Ok(Ended::Replaced);
                }
                _ => {}
            }
            if enough(&event) {
                return Ok(Ended::Enough);
            }
        }
        Ok(Ended::Time)
    }

    fn answer(&self, asked: &SelectionRequestEvent) -> Result<(), ReplyOrIdError> {
        // Old programs leave the place to the owner (ICCCM 2.2).
        let place = if asked.property == NONE { asked.target } else { asked.property };
        let given = if asked.target == self.atoms.MULTIPLE {
            self.give_many(asked.requestor, place)?
        } else {
            self.give(asked.requestor, asked.target, place)?
        };
        let answer = SelectionNotifyEvent {
            response_type: SELECTION_NOTIFY_EVENT,
            sequence: 0,
            time: asked.time,
            requestor: asked.requestor,
            selection: asked.selection,
            target: asked.target,
            property: if given { place } else { NONE },
        };
        self.client.server.send_event(false, asked.requestor, EventMask::NO_EVENT, answer)?;
        Ok(())
    }

    /// Several forms at once, each with its place; GNOME's manager asks so. What cannot be given loses its place.
    fn give_many(&self, to: Window, place: Atom) -> Result<bool, ReplyOrIdError> {
        let server = &self.client.server;
        let wanted = server.get_property(false, to, place, AtomEnum::ANY, 0, u32::MAX / 4)?.reply()?;
        let Some(atoms) = wanted.value32() else { return Ok(false) };
        let mut atoms: Vec<Atom> = atoms.collect();
        for pair in atoms.chunks_exact_mut(2) {
            if let [target, place] = pair
                && !self.give(to, *target, *place)?
            {
                *place = NONE;
            }
        }
        server.change_property32(PropMode::REPLACE, to, place, self.atoms.ATOM_PAIR, &atoms)?;
        Ok(true)
    }

    fn give(&self, to: Window, target: Atom, place: Atom) -> Result<bool, ConnectionError> {
        let (server, atoms) = (&self.client.server, &self.atoms);
        if target == atoms.TARGETS {
            let about = [atoms.TARGETS, atoms.MULTIPLE, atoms.TIMESTAMP, atoms.SAVE_TARGETS];
            let kinds: Vec<Atom> =
                about.into_iter().chain(self.forms.iter().map(|(kind, _)| *kind)).collect();
            server.change_property32(PropMode::REPLACE, to, place, AtomEnum::ATOM, &kinds)?;
        } else if target == atoms.TIMESTAMP {
            server.change_property32(PropMode::REPLACE, to, place, AtomEnum::INTEGER, &[self.since])?;
        } else if let Some((kind, content)) = self.forms.iter().find(|(kind, _)| *kind == target) {
            // Longer than megabytes of links, which nobody has: a request of that length is refused.
            if content.len() >= server.maximum_request_bytes() {
                return Ok(false);
            }
            server.change_property8(PropMode::REPLACE, to, place, *kind, content)?;
        } else {
            return Ok(false);
        }
        Ok(true)
    }

    /// Whether it is the text that is asked for, alone or among others.
    fn is_form(&self, target: Atom) -> bool {
        target == self.atoms.MULTIPLE || self.forms.iter().any(|(kind, _)| *kind == target)
    }
}

/// The server's clock, told by a change of our own.
fn time_of(client: &Client, atoms: &Atoms) -> Result<Option<u32>, ReplyOrIdError> {
    let (server, window) = (&client.server, client.window);
    server.change_property8(PropMode::APPEND, window, atoms.OURS, AtomEnum::STRING, &[])?;
    let until = Instant::now() + HAND_OVER;
    while let Some(event) = client.event(until)? {
        if let Event::PropertyNotify(change) = event {
            return Ok(Some(change.time));
        }
    }
    Ok(None)
}

fn owner_of(client: &Client, selection: Atom) -> Result<Window, ReplyOrIdError> {
    Ok(client.server.get_selection_owner(selection)?.reply()?.owner)
}
