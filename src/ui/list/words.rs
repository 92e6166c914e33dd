//! What a row, a batch and the status bar say.

use eframe::egui::Color32;

use super::actions::has_link;
use super::waits;
use crate::domain::attachment::State;
use crate::domain::error::{Failure, Kind};
use crate::domain::link_check::LinkState;
use crate::domain::preflight::Repair;
use crate::domain::progress::Meter;
use crate::model::list::{Flow, List};
use crate::store::{BatchTotals, Row};
use crate::ui::dialogs::copy::removed_key;
use crate::ui::icon::Icon;
use crate::ui::text::{Language, Texts, step_key};
use crate::ui::tokens::Tokens;
use crate::ui::when::{clock, when};
use crate::ui::{Cx, icons};

/// How a state looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    Calm,
    Ok,
    Warn,
    Error,
}

impl Tone {
    pub(super) fn color(self, tokens: &Tokens) -> Color32 {
        match self {
            Self::Calm => tokens.text_2,
            Self::Ok => tokens.ok_text,
            Self::Warn => tokens.warn_text,
            Self::Error => tokens.error_text,
        }
    }
}

/// A row's state in words.
#[derive(Debug)]
pub(super) struct Told {
    pub icon: Icon,
    pub tone: Tone,
    pub line: String,
    /// What to do about it.
    pub advice: Option<String>,
}

/// A row's state, but for the bar of one that moves.
pub(super) fn told(cx: &Cx<'_>, row: &Row) -> Told {
    let texts = cx.texts;
    let plain = |icon, tone| Told { icon, tone, line: state(texts, row.state).to_owned(), advice: None };
    let failed = |icon, tone| {
        let failure = row.failure.as_ref();
        let line =
            failure.map_or_else(|| state(texts, row.state).to_owned(), |failure| texts.failure(failure));
        Told { icon, tone, line, advice: failure.and_then(|failure| failure.advice.clone()) }
    };
    match row.state {
        State::Queued => queued(cx, row).unwrap_or_else(|| {
            let told = plain(icons::CIRCLE_DASHED, Tone::Calm);
            Told { line: waits::place(cx, row).unwrap_or(told.line), ..told }
        }),
        State::Preparing | State::Uploading | State::Finishing => plain(icons::CIRCLE_NOTCH, Tone::Calm),
        State::Done if deleted(row) => {
            Told { line: texts.get("deleted").to_owned(), ..plain(icons::TRASH, Tone::Calm) }
        }
        State::Done => link_broken(texts, row).unwrap_or_else(|| plain(icons::CHECK_CIRCLE_FILL, Tone::Ok)),
        State::Failed => failed(icons::WARNING_CIRCLE_FILL, Tone::Error),
        State::Paused => plain(icons::PAUSE_CIRCLE_FILL, Tone::Calm),
        State::Canceled => plain(icons::PROHIBIT_FILL, Tone::Calm),
        State::Interrupted => {
            Told { advice: Some(interrupted_while(texts, row)), ..plain(icons::WARNING_FILL, Tone::Warn) }
        }
        State::Unsure => Told {
            line: texts.get("unsure-line").to_owned(),
            advice: Some(texts.get("unsure-advice").to_owned()),
            ..plain(icons::QUESTION_FILL, Tone::Warn)
        },
    }
}

/// Where it was when the program ended.
pub(in crate::ui) fn interrupted_while(texts: &Texts, row: &Row) -> String {
    match row.step {
        Some(step) => texts.with("interrupted-while", &[("step", texts.get(step_key(step)).into())]),
        None => texts.get("interrupted-advice").to_owned(),
    }
}

/// It waits for its host, or after a failure of its own.
fn queued(cx: &Cx<'_>, row: &Row) -> Option<Told> {
    if let Some(wait) = waits::of_row(cx, row) {
        return Some(waits::told(cx.texts, wait, cx.model.now_ms));
    }
    let (line, time) = waiting(cx, row)?;
    let advice = Some(cx.texts.with("trying-again-in", &[("time", (&time).into())]));
    Some(Told { icon: icons::HOURGLASS_MEDIUM_FILL, tone: Tone::Warn, line, advice })
}

/// The upload went well and its link does not give the file.
fn link_broken(texts: &Texts, row: &Row) -> Option<Told> {
    let check = row.link_check.as_ref().filter(|check| check.state == LinkState::Broken && has_link(row))?;
    let status = check.status.map(|status| {
        let status = status.to_string();
        texts.with("failed-status", &[("status", (&status).into())])
    });
    // The engine's sentence is English.
    let advice = check.why.clone().filter(|_| texts.language == Language::English).or(status);
    let line = texts.get("done-link-broken").to_owned();
    Some(Told { icon: icons::LINK_BREAK, tone: Tone::Error, line, advice })
}

/// How the link of an uploaded file was found: beside "Done", in a word and as an icon where that has no room.
pub(super) fn link_mark(row: &Row) -> Option<(Icon, Tone, &'static str)> {
    let check = row.link_check.as_ref().filter(|_| row.state == State::Done && has_link(row))?;
    match check.state {
        LinkState::Verified => Some((icons::SEAL_CHECK, Tone::Ok, "link-verified")),
        LinkState::NotYet => Some((icons::CLOCK, Tone::Warn, "link-not-yet")),
        LinkState::Broken => None,
    }
}

/// At the service, on the user's wish.
fn deleted(row: &Row) -> bool {
    row.receipt.as_ref().is_some_and(|receipt| receipt.deleted_at.is_some())
}

/// One that failed in passing and is tried again by itself: why, and in how long.
fn waiting(cx: &Cx<'_>, row: &Row) -> Option<(String, String)> {
    let (failure, at_ms) = cx.model.list.waiting.get(&row.id)?;
    let secs = u64::try_from(at_ms - cx.model.now_ms).ok()?.div_ceil(1000);
    Some((why(cx.texts, failure), cx.texts.duration(secs)))
}

fn why(texts: &Texts, failure: &Failure) -> String {
    match failure.kind {
        Kind::RateLimited => texts.get("waiting-busy").to_owned(),
        Kind::Unreachable | Kind::Network | Kind::Timeout => texts.get("waiting-connection").to_owned(),
        _ => texts.failure(failure),
    }
}

/// The word of a state.
pub(super) fn state(texts: &Texts, state: State) -> &str {
    texts.get(match state {
        State::Queued => "state-queued",
        State::Preparing => "state-preparing",
        State::Uploading => "state-uploading",
        State::Finishing => "state-finishing",
        State::Done => "state-done",
        State::Failed => "state-failed",
        State::Paused => "state-paused",
        State::Canceled => "state-canceled",
        State::Interrupted => "state-interrupted",
        State::Unsure => "state-unsure",
    })
}

/// What a screen reader calls a row: "{file}, {state}".
pub(super) fn spoken(cx: &Cx<'_>, row: &Row) -> String {
    let word = state(cx.texts, row.state);
    let spoken = format!("{}, {word}", row.name);
    if let Some(meter) = cx.model.list.moving.meters.get(&row.id) {
        format!("{spoken}, {:.0} %", (meter.fraction() * 100.0).floor())
    } else if let Some(wait) = waits::of_row(cx, row) {
        format!("{spoken}, {}", waits::line(cx.texts, wait, cx.model.now_ms))
    } else if let Some((why, time)) = waiting(cx, row) {
        let values = [("why", (&why).into()), ("time", (&time).into())];
        format!("{spoken}, {}", cx.texts.with("waiting-again", &values))
    } else {
        spoken
    }
}

/// What a screen reader may add to that: its place, how its link is.
pub(super) fn described(cx: &Cx<'_>, row: &Row) -> Option<String> {
    let texts = cx.texts;
    let priority = waits::priority(texts, row).map(|(_, _, word)| word.to_owned());
    let mark = link_mark(row).map(|(_, _, key)| texts.get(key).to_owned());
    let expiry = expiry(texts, row, cx.model.now_ms).map(|expiry| expiry.label);
    let broken = link_broken(texts, row).filter(|_| row.state == State::Done).map(|told| told.line);
    let sent = Some(sent(texts, row).join(", ")).filter(|words| !words.is_empty());
    let parts = [waits::place(cx, row), priority, mark, broken, expiry, sent];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// Under a row's name: size in bytes and duration in seconds, as far as they are known, and the target.
pub(super) fn facts(texts: &Texts, row: &Row, (size, duration): (Option<u64>, Option<u64>)) -> String {
    let mut facts = Vec::new();
    if let Some(bytes) = size {
        facts.push(texts.bytes(bytes));
    }
    if let Some(secs) = duration {
        facts.push(clock(secs));
    }
    facts.push(row.profile.clone());
    facts.extend(sent(texts, row));
    facts.join(" · ")
}

/// What went out in the file's place: "Location removed", "Sent as 1.4 MB copy".
pub(in crate::ui) fn sent(texts: &Texts, row: &Row) -> Vec<String> {
    let on_its_way = matches!(row.state, State::Uploading | State::Finishing | State::Done | State::Unsure);
    let Some(sent) = row.sent.as_ref().filter(|_| on_its_way) else { return Vec::new() };
    let is_made =
        |repair: &Repair| matches!(repair, Repair::ShrinkImage { .. } | Repair::ConvertImage { .. });
    let copy = row.repairs.iter().any(is_made).then(|| {
        let size = texts.bytes(sent.size);
        texts.with("sent-as-copy", &[("size", (&size).into())])
    });
    let removed = sent.removed.map(|removed| texts.get(removed_key(removed)).to_owned());
    copy.into_iter().chain(removed).collect()
}

/// Under a bar: "173 of 284 MB · 18.2 MB/s", shorter forms of it, and "6 s".
pub(super) fn moving(texts: &Texts, meter: &Meter, (sent, total): (u64, u64)) -> ([String; 3], String) {
    let (whole, part) = (of_bytes(texts, sent, total), bytes(texts, sent));
    let left = meter.secs_left().map(|secs| short_time(texts, secs)).unwrap_or_default();
    let Some(speed) = meter.bytes_per_sec().filter(|speed| *speed > 0) else {
        return ([whole.clone(), whole, part], left);
    };
    let speed = speed_of(texts, speed);
    ([format!("{whole} · {speed}"), format!("{part} · {speed}"), speed], left)
}

/// One unit, rounded up: nobody reads the seconds of an hour in a row of numbers.
fn short_time(texts: &Texts, secs: u64) -> String {
    match secs {
        0..60 => texts.duration(secs),
        60..3600 => texts.count("short-minutes", secs.div_ceil(60)),
        _ => texts.count("short-hours", secs.div_ceil(3600)),
    }
}

/// A size in three digits: "284 MB", "18.2 MB".
fn bytes(texts: &Texts, bytes: u64) -> String {
    let shown = texts.bytes(bytes);
    match shown.split_once(' ') {
        Some((number, unit)) if number.len() > 4 => {
            format!("{} {unit}", number.split_once('.').map_or(number, |(whole, _)| whole))
        }
        _ => shown,
    }
}

/// "212 of 498 MB": the unit once where it is the same.
pub(super) fn of_bytes(texts: &Texts, part: u64, whole: u64) -> String {
    let (part, whole) = (bytes(texts, part), bytes(texts, whole));
    let unit = |text: &str| text.split_once(' ').map(|(_, unit)| unit.to_owned());
    let shown = match part.split_once(' ') {
        Some((number, _)) if unit(&part) == unit(&whole) => number,
        _ => &part,
    };
    texts.with("part-of", &[("part", shown.into()), ("whole", (&whole).into())])
}

pub(super) fn speed_of(texts: &Texts, bytes_per_sec: u64) -> String {
    texts.with("speed", &[("bytes", (&bytes(texts, bytes_per_sec)).into())])
}

pub(super) fn left_of(texts: &Texts, secs: u64) -> String {
    texts.with("time-left", &[("time", (&texts.duration(secs)).into())])
}

/// What an end in time means for a link: "5 days left".
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Expiry {
    pub label: String,
    pub over: bool,
    /// Until it says something else; none where it has nothing more to say.
    pub changes_in_secs: Option<u64>,
}

/// Only what is near: a link of a year is no news.
pub(super) fn expiry(texts: &Texts, row: &Row, now_ms: i64) -> Option<Expiry> {
    const NEAR_DAYS: u64 = 60;
    const DAY: u64 = 24 * HOUR;
    const HOUR: u64 = 60 * MINUTE;
    const MINUTE: u64 = 60;
    let receipt = row.receipt.as_ref().filter(|receipt| receipt.primary().is_some())?;
    let left = u64::try_from(receipt.expires_at?.saturating_sub(now_ms.div_euclid(1000))).unwrap_or_default();
    let (key, unit) = match left {
        0 => {
            let label = texts.get("link-over").to_owned();
            return Some(Expiry { label, over: true, changes_in_secs: None });
        }
        _ if left / DAY > NEAR_DAYS => return None,
        DAY.. => ("days-left", DAY),
        HOUR.. => ("hours-left", HOUR),
        _ => ("minutes-left", MINUTE),
    };
    let label = texts.count(key, (left / unit).max(1));
    Some(Expiry { label, over: false, changes_in_secs: Some(left % unit + 1) })
}

/// How many of a batch are in one of these states.
pub(in crate::ui) fn count_in(by_state: &[(State, u64)], states: &[State]) -> u64 {
    by_state.iter().filter(|(state, _)| states.contains(state)).map(|(_, count)| count).sum()
}

pub(in crate::ui) const WORKING: &[State] = &[State::Preparing, State::Uploading, State::Finishing];
pub(in crate::ui) const PENDING: &[State] =
    &[State::Queued, State::Preparing, State::Uploading, State::Finishing];
pub(in crate::ui) const HELD: &[State] = &[State::Paused];
/// What `Retry failed` takes: not what may have arrived, not what was canceled.
pub(in crate::ui) const FAILED: &[State] = &[State::Failed, State::Interrupted];

/// Beside a batch's count of files: how far it is, or when and where it went.
pub(super) fn batch_facts(cx: &Cx<'_>, totals: &BatchTotals) -> String {
    let texts = cx.texts;
    let all: u64 = totals.by_state.iter().map(|(_, count)| count).sum();
    let count = |states| count_in(&totals.by_state, states);
    let done = count(&[State::Done]);
    let mut facts = Vec::new();
    if count(PENDING) > 0 {
        facts.push(texts.with("done-of", &[("done", done.into()), ("all", all.into())]));
        if let Some(flow) = cx.model.list.moving.batches.get(&totals.batch) {
            facts.extend(flow_facts(texts, flow));
        }
    } else if done > 0 && done < all {
        facts.push(texts.with("done-of-all", &[("done", done.into()), ("all", all.into())]));
    }
    for (key, states) in [
        ("count-paused", &[State::Paused][..]),
        ("count-interrupted", &[State::Interrupted]),
        ("count-failed", &[State::Failed]),
        ("count-unsure", &[State::Unsure]),
        ("count-canceled", &[State::Canceled]),
    ] {
        let counted = count(states);
        if counted > 0 {
            facts.push(texts.count(key, counted));
        }
    }
    if count(PENDING) == 0 {
        facts.push(when(texts, totals.added_at_ms, cx.model.now_ms));
        facts.push(totals.profile.clone());
    }
    facts.join(" · ")
}

/// Bytes, speed, time left.
pub(in crate::ui) fn flow_facts(texts: &Texts, flow: &Flow) -> Vec<String> {
    let mut facts = Vec::new();
    if flow.total_bytes > 0 {
        facts.push(of_bytes(texts, flow.sent_bytes, flow.total_bytes));
    }
    if let Some(speed) = flow.bytes_per_sec().filter(|speed| *speed > 0) {
        facts.push(speed_of(texts, speed));
    }
    if let Some(secs) = flow.secs_left() {
        facts.push(left_of(texts, secs));
    }
    facts
}

/// "2 running · 3 waiting".
pub(in crate::ui) fn working(texts: &Texts, list: &List) -> String {
    let by_state = &list.overall.by_state;
    let parts = [
        ("count-running", WORKING),
        ("count-waiting", &[State::Queued][..]),
        ("count-paused", &[State::Paused]),
    ];
    let told = |(key, states): (&'static str, &[State])| {
        let count = count_in(by_state, states);
        (count > 0).then(|| texts.count(key, count))
    };
    parts.into_iter().filter_map(told).collect::<Vec<_>>().join(" · ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::text::Language;

    #[test]
    fn a_unit_is_said_once() {
        let texts = Texts::new(Language::English);
        assert_eq!(of_bytes(&texts, 173_000_000, 284_000_000), "173 of 284 MB");
        assert_eq!(of_bytes(&texts, 900_000, 2_000_000), "900 kB of 2.0 MB");
    }

    #[test]
    fn a_video_has_a_clock() {
        assert_eq!([42, 60, 3723].map(clock), ["0:42", "1:00", "1:02:03"]);
    }
}
