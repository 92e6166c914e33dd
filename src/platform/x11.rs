//! The X server, asked for what neither winit nor arboard tells.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use x11rb::protocol::xproto::ConnectionExt as _;

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
