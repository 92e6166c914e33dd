//! What differs between computers: folders, writing files safely, choosing them, the clipboard, what is handed to the
//! desktop, the one window of a home, whether there is a network, knowing which runs of the program still live.

#[cfg(all(unix, not(target_os = "macos")))]
mod bus;
pub mod chooser;
pub mod clipboard;
pub mod desktop;
pub mod dirs;
pub mod files;
pub mod instance;
pub mod network;
pub mod process;
pub mod session;
#[cfg(target_os = "linux")]
pub mod x11;
