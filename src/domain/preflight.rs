//! Findings of the checks before sending, and the repairs that they offer.

use serde::{Deserialize, Serialize};

use crate::domain::changes::PictureType;
use crate::domain::error::{Failure, Kind, Step};

/// One thing that a check found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    pub severity: Severity,
    pub kind: Kind,
    /// One sentence: what the service would refuse, and why.
    pub message: String,
    /// What would mend it, where something would.
    pub repair: Option<Repair>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The service would refuse the file: it is not sent.
    Error,
    /// The file can be sent, the user should know.
    Warning,
}

/// A change to what is sent, never to the user's own file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Repair {
    /// Send it under this name.
    Rename { name: String },
    /// Send a smaller copy of the image, of at most this many bytes.
    ShrinkImage { max_bytes: u64 },
    /// Send a copy of the image of this type.
    ConvertImage { to: PictureType },
    /// Send the photo with its metadata, whatever the settings say.
    KeepMetadata,
    /// Show the video with its frame at this many milliseconds.
    VideoFrame { at_ms: u64 },
    /// Send it to the target as it is now, which is not where it went when the file was handed over.
    UseChangedTarget,
}

impl Finding {
    pub fn error(kind: Kind, message: impl Into<String>) -> Self {
        Self { severity: Severity::Error, kind, message: message.into(), repair: None }
    }

    pub fn warning(kind: Kind, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, kind, message: message.into(), repair: None }
    }

    #[must_use]
    pub fn repair(mut self, repair: Repair) -> Self {
        self.repair = Some(repair);
        self
    }

    #[must_use]
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    /// The failure of an attachment that is not sent because of this.
    #[must_use]
    pub fn into_failure(self) -> Failure {
        // A finding is a sentence; a failure's layers are put together before they get their full stop.
        let broke = self.message.strip_suffix('.').unwrap_or(&self.message);
        let failure = Failure::new(self.kind, broke).at(Step::Preflight);
        match self.repair {
            Some(repair) => failure.advice(repair.offer()),
            None => failure,
        }
    }
}

impl Repair {
    /// These chosen before, and `more` chosen now: of each kind the newest counts.
    #[must_use]
    pub fn with(mut kept: Vec<Self>, more: Vec<Self>) -> Vec<Self> {
        for repair in more {
            kept.retain(|old| std::mem::discriminant(old) != std::mem::discriminant(&repair));
            kept.push(repair);
        }
        kept
    }

    /// One sentence that says what would be sent instead.
    #[must_use]
    pub fn offer(&self) -> String {
        match self {
            Self::Rename { name } => format!("It can be sent as “{name}”."),
            Self::UseChangedTarget => "It can be sent to the target as it is now.".to_owned(),
            Self::ConvertImage { to } => {
                format!("A copy as {} can be sent.", to.extension().to_uppercase())
            }
            Self::KeepMetadata => "It can be sent with its metadata.".to_owned(),
            Self::VideoFrame { .. } => "Another frame can stand for it.".to_owned(),
            Self::ShrinkImage { max_bytes } => format!(
                "A smaller copy of at most {} can be sent.",
                crate::domain::progress::human_bytes(*max_bytes)
            ),
        }
    }
}
