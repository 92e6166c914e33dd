//! What a file is by its own bytes, and the smaller picture that the forum makes of it.

use std::io::Cursor;

use image::{ImageFormat, ImageReader};

/// The longer side of a thumbnail, in pixels (the vendor document's example shows 320).
const THUMBNAIL_PIXELS: u32 = 320;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Image,
    Video,
}

impl Kind {
    /// The form's `type` (vendor document: "public/image for images, public/video for videos").
    pub(super) fn of_type(text: &str) -> Option<Self> {
        match text {
            "public/image" => Some(Self::Image),
            "public/video" => Some(Self::Video),
            _ => None,
        }
    }

    /// The answer's `type` (vendor document: "1 for image, 2 for video").
    pub(super) fn number(self) -> u8 {
        match self {
            Self::Image => 1,
            Self::Video => 2,
        }
    }
}

/// Kind and media type by the first bytes; none for anything but pictures and videos.
pub(super) fn sniff(head: &[u8]) -> Option<(Kind, &'static str)> {
    let at = |offset: usize, magic: &[u8]| head.get(offset..).is_some_and(|rest| rest.starts_with(magic));
    Some(if at(0, b"\x89PNG\r\n\x1a\n") {
        (Kind::Image, "image/png")
    } else if at(0, b"\xff\xd8\xff") {
        (Kind::Image, "image/jpeg")
    } else if at(0, b"GIF87a") || at(0, b"GIF89a") {
        (Kind::Image, "image/gif")
    } else if at(0, b"RIFF") && at(8, b"WEBP") {
        (Kind::Image, "image/webp")
    } else if at(0, b"BM") && at(6, &[0; 4]) {
        (Kind::Image, "image/bmp")
    } else if at(0, b"RIFF") && at(8, b"AVI ") {
        (Kind::Video, "video/x-msvideo")
    } else if at(0, b"\x1a\x45\xdf\xa3") {
        (Kind::Video, "video/webm")
    } else if at(4, b"ftyp") {
        by_brand(head.get(8..12)?)
    } else {
        return None;
    })
}

/// The ISO base media container holds pictures too.
fn by_brand(brand: &[u8]) -> (Kind, &'static str) {
    match brand {
        b"avif" | b"avis" => (Kind::Image, "image/avif"),
        b"heic" | b"heix" | b"hevc" | b"hevx" | b"mif1" | b"msf1" => (Kind::Image, "image/heic"),
        b"qt  " => (Kind::Video, "video/quicktime"),
        _ => (Kind::Video, "video/mp4"),
    }
}

/// Width and height in pixels; none when they cannot be read.
pub(super) fn dimensions(head: &[u8]) -> Option<(u32, u32)> {
    ImageReader::new(Cursor::new(head)).with_guessed_format().ok()?.into_dimensions().ok()
}

/// A PNG of at most 320 pixels a side; none when the picture cannot be decoded.
pub(super) async fn thumbnail(picture: Vec<u8>) -> Option<Vec<u8>> {
    tokio::task::spawn_blocking(move || shrink(&picture)).await.ok().flatten()
}

fn shrink(picture: &[u8]) -> Option<Vec<u8>> {
    let decoded = ImageReader::new(Cursor::new(picture)).with_guessed_format().ok()?.decode().ok()?;
    let small = if decoded.width().max(decoded.height()) > THUMBNAIL_PIXELS {
        decoded.thumbnail(THUMBNAIL_PIXELS, THUMBNAIL_PIXELS)
    } else {
        decoded
    };
    let mut png = Cursor::new(Vec::new());
    small.write_to(&mut png, ImageFormat::Png).ok()?;
    Some(png.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;

    type Case<'a> = (&'a [u8], Option<(Kind, &'a str)>);

    #[test]
    fn files_are_known_by_their_first_bytes() {
        let cases: [Case<'_>; 12] = [
            (b"\x89PNG\r\n\x1a\n\0\0", Some((Kind::Image, "image/png"))),
            (b"\xff\xd8\xff\xe0", Some((Kind::Image, "image/jpeg"))),
            (b"GIF89a", Some((Kind::Image, "image/gif"))),
            (b"RIFF\0\0\0\0WEBPVP8 ", Some((Kind::Image, "image/webp"))),
            (b"BM\x10\0\0\0\0\0\0\0\x36", Some((Kind::Image, "image/bmp"))),
            (b"\0\0\0\x20ftypisom", Some((Kind::Video, "video/mp4"))),
            (b"\0\0\0\x14ftypqt  ", Some((Kind::Video, "video/quicktime"))),
            (b"\0\0\0\x18ftypheic", Some((Kind::Image, "image/heic"))),
            (b"\x1a\x45\xdf\xa3", Some((Kind::Video, "video/webm"))),
            (b"RIFF\0\0\0\0WAVE", None),
            (b"%PDF-1.7", None),
            (b"", None),
        ];
        for (head, expected) in cases {
            assert_eq!(sniff(head), expected, "{head:?}");
        }
    }

    #[test]
    fn a_thumbnail_keeps_the_shape() {
        let mut png = Cursor::new(Vec::new());
        image::DynamicImage::new_rgb8(1000, 500).write_to(&mut png, ImageFormat::Png).unwrap();
        let png = png.into_inner();
        assert_eq!(dimensions(&png), Some((1000, 500)));
        assert_eq!(dimensions(&shrink(&png).unwrap()), Some((320, 160)));
        assert_eq!(shrink(b"\x89PNG\r\n\x1a\n"), None);
        assert_eq!(dimensions(b"no picture"), None);
    }
}
