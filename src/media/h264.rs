//! One key frame of H.264, decoded without its neighbours.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use image::{DynamicImage, RgbImage};
use openh264::decoder::Decoder;
use openh264::formats::YUVSource;

use super::mp4::Sample;

/// A key frame of 4K at a very high rate has some 3 MB.
const FRAME_MAX_BYTES: u64 = 16 << 20;
const START_CODE: [u8; 4] = [0, 0, 0, 1];

/// A decoded frame and its mean brightness: 16 is black, 235 white.
pub(super) struct Frame {
    pub picture: DynamicImage,
    pub brightness: u64,
}

/// The `avcC` record (ISO/IEC 14496-15, 5.3.3.1) as a decoder wants it.
pub(super) struct Config {
    /// How many bytes tell a unit's length.
    length_bytes: usize,
    /// The parameter sets, each after a start code.
    parameter_sets: Vec<u8>,
}

impl Config {
    pub(super) fn parse(avc_config: &[u8]) -> Option<Self> {
        let (head, mut rest) = avc_config.split_first_chunk::<6>()?;
        let length_bytes = usize::from(head[4] & 3) + 1;
        let mut parameter_sets = Vec::new();
        take_sets(&mut rest, head[5] & 0x1f, &mut parameter_sets)?;
        let (pictures, mut rest) = rest.split_first()?;
        take_sets(&mut rest, *pictures, &mut parameter_sets)?;
        Some(Self { length_bytes, parameter_sets })
    }

    /// Decodes the frame; `None` for what the decoder does not know (interlaced, 10 bit, broken).
    pub(super) fn decode(&self, file: &mut File, sample: Sample) -> Option<Frame> {
        if sample.size == 0 || sample.size > FRAME_MAX_BYTES {
            return None;
        }
        let mut bytes = Vec::new();
        file.seek(SeekFrom::Start(sample.offset)).ok()?;
        file.take(sample.size).read_to_end(&mut bytes).ok()?;
        let stream = self.annex_b(&bytes);
        let mut decoder = Decoder::new().ok()?;
        picture(&decoder.decode(&stream).ok()??)
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

fn picture(frame: &openh264::decoder::DecodedYUV<'_>) -> Option<Frame> {
    let (width, height) = frame.dimensions();
    let mut rgb = vec![0; width.checked_mul(height)?.checked_mul(3)?];
    if rgb.is_empty() {
        return None;
    }
    frame.write_rgb8(&mut rgb);
    let picture = RgbImage::from_raw(width.try_into().ok()?, height.try_into().ok()?, rgb)?;
    Some(Frame { picture: picture.into(), brightness: brightness(frame) })
}

/// The mean of every eighth pixel of every eighth row.
fn brightness(frame: &openh264::decoder::DecodedYUV<'_>) -> u64 {
    let (width, height) = frame.dimensions();
    let rows = frame.y().chunks(frame.strides().0.max(1)).take(height).step_by(8);
    let (sum, count) = rows
        .flat_map(|row| row.iter().take(width).step_by(8))
        .fold((0_u64, 0_u64), |(sum, count), &luma| (sum + u64::from(luma), count + 1));
    sum / count.max(1)
}
