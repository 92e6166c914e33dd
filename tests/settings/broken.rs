//! Files and changes that cannot be taken as they stand.

use std::path::PathBuf;

use affix::domain::error::Kind;
use affix::platform::files;
use affix::settings::{File, Problem, Settings};

use super::{ADDRESS, Desk, describe, shelf};

const BROKEN_VALUES: &str = r#"
default_profile = "Nobody"
paralel = 3
[uploads]
parallel = 0
retries = "four"
ask_first = "yes"
parallel_per_profile = 5
formt = "url"
[network]
proxy = "http://user:hunter2@proxy"
extra_ca = 7
connect_timeout_secs = 1.5
[[profiles]]
service = "shelf"
[[profiles]]
name = "bad\nname"
service = "shelf"
[[profiles]]
name = "sandbox"
service = "shelf"
[[profiles]]
name = "Good"
service = "shelf"
demo = "no"
settings = { base_url = "https://a", limit = 99, colour = "red", list = [1], token = "hunter2" }
[[profiles]]
name = "GOOD"
service = "shelf"
[[profiles]]
name = "Unknown"
service = "attic"
[[profiles]]
name = "Empty"
service = "shelf"
"#;

#[test]
fn beside_broken_values_the_rest_counts() {
    let desk = Desk::with(BROKEN_VALUES);
    let Settings { uploads, network, profiles, default_profile, .. } = desk.file.load().settings;
    assert_eq!((uploads.parallel, uploads.retries, uploads.ask_first), (6, 4, true));
    assert_eq!((uploads.parallel_per_profile, default_profile.as_str()), (5, "Sandbox"));
    assert_eq!((network.proxy, network.extra_ca, network.connect_timeout_secs), (None, None, 10));
    let names: Vec<_> = profiles.iter().map(|profile| profile.name.as_str()).collect();
    assert_eq!(names, ["Sandbox", "Good", "Unknown", "Empty"]);
    let kept: Vec<_> = profiles[1].settings.keys().map(String::as_str).collect();
    assert_eq!(kept, ["base_url", "colour", "limit"]);
}

#[test]
fn broken_values_are_told_in_words_that_repeat_no_value() {
    assert_eq!(
        Desk::with(BROKEN_VALUES).warnings(),
        [
            "paralel is not a setting of this version. It is ignored.",
            "uploads.formt is not a setting of this version. It is ignored.",
            "profiles[0].name must be a text in quotes; the profile is ignored.",
            "profiles[1].name must not contain line breaks or other invisible characters; the profile is \
             ignored.",
            "profiles[2] has a name that is taken. This one is ignored.",
            "profiles.\"Good\".settings.list must be a text in quotes; it is ignored.",
            "profiles.\"Good\".demo must be true or false. false is used.",
            "profiles.\"Good\".settings.token is a secret and must not stand in a file. It is not used: remove it \
             there and store it with `affix profiles edit NAME --secret KEY`.",
            "profiles.\"Good\": colour is not a setting of Shelf. Correct it before sending with this profile.",
            "profiles.\"Good\": limit must be a whole number from 1 to 9. Correct it before sending with this \
             profile.",
            "profiles[4] has a name that is taken. This one is ignored.",
            "profiles.\"Unknown\".service names no service of this version. Nothing can be sent with this \
             profile.",
            "profiles.\"Empty\": base_url is needed. Correct it before sending with this profile.",
            "default_profile names a profile that does not exist. Sandbox is used.",
            "uploads.parallel must be a whole number from 1 to 64. 6 is used.",
            "uploads.retries must be a whole number from 0 to 20. 4 is used.",
            "uploads.ask_first must be true or false. true is used.",
            "network.proxy must be an address such as \"http://proxy.example:3128\", without a user name and a \
             password.",
            "network.extra_ca must be a text in quotes that is not empty.",
            "network.connect_timeout_secs must be a whole number from 1 to 300. 10 is used.",
        ]
    );
}

#[test]
fn a_value_in_a_tables_place_is_told_and_never_overwritten() {
    let text = "uploads = 5\nprofiles = \"none\"\n";
    let desk = Desk::with(text);
    let shapes = desk.file.load().warnings;
    assert_eq!(shapes.len(), 2);
    assert!(shapes.iter().all(|warning| matches!(warning.problem, Problem::Shape { .. })), "{shapes:?}");
    for failure in [
        desk.file.set("uploads.parallel", "2").unwrap_err(),
        desk.file.add_profile(&shelf("One", &[ADDRESS])).unwrap_err(),
    ] {
        assert_eq!(failure.kind, Kind::Settings);
        assert!(failure.advice.as_deref().unwrap().contains("by hand"), "{failure}");
    }
    assert_eq!(desk.text(), text);
}

#[test]
fn a_file_that_does_not_parse_is_kept_before_it_is_changed() {
    let text = "[uploads]\nparallel = 2\nretries = = \"hunter2\"\n";
    let desk = Desk::with(text);
    let loaded = desk.file.load();
    assert_eq!(loaded.settings, Settings::default());
    assert!(matches!(loaded.warnings[0].problem, Problem::Syntax { line: 3, .. }), "{:?}", loaded.warnings);
    assert!(!desk.warnings().concat().contains("hunter2"));
    assert_eq!(desk.text(), text, "reading changes nothing");

    desk.file.set("uploads.parallel", "9").unwrap();
    assert_eq!(std::fs::read_to_string(desk.broken(1)).unwrap(), text);
    assert_eq!(desk.file.load().settings.uploads.parallel, 9);
    desk.file.set("uploads.parallel", "8").unwrap();
    assert!(!desk.broken(2).exists());

    files::write_atomically(desk.file.path(), b"# good\nname = \xff\n").unwrap();
    assert!(matches!(desk.file.load().warnings[0].problem, Problem::Syntax { line: 2, .. }));
    desk.file.set("uploads.parallel", "7").unwrap();
    assert_eq!(std::fs::read(desk.broken(2)).unwrap(), b"# good\nname = \xff\n");
    assert_eq!(std::fs::read_to_string(desk.broken(1)).unwrap(), text, "an earlier copy stays");
}

#[test]
fn a_refused_change_keeps_a_broken_file_where_it_is() {
    let desk = Desk::with("= broken");
    desk.file.set("uploads.parallel", "99").unwrap_err();
    assert_eq!(desk.text(), "= broken");
    assert!(!desk.broken(1).exists());
}

#[test]
fn what_cannot_be_set_is_refused_in_words() {
    let desk = Desk::new();
    for (key, text, told) in [
        ("uploads.parallel", "65", "uploads.parallel must be a whole number from 1 to 64"),
        ("uploads.ask_first", "maybe", "uploads.ask_first must be true or false"),
        ("network.proxy", "socks5://a", "network.proxy must be an address"),
        ("uploads.paralel", "1", "There is no setting “uploads.paralel”"),
        ("default_profile", "Nobody", "There is no profile named “Nobody”"),
    ] {
        let failure = desk.file.set(key, text).unwrap_err();
        assert_eq!(failure.kind, Kind::Settings, "{key}");
        assert!(failure.broke.starts_with(told), "{failure}");
        assert!(failure.asked.is_some(), "{failure}");
    }
    assert!(!desk.file.path().exists());
}

#[test]
fn a_folder_that_takes_no_file_is_told() {
    let file_in_the_way = tempfile::NamedTempFile::new().unwrap();
    let mut places = vec![file_in_the_way.path().join("settings.toml")];
    if cfg!(target_os = "linux") {
        // Read-only for root as well, which the tests may run as.
        places.push(PathBuf::from("/sys/kernel/settings.toml"));
    }
    for place in places {
        let file = File::new(&place, describe);
        let failure = file.set("uploads.parallel", "2").unwrap_err();
        assert_eq!(failure.kind, Kind::Storage, "{failure}");
        assert!(failure.asked.as_deref().unwrap().contains(&*place.display().to_string()), "{failure}");
        assert!(failure.cause.is_some() && failure.advice.is_some(), "{failure}");
    }
}

#[test]
fn a_file_that_cannot_be_read_gives_defaults_and_is_not_replaced() {
    let desk = Desk::new();
    std::fs::create_dir(desk.file.path()).unwrap();
    let loaded = desk.file.load();
    assert_eq!(loaded.settings, Settings::default());
    assert!(matches!(loaded.warnings[0].problem, Problem::Unreadable(_)), "{:?}", loaded.warnings);
    assert_eq!(desk.file.set("uploads.parallel", "2").unwrap_err().kind, Kind::Storage);
    assert!(desk.file.path().is_dir());
}
