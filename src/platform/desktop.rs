//! What is handed to the desktop: links to a browser, files to the file manager, a word when the window is not in
//! front. All of it may wait on other programs: call it off the UI thread.

use std::path::Path;

use url::Url;

use crate::domain::error::{Failure, Kind};
use crate::domain::file_name;

#[cfg(all(unix, not(target_os = "macos")))]
pub use super::bus::Bus;

/// The app's name for the desktop: the window's class, its `.desktop` file, its icon.
pub const APP_ID: &str = "app.affix.Affix";

/// The window's title.
pub const TITLE: &str = "Affix";

/// Opens a link in the browser.
///
/// # Errors
/// - [`Kind::Refused`]: it is no `http://` or `https://` address. A service's answer must not start programs.
/// - [`Kind::Settings`]: nothing that opens links was found.
pub fn open_link(link: &str) -> Result<(), Failure> {
    let url = web_address(link)?;
    open::that_detached(url.as_str()).map_err(|error| {
        Failure::new(Kind::Settings, "No program was found that opens links")
            .cause(error)
            .advice("Copy the link and open it in your browser.")
    })
}

/// The address, if it is one that a browser may be handed.
fn web_address(link: &str) -> Result<Url, Failure> {
    let refused = || {
        let shown = file_name::elide_middle(&file_name::display(link), 60);
        Failure::new(Kind::Refused, format!("“{shown}” is no web address, so it is not opened"))
            .advice("Only links that begin with http:// or https:// are opened.")
    };
    let url = Url::parse(link).map_err(|_not_an_address| refused())?;
    let is_web = matches!(url.scheme(), "http" | "https") && url.has_host();
    if is_web { Ok(url) } else { Err(refused()) }
}

/// Whether a link is one that [`open_link`] opens.
#[must_use]
pub fn is_web_address(link: &str) -> bool {
    web_address(link).is_ok()
}

/// Shows a file in the file manager, selected where the file manager can.
///
/// # Errors
/// - [`Kind::Gone`]: the file is no longer there.
/// - [`Kind::Settings`]: no file manager was found.
pub async fn show_in_folder(path: &Path) -> Result<(), Failure> {
    let name = file_name::display(&path.file_name().unwrap_or(path.as_os_str()).to_string_lossy());
    if std::fs::symlink_metadata(path).is_err() {
        return Err(Failure::new(Kind::Gone, format!("“{name}” is no longer where it was"))
            .cause(path.display())
            .advice("It was moved, renamed or deleted after it was uploaded."));
    }
    reveal(path).await.map_err(|error| {
        Failure::new(Kind::Settings, "No file manager was found").cause(error).advice("Open it yourself.")
    })
}

#[cfg(windows)]
async fn reveal(path: &Path) -> Result<(), std::io::Error> {
    use std::os::windows::process::CommandExt as _;
    // Explorer reads its command line by its own rules: the quotes belong around the path alone.
    std::process::Command::new("explorer")
        .raw_arg(format!("/select,\"{}\"", path.display()))
        .spawn()
        .map(drop)
}

#[cfg(target_os = "macos")]
async fn reveal(path: &Path) -> Result<(), std::io::Error> {
    std::process::Command::new("open").arg("-R").arg(path).spawn().map(drop)
}

/// The file manager's own service selects the file; without it, the folder is opened.
#[cfg(all(unix, not(target_os = "macos")))]
async fn reveal(path: &Path) -> Result<(), std::io::Error> {
    use std::time::Duration;
    // A file manager that hangs must not hold this for good.
    let shown = tokio::time::timeout(Duration::from_secs(5), show_items(path)).await;
    if matches!(shown, Ok(Some(()))) {
        return Ok(());
    }
    let folder = path.parent().unwrap_or(path).to_owned();
    tokio::task::spawn_blocking(move || open::that_detached(folder)).await.map_err(std::io::Error::other)?
}

#[cfg(all(unix, not(target_os = "macos")))]
async fn show_items(path: &Path) -> Option<()> {
    const MANAGER: &str = "org.freedesktop.FileManager1";
    let address = Url::from_file_path(path).ok()?;
    let session = zbus::Connection::session().await.ok()?;
    let items = (vec![address.as_str()], "");
    session
        .call_method(Some(MANAGER), "/org/freedesktop/FileManager1", Some(MANAGER), "ShowItems", &items)
        .await
        .ok()
        .map(drop)
}

/// A word to somebody who looks at something else.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Notice {
    pub summary: String,
    pub body: String,
    /// What can be pressed: its name for the program and its words. `default` is the notification itself.
    pub actions: Vec<(&'static str, String)>,
}

/// What was pressed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pressed {
    pub action: String,
    /// What the desktop gave to bring the window to the front with.
    pub token: Option<String>,
}

/// Windows and macOS show the words, without buttons; macOS no progress at the program's icon.
#[cfg(not(all(unix, not(target_os = "macos"))))]
#[derive(Debug, Clone, Default)]
pub struct Bus;

#[cfg(not(all(unix, not(target_os = "macos"))))]
impl Bus {
    /// Shows it. Where no service shows notifications nothing is said: the window says it as well.
    pub async fn notify(&self, notice: &Notice) -> Option<Pressed> {
        let mut notification = notify_rust::Notification::new();
        notification.appname("Affix").summary(&notice.summary).body(&notice.body);
        let _shown = tokio::task::spawn_blocking(move || notification.show().map(drop)).await;
        None
    }

    /// How far everything is, from 0 to 1, at the window's button; none: nothing is under way.
    #[cfg(windows)]
    pub async fn show_progress(&self, fraction: Option<f64>) {
        // Without a taskbar nothing is missed: the window says it as well.
        let _shown = tokio::task::spawn_blocking(move || super::taskbar::show(fraction)).await;
    }

    #[cfg(target_os = "macos")]
    #[expect(clippy::unused_async, reason = "as on the others")]
    pub async fn show_progress(&self, _fraction: Option<f64>) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_web_addresses_are_opened() {
        for good in ["https://a.example/x?y=1", "http://127.0.0.1:4000/f/1", "HTTPS://A.EXAMPLE/"] {
            assert!(is_web_address(good), "{good}");
        }
        for bad in [
            "javascript:alert(1)",
            "file:///etc/passwd",
            "ftp://a.example/",
            "data:text/html,x",
            "vbscript:x",
            "/etc/passwd",
            "-rf",
            "a.example/x",
            "",
            "5f1c",
        ] {
            let failure = open_link(bad).unwrap_err();
            assert_eq!(failure.kind, Kind::Refused, "{bad}");
        }
    }

    #[tokio::test]
    async fn a_file_that_is_gone_is_said_to_be() {
        let failure = show_in_folder(Path::new("/nowhere/photo.jpg")).await.unwrap_err();
        assert_eq!(
            (failure.kind, failure.broke.as_str()),
            (Kind::Gone, "“photo.jpg” is no longer where it was")
        );
    }
}
