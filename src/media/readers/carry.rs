//! Carries a call out in this process, whichever that is.

use super::wire::{Answer, Call, Request};
use crate::domain::error::Failure;
use crate::media::{self, Rgba};

pub(super) fn out(Request { path, call }: &Request) -> Result<Answer, Failure> {
    Ok(match call {
        Call::Facts => Answer::Facts(media::inspect(path)?),
        Call::Still { max_px } => one(media::preview(path, *max_px)?),
        Call::Small { cache: None } => one(media::preview(path, super::SMALL_PX)?),
        Call::Small { cache: Some(cache) } => one(cache.small(path)?),
        Call::Part { area, max_px } => one(media::part(path, *area, *max_px)?),
        Call::Frames { max_px } => {
            let frames = media::frames(path, *max_px)?.into_iter();
            Answer::Pictures(frames.map(|frame| (frame.picture, frame.delay_ms.into())).collect())
        }
        Call::Excerpt => Answer::Excerpt(media::excerpt(path)?),
        Call::Moments { count, max_px } => {
            let moments = media::moments(path, *count, *max_px)?.into_iter();
            Answer::Pictures(moments.map(|moment| (moment.picture, moment.at_ms)).collect())
        }
        Call::Thumbnail { at_ms } => Answer::Thumb(media::thumbnail(path, *at_ms)?),
        Call::Metadata => Answer::Metadata(media::metadata(path)?),
        Call::Copy { wish, into } => Answer::Copied(media::copy(path, *wish, into)?),
    })
}

fn one(picture: Rgba) -> Answer {
    Answer::Pictures(vec![(picture, 0)])
}
