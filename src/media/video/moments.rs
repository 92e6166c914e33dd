//! Frames spread over a film, to choose from.

use std::path::Path;
use std::time::{Duration, Instant};

use super::film::Film;
use super::{length_and_size, opaque};
use crate::domain::error::{Failure, Kind, Step};
use crate::domain::file_name;
use crate::media::mp4::KeyFrame;
use crate::media::{Moment, ffmpeg, inspect, sniff};

/// Frames given at most.
const COUNT_MAX: usize = 24;
/// For all of them together.
const DEADLINE: Duration = Duration::from_secs(20);

/// Up to `count` frames of a video (24 at most), spread evenly over it by time, each the nearest key frame to its place
/// and no two the same; upright, at most `max_px` pixels at the longer side. Blocks, for some 20 seconds at most: fewer
/// are given then.
///
/// H.264 in MP4 or `QuickTime` is decoded here, all else by `ffmpeg`.
///
/// # Errors
/// - [`Kind::WrongType`]: no video, or one that only `ffmpeg` decodes, and that is not installed.
/// - [`Kind::Unreadable`]: the file cannot be read, or is broken.
pub fn moments(path: &Path, count: usize, max_px: u32) -> Result<Vec<Moment>, Failure> {
    let until = Instant::now() + DEADLINE;
    let shown = file_name::display(&inspect::name(path));
    let failure = |kind, broke: String| Err(Failure::new(kind, broke).at(Step::Inspect));
    let (mut file, _) = inspect::open(path)?;
    let head = inspect::first_bytes(&mut file).map_err(|error| inspect::unreadable(path, &error))?;
    if sniff::video_type(&head).is_none() {
        return failure(Kind::WrongType, format!("“{shown}” is no video"));
    }
    let (count, within) = (count.min(COUNT_MAX), (max_px, max_px));
    let (secs, _) = length_and_size(path, &mut file, &head);
    let decoded =
        Film::open(file).map(|mut film| decoded(&mut film, count, within, until)).unwrap_or_default();
    if !decoded.is_empty() || count == 0 {
        return Ok(decoded);
    }
    let found = through_ffmpeg(path, &places(secs.unwrap_or(0.0), count), within, until);
    match found {
        found if !found.is_empty() => Ok(found),
        _ if ffmpeg::is_installed() => {
            failure(Kind::Unreadable, format!("No frame of “{shown}” can be decoded"))
        }
        _ => failure(Kind::WrongType, format!("The frames of “{shown}” need ffmpeg, which is not installed")),
    }
}

/// The middles of as many equal parts, in milliseconds.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a cast from float saturates, and there are few places"
)]
fn places(secs: f64, count: usize) -> Vec<u64> {
    let part_ms = secs.max(0.0) * 1000.0 / count.max(1) as f64;
    (0..count).map(|nth| (part_ms * (nth as f64 + 0.5)) as u64).collect()
}

fn decoded(film: &mut Film, count: usize, within: (u32, u32), until: Instant) -> Vec<Moment> {
    let last_secs = film.movie.key_frames.last().map_or(0, |key| key.at_ms / 1000);
    #[expect(clippy::cast_precision_loss, reason = "places are looked for, not times told")]
    let secs = film.movie.duration_secs.unwrap_or(last_secs as f64);
    let mut found = Vec::new();
    for key in nearest_keys(&film.movie.key_frames, &places(secs, count)) {
        if Instant::now() >= until {
            break;
        }
        if let Some(picture) = film.frame(key, within) {
            found.push(Moment { at_ms: key.at_ms, picture: opaque(picture) });
        }
    }
    found
}

/// The key frame nearest to each place, each once. Both are in ascending order.
fn nearest_keys(keys: &[KeyFrame], places: &[u64]) -> Vec<KeyFrame> {
    let nearest = |&place: &u64| keys.iter().min_by_key(|key| key.at_ms.abs_diff(place)).copied();
    let mut found: Vec<KeyFrame> = places.iter().filter_map(nearest).collect();
    found.dedup_by_key(|key| key.at_ms);
    found
}

fn through_ffmpeg(path: &Path, places: &[u64], within: (u32, u32), until: Instant) -> Vec<Moment> {
    let mut found: Vec<Moment> = Vec::new();
    for &place in places {
        let Some(frame) = ffmpeg::frame_at(path, place, within, until) else {
            // What fails at once fails everywhere; what fails later may be cut off.
            break;
        };
        let is_new = found.last().is_none_or(|last| last.at_ms != frame.at_ms);
        if is_new {
            found.push(Moment { at_ms: frame.at_ms, picture: opaque(frame.picture) });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::mp4::Sample;

    #[test]
    fn places_are_spread_over_the_film_and_no_key_frame_comes_twice() {
        assert_eq!(places(8.0, 4), [1000, 3000, 5000, 7000]);
        assert_eq!(places(f64::NAN, 1), [0]);
        assert_eq!(places(-1.0, 0), [0; 0]);
        let sample = Sample { offset: 0, size: 1 };
        let keys = [0, 2500, 6800].map(|at_ms| KeyFrame { at_ms, sample });
        let times =
            |places: &[u64]| nearest_keys(&keys, places).iter().map(|key| key.at_ms).collect::<Vec<_>>();
        assert_eq!(times(&[1000, 3000, 5000, 7000]), [0, 2500, 6800]);
        assert_eq!(times(&[0, 1, 2]), [0]);
    }
}
