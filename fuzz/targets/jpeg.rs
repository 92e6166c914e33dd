#![no_main]

use parts::targets;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if !bytes.starts_with(b"\xff\xd8") {
        return;
    }
    targets::as_file(bytes, "jpg", targets::picture);
});
