#![no_main]

use affix_fuzz::files;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if !bytes.starts_with(b"\x89PNG") {
        return;
    }
    files::as_file(bytes, "png", files::frames);
});
