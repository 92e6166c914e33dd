//! The inspector: one attachment with everything known of it, and previews.

use std::sync::Arc;

use crate::domain::attachment::{Activity, AttachmentId};
use crate::domain::error::Failure;
use crate::model::looks::{self, Look};
use crate::store::{Attempt, Row};

#[derive(Debug, Default)]
pub struct Detail {
    /// The attachment that the inspector shows.
    pub id: Option<AttachmentId>,
    pub loaded: Option<Loaded>,
    /// More than one is selected.
    pub many: Option<Many>,
}

/// Several attachments, in the order shown.
#[derive(Debug, Clone)]
pub struct Many {
    pub ids: Arc<[AttachmentId]>,
    /// Of those whose size is known; none until that was added up.
    pub bytes: Option<u64>,
}

#[derive(Debug, Clone)]
pub struct Loaded {
    pub row: Arc<Row>,
    pub activity: Vec<Activity>,
    pub attempts: Vec<Attempt>,
}

/// A picture ready for the screen.
#[derive(Debug, Clone)]
pub struct Picture {
    pub width: usize,
    pub height: usize,
    /// Four bytes a pixel, the colours multiplied by the alpha.
    pub rgba: Vec<u8>,
}

/// How large a picture is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PreviewSize {
    /// For a row or a grid's cell: 256 pixels at most.
    Small,
    /// For the inspector and the large preview: 1,600 pixels at most.
    Large,
}

impl PreviewSize {
    /// The longer side at most, in pixels.
    #[must_use]
    pub fn pixels(self) -> u32 {
        match self {
            Self::Small => 256,
            Self::Large => 1_600,
        }
    }
}

#[derive(Debug, Clone)]
pub enum Action {
    Inspect(Option<AttachmentId>),
    /// Several are selected, in this order; one or none are as with `Inspect`.
    InspectMany(Vec<AttachmentId>),
    /// Previews of rows on the screen, in the order wanted.
    NeedPreviews(Vec<(AttachmentId, PreviewSize)>),
    /// They are no longer on the screen.
    ForgetPreviews(Vec<(AttachmentId, PreviewSize)>),
    /// More of what files look like, in the order wanted.
    NeedLooks(Vec<looks::Key>),
    /// No longer on the screen.
    ForgetLooks(Vec<looks::Key>),
}

#[derive(Debug)]
pub enum Update {
    /// None where it is no longer in the history.
    Loaded(AttachmentId, Result<Option<Loaded>, Failure>),
    /// The sizes of several, added up.
    Sum(Arc<[AttachmentId]>, u64),
    /// A preview, or why there is none.
    Preview(AttachmentId, PreviewSize, Result<Picture, Failure>),
    /// What was asked for, or why there is none.
    Look(looks::Key, Result<Look, Failure>),
}
