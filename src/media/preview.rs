//! A picture of a file for the screen, within limits of pixels and memory.

use std::path::Path;

use crate::domain::error::{Failure, Kind, Step};
use crate::media::kind::{Look, look_of};
use crate::media::opened::Opened;
use crate::media::{Rgba, documents, foreign, sound, still, video};

/// A picture's or a video's look, upright, scaled down (never up) to `max_px` pixels at its longer side. Blocks; for
/// a picture 20 seconds at most, for a video that only `ffmpeg` can decode 30.
///
/// Two of these at once stay below 400 MB together. Of a large photo only as much is read as will do: the means of its
/// blocks, or the copy that its camera put beside it.
///
/// # Errors
/// - [`Kind::WrongType`]: it has no look that can be drawn here.
/// - [`Kind::TooLarge`]: more pixels or bytes than are decoded.
/// - [`Kind::Unreadable`]: the file cannot be read, or is broken.
pub fn preview(path: &Path, max_px: u32) -> Result<Rgba, Failure> {
    let mut opened = Opened::open(path)?;
    match look_of(&opened.head, &opened.name) {
        Look::Raster => still::whole(&mut opened, max_px),
        Look::Video => film(path, max_px, &opened.shown),
        Look::Svg => documents::svg(&mut opened, max_px),
        Look::Pdf => documents::pdf(&mut opened, max_px),
        Look::Font => documents::font(&mut opened, max_px),
        Look::Text => documents::page(&mut opened, max_px),
        Look::Sound => sound::cover(&mut opened, max_px),
        Look::Raw => foreign::raw(&mut opened, max_px),
        Look::Foreign => foreign::through_ffmpeg(&mut opened, max_px),
        Look::Nothing => Err(opened.failure(Kind::WrongType, "is of no type that has a picture")),
    }
}

fn film(path: &Path, max_px: u32, shown: &str) -> Result<Rgba, Failure> {
    video::still(path, max_px)?.ok_or_else(|| {
        let broke = format!("No picture of “{shown}” can be decoded here");
        Failure::new(Kind::WrongType, broke).at(Step::Inspect)
    })
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use image::codecs::jpeg::JpegEncoder;
    use image::{ImageEncoder, Rgb, RgbImage};
    use tempfile::NamedTempFile;

    use super::*;

    fn file(bytes: &[u8]) -> NamedTempFile {
        let mut file = NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        file
    }

    fn chunk(name: [u8; 4], data: &[u8]) -> Vec<u8> {
        let mut crc = u32::MAX;
        for byte in name.iter().chain(data) {
            crc ^= u32::from(*byte);
            for _ in 0..8 {
                crc = if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 };
            }
        }
        let length = u32::try_from(data.len()).unwrap().to_be_bytes();
        [&length[..], &name, data, &(!crc).to_be_bytes()].concat()
    }

    /// A PNG that promises this many pixels and has none of them.
    fn hostile_png(side: u32) -> NamedTempFile {
        let measures = [side.to_be_bytes(), side.to_be_bytes()].concat();
        let header = [&measures[..], &[8, 6, 0, 0, 0]].concat();
        file(&[b"\x89PNG\r\n\x1a\n", &chunk(*b"IHDR", &header)[..], &chunk(*b"IDAT", b"x")].concat())
    }

    #[test]
    fn a_header_of_billions_of_pixels_is_refused_before_anything_is_decoded() {
        let huge = preview(hostile_png(50_000).path(), 256).unwrap_err();
        assert_eq!(huge.kind, Kind::TooLarge);
        assert!(huge.broke.ends_with("has 50000 × 50000 pixels, too many to be shown"), "{}", huge.broke);
        // Below the limit of pixels, above the one of memory: 15,000² · 4 bytes.
        assert_eq!(preview(hostile_png(15_000).path(), 256).unwrap_err().kind, Kind::TooLarge);
        // What could be decoded is found to be broken.
        assert_eq!(preview(hostile_png(64).path(), 256).unwrap_err().kind, Kind::Unreadable);
    }

    #[test]
    fn a_photo_is_upright_and_never_scaled_up() {
        let exif = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0";
        let mut bytes = Vec::new();
        let mut encoder = JpegEncoder::new_with_quality(&mut bytes, 95);
        encoder.set_exif_metadata(exif.strip_prefix(b"Exif\0\0").unwrap().to_vec()).unwrap();
        let photo =
            RgbImage::from_fn(120, 60, |x, _| if x < 60 { Rgb([250, 0, 0]) } else { Rgb([0, 0, 250]) });
        encoder.encode_image(&photo).unwrap();
        let photo = file(&bytes);
        let small = preview(photo.path(), 40).unwrap();
        assert_eq!((small.width, small.height), (20, 40));
        let (top, bottom) = (&small.pixels[..4], &small.pixels[small.pixels.len() - 4..]);
        assert!(top[0] > 200 && top[2] < 50, "red at the top: {top:?}");
        assert!(bottom[2] > 200 && bottom[0] < 50, "blue at the bottom: {bottom:?}");
        let whole = preview(photo.path(), 1600).unwrap();
        assert_eq!((whole.width, whole.height), (60, 120));
    }

    #[test]
    fn what_is_no_picture_and_what_is_not_there_say_so() {
        assert_eq!(preview(file(b"\0\x01\x02\xff").path(), 256).unwrap_err().kind, Kind::WrongType);
        assert_eq!(preview(file(b"").path(), 256).unwrap_err().kind, Kind::WrongType);
        let gone = preview(Path::new("/nowhere/photo.jpg"), 256).unwrap_err();
        assert_eq!((gone.kind, gone.broke.as_str()), (Kind::Unreadable, "“photo.jpg” does not exist"));
    }
}
