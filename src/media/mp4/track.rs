//! A video track's own boxes: how it is turned, how large it is shown, what is cut off it.

use image::metadata::Orientation;

use super::boxes::{Bytes, Kind, children, find, full_box};
use super::keys::Keys;
use super::{samples, times};

/// Edits looked at; the first ones say when a film begins.
const EDITS_MAX: u32 = 1024;

/// What the index says of the video track.
#[derive(Debug)]
pub(super) struct Track {
    pub id: u32,
    pub timescale: u32,
    pub duration: u64,
    /// Width and height in whole square pixels, before it is turned.
    pub shown: (u32, u32),
    pub orientation: Orientation,
    pub avc_config: Option<Vec<u8>>,
    pub keys: Keys,
    pub edits: Edits,
}

/// The list of edits (8.6.6), as far as it moves the first frame.
#[derive(Debug, Default)]
pub(super) struct Edits {
    /// Nothing is shown for so long, in the film's units.
    delay: u64,
    /// So much of the track is cut off at its begin, in the track's units.
    cut: i64,
    /// How long the film is with them, in the film's units; 0: there is no list.
    pub total: u64,
}

impl Edits {
    /// What is added to a frame's time, in the track's units.
    pub(super) fn shift(&self, timescale: u32, film_timescale: u32) -> i64 {
        let delay = u128::from(self.delay) * u128::from(timescale);
        let delay = delay.checked_div(u128::from(film_timescale)).unwrap_or(0);
        i64::try_from(delay).unwrap_or(i64::MAX).saturating_sub(self.cut)
    }
}

/// The track, where it is one of pictures that move.
pub(super) fn video_track(body: &[u8]) -> Option<Track> {
    let mdia = find(body, "mdia")?;
    let (_, _, mut handler) = full_box(find(mdia, "hdlr")?)?;
    handler.skip(4)?;
    if handler.take(4)? != b"vide" {
        return None;
    }
    let (timescale, duration) = times(find(mdia, "mdhd")?)?;
    let mut track = Track {
        id: 0,
        timescale,
        duration,
        shown: (0, 0),
        orientation: Orientation::NoTransforms,
        avc_config: None,
        keys: Keys::default(),
        edits: find(body, "edts").and_then(|edts| edits(find(edts, "elst")?)).unwrap_or_default(),
    };
    track_header(find(body, "tkhd")?, &mut track)?;
    let Some(stbl) = find(mdia, "minf").and_then(|minf| find(minf, "stbl")) else { return Some(track) };
    if let Some((kind, entry)) = find(stbl, "stsd").and_then(|stsd| children(stsd.get(8..)?).next()) {
        sample_entry(kind, entry, &mut track);
    }
    // Nothing but H.264 is decoded here: the frames of others are not looked for.
    if track.avc_config.is_some() {
        track.keys = samples::key_frames(stbl);
    }
    Some(track)
}

/// `tkhd` (8.3.2): the track's number, the matrix that turns it, the size it is shown in.
fn track_header(tkhd: &[u8], track: &mut Track) -> Option<()> {
    let (version, _, mut bytes) = full_box(tkhd)?;
    bytes.skip(if version == 1 { 16 } else { 8 })?;
    track.id = bytes.u32()?;
    bytes.skip(if version == 1 { 12 } else { 8 } + 16)?;
    let mut matrix = [0_i32; 9];
    for value in &mut matrix {
        *value = bytes.u32()?.cast_signed();
    }
    track.orientation = orientation(&matrix);
    // 16.16 fixed point.
    track.shown = (bytes.u32()? >> 16, bytes.u32()? >> 16);
    Some(())
}

/// (x, y) goes to (ax + cy, bx + dy); what is neither turned by quarters nor flipped is left as it is.
fn orientation(&[a, b, _, c, d, ..]: &[i32; 9]) -> Orientation {
    match (a.signum(), b.signum(), c.signum(), d.signum()) {
        (0, 1, -1, 0) => Orientation::Rotate90,
        (-1, 0, 0, -1) => Orientation::Rotate180,
        (0, -1, 1, 0) => Orientation::Rotate270,
        (-1, 0, 0, 1) => Orientation::FlipHorizontal,
        (1, 0, 0, -1) => Orientation::FlipVertical,
        (0, 1, 1, 0) => Orientation::Rotate90FlipH,
        (0, -1, -1, 0) => Orientation::Rotate270FlipH,
        _ => Orientation::NoTransforms,
    }
}

fn edits(elst: &[u8]) -> Option<Edits> {
    let (version, _, mut bytes) = full_box(elst)?;
    let count = bytes.u32()?.min(EDITS_MAX);
    let mut edits = Edits::default();
    let mut has_begun = false;
    for _ in 0..count {
        let (duration, from) = if version == 1 {
            (bytes.u64()?, bytes.u64()?.cast_signed())
        } else {
            (u64::from(bytes.u32()?), i64::from(bytes.u32()?.cast_signed()))
        };
        bytes.skip(4)?;
        edits.total = edits.total.saturating_add(duration);
        if has_begun {
            continue;
        }
        if from < 0 {
            edits.delay = edits.delay.saturating_add(duration);
        } else {
            (edits.cut, has_begun) = (from, true);
        }
    }
    has_begun.then_some(edits)
}

/// The first sample entry (8.5.2, 12.1.3): its codec's record, and the size where the header has none.
fn sample_entry(kind: Kind, entry: &[u8], track: &mut Track) -> Option<()> {
    /// What stands in a visual sample entry before its boxes.
    const FIXED_BYTES: usize = 78;
    let mut size = Bytes(entry.get(24..28)?);
    let coded = (u32::from(size.u16()?), u32::from(size.u16()?));
    let boxes = entry.get(FIXED_BYTES..).unwrap_or_default();
    if track.shown.0 == 0 || track.shown.1 == 0 || track.shown == coded {
        track.shown = find(boxes, "pasp").and_then(|pasp| squared(coded, pasp)).unwrap_or(coded);
    }
    if matches!(&kind, b"avc1" | b"avc3") {
        track.avc_config = find(boxes, "avcC").map(<[u8]>::to_vec);
    }
    Some(())
}

/// The size with square pixels (`pasp`, 12.1.4), where they are not.
fn squared((width, height): (u32, u32), pasp: &[u8]) -> Option<(u32, u32)> {
    /// A pixel is never so much wider than high, or higher than wide.
    const ODD: u64 = 16;
    let mut pasp = Bytes(pasp);
    let (across, down) = (u64::from(pasp.u32()?), u64::from(pasp.u32()?));
    let is_sane = across > 0 && down > 0 && across <= down * ODD && down <= across * ODD;
    let wide = (u64::from(width) * across).checked_div(down).filter(|_| is_sane)?;
    Some((u32::try_from(wide).ok()?.max(1), height))
}
