//! The clipboard: what others put there, what must not be kept in histories, and what has to outlive the window.
//! Reading waits for the program that owns it: never on the UI thread.

mod list;
#[cfg(target_os = "linux")]
mod offered;
#[cfg(target_os = "linux")]
mod outlive;
#[cfg(target_os = "linux")]
mod owner;
#[cfg(target_os = "linux")]
mod portal;

use std::path::PathBuf;

use arboard::{Clipboard, ImageData};
#[cfg(target_os = "linux")]
use offered::text;

pub use list::{lines_of, path_of};
#[cfg(target_os = "linux")]
pub use outlive::{hold, outlive};

/// For a picture to come: large ones are made only when somebody asks.
#[cfg(target_os = "linux")]
const PICTURE: std::time::Duration = std::time::Duration::from_secs(15);

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
    let files = files();
    if !files.is_empty() {
        return Held::Files(files);
    }
    if let Some(picture) = read_picture() {
        return picture;
    }
    text().filter(|text| !text.trim().is_empty()).map_or(Held::Nothing, Held::Text)
}

/// The paths that a text lists, one a line, if it is nothing but files and folders that exist. Names may begin and end
/// with spaces, and so may lines that somebody wrote.
#[must_use]
pub fn paths_in(text: &str) -> Option<Vec<PathBuf>> {
    let found = |line: &str| {
        // No name ends with a space on Windows, which would find the file all the same and call it by another name.
        let whole = if cfg!(windows) { line.trim_end() } else { line };
        [whole, line.trim()].into_iter().filter_map(path_of).find(|path| path.exists())
    };
    let paths: Vec<PathBuf> = lines_of(text).map(found).collect::<Option<_>>()?;
    (!paths.is_empty()).then_some(paths)
}

/// The picture that is there, also beside a text: browsers copy one together with the HTML that shows it.
#[must_use]
pub fn read_picture() -> Option<Held> {
    let picture = picture()?;
    let (width, height) = (u32::try_from(picture.width).ok()?, u32::try_from(picture.height).ok()?);
    Some(Held::Picture { width, height, rgba: picture.bytes.into_owned() })
}

/// On Wayland arboard waits for good for an owner that hangs: its thread goes with that owner.
#[cfg(target_os = "linux")]
fn picture() -> Option<ImageData<'static>> {
    let (tell, told) = std::sync::mpsc::sync_channel(1);
    let asked = std::thread::Builder::new().name("affix-clipboard".to_owned()).spawn(move || {
        // Nobody waits any more when it took too long.
        let _too_late = tell.send(Clipboard::new().and_then(|mut clipboard| clipboard.get_image()));
    });
    asked.ok().and_then(|_thread| told.recv_timeout(PICTURE).ok())?.ok()
}

#[cfg(not(target_os = "linux"))]
fn picture() -> Option<ImageData<'static>> {
    Clipboard::new().ok()?.get_image().ok()
}

/// arboard knows neither the lists of GNOME's file managers, nor addresses that name a host, nor the portal.
#[cfg(target_os = "linux")]
fn files() -> Vec<PathBuf> {
    let lists = ["x-special/gnome-copied-files", "text/uri-list"];
    let found = lists.into_iter().filter_map(offered::read).map(|list| {
        let list = String::from_utf8_lossy(&list).into_owned();
        lines_of(&list).filter_map(path_of).collect::<Vec<_>>()
    });
    let listed = found.into_iter().find(|files| !files.is_empty()).unwrap_or_default();
    // A sandboxed program lists paths of its own sandbox, or none.
    if !listed.is_empty() && listed.iter().all(|file| file.exists()) {
        return listed;
    }
    let shared = offered::read(portal::KIND).and_then(|key| portal::files(&key)).unwrap_or_default();
    if shared.is_empty() { listed } else { shared }
}

#[cfg(not(target_os = "linux"))]
fn files() -> Vec<PathBuf> {
    Clipboard::new().and_then(|mut clipboard| clipboard.get().file_list()).unwrap_or_default()
}

#[cfg(not(target_os = "linux"))]
fn text() -> Option<String> {
    Clipboard::new().and_then(|mut clipboard| clipboard.get_text()).ok()
}

/// There the system itself has what was copied.
#[cfg(not(target_os = "linux"))]
pub fn outlive(_text: &str, _secret: bool) {}

/// There nothing has to stay for it.
#[cfg(not(target_os = "linux"))]
#[must_use]
pub fn hold(text: &str, secret: bool, there: impl FnOnce()) -> bool {
    let held = put(text, secret);
    there();
    held
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_in_a_text_is_the_file_of_that_very_name_first() {
        let folder = tempfile::tempdir().unwrap();
        let (plain, spaced) = (folder.path().join("a"), folder.path().join("a "));
        std::fs::File::create(&plain).unwrap();
        let text = format!("{}\r\n", spaced.display());
        assert_eq!(paths_in(&text), Some(vec![plain]), "what somebody wrote may end with a space");
        if cfg!(unix) {
            std::fs::File::create(&spaced).unwrap();
            assert_eq!(paths_in(&text), Some(vec![spaced]));
        }
    }
}
