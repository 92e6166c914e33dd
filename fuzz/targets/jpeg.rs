#![no_main]

use affix_fuzz::files;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if !bytes.starts_with(b"\xff\xd8") {
        return;
    }
    files::as_file(bytes, "jpg", files::picture);
});
