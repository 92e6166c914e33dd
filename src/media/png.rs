//! Pixels as a PNG.

use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder as _};

use crate::domain::error::{Failure, Kind};
use crate::media::{Rgba, alpha};

/// A PNG of these pixels: straight alpha, four bytes each.
pub fn png_of(width: u32, height: u32, rgba: &[u8]) -> Result<Vec<u8>, Failure> {
    let failure = || Failure::new(Kind::Unreadable, "The picture cannot be turned into a file");
    if u64::from(width) * u64::from(height) * 4 != rgba.len() as u64 || rgba.is_empty() {
        return Err(failure().cause("its pixels are incomplete"));
    }
    let mut png = Vec::new();
    PngEncoder::new(&mut png)
        .write_image(rgba, width, height, ExtendedColorType::Rgba8)
        .map_err(|error| failure().cause(error))?;
    Ok(png)
}

/// A PNG of these pixels.
pub fn png_of_look(picture: &Rgba) -> Result<Vec<u8>, Failure> {
    let mut straight = picture.pixels.clone();
    alpha::divide(&mut straight);
    png_of(picture.width, picture.height, &straight)
}
