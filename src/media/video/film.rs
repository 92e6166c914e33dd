//! A film whose frames are decoded here.

use std::fs::File;

use image::{DynamicImage, RgbImage};

use crate::media::h264::{Config, Frame, Merit};
use crate::media::mp4::{self, KeyFrame, Movie};
use crate::media::picture;

/// Key frames decoded in search of a good one, and broken ones passed over.
const TRIES_MAX: usize = 8;
/// Frames closer together show the same.
const APART_MS: u64 = 200;
/// No film is shown so many times as large as it is coded.
const ENLARGED_MAX: u32 = 8;

pub(super) struct Film {
    file: File,
    config: Config,
    pub movie: Movie,
}

impl Film {
    /// H.264 in MP4 or `QuickTime`, and nothing else.
    pub(super) fn open(mut file: File) -> Option<Self> {
        let mut movie = mp4::read(&mut file)?;
        let config = Config::parse(&movie.avc_config.take()?)?;
        (!movie.key_frames.is_empty()).then_some(Self { file, config, movie })
    }

    /// The first key frame that shows something; of dark ones the brightest.
    pub(super) fn best(&mut self, within: (u32, u32)) -> Option<RgbImage> {
        let mut best: Option<Frame> = None;
        for key in self.first_ones() {
            let Some(frame) = self.decode(key, within) else { continue };
            let is_good = frame.merit == Merit::Good;
            let is_better = best.as_ref().is_none_or(|best| {
                let is_brighter = frame.merit == Merit::Black && frame.brightness > best.brightness;
                frame.merit > best.merit || frame.merit == best.merit && is_brighter
            });
            if is_better {
                best = Some(frame);
            }
            if is_good {
                break;
            }
        }
        Some(self.upright(best?.picture))
    }

    /// The key frame nearest to a time; broken ones are passed over.
    pub(super) fn nearest(&mut self, at_ms: u64, within: (u32, u32)) -> Option<RgbImage> {
        let mut keys = self.movie.key_frames.clone();
        keys.sort_by_key(|key| key.at_ms.abs_diff(at_ms));
        keys.into_iter().take(TRIES_MAX).find_map(|key| self.frame(key, within))
    }

    /// One key frame, upright.
    pub(super) fn frame(&mut self, key: KeyFrame, within: (u32, u32)) -> Option<RgbImage> {
        let frame = self.decode(key, within)?;
        Some(self.upright(frame.picture))
    }

    fn first_ones(&self) -> Vec<KeyFrame> {
        let mut next_ms = 0;
        let is_apart = |key: &&KeyFrame| {
            let is_apart = key.at_ms >= next_ms;
            if is_apart {
                next_ms = key.at_ms.saturating_add(APART_MS);
            }
            is_apart
        };
        self.movie.key_frames.iter().filter(is_apart).take(TRIES_MAX).copied().collect()
    }

    fn decode(&mut self, key: KeyFrame, within: (u32, u32)) -> Option<Frame> {
        let Movie { unturned, pixels, .. } = self.movie;
        let within = if unturned == pixels { within } else { (within.1, within.0) };
        self.config.decode(&mut self.file, key.sample, |coded| {
            let is_sane = |&(width, height): &(u32, u32)| {
                width / ENLARGED_MAX <= coded.0 && height / ENLARGED_MAX <= coded.1
            };
            picture::fit(unturned.filter(is_sane).unwrap_or(coded), within)
        })
    }

    fn upright(&self, picture: RgbImage) -> RgbImage {
        let mut picture = DynamicImage::from(picture);
        picture.apply_orientation(self.movie.orientation);
        picture.into_rgb8()
    }
}
