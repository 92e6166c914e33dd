#![no_main]

use parts::targets;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if !bytes.starts_with(b"\x1a\x45\xdf\xa3") {
        return;
    }
    targets::as_file(bytes, "mkv", targets::video);
});
