//! What EXIF says of a picture's look: how it is to be turned, and the small copies that cameras keep beside it.

use image::metadata::Orientation;

use crate::media::bytes::Bytes as _;
use crate::media::ifd::{Directory, Tiff};

/// Entries of a directory that are looked at; cameras write some dozens.
const ENTRIES_MAX: u64 = 512;
/// In front of all directories.
const HEAD_BYTES: u64 = 8;
const ORIENTATION: u16 = 0x0112;
const JPEG_OFFSET: u16 = 0x0201;
const JPEG_LENGTH: u16 = 0x0202;
/// The list of pictures (CIPA DC-007, 5.2.3).
const PICTURES: u16 = 0xb002;
const PICTURE_BYTES: usize = 16;
/// Pictures of a list that are looked at.
const PICTURES_MAX: u64 = 16;
/// The types of pictures that are smaller copies of the first one (CIPA DC-007, table 4).
const COPIES: [u64; 2] = [0x01_0001, 0x01_0002];

/// The plain TIFF that EXIF and the list of pictures are, and where its first directory is.
fn open<'a, 'b>(bytes: &'a mut &'b [u8]) -> Option<(Tiff<'a, &'b [u8]>, u64)> {
    Tiff::open(bytes, 0).ok().filter(|(tiff, _)| tiff.magic == 42)
}

/// As much of a directory as there is.
fn directory(tiff: &mut Tiff<'_, &[u8]>, at: u64) -> Option<Directory> {
    tiff.beginning(at, ENTRIES_MAX).ok().filter(|_| at >= HEAD_BYTES)
}

/// An entry's single number.
fn number(tiff: &mut Tiff<'_, &[u8]>, directory: &Directory, tag: u16) -> Option<u64> {
    let entry = directory.entries.iter().find(|entry| entry.tag == tag && entry.count == 1)?;
    tiff.single(entry)
}

/// How the picture is to be turned.
pub(super) fn orientation(mut exif: &[u8]) -> Option<Orientation> {
    let (mut tiff, first) = open(&mut exif)?;
    let directory = directory(&mut tiff, first)?;
    let number = number(&mut tiff, &directory, ORIENTATION)?;
    Orientation::from_exif(u8::try_from(number).ok()?)
}

/// The JPEG file of the small copy (EXIF 2.32, 4.5.4: it is in the second directory).
pub(super) fn thumbnail(exif: &[u8]) -> Option<&[u8]> {
    let mut bytes = exif;
    let (mut tiff, first) = open(&mut bytes)?;
    let next = directory(&mut tiff, first)?.next;
    let directory = directory(&mut tiff, next)?;
    let begin = usize::try_from(number(&mut tiff, &directory, JPEG_OFFSET)?).ok()?;
    let length = usize::try_from(number(&mut tiff, &directory, JPEG_LENGTH)?).ok()?;
    exif.get(begin..)?.get(..length).filter(|jpeg| jpeg.starts_with(&[0xff, 0xd8]))
}

/// Where larger copies are in the file, from where the list counts, and their length in bytes (CIPA DC-007, 5.2.3.3).
pub(super) fn copies(list: &[u8]) -> Vec<(u64, u64)> {
    pictures(list)
        .unwrap_or_default()
        .into_iter()
        .filter(|(kind, ..)| COPIES.contains(kind))
        .map(|(_, at, length)| (at, length))
        .collect()
}

/// The type, the place and the length of each picture of a list.
fn pictures(mut list: &[u8]) -> Option<Vec<(u64, u64, u64)>> {
    let (mut tiff, first) = open(&mut list)?;
    let directory = directory(&mut tiff, first)?;
    let entry = directory.entries.iter().find(|entry| entry.tag == PICTURES)?;
    let count = (entry.count / PICTURE_BYTES as u64).min(PICTURES_MAX);
    let pictures = tiff.bytes.most(entry.at, count * PICTURE_BYTES as u64).ok()?;
    let long = |picture: &[u8], at: usize| Some(tiff.number_of(picture.get(at..at + 4)?));
    let picture =
        |picture: &[u8]| Some((long(picture, 0)? & 0x00ff_ffff, long(picture, 8)?, long(picture, 4)?));
    Some(pictures.chunks(PICTURE_BYTES).map_while(picture).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exif(is_little: bool, thumbnail: &[u8]) -> Vec<u8> {
        let short = |n: u16| if is_little { n.to_le_bytes() } else { n.to_be_bytes() };
        let long = |n: u32| if is_little { n.to_le_bytes() } else { n.to_be_bytes() };
        let mut bytes = if is_little { b"II*\0".to_vec() } else { b"MM\0*".to_vec() };
        bytes.extend(long(8));
        bytes.extend([short(1), short(0x0112), short(3)].concat());
        bytes.extend(long(1));
        bytes.extend([short(6), short(0)].concat());
        bytes.extend(long(26));
        bytes.extend(short(2));
        for (tag, value) in [(0x0201, 56), (0x0202, u32::try_from(thumbnail.len()).unwrap())] {
            bytes.extend([short(tag), short(4)].concat());
            bytes.extend([long(1), long(value)].concat());
        }
        bytes.extend(long(0));
        assert_eq!(bytes.len(), 56);
        bytes.extend(thumbnail);
        bytes
    }

    #[test]
    fn both_byte_orders_are_read() {
        for is_little in [true, false] {
            let exif = exif(is_little, &[0xff, 0xd8, 1, 2]);
            assert_eq!(orientation(&exif), Some(Orientation::Rotate90));
            assert_eq!(thumbnail(&exif), Some(&[0xff, 0xd8, 1, 2][..]));
            for cut in 0..exif.len() {
                assert_eq!(thumbnail(&exif[..cut]), None, "{cut}");
            }
        }
        assert_eq!(thumbnail(&exif(true, b"no JPEG")), None);
    }

    #[test]
    fn of_a_directory_that_is_cut_off_the_entries_that_are_there_count() {
        for is_little in [true, false] {
            let exif = exif(is_little, &[0xff, 0xd8]);
            // The head, the count, and the entry up to its value's two bytes.
            for cut in 0..exif.len() {
                let turn = (cut >= 8 + 2 + 10).then_some(Orientation::Rotate90);
                assert_eq!(orientation(&exif[..cut]), turn, "{cut}");
            }
            let mut promising = exif[..22].to_vec();
            promising[if is_little { 9 } else { 8 }] = 0xff;
            assert_eq!(orientation(&promising), Some(Orientation::Rotate90));
        }
        assert_eq!(orientation(b"II*\0\xff\xff\xff\xff"), None);
    }
}
