//! The wire between the program and its readers, for the fuzz targets alone (`cfg(fuzzing)`): in the program, nobody
//! outside speaks it.

use std::path::Path;

use super::Copied;
use super::wire::{Answer, Call, Reply, Request, Said, WirePath};
use crate::domain::attachment::FileFacts;
use crate::domain::changes::{CopyWish, Metadata};
use crate::domain::error::Failure;
use crate::media::{Area, Cache, Excerpt, Rgba, Thumb};

/// What was asked of a reader.
#[derive(Debug, Clone, Copy)]
pub enum Asked<'a> {
    Facts,
    Still { max_px: u32 },
    Small { cache: &'a Path },
    Part { area: Area, max_px: u32 },
    Frames { max_px: u32 },
    Excerpt,
    Moments { count: usize, max_px: u32 },
    Thumbnail { at_ms: Option<u64> },
    Metadata,
    Copy { wish: CopyWish, into: &'a Path },
}

/// What the program takes for an answer.
#[derive(Debug)]
pub enum Told {
    Facts(FileFacts),
    Pictures(Vec<(Rgba, u64)>),
    Excerpt(Excerpt),
    Thumb(Thumb),
    Metadata(Metadata),
    Copied(Option<Copied>),
    Failed(Failure),
}

impl Asked<'_> {
    fn request(self, path: &Path) -> Request {
        let call = match self {
            Self::Facts => Call::Facts,
            Self::Still { max_px } => Call::Still { max_px },
            Self::Small { cache } => Call::Small { cache: Some(Cache::at(cache)) },
            Self::Part { area, max_px } => Call::Part { area, max_px },
            Self::Frames { max_px } => Call::Frames { max_px },
            Self::Excerpt => Call::Excerpt,
            Self::Moments { count, max_px } => Call::Moments { count, max_px },
            Self::Thumbnail { at_ms } => Call::Thumbnail { at_ms },
            Self::Metadata => Call::Metadata,
            Self::Copy { wish, into } => Call::Copy { wish, into: WirePath::absolute(into) },
        };
        Request { path: WirePath::absolute(path), call }
    }
}

/// The question in these bytes, as bytes again; none where they are none.
#[must_use]
pub fn question_again(bytes: &[u8]) -> Option<Vec<u8>> {
    Said::read(&mut &*bytes)?.bytes().ok()
}

/// What the program takes these bytes of a reader for, if it takes them for an answer.
#[must_use]
pub fn answer(bytes: &[u8], asked: Asked<'_>, path: &Path) -> Option<Told> {
    let reply = Reply::read(&mut &*bytes).ok().filter(|reply| !reply.is_much())?;
    Some(match reply.answer(&asked.request(path))? {
        Ok(Answer::Facts(facts)) => Told::Facts(facts),
        Ok(Answer::Pictures(pictures)) => Told::Pictures(pictures),
        Ok(Answer::Excerpt(excerpt)) => Told::Excerpt(excerpt),
        Ok(Answer::Thumb(thumb)) => Told::Thumb(thumb),
        Ok(Answer::Metadata(metadata)) => Told::Metadata(metadata),
        Ok(Answer::Copied(copied)) => Told::Copied(copied),
        Err(failure) => Told::Failed(failure),
    })
}
