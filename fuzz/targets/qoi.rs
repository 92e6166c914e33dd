#![no_main]

use parts::targets;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if !bytes.starts_with(b"qoif") {
        return;
    }
    targets::as_file(bytes, "qoi", targets::picture);
});
