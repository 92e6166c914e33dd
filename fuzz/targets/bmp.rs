#![no_main]

use affix_fuzz::files;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if !bytes.starts_with(b"BM") {
        return;
    }
    files::as_file(bytes, "bmp", files::picture);
});
