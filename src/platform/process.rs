//! This program once more: in processes of their own, also such as stay when this one ends; and the console that
//! Windows opens.

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

/// What this process was given as input and output goes to no process that it starts by accident. Without it one that
/// stays would hold a pipe open whose reader waits for its end, such as `affix upload FILE | clip`.
#[cfg(windows)]
#[expect(unsafe_code, reason = "the system's call for it; the handles are this process's own while it runs")]
pub fn keep_own_streams() {
    use windows::Win32::Foundation::{HANDLE_FLAG_INHERIT, HANDLE_FLAGS, SetHandleInformation};
    use windows::Win32::System::Console::{
        GetStdHandle, STD_ERROR_HANDLE, STD_INPUT_HANDLE, STD_OUTPUT_HANDLE,
    };
    for stream in [STD_INPUT_HANDLE, STD_OUTPUT_HANDLE, STD_ERROR_HANDLE] {
        // One that is not there cannot be inherited.
        let _none = unsafe {
            GetStdHandle(stream)
                .and_then(|stream| SetHandleInformation(stream, HANDLE_FLAG_INHERIT.0, HANDLE_FLAGS(0)))
        };
    }
}

/// Elsewhere a process is handed what it should have and nothing else.
#[cfg(not(windows))]
pub fn keep_own_streams() {}

/// Lets go of a console that Windows opened for this process alone, as it does where a program of the command line is
/// started by anything but a command line: the window needs none.
#[cfg(windows)]
#[expect(unsafe_code, reason = "the system's calls for it; the list is told how long it is")]
pub fn leave_own_console() {
    use windows::Win32::System::Console::{FreeConsole, GetConsoleProcessList};
    // Who else is in it does not matter, so there is room for two.
    let mut others = [0; 2];
    if unsafe { GetConsoleProcessList(&mut others) } == 1 {
        // It stays open, which is no reason not to open the window.
        let _stays = unsafe { FreeConsole() };
    }
}

/// No other system opens one.
#[cfg(not(windows))]
pub fn leave_own_console() {}
