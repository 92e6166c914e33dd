//! What is wanted of a picture, in the pixels that its file has: not upright yet.

use image::metadata::Orientation;

use super::reduce::Crop;
use super::trouble::Trouble;
use crate::media::Area;
use crate::media::picture::upright;

/// The whole or a part, at most so many pixels at the longer side.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wish {
    /// In pixels of the upright picture; none for the whole.
    pub area: Option<Area>,
    /// How it is to be turned where it is known from elsewhere; else as it says itself.
    pub turned: Orientation,
    pub max_px: u32,
}

/// A wish, for a picture whose measures are known.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plan {
    pub crop: Crop,
    pub target: (u32, u32),
}

impl Wish {
    /// How a picture that says this of itself is to be turned.
    pub(super) fn orientation(self, own: Option<Orientation>) -> Orientation {
        if self.turned == Orientation::NoTransforms { own.unwrap_or(self.turned) } else { self.turned }
    }

    /// For a picture of these stored measures.
    pub(super) fn plan(self, stored: (u32, u32), orientation: Orientation) -> Result<Plan, Trouble> {
        if stored.0 == 0 || stored.1 == 0 {
            return Err(Trouble::broken("It has no pixels"));
        }
        let whole = Area { x: 0, y: 0, width: stored.0, height: stored.1 };
        let area = match self.area {
            Some(area) => stored_area(area, stored, orientation).ok_or(Trouble::Outside)?,
            None => whole,
        };
        let crop = Crop {
            x: f64::from(area.x),
            y: f64::from(area.y),
            width: f64::from(area.width),
            height: f64::from(area.height),
        };
        Ok(Plan { crop, target: fit(area.width, area.height, self.max_px) })
    }
}

impl Plan {
    /// The same part of a copy that is this much smaller.
    pub(super) fn at_scale(self, scale: f64) -> Crop {
        let Crop { x, y, width, height } = self.crop;
        Crop { x: x * scale, y: y * scale, width: width * scale, height: height * scale }
    }

    /// How much smaller the target is than the part.
    pub(super) fn scale(self) -> f64 {
        f64::from(self.target.0.max(self.target.1)) / self.crop.width.max(self.crop.height)
    }
}

/// The largest measures of this proportion with at most `max_px` at the longer side, each at least one; never larger.
pub(super) fn fit(width: u32, height: u32, max_px: u32) -> (u32, u32) {
    let longer = width.max(height);
    let max_px = max_px.max(1);
    if longer <= max_px {
        return (width.max(1), height.max(1));
    }
    let side = |side: u32| {
        let scaled = (u64::from(side) * u64::from(max_px) + u64::from(longer) / 2) / u64::from(longer);
        u32::try_from(scaled).unwrap_or(max_px).max(1)
    };
    (side(width), side(height))
}

/// Where a part of the upright picture is in the stored one, cut to what there is; none where nothing is left.
fn stored_area(area: Area, stored: (u32, u32), orientation: Orientation) -> Option<Area> {
    let upright = upright(stored, orientation);
    let x = area.x.min(upright.0);
    let y = area.y.min(upright.1);
    let (area_w, area_h) = (area.width.min(upright.0 - x), area.height.min(upright.1 - y));
    if area_w == 0 || area_h == 0 {
        return None;
    }
    // From the other edge.
    let (far_x, far_y) = (upright.0 - x - area_w, upright.1 - y - area_h);
    let (x, y, width, height) = match orientation {
        Orientation::NoTransforms => (x, y, area_w, area_h),
        Orientation::FlipHorizontal => (far_x, y, area_w, area_h),
        Orientation::Rotate180 => (far_x, far_y, area_w, area_h),
        Orientation::FlipVertical => (x, far_y, area_w, area_h),
        Orientation::Rotate90FlipH => (y, x, area_h, area_w),
        Orientation::Rotate90 => (y, far_x, area_h, area_w),
        Orientation::Rotate270FlipH => (far_y, far_x, area_h, area_w),
        Orientation::Rotate270 => (far_y, x, area_h, area_w),
    };
    Some(Area { x, y, width, height })
}

#[cfg(test)]
mod tests {
    use image::{DynamicImage, GrayImage, Luma};

    use super::*;

    #[test]
    fn a_part_of_the_upright_picture_is_found_in_the_stored_one() {
        let stored = GrayImage::from_fn(7, 5, |x, y| Luma([u8::try_from(x + 10 * y).unwrap()]));
        for orientation in (1..=8).map(|exif| Orientation::from_exif(exif).unwrap()) {
            let mut upright = DynamicImage::from(stored.clone());
            upright.apply_orientation(orientation);
            let area = Area { x: 1, y: 2, width: 3, height: 2 };
            let there = stored_area(area, (7, 5), orientation).unwrap();
            let mut part =
                DynamicImage::from(stored.clone()).crop_imm(there.x, there.y, there.width, there.height);
            part.apply_orientation(orientation);
            assert_eq!(part, upright.crop_imm(1, 2, 3, 2), "{orientation:?}");
        }
    }

    #[test]
    fn parts_are_cut_to_the_picture() {
        let all = Area { x: 0, y: 0, width: u32::MAX, height: u32::MAX };
        let whole = Area { x: 0, y: 0, width: 7, height: 5 };
        assert_eq!(stored_area(all, (7, 5), Orientation::NoTransforms), Some(whole));
        let beside = Area { x: 7, y: 0, width: 1, height: 1 };
        assert_eq!(stored_area(beside, (7, 5), Orientation::NoTransforms), None);
    }

    #[test]
    fn pictures_fit_without_growing_or_vanishing() {
        assert_eq!(fit(6000, 4000, 256), (256, 171));
        assert_eq!(fit(1, 50_000, 256), (1, 256));
        assert_eq!(fit(20, 10, 256), (20, 10));
        assert_eq!(fit(10, 20, 0), (1, 1));
    }
}
