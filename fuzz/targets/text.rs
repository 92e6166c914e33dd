#![no_main]

use parts::targets;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    targets::as_file(bytes, "txt", |path| { targets::preview(path); drop(parts::media::excerpt(path)); });
});
