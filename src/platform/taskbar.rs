//! How far everything is, at the window's button in Windows' taskbar
//! (<https://learn.microsoft.com/windows/win32/api/shobjidl_core/nn-shobjidl_core-itaskbarlist3>).

use windows::Win32::Foundation::HWND;
use windows::Win32::UI::Shell::{ITaskbarList3, TBPF_NOPROGRESS, TBPF_NORMAL, TaskbarList};
use windows::Win32::UI::WindowsAndMessaging::{FindWindowExW, GetWindowThreadProcessId};
use windows::core::{HSTRING, PCWSTR, Result};

use super::{com, desktop};

/// The parts that a whole is of.
const WHOLE: u64 = 1000;

/// Shows a fraction from 0 to 1; none: nothing is under way. Blocks.
///
/// # Errors
/// There is no window, or no taskbar.
#[expect(unsafe_code, reason = "calls of COM; a window that has gone is refused by them")]
pub(super) fn show(fraction: Option<f64>) -> Result<()> {
    let window = own_window()?;
    com::with(&TaskbarList, |taskbar: &ITaskbarList3| unsafe {
        taskbar.HrInit()?;
        let Some(fraction) = fraction else { return taskbar.SetProgressState(window, TBPF_NOPROGRESS) };
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "clamped, and a thousand parts"
        )]
        let done = (fraction.clamp(0.0, 1.0) * WHOLE as f64) as u64;
        taskbar.SetProgressState(window, TBPF_NORMAL)?;
        taskbar.SetProgressValue(window, done, WHOLE)
    })
}

/// Another home's window has the same title.
#[expect(unsafe_code, reason = "the system's calls for it; the title lives until they are over")]
fn own_window() -> Result<HWND> {
    let title = HSTRING::from(desktop::TITLE);
    let mut window = None;
    loop {
        let next = unsafe { FindWindowExW(None, window, PCWSTR::null(), &title) }?;
        let mut owner = 0;
        unsafe { GetWindowThreadProcessId(next, Some(&raw mut owner)) };
        if owner == std::process::id() {
            return Ok(next);
        }
        window = Some(next);
    }
}
