//! What was wrong in a settings file, in types and in words. A value is never repeated: it may be a secret that was
//! put into the wrong place.

use std::fmt;

/// One thing that could not be taken from the file as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// Which key, such as `uploads.parallel` or `profiles."My bot".service`; empty: the whole file.
    pub key: String,
    pub problem: Problem,
    /// What is used instead, such as `6`; none: nothing is, or the value is kept as it is.
    pub used: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// The file is there and cannot be read; the system's words.
    Unreadable(String),
    /// The file is not TOML: the line, counted from 1, and the parser's words.
    Syntax { line: usize, message: String },
    /// A value stands where a table is needed, or a table where a list of tables is.
    Shape { needed: &'static str },
    /// No such key in this version; it stays in the file.
    UnknownKey,
    /// The value's type or range is wrong: what it must be, such as "must be true or false".
    Value(String),
    /// The profile's name stands earlier in the file, or is the built-in one's.
    NameTaken,
    /// No service of this version has this id; the profile is kept.
    UnknownService,
    /// What the service says about a profile's settings; the profile is kept.
    Refused(String),
    /// A secret stands in the file.
    SecretInFile,
    /// The default profile does not exist.
    NoSuchProfile,
}

impl Warning {
    pub(super) fn new(key: impl Into<String>, problem: Problem) -> Self {
        Self { key: key.into(), problem, used: None }
    }

    pub(super) fn used(mut self, used: impl Into<String>) -> Self {
        self.used = Some(used.into());
        self
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = &self.key;
        match &self.problem {
            Problem::Unreadable(cause) => {
                write!(f, "The settings file cannot be read ({cause}). The defaults are used.")?;
            }
            Problem::Syntax { line, message } => write!(
                f,
                "The settings file has an error in line {line}: {message}. The defaults are used until it is \
                 corrected; if settings are changed before, the file is kept beside it as settings.toml.broken-1 \
                 or a higher number."
            )?,
            Problem::Shape { needed } => write!(f, "{key} must be {needed}. It is ignored.")?,
            Problem::UnknownKey => write!(f, "{key} is not a setting of this version. It is ignored.")?,
            Problem::Value(must) => write!(f, "{key} {must}.")?,
            Problem::NameTaken => write!(f, "{key} has a name that is taken. This one is ignored.")?,
            Problem::UnknownService => {
                write!(f, "{key} names no service of this version. Nothing can be sent with this profile.")?;
            }
            Problem::Refused(why) => {
                write!(f, "{key}: {why}. Correct it before sending with this profile.")?;
            }
            Problem::SecretInFile => write!(
                f,
                "{key} is a secret and must not stand in a file. It is not used: remove it there and store it with \
                 `affix profiles edit NAME --secret KEY`."
            )?,
            Problem::NoSuchProfile => write!(f, "{key} names a profile that does not exist.")?,
        }
        match &self.used {
            Some(used) => write!(f, " {used} is used."),
            None => Ok(()),
        }
    }
}
