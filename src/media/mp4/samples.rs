//! The sample tables (8.6, 8.7): where the key frames of an unfragmented film are, and when they are shown.
//!
//! Every table is gone through once, forwards, however the numbers in it are: what is asked for has to ascend.

use super::boxes::{Bytes, find, full_box};
use super::keys::{Keys, Sample};

/// Of a film that has key frames only, so many are looked at.
const OF_ALL_FRAMES: u32 = 4096;

/// The key frames; none where the tables make no sense.
pub(super) fn key_frames(stbl: &[u8]) -> Keys {
    let mut keys = Keys::default();
    let Some(mut walk) = Walk::new(stbl) else { return keys };
    let mut push = |number| {
        let (time, sample) = walk.to(number)?;
        keys.push(time, sample);
        Some(())
    };
    if let Some((_, _, mut table)) = find(stbl, "stss").and_then(full_box) {
        let count = table.u32().unwrap_or(0);
        let numbers = (0..count).map_while(|_| table.u32()?.checked_sub(1));
        numbers.map_while(|number| push(u64::from(number))).count();
    } else {
        // Without a table every frame is one (8.6.2).
        let step = (sample_count(stbl) / OF_ALL_FRAMES).max(1);
        (0..OF_ALL_FRAMES).map_while(|n| push(u64::from(n) * u64::from(step))).count();
    }
    keys
}

fn sample_count(stbl: &[u8]) -> u32 {
    let count = || {
        let (_, _, mut sizes) = full_box(find(stbl, "stsz")?)?;
        sizes.skip(4)?;
        sizes.u32()
    };
    count().unwrap_or(0)
}

/// A walk through all tables at once.
struct Walk<'a> {
    durations: Runs<'a>,
    /// What is added to the time of decoding, as `i32` (8.6.1.3).
    offsets: Runs<'a>,
    places: Places<'a>,
    /// The frame that the walk has come to, and when it is decoded.
    number: u64,
    decoded_at: i64,
}

impl<'a> Walk<'a> {
    fn new(stbl: &'a [u8]) -> Option<Self> {
        let (durations, offsets) = (Runs::new(stbl, "stts"), Runs::new(stbl, "ctts"));
        Some(Self { durations, offsets, places: Places::new(stbl)?, number: 0, decoded_at: 0 })
    }

    /// When a frame is shown, and where it is; `None` for one that is not there or was passed by.
    fn to(&mut self, number: u64) -> Option<(i64, Sample)> {
        let ahead = number.checked_sub(self.number)?;
        let sample = self.places.locate(number)?;
        self.number = number;
        let passed = i64::try_from(self.durations.skip(ahead)).unwrap_or(i64::MAX);
        self.decoded_at = self.decoded_at.saturating_add(passed);
        self.offsets.skip(ahead);
        let later = self.offsets.current().map_or(0, u32::cast_signed);
        Some((self.decoded_at.saturating_add(i64::from(later)), sample))
    }
}

/// A table of (count, value).
struct Runs<'a> {
    rest: Bytes<'a>,
    left: u64,
    value: u32,
}

impl<'a> Runs<'a> {
    fn new(stbl: &'a [u8], kind: &str) -> Self {
        let rest = find(stbl, kind).and_then(|table| table.get(8..)).unwrap_or_default();
        Self { rest: Bytes(rest), left: 0, value: 0 }
    }

    fn current(&mut self) -> Option<u32> {
        while self.left == 0 {
            self.left = u64::from(self.rest.u32()?);
            self.value = self.rest.u32()?;
        }
        Some(self.value)
    }

    /// Goes `count` on, and adds up what it passes.
    fn skip(&mut self, mut count: u64) -> u64 {
        let mut sum = 0_u64;
        while count > 0 {
            let Some(value) = self.current() else { break };
            let step = count.min(self.left);
            self.left -= step;
            count -= step;
            sum = sum.saturating_add(step.saturating_mul(u64::from(value)));
        }
        sum
    }
}

/// Where frames are in the file.
struct Places<'a> {
    /// Rows of (first chunk, frames a chunk, description).
    runs: Bytes<'a>,
    run: Run,
    chunks: Chunks<'a>,
    /// One size for all frames, or 0 and a table.
    size_of_all: u32,
    sizes: &'a [u8],
    sample_count: u32,
    /// The frame that was located last, its chunk, and how many bytes stand before it there.
    last: (u64, u64, u64),
}

/// Chunks that hold the same number of frames; frames and chunks are counted from 0.
struct Run {
    first_chunk: u64,
    end_chunk: u64,
    per_chunk: u64,
    first_sample: u64,
}

enum Chunks<'a> {
    Short(&'a [u8]),
    Long(&'a [u8]),
}

impl Chunks<'_> {
    fn offset(&self, chunk: u64) -> Option<u64> {
        let chunk = usize::try_from(chunk).ok()?;
        match self {
            Self::Short(table) => Bytes(table.get(chunk.checked_mul(4)?..)?).u32().map(u64::from),
            Self::Long(table) => Bytes(table.get(chunk.checked_mul(8)?..)?).u64(),
        }
    }

    fn count(&self) -> u64 {
        let count = match self {
            Self::Short(table) => table.len() / 4,
            Self::Long(table) => table.len() / 8,
        };
        count as u64
    }
}

impl<'a> Places<'a> {
    fn new(stbl: &'a [u8]) -> Option<Self> {
        let runs = Bytes(find(stbl, "stsc")?.get(8..)?);
        let chunks = match (find(stbl, "stco"), find(stbl, "co64")) {
            (Some(table), _) => Chunks::Short(table.get(8..)?),
            (None, table) => Chunks::Long(table?.get(8..)?),
        };
        let (_, _, mut sizes) = full_box(find(stbl, "stsz")?)?;
        let (size_of_all, sample_count) = (sizes.u32()?, sizes.u32()?);
        let run = Run { first_chunk: 0, end_chunk: 0, per_chunk: 0, first_sample: 0 };
        Some(Self { runs, run, chunks, size_of_all, sizes: sizes.0, sample_count, last: (0, u64::MAX, 0) })
    }

    fn locate(&mut self, number: u64) -> Option<Sample> {
        if number >= u64::from(self.sample_count) {
            return None;
        }
        while number >= self.run.end_sample()? {
            self.next_run()?;
        }
        let nth = number.checked_sub(self.run.first_sample)?;
        let chunk = self.run.first_chunk + nth.checked_div(self.run.per_chunk)?;
        let first_in_chunk = number - nth.checked_rem(self.run.per_chunk)?;
        let before = self.bytes_before(number, chunk, first_in_chunk)?;
        self.last = (number, chunk, before);
        Some(Sample { offset: self.chunks.offset(chunk)?.checked_add(before)?, size: self.size(number)? })
    }

    fn next_run(&mut self) -> Option<()> {
        let first_sample = self.run.end_sample()?;
        let first_chunk = u64::from(self.runs.u32()?).checked_sub(1)?;
        let per_chunk = u64::from(self.runs.u32()?);
        self.runs.skip(4)?;
        let mut next = self.runs;
        let end_chunk = match next.u32() {
            Some(next) => u64::from(next).checked_sub(1)?,
            None => self.chunks.count(),
        };
        if end_chunk < first_chunk || first_chunk < self.run.end_chunk {
            return None;
        }
        self.run = Run { first_chunk, end_chunk, per_chunk, first_sample };
        Some(())
    }

    /// Goes on from the frame that was located last, where that is in the same chunk.
    fn bytes_before(&self, number: u64, chunk: u64, first_in_chunk: u64) -> Option<u64> {
        if self.size_of_all != 0 {
            return (number - first_in_chunk).checked_mul(u64::from(self.size_of_all));
        }
        let (last, last_chunk, before) = self.last;
        let (from, before) = if last_chunk == chunk { (last, before) } else { (first_in_chunk, 0) };
        (from..number).try_fold(before, |sum, number| sum.checked_add(self.size(number)?))
    }

    fn size(&self, number: u64) -> Option<u64> {
        if self.size_of_all != 0 {
            return Some(u64::from(self.size_of_all));
        }
        let at = usize::try_from(number).ok()?.checked_mul(4)?;
        Bytes(self.sizes.get(at..)?).u32().map(u64::from)
    }
}

impl Run {
    fn end_sample(&self) -> Option<u64> {
        self.end_chunk
            .checked_sub(self.first_chunk)?
            .checked_mul(self.per_chunk)?
            .checked_add(self.first_sample)
    }
}
