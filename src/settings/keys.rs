//! The keys outside profiles, as data: reading, checking and changing them all go by this table.

use std::fmt;
use std::path::Path;

use toml_edit::Value;
use url::Url;

/// One key and what its value may be.
#[derive(Debug)]
pub struct Key {
    /// `section.key`, or the key alone at the file's top.
    pub path: &'static str,
    pub rule: Rule,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// A whole number, both ends included.
    Whole {
        min: i64,
        max: i64,
    },
    Flag,
    /// A text that is not blank.
    Text,
    /// An `http://` or `https://` address with a host, without user name and password.
    Proxy,
    /// An `https://` address with a host, without user name and password.
    Https,
    /// A path from the root on: what is relative would depend on where the program was started.
    Path,
    /// One of a few words.
    OneOf(&'static [&'static str]),
}

/// Every key outside profiles. Sorted by path.
pub const KEYS: &[Key] = &[
    Key { path: "default_profile", rule: Rule::Text },
    Key { path: "network.connect_timeout_secs", rule: Rule::Whole { min: 1, max: 300 } },
    Key { path: "network.extra_ca", rule: Rule::Text },
    Key { path: "network.idle_timeout_secs", rule: Rule::Whole { min: 5, max: 3600 } },
    Key { path: "network.proxy", rule: Rule::Proxy },
    Key { path: "sandbox.keep_serving_secs", rule: Rule::Whole { min: 0, max: 604_800 } },
    Key { path: "updates.url", rule: Rule::Https },
    Key { path: "uploads.ask_first", rule: Rule::Flag },
    Key { path: "uploads.auto_copy", rule: Rule::Flag },
    Key { path: "uploads.bandwidth_kib", rule: Rule::Whole { min: 0, max: 1_048_576 } },
    Key { path: "uploads.check_links", rule: Rule::Flag },
    Key { path: "uploads.format", rule: Rule::Text },
    Key { path: "uploads.look_over", rule: Rule::Flag },
    Key { path: "uploads.notify", rule: Rule::Flag },
    Key { path: "uploads.own_format", rule: Rule::Text },
    Key { path: "uploads.parallel", rule: Rule::Whole { min: 1, max: 64 } },
    Key { path: "uploads.parallel_per_profile", rule: Rule::Whole { min: 1, max: 64 } },
    Key { path: "uploads.remove_location", rule: Rule::Flag },
    Key { path: "uploads.resume", rule: Rule::Flag },
    Key { path: "uploads.retries", rule: Rule::Whole { min: 0, max: 20 } },
    Key { path: "watch.folder", rule: Rule::Path },
    Key { path: "watch.profile", rule: Rule::Text },
    Key { path: "window.backend", rule: Rule::OneOf(&["auto", "wayland", "x11"]) },
    Key { path: "window.filter", rule: Rule::OneOf(&["all", "active", "done", "failed"]) },
    Key { path: "window.height", rule: Rule::Whole { min: 480, max: 20_000 } },
    Key { path: "window.inspector", rule: Rule::Flag },
    Key { path: "window.inspector_width", rule: Rule::Whole { min: 240, max: 480 } },
    Key { path: "window.language", rule: Rule::OneOf(&["system", "en", "zh-CN"]) },
    Key { path: "window.on_close", rule: Rule::OneOf(&["ask", "background", "pause", "stop"]) },
    Key { path: "window.scale_percent", rule: Rule::Whole { min: 50, max: 300 } },
    Key { path: "window.theme", rule: Rule::OneOf(&["system", "light", "dark"]) },
    Key { path: "window.view", rule: Rule::OneOf(&["list", "grid"]) },
    Key { path: "window.width", rule: Rule::Whole { min: 720, max: 20_000 } },
];

impl Key {
    pub(super) fn find(path: &str) -> Option<&'static Self> {
        KEYS.iter().find(|key| key.path == path)
    }

    /// The section and the key in it; the section is empty at the file's top.
    pub(super) fn parts(&self) -> (&'static str, &'static str) {
        self.path.split_once('.').unwrap_or(("", self.path))
    }
}

impl Rule {
    /// The value of the right type, or why it is not: "must be …".
    pub(super) fn check(self, value: &Value) -> Result<(), String> {
        let good = match self {
            Self::Whole { min, max } => {
                value.as_integer().is_some_and(|number| (min..=max).contains(&number))
            }
            Self::Flag => value.is_bool(),
            Self::Text => value.as_str().is_some_and(|text| !text.trim().is_empty()),
            Self::Proxy => value.as_str().is_some_and(|text| is_address(text, &["http", "https"])),
            Self::Https => value.as_str().is_some_and(|text| is_address(text, &["https"])),
            Self::Path => value.as_str().is_some_and(|text| Path::new(text).is_absolute()),
            Self::OneOf(words) => value.as_str().is_some_and(|text| words.contains(&text)),
        };
        if good { Ok(()) } else { Err(format!("must be {self}")) }
    }

    /// Reads what a user typed. A text that fits no number or flag stays text, which [`Rule::check`] refuses.
    pub(super) fn value_of(self, text: &str) -> Value {
        let typed = match self {
            Self::Whole { .. } => text.parse::<i64>().ok().map(Value::from),
            Self::Flag => text.parse::<bool>().ok().map(Value::from),
            Self::Text | Self::Proxy | Self::Https | Self::Path | Self::OneOf(_) => None,
        };
        typed.unwrap_or_else(|| Value::from(text))
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole { min, max } => write!(f, "a whole number from {min} to {max}"),
            Self::Flag => f.write_str("true or false"),
            Self::OneOf(words) => write!(f, "one of \"{}\"", words.join("\", \"")),
            Self::Text => f.write_str("a text in quotes that is not empty"),
            Self::Path => f.write_str("a path from the root on"),
            Self::Https => f.write_str(
                "an address such as \"https://example.org/affix.json\", without a user name and a password",
            ),
            Self::Proxy => f.write_str(
                "an address such as \"http://proxy.example:3128\", without a user name and a password",
            ),
        }
    }
}

fn is_address(text: &str, schemes: &[&str]) -> bool {
    Url::parse(text).is_ok_and(|url| {
        schemes.contains(&url.scheme())
            && url.has_host()
            && url.username().is_empty()
            && url.password().is_none()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted() {
        assert!(KEYS.is_sorted_by_key(|key| key.path));
    }

    #[test]
    fn every_rule_takes_its_edges_and_nothing_beyond() {
        let rule = Rule::Whole { min: 1, max: 64 };
        for (text, good) in
            [("1", true), ("64", true), ("0", false), ("65", false), ("1.5", false), ("", false)]
        {
            assert_eq!(rule.check(&rule.value_of(text)).is_ok(), good, "{text}");
        }
        for (text, good) in [("true", true), ("false", true), ("yes", false), ("1", false)] {
            assert_eq!(Rule::Flag.check(&Rule::Flag.value_of(text)).is_ok(), good, "{text}");
        }
        for (text, good) in [
            ("http://a:1", true),
            ("https://a", true),
            ("socks5://a", false),
            ("a:1", false),
            ("http://user:secret@a", false),
        ] {
            assert_eq!(Rule::Proxy.check(&Rule::Proxy.value_of(text)).is_ok(), good, "{text}");
        }
        for (text, good) in [
            ("https://a/newest.json", true),
            ("http://a/newest.json", false),
            ("https://user@a", false),
            ("a", false),
        ] {
            assert_eq!(Rule::Https.check(&Rule::Https.value_of(text)).is_ok(), good, "{text}");
        }
        let root = if cfg!(windows) { r"C:\Outbox" } else { "/outbox" };
        for (text, good) in [(root, true), ("outbox", false), ("./outbox", false), ("", false)] {
            assert_eq!(Rule::Path.check(&Rule::Path.value_of(text)).is_ok(), good, "{text}");
        }
    }
}
