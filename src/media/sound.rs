//! Sounds: how long they are, and the cover in them.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;
use std::time::Duration;

use image::metadata::Orientation;
use lofty::config::{ParseOptions, ParsingMode};
use lofty::file::{AudioFile, TaggedFile, TaggedFileExt};
use lofty::picture::PictureType;
use lofty::probe::Probe;

use crate::domain::error::{Failure, Kind};
use crate::media::opened::Opened;
use crate::media::{Rgba, deep, ffmpeg, mkv, sniff, still, video};

/// What is read of a sound for its length, tags that are jumped over not included.
const LENGTH_MAX_BYTES: u64 = 16 << 20;
/// What is read of a sound for its cover.
const COVER_MAX_BYTES: u64 = 48 << 20;
/// A jump costs as much as reading this: a file may make a reader jump for good.
const JUMP_BYTES: u64 = 512;

/// The cover in a sound file: the front one, where it says which that is.
///
/// # Errors
/// - [`Kind::WrongType`]: it has none, or none that can be drawn.
/// - [`Kind::Unreadable`]: it cannot be read.
pub(super) fn cover(opened: &mut Opened, max_px: u32) -> Result<Rgba, Failure> {
    opened.rewind()?;
    let options = ParseOptions::new().read_properties(false).parsing_mode(ParsingMode::Relaxed);
    let file = &opened.file;
    let tagged = deep::run(|| read(file, options, COVER_MAX_BYTES)).flatten();
    let none = || opened.failure(Kind::WrongType, "has no cover that can be shown");
    let tagged = tagged.ok_or_else(none)?;
    let pictures = || tagged.tags().iter().flat_map(lofty::tag::Tag::pictures);
    let front = pictures().find(|picture| picture.pic_type() == PictureType::CoverFront);
    let picture = front.or_else(|| pictures().next()).ok_or_else(none)?;
    still::within(picture.data(), Orientation::NoTransforms, max_px, &opened.shown)
        .map_err(|failure| none().cause(failure))
}

/// Whole seconds, rounded to the nearest, at least 1; `None` for what is broken, lies or is not known here.
pub(super) fn duration_secs(path: &Path, file: &mut File, head: &[u8]) -> Option<u64> {
    let secs = match sniff::sound_type(head) {
        Some("audio/webm" | "audio/x-matroska") => mkv::read(&mut BufReader::new(file))?.duration_secs,
        known => told(file).or_else(|| known.and_then(|_| ffmpeg::probe(path)?.duration_secs)),
    };
    secs.filter(|&secs| secs > 0.0).map(video::whole_secs)
}

fn told(file: &mut File) -> Option<f64> {
    file.rewind().ok()?;
    let bytes = file.metadata().ok()?.len();
    let options =
        ParseOptions::new().read_tags(false).read_cover_art(false).parsing_mode(ParsingMode::Relaxed);
    let file = &*file;
    let tagged = deep::run(|| read(file, options, LENGTH_MAX_BYTES)).flatten()?;
    let (duration, kilobits) = (tagged.properties().duration(), tagged.properties().audio_bitrate());
    let is_true =
        duration > Duration::ZERO && kilobits.is_none_or(|kilobits| fits(duration, kilobits, bytes));
    is_true.then_some(duration.as_secs_f64())
}

/// A header may promise more sound than there are bytes for; rates are rounded, and some are guessed.
fn fits(duration: Duration, kilobits: u32, bytes: u64) -> bool {
    let needed = duration.as_millis().saturating_mul(u128::from(kilobits)) / 8;
    needed <= u128::from(bytes) * 5 / 4 + (64 << 10)
}

fn read(file: &File, options: ParseOptions, max_bytes: u64) -> Option<TaggedFile> {
    let bounded = Bounded { inner: BufReader::new(file), left: max_bytes };
    Probe::new(bounded).options(options).guess_file_type().ok()?.read().ok()
}

/// Ends with an error after so many bytes, wherever they were read.
struct Bounded<R> {
    inner: R,
    left: u64,
}

impl<R> Bounded<R> {
    fn take(&mut self, bytes: u64) -> io::Result<()> {
        self.left = self.left.checked_sub(bytes).ok_or_else(|| io::Error::other("too much was read"))?;
        Ok(())
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(into)?;
        self.take(read as u64)?;
        Ok(read)
    }
}

impl<R: Seek> Seek for Bounded<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.take(JUMP_BYTES)?;
        self.inner.seek(to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_and_jumping_have_an_end() {
        let mut bounded = Bounded { inner: io::Cursor::new([0; 4096]), left: 2048 };
        let mut into = [0; 1000];
        assert_eq!(bounded.read(&mut into).unwrap(), 1000);
        assert_eq!(bounded.seek(SeekFrom::Start(0)).unwrap(), 0);
        bounded.read(&mut into).unwrap_err();
        let mut jumping = Bounded { inner: io::Cursor::new([0; 10]), left: 2048 };
        assert_eq!((0..10).take_while(|_| jumping.rewind().is_ok()).count(), 4);
    }

    #[test]
    fn no_sound_is_longer_than_its_bytes() {
        assert!(fits(Duration::from_secs(10), 128, 160_000));
        assert!(fits(Duration::from_secs(10), 130, 160_000), "rates are rounded");
        assert!(!fits(Duration::from_secs(100), 128, 160_000));
        assert!(!fits(Duration::MAX, u32::MAX, 160_000));
    }
}
