//! Facts, thumbnails and smaller copies of real files. `ffmpeg` makes them and is the judge of frames.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "a helper of a test may fail as the test may"
)]

mod alone;
mod documents;
mod facts;
mod films;
mod hostile;
mod looks;
mod metadata;
mod moving;
mod shrink;
mod sounds;
mod stills;
mod support;
mod texts;
mod thumbnails;
