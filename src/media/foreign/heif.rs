//! The measures of HEIC and AVIF pictures (ISO/IEC 23008-12).

use crate::media::Rgba;

/// Width and height as shown: of the largest item, which the tiles of the picture are parts of. The properties are
/// looked for by their names: the boxes around them tell nothing that is needed.
pub(super) fn pixels(header: &[u8]) -> Option<(u32, u32)> {
    if header.get(4..8)? != b"ftyp" {
        return None;
    }
    let sizes = after(header, b"ispe").filter_map(|rest| {
        let (width, height) = (number(rest.get(4..8)?)?, number(rest.get(8..12)?)?);
        (width > 0 && height > 0).then_some((width, height))
    });
    let (width, height) = sizes.max_by_key(|&(width, height)| u64::from(width) * u64::from(height))?;
    // Quarter turns against the clock, see `ImageRotation`.
    let quarter = after(header, b"irot").filter_map(|rest| rest.first()).any(|turns| turns & 1 == 1);
    Some(if quarter { (height, width) } else { (width, height) })
}

/// Has the picture about this shape, upright or on its side?
pub(super) fn is_shaped(picture: &Rgba, (width, height): (u32, u32)) -> bool {
    let shape = |width: u32, height: u32| f64::from(width.max(height)) / f64::from(width.min(height).max(1));
    let (is, wanted) = (shape(picture.width, picture.height), shape(width, height));
    (is / wanted - 1.0).abs() < 0.03 || picture.width.min(picture.height) < 16
}

fn after<'a>(header: &'a [u8], name: &'a [u8; 4]) -> impl Iterator<Item = &'a [u8]> {
    let starts = header.windows(4).enumerate().filter(move |(_, word)| word == name);
    starts.filter_map(move |(at, _)| header.get(at + 4..))
}

fn number(bytes: &[u8]) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.try_into().ok()?))
}
