//! Files that a sandboxed program copied: it has no paths that others could open, so it gives a key, and the portal of
//! the session, which knows the files, tells their paths for it.
//!
//! <https://flatpak.github.io/xdg-desktop-portal/docs/doc-org.freedesktop.portal.FileTransfer.html>

use std::collections::HashMap;
use std::path::PathBuf;
use std::time::Duration;

use zbus::blocking::connection::Builder;
use zbus::zvariant::Value;

/// The form that holds the key.
pub(super) const KIND: &str = "application/vnd.portal.filetransfer";

const SERVICE: &str = "org.freedesktop.portal.Documents";
const PATH: &str = "/org/freedesktop/portal/documents";
const INTERFACE: &str = "org.freedesktop.portal.FileTransfer";
/// It may have to be started first.
const PATIENCE: Duration = Duration::from_secs(10);

/// The files behind a key; none where there is no portal, or it does not know the key (any more).
pub(super) fn files(key: &[u8]) -> Option<Vec<PathBuf>> {
    // GTK's ends with a NUL.
    let key = std::str::from_utf8(key).ok()?.trim_end_matches('\0');
    let bus = Builder::session().ok()?.method_timeout(PATIENCE).build().ok()?;
    let wishes = HashMap::<&str, Value<'_>>::new();
    let answer =
        bus.call_method(Some(SERVICE), PATH, Some(INTERFACE), "RetrieveFiles", &(key, wishes)).ok()?;
    let files = answer.body().deserialize::<Vec<String>>().ok()?;
    Some(files.into_iter().map(PathBuf::from).collect())
}
