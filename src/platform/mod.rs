//! What differs between computers: folders, writing files safely, choosing them, the clipboard, knowing which runs
//! of the program still live.

pub mod chooser;
pub mod clipboard;
pub mod dirs;
pub mod files;
pub mod session;
