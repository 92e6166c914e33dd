//! The clipboard: what others put there, what must not be kept in histories, and what has to outlive the window.
//! Reading waits for the program that owns it: never on the UI thread.

mod list;
#[cfg(target_os = "linux")]
mod offered;
mod outlive;

use std::path::PathBuf;

use arboard::Clipboard;

pub use list::{lines_of, path_of};
pub use outlive::{hold, outlive};

/// What the clipboard holds, the most useful first: files, a picture, a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Held {
    Files(Vec<PathBuf>),
    Picture {
        width: u32,
        height: u32,
        /// Straight alpha, four bytes a pixel.
        rgba: Vec<u8>,
    },
    Text(String),
    Nothing,
}

/// Reads it; a clipboard that cannot be reached holds nothing.
#[must_use]
pub fn read() -> Held {
    let Ok(mut clipboard) = Clipboard::new() else { return Held::Nothing };
    let files = files(&mut clipboard);
    if !files.is_empty() {
        return Held::Files(files);
    }
    if let Some(picture) = picture(&mut clipboard) {
        return picture;
    }
    match clipboard.get_text() {
        Ok(text) if !text.trim().is_empty() => Held::Text(text),
        _ => Held::Nothing,
    }
}

/// The paths that a text lists, one a line, if it is nothing but files and folders that exist.
#[must_use]
pub fn paths_in(text: &str) -> Option<Vec<PathBuf>> {
    let found = |line| path_of(line).filter(|path| path.exists());
    let paths: Vec<PathBuf> = lines_of(text).map(found).collect::<Option<_>>()?;
    (!paths.is_empty()).then_some(paths)
}

/// The picture that is there beside a text: browsers copy one together with the HTML that shows it.
#[must_use]
pub fn read_picture() -> Option<Held> {
    picture(&mut Clipboard::new().ok()?)
}

fn picture(clipboard: &mut Clipboard) -> Option<Held> {
    let picture = clipboard.get_image().ok()?;
    let (width, height) = (u32::try_from(picture.width).ok()?, u32::try_from(picture.height).ok()?);
    Some(Held::Picture { width, height, rgba: picture.bytes.into_owned() })
}

/// arboard knows neither the lists of GNOME's file managers nor addresses that name a host.
#[cfg(target_os = "linux")]
fn files(_clipboard: &mut Clipboard) -> Vec<PathBuf> {
    let lists = ["x-special/gnome-copied-files", "text/uri-list"];
    let found = lists.into_iter().filter_map(offered::read).map(|list| {
        let list = String::from_utf8_lossy(&list).into_owned();
        lines_of(&list).filter_map(path_of).collect::<Vec<_>>()
    });
    found.into_iter().find(|files| !files.is_empty()).unwrap_or_default()
}

#[cfg(not(target_os = "linux"))]
fn files(clipboard: &mut Clipboard) -> Vec<PathBuf> {
    clipboard.get().file_list().unwrap_or_default()
}

/// Puts a text there; a secret is one that histories of the clipboard are asked not to keep. False: nothing was put
/// there.
#[must_use]
pub fn put(text: &str, secret: bool) -> bool {
    Clipboard::new().is_ok_and(|mut clipboard| set(&mut clipboard, secret).text(text).is_ok())
}

fn set(clipboard: &mut Clipboard, secret: bool) -> arboard::Set<'_> {
    if secret { marked(clipboard.set()) } else { clipboard.set() }
}

/// Marks that programs agreed on, each in its own system: `x-kde-passwordManagerHint` on Linux,
/// `ExcludeClipboardContentFromMonitorProcessing` and its like on Windows, `org.nspasteboard.ConcealedType` on macOS.
fn marked(set: arboard::Set<'_>) -> arboard::Set<'_> {
    #[cfg(target_os = "macos")]
    use arboard::SetExtApple as _;
    #[cfg(all(unix, not(target_os = "macos")))]
    use arboard::SetExtLinux as _;
    #[cfg(windows)]
    use arboard::SetExtWindows as _;
    let set = set.exclude_from_history();
    #[cfg(windows)]
    let set = set.exclude_from_cloud().exclude_from_monitoring();
    set
}
