//! This program once more: in processes of their own, also such as stay when this one ends.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What starts the program that runs, also when an upgrade has replaced its file: the system's name of that file then
/// ends in ` (deleted)`.
///
/// # Errors
/// The system does not tell where the program is.
pub fn this_program() -> io::Result<PathBuf> {
    let running = Path::new("/proc/self/exe");
    if cfg!(target_os = "linux") && running.exists() {
        return Ok(running.to_owned());
    }
    std::env::current_exe()
}

/// Makes it a process of its own, which neither Ctrl-C nor the end of the terminal reaches, and which holds no secret
/// that it has no use for.
pub fn detach(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("AFFIX_SECRET_") {
            command.env_remove(name);
        }
    }
    #[cfg(unix)]
    {
        use std::os::unix::process::CommandExt;
        command.process_group(0);
    }
    #[cfg(windows)]
    {
        use std::os::windows::process::CommandExt;
        const DETACHED_PROCESS: u32 = 0x0000_0008;
        const CREATE_NEW_PROCESS_GROUP: u32 = 0x0000_0200;
        command.creation_flags(DETACHED_PROCESS | CREATE_NEW_PROCESS_GROUP);
    }
}
