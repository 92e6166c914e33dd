//! SKELETON: each function here moves into a file of its owner's and is filled there.

/// Can pictures of this media type be read here, so that a copy of another type can be made of them?
#[must_use]
pub fn can_be_converted(_mime: &str) -> bool {
    false
}
