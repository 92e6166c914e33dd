//! What differs between computers: folders, writing files safely, knowing which runs of the program still live.

pub mod dirs;
pub mod files;
pub mod session;
