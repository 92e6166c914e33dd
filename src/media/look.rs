//! What is shown of a file: the shapes that the readers answer.

use serde::{Deserialize, Serialize};

/// Pixels for the screen.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Rgba {
    pub width: u32,
    pub height: u32,
    /// Four bytes a pixel, row by row, the colours multiplied by the alpha; sRGB.
    pub pixels: Vec<u8>,
}

impl std::fmt::Debug for Rgba {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Rgba {{ {} × {} }}", self.width, self.height)
    }
}

/// One picture of several that follow each other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Frame {
    pub picture: Rgba,
    /// How long it is shown.
    pub delay_ms: u32,
}

/// A part of a picture, in pixels of the upright picture in its full size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Area {
    pub x: u32,
    pub y: u32,
    pub width: u32,
    pub height: u32,
}

/// The first lines of a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Excerpt {
    /// Lines end with `\n`; no other control characters but tabs, and nothing that turns the direction of writing.
    pub text: String,
    /// There is no more of it.
    pub is_whole: bool,
    /// What it was read as: `UTF-8`, `GBK`.
    pub encoding: String,
}

/// A frame of a video that can stand for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moment {
    /// From the video's begin.
    pub at_ms: u64,
    pub picture: Rgba,
}
