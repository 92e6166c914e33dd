//! From a file's text to settings, with a warning for each thing that could not be taken as it stands.

use std::fmt::Display;
use std::path::PathBuf;

use toml_edit::{Document, TableLike, TomlError, Value};

use super::keys::{KEYS, Key};
use super::profiles;
use super::warning::{Problem, Warning};
use super::{Describe, Loaded, Network, Sandbox, Settings, Updates, Uploads, Watch, Window};
use crate::domain::profile::{Profile, SANDBOX_PROFILE};

/// Never fails: a text that does not parse gives the defaults and one warning.
pub(super) fn read(text: &str, describe: Describe) -> Loaded {
    match Document::parse(text) {
        Ok(document) => {
            let mut reader = Reader { top: document.as_table(), describe, warnings: Vec::new() };
            let settings = reader.settings();
            Loaded { settings, warnings: reader.warnings }
        }
        Err(error) => {
            let (line, message) = syntax_at(text, &error);
            broken(Problem::Syntax { line, message })
        }
    }
}

/// The defaults, because of one problem with the whole file.
pub(super) fn broken(problem: Problem) -> Loaded {
    Loaded { settings: Settings::default(), warnings: vec![Warning::new("", problem)] }
}

/// The line, counted from 1, and the parser's words without the file's text, which may hold what must not be shown.
pub(super) fn syntax_at(text: &str, error: &TomlError) -> (usize, String) {
    let before = error.span().map_or(0, |span| span.start);
    let line = text.bytes().take(before).filter(|byte| *byte == b'\n').count() + 1;
    (line, error.message().lines().collect::<Vec<_>>().join(", "))
}

/// A file that is not UTF-8, and where that begins.
pub(super) fn not_text(bytes: &[u8], error: std::str::Utf8Error) -> Problem {
    let line = bytes.iter().take(error.valid_up_to()).filter(|byte| **byte == b'\n').count() + 1;
    Problem::Syntax { line, message: "it is not UTF-8 text".to_owned() }
}

struct Reader<'a> {
    top: &'a dyn TableLike,
    describe: Describe,
    warnings: Vec<Warning>,
}

impl<'a> Reader<'a> {
    fn settings(&mut self) -> Settings {
        self.look_for_strangers();
        let Settings { uploads, network, sandbox, window, .. } = Settings::default();
        let profiles = self.profiles();
        Settings {
            default_profile: self.default_profile(&profiles),
            uploads: Uploads {
                parallel_per_profile: self
                    .whole("uploads.parallel_per_profile", uploads.parallel_per_profile),
                parallel: self.whole("uploads.parallel", uploads.parallel),
                retries: self.whole("uploads.retries", uploads.retries),
                format: self.text("uploads.format", Some(&uploads.format)).unwrap_or(uploads.format),
                ask_first: self.flag("uploads.ask_first", uploads.ask_first),
                auto_copy: self.flag("uploads.auto_copy", uploads.auto_copy),
                notify: self.flag("uploads.notify", uploads.notify),
                own_format: self
                    .text("uploads.own_format", Some(&uploads.own_format))
                    .unwrap_or(uploads.own_format),
                bandwidth_kib: self.whole("uploads.bandwidth_kib", uploads.bandwidth_kib),
                check_links: self.flag("uploads.check_links", uploads.check_links),
                resume: self.flag("uploads.resume", uploads.resume),
                remove_location: self.flag("uploads.remove_location", uploads.remove_location),
                look_over: self.flag("uploads.look_over", uploads.look_over),
            },
            network: Network {
                proxy: self.text("network.proxy", None).or(network.proxy),
                extra_ca: self.text("network.extra_ca", None).map(PathBuf::from).or(network.extra_ca),
                connect_timeout_secs: self
                    .whole("network.connect_timeout_secs", network.connect_timeout_secs),
                idle_timeout_secs: self.whole("network.idle_timeout_secs", network.idle_timeout_secs),
            },
            sandbox: Sandbox {
                keep_serving_secs: self.whole("sandbox.keep_serving_secs", sandbox.keep_serving_secs),
            },
            updates: Updates { url: self.text("updates.url", None) },
            watch: Watch {
                folder: self.text("watch.folder", None).map(PathBuf::from),
                profile: self.text("watch.profile", None),
            },
            window: self.window(window),
            profiles,
        }
    }

    fn window(&mut self, default: Window) -> Window {
        Window {
            width: self.whole("window.width", default.width),
            height: self.whole("window.height", default.height),
            scale_percent: self.whole("window.scale_percent", default.scale_percent),
            theme: self.text("window.theme", Some(&default.theme)).unwrap_or(default.theme),
            backend: self.text("window.backend", Some(&default.backend)).unwrap_or(default.backend),
            language: self.text("window.language", Some(&default.language)).unwrap_or(default.language),
            filter: self.text("window.filter", Some(&default.filter)).unwrap_or(default.filter),
            view: self.text("window.view", Some(&default.view)).unwrap_or(default.view),
            on_close: self.text("window.on_close", Some(&default.on_close)).unwrap_or(default.on_close),
            inspector: self.flag("window.inspector", default.inspector),
            inspector_width: self.whole("window.inspector_width", default.inspector_width),
        }
    }

    fn warn(&mut self, key: impl Into<String>, problem: Problem) {
        self.warnings.push(Warning::new(key, problem));
    }

    /// Warns about keys that no version of this program reads, most of them misspelt.
    fn look_for_strangers(&mut self) {
        for (name, item) in self.top.iter() {
            let is_section = KEYS.iter().any(|key| key.parts().0 == name);
            match item.as_table_like() {
                _ if name == "profiles" || Key::find(name).is_some() => {}
                Some(section) if is_section => self.look_into_section(name, section),
                None if is_section => {
                    self.warn(
                        name,
                        Problem::Shape { needed: "a table with its name in brackets above its keys" },
                    );
                }
                _ => self.warn(name, Problem::UnknownKey),
            }
        }
    }

    fn look_into_section(&mut self, name: &str, section: &dyn TableLike) {
        for (key, _) in section.iter() {
            let path = format!("{name}.{key}");
            if Key::find(&path).is_none() {
                self.warn(path, Problem::UnknownKey);
            }
        }
    }

    /// The value unless it is absent or breaks its rule. `used` says in the warning what is used instead.
    fn value(&mut self, path: &str, used: Option<String>) -> Option<&'a Value> {
        let key = Key::find(path)?;
        let (section, name) = key.parts();
        let table = if section.is_empty() { self.top } else { self.top.get(section)?.as_table_like()? };
        let item = table.get(name)?;
        let checked = match item.as_value() {
            Some(value) => key.rule.check(value).map(|()| value),
            None => Err(format!("must be {}", key.rule)),
        };
        match checked {
            Ok(value) => Some(value),
            Err(must) => {
                self.warnings.push(Warning { key: path.to_owned(), problem: Problem::Value(must), used });
                None
            }
        }
    }

    fn whole<T: TryFrom<i64> + Display>(&mut self, path: &str, default: T) -> T {
        let value = self.value(path, Some(default.to_string())).and_then(Value::as_integer);
        value.and_then(|number| T::try_from(number).ok()).unwrap_or(default)
    }

    fn flag(&mut self, path: &str, default: bool) -> bool {
        self.value(path, Some(default.to_string())).and_then(Value::as_bool).unwrap_or(default)
    }

    fn text(&mut self, path: &str, used: Option<&str>) -> Option<String> {
        self.value(path, used.map(str::to_owned)).and_then(Value::as_str).map(str::to_owned)
    }

    fn default_profile(&mut self, profiles: &[Profile]) -> String {
        let Some(named) = self.text("default_profile", Some(SANDBOX_PROFILE)) else {
            return SANDBOX_PROFILE.to_owned();
        };
        let found = profiles.iter().find(|profile| profiles::same_name(&profile.name, &named));
        if found.is_none() {
            let warning = Warning::new("default_profile", Problem::NoSuchProfile);
            self.warnings.push(warning.used(SANDBOX_PROFILE));
        }
        found.map_or_else(|| SANDBOX_PROFILE.to_owned(), |profile| profile.name.clone())
    }

    fn profiles(&mut self) -> Vec<Profile> {
        let mut found = vec![profiles::built_in()];
        let Some(list) = self.top.get("profiles") else { return found };
        let Some(entries) = profiles::entries(list) else {
            self.warn("profiles", Problem::Shape { needed: "a list: [[profiles]] above each profile" });
            return found;
        };
        for (index, entry) in entries.into_iter().enumerate() {
            let place = format!("profiles[{index}]");
            let Some(entry) = entry else {
                self.warn(place, Problem::Shape { needed: "a table" });
                continue;
            };
            let Some(mut profile) = profiles::read(entry, &place, &mut self.warnings) else { continue };
            if found.iter().any(|earlier| profiles::same_name(&earlier.name, &profile.name)) {
                self.warn(place, Problem::NameTaken);
                continue;
            }
            self.ask_the_service(&mut profile);
            found.push(profile);
        }
        found
    }

    /// Warns about what the service would not take, and takes secrets out.
    fn ask_the_service(&mut self, profile: &mut Profile) {
        let place = format!("profiles.\"{}\"", profile.name);
        let Some(description) = (self.describe)(&profile.service) else {
            self.warn(format!("{place}.service"), Problem::UnknownService);
            return;
        };
        for key in profiles::take_secrets(profile, description) {
            self.warn(format!("{place}.settings.{key}"), Problem::SecretInFile);
        }
        for problem in profiles::problems(profile, description) {
            self.warn(place.clone(), Problem::Refused(problem));
        }
    }
}
