//! Movie fragments (8.8): where the film ends and where its first frames are.

use super::boxes::{Bytes, children, find, full_box};
use super::{KEY_FRAMES_MAX, Sample};

/// What the fragments of one track add up to.
#[derive(Debug, Default)]
pub(super) struct Fragments {
    /// Where the last fragment ends, in the track's time units.
    pub end: u64,
    /// The first frame of each of the first fragments; fragments mostly begin with a key frame.
    pub key_frames: Vec<Sample>,
    default_duration: u32,
    default_size: u32,
}

/// Flags of `tfhd` (8.8.7.1) and of `trun` (8.8.8.1).
mod flag {
    pub(super) const BASE_OFFSET: u32 = 0x1;
    pub(super) const DESCRIPTION: u32 = 0x2;
    pub(super) const DEFAULT_DURATION: u32 = 0x8;
    pub(super) const DEFAULT_SIZE: u32 = 0x10;
    pub(super) const DATA_OFFSET: u32 = 0x1;
    pub(super) const FIRST_FLAGS: u32 = 0x4;
    pub(super) const DURATION: u32 = 0x100;
    pub(super) const SIZE: u32 = 0x200;
    pub(super) const FLAGS: u32 = 0x400;
    pub(super) const COMPOSITION: u32 = 0x800;
}

/// A track fragment's header with the defaults filled in.
struct Header {
    base_offset: u64,
    duration: u32,
    size: u32,
}

/// What one run of samples says.
struct Run {
    duration: u64,
    first: Option<Sample>,
}

impl Fragments {
    /// Takes the track's defaults from the index (8.8.3).
    pub(super) fn new(moov: &[u8], track_id: u32) -> Self {
        let defaults = || {
            let mvex = find(moov, "mvex")?;
            children(mvex).filter(|(kind, _)| kind == b"trex").find_map(|(_, trex)| {
                let (_, _, mut bytes) = full_box(trex)?;
                (bytes.u32()? == track_id).then_some(())?;
                bytes.skip(4)?;
                Some((bytes.u32()?, bytes.u32()?))
            })
        };
        let (default_duration, default_size) = defaults().unwrap_or_default();
        Self { default_duration, default_size, ..Self::default() }
    }

    /// Takes one fragment, whose box begins at `moof_offset`.
    pub(super) fn add(&mut self, moof: &[u8], moof_offset: u64, track_id: u32) {
        for (_, traf) in children(moof).filter(|(kind, _)| kind == b"traf") {
            let Some(header) = self.header(traf, moof_offset, track_id) else { continue };
            let mut end = start_time(traf).unwrap_or(self.end);
            for (_, trun) in children(traf).filter(|(kind, _)| kind == b"trun") {
                let Some(run) = run(trun, &header) else { continue };
                end = end.saturating_add(run.duration);
                if let Some(first) = run.first.filter(|_| self.key_frames.len() < KEY_FRAMES_MAX) {
                    self.key_frames.push(first);
                }
            }
            self.end = self.end.max(end);
        }
    }

    fn header(&self, traf: &[u8], moof_offset: u64, track_id: u32) -> Option<Header> {
        let (_, flags, mut bytes) = full_box(find(traf, "tfhd")?)?;
        (bytes.u32()? == track_id).then_some(())?;
        let base_offset = if flags & flag::BASE_OFFSET == 0 { moof_offset } else { bytes.u64()? };
        if flags & flag::DESCRIPTION != 0 {
            bytes.skip(4)?;
        }
        let duration =
            if flags & flag::DEFAULT_DURATION == 0 { self.default_duration } else { bytes.u32()? };
        let size = if flags & flag::DEFAULT_SIZE == 0 { self.default_size } else { bytes.u32()? };
        Some(Header { base_offset, duration, size })
    }
}

/// `tfdt` (8.8.12): when the fragment begins, in the track's time units.
fn start_time(traf: &[u8]) -> Option<u64> {
    let (version, _, mut bytes) = full_box(find(traf, "tfdt")?)?;
    if version == 1 { bytes.u64() } else { bytes.u32().map(u64::from) }
}

fn run(trun: &[u8], header: &Header) -> Option<Run> {
    let (_, flags, mut bytes) = full_box(trun)?;
    let count = bytes.u32()?;
    // Without an offset the run follows the one before it: its place is not looked for.
    let offset = if flags & flag::DATA_OFFSET == 0 { None } else { Some(bytes.u32()?.cast_signed()) };
    if flags & flag::FIRST_FLAGS != 0 {
        bytes.skip(4)?;
    }
    let has = |flag: u32| flags & flag != 0;
    let record_len = [flag::DURATION, flag::SIZE, flag::FLAGS, flag::COMPOSITION]
        .into_iter()
        .map(|flag| if has(flag) { 4 } else { 0 })
        .sum::<usize>();
    let mut first_record = bytes;
    if has(flag::DURATION) {
        first_record.skip(4);
    }
    let first_size = if has(flag::SIZE) { first_record.u32() } else { Some(header.size) };
    let duration = if has(flag::DURATION) {
        let records = bytes.0.chunks_exact(record_len).take(usize::try_from(count).ok()?);
        records.filter_map(|record| Bytes(record).u32()).map(u64::from).sum()
    } else {
        u64::from(count) * u64::from(header.duration)
    };
    let first = offset.zip(first_size.filter(|_| count > 0)).and_then(|(offset, size)| {
        let offset = header.base_offset.checked_add_signed(i64::from(offset))?;
        Some(Sample { offset, size: u64::from(size) })
    });
    Some(Run { duration, first })
}
