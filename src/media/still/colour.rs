//! From what a file's colours are to what a screen shows. Done to the small picture, so it costs next to nothing.

use std::panic::{AssertUnwindSafe, catch_unwind};

use image::metadata::Orientation;
use image::{DynamicImage, RgbaImage};
use moxcms::{ColorProfile, DataColorSpace, ProfileText, TransformOptions};

use super::reduce::{Layout, Pixels};
use super::trouble::Trouble;
use crate::media::Rgba;
use crate::media::alpha::{divided, multiplied};

/// A colour profile for print has some hundred kilobytes, seldom two megabytes.
pub(super) const PROFILE_MAX_BYTES: usize = 4 << 20;

/// Upright, in sRGB.
pub(super) fn shown(
    pixels: Pixels,
    profile: Option<&[u8]>,
    orientation: Orientation,
) -> Result<Rgba, Trouble> {
    let (width, height) = (pixels.width, pixels.height);
    // A profile from anywhere: one that brings its reader down is a broken one, and a broken one is ignored.
    let converted = profile
        .filter(|profile| profile.len() <= PROFILE_MAX_BYTES)
        .and_then(|profile| catch_unwind(AssertUnwindSafe(|| converted(&pixels, profile))).ok().flatten());
    let bytes = converted.unwrap_or_else(|| plain(pixels));
    let picture = RgbaImage::from_raw(width, height, bytes)
        .ok_or_else(|| Trouble::broken("Its pixels are incomplete"))?;
    let mut picture = DynamicImage::from(picture);
    picture.apply_orientation(orientation);
    let picture = picture.into_rgba8();
    let (width, height) = picture.dimensions();
    Ok(Rgba { width, height, pixels: picture.into_raw() })
}

/// Four bytes each, the colours taken for sRGB.
fn plain(pixels: Pixels) -> Vec<u8> {
    let bytes = &pixels.bytes;
    match pixels.layout {
        Layout::Grey => bytes.iter().flat_map(|&grey| [grey, grey, grey, u8::MAX]).collect(),
        Layout::GreyAlpha => {
            bytes.as_chunks::<2>().0.iter().flat_map(|&[grey, alpha]| [grey, grey, grey, alpha]).collect()
        }
        Layout::Rgb => bytes
            .as_chunks::<3>()
            .0
            .iter()
            .flat_map(|&[red, green, blue]| [red, green, blue, u8::MAX])
            .collect(),
        Layout::Rgba => pixels.bytes,
        Layout::Cmyk => bytes
            .as_chunks::<4>()
            .0
            .iter()
            .flat_map(|&[cyan, magenta, yellow, black]| {
                let light = |ink: u8| multiplied(u8::MAX - ink, u8::MAX - black);
                [light(cyan), light(magenta), light(yellow), u8::MAX]
            })
            .collect(),
    }
}

/// Four bytes each, by a colour profile; none where it is sRGB anyway, is broken, or is for other pixels than these.
fn converted(pixels: &Pixels, profile: &[u8]) -> Option<Vec<u8>> {
    let profile = ColorProfile::new_from_slice(profile).ok()?;
    if is_srgb(&profile) {
        return None;
    }
    let (from, space) = match pixels.layout {
        Layout::Grey => (moxcms::Layout::Gray, DataColorSpace::Gray),
        Layout::GreyAlpha => (moxcms::Layout::GrayAlpha, DataColorSpace::Gray),
        Layout::Rgb => (moxcms::Layout::Rgb, DataColorSpace::Rgb),
        Layout::Rgba => (moxcms::Layout::Rgba, DataColorSpace::Rgb),
        Layout::Cmyk => (moxcms::Layout::Rgba, DataColorSpace::Cmyk),
    };
    if profile.color_space != space {
        return None;
    }
    let srgb = ColorProfile::new_srgb();
    let transform =
        profile.create_transform_8bit(from, &srgb, moxcms::Layout::Rgba, TransformOptions::default()).ok()?;
    let source = straight(pixels);
    let mut shown = vec![u8::MAX; pixels.width as usize * pixels.height as usize * 4];
    transform.transform(&source, &mut shown).ok()?;
    restore_alpha(pixels, &mut shown);
    Some(shown)
}

/// By the name that it gives itself: comparing its curves costs more than converting a small picture.
fn is_srgb(profile: &ColorProfile) -> bool {
    let is_named = |text: &str| text.contains("sRGB");
    match &profile.description {
        Some(ProfileText::PlainString(text)) => is_named(text),
        Some(ProfileText::Localizable(texts)) => texts.iter().any(|text| is_named(&text.value)),
        Some(ProfileText::Description(text)) => is_named(&text.ascii_string),
        None => false,
    }
}

/// The colours as they were before they were multiplied by the alpha.
fn straight(pixels: &Pixels) -> Vec<u8> {
    let mut bytes = pixels.bytes.clone();
    if !pixels.layout.has_alpha() {
        return bytes;
    }
    for pixel in bytes.chunks_exact_mut(pixels.layout.channels()) {
        if let Some((alpha, colors)) = pixel.split_last_mut() {
            for color in colors {
                *color = divided(*color, *alpha);
            }
        }
    }
    bytes
}

fn restore_alpha(pixels: &Pixels, shown: &mut [u8]) {
    let channels = pixels.layout.channels();
    for ([red, green, blue, alpha], pixel) in
        shown.as_chunks_mut::<4>().0.iter_mut().zip(pixels.bytes.chunks_exact(channels))
    {
        *alpha = if pixels.layout.has_alpha() { pixel.last().copied().unwrap_or(u8::MAX) } else { u8::MAX };
        if *alpha < u8::MAX {
            *red = multiplied(*red, *alpha);
            *green = multiplied(*green, *alpha);
            *blue = multiplied(*blue, *alpha);
        }
    }
}
