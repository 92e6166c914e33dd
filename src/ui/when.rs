//! Points in time in words, as the clock on the user's wall shows them.

use std::sync::OnceLock;

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
