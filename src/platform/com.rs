//! Windows' own components: what the shell has no plainer call for.

use windows::Win32::System::Com::{
    CLSCTX_INPROC_SERVER, COINIT_APARTMENTTHREADED, CoCreateInstance, CoInitializeEx, CoUninitialize,
};
use windows::core::{GUID, Interface, Result};

/// Makes one and works with it. Blocks; not for the UI thread, which has an apartment of its own kind.
///
/// # Errors
/// There is no such component, or what the work says.
#[expect(unsafe_code, reason = "COM has no other way in; the pointers are the windows crate's own")]
pub(super) fn with<I: Interface, T>(class: &GUID, work: impl FnOnce(&I) -> Result<T>) -> Result<T> {
    // An apartment that is there already, of whatever kind, will do; only what was begun here is ended here.
    let begun = unsafe { CoInitializeEx(None, COINIT_APARTMENTTHREADED) }.is_ok();
    let done = unsafe { CoCreateInstance(class, None, CLSCTX_INPROC_SERVER) }.and_then(|one| work(&one));
    if begun {
        unsafe { CoUninitialize() };
    }
    done
}
