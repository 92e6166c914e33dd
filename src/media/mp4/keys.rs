//! Key frames and when they are shown.

/// Remembered at most; of more, every second one is forgotten, and again.
const KEYS_MAX: usize = 4096;

/// Where one frame's bytes are in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::media) struct Sample {
    pub offset: u64,
    pub size: u64,
}

/// A frame that can be decoded without its neighbours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::media) struct KeyFrame {
    /// From the film's begin.
    pub at_ms: u64,
    pub sample: Sample,
}

/// Key frames in the order of the file, spread over all of them where they are very many.
#[derive(Debug, Default)]
pub(super) struct Keys {
    /// With the times in the track's units.
    kept: Vec<(i64, Sample)>,
    seen: u64,
    /// One of so many is kept; a power of two.
    step_bits: u32,
}

impl Keys {
    pub(super) fn push(&mut self, time: i64, sample: Sample) {
        let nth = self.seen;
        self.seen += 1;
        if !self.keeps(nth) {
            return;
        }
        if self.kept.len() >= KEYS_MAX {
            let mut is_odd = true;
            self.kept.retain(|_| {
                is_odd = !is_odd;
                !is_odd
            });
            self.step_bits += 1;
            if !self.keeps(nth) {
                return;
            }
        }
        self.kept.push((time, sample));
    }

    fn keeps(&self, nth: u64) -> bool {
        nth.trailing_zeros() >= self.step_bits
    }

    pub(super) fn extend(&mut self, other: Self) {
        for (time, sample) in other.kept {
            self.push(time, sample);
        }
    }

    /// By time, which begins `shift` of the track's units before 0; none where the track has no clock.
    pub(super) fn timed(&self, shift: i64, timescale: u32) -> Vec<KeyFrame> {
        if timescale == 0 {
            return Vec::new();
        }
        let at_ms = |time: i64| {
            let units = u128::try_from(i128::from(time) + i128::from(shift)).unwrap_or(0);
            u64::try_from(units * 1000 / u128::from(timescale)).unwrap_or(u64::MAX)
        };
        let mut timed: Vec<KeyFrame> =
            self.kept.iter().map(|&(time, sample)| KeyFrame { at_ms: at_ms(time), sample }).collect();
        timed.sort_by_key(|key| key.at_ms);
        timed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn very_many_key_frames_are_thinned_out_evenly() {
        let mut keys = Keys::default();
        for n in 0..1_000_000_u32 {
            keys.push(i64::from(n), Sample { offset: 0, size: 1 });
        }
        let timed = keys.timed(0, 1000);
        assert!(timed.len() > KEYS_MAX / 2 && timed.len() <= KEYS_MAX, "{}", timed.len());
        let gaps: Vec<u64> = timed.windows(2).map(|pair| pair[1].at_ms - pair[0].at_ms).collect();
        assert!(gaps.iter().all(|gap| *gap == gaps[0]), "{:?}", &gaps[..8]);
        assert!(timed[timed.len() - 1].at_ms > 999_000);
    }

    #[test]
    fn no_time_is_before_the_begin_and_none_overflows() {
        let mut keys = Keys::default();
        for time in [-5, 0, i64::MAX] {
            keys.push(time, Sample { offset: 0, size: 1 });
        }
        let times: Vec<u64> = keys.timed(i64::MAX, 1).iter().map(|key| key.at_ms).collect();
        assert_eq!(times[2], u64::MAX);
        assert_eq!(keys.timed(-1, 1)[0].at_ms, 0);
        assert_eq!(keys.timed(0, 0), []);
    }
}
