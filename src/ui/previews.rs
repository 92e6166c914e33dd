//! Pictures of attachments as textures.
//!
//! Whoever draws asks with [`Previews::small`] or [`Previews::large`]: what is not here yet is wanted by that alone,
//! and comes some frames later.

use eframe::egui::{ColorImage, Context, TextureHandle, TextureOptions};

use super::shelf::Shelf;
use crate::domain::attachment::AttachmentId;
use crate::domain::error::Failure;
use crate::model::detail::{Action, Picture, PreviewSize};

/// What the textures may take together.
const BUDGET_BYTES: usize = 64 << 20;

type Key = (AttachmentId, PreviewSize);

#[derive(Debug)]
pub struct Previews(Shelf<Key, TextureHandle>);

impl Default for Previews {
    fn default() -> Self {
        Self(Shelf::new(BUDGET_BYTES))
    }
}

impl Previews {
    /// The picture for a row or a grid's cell, 256 pixels at most, if it is here; else it comes if there is one.
    pub fn small(&mut self, id: AttachmentId) -> Option<TextureHandle> {
        self.0.get((id, PreviewSize::Small))
    }

    /// The picture for the inspector, 1,600 pixels at most; the small one while it is on its way.
    pub fn large(&mut self, id: AttachmentId) -> Option<TextureHandle> {
        let large = self.0.get((id, PreviewSize::Large));
        large.or_else(|| self.0.touch((id, PreviewSize::Small)))
    }

    /// Why there is no picture.
    #[must_use]
    pub fn failure(&self, id: AttachmentId, size: PreviewSize) -> Option<&Failure> {
        self.0.failure((id, size))
    }

    /// Whether it is here, or known not to be had.
    #[must_use]
    pub fn settled(&self, key: Key) -> bool {
        self.0.settled(key)
    }

    /// At the end of a frame: what it wanted, once, and what it drew no more before that came.
    pub(super) fn ask(&mut self) -> impl Iterator<Item = Action> + use<> {
        let (gone, wanted) = self.0.turn();
        let forget = (!gone.is_empty()).then_some(Action::ForgetPreviews(gone));
        forget.into_iter().chain((!wanted.is_empty()).then_some(Action::NeedPreviews(wanted)))
    }

    pub fn put(&mut self, ctx: &Context, key: Key, result: Result<Picture, Failure>) {
        let loaded = result.map(|picture| load(ctx, &picture, TextureOptions::LINEAR));
        match loaded {
            Ok(Some(texture)) => self.0.put(key, Ok(texture)),
            Ok(None) => {}
            Err(failure) => self.0.put(key, Err(failure)),
        }
    }

    /// It was asked for and will not come: it is asked for again when it is drawn again.
    pub fn dropped(&mut self, key: Key) {
        self.0.dropped(key);
    }
}

/// A texture, and how many bytes it takes; none where the picture is not what it says.
pub(super) fn load(
    ctx: &Context,
    picture: &Picture,
    options: TextureOptions,
) -> Option<(TextureHandle, usize)> {
    let image = image_of(picture)?;
    Some((ctx.load_texture("preview", image, options), picture.rgba.len()))
}

/// None where the picture is not what it says.
pub(super) fn image_of(picture: &Picture) -> Option<ColorImage> {
    let Picture { width, height, rgba } = picture;
    let bytes = width.checked_mul(*height)?.checked_mul(4)?;
    (bytes > 0 && bytes == rgba.len()).then(|| ColorImage::from_rgba_premultiplied([*width, *height], rgba))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_picture_is_the_small_one_until_it_comes() {
        let (ctx, mut previews, id) = (Context::default(), Previews::default(), AttachmentId(1));
        let picture = |side| Picture { width: side, height: side, rgba: vec![255; side * side * 4] };
        previews.put(&ctx, (id, PreviewSize::Small), Ok(picture(16)));
        assert_eq!(previews.large(id).unwrap().size(), [16, 16]);
        let asked: Vec<Action> = previews.ask().collect();
        assert!(
            matches!(&asked[..], [Action::NeedPreviews(wanted)] if *wanted == [(id, PreviewSize::Large)])
        );
        previews.put(&ctx, (id, PreviewSize::Large), Ok(picture(64)));
        assert_eq!(previews.large(id).unwrap().size(), [64, 64]);
    }

    #[test]
    fn a_picture_that_lies_about_its_size_is_none() {
        let lie = Picture { width: 4, height: 4, rgba: vec![255; 4] };
        assert!(image_of(&lie).is_none());
        let endless = Picture { width: usize::MAX, height: 2, rgba: Vec::new() };
        assert!(image_of(&endless).is_none());
    }
}
