//! What an upload's form must hold (vendor document, "Request Body Parameters").

use super::form::{Form, Upload};
use super::media::{self, Kind};
use super::{Failure, whole_number};

/// The vendor document's list of group names.
const GROUP_NAMES: [&str; 6] = ["tribe", "tribeHub", "post", "tag", "report", "media"];

/// A form that fits together.
#[derive(Debug)]
pub(super) struct Checked {
    pub(super) kind: Kind,
    pub(super) mime: &'static str,
    pub(super) group_name: String,
    pub(super) file: Upload,
    pub(super) video: Option<Video>,
}

/// What a video has beside the file.
#[derive(Debug)]
pub(super) struct Video {
    pub(super) thumb: Upload,
    pub(super) thumb_mime: &'static str,
    pub(super) duration_secs: u64,
}

impl Checked {
    /// The vendor document's "Request Body Parameters".
    pub(super) fn of(form: Form) -> Result<Self, Failure> {
        let missing = |name: &str| Failure::invalid(format!("{name} is missing"));
        let Form { kind, group_name, duration, file, thumb } = form;
        let kind = Kind::of_type(&kind.ok_or_else(|| missing("type"))?)
            .ok_or_else(|| Failure::invalid("type is neither public/image nor public/video"))?;
        let group_name = group_name.ok_or_else(|| missing("group_name"))?;
        if !GROUP_NAMES.contains(&group_name.as_str()) {
            return Err(Failure::invalid("group_name is unknown"));
        }
        let file = file.ok_or_else(|| missing("file"))?;
        let (_, mime) = media::sniff(&file.head)
            .filter(|(found, _)| *found == kind)
            .ok_or_else(|| Failure::invalid("the file is not of the declared type"))?;
        let video = match kind {
            Kind::Image => None,
            Kind::Video => {
                let thumb = thumb.ok_or_else(|| missing("thumb"))?;
                let duration = duration.ok_or_else(|| missing("duration"))?;
                let thumb_mime = check_thumb(&thumb)?;
                Some(Video { thumb, thumb_mime, duration_secs: check_duration(&duration)? })
            }
        };
        Ok(Self { kind, mime, group_name, file, video })
    }
}

/// "Video thumbnail preview image": one that can be read. Gives its media type.
fn check_thumb(thumb: &Upload) -> Result<&'static str, Failure> {
    match media::sniff(&thumb.head) {
        Some((Kind::Image, mime)) if media::dimensions(&thumb.head).is_some() => Ok(mime),
        _ => Err(Failure::invalid("thumb is not a picture")),
    }
}

/// services.md: "`duration` (whole seconds)".
fn check_duration(text: &str) -> Result<u64, Failure> {
    whole_number(text)
        .filter(|secs| *secs >= 1)
        .ok_or_else(|| Failure::invalid("duration is not a number of whole seconds"))
}
