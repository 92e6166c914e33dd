#![no_main]

use parts::targets;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if !bytes.starts_with(b"\x89PNG") {
        return;
    }
    targets::as_file(bytes, "png", targets::frames);
});
