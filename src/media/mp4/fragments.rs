//! Movie fragments (8.8): where the film ends, where its key frames are and when they are shown.

use super::boxes::{Bytes, children, find, full_box};
use super::keys::{Keys, Sample};

/// What the fragments of one track add up to.
#[derive(Debug, Default)]
pub(super) struct Fragments {
    /// Where the last fragment ends, in the track's time units.
    pub end: u64,
    pub keys: Keys,
    defaults: Defaults,
}

/// What holds for every frame of which nothing else is said.
#[derive(Debug, Default, Clone, Copy)]
struct Defaults {
    duration: u32,
    size: u32,
    flags: u32,
}

/// Flags of `tfhd` (8.8.7.1), of `trun` (8.8.8.1) and of a frame (8.8.3.1).
mod flag {
    pub(super) const BASE_OFFSET: u32 = 0x1;
    pub(super) const DESCRIPTION: u32 = 0x2;
    pub(super) const DEFAULT_DURATION: u32 = 0x8;
    pub(super) const DEFAULT_SIZE: u32 = 0x10;
    pub(super) const DEFAULT_FLAGS: u32 = 0x20;
    pub(super) const DATA_OFFSET: u32 = 0x1;
    pub(super) const FIRST_FLAGS: u32 = 0x4;
    pub(super) const DURATION: u32 = 0x100;
    pub(super) const SIZE: u32 = 0x200;
    pub(super) const FLAGS: u32 = 0x400;
    pub(super) const COMPOSITION: u32 = 0x800;
    pub(super) const IS_NO_KEY_FRAME: u32 = 0x1_0000;
}

/// Where a run of frames stands in time and in the file, and what holds for it.
struct Place {
    defaults: Defaults,
    base_offset: u64,
    time: u64,
    /// Where the next run's bytes are, where it does not say so itself.
    offset: u64,
}

/// One frame as a run tells it.
struct Told {
    duration: u32,
    size: u32,
    /// None where only the defaults tell.
    flags: Option<u32>,
    later: i32,
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
                Some(Defaults { duration: bytes.u32()?, size: bytes.u32()?, flags: bytes.u32()? })
            })
        };
        Self { defaults: defaults().unwrap_or_default(), ..Self::default() }
    }

    /// Takes one fragment, whose box begins at `moof_offset`.
    pub(super) fn add(&mut self, moof: &[u8], moof_offset: u64, track_id: u32) {
        for (_, traf) in children(moof).filter(|(kind, _)| kind == b"traf") {
            let Some(mut place) = self.place(traf, moof_offset, track_id) else { continue };
            for (_, trun) in children(traf).filter(|(kind, _)| kind == b"trun") {
                if run(trun, &mut place, &mut self.keys).is_none() {
                    break;
                }
            }
            self.end = self.end.max(place.time);
        }
    }

    fn place(&self, traf: &[u8], moof_offset: u64, track_id: u32) -> Option<Place> {
        let (_, flags, mut bytes) = full_box(find(traf, "tfhd")?)?;
        (bytes.u32()? == track_id).then_some(())?;
        let base_offset = if flags & flag::BASE_OFFSET == 0 { moof_offset } else { bytes.u64()? };
        if flags & flag::DESCRIPTION != 0 {
            bytes.skip(4)?;
        }
        let mut told = |flag, default| if flags & flag == 0 { Some(default) } else { bytes.u32() };
        let defaults = Defaults {
            duration: told(flag::DEFAULT_DURATION, self.defaults.duration)?,
            size: told(flag::DEFAULT_SIZE, self.defaults.size)?,
            flags: told(flag::DEFAULT_FLAGS, self.defaults.flags)?,
        };
        let time = start_time(traf).unwrap_or(self.end);
        Some(Place { defaults, base_offset, time, offset: base_offset })
    }
}

/// `tfdt` (8.8.12): when the fragment begins, in the track's time units.
fn start_time(traf: &[u8]) -> Option<u64> {
    let (version, _, mut bytes) = full_box(find(traf, "tfdt")?)?;
    if version == 1 { bytes.u64() } else { bytes.u32().map(u64::from) }
}

fn run(trun: &[u8], place: &mut Place, keys: &mut Keys) -> Option<()> {
    let (_, flags, mut bytes) = full_box(trun)?;
    let count = bytes.u32()?;
    if flags & flag::DATA_OFFSET != 0 {
        place.offset = place.base_offset.checked_add_signed(i64::from(bytes.u32()?.cast_signed()))?;
    }
    let first_flags = if flags & flag::FIRST_FLAGS == 0 { None } else { Some(bytes.u32()?) };
    let in_records = flag::DURATION | flag::SIZE | flag::FLAGS | flag::COMPOSITION;
    if flags & in_records == 0 {
        return all_alike(count, first_flags, place, keys);
    }
    // No run is longer than its records, whatever it claims.
    for nth in 0..count {
        let Some(mut told) = record(&mut bytes, flags, place.defaults) else { break };
        if nth == 0 {
            told.flags = first_flags.or(told.flags);
        }
        // Where nothing but the defaults tells, the first of a run is one if any is.
        let is_key = match told.flags {
            Some(flags) => flags & flag::IS_NO_KEY_FRAME == 0,
            None => nth == 0 && place.defaults.flags & flag::IS_NO_KEY_FRAME == 0,
        };
        if is_key {
            let time = i64::try_from(place.time).unwrap_or(i64::MAX).saturating_add(i64::from(told.later));
            keys.push(time, Sample { offset: place.offset, size: u64::from(told.size) });
        }
        place.time = place.time.saturating_add(u64::from(told.duration));
        place.offset = place.offset.saturating_add(u64::from(told.size));
    }
    Some(())
}

/// A run without records: the defaults hold for every frame.
fn all_alike(count: u32, first_flags: Option<u32>, place: &mut Place, keys: &mut Keys) -> Option<()> {
    let Defaults { duration, size, flags } = place.defaults;
    if count > 0 && first_flags.unwrap_or(flags) & flag::IS_NO_KEY_FRAME == 0 {
        let time = i64::try_from(place.time).unwrap_or(i64::MAX);
        keys.push(time, Sample { offset: place.offset, size: u64::from(size) });
    }
    place.time = place.time.saturating_add(u64::from(count) * u64::from(duration));
    place.offset = place.offset.checked_add(u64::from(count) * u64::from(size))?;
    Some(())
}

fn record(bytes: &mut Bytes<'_>, flags: u32, defaults: Defaults) -> Option<Told> {
    let mut told = |flag| if flags & flag == 0 { Some(None) } else { bytes.u32().map(Some) };
    Some(Told {
        duration: told(flag::DURATION)?.unwrap_or(defaults.duration),
        size: told(flag::SIZE)?.unwrap_or(defaults.size),
        flags: told(flag::FLAGS)?,
        later: told(flag::COMPOSITION)?.map_or(0, u32::cast_signed),
    })
}
