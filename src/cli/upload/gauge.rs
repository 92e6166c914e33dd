//! Lines of progress: fixed columns that fit into the terminal, so that nothing jumps and nothing wraps.

use crate::cli::columns::{fit, pad_left, width};
use crate::domain::progress::{Meter, human_bytes, human_duration};

/// Columns of a file's name.
const NAME: usize = 24;
/// `999.9 MB of 999.9 MB`
const BYTES: usize = 20;
/// `999.9 MB/s`
const SPEED: usize = 10;
/// `59 min 59 s`
const LEFT: usize = 11;
/// A shorter bar says nothing, a longer one no more.
const BAR: std::ops::RangeInclusive<usize> = 6..=30;

/// One line of so many columns: name, bar, bytes, speed, time left. What has no room is left out, the bar first.
///
/// `note` stands in place of speed and time left where nothing is sent any more.
pub(super) fn line(name: &str, meter: &Meter, total_bytes: u64, note: Option<&str>, room: usize) -> String {
    let bytes = format!("{} of {}", human_bytes(meter.sent_bytes()), human_bytes(total_bytes));
    let mut tail = pad_left(&bytes, BYTES);
    let pace = note.map_or_else(|| pace(meter), |note| fit(note, SPEED + 1 + LEFT));
    if NAME + width(&tail) + width(&pace) + 2 <= room {
        tail = format!("{tail} {pace}");
    }
    let head = NAME.min(room.saturating_sub(width(&tail) + 1));
    let bar_room = room.saturating_sub(head + width(&tail) + 2);
    let text = if bar_room >= *BAR.start() {
        let bar = bar(meter.fraction(), bar_room.min(*BAR.end()));
        format!("{} {bar} {tail}", fit(name, head))
    } else {
        format!("{} {tail}", fit(name, head))
    };
    fit(&text, room.min(width(&text)))
}

/// Speed and time left, empty until they can be told.
fn pace(meter: &Meter) -> String {
    let speed = meter.bytes_per_sec().map(|speed| format!("{}/s", human_bytes(speed)));
    let left = meter.secs_left().map(human_duration);
    format!("{} {}", pad_left(&speed.unwrap_or_default(), SPEED), pad_left(&left.unwrap_or_default(), LEFT))
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a bar has few steps, and the fraction is from 0 to 1"
)]
fn bar(fraction: f32, columns: usize) -> String {
    let full = ((fraction * columns as f32) as usize).min(columns);
    format!("{}{}", "━".repeat(full), "╌".repeat(columns - full))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Half of 2 GB sent at 100 MB/s.
    fn meter() -> Meter {
        let mut meter = Meter::new(2_000_000_000);
        (0..=100).for_each(|tick| meter.record(tick * 100, tick * 10_000_000));
        meter
    }

    #[test]
    fn all_columns_fit_into_eighty() {
        let shown = line("年度报告最终版本第三次修改.docx", &meter(), 2_000_000_000, None, 79);
        assert_eq!(shown, "年度报告最终…次修改.docx ━━━━━╌╌╌╌╌     1.0 GB of 2.0 GB 100.0 MB/s        10 s");
    }

    #[test]
    fn no_line_is_wider_than_the_terminal_whatever_it_holds() {
        let mut slow = Meter::new(u64::MAX);
        (0..=100).for_each(|tick| slow.record(tick * 100, tick * 10));
        for room in 0..200 {
            for name in
                ["a", "a-name-that-is-longer-than-its-column.jpeg", "照片照片照片照片照片照片照片照片.jpg"]
            {
                for (meter, total) in [(&meter(), 2_000_000_000), (&slow, u64::MAX), (&Meter::new(10), 10)] {
                    for note in [None, Some("finishing")] {
                        let shown = line(name, meter, total, note, room);
                        assert!(width(&shown) <= room, "{room}: {shown}");
                    }
                }
            }
        }
    }

    #[test]
    fn speed_and_time_left_are_empty_until_they_can_be_told() {
        let mut meter = Meter::new(1000);
        meter.record(0, 0);
        meter.record(1, 900);
        let shown = line("a", &meter, 1000, None, 79);
        assert!(shown.trim_end().ends_with("900 B of 1.0 kB"), "{shown}");
        assert_eq!(
            line("a", &meter, 1000, Some("finishing"), 79).split_whitespace().last(),
            Some("finishing")
        );
    }
}
