#![no_main]

use affix::platform::clipboard;

// A text from the clipboard that may be a list of files.
libfuzzer_sys::fuzz_target!(|text: &str| {
    for path in clipboard::paths_in(text).unwrap_or_default() {
        assert!(path.is_absolute() && path.exists(), "{path:?}");
    }
});
