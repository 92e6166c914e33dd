//! What files look like beside their still pictures, as it is drawn: parts, frames, lines, trial copies.

use std::fmt;
use std::sync::Arc;

use eframe::egui::{ColorImage, Context, TextureHandle, TextureOptions};

use super::previews::{image_of, load};
use super::shelf::Shelf;
use crate::domain::attachment::AttachmentId;
use crate::domain::changes::{CopyWish, Metadata, Removed};
use crate::domain::error::Failure;
use crate::model::detail::Action;
use crate::model::looks::{Facts, Key, Lines, Look, Part, Wish};

/// What all of it may take together, on the graphics card or beside it.
const BUDGET_BYTES: usize = 64 << 20;

/// An answer, ready to be drawn; cheap to clone.
#[derive(Clone)]
enum Ready {
    Facts(Arc<Facts>),
    Part(TextureHandle),
    Frames(Arc<[Frame]>),
    Lines(Arc<Lines>),
    Moments(Arc<[Moment]>),
    Metadata(Arc<Metadata>),
    Trial(Option<Arc<Trial>>),
}

/// One picture of several that follow each other.
#[derive(Debug)]
pub struct Frame {
    pub image: Arc<ColorImage>,
    /// In seconds.
    pub delay: f64,
}

/// A frame of a video to choose.
pub struct Moment {
    pub at_ms: u64,
    pub texture: TextureHandle,
}

/// A copy as it would be sent.
pub struct Trial {
    pub name: String,
    /// In bytes.
    pub size: u64,
    pub pixels: Option<(u32, u32)>,
    pub removed: Option<Removed>,
    pub texture: Option<TextureHandle>,
}

impl fmt::Debug for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Moment").field("at_ms", &self.at_ms).finish_non_exhaustive()
    }
}

impl fmt::Debug for Trial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trial").field("name", &self.name).field("size", &self.size).finish_non_exhaustive()
    }
}

#[derive(Debug)]
pub struct Looks(Shelf<Key, Ready>);

impl Default for Looks {
    fn default() -> Self {
        Self(Shelf::new(BUDGET_BYTES))
    }
}

/// How something that was asked for is.
#[derive(Debug, Clone)]
pub enum Answer<T> {
    /// On its way.
    Coming,
    Here(T),
    Failed(Failure),
}

impl<T> Answer<T> {
    pub fn here(self) -> Option<T> {
        match self {
            Self::Here(value) => Some(value),
            Self::Coming | Self::Failed(_) => None,
        }
    }
}

impl Looks {
    fn get(&mut self, id: AttachmentId, wish: Wish) -> Answer<Ready> {
        match (self.0.get((id, wish)), self.0.failure((id, wish))) {
            (Some(ready), _) => Answer::Here(ready),
            (None, Some(failure)) => Answer::Failed(failure.clone()),
            (None, None) => Answer::Coming,
        }
    }

    pub fn facts(&mut self, id: AttachmentId) -> Option<Arc<Facts>> {
        match self.get(id, Wish::Facts) {
            Answer::Here(Ready::Facts(facts)) => Some(facts),
            _ => None,
        }
    }

    pub fn part(&mut self, id: AttachmentId, part: Part) -> Answer<TextureHandle> {
        match self.get(id, Wish::Part(part)) {
            Answer::Here(Ready::Part(texture)) => Answer::Here(texture),
            Answer::Failed(failure) => Answer::Failed(failure),
            _ => Answer::Coming,
        }
    }

    /// One that was drawn before, if it is still here.
    pub fn part_again(&mut self, id: AttachmentId, part: Part) -> Option<TextureHandle> {
        match self.0.touch((id, Wish::Part(part)))? {
            Ready::Part(texture) => Some(texture),
            _ => None,
        }
    }

    /// The frames of an animated picture, their longer side at most so many pixels; none for what stands still.
    pub fn frames(&mut self, id: AttachmentId, max_px: u32) -> Option<Arc<[Frame]>> {
        match self.get(id, Wish::Frames(max_px)) {
            Answer::Here(Ready::Frames(frames)) if frames.len() > 1 => Some(frames),
            _ => None,
        }
    }

    pub fn lines(&mut self, id: AttachmentId) -> Answer<Arc<Lines>> {
        match self.get(id, Wish::Lines) {
            Answer::Here(Ready::Lines(lines)) => Answer::Here(lines),
            Answer::Failed(failure) => Answer::Failed(failure),
            _ => Answer::Coming,
        }
    }

    pub fn moments(&mut self, id: AttachmentId) -> Answer<Arc<[Moment]>> {
        match self.get(id, Wish::Moments) {
            Answer::Here(Ready::Moments(moments)) => Answer::Here(moments),
            Answer::Failed(failure) => Answer::Failed(failure),
            _ => Answer::Coming,
        }
    }

    pub fn metadata(&mut self, id: AttachmentId) -> Answer<Arc<Metadata>> {
        match self.get(id, Wish::Metadata) {
            Answer::Here(Ready::Metadata(metadata)) => Answer::Here(metadata),
            Answer::Failed(failure) => Answer::Failed(failure),
            _ => Answer::Coming,
        }
    }

    /// What a copy like this would be; none where the file itself would be sent.
    pub fn trial(&mut self, id: AttachmentId, wish: CopyWish) -> Answer<Option<Arc<Trial>>> {
        match self.get(id, Wish::Trial(wish)) {
            Answer::Here(Ready::Trial(trial)) => Answer::Here(trial),
            Answer::Failed(failure) => Answer::Failed(failure),
            _ => Answer::Coming,
        }
    }

    /// The file may be another one by now: what is made of it for a copy is made anew.
    pub fn forget_trials(&mut self, id: AttachmentId) {
        let of_a_copy = |wish: &Wish| matches!(wish, Wish::Facts | Wish::Metadata | Wish::Trial(_));
        self.0.forget(|(whose, wish)| *whose == id && of_a_copy(wish));
    }

    /// Whether it is here, or known not to be had.
    #[must_use]
    pub fn settled(&self, key: Key) -> bool {
        self.0.settled(key)
    }

    /// At the end of a frame: what it wanted, once, and what it drew no more before that came.
    pub(super) fn ask(&mut self) -> impl Iterator<Item = Action> + use<> {
        let (gone, wanted) = self.0.turn();
        let forget = (!gone.is_empty()).then_some(Action::ForgetLooks(gone));
        forget.into_iter().chain((!wanted.is_empty()).then_some(Action::NeedLooks(wanted)))
    }

    pub fn put(&mut self, ctx: &Context, key: Key, result: Result<Look, Failure>) {
        match result {
            Err(failure) => self.0.put(key, Err(failure)),
            Ok(look) => {
                let Some(ready) = ready(ctx, key.1, look) else { return };
                self.0.put(key, Ok(ready));
            }
        }
    }

    /// It was asked for and will not come: it is asked for again when it is drawn again.
    pub fn dropped(&mut self, key: Key) {
        self.0.dropped(key);
    }
}

/// What is drawn, with its size in bytes.
fn ready(ctx: &Context, wish: Wish, look: Look) -> Option<(Ready, usize)> {
    Some(match look {
        Look::Facts(facts) => (Ready::Facts(Arc::new(facts)), size_of::<Facts>()),
        Look::Metadata(metadata) => (Ready::Metadata(Arc::new(metadata)), size_of::<Metadata>()),
        Look::Lines(lines) => {
            let bytes = lines.lines.iter().map(String::len).sum();
            (Ready::Lines(Arc::new(lines)), bytes)
        }
        Look::Part(picture) => {
            let crisp = matches!(wish, Wish::Part(Part { crisp: true, .. }));
            let options = if crisp { TextureOptions::NEAREST } else { TextureOptions::LINEAR };
            let (texture, bytes) = load(ctx, &picture, options)?;
            (Ready::Part(texture), bytes)
        }
        Look::Frames(frames) => {
            let bytes = frames.iter().map(|frame| frame.picture.rgba.len()).sum();
            let drawn = frames.iter().filter_map(|frame| {
                let image = Arc::new(image_of(&frame.picture)?);
                Some(Frame { image, delay: f64::from(frame.delay_ms) / 1000.0 })
            });
            (Ready::Frames(drawn.collect()), bytes)
        }
        Look::Moments(moments) => {
            let bytes = moments.iter().map(|moment| moment.picture.rgba.len()).sum();
            let drawn = moments.iter().filter_map(|moment| {
                let (texture, _) = load(ctx, &moment.picture, TextureOptions::LINEAR)?;
                Some(Moment { at_ms: moment.at_ms, texture })
            });
            (Ready::Moments(drawn.collect()), bytes)
        }
        Look::Trial(None) => (Ready::Trial(None), 0),
        Look::Trial(Some(trial)) => {
            let loaded = trial.picture.and_then(|picture| load(ctx, &picture, TextureOptions::LINEAR));
            let (texture, bytes) = loaded.unzip();
            let (name, size, pixels, removed) = (trial.name, trial.size, trial.pixels, trial.removed);
            let trial = Trial { name, size, pixels, removed, texture };
            (Ready::Trial(Some(Arc::new(trial))), bytes.unwrap_or_default())
        }
    })
}
