//! Keeping an upload's files, and the answer that says where they are.

use serde_json::{Map, Value, json};

use super::Failure;
use super::form::{HEAD_MAX_BYTES, Upload};
use super::media::{self, Kind};
use super::rules::{Checked, Video};
use crate::sandbox::Shared;
use crate::sandbox::files::Kept;
use crate::sandbox::intake::IntakeError;

/// The service's name among the kept files.
const SERVICE: &str = "forum";
/// The vendor document's example user.
const USER_ID: u64 = 10_026;

/// An upload whose files are kept.
#[derive(Debug)]
struct Placed {
    kind: Kind,
    size: u64,
    /// Of the picture, or of the video's preview; zeros when they cannot be read.
    pixels: (u32, u32),
    file_url: String,
    thumb_url: String,
    /// Empty for a picture.
    preview_url: String,
    duration_secs: Option<u64>,
}

/// Keeps the files and says where they are: the answer's `data`. "A video will have three URLs: the original video, an
/// original preview image, and a thumbnail of the preview image. An image will have two" (vendor document).
pub(super) async fn keep(shared: &Shared, checked: Checked) -> Result<Value, Failure> {
    let Checked { kind, mime, group_name, file, video } = checked;
    let url = |kept: &Kept| format!("{}{}", shared.origin, shared.files.link(kept));
    let file_name = file.name.clone();
    let extra = Map::from_iter([("group_name".to_owned(), group_name.into())]);
    let (kept, file_head) = keep_upload(file, mime, extra).await?;
    let file_url = url(&kept);
    let (picture, preview_url, duration_secs) = match video {
        None => (file_head, String::new(), None),
        Some(Video { thumb, thumb_mime, duration_secs }) => {
            let (preview, head) = keep_upload(thumb, thumb_mime, belongs_to(&kept)).await?;
            (head, url(&preview), Some(duration_secs))
        }
    };
    let pixels = media::dimensions(&picture).unwrap_or_default();
    let is_whole = picture.len() < HEAD_MAX_BYTES;
    let small = if is_whole { media::thumbnail(picture).await } else { None };
    let thumb_url = match small {
        Some(png) => url(&keep_small(shared, &png, &file_name, belongs_to(&kept)).await?),
        None if preview_url.is_empty() => file_url.clone(),
        None => preview_url.clone(),
    };
    Ok(Placed { kind, size: kept.size, pixels, file_url, thumb_url, preview_url, duration_secs }.data())
}

impl Placed {
    /// The vendor document's "Success Response": `content` is JSON inside a text.
    fn data(&self) -> Value {
        let mut content = json!({
            "file_url": self.file_url,
            "thumb_url": self.thumb_url,
            "preview_url": self.preview_url,
            "file_size": self.size,
            "img_width": self.pixels.0,
            "img_height": self.pixels.1,
            "is_lock": 0,
        });
        let mut data = json!({
            "user_id": USER_ID,
            "file_size": self.size,
            "img_width": self.pixels.0,
            "img_height": self.pixels.1,
            "type": self.kind.number(),
            "thumb_url": self.thumb_url,
            "file_url": self.file_url,
        });
        for object in [&mut content, &mut data] {
            if let (Some(object), Some(secs)) = (object.as_object_mut(), self.duration_secs) {
                object.insert("duration".to_owned(), secs.into());
            }
        }
        if let Some(data) = data.as_object_mut() {
            data.insert("content".to_owned(), spaced(&content).into());
        }
        data
    }
}

/// The content's text, with a stray space as in the vendor document's example: a client that parses it and writes it
/// anew instead of keeping the text (services.md, "keep the string exactly") is found out.
fn spaced(content: &Value) -> String {
    content.to_string().replacen(':', ": ", 1)
}

fn belongs_to(kept: &Kept) -> Map<String, Value> {
    Map::from_iter([("belongs_to".to_owned(), kept.id.clone().into())])
}

/// Keeps a file as it came; gives its first bytes back.
async fn keep_upload(
    upload: Upload,
    mime: &str,
    extra: Map<String, Value>,
) -> Result<(Kept, Vec<u8>), Failure> {
    let Upload { name, head, incoming } = upload;
    let kept = incoming.keep(SERVICE, &name, mime, extra).await.map_err(IntakeError::from)?;
    Ok((kept, head))
}

/// Keeps the small picture, named as in the vendor document's example.
async fn keep_small(
    shared: &Shared,
    png: &[u8],
    file_name: &str,
    extra: Map<String, Value>,
) -> Result<Kept, Failure> {
    let stem = file_name.rsplit_once('.').map_or(file_name, |(stem, _)| stem);
    let mut incoming = shared.files.begin().await.map_err(IntakeError::from)?;
    incoming.write(png).await.map_err(IntakeError::from)?;
    let name = format!("{stem}_thumb.png");
    Ok(incoming.keep(SERVICE, &name, "image/png", extra).await.map_err(IntakeError::from)?)
}
