#![no_main]

use affix_fuzz::talk::{With, hold};

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let with = With {
        service: "mixin",
        settings: &[("base_url", "http://api.test")],
        secrets: &[("token", "tok_mixin_5f3a9c7e")],
        file_name: "a b.png",
        is_sent_on: false,
    };
    hold(with, input);
});
