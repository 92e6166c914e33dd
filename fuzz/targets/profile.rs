#![no_main]

use affix::settings::export;
use affix_fuzz::describe;

// A profile that somebody else handed over.
libfuzzer_sys::fuzz_target!(|text: &str| {
    match export::from_text(text, describe) {
        // What was taken in is written and read again.
        Ok(profile) => {
            let again = export::from_text(&export::to_text(&profile, describe), describe);
            assert!(again.is_ok(), "{again:?}");
        }
        Err(failure) => assert!(!failure.broke.is_empty()),
    }
});
