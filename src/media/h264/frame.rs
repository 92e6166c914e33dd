//! A decoded frame, made smaller plane by plane: the whole of it is never there in colours.

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use image::RgbImage;
use openh264::decoder::DecodedYUV;
use openh264::formats::YUVSource;

use super::sps::Colors;

/// Mean brightness below which a frame counts as black (black itself is 16).
const BRIGHT_ENOUGH: u64 = 32;
/// Mean distance from the mean brightness below which a frame shows nothing.
const LIVELY_ENOUGH: u64 = 3;

/// A decoded frame.
pub(in crate::media) struct Frame {
    pub picture: RgbImage,
    /// Mean brightness: 16 is black, 235 white.
    pub brightness: u64,
    pub merit: Merit,
}

/// How well a frame stands for its film.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::media) enum Merit {
    Black,
    /// Of one colour.
    Plain,
    Good,
}

/// One plane of the frame.
struct Plane<'a> {
    bytes: &'a [u8],
    stride: usize,
    size: (usize, usize),
}

impl Plane<'_> {
    fn scaled(&self, (width, height): (u32, u32), resizer: &mut Resizer) -> Option<Vec<u8>> {
        let (across, down) = (u32::try_from(self.stride).ok()?, u32::try_from(self.size.1).ok()?);
        let whole = self.bytes.get(..self.stride.checked_mul(self.size.1)?)?;
        let from = ImageRef::new(across, down, whole, PixelType::U8).ok()?;
        let mut to = Image::new(width, height, PixelType::U8);
        let shown = u32::try_from(self.size.0).ok()?;
        let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Bilinear)).crop(
            0.0,
            0.0,
            f64::from(shown),
            f64::from(down),
        );
        resizer.resize(&from, &mut to, &options).ok()?;
        Some(to.into_vec())
    }
}

/// The frame in the size that `sized` makes of its own.
pub(super) fn scaled(
    frame: &DecodedYUV<'_>,
    colors: Colors,
    sized: impl FnOnce((u32, u32)) -> (u32, u32),
) -> Option<Frame> {
    let (width, height) = frame.dimensions();
    let (luma_stride, stride, _) = frame.strides();
    let to = sized((u32::try_from(width).ok()?, u32::try_from(height).ok()?));
    let mut resizer = Resizer::new();
    let half = (width / 2, height / 2);
    let luma = Plane { bytes: frame.y(), stride: luma_stride, size: (width, height) };
    let luma = luma.scaled(to, &mut resizer)?;
    let blue = Plane { bytes: frame.u(), stride, size: half }.scaled(to, &mut resizer)?;
    let red = Plane { bytes: frame.v(), stride, size: half }.scaled(to, &mut resizer)?;
    let rgb = luma.iter().zip(&blue).zip(&red).flat_map(|((y, u), v)| rgb(*y, *u, *v, colors)).collect();
    let (brightness, merit) = judged(&luma);
    Some(Frame { picture: RgbImage::from_raw(to.0, to.1, rgb)?, brightness, merit })
}

/// Mean brightness, and how well it stands for its film.
fn judged(luma: &[u8]) -> (u64, Merit) {
    let count = (luma.len() as u64).max(1);
    let mean = luma.iter().map(|&level| u64::from(level)).sum::<u64>() / count;
    let apart = luma.iter().map(|&level| u64::from(level).abs_diff(mean)).sum::<u64>() / count;
    let merit = match (mean, apart) {
        (..BRIGHT_ENOUGH, _) => Merit::Black,
        (_, ..LIVELY_ENOUGH) => Merit::Plain,
        _ => Merit::Good,
    };
    (mean, merit)
}

/// In 16.16 fixed point (ITU-R BT.601-7, 2.5.1; BT.709-6, 3).
fn rgb(luma: u8, blue: u8, red: u8, colors: Colors) -> [u8; 3] {
    let (luma, blue, red) = (i32::from(luma), i32::from(blue) - 128, i32::from(red) - 128);
    // The weights of: red difference in red, blue and red difference in green, blue difference in blue.
    let (base, weights) = match (colors.is_709, colors.is_full) {
        (false, false) => ((luma - 16) * 76_309, [104_597, 25_675, 53_279, 132_201]),
        (true, false) => ((luma - 16) * 76_309, [117_489, 13_975, 34_925, 138_438]),
        (false, true) => (luma << 16, [91_881, 22_553, 46_802, 116_130]),
        (true, true) => (luma << 16, [103_206, 12_276, 30_679, 121_609]),
    };
    let [in_red, blue_in_green, red_in_green, in_blue] = weights;
    [base + in_red * red, base - blue_in_green * blue - red_in_green * red, base + in_blue * blue].map(level)
}

#[expect(clippy::cast_sign_loss, reason = "clamped to a byte before the cast")]
fn level(fixed: i32) -> u8 {
    (fixed.saturating_add(1 << 15) >> 16).clamp(0, 255) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_those_of_the_recommendations() {
        let hd = Colors { is_709: true, is_full: false };
        let sd = Colors { is_709: false, is_full: false };
        for (yuv, colors, wanted) in [
            ([235, 128, 128], hd, [255, 255, 255]),
            ([16, 128, 128], sd, [0, 0, 0]),
            // Pure red of either recommendation.
            ([63, 102, 240], hd, [255, 1, 0]),
            ([81, 90, 240], sd, [254, 0, 0]),
            ([76, 85, 255], Colors { is_full: true, ..sd }, [254, 0, 0]),
        ] {
            let [y, u, v] = yuv;
            let got = rgb(y, u, v, colors);
            let near = got.iter().zip(wanted).all(|(got, wanted)| got.abs_diff(wanted) <= 2);
            assert!(near, "{yuv:?} {colors:?}: {got:?}, not {wanted:?}");
        }
    }

    #[test]
    fn black_and_plain_frames_are_known() {
        assert_eq!(judged(&[17; 100]), (17, Merit::Black));
        assert_eq!(judged(&[235; 100]), (235, Merit::Plain));
        let half: Vec<u8> = (0..100).map(|n| if n < 50 { 40 } else { 200 }).collect();
        assert_eq!(judged(&half), (120, Merit::Good));
        assert_eq!(judged(&[]), (0, Merit::Black));
    }
}
