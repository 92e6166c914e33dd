//! A sequence parameter set (ISO/IEC 14496-10, 7.3.2.1.1 and annex E): what has to be known before a frame is decoded,
//! and what its colours mean.

/// What the decoder takes: 4:2:0 in 8 bits, whole frames, of at most this many macroblocks (level 5.2).
const MACROBLOCKS_MAX: u64 = 36_864;
/// Zeros before a number of variable length; more would not fit 32 bits.
const ZEROS_MAX: u32 = 31;

/// What its colours mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Colors {
    /// BT.709 rather than BT.601.
    pub is_709: bool,
    /// 0 to 255 rather than 16 to 235.
    pub is_full: bool,
}

/// What a parameter set says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sps {
    /// The decoder knows this profile and size.
    pub is_decodable: bool,
    pub colors: Colors,
}

/// Bits of a unit, without the bytes that keep start codes out of it (7.4.1).
struct Bits {
    bytes: Vec<u8>,
    at: usize,
}

impl Bits {
    fn of(unit: &[u8]) -> Self {
        let mut bytes = Vec::with_capacity(unit.len());
        let mut zeros = 0;
        for &byte in unit {
            if zeros >= 2 && byte == 3 {
                zeros = 0;
                continue;
            }
            zeros = if byte == 0 { zeros + 1 } else { 0 };
            bytes.push(byte);
        }
        Self { bytes, at: 0 }
    }

    fn bit(&mut self) -> Option<u32> {
        let byte = *self.bytes.get(self.at / 8)?;
        let bit = byte >> (7 - self.at % 8) & 1;
        self.at += 1;
        Some(u32::from(bit))
    }

    fn flag(&mut self) -> Option<bool> {
        self.bit().map(|bit| bit == 1)
    }

    fn bits(&mut self, count: u32) -> Option<u32> {
        (0..count).try_fold(0, |value, _| Some(value << 1 | self.bit()?))
    }

    /// `ue(v)` (9.1).
    fn number(&mut self) -> Option<u32> {
        let mut zeros = 0;
        while !self.flag()? {
            zeros += 1;
            if zeros > ZEROS_MAX {
                return None;
            }
        }
        Some((1 << zeros) - 1 + self.bits(zeros)?)
    }

    /// `se(v)` (9.1.1).
    fn signed(&mut self) -> Option<i64> {
        let number = i64::from(self.number()?);
        Some(if number % 2 == 0 { -(number / 2) } else { number / 2 + 1 })
    }
}

impl Sps {
    /// Reads a unit that begins with its header's byte.
    pub(super) fn parse(unit: &[u8]) -> Option<Self> {
        /// Profiles that say how their samples are kept.
        const WITH_FORMAT: [u32; 13] = [100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135];
        let mut bits = Bits::of(unit.get(1..)?);
        let profile = bits.bits(8)?;
        bits.bits(16)?;
        bits.number()?;
        let is_plain = if WITH_FORMAT.contains(&profile) { format(&mut bits)? } else { true };
        bits.number()?;
        order_counts(&mut bits)?;
        bits.number()?;
        bits.bit()?;
        let (across, down) = (u64::from(bits.number()?) + 1, u64::from(bits.number()?) + 1);
        let is_progressive = bits.flag()?;
        if !is_progressive {
            bits.bit()?;
        }
        bits.bit()?;
        if bits.flag()? {
            for _ in 0..4 {
                bits.number()?;
            }
        }
        let macroblocks = across.checked_mul(down)?;
        // What is not said is taken for what players take it for: HD is BT.709.
        let guess = Colors { is_709: down * 16 >= 720, is_full: false };
        let colors = if bits.flag()? { usability(&mut bits, guess) } else { guess };
        Some(Self { is_decodable: is_plain && is_progressive && macroblocks <= MACROBLOCKS_MAX, colors })
    }
}

/// Is it 4:2:0 in 8 bits?
fn format(bits: &mut Bits) -> Option<bool> {
    let chroma = bits.number()?;
    if chroma == 3 {
        bits.bit()?;
    }
    let (luma_bits, chroma_bits) = (bits.number()?, bits.number()?);
    bits.bit()?;
    if bits.flag()? {
        for nth in 0..if chroma == 3 { 12 } else { 8 } {
            if bits.flag()? {
                skip_scaling_list(bits, if nth < 6 { 16 } else { 64 })?;
            }
        }
    }
    Some(chroma == 1 && luma_bits == 0 && chroma_bits == 0)
}

/// 7.3.2.1.1.1.
fn skip_scaling_list(bits: &mut Bits, size: u32) -> Option<()> {
    let (mut last, mut next) = (8_i64, 8_i64);
    for _ in 0..size {
        if next != 0 {
            next = (last + bits.signed()?).rem_euclid(256);
        }
        if next != 0 {
            last = next;
        }
    }
    Some(())
}

fn order_counts(bits: &mut Bits) -> Option<()> {
    match bits.number()? {
        0 => {
            bits.number()?;
        }
        1 => {
            bits.bit()?;
            bits.signed()?;
            bits.signed()?;
            for _ in 0..bits.number()?.min(255) {
                bits.signed()?;
            }
        }
        _ => {}
    }
    Some(())
}

/// The beginning of the usability information (E.1.1); what is cut off leaves the guess.
fn usability(bits: &mut Bits, guess: Colors) -> Colors {
    /// Matrices (table E-5): BT.709 and BT.601 in its two spellings.
    const BT_709: u32 = 1;
    const BT_601: [u32; 3] = [4, 5, 6];
    /// An aspect ratio that is written out.
    const EXTENDED: u32 = 255;
    let mut read = || {
        if bits.flag()? && bits.bits(8)? == EXTENDED {
            bits.bits(32)?;
        }
        if bits.flag()? {
            bits.bit()?;
        }
        if !bits.flag()? {
            return None;
        }
        bits.bits(3)?;
        let is_full = bits.flag()?;
        let matrix = if bits.flag()? { bits.bits(24)? & 0xff } else { 2 };
        let is_709 = matrix == BT_709 || !BT_601.contains(&matrix) && guess.is_709;
        Some(Colors { is_709, is_full })
    };
    read().unwrap_or(guess)
}
