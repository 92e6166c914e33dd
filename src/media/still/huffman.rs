//! Huffman codes of JPEG: ITU-T T.81, annex F.2.2.

use std::io::Read;

use super::feed::Feed;
use super::segments::Codes;

/// The coded data of a scan, bit by bit (T.81, F.2.2.5). After its end come zeros.
#[derive(Debug)]
pub(super) struct Bits<'f, R> {
    feed: &'f mut Feed<R>,
    /// The next bits, the first one highest.
    word: u64,
    /// How many of them count.
    count: u32,
    /// Those of them that were made up.
    padding: u32,
    /// The marker that ended the data.
    marker: Option<u8>,
}

/// How many bits there are at least after [`Bits::need`].
const NEEDED_BITS: u32 = 32;

impl<'f, R: Read> Bits<'f, R> {
    pub(super) fn new(feed: &'f mut Feed<R>) -> Self {
        Self { feed, word: 0, count: 0, padding: 0, marker: None }
    }

    /// Makes sure of 32 bits.
    #[inline]
    fn need(&mut self) {
        if self.count < NEEDED_BITS {
            self.refill();
        }
    }

    fn refill(&mut self) {
        if self.marker.is_none()
            && let Some(word) = self.feed.peek_word()
            && !has_ff(word)
        {
            let bytes = (63 - self.count) / 8;
            self.word |= word >> self.count;
            self.feed.advance(bytes as usize);
            self.count += 8 * bytes;
            return;
        }
        while self.count <= 56 {
            if let Some(byte) = self.coded_byte() {
                self.word |= u64::from(byte) << (56 - self.count);
            } else {
                // What a whole word brought beyond the counted bits is no data.
                self.word &= !(u64::MAX >> self.count);
                self.padding += 8;
            }
            self.count += 8;
        }
    }

    /// A byte of data: 0xff is followed by a zero that is none (T.81, B.1.1.5).
    fn coded_byte(&mut self) -> Option<u8> {
        if self.marker.is_some() {
            return None;
        }
        let byte = self.feed.byte()?;
        if byte != 0xff {
            return Some(byte);
        }
        loop {
            match self.feed.byte()? {
                0 => return Some(0xff),
                0xff => {}
                marker => {
                    self.marker = Some(marker);
                    return None;
                }
            }
        }
    }

    #[inline]
    fn peek(&self, bits: u32) -> usize {
        usize::try_from(self.word >> (64 - bits)).unwrap_or(0)
    }

    #[inline]
    fn consume(&mut self, bits: u32) {
        self.word <<= bits;
        self.count = self.count.saturating_sub(bits);
    }

    /// More bits were taken than there were.
    pub(super) fn is_starved(&self) -> bool {
        self.padding > self.count
    }

    /// Goes on behind the restart marker of this number (T.81, F.2.1.3.1); none where it is not there.
    pub(super) fn restart(&mut self, number: u8) -> Option<()> {
        while self.marker.is_none() {
            if self.feed.byte()? == 0xff {
                self.marker = Some(self.feed.byte()?).filter(|code| !matches!(code, 0 | 0xff));
            }
        }
        if self.marker != Some(0xd0 + number % 8) {
            return None;
        }
        (self.word, self.count, self.padding, self.marker) = (0, 0, 0, None);
        Some(())
    }

    /// A number of so many bits, at most 15, in the form of T.81, F.2.2.1.
    fn number(&mut self, bits: u8) -> i32 {
        if bits == 0 {
            return 0;
        }
        let bits = u32::from(bits);
        let raw = i32::try_from(self.peek(bits)).unwrap_or(0);
        self.consume(bits);
        if raw < 1 << (bits - 1) { raw - (1 << bits) + 1 } else { raw }
    }
}

/// Whether one of eight bytes is 0xff.
fn has_ff(word: u64) -> bool {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    (!word).wrapping_sub(ONES) & word & HIGH != 0
}

/// Bits that are looked up at once.
const LOOKED_UP: u32 = 11;

/// A table for decoding.
#[derive(Debug)]
pub(super) struct Table {
    /// By the next [`LOOKED_UP`] bits: the symbol, and in the higher byte the code's length; 0 for longer codes.
    quick: Vec<u16>,
    /// The greatest code of each length and what to add to a code for its symbol's place (T.81, F.2.2.3).
    longer: [(i32, i32); 17],
    symbols: Vec<u8>,
}

impl Table {
    /// None where the codes do not fit their lengths.
    pub(super) fn new(codes: &Codes) -> Option<Self> {
        let mut quick = vec![0_u16; 1 << LOOKED_UP];
        let mut longer = [(-1, 0); 17];
        let (mut code, mut place) = (0_i32, 0_i32);
        for ((bits, count), limits) in (1_u32..).zip(codes.counts).zip(longer.iter_mut().skip(1)) {
            let count = i32::from(count);
            if code + count > 1 << bits {
                return None;
            }
            if bits <= LOOKED_UP {
                let symbols = codes.symbols.iter().skip(usize::try_from(place).ok()?);
                let span = 1_usize << (LOOKED_UP - bits);
                let begin = usize::try_from(code).ok()? * span;
                let entries = quick.get_mut(begin..)?.chunks_exact_mut(span);
                for (entries, symbol) in entries.zip(symbols).take(usize::try_from(count).ok()?) {
                    entries.fill(u16::try_from(bits).ok()? << 8 | u16::from(*symbol));
                }
            }
            if count > 0 {
                *limits = (code + count - 1, place - code);
            }
            code = (code + count) << 1;
            place += count;
        }
        Some(Self { quick, longer, symbols: codes.symbols.clone() })
    }

    /// The next symbol; none where no code is like this. Wants 16 bits.
    #[inline]
    fn symbol<R: Read>(&self, bits: &mut Bits<'_, R>) -> Option<u8> {
        let [length, symbol] = self.quick.get(bits.peek(LOOKED_UP))?.to_be_bytes();
        if length > 0 {
            bits.consume(u32::from(length));
            return Some(symbol);
        }
        self.longer_symbol(bits)
    }

    #[cold]
    fn longer_symbol<R: Read>(&self, bits: &mut Bits<'_, R>) -> Option<u8> {
        for length in LOOKED_UP + 1..=16 {
            let (greatest, place) = self.longer.get(length as usize)?;
            let code = i32::try_from(bits.peek(length)).ok()?;
            if code <= *greatest {
                bits.consume(length);
                return self.symbols.get(usize::try_from(code + place).ok()?).copied();
            }
        }
        None
    }

    /// The difference between a block's first coefficient and the one before (T.81, F.2.2.1).
    #[inline]
    pub(super) fn difference<R: Read>(&self, bits: &mut Bits<'_, R>) -> Option<i32> {
        bits.need();
        let size = self.symbol(bits).filter(|size| *size <= 15)?;
        Some(bits.number(size))
    }
}

/// Passes over the other 63 coefficients of a block, several of them at once.
#[derive(Debug)]
pub(super) struct Passing {
    table: Table,
    /// By the next [`LOOKED_UP`] bits: how many bits whole coefficients take, how many places these are, and whether
    /// the block ends with them.
    steps: Vec<Step>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Step {
    bits: u8,
    places: u8,
    is_end: bool,
}

/// A block's coefficients.
const PLACES: u8 = 64;

impl Passing {
    pub(super) fn new(codes: &Codes) -> Option<Self> {
        let table = Table::new(codes)?;
        let steps = (0..1_usize << LOOKED_UP).map(|bits| step(&table.quick, bits)).collect();
        Some(Self { table, steps })
    }

    /// None where no code is like this, or coefficients come after the last (T.81, F.2.2.2).
    #[inline]
    pub(super) fn pass<R: Read>(&self, bits: &mut Bits<'_, R>) -> Option<()> {
        let mut place = 1;
        while place < PLACES {
            bits.need();
            let step = self.steps.get(bits.peek(LOOKED_UP))?;
            let after = place + step.places;
            // The codes at a block's end may be followed by those of the next one.
            if step.bits == 0 || after > PLACES - u8::from(step.is_end) {
                place = self.pass_one(bits, place)?;
                continue;
            }
            bits.consume(u32::from(step.bits));
            if step.is_end {
                return Some(());
            }
            place = after;
        }
        Some(())
    }

    #[cold]
    fn pass_one<R: Read>(&self, bits: &mut Bits<'_, R>, place: u8) -> Option<u8> {
        let symbol = self.table.symbol(bits)?;
        let (run, size) = (symbol >> 4, symbol & 15);
        if size == 0 && run < 15 {
            return Some(PLACES);
        }
        bits.consume(u32::from(size));
        Some(place + run + 1).filter(|place| *place <= PLACES)
    }
}

/// As many whole codes as these bits have.
fn step(quick: &[u16], looked_up: usize) -> Step {
    let mut step = Step::default();
    while u32::from(step.bits) < LOOKED_UP {
        let rest = (looked_up << step.bits) & ((1 << LOOKED_UP) - 1);
        let [length, symbol] = quick.get(rest).copied().unwrap_or(0).to_be_bytes();
        let (run, size) = (symbol >> 4, symbol & 15);
        if length == 0 || u32::from(step.bits + length) > LOOKED_UP || step.places >= PLACES {
            break;
        }
        step.bits += length + size;
        if size == 0 && run < 15 {
            step.is_end = true;
            break;
        }
        step.places += run + 1;
    }
    step
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table for luminance of T.81, K.3.3.2, shortened: codes of 2 to 4 bits.
    fn codes() -> Codes {
        let mut counts = [0; 16];
        counts[1] = 2;
        counts[2] = 1;
        counts[3] = 4;
        Codes { counts, symbols: vec![0x01, 0x02, 0x03, 0x00, 0x04, 0x11, 0xf0] }
    }

    #[test]
    fn numbers_and_stuffed_bytes() {
        assert!(has_ff(0x00ff_0000_0000_0000) && has_ff(u64::MAX) && !has_ff(0xfefe_fefe_7f80_0100));
        // 00: one bit, 1 → 1; 01: two bits, 01 → -2; 100: three bits, 111 → 7; the rest ones, a stuffed byte.
        let data = [0b0010_1011, 0b0011_1111, 0xff, 0x00, 0xff, 0xd3, 0x20, 0x00];
        let mut feed = Feed::new(&data[..]);
        let mut bits = Bits::new(&mut feed);
        let table = Table::new(&codes()).unwrap();
        let read: Vec<i32> = (0..3).map(|_| table.difference(&mut bits).unwrap()).collect();
        assert_eq!(read, [1, -2, 7]);
        assert!(!bits.is_starved());
        assert_eq!(table.difference(&mut bits), None, "no code is all ones");
        assert_eq!(bits.restart(2), None);
        bits.restart(3).unwrap();
        assert_eq!(table.difference(&mut bits), Some(1));
    }

    #[test]
    fn blocks_are_passed_over_code_by_code_and_at_once() {
        let passing = Passing::new(&codes()).unwrap();
        // Three coefficients and an end, 63 coefficients without one, and the next block's bits are left.
        let end = "1010";
        let coefficient = "001";
        let text = format!("{}{end}{}1101", coefficient.repeat(3), coefficient.repeat(63));
        let text = format!("{text}{}", "0".repeat(8 - text.len() % 8));
        let data: Vec<u8> = text
            .as_bytes()
            .chunks(8)
            .map(|bits| u8::from_str_radix(std::str::from_utf8(bits).unwrap(), 2).unwrap())
            .collect();
        let mut feed = Feed::new(&data[..]);
        let mut bits = Bits::new(&mut feed);
        passing.pass(&mut bits).unwrap();
        passing.pass(&mut bits).unwrap();
        bits.need();
        assert_eq!(bits.peek(4), 0b1101);
        assert!(!bits.is_starved());
    }

    #[test]
    fn codes_that_do_not_fit_are_refused() {
        let mut wrong = codes();
        wrong.counts[0] = 3;
        assert!(Table::new(&wrong).is_none());
    }
}
