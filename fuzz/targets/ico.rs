#![no_main]

use parts::targets;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if !bytes.starts_with(b"\0\0") {
        return;
    }
    targets::as_file(bytes, "ico", targets::picture);
});
