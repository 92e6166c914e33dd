#![no_main]

use parts::targets;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if !bytes.starts_with(b"GIF8") {
        return;
    }
    targets::as_file(bytes, "gif", |path| { targets::picture(path); targets::frames(path); });
});
