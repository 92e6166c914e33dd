//! Colours that are multiplied by their alpha, as a screen takes them, and back.

/// `color · alpha / 255`, rounded.
#[inline]
pub(super) fn multiplied(color: u8, alpha: u8) -> u8 {
    // Exact for all bytes, and without a division.
    let product = u16::from(color) * u16::from(alpha) + 128;
    ((product + (product >> 8)) >> 8) as u8
}

/// What was multiplied by this alpha; nothing of what is not seen.
#[inline]
pub(super) fn divided(color: u8, alpha: u8) -> u8 {
    let straight = (u32::from(color) * 255 + u32::from(alpha) / 2).checked_div(alpha.into());
    u8::try_from(straight.unwrap_or_default()).unwrap_or(u8::MAX)
}

/// Multiplies the colours of pixels of four bytes.
pub(super) fn multiply(pixels: &mut [u8]) {
    for [red, green, blue, alpha] in pixels.as_chunks_mut::<4>().0 {
        *red = multiplied(*red, *alpha);
        *green = multiplied(*green, *alpha);
        *blue = multiplied(*blue, *alpha);
    }
}

/// The colours of pixels of four bytes as they were before [`multiply`].
pub(super) fn divide(pixels: &mut [u8]) {
    for [red, green, blue, alpha] in pixels.as_chunks_mut::<4>().0 {
        if *alpha < u8::MAX {
            *red = divided(*red, *alpha);
            *green = divided(*green, *alpha);
            *blue = divided(*blue, *alpha);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_are_rounded_and_come_back_as_they_are() {
        for (color, alpha) in (0..=255).flat_map(|color| (0..=255).map(move |alpha| (color, alpha))) {
            let exact = (f64::from(color) * f64::from(alpha) / 255.0).round();
            assert!((f64::from(multiplied(color, alpha)) - exact).abs() < 0.1, "{color} {alpha}");
            let mut pixel = [color, color, color, alpha];
            multiply(&mut pixel);
            let product = pixel;
            assert_eq!(product, [multiplied(color, alpha), product[0], product[0], alpha]);
            // Of fewer levels the nearest one, which is multiplied to the same again.
            divide(&mut pixel);
            assert!(alpha < 255 || pixel[0] == color, "{color}");
            multiply(&mut pixel);
            assert_eq!(pixel, product, "{color} {alpha}");
        }
    }
}
