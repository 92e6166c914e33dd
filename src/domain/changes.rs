//! What is changed in the copy of a file that is sent. The user's own file is never touched.

use serde::{Deserialize, Serialize};

use crate::domain::preflight::Repair;

/// What a picture can be written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PictureType {
    Jpeg,
    Png,
}

impl PictureType {
    #[must_use]
    pub fn mime(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
        }
    }

    /// Pictures that can be decoded here and stand still, so that a copy of one of these types can be made of them.
    #[must_use]
    pub fn can_be_made_of(mime: &str) -> bool {
        matches!(mime, "image/bmp" | "image/jpeg" | "image/png" | "image/qoi" | "image/tiff" | "image/webp")
    }

    /// The extension that a copy's name gets, without the dot.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
        }
    }
}

/// What a copy of a picture is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct CopyWish {
    /// Without the place it was taken at and other metadata.
    pub without_metadata: bool,
    /// At most this many bytes.
    pub max_bytes: Option<u64>,
    /// Of another type; none: as it is, or what a smaller copy is best written as.
    pub to: Option<PictureType>,
}

impl CopyWish {
    /// What these repairs ask for of a picture's copy. `remove_location` is the setting, which a file can be an
    /// exception from.
    #[must_use]
    pub fn of(repairs: &[Repair], remove_location: bool) -> Self {
        let mut wish = Self { without_metadata: remove_location, ..Self::default() };
        for repair in repairs {
            match repair {
                Repair::ShrinkImage { max_bytes } => wish.max_bytes = Some(*max_bytes),
                Repair::ConvertImage { to } => wish.to = Some(*to),
                Repair::KeepMetadata => wish.without_metadata = false,
                Repair::Rename { .. } | Repair::UseChangedTarget | Repair::VideoFrame { .. } => {}
            }
        }
        wish
    }

    /// Nothing is asked for: the file itself will do.
    #[must_use]
    pub fn is_none(self) -> bool {
        self == Self::default()
    }
}

/// What was taken out of the copy that is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Removed {
    /// The place it was taken at, and other metadata.
    Location,
    /// Metadata that names no place.
    Metadata,
}

/// What is sent in the place of a file that was handed over.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Sent {
    /// The name it is sent under.
    pub name: String,
    /// Bytes of the copy.
    pub size: u64,
    /// The copy's media type.
    pub mime: String,
    pub removed: Option<Removed>,
    /// Of the copy, in hexadecimal; none where the file itself is sent, under another name.
    pub md5: Option<String>,
    /// As [`Self::md5`].
    pub sha256: Option<String>,
}

/// What a picture tells beside its pixels.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Metadata {
    /// Degrees north and east, where it says where it was taken.
    pub place: Option<(f64, f64)>,
    /// A place is in it, also where that cannot be read as degrees.
    pub has_location: bool,
    /// Maker and model of the camera.
    pub camera: Option<String>,
    /// When it was taken, as the file has it: `2026:05:01 18:22:03`.
    pub taken: Option<String>,
    /// Who took it, or owns the camera.
    pub author: Option<String>,
    /// How many bytes of metadata there are, previews in it included; 0: there is none.
    pub bytes: u64,
    /// It can be taken out here without a new encoding.
    pub removable: bool,
}
