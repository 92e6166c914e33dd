//! The sample tables (8.6, 8.7): where the first key frames of an unfragmented film are.

use super::boxes::{Bytes, find, full_box};
use super::{KEY_FRAMES_MAX, Sample};

struct Tables<'a> {
    /// Runs of (first chunk, samples per chunk, description).
    chunk_runs: Bytes<'a>,
    chunks: Chunks<'a>,
    /// One size for all samples, or 0 and a table.
    size_of_all: u32,
    sizes: &'a [u8],
    sample_count: u32,
}

enum Chunks<'a> {
    Short(&'a [u8]),
    Long(&'a [u8]),
}

impl Chunks<'_> {
    /// A chunk's offset in the file; chunks are counted from 0 here.
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

/// The first key frames; none where the tables make no sense.
pub(super) fn key_frames(stbl: &[u8]) -> Vec<Sample> {
    let Some(tables) = tables(stbl) else { return Vec::new() };
    key_numbers(stbl).into_iter().map_while(|number| tables.locate(number)).collect()
}

/// Numbers of the first key frames, counted from 0. Without a table every frame is one (8.6.2), and
/// frames a moment apart show the same: then a few that lie further and further apart are taken.
fn key_numbers(stbl: &[u8]) -> Vec<u32> {
    let Some((_, _, mut table)) = find(stbl, "stss").and_then(full_box) else {
        return (0_u32..).take(KEY_FRAMES_MAX).map(|n| n * n * 10).collect();
    };
    let count = table.u32().unwrap_or(0) as usize;
    (0..count.min(KEY_FRAMES_MAX)).map_while(|_| table.u32()?.checked_sub(1)).collect()
}

fn tables(stbl: &[u8]) -> Option<Tables<'_>> {
    let (_, _, mut chunk_runs) = full_box(find(stbl, "stsc")?)?;
    chunk_runs.skip(4)?;
    let chunks = match (find(stbl, "stco"), find(stbl, "co64")) {
        (Some(table), _) => Chunks::Short(table.get(8..)?),
        (None, table) => Chunks::Long(table?.get(8..)?),
    };
    let (_, _, mut sizes) = full_box(find(stbl, "stsz")?)?;
    let (size_of_all, sample_count) = (sizes.u32()?, sizes.u32()?);
    Some(Tables { chunk_runs, chunks, size_of_all, sizes: sizes.0, sample_count })
}

impl Tables<'_> {
    fn size(&self, number: u64) -> Option<u64> {
        if number >= u64::from(self.sample_count) {
            return None;
        }
        if self.size_of_all != 0 {
            return Some(u64::from(self.size_of_all));
        }
        let at = usize::try_from(number).ok()?.checked_mul(4)?;
        Bytes(self.sizes.get(at..)?).u32().map(u64::from)
    }

    fn locate(&self, number: u32) -> Option<Sample> {
        let number = u64::from(number);
        let mut before = 0_u64;
        let mut runs = self.chunk_runs;
        let mut first = u64::from(runs.u32()?).checked_sub(1)?;
        loop {
            let per_chunk = u64::from(runs.u32()?);
            runs.skip(4)?;
            let next = runs.u32().map(u64::from);
            let end = next.map_or(Some(self.chunks.count()), |next| next.checked_sub(1))?;
            let in_run = end.checked_sub(first)?.checked_mul(per_chunk)?;
            if number - before < in_run {
                let chunk = first + (number - before) / per_chunk;
                let first_in_chunk = number - (number - before) % per_chunk;
                return self.within_chunk(chunk, first_in_chunk, number);
            }
            before += in_run;
            first = end;
            next?;
        }
    }

    fn within_chunk(&self, chunk: u64, first_sample: u64, number: u64) -> Option<Sample> {
        let skipped = if self.size_of_all == 0 {
            // Ends with the table of sizes, however many samples a chunk claims to have.
            (first_sample..number).try_fold(0_u64, |sum, sample| Some(sum + self.size(sample)?))?
        } else {
            (number - first_sample).checked_mul(u64::from(self.size_of_all))?
        };
        let offset = self.chunks.offset(chunk)?.checked_add(skipped)?;
        Some(Sample { offset, size: self.size(number)? })
    }
}
