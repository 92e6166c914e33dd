//! Every word of the window, in English and Simplified Chinese, from `assets/texts/*.ftl`.

use std::collections::HashMap;
use std::fmt;

use fluent_bundle::{FluentArgs, FluentBundle, FluentResource, FluentValue};
use unic_langid::LanguageIdentifier;

use crate::domain::error::{Failure, Kind, Step};
use crate::domain::progress::human_bytes;

const ENGLISH: &str = include_str!("../../assets/texts/en.ftl");
const CHINESE: &str = include_str!("../../assets/texts/zh-CN.ftl");

/// A language of the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    #[default]
    English,
    Chinese,
}

impl Language {
    pub const ALL: [Self; 2] = [Self::English, Self::Chinese];

    /// As the settings file names it.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Chinese => "zh-CN",
        }
    }

    /// In its own words.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::Chinese => "简体中文",
        }
    }

    /// The language that the setting names; the system's for `system` and for what is unknown.
    #[must_use]
    pub fn from_setting(setting: &str) -> Self {
        Self::ALL.into_iter().find(|language| language.code() == setting).unwrap_or_else(Self::of_the_system)
    }

    fn of_the_system() -> Self {
        let chinese =
            sys_locale::get_locale().is_some_and(|locale| locale.to_ascii_lowercase().starts_with("zh"));
        if chinese { Self::Chinese } else { Self::English }
    }
}

/// The texts of one language.
pub struct Texts {
    pub language: Language,
    bundle: FluentBundle<FluentResource>,
    /// Messages without variables, put together once.
    plain: HashMap<String, String>,
}

impl fmt::Debug for Texts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Texts").field("language", &self.language).finish_non_exhaustive()
    }
}

impl Texts {
    #[must_use]
    pub fn new(language: Language) -> Self {
        let source = match language {
            Language::English => ENGLISH,
            Language::Chinese => CHINESE,
        };
        // A message that does not parse is left out and shows as its key; the tests hold both files to whole.
        let resource = FluentResource::try_new(source.to_owned()).unwrap_or_else(|(partial, _)| partial);
        let keys: Vec<String> = keys_of(source);
        let locale: LanguageIdentifier = language.code().parse().unwrap_or_default();
        let mut bundle = FluentBundle::new(vec![locale]);
        // The marks around variables show as boxes where a font lacks them.
        bundle.set_use_isolating(false);
        bundle.set_formatter(Some(|value, _| match value {
            FluentValue::Number(number) => number.value.to_string().parse().ok().map(grouped),
            _ => None,
        }));
        // A key twice: the first one counts.
        let _twice = bundle.add_resource(resource);
        let mut plain = HashMap::new();
        for key in keys {
            let mut errors = Vec::new();
            let Some(pattern) = bundle.get_message(&key).and_then(|message| message.value()) else {
                continue;
            };
            let text = bundle.format_pattern(pattern, None, &mut errors).into_owned();
            if errors.is_empty() {
                plain.insert(key, text);
            }
        }
        Self { language, bundle, plain }
    }

    /// A text without variables; the key itself where there is none.
    #[must_use]
    pub fn get<'a>(&'a self, key: &'a str) -> &'a str {
        self.plain.get(key).map_or(key, String::as_str)
    }

    /// A text that may be missing, such as a service's own.
    #[must_use]
    pub fn find(&self, key: &str) -> Option<&str> {
        self.plain.get(key).map(String::as_str)
    }

    /// A text with variables. Digits of numbers are grouped.
    #[must_use]
    pub fn with(&self, key: &str, values: &[(&str, Value<'_>)]) -> String {
        let Some(pattern) = self.bundle.get_message(key).and_then(|message| message.value()) else {
            return key.to_owned();
        };
        let mut args = FluentArgs::with_capacity(values.len());
        for (name, value) in values {
            let value = match value {
                Value::Text(text) => FluentValue::from(*text),
                Value::Number(number) => FluentValue::from(*number),
            };
            args.set((*name).to_owned(), value);
        }
        // What cannot be put together shows its variable's name; the tests hold both languages to the same ones.
        self.bundle.format_pattern(pattern, Some(&args), &mut Vec::new()).into_owned()
    }

    /// A count with its noun: `key` has a variable `count`.
    #[must_use]
    pub fn count(&self, key: &str, count: u64) -> String {
        self.with(key, &[("count", count.into())])
    }

    /// A size.
    #[must_use]
    pub fn bytes(&self, bytes: u64) -> String {
        human_bytes(bytes)
    }

    /// A span of time, two units at most.
    #[must_use]
    pub fn duration(&self, secs: u64) -> String {
        const DAY: u64 = 24 * 3600;
        let (key, a, b) = match secs {
            0..60 => ("duration-seconds", secs, 0),
            60..3600 => ("duration-minutes", secs / 60, secs % 60),
            3600..DAY => ("duration-hours", secs / 3600, secs % 3600 / 60),
            _ => ("duration-days", secs / DAY, secs % DAY / 3600),
        };
        self.with(key, &[("a", Value::from(a)), ("b", Value::Text(&format!("{b:02}")))])
    }

    /// A failure's first line. The engine's own words are English; other languages say what kind it is, and the
    /// inspector shows the whole beneath.
    #[must_use]
    pub fn failure(&self, failure: &Failure) -> String {
        match self.language {
            Language::English => failure.broke.clone(),
            Language::Chinese => self.get(kind_key(failure.kind)).to_owned(),
        }
    }
}

/// The text that names a kind of failure.
#[must_use]
pub fn kind_key(kind: Kind) -> &'static str {
    match kind {
        Kind::Unreachable => "failure-unreachable",
        Kind::Network => "failure-network",
        Kind::Timeout => "failure-timeout",
        Kind::Tls => "failure-tls",
        Kind::Refused => "failure-refused",
        Kind::Unauthorized => "failure-unauthorized",
        Kind::Forbidden => "failure-forbidden",
        Kind::TooLarge => "failure-too-large",
        Kind::WrongType => "failure-wrong-type",
        Kind::BadName => "failure-bad-name",
        Kind::Empty => "failure-empty",
        Kind::RateLimited => "failure-rate-limited",
        Kind::NameTaken => "failure-name-taken",
        Kind::Gone => "failure-gone",
        Kind::ChangedOnDisk => "failure-changed-on-disk",
        Kind::Unreadable => "failure-unreadable",
        Kind::Protocol => "failure-protocol",
        Kind::Server => "failure-server",
        Kind::Cancelled => "failure-cancelled",
        Kind::Secret => "failure-secret",
        Kind::Settings => "failure-settings",
        Kind::Storage => "failure-storage",
        Kind::Declined => "failure-declined",
    }
}

/// The text that says what a step does: "sending the file".
#[must_use]
pub fn step_key(step: Step) -> &'static str {
    match step {
        Step::Inspect => "step-inspect",
        Step::Preflight => "step-preflight",
        Step::Prepare => "step-prepare",
        Step::Ticket => "step-ticket",
        Step::Send => "step-send",
        Step::Confirm => "step-confirm",
        Step::Verify => "step-verify",
        Step::Record => "step-record",
    }
}

/// What a variable is filled with.
#[derive(Debug, Clone, Copy)]
pub enum Value<'a> {
    Text(&'a str),
    Number(u64),
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(text)
    }
}

impl From<u64> for Value<'_> {
    fn from(number: u64) -> Self {
        Self::Number(number)
    }
}

impl From<usize> for Value<'_> {
    fn from(number: usize) -> Self {
        Self::Number(number as u64)
    }
}

/// A number with its digits in groups of three.
#[must_use]
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut shown = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

/// The keys of a file's messages, in its order.
fn keys_of(source: &str) -> Vec<String> {
    let key = |line: &str| {
        let (key, _) = line.split_once('=')?;
        let key = key.trim_end();
        let good = key.starts_with(|c: char| c.is_ascii_lowercase());
        good.then(|| key.to_owned())
    };
    source.lines().filter_map(key).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_choose_their_noun_and_have_their_digits_in_groups() {
        let english = Texts::new(Language::English);
        let added = [1, 999, 1_000, 1_234_567].map(|count| english.count("handed-over", count));
        assert_eq!(added, ["1 file added", "999 files added", "1,000 files added", "1,234,567 files added"]);
        assert_eq!(
            Texts::new(Language::Chinese).with("same-for-others", &[("count", 10_000_u64.into())]),
            "对其余 10,000 个同样处理"
        );
        // Whatever is handed over as text stays as it is, such as a name.
        assert!(english.with("setting-not-text", &[("file", "2000".into())]).contains(" 2000 "));
    }
}
