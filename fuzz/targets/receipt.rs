#![no_main]

use affix::domain::error::Failure;
use affix::domain::receipt::Receipt;
use affix::platform::desktop;
use affix::services::links;

// A receipt or a failure as the database has it: of its links, none but web addresses are asked for or opened.
libfuzzer_sys::fuzz_target!(|text: &str| {
    if let Ok(receipt) = serde_json::from_str::<Receipt>(text) {
        for link in &receipt.links {
            let is_web = |url: &str| ["http://", "https://"].iter().any(|scheme| url.starts_with(scheme));
            if let Some(url) = links::address_of(link) {
                assert!(
                    is_web(url.as_str()) && url.username().is_empty() && url.password().is_none(),
                    "{url}"
                );
            }
            // As a browser reads it: without line ends and tabs, and what is around it.
            let plain: String =
                link.value.to_ascii_lowercase().chars().filter(|c| !"\t\r\n".contains(*c)).collect();
            let plain = plain.trim_matches(|c| c <= ' ');
            let is_http = ["http:", "https:"].iter().any(|scheme| plain.starts_with(scheme));
            assert!(!desktop::is_web_address(&link.value) || is_http, "{link:?}");
        }
        let left = receipt.clone().deleted(1);
        assert!(left.links.is_empty() && left.extra.is_empty() && left.size == receipt.size, "{left:?}");
    }
    if let Ok(failure) = serde_json::from_str::<Failure>(text) {
        let again = serde_json::to_string(&failure).expect("a failure as text");
        assert_eq!(serde_json::from_str::<Failure>(&again).expect("a failure that was written"), failure);
    }
});
