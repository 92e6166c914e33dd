//! What metadata says: EXIF, XMP and IPTC.

use std::collections::HashSet;

use crate::media::bytes::Bytes;
use crate::media::ifd::{Entry, Tiff};

/// Directories that are looked through.
const DIRECTORIES_MAX: usize = 200;
/// A value that is a text.
const TEXT_MAX_BYTES: u64 = 4096;

/// What was read of a file.
#[derive(Debug, Clone, PartialEq, Default)]
pub(in crate::media) struct Told {
    pub(in crate::media) place: Option<(f64, f64)>,
    pub(in crate::media) has_location: bool,
    pub(super) maker: Option<String>,
    pub(super) model: Option<String>,
    pub(super) taken: Option<String>,
    pub(super) author: Option<String>,
    /// How the picture is to be turned, 1 to 8 (EXIF 2.32, tag 0x0112).
    pub(super) orientation: Option<u16>,
    /// Bytes of metadata, also of what stays.
    pub(in crate::media) bytes: u64,
}

impl Told {
    /// Maker and model; a model that names its maker stands alone.
    pub(super) fn camera(&self) -> Option<String> {
        match (&self.maker, &self.model) {
            (Some(maker), Some(model)) if !model.to_lowercase().starts_with(&maker.to_lowercase()) => {
                Some(format!("{maker} {model}"))
            }
            (maker, model) => model.clone().or_else(|| maker.clone()),
        }
    }

    /// That it is not upright.
    pub(in crate::media) fn turn(&self) -> Option<u16> {
        self.orientation.filter(|orientation| (2..=8).contains(orientation))
    }

    /// EXIF: a TIFF of its own. What cannot be read of it is left out.
    pub(super) fn exif(&mut self, bytes: &[u8]) {
        let mut bytes = bytes;
        if let Ok((mut tiff, first)) = Tiff::open(&mut bytes, 0) {
            self.directories(&mut tiff, first);
        }
    }

    /// A TIFF whose first directory is one of a place.
    pub(super) fn gps_alone(&mut self, bytes: &[u8]) {
        let mut bytes = bytes;
        if let Ok((mut tiff, first)) = Tiff::open(&mut bytes, 0)
            && let Ok(directory) = tiff.directory(first)
        {
            self.gps(&mut tiff, &directory.entries);
        }
    }

    /// `+48.8584+002.2945/`: degrees north and east (ISO 6709, annex H).
    pub(super) fn iso6709(&mut self, bytes: &[u8]) {
        let text = String::from_utf8_lossy(bytes);
        let signs: Vec<usize> = text.match_indices(['+', '-']).map(|(at, _)| at).collect();
        if let [first, second, ..] = signs[..] {
            let end = text.get(second + 1..).and_then(|rest| rest.find(['+', '-', '/']));
            let end = end.map_or(text.len(), |end| second + 1 + end);
            let number = |part: Option<&str>| part.and_then(|part| part.parse::<f64>().ok());
            self.place = number(text.get(first..second)).zip(number(text.get(second..end)));
        }
    }

    /// Every directory that can be reached from this one.
    pub(super) fn directories<B: Bytes>(&mut self, tiff: &mut Tiff<'_, B>, first: u64) {
        let mut seen = HashSet::new();
        let mut left = vec![(first, false)];
        while let Some((at, is_gps)) = left.pop() {
            if at == 0 || seen.len() > DIRECTORIES_MAX || !seen.insert(at) {
                continue;
            }
            let Ok(directory) = tiff.directory(at) else { continue };
            if is_gps {
                self.gps(tiff, &directory.entries);
                continue;
            }
            left.push((directory.next, false));
            for entry in &directory.entries {
                if entry.is_pointer() {
                    let offsets = tiff.numbers(entry).unwrap_or_default();
                    left.extend(offsets.into_iter().map(|at| (at, entry.tag == 0x8825)));
                } else {
                    self.entry(tiff, entry);
                }
            }
        }
    }

    fn entry<B: Bytes>(&mut self, tiff: &mut Tiff<'_, B>, entry: &Entry) {
        let place = match entry.tag {
            0x010f => &mut self.maker,
            0x0110 => &mut self.model,
            0x013b | 0xa430 => &mut self.author,
            0x0132 | 0x9003 => {
                let text = text(tiff, entry).filter(|text| text.chars().any(|c| c.is_ascii_digit()));
                // When it was taken tells more than when the file was written.
                if entry.tag == 0x9003 || self.taken.is_none() {
                    self.taken = text.or_else(|| self.taken.take());
                }
                return;
            }
            0x0112 => {
                let number = tiff.numbers(entry).ok().and_then(|numbers| numbers.first().copied());
                self.orientation = self.orientation.or(number.and_then(|number| u16::try_from(number).ok()));
                return;
            }
            0x02bc => {
                let xmp = tiff.bytes(entry).unwrap_or_default();
                return self.xmp(&xmp);
            }
            0x83bb | 0x8649 => {
                let iptc = tiff.bytes(entry).unwrap_or_default();
                return self.iptc(&iptc);
            }
            _ => return,
        };
        if place.is_none() {
            *place = text(tiff, entry);
        }
    }

    /// EXIF 2.32, section 4.6.6.
    fn gps<B: Bytes>(&mut self, tiff: &mut Tiff<'_, B>, entries: &[Entry]) {
        // The version alone is no place.
        self.has_location |= entries.iter().any(|entry| entry.tag != 0);
        let mut degrees = |of: u16, reference: u16, negative: char| {
            let value = entries.iter().find(|entry| entry.tag == of)?;
            let side = entries.iter().find(|entry| entry.tag == reference);
            let side = side.and_then(|entry| text(tiff, entry)).unwrap_or_default();
            let [degrees, minutes, seconds] = tiff.rationals(value).ok()?.try_into().ok()?;
            let all = degrees + minutes / 60.0 + seconds / 3600.0;
            let all = if side.starts_with(negative) { -all } else { all };
            all.is_finite().then_some(all)
        };
        let place = degrees(2, 1, 'S').zip(degrees(4, 3, 'W'));
        self.place = self.place.or(place.filter(|(north, east)| north.abs() <= 90.0 && east.abs() <= 180.0));
    }

    /// The words of the schemes `exif`, `photoshop` and `Iptc4xmp` that say a place.
    /// <https://developer.adobe.com/xmp/docs/XMPNamespaces/>
    pub(super) fn xmp(&mut self, xmp: &[u8]) {
        const PLACES: [&[u8]; 9] = [
            b"GPSLatitude",
            b"GPSLongitude",
            b"photoshop:City",
            b"photoshop:State",
            b"photoshop:Country",
            b"Iptc4xmpCore:Location",
            b"Iptc4xmpExt:LocationCreated",
            b"Iptc4xmpExt:LocationShown",
            b"Location>",
        ];
        self.has_location |= PLACES.iter().any(|word| contains(xmp, word));
        let text = String::from_utf8_lossy(xmp);
        let north = xmp_degrees(&text, "exif:GPSLatitude");
        self.place = self.place.or(north.zip(xmp_degrees(&text, "exif:GPSLongitude")));
    }

    /// IIM datasets of record 2, also inside Photoshop's resources.
    /// <https://www.iptc.org/std/IIM/4.2/specification/IIMV4.2.pdf>
    pub(super) fn iptc(&mut self, bytes: &[u8]) {
        let mut at = 0;
        while let Some([0x1c, record, dataset, high, low]) = bytes.get(at..at + 5) {
            let len = usize::from(u16::from_be_bytes([*high, *low]));
            let Some(value) = bytes.get(at + 5..at + 5 + len) else { return };
            match (record, dataset) {
                // Content location, city, sublocation, state, country.
                (2, 26 | 27 | 90 | 92 | 95 | 100 | 101) => self.has_location = true,
                (2, 80) if self.author.is_none() => self.author = clean(value),
                _ => {}
            }
            at += 5 + len;
        }
    }

    /// Photoshop's resources: the one with IPTC.
    pub(super) fn photoshop(&mut self, bytes: &[u8]) {
        // Its begin is looked for, because the resources before it have names of any length.
        let head = b"8BIM\x04\x04";
        if let Some(at) = bytes.windows(head.len()).position(|word| word == head) {
            let first = bytes.get(at..).unwrap_or_default().windows(2).position(|word| word == [0x1c, 2]);
            // The character set of record 1 may come first.
            let early = bytes.get(at..).unwrap_or_default().windows(2).position(|word| word == [0x1c, 1]);
            if let Some(first) = first.into_iter().chain(early).min() {
                self.iptc(bytes.get(at + first..).unwrap_or_default());
            }
        }
    }
}

pub(super) fn contains(bytes: &[u8], word: &[u8]) -> bool {
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|byte| Some(byte) == word.first()) {
        rest = rest.get(at..).unwrap_or_default();
        if rest.starts_with(word) {
            return true;
        }
        rest = rest.get(1..).unwrap_or_default();
    }
    false
}

fn text<B: Bytes>(tiff: &mut Tiff<'_, B>, entry: &Entry) -> Option<String> {
    if entry.len > TEXT_MAX_BYTES {
        return None;
    }
    clean(&tiff.bytes(entry).ok()?)
}

/// Up to the first zero, without what would not be seen.
fn clean(bytes: &[u8]) -> Option<String> {
    let bytes = bytes.split(|byte| *byte == 0).next().unwrap_or_default();
    let text: String = String::from_utf8_lossy(bytes).chars().filter(|c| !c.is_control()).collect();
    let text = text.trim().to_owned();
    (!text.is_empty()).then_some(text)
}

/// `51,30.1234N` or `51,30,7N`, as an attribute or an element of its own.
fn xmp_degrees(xmp: &str, name: &str) -> Option<f64> {
    let rest = xmp.split_once(name)?.1;
    let rest = rest.trim_start_matches(['=', '"', '\'', '>', ' ']);
    let value = rest.split(['"', '\'', '<']).next()?;
    let side = value.chars().last()?;
    let mut parts = value.strip_suffix(side)?.split(',').map(|part| part.trim().parse::<f64>());
    let (degrees, minutes) = (parts.next()?.ok()?, parts.next()?.ok()?);
    let seconds = parts.next().and_then(Result::ok).unwrap_or(0.0);
    let all = degrees + minutes / 60.0 + seconds / 3600.0;
    match side {
        'N' | 'E' => Some(all),
        'S' | 'W' => Some(-all),
        _ => None,
    }
}

/// The smallest TIFF that says how a picture is to be turned.
pub(super) fn turned_tiff(orientation: u16) -> Vec<u8> {
    let mut tiff = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01".to_vec();
    tiff.extend(orientation.to_be_bytes());
    tiff.extend([0; 6]);
    tiff
}

/// Is this EXIF one that [`turned_tiff`] made?
pub(super) fn is_turned_tiff(bytes: &[u8]) -> bool {
    (2..=8).any(|orientation| bytes == turned_tiff(orientation))
}
