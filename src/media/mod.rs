//! What is known of a local file, and what is made from it: facts, a video's thumbnail, a smaller
//! picture, a look for the screen.
//!
//! Every function here blocks: call them off the async threads. Files come from anywhere, so each
//! reader is bounded in bytes, in pixels and in time, and none of them ever writes to the file itself.

mod alpha;
mod bytes;
mod cache;
mod claim;
mod copy;
mod deep;
mod documents;
mod ffmpeg;
mod foreign;
mod full_jpeg;
mod h264;
mod icc;
mod ifd;
mod inspect;
mod kind;
mod look;
mod metadata;
mod mkv;
mod mp4;
mod opened;
mod picture;
mod png;
mod preview;
mod readers;
mod shrink;
mod sniff;
mod sound;
mod still;
mod video;

pub use cache::Cache;
pub use copy::copy;
pub use documents::excerpt;
pub use inspect::{Whole, inspect, inspect_at_hand, inspect_whole};
pub use look::{Area, Excerpt, Frame, Moment, Rgba};
pub use metadata::metadata;
pub use png::{png_of, png_of_look};
pub use preview::preview;
#[cfg(fuzzing)]
pub use readers::fuzzing;
pub use readers::{Copied, Patience, Readers, serve};
pub use still::{frames, part};
pub use video::{Thumb, ThumbSource, moments, thumbnail};
