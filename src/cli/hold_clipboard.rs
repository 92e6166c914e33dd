//! `affix hold-clipboard`: started by a window that ends, so that the links it copied can still be pasted.

use std::io::Read as _;

use super::args::HoldClipboard;
use super::{DONE, FAILED, say};
use crate::platform::clipboard;

pub(super) fn run(args: &HoldClipboard) -> u8 {
    let mut text = String::new();
    if std::io::stdin().lock().read_to_string(&mut text).is_err() {
        return FAILED;
    }
    let held = clipboard::hold(&text, args.secret, || {
        // The window that waits for this line may have gone.
        let _unheard = say::result("held");
    });
    if held { DONE } else { FAILED }
}
