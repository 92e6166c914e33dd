//! Secrets from environment variables, where there is no keyring.

use std::ffi::OsString;
use std::fmt;
use std::sync::Arc;

use crate::domain::error::{Failure, Kind};
use crate::domain::secret::Secret;

/// The variable that holds a profile's secret: upper case, and everything but A–Z and 0–9 becomes `_`, one for
/// each character.
#[must_use]
pub fn variable(profile: &str, key: &str) -> String {
    let plain = |text: &str| -> String {
        let upper = text.chars().map(|c| c.to_ascii_uppercase());
        upper.map(|c| if c.is_ascii_uppercase() || c.is_ascii_digit() { c } else { '_' }).collect()
    };
    format!("AFFIX_SECRET_{}_{}", plain(profile), plain(key))
}

type LookUp = dyn Fn(&str) -> Option<OsString> + Send + Sync;

/// Where variables are looked up: the process's own, or a test's.
#[derive(Clone)]
pub struct Environment(Arc<LookUp>);

impl Environment {
    /// The variables of this process.
    #[must_use]
    pub fn of_the_process() -> Self {
        Self(Arc::new(|name| std::env::var_os(name)))
    }

    #[must_use]
    pub fn empty() -> Self {
        Self(Arc::new(|_name| None))
    }

    pub fn new(look_up: impl Fn(&str) -> Option<OsString> + Send + Sync + 'static) -> Self {
        Self(Arc::new(look_up))
    }

    /// The secret, where its variable is set and not empty.
    pub(super) fn secret(&self, profile: &str, key: &str) -> Result<Option<Secret>, Failure> {
        let name = variable(profile, key);
        match (self.0)(&name).map(OsString::into_string) {
            None => Ok(None),
            Some(Ok(value)) if value.is_empty() => Ok(None),
            Some(Ok(value)) => Ok(Some(Secret::new(value))),
            Some(Err(_not_shown)) => Err(Failure::new(Kind::Secret, format!("{name} is not UTF-8 text"))
                .advice("Set the environment variable again, in UTF-8.")),
        }
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Environment")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_named_as_documented() {
        assert_eq!(variable("Bot", "keystore"), "AFFIX_SECRET_BOT_KEYSTORE");
        assert_eq!(variable("my bot-2", "api_key"), "AFFIX_SECRET_MY_BOT_2_API_KEY");
        assert_eq!(variable("Größe 机", "k"), "AFFIX_SECRET_GR__E___K");
    }
}
