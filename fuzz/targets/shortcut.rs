#![no_main]

use affix_fuzz::server::SERVER;
use affix_fuzz::talk;

// A shortcut file whose address is registered at Cosmos DB: nothing but a web address gets there.
libfuzzer_sys::fuzz_target!(|content: &[u8]| {
    let with = talk::With {
        service: "cosmos",
        settings: &[
            ("endpoint", "http://api.test"),
            ("database", "d"),
            ("collection", "c"),
            ("document", "e"),
            ("partition_key", "p"),
            ("mode", "link"),
        ],
        secrets: &[("key", "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LWtleSE=")],
        file_name: "a.url",
        is_sent_on: false,
    };
    talk::about(with, content, b"\n----\n201\n\n{\"id\":\"a\",\"media\":\"http://x.test/\"}");
    for asked in SERVER.asked().iter().filter(|asked| asked.line.starts_with("POST ")) {
        let sent: serde_json::Value = serde_json::from_slice(&asked.body).expect("JSON");
        let address = sent["media"].as_str().expect("an address");
        let is_web =
            ["http://", "https://"].iter().any(|scheme| address.to_ascii_lowercase().starts_with(scheme));
        assert!(is_web && !address.contains(char::is_whitespace), "{address:?}");
    }
});
