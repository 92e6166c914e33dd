//! Pictures of attachments as textures: what was drawn last stays, within a budget of bytes; what failed is remembered.
//!
//! Whoever draws asks with [`Previews::small`] or [`Previews::large`]: what is not here yet is wanted by that alone,
//! and comes some frames later.

use std::collections::HashMap;

use eframe::egui::{ColorImage, Context, TextureHandle, TextureOptions};

use crate::domain::attachment::AttachmentId;
use crate::domain::error::Failure;
use crate::model::detail::{Action, Picture, PreviewSize};

/// What the textures may take together.
const BUDGET_BYTES: usize = 64 << 20;
/// Failures that are remembered; more are forgotten all at once and tried again when they are drawn.
const FAILURES_MAX: usize = 10_000;

type Key = (AttachmentId, PreviewSize);

#[derive(Default)]
pub struct Previews {
    kept: HashMap<Key, Kept>,
    bytes: usize,
    failed: HashMap<Key, Failure>,
    /// On their way, with the frame that drew them last.
    asked: HashMap<Key, u64>,
    /// Drawn in this frame and neither here nor on their way, in the order drawn.
    wanted: Vec<Key>,
    frame: u64,
}

impl std::fmt::Debug for Previews {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { kept, bytes, failed, asked, .. } = self;
        let (kept, failed, asked) = (kept.len(), failed.len(), asked.len());
        write!(f, "Previews {{ kept: {kept}, bytes: {bytes}, failed: {failed}, asked: {asked} }}")
    }
}

struct Kept {
    texture: TextureHandle,
    bytes: usize,
    /// The frame that drew it last.
    drawn: u64,
}

impl Previews {
    /// The picture for a row or a grid's cell, 256 pixels at most, if it is here; else it comes if there is one.
    pub fn small(&mut self, id: AttachmentId) -> Option<TextureHandle> {
        self.get((id, PreviewSize::Small))
    }

    /// The picture for the inspector, 1,600 pixels at most; the small one while it is on its way.
    pub fn large(&mut self, id: AttachmentId) -> Option<TextureHandle> {
        let large = self.get((id, PreviewSize::Large));
        large.or_else(|| self.touch((id, PreviewSize::Small)))
    }

    /// Why there is no picture.
    #[must_use]
    pub fn failure(&self, id: AttachmentId, size: PreviewSize) -> Option<&Failure> {
        self.failed.get(&(id, size))
    }

    fn get(&mut self, key: Key) -> Option<TextureHandle> {
        let texture = self.touch(key);
        if texture.is_none()
            && !self.failed.contains_key(&key)
            && self.asked.insert(key, self.frame).is_none()
        {
            self.wanted.push(key);
        }
        texture
    }

    /// Whether it is here, or known not to be had.
    #[must_use]
    pub fn settled(&self, key: Key) -> bool {
        self.kept.contains_key(&key) || self.failed.contains_key(&key)
    }

    fn touch(&mut self, key: Key) -> Option<TextureHandle> {
        let kept = self.kept.get_mut(&key)?;
        kept.drawn = self.frame;
        Some(kept.texture.clone())
    }

    /// At the end of a frame: what it wanted, once, and what it drew no more before that came.
    pub(super) fn ask(&mut self) -> impl Iterator<Item = Action> + use<> {
        let frame = self.frame;
        let gone: Vec<Key> = self.asked.extract_if(|_, drawn| *drawn < frame).map(|(key, _)| key).collect();
        let wanted = std::mem::take(&mut self.wanted);
        self.frame += 1;
        let forget = (!gone.is_empty()).then_some(Action::ForgetPreviews(gone));
        forget.into_iter().chain((!wanted.is_empty()).then_some(Action::NeedPreviews(wanted)))
    }

    /// Takes in what came, and lets go of what was not drawn for longest where the budget asks for it.
    pub fn put(&mut self, ctx: &Context, key: Key, result: Result<Picture, Failure>) {
        self.asked.remove(&key);
        match result {
            Ok(picture) => self.keep(ctx, key, &picture),
            Err(failure) => {
                if self.failed.len() >= FAILURES_MAX {
                    self.failed.clear();
                }
                self.failed.insert(key, failure);
            }
        }
    }

    /// It was asked for and will not come: it is asked for again when it is drawn again.
    pub fn dropped(&mut self, key: Key) {
        self.asked.remove(&key);
    }

    fn keep(&mut self, ctx: &Context, key: Key, picture: &Picture) {
        let Picture { width, height, rgba } = picture;
        let bytes = width * height * 4;
        if bytes == 0 || bytes != rgba.len() {
            return;
        }
        let image = ColorImage::from_rgba_premultiplied([*width, *height], rgba);
        let texture = ctx.load_texture("preview", image, TextureOptions::LINEAR);
        self.bytes += bytes;
        if let Some(before) = self.kept.insert(key, Kept { texture, bytes, drawn: self.frame }) {
            self.bytes -= before.bytes;
        }
        self.shrink();
    }

    fn shrink(&mut self) {
        while self.bytes > BUDGET_BYTES {
            // What the last frame drew is on the screen: letting go of it would only bring it back.
            let idle = self.kept.iter().filter(|(_, kept)| kept.drawn + 1 < self.frame);
            let Some(oldest) = idle.min_by_key(|(_, kept)| kept.drawn).map(|(key, _)| *key) else { break };
            if let Some(gone) = self.kept.remove(&oldest) {
                self.bytes -= gone.bytes;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::error::Kind;

    const SIDE: usize = 1024;

    fn picture() -> Picture {
        Picture { width: SIDE, height: SIDE, rgba: vec![255; SIDE * SIDE * 4] }
    }

    fn key(id: i64) -> Key {
        (AttachmentId(id), PreviewSize::Small)
    }

    #[test]
    fn what_is_missing_is_asked_for_once_and_again_only_when_it_was_dropped() {
        let mut previews = Previews::default();
        assert!(previews.small(AttachmentId(1)).is_none());
        assert!(previews.small(AttachmentId(1)).is_none());
        let asked: Vec<Action> = previews.ask().collect();
        assert!(matches!(&asked[..], [Action::NeedPreviews(wanted)] if *wanted == [key(1)]));
        assert!(previews.small(AttachmentId(1)).is_none());
        assert_eq!(previews.ask().count(), 0);
        previews.dropped(key(1));
        assert!(previews.small(AttachmentId(1)).is_none());
        assert_eq!(previews.ask().count(), 1);
    }

    #[test]
    fn what_scrolled_away_before_it_came_is_not_needed() {
        let mut previews = Previews::default();
        previews.small(AttachmentId(1));
        assert_eq!(previews.ask().count(), 1);
        let asked: Vec<Action> = previews.ask().collect();
        assert!(matches!(&asked[..], [Action::ForgetPreviews(gone)] if *gone == [key(1)]));
        assert_eq!(previews.ask().count(), 0);
    }

    #[test]
    fn a_failure_is_remembered() {
        let (ctx, mut previews) = (Context::default(), Previews::default());
        previews.put(&ctx, key(1), Err(Failure::new(Kind::TooLarge, "Too many pixels")));
        assert!(previews.small(AttachmentId(1)).is_none());
        assert_eq!(previews.ask().count(), 0);
        let failure = previews.failure(AttachmentId(1), PreviewSize::Small).unwrap();
        assert_eq!(failure.broke, "Too many pixels");
    }

    #[test]
    fn the_longest_undrawn_gives_way_and_what_is_on_the_screen_stays() {
        let (ctx, mut previews) = (Context::default(), Previews::default());
        for id in 0..16 {
            previews.put(&ctx, key(id), Ok(picture()));
        }
        assert_eq!(previews.bytes, BUDGET_BYTES);
        // All but the first are drawn from now on.
        for _ in 0..3 {
            for id in 1..16 {
                assert!(previews.small(AttachmentId(id)).is_some());
            }
            assert!(previews.ask().next().is_none());
        }
        previews.put(&ctx, key(16), Ok(picture()));
        assert!(previews.small(AttachmentId(0)).is_none(), "the one that was not drawn goes");
        assert!((1..=16).all(|id| previews.small(AttachmentId(id)).is_some()));
        assert!(previews.ask().next().is_some(), "it is wanted again");
        previews.put(&ctx, key(17), Ok(picture()));
        assert!(previews.bytes > BUDGET_BYTES, "nothing on the screen goes");
    }
}
