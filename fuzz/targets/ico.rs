#![no_main]

use affix_fuzz::files;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if !bytes.starts_with(b"\0\0") {
        return;
    }
    files::as_file(bytes, "ico", files::picture);
});
