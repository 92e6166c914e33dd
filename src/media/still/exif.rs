//! What EXIF says of a picture's look: how it is to be turned, and the small copies that cameras keep beside it.

use image::metadata::Orientation;

/// Entries of a directory that are looked at; cameras write some dozens.
const ENTRIES_MAX: usize = 512;
const ORIENTATION: u16 = 0x0112;
const JPEG_OFFSET: u16 = 0x0201;
const JPEG_LENGTH: u16 = 0x0202;
/// The list of pictures (CIPA DC-007, 5.2.3).
const PICTURES: u16 = 0xb002;
/// The types of pictures that are smaller copies of the first one (CIPA DC-007, table 4).
const COPIES: [u32; 2] = [0x01_0001, 0x01_0002];

/// A TIFF structure (TIFF 6.0, section 2).
#[derive(Debug, Clone, Copy)]
struct Tiff<'b> {
    bytes: &'b [u8],
    is_little: bool,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    tag: u16,
    count: u32,
    /// Where its value, or the value's place, is written.
    at: usize,
    kind: u16,
}

impl<'b> Tiff<'b> {
    fn new(bytes: &'b [u8]) -> Option<Self> {
        match bytes.first_chunk()? {
            b"II*\0" => Some(Self { bytes, is_little: true }),
            b"MM\0*" => Some(Self { bytes, is_little: false }),
            _ => None,
        }
    }

    fn short(self, at: usize) -> Option<u16> {
        let bytes = *self.bytes.get(at..)?.first_chunk()?;
        Some(if self.is_little { u16::from_le_bytes(bytes) } else { u16::from_be_bytes(bytes) })
    }

    fn long(self, at: usize) -> Option<u32> {
        let bytes = *self.bytes.get(at..)?.first_chunk()?;
        Some(if self.is_little { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) })
    }

    /// The directory whose place is written here, and where the next one's is.
    fn directory(self, at: usize) -> Option<(Vec<Entry>, usize)> {
        let begin = usize::try_from(self.long(at)?).ok().filter(|begin| *begin >= 8)?;
        let count = usize::from(self.short(begin)?);
        let entry = |index: usize| {
            let at = begin + 2 + 12 * index;
            Some(Entry {
                tag: self.short(at)?,
                kind: self.short(at + 2)?,
                count: self.long(at + 4)?,
                at: at + 8,
            })
        };
        Some(((0..count.min(ENTRIES_MAX)).map_while(entry).collect(), begin + 2 + 12 * count))
    }

    /// An entry's single number (types SHORT and LONG).
    fn number(self, entries: &[Entry], tag: u16) -> Option<u32> {
        let entry = entries.iter().find(|entry| entry.tag == tag && entry.count == 1)?;
        match entry.kind {
            3 => self.short(entry.at).map(u32::from),
            4 => self.long(entry.at),
            _ => None,
        }
    }
}

/// How the picture is to be turned.
pub(super) fn orientation(exif: &[u8]) -> Option<Orientation> {
    let tiff = Tiff::new(exif)?;
    let (entries, _) = tiff.directory(4)?;
    let number = tiff.number(&entries, ORIENTATION)?;
    Orientation::from_exif(u8::try_from(number).ok()?)
}

/// The JPEG file of the small copy (EXIF 2.32, 4.5.4: it is in the second directory).
pub(super) fn thumbnail(exif: &[u8]) -> Option<&[u8]> {
    let tiff = Tiff::new(exif)?;
    let (_, next) = tiff.directory(4)?;
    let (entries, _) = tiff.directory(next)?;
    let begin = usize::try_from(tiff.number(&entries, JPEG_OFFSET)?).ok()?;
    let length = usize::try_from(tiff.number(&entries, JPEG_LENGTH)?).ok()?;
    exif.get(begin..)?.get(..length).filter(|jpeg| jpeg.starts_with(&[0xff, 0xd8]))
}

/// Where larger copies are in the file, from where the list counts, and their length in bytes (CIPA DC-007, 5.2.3.3).
pub(super) fn copies(list: &[u8]) -> Vec<(u64, u64)> {
    let copies = || {
        let tiff = Tiff::new(list)?;
        let (entries, _) = tiff.directory(4)?;
        let entry = entries.iter().find(|entry| entry.tag == PICTURES)?;
        let begin = usize::try_from(tiff.long(entry.at)?).ok()?;
        let count = usize::try_from(entry.count).ok()? / 16;
        let copy = |index: usize| {
            let at = begin + 16 * index;
            let kind = tiff.long(at)? & 0x00ff_ffff;
            Some((kind, u64::from(tiff.long(at + 8)?), u64::from(tiff.long(at + 4)?)))
        };
        let pictures = (0..count.min(16)).map_while(copy);
        Some(
            pictures.filter(|(kind, ..)| COPIES.contains(kind)).map(|(_, at, length)| (at, length)).collect(),
        )
    };
    copies().unwrap_or_default()
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
        assert_eq!(orientation(b"II*\0\xff\xff\xff\xff"), None);
    }
}
