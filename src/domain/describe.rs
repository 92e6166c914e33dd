//! A service described as data: from this the command line and the window make their forms.

use std::time::Duration;

/// What a service is, what it asks for and what it can do.
#[derive(Debug)]
pub struct Description {
    /// The id in settings, in the database and on the command line, such as `mixin`.
    pub id: &'static str,
    /// The name in the window, such as "Mixin".
    pub name: &'static str,
    /// One line for the gallery of services.
    pub line: &'static str,
    pub settings: &'static [SettingSpec],
    pub secrets: &'static [SecretSpec],
    /// Sets of secrets of which one must be complete, best first; empty: none is needed.
    pub credentials: &'static [&'static [&'static str]],
    pub capability: Capability,
}

impl Description {
    #[must_use]
    pub fn setting(&self, key: &str) -> Option<&'static SettingSpec> {
        self.settings.iter().find(|spec| spec.key == key)
    }

    #[must_use]
    pub fn secret(&self, key: &str) -> Option<&'static SecretSpec> {
        self.secrets.iter().find(|spec| spec.key == key)
    }
}

/// One setting of a profile.
#[derive(Debug)]
pub struct SettingSpec {
    pub key: &'static str,
    pub label: &'static str,
    pub help: &'static str,
    /// The value where the profile sets none; `None`: there is none.
    pub default: Option<&'static str>,
    pub required: bool,
    pub kind: SettingKind,
}

/// What a setting's value may be. Values are kept as text.
#[derive(Debug, Clone, Copy)]
pub enum SettingKind {
    Text,
    /// `http://` or `https://`, with a host, without user name and password.
    Url,
    Integer {
        min: i64,
        max: i64,
    },
    /// `true` or `false`.
    Flag,
    Choice(&'static [Choice]),
}

#[derive(Debug, Clone, Copy)]
pub struct Choice {
    pub value: &'static str,
    pub label: &'static str,
}

impl SettingSpec {
    /// Checks one value.
    ///
    /// # Errors
    /// One sentence that names the setting and what it may be.
    pub fn check(&self, value: &str) -> Result<(), String> {
        let key = self.key;
        match self.kind {
            SettingKind::Text if self.required && value.trim().is_empty() => {
                Err(format!("{key} must not be empty"))
            }
            SettingKind::Text => Ok(()),
            SettingKind::Url => check_url(key, value),
            SettingKind::Integer { min, max } => match value.parse::<i64>() {
                Ok(number) if (min..=max).contains(&number) => Ok(()),
                _ => Err(format!("{key} must be a whole number from {min} to {max}")),
            },
            SettingKind::Flag => match value {
                "true" | "false" => Ok(()),
                _ => Err(format!("{key} must be true or false")),
            },
            SettingKind::Choice(choices) => {
                if choices.iter().any(|choice| choice.value == value) {
                    return Ok(());
                }
                let values: Vec<_> = choices.iter().map(|choice| choice.value).collect();
                Err(format!("{key} must be one of: {}", values.join(", ")))
            }
        }
    }
}

fn check_url(key: &str, value: &str) -> Result<(), String> {
    let bad = || format!("{key} must be an address such as https://example.com");
    let url = url::Url::parse(value).map_err(|_ignored_detail| bad())?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err(bad());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(format!("{key} must not contain a user name or a password"));
    }
    Ok(())
}

/// One secret of a profile. It is kept in the keyring only.
#[derive(Debug)]
pub struct SecretSpec {
    pub key: &'static str,
    pub label: &'static str,
    pub help: &'static str,
    /// Several lines are usual (a JSON keystore, a PEM key).
    pub multiline: bool,
}

/// What a service can do and what it asks of a file.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a capability of its own, none excludes another")]
pub struct Capability {
    /// The largest file in bytes, where one is known.
    pub max_bytes: Option<u64>,
    /// Files of 0 bytes are taken.
    pub takes_empty: bool,
    pub types: Types,
    pub visibility: Visibility,
    /// How long a link lives where the service says so beforehand.
    pub link_life: Option<Duration>,
    /// An uploaded file can be deleted again.
    pub deletes: bool,
    /// An expired link can be made fresh without uploading again.
    pub renews: bool,
    /// An uploaded file that has no public link can be fetched with the credential.
    pub saves: bool,
    /// After a lost answer it can be asked whether the file is there.
    pub looks: bool,
    /// The checksum that the service gives back and that must be compared.
    pub checksum: Option<Checksum>,
    /// What a repeat of each network step does once its answer was lost.
    pub repeats: &'static [(crate::domain::error::Step, Repeat)],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Types {
    Any,
    ImagesAndVideos,
    /// Pairs of media type and extension, kept by the service.
    Table,
}

/// Who can use a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    /// Everybody who has the link.
    Public,
    /// Everybody who has the link, until it expires.
    Expiring,
    /// Only with the profile's credential.
    Private,
    /// There is no link, only an id.
    None,
}

impl Visibility {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Expiring => "expiring",
            Self::Private => "private",
            Self::None => "none",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Checksum {
    Md5,
    Sha256,
}

/// What a second, identical request does when the first one had succeeded unseen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeat {
    Safe,
    /// Safe, but answered as a conflict with the first, which only the kept attempt tells from somebody else's object.
    Conflicts,
    /// It might make a second object, so a lost answer leaves the attachment `unsure`.
    Ambiguous,
}

impl Repeat {
    /// Whatever became of the first request, there is one object in the end.
    #[must_use]
    pub fn is_safe(self) -> bool {
        self != Self::Ambiguous
    }
}
