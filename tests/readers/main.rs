//! Reading in processes of their own, which may break, hang and lie; and the desktop's cache of thumbnails, with `GLib`
//! and gdk-pixbuf as judges.

#![cfg(unix)]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a helper of a test may fail as the test may"
)]

mod cache;
mod hostile;
mod processes;
mod support;
