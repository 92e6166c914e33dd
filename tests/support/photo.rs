//! A photo that says where it was taken, made byte by byte.
#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    dead_code,
    unreachable_pub,
    reason = "tests may panic; every test file uses another part"
)]

use std::path::Path;

use image::codecs::jpeg::JpegEncoder;
use image::{Rgb, RgbImage};

/// 48° 51′ 30.24″ north, 2° 17′ 40.2″ east, on its side.
pub fn exif() -> Vec<u8> {
    let mut exif = b"Exif\0\0MM\0*\0\0\0\x08".to_vec();
    // The first directory: how it is turned, and where the place is told.
    exif.extend(b"\0\x02\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\x88\x25\0\x04\0\0\0\x01\0\0\0\x26\0\0\0\0");
    // The place: at 38; its two values at 92 and 116.
    exif.extend(b"\0\x04\0\x01\0\x02\0\0\0\x02N\0\0\0\0\x02\0\x05\0\0\0\x03\0\0\0\x5c");
    exif.extend(b"\0\x03\0\x02\0\0\0\x02E\0\0\0\0\x04\0\x05\0\0\0\x03\0\0\0\x74\0\0\0\0");
    for (number, of) in [(48_u32, 1_u32), (51, 1), (3024, 100), (2, 1), (17, 1), (402, 10)] {
        exif.extend(number.to_be_bytes());
        exif.extend(of.to_be_bytes());
    }
    exif
}

/// The bytes of a JPEG, 64 × 48 pixels as they lie, with this in an APP1 segment.
pub fn jpeg_with(exif: &[u8]) -> Vec<u8> {
    let level = |n: u32| u8::try_from(n % 256).unwrap();
    let picture = RgbImage::from_fn(64, 48, |x, y| Rgb([level(x * 4), level(y * 5), level(x * y)]));
    let mut plain = Vec::new();
    JpegEncoder::new_with_quality(&mut plain, 90).encode_image(&picture).unwrap();
    if exif.is_empty() {
        return plain;
    }
    let mut jpeg = vec![0xff, 0xd8, 0xff, 0xe1];
    jpeg.extend(u16::try_from(exif.len() + 2).unwrap().to_be_bytes());
    jpeg.extend(exif);
    jpeg.extend(plain.get(2..).unwrap());
    jpeg
}

pub fn write(path: &Path, bytes: &[u8]) {
    std::fs::File::create(path).and_then(|mut file| std::io::Write::write_all(&mut file, bytes)).unwrap();
}
