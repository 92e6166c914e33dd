#![no_main]

use affix_fuzz::files;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if !bytes.starts_with(b"GIF8") {
        return;
    }
    files::as_file(bytes, "gif", |path| {
        files::picture(path);
        files::frames(path);
    });
});
