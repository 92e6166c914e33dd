//! Just enough of MP4 and `QuickTime` (ISO/IEC 14496-12): size, rotation, duration, key frames.
//!
//! Top-level boxes are walked by their headers, so a video of any size costs the few megabytes of its
//! index at most. Every count in the file is untrusted: nothing is allocated or repeated by one.

mod boxes;
mod fragments;
mod keys;
mod samples;
mod track;

use std::io::{Read, Seek, SeekFrom};

use boxes::{Kind, children, find, full_box};
use fragments::Fragments;
use image::metadata::Orientation;
pub(super) use keys::{KeyFrame, Sample};
use track::{Track, video_track};

/// The index of a video of several hours has some 20 MB.
const MOOV_MAX_BYTES: u64 = 64 << 20;
/// One fragment's index; usual ones have a few kilobytes.
const MOOF_MAX_BYTES: u64 = 4 << 20;
const MOOV: Kind = *b"moov";
const MOOF: Kind = *b"moof";
/// Boxes walked at the top: a fragment a second gives two boxes each, for a day and more.
const TOP_BOXES_MAX: usize = 200_000;

/// What is known of a film's first video track.
#[derive(Debug, PartialEq)]
pub(super) struct Movie {
    /// Duration in seconds, where the file tells it.
    pub duration_secs: Option<f64>,
    /// Width and height in pixels as shown: rotated, pixels made square.
    pub pixels: Option<(u32, u32)>,
    /// The size that the file gives it, before it is turned; pixels made square.
    pub unturned: Option<(u32, u32)>,
    /// How its pictures are turned to be upright.
    pub orientation: Orientation,
    /// Set for H.264: the `avcC` record (ISO/IEC 14496-15, 5.3.3.1).
    pub avc_config: Option<Vec<u8>>,
    /// By time; some of them where they are very many.
    pub key_frames: Vec<KeyFrame>,
}

/// The index, and the fragments found so far.
struct Film {
    movie_secs: Option<f64>,
    /// Units a second of the film's own clock.
    timescale: u32,
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
        let timescale = find(moov, "mvhd").and_then(times).map_or(0, |(timescale, _)| timescale);
        Some(Self { movie_secs: movie_secs(moov), timescale, track, fragments })
    }

    fn finish(self) -> Movie {
        let (width, height) = self.track.shown;
        let turned = matches!(
            self.track.orientation,
            Orientation::Rotate90
                | Orientation::Rotate270
                | Orientation::Rotate90FlipH
                | Orientation::Rotate270FlipH
        );
        let sized = |pixels| (width > 0 && height > 0).then_some(pixels);
        let duration_secs = self.duration_secs();
        let shift = self.track.edits.shift(self.track.timescale, self.timescale);
        let Self { mut track, fragments, .. } = self;
        track.keys.extend(fragments.keys);
        Movie {
            duration_secs,
            pixels: sized(if turned { (height, width) } else { (width, height) }),
            unturned: sized((width, height)),
            orientation: track.orientation,
            key_frames: track.keys.timed(shift, track.timescale),
            avc_config: track.avc_config,
        }
    }

    fn duration_secs(&self) -> Option<f64> {
        let Self { movie_secs, track, fragments, .. } = self;
        // The track's own duration covers no fragments, or only the first: the longest one is right.
        let in_track = seconds(track.duration, track.timescale);
        match (in_track, seconds(fragments.end, track.timescale)) {
            (Some(track), Some(end)) => Some(track.max(end)),
            (None, Some(end)) => Some(end),
            // What a list of edits leaves of the track.
            (in_track, None) => seconds(track.edits.total, self.timescale).or(in_track).or(*movie_secs),
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
