#![no_main]

use parts::targets;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if !bytes.starts_with(b"BM") {
        return;
    }
    targets::as_file(bytes, "bmp", targets::picture);
});
