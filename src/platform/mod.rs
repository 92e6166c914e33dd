//! What differs between computers: folders, writing files safely, choosing them, the clipboard, what is handed to the
//! desktop, whether there is a network, knowing which runs of the program still live, a folder that is watched.

pub mod autostart;
pub mod chooser;
pub mod clipboard;
pub mod desktop;
pub mod dirs;
pub mod entries;
pub mod files;
pub mod menus;
pub mod network;
pub mod session;
pub mod watch;
