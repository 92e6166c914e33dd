//! What is known of a local file, and what is made from it: facts, a video's thumbnail, a smaller
//! picture, a look for the screen.
//!
//! Every function here blocks: call them off the async threads. Files come from anywhere, so each
//! reader is bounded in bytes, in pixels and in time, and none of them ever writes to the file itself.

mod ffmpeg;
mod h264;
mod inspect;
mod look;
mod mkv;
mod mp4;
mod picture;
mod png;
mod preview;
mod readers;
mod shrink;
mod sniff;
mod stubs;
mod video;

pub use inspect::inspect;
pub use look::{Area, Excerpt, Frame, Moment, Rgba};
pub use png::png_of;
pub use preview::preview;
pub use readers::{Copied, Readers};
pub use shrink::shrink_image;
pub use stubs::{copy, excerpt, frames, metadata, part};
pub use video::{Thumb, ThumbSource, moments, thumbnail};
