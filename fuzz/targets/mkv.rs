#![no_main]

use affix_fuzz::files;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if !bytes.starts_with(b"\x1a\x45\xdf\xa3") {
        return;
    }
    files::as_file(bytes, "mkv", files::video);
});
