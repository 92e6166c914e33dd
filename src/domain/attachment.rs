//! Attachments, batches and their states.

use std::path::PathBuf;
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

/// Names one attachment for good; given by the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AttachmentId(pub i64);

/// Names the attachments that were handed over together; given by the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct BatchId(pub i64);

/// Where an attachment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Queued,
    Preparing,
    Uploading,
    Finishing,
    Done,
    Failed,
    Paused,
    Canceled,
    /// Found unfinished at start: the program ended while it ran.
    Interrupted,
    /// Sent, answer lost, a repeat might duplicate: the user decides.
    Unsure,
}

impl State {
    pub const ALL: [Self; 10] = [
        Self::Queued,
        Self::Preparing,
        Self::Uploading,
        Self::Finishing,
        Self::Done,
        Self::Failed,
        Self::Paused,
        Self::Canceled,
        Self::Interrupted,
        Self::Unsure,
    ];

    /// The word in JSON, in the database and in the window.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Preparing => "preparing",
            Self::Uploading => "uploading",
            Self::Finishing => "finishing",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Paused => "paused",
            Self::Canceled => "canceled",
            Self::Interrupted => "interrupted",
            Self::Unsure => "unsure",
        }
    }

    /// The state that [`State::as_str`] wrote.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }

    /// Nothing more happens unless the user asks.
    #[must_use]
    pub fn is_settled(self) -> bool {
        matches!(self, Self::Done | Self::Failed | Self::Canceled | Self::Unsure)
    }
}

/// What goes first among the files that wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum Priority {
    /// When nothing else waits for the target.
    Low,
    #[default]
    Normal,
    /// Before everything else that waits for the target.
    High,
}

impl Priority {
    pub const ALL: [Self; 3] = [Self::High, Self::Normal, Self::Low];

    /// As the database keeps it: higher goes first.
    #[must_use]
    pub fn number(self) -> i64 {
        match self {
            Self::Low => -1,
            Self::Normal => 0,
            Self::High => 1,
        }
    }

    /// The priority that [`Priority::number`] gave.
    #[must_use]
    pub fn from_number(number: i64) -> Self {
        match number {
            ..0 => Self::Low,
            0 => Self::Normal,
            1.. => Self::High,
        }
    }
}

/// The facts of a local file, read once before anything is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileFacts {
    /// Where the bytes are.
    pub path: PathBuf,
    /// The name to send: the file's own, or the repaired one that the user chose.
    pub name: String,
    /// Size in bytes.
    pub size: u64,
    /// The media type, from the content's first bytes and the name's extension.
    pub mime: String,
    /// Last modification, to notice a change while sending.
    pub modified: Option<SystemTime>,
    /// Width and height in pixels, of an image or a video.
    pub pixels: Option<(u32, u32)>,
    /// Duration in whole seconds, rounded to the nearest and at least 1, of a video or a sound.
    pub duration_secs: Option<u64>,
}

impl FileFacts {
    /// The extension in lower case, without the dot; empty where there is none.
    #[must_use]
    pub fn extension(&self) -> String {
        crate::domain::file_name::extension(&self.name)
    }

    #[must_use]
    pub fn is_image(&self) -> bool {
        self.mime.starts_with("image/")
    }

    #[must_use]
    pub fn is_video(&self) -> bool {
        self.mime.starts_with("video/")
    }
}

/// One request and its answer, as it is shown in the window; free of secrets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Activity {
    /// When the request began, milliseconds since 1970 (UTC).
    pub at_ms: i64,
    /// From the request's begin to the answer's end, in milliseconds.
    pub took_ms: u64,
    pub step: crate::domain::error::Step,
    pub method: String,
    /// The URL with every secret replaced by stars.
    pub url: String,
    /// The request's headers with every secret replaced by stars.
    pub headers: Vec<(String, String)>,
    /// Bytes of the request's body that were handed to the connection.
    pub sent_bytes: u64,
    /// The HTTP status; none when no answer came.
    pub status: Option<u16>,
    /// Selected answer headers (request ids, charges, rate limits).
    pub answer_headers: Vec<(String, String)>,
    /// The first 2 KiB of an answer's text, redacted; or the transport's error.
    pub answer: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_reads_back() {
        for state in State::ALL {
            assert_eq!(State::parse(state.as_str()), Some(state));
        }
        assert_eq!(State::parse("Done"), None);
    }
}
