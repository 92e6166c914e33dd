//! The segments of a JPEG before and between its scans: ITU-T T.81, annex B.

use std::io::Read;

use super::colour::PROFILE_MAX_BYTES;
use super::feed::Feed;
use crate::media::icc;

/// A header that is longer is taken for broken: thumbnails, colour profiles and what programs keep are in it.
const HEADER_MAX_BYTES: u64 = 32 << 20;

/// How the coefficients are coded (T.81, table B.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
    /// SOF0 and SOF1: all of a block at once, Huffman.
    Sequential,
    /// SOF2: in several scans, Huffman.
    Progressive,
    /// Arithmetic, lossless, hierarchical.
    Other,
}

/// A colour channel (T.81, B.2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Component {
    pub id: u8,
    /// Sampling factors, 1 to 4.
    pub across: u8,
    pub down: u8,
    /// Its quantization table.
    pub table: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Frame {
    pub coding: Coding,
    /// Bits of a sample.
    pub precision: u8,
    pub width: u32,
    pub height: u32,
    pub components: Vec<Component>,
}

impl Frame {
    /// The greatest sampling factors.
    pub(super) fn sampling(&self) -> (u8, u8) {
        let most = |of: fn(&Component) -> u8| self.components.iter().map(of).max().unwrap_or(1).max(1);
        (most(|component| component.across), most(|component| component.down))
    }

    /// What all coefficients take in memory, in bytes: two each.
    pub(super) fn coefficient_bytes(&self) -> u64 {
        let (across, down) = self.sampling();
        let units = |side: u32, most: u8| u64::from(side).div_ceil(8 * u64::from(most));
        let units = units(self.width, across) * units(self.height, down);
        let blocks = |component: &Component| u64::from(component.across) * u64::from(component.down);
        units * self.components.iter().map(blocks).sum::<u64>() * 128
    }
}

/// A Huffman table as it is written (T.81, B.2.4.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Codes {
    /// How many codes there are of 1, 2, … 16 bits.
    pub counts: [u8; 16],
    pub symbols: Vec<u8>,
}

/// A component in a scan, and its tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Part {
    /// Its place among the frame's components.
    pub component: usize,
    pub dc: usize,
    pub ac: usize,
}

/// T.81, B.2.3.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Scan {
    pub parts: Vec<Part>,
    /// The first and last coefficient in it (Ss, Se).
    pub band: (u8, u8),
    /// The bits that were there before, and those still missing (Ah, Al).
    pub approximation: (u8, u8),
}

/// All that was said so far.
#[derive(Debug, Default)]
pub(super) struct Head {
    pub frame: Option<Frame>,
    /// What the first coefficient of a block is multiplied by, of each table.
    pub dc_factors: [u16; 4],
    pub dc_codes: [Option<Codes>; 4],
    pub ac_codes: [Option<Codes>; 4],
    /// In minimum coded units; 0 for none.
    pub restart_interval: u32,
    /// The TIFF structure of the first EXIF segment.
    pub exif: Option<Vec<u8>>,
    /// The index of further pictures (CIPA DC-007), and where in the file it counts from.
    pub pictures: Option<(u64, Vec<u8>)>,
    profile: Vec<(u8, Vec<u8>)>,
    /// The colour transform of an Adobe segment.
    pub adobe: Option<u8>,
    pub has_jfif: bool,
}

impl Head {
    /// Reads up to the coded data of the next scan, over the data of the one before.
    pub(super) fn next_scan(&mut self, feed: &mut Feed<impl Read>) -> Option<Scan> {
        loop {
            let marker = marker(feed)?;
            match marker {
                // SOI stands alone; EOI ends it.
                0xd8 => continue,
                0xd9 => return None,
                _ => {}
            }
            let at = feed.position() + 2;
            let length = usize::from(feed.short()?.checked_sub(2)?);
            if self.frame.is_none() && at > HEADER_MAX_BYTES {
                return None;
            }
            let is_read = matches!(marker, 0xc0..=0xcf | 0xda | 0xdb | 0xdd | 0xe0..=0xe2 | 0xee);
            if !is_read {
                feed.skip(length)?;
                continue;
            }
            let segment = feed.bytes(length)?;
            if marker == 0xda {
                return self.scan(&segment);
            }
            self.take(marker, &segment, at)?;
        }
    }

    fn take(&mut self, marker: u8, segment: &[u8], at: u64) -> Option<()> {
        match marker {
            0xc4 => return self.huffman(segment),
            0xc0..=0xcf if marker != 0xc8 && marker != 0xcc => {
                // A second frame is a hierarchical picture's.
                if self.frame.is_some() {
                    return None;
                }
                self.frame = Some(frame(marker, segment)?);
            }
            0xdb => return self.quantization(segment),
            0xdd => self.restart_interval = u32::from(short(segment, 0)?),
            0xe0 => self.has_jfif |= segment.starts_with(b"JFIF\0"),
            0xe1 if self.exif.is_none() => {
                self.exif = segment.strip_prefix(b"Exif\0\0").map(<[u8]>::to_vec);
            }
            0xe2 => self.second_application(segment, at),
            0xee if segment.starts_with(b"Adobe") => self.adobe = segment.get(11).copied(),
            _ => {}
        }
        Some(())
    }

    /// Colour profiles and further pictures share a marker.
    fn second_application(&mut self, segment: &[u8], at: u64) {
        if let Some((number, part)) = icc::part(segment) {
            let kept: usize = self.profile.iter().map(|(_, part)| part.len()).sum();
            if kept + part.len() <= PROFILE_MAX_BYTES {
                self.profile.push((number, part.to_vec()));
            }
        } else if let Some(index) = segment.strip_prefix(b"MPF\0")
            && self.pictures.is_none()
        {
            self.pictures = Some((at + 4, index.to_vec()));
        }
    }

    /// The colour profile, put together.
    pub(super) fn profile(&mut self) -> Option<Vec<u8>> {
        icc::whole(std::mem::take(&mut self.profile))
    }

    /// T.81, B.2.4.1.
    fn quantization(&mut self, mut segment: &[u8]) -> Option<()> {
        while let Some((&kind, rest)) = segment.split_first() {
            let is_wide = kind >> 4 != 0;
            let first = if is_wide { short(rest, 0)? } else { u16::from(*rest.first()?) };
            *self.dc_factors.get_mut(usize::from(kind & 15))? = first;
            segment = rest.get(if is_wide { 128 } else { 64 }..)?;
        }
        Some(())
    }

    fn huffman(&mut self, mut segment: &[u8]) -> Option<()> {
        while let Some((&kind, rest)) = segment.split_first() {
            let counts = *rest.first_chunk::<16>()?;
            let symbols: usize = counts.iter().map(|count| usize::from(*count)).sum();
            let codes = Codes { counts, symbols: rest.get(16..16 + symbols)?.to_vec() };
            let tables = if kind >> 4 == 0 { &mut self.dc_codes } else { &mut self.ac_codes };
            *tables.get_mut(usize::from(kind & 15))? = Some(codes);
            segment = rest.get(16 + symbols..)?;
        }
        Some(())
    }

    fn scan(&self, segment: &[u8]) -> Option<Scan> {
        let frame = self.frame.as_ref()?;
        let (&count, rest) = segment.split_first()?;
        let (parts, rest) = rest.split_at_checked(2 * usize::from(count))?;
        let parts = parts.as_chunks::<2>().0.iter().map(|[id, tables]| {
            let component = frame.components.iter().position(|component| component.id == *id)?;
            Some(Part { component, dc: usize::from(tables >> 4), ac: usize::from(tables & 15) })
        });
        let &[first, last, approximation] = rest.first_chunk::<3>()?;
        let approximation = (approximation >> 4, approximation & 15);
        Some(Scan { parts: parts.collect::<Option<_>>()?, band: (first, last), approximation })
    }
}

fn short(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|bytes| u16::from_be_bytes(*bytes))
}

fn frame(marker: u8, segment: &[u8]) -> Option<Frame> {
    let coding = match marker {
        0xc0 | 0xc1 => Coding::Sequential,
        0xc2 => Coding::Progressive,
        _ => Coding::Other,
    };
    let components = segment.get(6..)?.as_chunks::<3>().0.iter().take(usize::from(*segment.get(5)?));
    let components: Vec<Component> = components
        .map(|[id, sampling, table]| Component {
            id: *id,
            across: sampling >> 4,
            down: sampling & 15,
            table: usize::from(*table),
        })
        .collect();
    let is_sampled = |factor: u8| (1..=4).contains(&factor);
    let is_valid = !components.is_empty()
        && components.iter().all(|component| is_sampled(component.across) && is_sampled(component.down));
    is_valid.then_some(Frame {
        coding,
        precision: *segment.first()?,
        width: u32::from(short(segment, 3)?),
        height: u32::from(short(segment, 1)?),
        components,
    })
}

/// The next marker, over whatever lies before it: padding, coded data, restarts.
fn marker(feed: &mut Feed<impl Read>) -> Option<u8> {
    loop {
        while feed.byte()? != 0xff {}
        let mut code = feed.byte()?;
        while code == 0xff {
            code = feed.byte()?;
        }
        if !matches!(code, 0 | 1 | 0xd0..=0xd7) {
            return Some(code);
        }
    }
}
