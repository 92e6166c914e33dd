//! Just enough of Matroska and `WebM` (RFC 9559, RFC 8794): duration and size in pixels.

use std::io::{Read, Seek, SeekFrom};

/// Elements walked at the top of the segment; the two that matter are among the first.
const CHILDREN_MAX: usize = 64;
/// `Info` and `Tracks` have a few kilobytes.
const BODY_MAX_BYTES: u64 = 4 << 20;

mod id {
    pub(super) const EBML: u64 = 0x1A45_DFA3;
    pub(super) const SEGMENT: u64 = 0x1853_8067;
    pub(super) const INFO: u64 = 0x1549_A966;
    pub(super) const TIMESTAMP_SCALE: u64 = 0x2A_D7B1;
    pub(super) const DURATION: u64 = 0x4489;
    pub(super) const TRACKS: u64 = 0x1654_AE6B;
    pub(super) const TRACK_ENTRY: u64 = 0xAE;
    pub(super) const VIDEO: u64 = 0xE0;
    pub(super) const PIXEL_WIDTH: u64 = 0xB0;
    pub(super) const PIXEL_HEIGHT: u64 = 0xBA;
    pub(super) const CLUSTER: u64 = 0x1F43_B675;
}

#[derive(Debug, Default, PartialEq)]
pub(super) struct Movie {
    /// Duration in seconds; a recording that was streamed has none.
    pub duration_secs: Option<f64>,
    /// Width and height in pixels.
    pub pixels: Option<(u32, u32)>,
}

/// Reads what stands before the first cluster.
pub(super) fn read(file: &mut (impl Read + Seek)) -> Option<Movie> {
    file.seek(SeekFrom::Start(0)).ok()?;
    let (id, header_len) = element(file)?;
    if id != id::EBML {
        return None;
    }
    file.seek_relative(i64::try_from(header_len?).ok()?).ok()?;
    let (id, _) = element(file)?;
    if id != id::SEGMENT {
        return None;
    }
    let mut movie = Movie::default();
    for _ in 0..CHILDREN_MAX {
        let Some((id, len)) = element(file) else { break };
        match (id, len) {
            (id::CLUSTER, _) | (_, None) => break,
            (id::INFO | id::TRACKS, Some(len)) if len <= BODY_MAX_BYTES => {
                let mut body = Vec::new();
                file.take(len).read_to_end(&mut body).ok()?;
                if id == id::INFO {
                    movie.duration_secs = duration_secs(&body);
                } else {
                    movie.pixels = pixels(&body);
                }
            }
            (_, Some(len)) => file.seek_relative(i64::try_from(len).ok()?).ok()?,
        }
    }
    Some(movie)
}

/// An element's id and its length; `None` for a length that is not known (RFC 8794, section 6.2).
fn element(reader: &mut impl Read) -> Option<(u64, Option<u64>)> {
    let (id, _) = vint(reader, true)?;
    let (len, bits) = vint(reader, false)?;
    Some((id, (len != (1 << bits) - 1).then_some(len)))
}

/// A number of variable length (RFC 8794, section 4) and its count of value bits. Ids keep their marker.
fn vint(reader: &mut impl Read, keep_marker: bool) -> Option<(u64, u32)> {
    let mut first = [0];
    reader.read_exact(&mut first).ok()?;
    let [first] = first;
    let more = first.leading_zeros();
    if more > 7 {
        return None;
    }
    let mut value = u64::from(first);
    if !keep_marker {
        value &= (1 << (7 - more)) - 1;
    }
    for _ in 0..more {
        let mut next = [0];
        reader.read_exact(&mut next).ok()?;
        value = value << 8 | u64::from(next[0]);
    }
    Some((value, 7 * (more + 1)))
}

fn children(body: &[u8]) -> impl Iterator<Item = (u64, &[u8])> {
    let mut rest = body;
    std::iter::from_fn(move || {
        let (id, len) = element(&mut rest)?;
        let (body, after) = rest.split_at_checked(usize::try_from(len?).ok()?)?;
        rest = after;
        Some((id, body))
    })
}

fn find(body: &[u8], wanted: u64) -> Option<&[u8]> {
    children(body).find(|(id, _)| *id == wanted).map(|(_, body)| body)
}

fn number(body: &[u8]) -> Option<u64> {
    (body.len() <= 8).then(|| body.iter().fold(0, |value, &byte| value << 8 | u64::from(byte)))
}

#[expect(clippy::cast_precision_loss, reason = "a duration is rounded to seconds")]
fn duration_secs(info: &[u8]) -> Option<f64> {
    let nanos_per_tick = find(info, id::TIMESTAMP_SCALE).map_or(Some(1_000_000), number)?;
    let body = find(info, id::DURATION)?;
    let ticks = match body.len() {
        4 => f64::from(f32::from_be_bytes(body.try_into().ok()?)),
        _ => f64::from_be_bytes(body.try_into().ok()?),
    };
    let secs = ticks * nanos_per_tick as f64 / 1e9;
    (secs.is_finite() && secs > 0.0).then_some(secs)
}

fn pixels(tracks: &[u8]) -> Option<(u32, u32)> {
    children(tracks).filter(|(id, _)| *id == id::TRACK_ENTRY).find_map(|(_, entry)| {
        let video = find(entry, id::VIDEO)?;
        let side = |wanted| u32::try_from(number(find(video, wanted)?)?).ok().filter(|&side| side > 0);
        Some((side(id::PIXEL_WIDTH)?, side(id::PIXEL_HEIGHT)?))
    })
}
