//! What files tell beside what they show, and copies without it: no new encoding, the picture's own bytes untouched.

mod boxes;
mod gif;
mod jpeg;
mod plan;
mod png;
mod tiff;
mod told;
mod webp;

use std::path::Path;

use super::bytes::{Broken, Bytes, Source};
use super::{inspect, sniff};
use crate::domain::changes::Metadata;
use crate::domain::error::{Failure, Kind, Step};
use crate::domain::file_name;
use told::Told;

pub(super) use plan::Plan;

/// How much of a file is looked through that cannot be read in parts.
const SIGNS_BYTES: u64 = 1 << 20;

/// What a picture, or a video of boxes, tells beside what it shows. Reads the parts that tell something; of a JPEG
/// everything, to find its end.
///
/// # Errors
/// [`Kind::Unreadable`]: it cannot be read, or it is broken where something may be told.
pub fn metadata(path: &Path) -> Result<Metadata, Failure> {
    let plan = plan_of(path)?;
    let removable = !plan.is_clean() && !plan.stays;
    let camera = plan.told.camera();
    let Told { place, has_location, taken, author, bytes, .. } = plan.told;
    Ok(Metadata { place, has_location, camera, taken, author, bytes, removable })
}

/// A copy of this picture without metadata would be the picture itself, and nothing in it says where it was taken. False
/// also where more than a walk over its parts is needed to tell; [`metadata`] does.
pub(super) fn tells_nothing(mut picture: &[u8]) -> bool {
    let head = picture;
    let walked = walked(&mut picture, head).and_then(Result::ok);
    walked.is_some_and(|plan| plan.is_clean() && !plan.told.has_location)
}

/// How a copy without metadata is made of a file; one that is [`Plan::is_clean`] where it needs none.
pub(super) fn plan_of(path: &Path) -> Result<Plan, Failure> {
    let (mut file, facts) = inspect::open(path)?;
    let head = inspect::first_bytes(&mut file).map_err(|error| inspect::unreadable(path, &error))?;
    let mut source = Source::of(file, facts.len());
    let mime = sniff::media_type(&head, &inspect::name(path));
    match plan(&mut source, &head, &mime) {
        Ok(plan) => Ok(plan),
        // Nobody else finds anything in it either.
        Err(Broken) if !has_signs(&mut source) => Ok(Plan::default()),
        Err(Broken) => {
            let shown = file_name::display(&inspect::name(path));
            let broke = format!("“{shown}” is broken, so what it tells of itself cannot be taken out");
            Err(Failure::new(Kind::Unreadable, broke)
                .at(Step::Prepare)
                .advice("Save it anew with another program, or send it with its metadata."))
        }
    }
}

fn plan(bytes: &mut Source, head: &[u8], mime: &str) -> Result<Plan, Broken> {
    if let Some(plan) = walked(bytes, head) {
        return plan;
    }
    let brand = head.get(8..12).unwrap_or_default();
    match head {
        [b'I', b'I', ..] | [b'M', b'M', ..] if is_tiff(head) => tiff::plan(bytes, 0),
        _ if head.starts_with(b"FUJIFILMCCD-RAW") => fuji(bytes),
        _ if head.starts_with(b"\0\0\0\x0cJXL ") || head.starts_with(b"\0\0\0\x0cjP  ") => {
            boxes::dropping(bytes)
        }
        _ if head.get(4..8) == Some(b"ftyp") && brand == b"crx " => boxes::canon(bytes),
        _ if head.get(4..8) == Some(b"ftyp") && mime.starts_with("image/") => boxes::heif(bytes),
        _ if mime.starts_with("video/") && sniff::video_type(head).is_some() => {
            // What is no film of boxes has no place that is known here.
            Ok(boxes::video(bytes).map(Plan::nothing).unwrap_or_default())
        }
        // Nothing but pixels has room in them.
        _ if matches!(mime, "image/bmp" | "image/qoi" | "image/x-icon" | "image/svg+xml") => {
            Ok(Plan::default())
        }
        _ if mime.starts_with("image/") => Ok(Plan::nothing(unknown(bytes))),
        _ => Ok(Plan::default()),
    }
}

/// Of a picture that is one part after the other.
fn walked(bytes: &mut impl Bytes, head: &[u8]) -> Option<Result<Plan, Broken>> {
    Some(match head {
        [0xff, 0xd8, 0xff, ..] => jpeg::plan(bytes),
        [0x89, b'P', b'N', b'G', ..] => png::plan(bytes),
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => gif::plan(bytes),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => webp::plan(bytes),
        _ => return None,
    })
}

fn is_tiff(head: &[u8]) -> bool {
    let numbers: [&[u8]; 7] = [b"II*\0", b"MM\0*", b"II+\0", b"MM\0+", b"IIRO", b"IIRS", b"IIU\0"];
    numbers.iter().any(|number| head.starts_with(number))
}

/// Fuji's raw photos: a JPEG that tells everything stands before the sensor's own data.
/// <https://libopenraw.freedesktop.org/formats/raf/>
fn fuji(bytes: &mut Source) -> Result<Plan, Broken> {
    let (mut told, mut edits) = (Told::default(), plan::Edits::default());
    let at = u64::from(bytes.be32(84)?);
    jpeg::blank(bytes, at, &mut edits, &mut told)?;
    let mut plan = edits.plan(bytes.len(), told)?;
    plan.told.bytes = plan.gone;
    Ok(plan)
}

/// A picture whose parts are not known here: only whether it names a place.
fn unknown(bytes: &mut Source) -> Told {
    let mut told = Told::default();
    told.xmp(&bytes.most(0, SIGNS_BYTES).unwrap_or_default());
    told
}

/// There are words in it that metadata begin with.
fn has_signs(bytes: &mut Source) -> bool {
    const SIGNS: [&[u8]; 6] = [
        b"Exif\0\0",
        b"http://ns.adobe.com/",
        b"Photoshop 3.0",
        b"GPSLatitude",
        b"eXIf",
        b"XML:com.adobe.xmp",
    ];
    let head = bytes.most(0, SIGNS_BYTES).unwrap_or_default();
    let is_tiff = is_tiff(&head);
    is_tiff && head.len() > 64 || SIGNS.iter().any(|sign| told::contains(&head, sign))
}
