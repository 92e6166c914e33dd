#![no_main]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = parts::domain::link::Format::parse(&String::from_utf8_lossy(bytes));
});
