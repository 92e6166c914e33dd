#![no_main]

use parts::targets;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    targets::as_file(bytes, "toml", |path| drop(parts::settings::File::new(path, targets::describe).load()));
});
