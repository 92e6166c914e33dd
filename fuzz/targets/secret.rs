#![no_main]

use std::collections::BTreeMap;

use affix::domain::profile::{Profile, Target};
use affix::domain::secret::Secret;
use affix::services;

// What somebody pastes as a secret or enters as a setting, at each service: cleaned once for all, and not quoted.
libfuzzer_sys::fuzz_target!(|text: &str| {
    for service in services::ALL {
        let description = service.description();
        for spec in description.secrets {
            match service.accept_secret(spec.key, Secret::new(text)) {
                Ok(clean) => {
                    let again = service.accept_secret(spec.key, clean.clone()).expect("what was clean");
                    assert_eq!(again.expose(), clean.expose(), "{} {}", description.id, spec.key);
                    assert!(!clean.expose().contains("spend_private_key") || spec.key != "keystore");
                }
                Err(failure) => {
                    assert!(!failure.broke.is_empty(), "{failure:?}");
                    let told = format!("{failure:?}");
                    let mut words =
                        text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| word.len() >= 24);
                    assert!(!words.any(|word| told.contains(word)), "{told}");
                }
            }
        }
        for spec in description.settings {
            let settings = BTreeMap::from([(spec.key.to_owned(), text.to_owned())]);
            let profile = Profile { service: description.id.to_owned(), settings, ..Profile::default() };
            let target = Target::new(&profile, description, BTreeMap::new());
            let complaints =
                [spec.check(text).err().into_iter().collect(), service.check_settings(&target)].concat();
            assert!(complaints.iter().all(|words| !words.is_empty()));
            assert!(!service.host(&target).contains(char::is_whitespace));
        }
    }
});
