//! What the sheet holds while it is open, and the repairs that come of it.

use crate::domain::changes::{CopyWish, PictureType};
use crate::domain::file_name;
use crate::domain::preflight::Repair;

/// A copy is not asked to be smaller than this, in bytes.
const LIMIT_LEAST: f64 = 1_000.0;
const LIMIT_MOST: f64 = 1e12;
const MEGABYTE: f64 = 1_000_000.0;
/// As most file systems and services have it.
const NAME_BYTES: usize = 255;

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Draft {
    pub name: String,
    /// Send the metadata along, whatever the settings say.
    pub keeps_metadata: bool,
    /// At most this many megabytes, as it is typed.
    pub limit: Option<String>,
    pub to: Option<PictureType>,
    /// A video's frame.
    pub at_ms: Option<u64>,
    /// Chosen elsewhere: they stay as they are.
    others: Vec<Repair>,
}

/// What is wrong with a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BadName {
    Empty,
    Slash,
    Invisible,
    Long,
}

impl BadName {
    /// The text that says so.
    pub(super) fn key(self) -> &'static str {
        match self {
            Self::Empty => "bad-name-empty",
            Self::Slash => "bad-name-slash",
            Self::Invisible => "bad-name-invisible",
            Self::Long => "bad-name-long",
        }
    }
}

impl Draft {
    /// As the file is, without any change.
    pub(super) fn plain(name: &str) -> Self {
        let name = name.to_owned();
        Self { name, keeps_metadata: false, limit: None, to: None, at_ms: None, others: Vec::new() }
    }

    pub(super) fn of(name: &str, repairs: &[Repair]) -> Self {
        let mut draft = Self::plain(name);
        for repair in repairs {
            match repair {
                Repair::Rename { name } => draft.name.clone_from(name),
                Repair::ShrinkImage { max_bytes } => draft.limit = Some(megabytes(*max_bytes)),
                Repair::ConvertImage { to } => draft.to = Some(*to),
                Repair::KeepMetadata => draft.keeps_metadata = true,
                Repair::VideoFrame { at_ms } => draft.at_ms = Some(*at_ms),
                Repair::UseChangedTarget => draft.others.push(repair.clone()),
            }
        }
        draft
    }

    pub(super) fn bad_name(&self) -> Option<BadName> {
        let name = &self.name;
        if name.trim().is_empty() || matches!(name.trim(), "." | "..") {
            Some(BadName::Empty)
        } else if name.contains(['/', '\\']) {
            Some(BadName::Slash)
        } else if file_name::display(name) != *name {
            Some(BadName::Invisible)
        } else if name.len() > NAME_BYTES {
            Some(BadName::Long)
        } else {
            None
        }
    }

    /// The limit in bytes; none where none is wanted.
    pub(super) fn limit_bytes(&self) -> Result<Option<u64>, ()> {
        self.limit.as_deref().map(bytes_of).transpose()
    }

    /// None while something in it is wrong.
    pub(super) fn repairs(&self, own_name: &str) -> Option<Vec<Repair>> {
        let mut repairs = self.others.clone();
        if self.bad_name().is_some() {
            return None;
        }
        if self.name != own_name {
            repairs.push(Repair::Rename { name: self.name.trim().to_owned() });
        }
        if let Some(max_bytes) = self.limit_bytes().ok()? {
            repairs.push(Repair::ShrinkImage { max_bytes });
        }
        if let Some(to) = self.to {
            repairs.push(Repair::ConvertImage { to });
        }
        if self.keeps_metadata {
            repairs.push(Repair::KeepMetadata);
        }
        if let Some(at_ms) = self.at_ms {
            repairs.push(Repair::VideoFrame { at_ms });
        }
        Some(repairs)
    }

    /// What the copy would be like; none while the limit is no number.
    pub(super) fn wish(&self, remove_location: bool) -> Option<CopyWish> {
        let max_bytes = self.limit_bytes().ok()?;
        Some(CopyWish { without_metadata: remove_location && !self.keeps_metadata, max_bytes, to: self.to })
    }
}

/// In megabytes, with no more digits than it takes, never more than it is.
#[expect(clippy::cast_precision_loss, reason = "files are well below 2^52 bytes")]
pub(super) fn megabytes(bytes: u64) -> String {
    let shown = format!("{:.3}", (bytes as f64 / 1_000.0).floor() / 1_000.0);
    shown.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between its limits")]
pub(super) fn bytes_of(megabytes: &str) -> Result<u64, ()> {
    let number: f64 = megabytes.trim().replace(',', ".").parse().map_err(|_not_a_number| ())?;
    // What was written with three digits is meant to the byte: 2.05 is not 2.0499….
    let bytes = (number * MEGABYTE).round();
    if (LIMIT_LEAST..=LIMIT_MOST).contains(&bytes) { Ok(bytes as u64) } else { Err(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_chosen_comes_back_as_it_was() {
        let repairs = vec![
            Repair::UseChangedTarget,
            Repair::Rename { name: "b.jpg".to_owned() },
            Repair::ShrinkImage { max_bytes: 1_400_000 },
            Repair::ConvertImage { to: PictureType::Png },
            Repair::KeepMetadata,
            Repair::VideoFrame { at_ms: 1_500 },
        ];
        assert_eq!(Draft::of("a.jpg", &repairs).repairs("a.jpg"), Some(repairs));
        assert_eq!(Draft::plain("a.jpg").repairs("a.jpg"), Some(Vec::new()));
    }

    #[test]
    fn a_name_is_refused_with_its_reason() {
        for (name, bad) in [
            ("", Some(BadName::Empty)),
            ("  ", Some(BadName::Empty)),
            ("..", Some(BadName::Empty)),
            ("a/b.txt", Some(BadName::Slash)),
            ("a\\b.txt", Some(BadName::Slash)),
            ("a\nb.txt", Some(BadName::Invisible)),
            ("photo\u{202e}gpj.exe", Some(BadName::Invisible)),
            (&"好".repeat(86), Some(BadName::Long)),
            (&"好".repeat(85), None),
            ("最终版 v3.mp4", None),
        ] {
            assert_eq!(Draft::plain(name).bad_name(), bad, "{name:?}");
            assert_eq!(Draft::plain(name).repairs("x").is_none(), bad.is_some());
        }
    }

    #[test]
    fn a_limit_is_a_number_of_megabytes() {
        for (typed, bytes) in [
            ("2", Ok(2_000_000)),
            (" 1.4 ", Ok(1_400_000)),
            ("1,4", Ok(1_400_000)),
            ("2.05", Ok(2_050_000)),
            ("0.001", Ok(1_000)),
            ("0", Err(())),
            ("-1", Err(())),
            ("1e99", Err(())),
            ("NaN", Err(())),
            ("", Err(())),
            ("2 MB", Err(())),
        ] {
            assert_eq!(bytes_of(typed), bytes, "{typed}");
        }
        assert_eq!([2_000_000, 1_400_000, 2_097_152, 1_234].map(megabytes), ["2", "1.4", "2.097", "0.001"]);
    }

    #[test]
    fn a_photo_loses_its_metadata_unless_it_is_an_exception() {
        let mut draft = Draft::plain("a.jpg");
        assert!(draft.wish(true).unwrap().without_metadata);
        assert!(draft.wish(false).unwrap().is_none());
        draft.keeps_metadata = true;
        assert!(draft.wish(true).unwrap().is_none());
        draft.limit = Some("much".to_owned());
        assert_eq!(draft.wish(true), None);
    }
}
