#![no_main]

use affix_fuzz::files;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    files::as_file(bytes, "mp4", files::video);
});
