#![no_main]

use affix::domain::profile::Profile;
use affix::settings::{File, Settings};
use affix_fuzz::{describe, files};

// A settings' file that somebody wrote: it is always read, and a change to it leaves the rest as it was.
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    files::as_file(bytes, "toml", |path| {
        let file = File::new(path, describe);
        let before = file.load();
        let profile =
            Profile { name: "Another".to_owned(), service: "mixin".to_owned(), ..Profile::default() };
        if let Err(failure) = file.add_profile(&profile) {
            assert!(!failure.broke.is_empty(), "{failure:?}");
            return;
        }
        let after = file.load();
        assert!(after.settings.profiles.iter().any(|kept| kept.name == profile.name), "{after:?}");
        file.remove_profile(&profile.name).expect("it was just put there");
        let again = file.load();
        assert_eq!(again.settings, Settings { ..before.settings });
    });
});
