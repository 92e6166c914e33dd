//! Sizes, speeds and times in words, and the meter that speed and time left are read from.

use std::collections::VecDeque;

const UNITS: [&str; 6] = ["kB", "MB", "GB", "TB", "PB", "EB"];

/// A size in the units people read: `999 B`, `1.5 MB` (decimal, as file managers show it).
#[must_use]
pub fn human_bytes(bytes: u64) -> String {
    if bytes < 1000 {
        return format!("{bytes} B");
    }
    let mut unit_bytes = 1000_u128;
    let mut shown = String::new();
    for unit in UNITS {
        let tenths = (u128::from(bytes) * 10 + unit_bytes / 2) / unit_bytes;
        shown = format!("{}.{} {unit}", tenths / 10, tenths % 10);
        // Decided after rounding, or 999,950 bytes would be shown as "1000.0 kB".
        if tenths < 10_000 {
            break;
        }
        unit_bytes *= 1000;
    }
    shown
}

/// A time span in words: `12 s`, `3 min 05 s`, `1 h 02 min`, `2 d 03 h`.
#[must_use]
pub fn human_duration(secs: u64) -> String {
    const DAY: u64 = 24 * 3600;
    match secs {
        0..60 => format!("{secs} s"),
        60..3600 => format!("{} min {:02} s", secs / 60, secs % 60),
        3600..DAY => format!("{} h {:02} min", secs / 3600, secs % 3600 / 60),
        _ if secs % DAY < 3600 => format!("{} d", secs / DAY),
        _ => format!("{} d {:02} h", secs / DAY, secs % DAY / 3600),
    }
}

/// Speed is the mean of this many milliseconds: long enough to be calm, short enough to follow.
const WINDOW_MS: u64 = 4000;
/// Below this span a mean says more about buffers than about the line.
const SPAN_MIN_MS: u64 = 500;
/// Samples closer together than this are merged, so that the window holds few of them.
const MERGE_MS: u64 = 100;

/// Speed and time left of one transfer or of a batch. Pure: its owner brings the time.
///
/// Feed it at a steady pace, also while nothing moves: a stall is seen only by being fed.
#[derive(Debug, Clone)]
pub struct Meter {
    total_bytes: u64,
    /// Pairs of (milliseconds, bytes sent), oldest first.
    samples: VecDeque<(u64, u64)>,
}

impl Meter {
    /// A meter for a transfer of this many bytes.
    #[must_use]
    pub fn new(total_bytes: u64) -> Self {
        Self { total_bytes, samples: VecDeque::new() }
    }

    /// Takes the bytes sent so far at a time of any steady clock, in milliseconds.
    ///
    /// Fewer bytes than before (a retry began anew) or an earlier time start the measurement again.
    pub fn record(&mut self, at_ms: u64, sent_bytes: u64) {
        if self.samples.back().is_some_and(|&(ms, bytes)| at_ms < ms || sent_bytes < bytes) {
            self.samples.clear();
        }
        let before_last = self.samples.len().checked_sub(2).and_then(|index| self.samples.get(index));
        if before_last.is_some_and(|&(ms, _)| at_ms - ms < MERGE_MS) {
            self.samples.pop_back();
        }
        self.samples.push_back((at_ms, sent_bytes));
        // One sample older than the window stays, so that the window is always spanned whole.
        while self.samples.get(1).is_some_and(|&(ms, _)| at_ms - ms >= WINDOW_MS) {
            self.samples.pop_front();
        }
    }

    /// The bytes of the whole transfer.
    #[must_use]
    pub fn total_bytes(&self) -> u64 {
        self.total_bytes
    }

    /// The bytes sent, as they were recorded last.
    #[must_use]
    pub fn sent_bytes(&self) -> u64 {
        self.samples.back().map_or(0, |&(_, bytes)| bytes)
    }

    /// Bytes per second over the last seconds; 0 while nothing moves; `None` until it can be told.
    #[must_use]
    pub fn bytes_per_sec(&self) -> Option<u64> {
        let &(first_ms, first_bytes) = self.samples.front()?;
        let &(last_ms, last_bytes) = self.samples.back()?;
        let span_ms = last_ms - first_ms;
        if span_ms < SPAN_MIN_MS {
            return None;
        }
        let per_sec = u128::from(last_bytes - first_bytes) * 1000 / u128::from(span_ms);
        Some(u64::try_from(per_sec).unwrap_or(u64::MAX))
    }

    /// Whole seconds left, rounded up; `None` while nothing moves or the speed cannot be told.
    #[must_use]
    pub fn secs_left(&self) -> Option<u64> {
        let left_bytes = self.total_bytes.saturating_sub(self.sent_bytes());
        if left_bytes == 0 {
            return Some(0);
        }
        self.bytes_per_sec().filter(|&speed| speed > 0).map(|speed| left_bytes.div_ceil(speed))
    }

    /// From 0.0 to 1.0; a transfer of 0 bytes is whole from the beginning.
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        reason = "a progress bar has fewer steps than a float"
    )]
    pub fn fraction(&self) -> f32 {
        if self.total_bytes == 0 {
            return 1.0;
        }
        (self.sent_bytes() as f64 / self.total_bytes as f64).min(1.0) as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_decimal_with_one_place() {
        for (bytes, shown) in [
            (0, "0 B"),
            (1, "1 B"),
            (999, "999 B"),
            (1000, "1.0 kB"),
            (1049, "1.0 kB"),
            (1050, "1.1 kB"),
            (999_949, "999.9 kB"),
            (999_950, "1.0 MB"),
            (1_500_000, "1.5 MB"),
            (2_000_000, "2.0 MB"),
            (999_999_999, "1.0 GB"),
            (4_294_967_296, "4.3 GB"),
            (u64::MAX, "18.4 EB"),
        ] {
            assert_eq!(human_bytes(bytes), shown, "{bytes}");
        }
    }

    #[test]
    fn durations_name_two_units_at_most() {
        for (secs, shown) in [
            (0, "0 s"),
            (12, "12 s"),
            (59, "59 s"),
            (60, "1 min 00 s"),
            (185, "3 min 05 s"),
            (3599, "59 min 59 s"),
            (3600, "1 h 00 min"),
            (3720, "1 h 02 min"),
            (86_399, "23 h 59 min"),
            (183_600, "2 d 03 h"),
        ] {
            assert_eq!(human_duration(secs), shown, "{secs}");
        }
    }

    /// Feeds ten times a second from `from_ms` for `secs` seconds; gives the bytes reached.
    fn feed(meter: &mut Meter, from_ms: u64, secs: u64, (start, per_sec): (u64, u64)) -> u64 {
        let mut sent = start;
        for tick in 1..=secs * 10 {
            sent = start + per_sec * tick / 10;
            meter.record(from_ms + tick * 100, sent);
        }
        sent
    }

    #[test]
    fn a_steady_line_gives_its_speed_and_the_time_left() {
        let mut meter = Meter::new(100_000);
        meter.record(0, 0);
        assert_eq!((meter.bytes_per_sec(), meter.secs_left()), (None, None));
        feed(&mut meter, 0, 10, (0, 1000));
        assert_eq!((meter.bytes_per_sec(), meter.secs_left()), (Some(1000), Some(90)));
        assert!((meter.fraction() - 0.1).abs() < 1e-6);
    }

    #[test]
    fn a_change_of_speed_shows_within_the_window() {
        let mut meter = Meter::new(1_000_000);
        let sent = feed(&mut meter, 0, 10, (0, 1000));
        feed(&mut meter, 10_000, 2, (sent, 9000));
        assert_eq!(meter.bytes_per_sec(), Some(5000));
        feed(&mut meter, 12_000, 4, (sent + 18_000, 9000));
        assert_eq!(meter.bytes_per_sec(), Some(9000));
    }

    #[test]
    fn a_stall_falls_to_zero_and_has_no_time_left() {
        let mut meter = Meter::new(100_000);
        let sent = feed(&mut meter, 0, 10, (0, 1000));
        feed(&mut meter, 10_000, 5, (sent, 0));
        assert_eq!((meter.bytes_per_sec(), meter.secs_left()), (Some(0), None));
        feed(&mut meter, 15_000, 5, (sent, 2000));
        assert_eq!(meter.bytes_per_sec(), Some(2000));
    }

    #[test]
    fn a_retry_from_the_beginning_measures_anew() {
        let mut meter = Meter::new(100_000);
        feed(&mut meter, 0, 10, (50_000, 1000));
        meter.record(10_100, 0);
        assert_eq!((meter.sent_bytes(), meter.bytes_per_sec()), (0, None));
        feed(&mut meter, 10_100, 5, (0, 4000));
        assert_eq!((meter.bytes_per_sec(), meter.secs_left()), (Some(4000), Some(20)));
    }

    #[test]
    fn a_clock_that_goes_back_does_no_harm() {
        let mut meter = Meter::new(1000);
        meter.record(5000, 10);
        meter.record(4000, 20);
        assert_eq!((meter.sent_bytes(), meter.bytes_per_sec()), (20, None));
    }

    #[test]
    fn nothing_to_send_is_whole_at_once_and_more_than_all_is_whole() {
        let empty = Meter::new(0);
        assert_eq!((empty.secs_left(), empty.bytes_per_sec()), (Some(0), None));
        assert!((empty.fraction() - 1.0).abs() < f32::EPSILON);
        let mut over = Meter::new(10);
        over.record(0, 20);
        assert_eq!(over.secs_left(), Some(0));
        assert!((over.fraction() - 1.0).abs() < f32::EPSILON);
    }

    #[test]
    fn a_thousand_samples_a_second_stay_few() {
        let mut meter = Meter::new(1_000_000);
        for ms in 0..60_000 {
            meter.record(ms, ms);
        }
        assert!(meter.samples.len() < 60, "{} samples are kept", meter.samples.len());
        assert_eq!(meter.bytes_per_sec(), Some(1000));
    }
}
