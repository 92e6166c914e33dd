#![no_main]

use affix_fuzz::talk::{With, hold};

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let with = With {
        service: "teable",
        settings: &[
            ("base_url", "http://api.test/api"),
            ("table_id", "tblA"),
            ("record_id", "recA"),
            ("field_id", "fldA"),
        ],
        secrets: &[("token", "tok_teable_5f3a9c7e")],
        file_name: "a b.png",
        is_sent_on: false,
    };
    hold(with, input);
});
