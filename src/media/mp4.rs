//! Just enough of MP4 and `QuickTime` (ISO/IEC 14496-12): size, rotation, duration, first key frames.
//!
//! Top-level boxes are walked by their headers, so a video of any size costs the few megabytes of its
//! index at most. Every count in the file is untrusted: nothing is allocated or repeated by one.

mod boxes;
mod fragments;
mod samples;

use std::io::{Read, Seek, SeekFrom};

use boxes::{Bytes, Kind, children, find, full_box};
use fragments::Fragments;

/// The index of a video of several hours has some 20 MB.
const MOOV_MAX_BYTES: u64 = 64 << 20;
/// One fragment's index; usual ones have a few kilobytes.
const MOOF_MAX_BYTES: u64 = 4 << 20;
const MOOV: Kind = *b"moov";
const MOOF: Kind = *b"moof";
/// Boxes walked at the top: a fragment a second gives two boxes each, for a day and more.
const TOP_BOXES_MAX: usize = 200_000;
/// Key frames remembered, of which the first that is not black becomes the thumbnail.
pub(super) const KEY_FRAMES_MAX: usize = 8;

/// What is known of a film's first video track.
#[derive(Debug, PartialEq)]
pub(super) struct Movie {
    /// Duration in seconds, where the file tells it.
    pub duration_secs: Option<f64>,
    /// Width and height in pixels as shown: rotated, pixels made square.
    pub pixels: Option<(u32, u32)>,
    /// Clockwise, in degrees: 0, 90, 180 or 270.
    pub rotation: u16,
    /// Set for H.264: the `avcC` record (ISO/IEC 14496-15, 5.3.3.1).
    pub avc_config: Option<Vec<u8>>,
    /// Where the first key frames are.
    pub key_frames: Vec<Sample>,
}

/// Where one frame's bytes are in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sample {
    pub offset: u64,
    pub size: u64,
}

/// What the index says of the video track.
#[derive(Debug, Default)]
struct Track {
    id: u32,
    timescale: u32,
    duration: u64,
    /// Width and height from the track's header, in whole pixels, before rotation.
    shown: (u32, u32),
    rotation: u16,
    avc_config: Option<Vec<u8>>,
    key_frames: Vec<Sample>,
}

/// The index, and the fragments found so far.
struct Film {
    movie_secs: Option<f64>,
    track: Track,
    fragments: Fragments,
}

/// Reads a film; `None` when there is no video track in it.
pub(super) fn read(file: &mut (impl Read + Seek)) -> Option<Movie> {
    let len = file.seek(SeekFrom::End(0)).ok()?;
    let mut found: Option<Film> = None;
    let mut at = 0;
    for _ in 0..TOP_BOXES_MAX {
        let Some(top) = boxes::top_box(file, at, len) else { break };
        match (top.kind, &mut found) {
            (MOOV, None) => found = Some(Film::new(&boxes::top_body(file, &top, MOOV_MAX_BYTES)?)?),
            (MOOF, Some(known)) => {
                if let Some(moof) = boxes::top_body(file, &top, MOOF_MAX_BYTES) {
                    known.fragments.add(&moof, at, known.track.id);
                }
            }
            _ => {}
        }
        at = top.end;
    }
    found.map(Film::finish)
}

impl Film {
    fn new(moov: &[u8]) -> Option<Self> {
        let mut tracks = children(moov).filter(|(kind, _)| kind == b"trak");
        let track = tracks.find_map(|(_, trak)| video_track(trak))?;
        let fragments = Fragments::new(moov, track.id);
        Some(Self { movie_secs: movie_secs(moov), track, fragments })
    }

    fn finish(self) -> Movie {
        let Self { movie_secs, track, fragments } = self;
        // The track's own duration covers no fragments, or only the first: the longest one is right.
        let in_track = seconds(track.duration, track.timescale);
        let in_fragments = seconds(fragments.end, track.timescale);
        let in_samples = match (in_track, in_fragments) {
            (Some(track), Some(end)) => Some(track.max(end)),
            (one, other) => one.or(other),
        };
        let (width, height) = track.shown;
        let turned = matches!(track.rotation, 90 | 270);
        let pixels = if turned { (height, width) } else { (width, height) };
        let mut key_frames = track.key_frames;
        key_frames.extend(fragments.key_frames);
        key_frames.truncate(KEY_FRAMES_MAX);
        Movie {
            duration_secs: in_samples.or(movie_secs),
            pixels: (width > 0 && height > 0).then_some(pixels),
            rotation: track.rotation,
            avc_config: track.avc_config,
            key_frames,
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "a duration is rounded to seconds")]
fn seconds(duration: u64, timescale: u32) -> Option<f64> {
    // All ones mean "unknown", in 32 bits and in 64.
    let known = duration != 0 && duration != u64::from(u32::MAX) && duration != u64::MAX;
    (known && timescale != 0).then(|| duration as f64 / f64::from(timescale))
}

/// The film's duration (8.2.2), or that of all fragments (8.8.2) where the index has it.
fn movie_secs(moov: &[u8]) -> Option<f64> {
    let (timescale, duration) = times(find(moov, "mvhd")?)?;
    let with_fragments = find(moov, "mvex").and_then(|mvex| find(mvex, "mehd")).and_then(|mehd| {
        let (version, _, mut bytes) = full_box(mehd)?;
        if version == 1 { bytes.u64() } else { bytes.u32().map(u64::from) }
    });
    seconds(with_fragments.unwrap_or(duration), timescale)
}

/// Timescale and duration: `mvhd` and `mdhd` begin alike.
fn times(header: &[u8]) -> Option<(u32, u64)> {
    let (version, _, mut bytes) = full_box(header)?;
    bytes.skip(if version == 1 { 16 } else { 8 })?;
    let timescale = bytes.u32()?;
    let duration = if version == 1 { bytes.u64()? } else { u64::from(bytes.u32()?) };
    Some((timescale, duration))
}

fn video_track(body: &[u8]) -> Option<Track> {
    let mdia = find(body, "mdia")?;
    let (_, _, mut handler) = full_box(find(mdia, "hdlr")?)?;
    handler.skip(4)?;
    if handler.take(4)? != b"vide" {
        return None;
    }
    let (timescale, duration) = times(find(mdia, "mdhd")?)?;
    let mut track = Track { timescale, duration, ..Track::default() };
    track_header(find(body, "tkhd")?, &mut track)?;
    let Some(stbl) = find(mdia, "minf").and_then(|minf| find(minf, "stbl")) else { return Some(track) };
    if let Some((kind, entry)) = find(stbl, "stsd").and_then(|stsd| children(stsd.get(8..)?).next()) {
        sample_entry(kind, entry, &mut track);
    }
    track.key_frames = samples::key_frames(stbl);
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
    track.rotation = match (matrix[0].signum(), matrix[1].signum(), matrix[3].signum(), matrix[4].signum()) {
        (0, 1, -1, 0) => 90,
        (-1, 0, 0, -1) => 180,
        (0, -1, 1, 0) => 270,
        _ => 0,
    };
    // 16.16 fixed point.
    track.shown = (bytes.u32()? >> 16, bytes.u32()? >> 16);
    Some(())
}

/// The first sample entry (8.5.2, 12.1.3): its codec's record, and the size where the header has none.
fn sample_entry(kind: Kind, entry: &[u8], track: &mut Track) -> Option<()> {
    /// What stands in a visual sample entry before its boxes.
    const FIXED_BYTES: usize = 78;
    let mut size = Bytes(entry.get(24..28)?);
    let coded = (u32::from(size.u16()?), u32::from(size.u16()?));
    if track.shown.0 == 0 || track.shown.1 == 0 {
        track.shown = coded;
    }
    if matches!(&kind, b"avc1" | b"avc3") {
        track.avc_config = find(entry.get(FIXED_BYTES..)?, "avcC").map(<[u8]>::to_vec);
    }
    Some(())
}
