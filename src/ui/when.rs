//! Points in time in words, as the clock on the user's wall shows them.

use std::sync::OnceLock;
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::text::Texts;

/// "Today 14:02", "Yesterday 18:04", "2026-11-18 09:30".
#[must_use]
pub fn when(texts: &Texts, at_ms: i64, now_ms: i64) -> String {
    in_zone(texts, at_ms, now_ms, zone())
}

/// The day alone: "2026-11-18".
#[must_use]
pub fn date(at_ms: i64) -> String {
    Timestamp::from_millisecond(at_ms).unwrap_or_default().to_zoned(zone().clone()).date().to_string()
}

/// "Just now", "2 min ago", then as [`when`]; and after how long it says something else.
#[must_use]
pub fn ago(texts: &Texts, at_ms: i64, now_ms: i64) -> (String, Option<Duration>) {
    let past_secs = u64::try_from(now_ms - at_ms).unwrap_or_default() / 1000;
    match past_secs {
        0..60 => (texts.get("just-now").to_owned(), Some(Duration::from_secs(60 - past_secs))),
        60..3600 => {
            let wait = Duration::from_secs(60 - past_secs % 60);
            (texts.count("minutes-ago", past_secs / 60), Some(wait))
        }
        _ => (when(texts, at_ms, now_ms), None),
    }
}

/// Until a countdown in minutes to a time (in seconds since 1970) shows another one; none when it is over, and where
/// it shows days.
#[must_use]
pub fn next_minute(at_secs: i64, now_ms: i64) -> Option<Duration> {
    const DAY_MS: i64 = 86_400_000;
    let left_ms = at_secs.saturating_mul(1000).saturating_sub(now_ms);
    let part = match left_ms {
        ..=0 => return None,
        DAY_MS.. => 3_600_000,
        _ => 60_000,
    };
    Some(Duration::from_millis((left_ms % part).unsigned_abs() + 1))
}

/// The system's, read once.
fn zone() -> &'static TimeZone {
    static ZONE: OnceLock<TimeZone> = OnceLock::new();
    ZONE.get_or_init(TimeZone::system)
}

fn in_zone(texts: &Texts, at_ms: i64, now_ms: i64, zone: &TimeZone) -> String {
    let local = |ms: i64| Timestamp::from_millisecond(ms).unwrap_or_default().to_zoned(zone.clone());
    let (at, now) = (local(at_ms), local(now_ms));
    let time = format!("{:02}:{:02}", at.hour(), at.minute());
    if at.date() == now.date() {
        return texts.with("when-today", &[("time", (&time).into())]);
    }
    if now.date().yesterday().is_ok_and(|yesterday| at.date() == yesterday) {
        return texts.with("when-yesterday", &[("time", (&time).into())]);
    }
    format!("{} {time}", at.date())
}

/// How long something plays: `0:42`, `1:02:03`.
pub(super) fn clock(secs: u64) -> String {
    let (hours, minutes, secs) = (secs / 3600, secs / 60 % 60, secs % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{secs:02}") } else { format!("{minutes}:{secs:02}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::text::Language;

    #[test]
    fn days_are_those_of_the_zone() {
        const HOUR: i64 = 3_600_000;
        let texts = Texts::new(Language::English);
        let zone = TimeZone::fixed(jiff::tz::offset(2));
        // 1970-01-10 01:30 there, still the 9th in UTC.
        let now = 9 * 24 * HOUR - HOUR / 2;
        let told = |at| in_zone(&texts, at, now, &zone);
        assert_eq!(told(now - HOUR), "Today 00:30");
        assert_eq!(told(now - 2 * HOUR), "Yesterday 23:30");
        assert_eq!(told(now - 26 * HOUR), "1970-01-08 23:30");
    }
}
