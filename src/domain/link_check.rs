//! What was found when an uploaded file's link was asked for.

use serde::{Deserialize, Serialize};

/// How a link answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkState {
    /// It gave the file, or said that it would.
    Verified,
    /// It does not give the file now and may later: the service is still at work on it, is busy or out of reach.
    NotYet,
    /// It does not give the file: the service does not know it, or refuses it.
    Broken,
}

/// One look at a link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkCheck {
    pub state: LinkState,
    /// Milliseconds since 1970 (UTC).
    pub at_ms: i64,
    /// The HTTP status; none when no answer came.
    pub status: Option<u16>,
    /// What was wrong with it, in one sentence; none for a link that is verified.
    pub why: Option<String>,
}
