#![no_main]

use affix_fuzz::talk::{With, hold};

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let with = With {
        service: "cosmos",
        settings: &[
            ("endpoint", "http://api.test"),
            ("database", "d"),
            ("collection", "c"),
            ("document", "e"),
            ("partition_key", "p"),
        ],
        secrets: &[("key", "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LWtleSE=")],
        file_name: "a b.png",
        is_sent_on: false,
    };
    hold(with, input);
});
