//! Animated pictures: the frame that is due is shown, and the next one is drawn exactly when it is; nothing is drawn
//! in between, and nothing while it stands still or nobody sees it.

use std::sync::Arc;
use std::time::Duration;

use eframe::egui::{Context, TextureHandle, TextureOptions};

use super::looks::Frame;
use crate::domain::attachment::AttachmentId;

/// A frame that is meant for less time is shown for this long, as browsers do it.
const LEAST: f64 = 0.02;

/// What is played, and where it is. One at a time.
#[derive(Default)]
pub struct Motion {
    of: Option<AttachmentId>,
    paused: bool,
    at: usize,
    /// When the next one is due, in egui's seconds; none: it was not drawn in the last frame.
    next: Option<f64>,
    texture: Option<(TextureHandle, Shown)>,
}

/// What the texture holds.
#[derive(PartialEq)]
struct Shown {
    frames: usize,
    at: usize,
    options: TextureOptions,
}

impl std::fmt::Debug for Motion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { of, paused, at, .. } = self;
        write!(f, "Motion {{ of: {of:?}, paused: {paused}, at: {at} }}")
    }
}

impl Motion {
    pub(super) fn is_paused(&self) -> bool {
        self.paused
    }

    /// Whether this one is on the screen and moves, or would.
    pub(super) fn plays(&self, id: AttachmentId) -> bool {
        self.of == Some(id)
    }

    pub(super) fn toggle(&mut self) {
        self.paused = !self.paused;
        self.next = None;
    }

    /// The frame that is due, as a texture.
    pub(super) fn show(
        &mut self,
        ctx: &Context,
        id: AttachmentId,
        (frames, options): (&Arc<[Frame]>, TextureOptions),
    ) -> Option<TextureHandle> {
        if self.of != Some(id) {
            *self = Self { of: Some(id), ..Self::default() };
        }
        let (now, seen) = ctx.input(|input| (input.time, input.viewport().visible() != Some(false)));
        if !self.paused && seen {
            let wait = self.step(now, frames);
            ctx.request_repaint_after(Duration::from_secs_f64(wait));
        }
        self.at = self.at.min(frames.len().saturating_sub(1));
        let shown = Shown { frames: Arc::as_ptr(frames).cast::<()>() as usize, at: self.at, options };
        let image = &frames.get(self.at)?.image;
        match &mut self.texture {
            Some((_, before)) if *before == shown => {}
            Some((texture, before)) => {
                texture.set(image.clone(), options);
                *before = shown;
            }
            None => self.texture = Some((ctx.load_texture("motion", image.clone(), options), shown)),
        }
        self.texture.as_ref().map(|(texture, _)| texture.clone())
    }

    /// Goes to the frame that is due; answers in how many seconds the next one is.
    fn step(&mut self, now: f64, frames: &[Frame]) -> f64 {
        let delay = |at: usize| frames.get(at).map_or(LEAST, |frame| frame.delay.max(LEAST));
        let due = self.next.unwrap_or_else(|| now + delay(self.at));
        let mut next = due;
        if now >= due {
            self.at = (self.at + 1) % frames.len().max(1);
            // After a while that nothing was drawn it goes on from where it was, instead of rushing after.
            next = if now - due > LEAST { now } else { due } + delay(self.at);
        }
        self.next = Some(next);
        (next - now).max(0.0)
    }

    /// Lets go of what is no longer shown.
    pub(super) fn stop(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use eframe::egui::{Color32, ColorImage};

    use super::*;

    fn frames(delays: &[f64]) -> Vec<Frame> {
        let image = Arc::new(ColorImage::filled([1, 1], Color32::WHITE));
        delays.iter().map(|delay| Frame { image: image.clone(), delay: *delay }).collect()
    }

    #[test]
    fn the_next_frame_is_drawn_when_it_is_due_and_the_first_comes_after_the_last() {
        let frames = frames(&[0.1, 0.5, 0.0]);
        let mut motion = Motion::default();
        let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-9, "{a} {b}");
        near(motion.step(10.0, &frames), 0.1);
        near(motion.step(10.04, &frames), 0.06);
        assert_eq!(motion.at, 0, "a frame that something else asked for changes nothing");
        near(motion.step(10.1, &frames), 0.5);
        assert_eq!(motion.at, 1);
        near(motion.step(10.6, &frames), LEAST);
        near(motion.step(10.62, &frames), 0.1);
        assert_eq!(motion.at, 0);
    }

    #[test]
    fn what_nobody_saw_is_not_rushed_after() {
        let frames = frames(&[0.1; 4]);
        let mut motion = Motion::default();
        motion.step(0.0, &frames);
        assert!((motion.step(60.0, &frames) - 0.1).abs() < 1e-9);
        assert_eq!(motion.at, 1);
    }
}
