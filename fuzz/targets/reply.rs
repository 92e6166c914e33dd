#![no_main]

use parts::domain::receipt::{Receipt, Visibility, Link};
use parts::services::links;

// What a service answered, as it is kept and as its links are asked for.
libfuzzer_sys::fuzz_target!(|text: &str| {
    if let Ok(receipt) = serde_json::from_str::<Receipt>(text) {
        for link in &receipt.links {
            if let Some(url) = links::address_of(link) {
                assert!(matches!(url.scheme(), "http" | "https") && url.username().is_empty(), "{url}");
            }
        }
    }
    let _ = serde_json::from_str::<Link>(text).map(|link| matches!(link.visibility, Visibility::Public));
});
