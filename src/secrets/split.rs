//! Long values over several entries, since a Windows credential holds 2,560 bytes, which are 1,280 UTF-16 units
//! (`CRED_MAX_CREDENTIAL_BLOB_SIZE` in wincred.h). Done on every platform, so that it is tested on each.
//!
//! A short value is its entry. Of a long one the entry holds a header that names a set of parts, their number and
//! the checksum of the whole; each part is an entry of its own. There are two sets, used in turn: a new value is
//! written beside the old one and counts from the moment its header is written.

use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::domain::secret::Secret;

/// The most UTF-16 units of one entry.
pub(super) const MAX_UNITS: usize = 1280;

/// The most parts of one value, some 80,000 characters: a bound for reading and for clearing up.
pub(super) const MAX_PARTS: usize = 64;

const MARK: &str = "affix-parts/1 ";

/// One of the two sets of parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Set {
    A,
    B,
}

impl Set {
    pub(super) const BOTH: [Self; 2] = [Self::A, Self::B];

    #[must_use]
    pub(super) fn other(self) -> Self {
        match self {
            Self::A => Self::B,
            Self::B => Self::A,
        }
    }

    fn letter(self) -> &'static str {
        match self {
            Self::A => "a",
            Self::B => "b",
        }
    }

    /// The entry of one part, counted from 1, of the value named `entry`.
    #[must_use]
    pub(super) fn part(self, entry: &str, number: usize) -> String {
        format!("{entry}#{}{number}", self.letter())
    }
}

/// What the entry of a long value holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) set: Set,
    pub(super) count: usize,
    /// SHA-256 of the whole value's UTF-8 bytes, lower-case hex.
    sha256: String,
}

impl Header {
    #[must_use]
    pub(super) fn new(set: Set, count: usize, whole: &Secret) -> Self {
        Self { set, count, sha256: checksum(whole) }
    }

    #[must_use]
    pub(super) fn to_text(&self) -> String {
        format!("{MARK}{} {} {}", self.set.letter(), self.count, self.sha256)
    }
}

/// What an entry holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Head {
    Whole(Secret),
    Parts(Header),
    /// It begins like a header and is none.
    Damaged,
}

/// Reads what an entry holds.
#[must_use]
pub(super) fn head(content: Secret) -> Head {
    match content.expose().strip_prefix(MARK) {
        None => Head::Whole(content),
        Some(fields) => header(fields).map_or(Head::Damaged, Head::Parts),
    }
}

fn header(fields: &str) -> Option<Header> {
    let mut fields = fields.split(' ');
    let letter = fields.next()?;
    let set = Set::BOTH.into_iter().find(|set| set.letter() == letter)?;
    let count = fields.next()?.parse().ok().filter(|count| (1..=MAX_PARTS).contains(count))?;
    let sha256 = fields.next().filter(|sum| sum.len() == 64)?.to_owned();
    fields.next().is_none().then_some(Header { set, count, sha256 })
}

/// The value's parts in order, or `None` where it fits into one entry.
/// A value that looks like a header is split however short it is.
#[must_use]
pub(super) fn split(value: &Secret) -> Option<Vec<Secret>> {
    let text = value.expose();
    if units(text) <= MAX_UNITS && !text.starts_with(MARK) {
        return None;
    }
    let mut parts = Vec::new();
    let mut part = Zeroizing::new(String::with_capacity(3 * MAX_UNITS));
    let mut part_units = 0;
    for character in text.chars() {
        if part_units + character.len_utf16() > MAX_UNITS {
            parts.push(Secret::new(part.as_str()));
            part.clear();
            part_units = 0;
        }
        part.push(character);
        part_units += character.len_utf16();
    }
    parts.push(Secret::new(part.as_str()));
    Some(parts)
}

/// The whole value; `None` where the parts are not those that the header was written for.
#[must_use]
pub(super) fn join(header: &Header, parts: &[Secret]) -> Option<Secret> {
    let length = parts.iter().map(|part| part.expose().len()).sum();
    let mut text = Zeroizing::new(String::with_capacity(length));
    for part in parts {
        text.push_str(part.expose());
    }
    let whole = Secret::new(text.as_str());
    (parts.len() == header.count && checksum(&whole) == header.sha256).then_some(whole)
}

fn checksum(whole: &Secret) -> String {
    hex::encode(Sha256::digest(whole.expose().as_bytes()))
}

/// The length that Windows counts.
#[must_use]
pub(super) fn units(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lengths(text: &str) -> Vec<usize> {
        split(&Secret::new(text))
            .map_or_else(Vec::new, |parts| parts.iter().map(|part| units(part.expose())).collect())
    }

    #[test]
    fn values_are_split_at_the_boundary_in_utf_16_units() {
        assert_eq!(lengths(&"x".repeat(1280)), [0; 0]);
        assert_eq!(lengths(&"x".repeat(1281)), [1280, 1]);
        assert_eq!(lengths(&"x".repeat(2560)), [1280, 1280]);
        // Three bytes, one unit; four bytes, two units; a pair is never cut.
        assert_eq!(lengths(&"键".repeat(1280)), [0; 0]);
        assert_eq!(lengths(&"键".repeat(1281)), [1280, 1]);
        assert_eq!(lengths(&"🔑".repeat(640)), [0; 0]);
        assert_eq!(lengths(&"🔑".repeat(641)), [1280, 2]);
        assert_eq!(lengths(&format!("x{}", "🔑".repeat(640))), [1279, 2]);
    }

    #[test]
    fn parts_join_to_the_value() {
        for text in ["x".repeat(1281), "🔑键é".repeat(2000), format!("{MARK}a 1 looks like a header")] {
            let value = Secret::new(text);
            let parts = split(&value).unwrap();
            let written = Header::new(Set::B, parts.len(), &value).to_text();
            assert!(units(&written) <= MAX_UNITS);
            let Head::Parts(header) = head(Secret::new(written)) else { panic!("no header") };
            assert_eq!(header.set, Set::B);
            assert_eq!(join(&header, &parts), Some(value));
        }
    }

    #[test]
    fn other_parts_than_the_headers_are_noticed() {
        let value = Secret::new(["a", "b", "c"].map(|letter| letter.repeat(1000)).concat());
        let parts = split(&value).unwrap();
        let header = Header::new(Set::A, parts.len(), &value);
        let mut swapped = parts.clone();
        swapped.swap(0, 2);
        let mut changed = parts.clone();
        changed[1] = Secret::new("x".repeat(1280));
        for torn in [&parts[..2], &swapped, &changed, &[]] {
            assert_eq!(join(&header, torn), None);
        }
    }

    #[test]
    fn a_damaged_header_is_no_value() {
        let sum = "0".repeat(64);
        for fields in ["", "a 3", "c 3 0", "a x 0", "a 3 short"].map(str::to_owned).into_iter().chain([
            format!("a 0 {sum}"),
            format!("a 65 {sum}"),
            format!("a 2 {sum} more"),
        ]) {
            assert_eq!(head(Secret::new(format!("{MARK}{fields}"))), Head::Damaged, "{fields}");
        }
        assert_eq!(head(Secret::new("plain")), Head::Whole(Secret::new("plain")));
    }
}
