//! What a service gave back for one attachment.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::domain::describe::Visibility;

/// One copyable thing of a receipt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    pub kind: LinkKind,
    /// The URL, id or text itself.
    pub value: String,
    pub visibility: Visibility,
}

impl Link {
    /// Whether it is a key of its own: a signed address opens a file that is otherwise closed, until it expires. A
    /// public link is made to be handed around, and a private one opens nothing without the credential.
    #[must_use]
    pub fn is_key(&self) -> bool {
        self.visibility == Visibility::Expiring
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkKind {
    View,
    Thumbnail,
    Preview,
    Id,
    /// A ready text for the service's next call (an event's attachments, a post's content).
    Content,
}

/// What the service gave back.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Receipt {
    /// In the order of their use: the first is what "Copy link" copies.
    pub links: Vec<Link>,
    /// The size that the service reports, in bytes.
    pub size: Option<u64>,
    /// Lower-case hex.
    pub md5: Option<String>,
    /// Lower-case hex.
    pub sha256: Option<String>,
    /// When the view link ends, seconds since 1970 (UTC).
    pub expires_at: Option<i64>,
    /// When it was deleted at the service on the user's wish, seconds since 1970 (UTC).
    pub deleted_at: Option<i64>,
    pub width: Option<u32>,
    pub height: Option<u32>,
    /// What users should know although it went well.
    pub notes: Vec<String>,
    /// The service's own fields.
    pub extra: Map<String, Value>,
}

impl Receipt {
    #[must_use]
    pub fn link(&self, kind: LinkKind) -> Option<&str> {
        self.links.iter().find(|link| link.kind == kind).map(|link| link.value.as_str())
    }

    /// Adds a link unless its value is empty.
    pub fn push(&mut self, kind: LinkKind, value: impl Into<String>, visibility: Visibility) {
        let value = value.into();
        if !value.is_empty() {
            self.links.push(Link { kind, value, visibility });
        }
    }

    /// Whether one of the links is a key, see [`Link::is_key`].
    #[must_use]
    pub fn has_key(&self) -> bool {
        self.links.iter().any(Link::is_key)
    }

    /// Its view link has ended by then, in seconds since 1970 (UTC).
    #[must_use]
    pub fn has_expired(&self, now_secs: i64) -> bool {
        self.expires_at.is_some_and(|end| end <= now_secs)
    }

    /// What is left of it after the file was deleted at the service: sizes and checksums, and nothing that could be
    /// opened, renewed or asked for again.
    #[must_use]
    pub fn deleted(self, at: i64) -> Self {
        Self {
            links: Vec::new(),
            expires_at: None,
            deleted_at: Some(at),
            notes: vec!["Deleted at the service".to_owned()],
            extra: Map::new(),
            ..self
        }
    }

    /// What "Copy link" copies: the first link.
    #[must_use]
    pub fn primary(&self) -> Option<&Link> {
        self.links.first()
    }
}
