//! Settings files as people write them: read, changed, broken, shared by two programs.
#![expect(clippy::unwrap_used, reason = "a helper of a test fails as the test does")]

mod broken;
mod export;

use std::path::{Path, PathBuf};
use std::time::Duration;

use affix::domain::describe::{
    Capability, Description, SecretSpec, SettingKind, SettingSpec, Types, Visibility,
};
use affix::domain::error::Kind;
use affix::domain::profile::Profile;
use affix::platform::files;
use affix::settings::{File, Settings, Window};

const fn setting(key: &'static str, required: bool, kind: SettingKind) -> SettingSpec {
    SettingSpec { key, label: key, help: "", default: None, required, kind }
}

static SETTINGS: [SettingSpec; 3] = [
    setting("base_url", true, SettingKind::Url),
    setting("limit", false, SettingKind::Integer { min: 1, max: 9 }),
    setting("upsert", false, SettingKind::Flag),
];

static SHELF: Description = Description {
    id: "shelf",
    name: "Shelf",
    line: "A service for these tests",
    settings: &SETTINGS,
    secrets: &[SecretSpec { key: "token", label: "Token", help: "", multiline: false }],
    credentials: &[&["token"]],
    capability: Capability {
        max_bytes: None,
        takes_empty: true,
        types: Types::Any,
        visibility: Visibility::Public,
        link_life: None,
        deletes: false,
        renews: false,
        saves: false,
        looks: false,
        checksum: None,
        repeats: &[],
    },
};

fn describe(id: &str) -> Option<&'static Description> {
    (id == SHELF.id).then_some(&SHELF)
}

struct Desk {
    folder: tempfile::TempDir,
    file: File,
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = File::new(folder.path().join("settings.toml"), describe);
        Self { folder, file }
    }

    fn with(text: &str) -> Self {
        let desk = Self::new();
        files::write_atomically(desk.file.path(), text.as_bytes()).unwrap();
        desk
    }

    fn text(&self) -> String {
        std::fs::read_to_string(self.file.path()).unwrap()
    }

    fn broken(&self, number: u32) -> PathBuf {
        self.folder.path().join(format!("settings.toml.broken-{number}"))
    }

    fn warnings(&self) -> Vec<String> {
        self.file.load().warnings.iter().map(ToString::to_string).collect()
    }
}

fn shelf(name: &str, settings: &[(&str, &str)]) -> Profile {
    Profile {
        name: name.to_owned(),
        service: "shelf".to_owned(),
        settings: settings.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect(),
        ..Profile::default()
    }
}

const ADDRESS: (&str, &str) = ("base_url", "https://shelf.example");

#[test]
fn an_absent_file_gives_the_defaults_in_silence() {
    let desk = Desk::new();
    let loaded = desk.file.load();
    assert_eq!((loaded.settings, loaded.warnings), (Settings::default(), vec![]));
    assert!(!desk.file.path().exists(), "reading makes no file");
}

#[test]
fn every_documented_key_is_read() {
    let desk = Desk::with(
        r#"
default_profile = "my SHELF"
[uploads]
parallel_per_profile = 1
parallel = 64
retries = 0
format = "markdown"
ask_first = false
auto_copy = false
notify = false
own_format = "{url} ({name})"
remove_location = false
look_over = true
[network]
proxy = "http://proxy.example:3128"
extra_ca = "/etc/ssl/company.pem"
connect_timeout_secs = 300
idle_timeout_secs = 5
[sandbox]
keep_serving_secs = 0
[updates]
url = "https://example.org/affix.json"
[watch]
folder = "/home/anna/Outbox"
profile = "my SHELF"
[[profiles]]
name = "My shelf"
service = "shelf"
confirmed = true
[profiles.settings]
base_url = "https://shelf.example"
limit = 3
upsert = true
"#,
    );
    let loaded = desk.file.load();
    assert_eq!(loaded.warnings, vec![]);
    let Settings { default_profile, uploads, network, sandbox, updates, watch, window, profiles } =
        loaded.settings;
    assert_eq!(updates.url.as_deref(), Some("https://example.org/affix.json"));
    assert_eq!(watch.folder.as_deref(), Some(Path::new("/home/anna/Outbox")));
    assert_eq!(watch.profile.as_deref(), Some("my SHELF"));
    assert_eq!(default_profile, "My shelf");
    assert_eq!((uploads.parallel_per_profile, uploads.parallel, uploads.retries), (1, 64, 0));
    assert_eq!((uploads.format.as_str(), uploads.ask_first), ("markdown", false));
    assert_eq!(
        (uploads.auto_copy, uploads.notify, uploads.own_format.as_str()),
        (false, false, "{url} ({name})")
    );
    assert_eq!((uploads.remove_location, uploads.look_over), (false, true));
    assert_eq!(window, Window::default());
    assert_eq!(network.proxy.as_deref(), Some("http://proxy.example:3128"));
    assert_eq!(network.extra_ca.as_deref(), Some(Path::new("/etc/ssl/company.pem")));
    assert_eq!((network.connect_timeout_secs, network.idle_timeout_secs), (300, 5));
    assert_eq!(sandbox.keep_serving_secs, 0);
    let mut wanted = shelf("My shelf", &[ADDRESS, ("limit", "3"), ("upsert", "true")]);
    wanted.confirmed = true;
    assert_eq!(profiles[1], wanted);
    assert_eq!((profiles[0].name.as_str(), profiles.len()), ("Sandbox", 2));
}

#[test]
fn every_key_of_the_window_is_read() {
    let desk = Desk::with(
        r#"
[window]
width = 1600
height = 900
scale_percent = 150
theme = "dark"
language = "zh-CN"
backend = "wayland"
filter = "failed"
view = "grid"
on_close = "pause"
inspector = false
inspector_width = 400
"#,
    );
    let loaded = desk.file.load();
    assert_eq!(loaded.warnings, vec![]);
    let wanted = Window {
        width: 1600,
        height: 900,
        scale_percent: 150,
        theme: "dark".to_owned(),
        language: "zh-CN".to_owned(),
        backend: "wayland".to_owned(),
        filter: "failed".to_owned(),
        view: "grid".to_owned(),
        on_close: "pause".to_owned(),
        inspector: false,
        inspector_width: 400,
    };
    assert_eq!(loaded.settings.window, wanted);
}

#[test]
fn a_new_file_holds_what_was_put_in() {
    let desk = Desk::new();
    desk.file.set("uploads.parallel", "2").unwrap();
    desk.file.add_profile(&shelf("One", &[ADDRESS])).unwrap();
    desk.file.add_profile(&shelf("Two", &[ADDRESS, ("upsert", "true")])).unwrap();
    desk.file.set_default("two").unwrap();
    assert_eq!(
        desk.text(),
        r#"# Affix's settings. Comments, order and unknown keys stay when Affix changes something here.

default_profile = "Two"

[uploads]
parallel = 2

[[profiles]]
name = "One"
service = "shelf"

[profiles.settings]
base_url = "https://shelf.example"

[[profiles]]
name = "Two"
service = "shelf"

[profiles.settings]
base_url = "https://shelf.example"
upsert = "true"
"#
    );
    assert_eq!(desk.warnings(), [""; 0]);
    assert_eq!(desk.file.load().settings.default_profile, "Two");
}

const EDITED_BY_HAND: &str = r#"# my file

future = "kept"   # of a later version

[[profiles]]
# the first one
service = "shelf"   # odd order
name = "One"
colour = "red"
  [profiles.settings]
  base_url = "https://one.example"   # the old host
  limit = 3

[uploads] # section
retries=9 # many

# between
[[profiles]]
name = "Two"
service = "shelf"
[profiles.settings]
base_url = "https://two.example"
# the end
"#;

#[test]
fn a_change_touches_its_own_line_only() {
    let desk = Desk::with(EDITED_BY_HAND);
    let mut one = desk.file.load().settings.profile("one").unwrap().clone();
    one.settings.insert("base_url".to_owned(), "https://new.example".to_owned());
    desk.file.put_profile(&one).unwrap();
    desk.file.set("uploads.retries", "7").unwrap();
    desk.file.set_confirmed("TWO").unwrap();

    let two = "name = \"Two\"\nservice = \"shelf\"\n";
    let wanted = EDITED_BY_HAND
        .replace("https://one.example", "https://new.example")
        .replace("retries=9", "retries=7")
        .replace(two, &format!("{two}confirmed = true\n"));
    assert_eq!(desk.text(), wanted);
}

#[test]
fn a_change_that_changes_nothing_leaves_the_file_alone() {
    let desk = Desk::with(EDITED_BY_HAND);
    let one = desk.file.load().settings.profile("One").unwrap().clone();
    let written = || std::fs::metadata(desk.file.path()).unwrap().modified().unwrap();
    let before = written();
    desk.file.put_profile(&one).unwrap();
    assert_eq!(desk.text(), EDITED_BY_HAND);
    assert_eq!(written(), before);
}

#[test]
fn a_removed_profile_takes_nothing_else_with_it() {
    let desk = Desk::with(EDITED_BY_HAND);
    desk.file.set_default("One").unwrap();
    assert_eq!(desk.file.load().settings.default_profile, "One");
    desk.file.remove_profile("ONE").unwrap();
    let (head, rest) = EDITED_BY_HAND.split_once("\n[[profiles]]\n# the first one").unwrap();
    let kept = rest.split_once("\n[uploads]").unwrap().1;
    assert_eq!(desk.text(), format!("{head}\n[uploads]{kept}"));
    let settings = desk.file.load().settings;
    assert_eq!((settings.default_profile.as_str(), settings.profiles.len()), ("Sandbox", 2));
}

#[test]
fn the_watched_folder_follows_a_new_name_and_no_other_target_takes_the_place_of_a_removed_one() {
    let desk = Desk::with("[watch]\nfolder = \"/in\"\nprofile = \"one\" # mine\n");
    desk.file.add_profile(&shelf("One", &[ADDRESS])).unwrap();
    desk.file.change_profile("One", &shelf("Two", &[ADDRESS])).unwrap();
    assert!(desk.text().contains("profile = \"Two\" # mine\n"), "{}", desk.text());
    desk.file.remove_profile("Two").unwrap();
    assert_eq!(desk.file.load().settings.watch.profile.as_deref(), Some("Two"));
}

#[test]
fn profiles_in_one_line_each_are_read_and_changed_too() {
    let desk = Desk::with(
        "profiles = [{ name = \"One\", service = \"shelf\", settings = { base_url = \"https://a\" } }]\n",
    );
    assert_eq!(desk.file.load().settings.profile("one"), Some(&shelf("One", &[("base_url", "https://a")])));
    let changed = shelf("One", &[("base_url", "https://b"), ("limit", "2")]);
    desk.file.put_profile(&changed).unwrap();
    desk.file.add_profile(&shelf("Two", &[ADDRESS])).unwrap();
    let settings = desk.file.load().settings;
    assert_eq!(settings.profile("One"), Some(&changed));
    assert_eq!(settings.profile("Two"), Some(&shelf("Two", &[ADDRESS])));
    desk.file.remove_profile("one").unwrap();
    assert_eq!(desk.file.load().settings.profile("One"), None);
    assert_eq!(desk.warnings(), [""; 0]);
}

#[test]
fn comments_alone_stay_above_what_is_added() {
    let desk = Desk::with("# mine\n# also mine\n");
    desk.file.set("uploads.ask_first", "false").unwrap();
    assert_eq!(desk.text(), "# mine\n# also mine\n\n[uploads]\nask_first = false\n");
}

#[test]
fn an_unset_key_has_its_default_again() {
    let desk = Desk::with("[uploads]\nretries = 1 # few\nparallel = 2\n");
    desk.file.unset("uploads.retries").unwrap();
    desk.file.unset("network.proxy").unwrap();
    assert_eq!(desk.text(), "[uploads]\nparallel = 2\n");
    assert_eq!(desk.file.load().settings.uploads.retries, 4);
}

#[test]
fn profiles_are_checked_before_they_are_written() {
    let desk = Desk::new();
    let refused = |name: &str| desk.file.add_profile(&shelf(name, &[ADDRESS])).unwrap_err();
    desk.file.add_profile(&shelf("One", &[ADDRESS])).unwrap();
    assert_eq!(refused("ONE").kind, Kind::NameTaken);
    for name in ["sandbox", "", " x", "a\tb"] {
        assert_eq!(refused(name).kind, Kind::Settings, "{name:?}");
    }
    let mut attic = shelf("Attic", &[]);
    attic.service = "attic".to_owned();
    for bad in [attic, shelf("Bad", &[("limit", "99")]), shelf("Bad", &[("colour", "red")])] {
        let failure = desk.file.put_profile(&bad).unwrap_err();
        assert_eq!(failure.kind, Kind::Settings, "{failure}");
    }
    for failure in [
        desk.file.remove_profile("Sandbox").unwrap_err(),
        desk.file.remove_profile("Nobody").unwrap_err(),
        desk.file.set_default("Nobody").unwrap_err(),
        desk.file.set_confirmed("Nobody").unwrap_err(),
    ] {
        assert_eq!(failure.kind, Kind::Settings, "{failure}");
        assert!(failure.advice.is_some(), "{failure}");
    }
    assert_eq!(desk.file.load().settings.profiles.len(), 2);
    desk.file.set_confirmed("Sandbox").unwrap();
    desk.file.set_default("sandbox").unwrap();
    assert_eq!(desk.file.load().settings.default_profile, "Sandbox");
}

#[test]
fn what_stood_there_before_does_not_hinder_a_change() {
    let profile = "[[profiles]]\nname = \"One\"\nservice = \"shelf\"\n";
    let settings = "[profiles.settings]\nlimit = 99 # wrong\ntoken = \"x\"\n";
    let desk = Desk::with(&format!("{profile}{settings}"));
    let mut one = desk.file.load().settings.profile("One").unwrap().clone();
    one.settings.insert("upsert".to_owned(), "true".to_owned());
    desk.file.put_profile(&one).unwrap();
    assert_eq!(desk.text(), format!("{profile}{settings}upsert = \"true\"\n"));
}

#[test]
fn two_programs_do_not_lose_each_others_changes() {
    let desk = Desk::new();
    std::thread::scope(|scope| {
        for worker in 0..4 {
            let path = desk.file.path();
            scope.spawn(move || {
                let file = File::new(path, describe);
                for number in 0..10 {
                    file.add_profile(&shelf(&format!("{worker}-{number}"), &[ADDRESS])).unwrap();
                }
            });
        }
    });
    assert_eq!(desk.file.load().settings.profiles.len(), 41);
    assert_eq!(desk.warnings(), [""; 0]);
}

#[test]
fn a_reader_never_sees_half_a_file() {
    let desk = Desk::new();
    let size = 100_000;
    desk.file.set("uploads.format", &"x".repeat(size)).unwrap();
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            for letter in ["a", "b"].into_iter().cycle().take(20) {
                desk.file.set("uploads.format", &letter.repeat(size)).unwrap();
            }
        });
        while !writer.is_finished() {
            let loaded = desk.file.load();
            assert_eq!((loaded.settings.uploads.format.len(), loaded.warnings), (size, vec![]));
        }
    });
}

#[test]
fn a_change_waits_for_another_programs_change() {
    let desk = Desk::new();
    let held = files::lock(&desk.folder.path().join("settings.toml.lock"), Duration::ZERO).unwrap();
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| desk.file.set("uploads.parallel", "2"));
        assert!(!desk.file.path().exists());
        drop(held);
        waiting.join().unwrap().unwrap();
    });
    assert_eq!(desk.file.load().settings.uploads.parallel, 2);
}
