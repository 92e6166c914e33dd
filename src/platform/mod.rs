//! What differs between computers: folders, writing files safely, knowing which runs of the program still live, what
//! is handed to the desktop.

pub mod desktop;
pub mod dirs;
pub mod files;
pub mod session;
