//! One key frame of H.264, decoded without its neighbours.

mod frame;
mod sps;

use std::io::{Read, Seek, SeekFrom};

use openh264::decoder::Decoder;

use super::mp4::Sample;
pub(super) use frame::{Frame, Merit};
use sps::{Colors, Sps};

/// A key frame of 4K at a very high rate has some 3 MB.
const FRAME_MAX_BYTES: u64 = 16 << 20;
const START_CODE: [u8; 4] = [0, 0, 0, 1];

/// The `avcC` record (ISO/IEC 14496-15, 5.3.3.1) as a decoder wants it.
pub(super) struct Config {
    /// How many bytes tell a unit's length.
    length_bytes: usize,
    /// The parameter sets, each after a start code.
    parameter_sets: Vec<u8>,
    colors: Colors,
}

impl Config {
    /// `None` for a broken record, and for what the decoder does not know: 10 bits, other than 4:2:0, interlaced, or
    /// more pixels than level 5.2 has.
    pub(super) fn parse(avc_config: &[u8]) -> Option<Self> {
        let (head, mut rest) = avc_config.split_first_chunk::<6>()?;
        let length_bytes = usize::from(head[4] & 3) + 1;
        let mut parameter_sets = Vec::new();
        let first = rest;
        let sets = head[5] & 0x1f;
        take_sets(&mut rest, sets, &mut parameter_sets)?;
        let colors = if sets == 0 {
            // They come with the frames (`avc3`), and the decoder holds their limits.
            Colors { is_709: false, is_full: false }
        } else {
            let length = usize::from(u16::from_be_bytes(*first.first_chunk()?));
            Sps::parse(first.get(2..)?.get(..length)?).filter(|sps| sps.is_decodable)?.colors
        };
        let (pictures, mut rest) = rest.split_first()?;
        take_sets(&mut rest, *pictures, &mut parameter_sets)?;
        Some(Self { length_bytes, parameter_sets, colors })
    }

    /// Decodes the frame into the size that `sized` makes of its own; `None` for what is broken.
    pub(super) fn decode(
        &self,
        file: &mut (impl Read + Seek),
        sample: Sample,
        sized: impl FnOnce((u32, u32)) -> (u32, u32),
    ) -> Option<Frame> {
        if sample.size == 0 || sample.size > FRAME_MAX_BYTES {
            return None;
        }
        let mut bytes = Vec::new();
        file.seek(SeekFrom::Start(sample.offset)).ok()?;
        file.take(sample.size).read_to_end(&mut bytes).ok()?;
        let stream = self.annex_b(&bytes);
        let mut decoder = Decoder::new().ok()?;
        frame::scaled(&decoder.decode(&stream).ok()??, self.colors, sized)
    }

    /// Units with lengths before them become units with start codes before them (ISO/IEC 14496-10,
    /// Annex B).
    fn annex_b(&self, sample: &[u8]) -> Vec<u8> {
        let mut stream = self.parameter_sets.clone();
        let mut rest = sample;
        while let Some((length, after)) = rest.split_at_checked(self.length_bytes) {
            let length = length.iter().fold(0, |value, &byte| value << 8 | usize::from(byte));
            let Some((unit, after)) = after.split_at_checked(length) else { break };
            stream.extend(START_CODE);
            stream.extend(unit);
            rest = after;
        }
        stream
    }
}

fn take_sets(rest: &mut &[u8], count: u8, into: &mut Vec<u8>) -> Option<()> {
    for _ in 0..count {
        let (length, after) = rest.split_first_chunk::<2>()?;
        let (set, after) = after.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
        into.extend(START_CODE);
        into.extend(set);
        *rest = after;
    }
    Some(())
}
