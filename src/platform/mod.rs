//! What differs between computers: folders, writing files safely, reading what is in memory, choosing them, the clipboard, what is handed to the
//! desktop, the one window of a home, whether there is a network, knowing which runs of the program still live, a folder
//! that is watched.

pub mod autostart;
#[cfg(all(unix, not(target_os = "macos")))]
mod bus;
pub mod cached;
pub mod chooser;
pub mod clipboard;
#[cfg(windows)]
mod com;
pub mod desktop;
pub mod dirs;
pub mod entries;
pub mod files;
pub mod instance;
pub mod menus;
pub mod network;
pub mod process;
pub mod session;
#[cfg(windows)]
mod taskbar;
pub mod watch;
#[cfg(target_os = "linux")]
pub mod x11;
