//! The one error type: what kind, whether a repeat is safe, and three layers of text.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// What went wrong, for programs. Its snake-case name is `error.kind` in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// No connection could be made (no network, a name that does not resolve, a closed port): nothing was sent.
    Unreachable,
    /// A connection that broke.
    Network,
    /// Nothing moved for the idle time-out.
    Timeout,
    /// The server's certificate was not accepted, or the handshake failed.
    Tls,
    /// The service understood and said no.
    Refused,
    /// The credential is wrong, expired or missing at the service (HTTP 401).
    Unauthorized,
    /// The credential is good but not for this (HTTP 402, 403).
    Forbidden,
    /// Too large for the service.
    TooLarge,
    /// A type of file that the service does not take.
    WrongType,
    /// A name that the service does not take.
    BadName,
    /// A file of 0 bytes where the service takes none.
    Empty,
    /// The service asked to slow down (HTTP 429).
    RateLimited,
    /// The name stands at the service already (HTTP 409).
    NameTaken,
    /// What was asked for is not there, or no longer (HTTP 404, 410, expired link).
    Gone,
    /// The local file changed, shrank or vanished after it was handed over.
    ChangedOnDisk,
    /// The local file cannot be read: absent, a folder, no permission.
    Unreadable,
    /// The service's answer makes no sense: HTML, broken JSON, endless, wrong checksum, redirect elsewhere.
    Protocol,
    /// The service failed inside (HTTP 5xx).
    Server,
    /// The user cancelled.
    Cancelled,
    /// A secret is missing, malformed, or the keyring did not give it.
    Secret,
    /// A setting is missing or wrong.
    Settings,
    /// The database or disk of this computer failed.
    Storage,
    /// A question had to be answered and was answered with no.
    Declined,
}

/// May the same be done again? The side that failed says so; nobody guesses from a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Retry {
    /// A repeat would fail the same way.
    Never,
    /// A repeat can do no harm; not before `after` where the service said so.
    Safe { after: Option<Duration> },
    /// The request was sent whole and the answer was lost: a repeat might make a second object.
    Ambiguous,
}

/// A step of one upload, in the order they run. Its snake-case name is `error.step` in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Read the local file's facts.
    Inspect,
    /// Check against the service's rules before sending.
    Preflight,
    /// Carry out chosen repairs, make what the service needs besides the file.
    Prepare,
    /// Ask the service for an upload address.
    Ticket,
    /// Send the bytes.
    Send,
    /// Tell the service that the bytes are there, ask for the link.
    Confirm,
    /// Compare what the service says with what was sent.
    Verify,
    /// Write the receipt to the database.
    Record,
}

impl Step {
    /// The word in JSON and in the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Inspect => "inspect",
            Self::Preflight => "preflight",
            Self::Prepare => "prepare",
            Self::Ticket => "ticket",
            Self::Send => "send",
            Self::Confirm => "confirm",
            Self::Verify => "verify",
            Self::Record => "record",
        }
    }
}

/// A failure in three layers: what was asked, what broke, the raw cause; and what to do.
/// All texts are free of secrets: the exchange redacts raw causes before they get here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    pub kind: Kind,
    pub retry: Retry,
    /// The step that broke; filled by the exchange and the engine.
    pub step: Option<Step>,
    /// What the user asked for, such as "Upload photo.jpg to Mixin demo"; filled by the engine.
    pub asked: Option<String>,
    /// One sentence in plain words: which part broke.
    pub broke: String,
    /// The raw cause as the system or the service told it, redacted.
    pub cause: Option<String>,
    /// What to do about it.
    pub advice: Option<String>,
    pub http_status: Option<u16>,
}

impl Failure {
    /// A failure that a repeat would not mend.
    pub fn new(kind: Kind, broke: impl Into<String>) -> Self {
        Self {
            kind,
            retry: Retry::Never,
            step: None,
            asked: None,
            broke: broke.into(),
            cause: None,
            advice: None,
            http_status: None,
        }
    }

    #[must_use]
    pub fn cancelled() -> Self {
        Self::new(Kind::Cancelled, "Cancelled before it was done")
    }

    #[must_use]
    pub fn retry(mut self, retry: Retry) -> Self {
        self.retry = retry;
        self
    }

    /// A repeat is safe at once.
    #[must_use]
    pub fn safe(self) -> Self {
        self.retry(Retry::Safe { after: None })
    }

    #[must_use]
    pub fn cause(mut self, cause: impl fmt::Display) -> Self {
        self.cause = Some(cause.to_string());
        self
    }

    #[must_use]
    pub fn advice(mut self, advice: impl Into<String>) -> Self {
        self.advice = Some(advice.into());
        self
    }

    #[must_use]
    pub fn status(mut self, status: u16) -> Self {
        self.http_status = Some(status);
        self
    }

    /// Names the step unless one is named already.
    #[must_use]
    pub fn at(mut self, step: Step) -> Self {
        self.step.get_or_insert(step);
        self
    }

    #[must_use]
    pub fn asked(mut self, asked: impl Into<String>) -> Self {
        self.asked = Some(asked.into());
        self
    }

    #[must_use]
    pub fn is_retryable(&self) -> bool {
        matches!(self.retry, Retry::Safe { .. })
    }
}

impl fmt::Display for Failure {
    /// All layers in one paragraph: "asked: broke (cause). advice".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(asked) = &self.asked {
            write!(f, "{asked}: ")?;
        }
        f.write_str(&self.broke)?;
        if let Some(cause) = &self.cause {
            write!(f, " ({cause})")?;
        }
        f.write_str(".")?;
        if let Some(advice) = &self.advice {
            write!(f, " {advice}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Failure {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layers_are_rendered_in_order() {
        let failure = Failure::new(Kind::Unauthorized, "Mixin did not accept the keystore")
            .cause("401 Unauthorized")
            .advice("Download it again.")
            .asked("Upload a.jpg to Bot");
        assert_eq!(
            failure.to_string(),
            "Upload a.jpg to Bot: Mixin did not accept the keystore (401 Unauthorized). Download it again."
        );
    }

    #[test]
    fn the_first_named_step_stands() {
        let failure = Failure::cancelled().at(Step::Send).at(Step::Record);
        assert_eq!(failure.step, Some(Step::Send));
    }
}
