//! Where a picture lies on the stage: how large it is shown, and which part of it. Sizes are in pixels of the screen
//! and in pixels of the picture; 100 % is one of these on one of those.

use eframe::egui::{Pos2, Rect, Vec2, pos2, vec2};

/// A pixel of the picture takes no more pixels of the screen than this.
pub(super) const ZOOM_MAX: f32 = 8.0;
/// A small picture that fits is shown no larger than this.
pub(super) const FIT_MAX: f32 = 2.0;
/// From here on each pixel of the picture is to be seen.
pub(super) const CRISP: f32 = 2.0;
/// Kept free around what fits, in points.
const EDGE: f32 = 16.0;
/// Nearer to fitting than this is fitting.
const SNAP: f32 = 1.01;

/// How the picture is looked at; fitted until somebody zooms.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct View {
    /// None: as large as the stage allows.
    zoom: Option<f32>,
    /// The picture's pixel in the stage's middle.
    center: Pos2,
}

/// The stage and the picture on it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Stage {
    /// In points.
    pub rect: Rect,
    /// Pixels of the screen to a point.
    pub scale: f32,
    /// The picture in its full size, in its pixels.
    pub picture: Vec2,
}

impl Stage {
    fn pixels(&self) -> Vec2 {
        (self.rect.size() * self.scale).max(Vec2::splat(1.0))
    }

    pub(super) fn fit(&self) -> f32 {
        let inner = self.pixels() - Vec2::splat(2.0 * EDGE * self.scale);
        let room = inner.max(Vec2::splat(1.0)) / self.picture.max(Vec2::splat(1.0));
        room.min_elem().min(FIT_MAX)
    }

    /// The smallest zoom: fitting, or 100 % of what would have to be blown up to fit.
    fn least(&self) -> f32 {
        self.fit().min(1.0)
    }
}

impl View {
    pub(super) fn is_fitted(self) -> bool {
        self.zoom.is_none()
    }

    pub(super) fn zoom(self, stage: &Stage) -> f32 {
        self.zoom.unwrap_or_else(|| stage.fit())
    }

    pub(super) fn fit(&mut self) {
        *self = Self::default();
    }

    /// Shows it at this zoom; what is at the point of the screen stays there.
    pub(super) fn set(&mut self, stage: &Stage, zoom: f32, at: Pos2) {
        let zoom = zoom.clamp(stage.least(), ZOOM_MAX);
        let fit = stage.fit();
        if zoom / fit < SNAP && fit / zoom < SNAP {
            return self.fit();
        }
        let offset = (at - stage.rect.center()) * stage.scale;
        let under = self.middle(stage) + offset / self.zoom(stage);
        *self = Self { zoom: Some(zoom), center: under - offset / zoom };
        self.center = self.middle(stage);
    }

    pub(super) fn by(&mut self, stage: &Stage, factor: f32, at: Pos2) {
        self.set(stage, self.zoom(stage) * factor, at);
    }

    /// Between fitting and 100 %; what is at the point of the screen stays there.
    pub(super) fn toggle(&mut self, stage: &Stage, at: Pos2) {
        if self.is_fitted() { self.set(stage, 1.0, at) } else { self.fit() }
    }

    /// Moves the picture by so many points.
    pub(super) fn pan(&mut self, stage: &Stage, by: Vec2) {
        if !self.is_fitted() {
            self.center -= by * stage.scale / self.zoom(stage);
            self.center = self.middle(stage);
        }
    }

    /// The picture's pixel in the stage's middle: no ground is shown beside a picture that covers the stage.
    fn middle(self, stage: &Stage) -> Pos2 {
        let half = stage.pixels() / self.zoom(stage) / 2.0;
        let along = |center: f32, half: f32, whole: f32| {
            if self.is_fitted() || 2.0 * half >= whole {
                whole / 2.0
            } else {
                center.clamp(half, whole - half)
            }
        };
        let Vec2 { x: width, y: height } = stage.picture;
        pos2(along(self.center.x, half.x, width), along(self.center.y, half.y, height))
    }

    /// Where the whole picture would be, in points; on whole pixels of the screen.
    pub(super) fn place(self, stage: &Stage) -> Rect {
        let zoom = self.zoom(stage);
        let corner = stage.rect.center() - self.middle(stage).to_vec2() * zoom / stage.scale;
        let corner = (corner.to_vec2() * stage.scale).round() / stage.scale;
        Rect::from_min_size(corner.to_pos2(), stage.picture * zoom / stage.scale)
    }

    /// Where a part of the picture is, that is given in the picture's pixels.
    pub(super) fn place_of(self, stage: &Stage, part: Rect) -> Rect {
        let whole = self.place(stage);
        let factor = self.zoom(stage) / stage.scale;
        Rect::from_min_size(whole.min + part.min.to_vec2() * factor, part.size() * factor)
    }

    /// What is to be seen of the picture, in its pixels.
    pub(super) fn seen(self, stage: &Stage) -> Rect {
        let (whole, factor) = (self.place(stage), stage.scale / self.zoom(stage));
        let seen = whole.intersect(stage.rect);
        let corner = ((seen.min - whole.min) * factor).to_pos2();
        let size = (seen.size() * factor).max(vec2(0.0, 0.0));
        Rect::from_min_size(corner, size).intersect(Rect::from_min_size(Pos2::ZERO, stage.picture))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stage(picture: (f32, f32)) -> Stage {
        let rect = Rect::from_min_size(pos2(100.0, 50.0), vec2(832.0, 632.0));
        Stage { rect, scale: 2.0, picture: vec2(picture.0, picture.1) }
    }

    #[test]
    fn what_fits_is_in_the_middle_and_small_ones_are_not_blown_up() {
        let view = View::default();
        let photo = stage((4000.0, 3000.0));
        assert_eq!((view.zoom(&photo), view.place(&photo)), (0.4, photo.rect.shrink(EDGE)));
        let wide = stage((16_000.0, 100.0));
        assert_eq!(view.place(&wide).size(), vec2(800.0, 5.0));
        let icon = stage((16.0, 16.0));
        assert!((view.zoom(&icon) - 2.0).abs() < f32::EPSILON);
        assert_eq!(view.place(&icon), Rect::from_center_size(icon.rect.center(), vec2(16.0, 16.0)));
    }

    #[test]
    fn what_is_under_the_pointer_stays_there() {
        let (photo, at) = (stage((4000.0, 3000.0)), pos2(300.0, 200.0));
        let under = |view: View| (at - view.place(&photo).min) * photo.scale / view.zoom(&photo);
        let mut view = View::default();
        let before = under(view);
        for _ in 0..5 {
            view.by(&photo, 1.5, at);
            assert!((under(view) - before).length() < 3.0, "{before:?} {:?}", under(view));
        }
        view.toggle(&photo, at);
        assert!(view.is_fitted());
        view.toggle(&photo, at);
        assert!((view.zoom(&photo) - 1.0).abs() < f32::EPSILON);
        assert!((under(view) - before).length() < 2.0);
    }

    #[test]
    fn zoom_has_two_ends() {
        let photo = stage((4000.0, 3000.0));
        let mut view = View::default();
        view.by(&photo, 1000.0, photo.rect.center());
        assert!((view.zoom(&photo) - ZOOM_MAX).abs() < f32::EPSILON);
        view.by(&photo, 0.0001, photo.rect.center());
        assert!(view.is_fitted());
        let icon = stage((16.0, 16.0));
        view.set(&icon, 0.5, icon.rect.center());
        assert!((view.zoom(&icon) - 1.0).abs() < f32::EPSILON);
    }

    #[test]
    fn no_ground_is_shown_beside_a_picture_that_covers_the_stage() {
        let photo = stage((4000.0, 3000.0));
        let mut view = View::default();
        view.pan(&photo, vec2(500.0, 0.0));
        assert_eq!(view.place(&photo), photo.rect.shrink(EDGE), "what fits does not move");
        view.set(&photo, 1.0, photo.rect.center());
        for by in [vec2(9e4, 9e4), vec2(-9e4, -9e4), vec2(10.0, -10.0)] {
            view.pan(&photo, by);
            assert!(view.place(&photo).contains_rect(photo.rect));
            let seen = view.seen(&photo);
            assert_eq!(seen.size(), vec2(1664.0, 1264.0));
        }
    }

    #[test]
    fn a_part_lies_where_it_is_seen() {
        let photo = stage((4000.0, 3000.0));
        let mut view = View::default();
        view.set(&photo, 4.0, pos2(250.0, 100.0));
        let seen = view.seen(&photo);
        let place = view.place_of(&photo, seen);
        assert!((place.min - photo.rect.min).length() < 0.1 && (place.max - photo.rect.max).length() < 0.1);
    }
}
