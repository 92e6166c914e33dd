//! What a file looks like beside its still picture: asked for by key while it is drawn, answered once.

use crate::domain::attachment::AttachmentId;
use crate::domain::changes::{CopyWish, Metadata, Removed};
use crate::domain::preflight::Repair;
use crate::model::detail::Picture;

/// What is wanted of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Wish {
    /// Of one that no upload has looked at yet.
    Facts,
    Part(Part),
    /// The frames of an animated picture, their longer side at most this many pixels.
    Frames(u32),
    /// The first lines of a text.
    Lines,
    /// Frames of a video to choose from.
    Moments,
    /// What a photo tells beside its pixels.
    Metadata,
    /// What a copy like this would be.
    Trial(CopyWish),
}

pub type Key = (AttachmentId, Wish);

/// A part of a picture, in pixels of the upright picture in its full size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Part {
    pub x: u32,
    pub y: u32,
    pub width: u32,
    pub height: u32,
    /// The longer side of the answer at most, in pixels.
    pub max_px: u32,
    /// Shown so large that each pixel is to be seen.
    pub crisp: bool,
}

/// The answers, one for each wish.
#[derive(Debug)]
pub enum Look {
    Facts(Facts),
    Part(Picture),
    Frames(Vec<Frame>),
    Lines(Lines),
    Moments(Vec<Moment>),
    Metadata(Metadata),
    /// None: the file itself would be sent.
    Trial(Option<Trial>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    pub size: u64,
    pub mime: String,
    /// Width and height as shown.
    pub pixels: Option<(u32, u32)>,
    pub duration_secs: Option<u64>,
    /// What its target's service offers against what it would refuse.
    pub offers: Vec<Repair>,
}

#[derive(Debug)]
pub struct Frame {
    pub picture: Picture,
    /// How long it is shown.
    pub delay_ms: u32,
}

/// The first lines of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lines {
    pub lines: Vec<String>,
    /// There is no more of it.
    pub is_whole: bool,
    /// What it was read as: `UTF-8`, `GBK`.
    pub encoding: String,
}

#[derive(Debug)]
pub struct Moment {
    /// From the video's begin.
    pub at_ms: u64,
    pub picture: Picture,
}

/// A copy as it would be sent.
#[derive(Debug)]
pub struct Trial {
    /// The name that it gets where nobody gives it another one.
    pub name: String,
    /// In bytes.
    pub size: u64,
    pub pixels: Option<(u32, u32)>,
    pub removed: Option<Removed>,
    /// How it looks; none where it cannot be drawn.
    pub picture: Option<Picture>,
}
