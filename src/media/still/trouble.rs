//! Why a picture has no look, before it is said in words.

use image::ImageError;

use crate::domain::error::{Failure, Kind, Step};

/// What stands in the way, and what the decoder says of it.
#[derive(Debug)]
pub(super) enum Trouble {
    /// Not a format that is known here.
    Unknown(String),
    TooManyPixels(u32, u32),
    TooMuchMemory(String),
    /// The file is larger than what is taken into memory.
    TooLargeFile,
    /// There is only one picture in it.
    Still,
    /// The part lies outside the picture.
    Outside,
    Broken(String),
}

impl Trouble {
    pub(super) fn broken(why: impl std::fmt::Display) -> Self {
        Self::Broken(why.to_string())
    }

    /// What is said of the file with this name.
    pub(super) fn said_of(self, shown: &str) -> Failure {
        let failure = |kind, broke: String| Failure::new(kind, broke).at(Step::Inspect);
        match self {
            Self::Unknown(why) => {
                failure(Kind::WrongType, format!("“{shown}” is no picture that is known here")).cause(why)
            }
            Self::TooManyPixels(width, height) => failure(
                Kind::TooLarge,
                format!("“{shown}” has {width} × {height} pixels, too many to be shown"),
            ),
            Self::TooMuchMemory(why) => {
                failure(Kind::TooLarge, format!("“{shown}” needs too much memory to be shown")).cause(why)
            }
            Self::TooLargeFile => {
                failure(Kind::TooLarge, format!("“{shown}” is too large a file to be shown"))
            }
            Self::Still => failure(Kind::WrongType, format!("“{shown}” is a single picture")),
            Self::Outside => failure(Kind::WrongType, format!("“{shown}” has no such part")),
            Self::Broken(why) => {
                failure(Kind::Unreadable, format!("“{shown}” is broken, so it cannot be shown")).cause(why)
            }
        }
    }
}

impl From<ImageError> for Trouble {
    fn from(error: ImageError) -> Self {
        match error {
            ImageError::Unsupported(_) => Self::Unknown(error.to_string()),
            ImageError::Limits(_) => Self::TooMuchMemory(error.to_string()),
            _ => Self::broken(error),
        }
    }
}

impl From<png::DecodingError> for Trouble {
    fn from(error: png::DecodingError) -> Self {
        match error {
            png::DecodingError::LimitsExceeded => Self::TooMuchMemory(error.to_string()),
            _ => Self::broken(error),
        }
    }
}

macro_rules! breaks {
    ($($error:ty),*) => {
        $(impl From<$error> for Trouble {
            fn from(error: $error) -> Self {
                Self::broken(error)
            }
        })*
    };
}

breaks!(
    std::io::Error,
    std::num::TryFromIntError,
    fast_image_resize::ImageBufferError,
    fast_image_resize::ResizeError
);
