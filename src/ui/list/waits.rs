//! What is said of what waits: for a host, for its turn.

use super::words::{Told, Tone};
use crate::domain::attachment::{Priority, State};
use crate::model::queue::Waiting;
use crate::store::Row;
use crate::transfer::WaitReason;
use crate::ui::icon::Icon;
use crate::ui::inspector::is_local;
use crate::ui::text::Texts;
use crate::ui::{Cx, icons, widgets};

/// The host that a queued row waits for. One that waits longer by itself says so instead.
pub(super) fn of_row<'a>(cx: &'a Cx<'_>, row: &Row) -> Option<&'a Waiting> {
    let wait = cx.model.list.hosts.of(&row.profile).filter(|_| row.state == State::Queued)?;
    let own = cx.model.list.waiting.get(&row.id).map(|(_, at_ms)| *at_ms);
    let longer = own.is_some_and(|at_ms| at_ms > wait.until_ms.saturating_add(1000));
    (!longer || wait.reason == WaitReason::Offline).then_some(wait)
}

/// In one line: "Waiting for api.example, 12 s".
pub(in crate::ui) fn line(texts: &Texts, wait: &Waiting, now_ms: i64) -> String {
    let secs = wait.secs_left(now_ms);
    let time = texts.duration(secs.unwrap_or_default());
    let unreachable = wait.reason == WaitReason::Unreachable;
    let host = host(texts, wait, if unreachable { "this-computer-first" } else { "target-this-computer" });
    let values = [("host", host.into()), ("time", (&time).into())];
    match (wait.reason, secs) {
        (WaitReason::Offline, _) => texts.get("waiting-offline").to_owned(),
        (WaitReason::Unreachable, Some(0)) => texts.with("waiting-unreachable-now", &values[..1]),
        (WaitReason::Unreachable, _) => texts.with("waiting-unreachable", &values),
        (WaitReason::Asked, _) => texts.with("waiting-host", &values),
    }
}

/// The host, or the words of this key where that is the computer itself: nobody knows it by its address.
fn host<'a>(texts: &'a Texts, wait: &'a Waiting, here: &'a str) -> &'a str {
    if is_local(&format!("http://{}", wait.host)) { texts.get(here) } else { &wait.host }
}

/// In the two lines of a row, which is narrow: the host, and beneath it the time.
pub(super) fn told(texts: &Texts, wait: &Waiting, now_ms: i64) -> Told {
    let secs = wait.secs_left(now_ms);
    let time = texts.duration(secs.unwrap_or_default());
    let host = [("host", host(texts, wait, "target-this-computer").into())];
    let time = [("time", (&time).into())];
    let (line, advice) = match (wait.reason, secs) {
        (WaitReason::Offline, _) => {
            (texts.get("waiting-offline-line").to_owned(), texts.get("waiting-offline-advice").to_owned())
        }
        (WaitReason::Unreachable, Some(0)) => {
            (texts.with("unreachable-line", &host), texts.get("trying-again").to_owned())
        }
        (WaitReason::Unreachable, _) => {
            (texts.with("unreachable-line", &host), texts.with("trying-again-in", &time))
        }
        (WaitReason::Asked, _) => (texts.with("waiting-host-line", &host), texts.with("goes-on-in", &time)),
    };
    Told { icon: icon(wait), tone: Tone::Warn, line, advice: Some(advice) }
}

pub(in crate::ui) fn icon(wait: &Waiting) -> Icon {
    match wait.reason {
        WaitReason::Asked => icons::HOURGLASS_MEDIUM_FILL,
        WaitReason::Unreachable => icons::PLUGS,
        WaitReason::Offline => icons::WIFI_SLASH,
    }
}

/// Whether the user can do something about it: what a service asked for is waited out.
pub(in crate::ui) fn can_be_tried(wait: &Waiting) -> bool {
    wait.reason != WaitReason::Asked
}

/// All hosts in one line, with the icon of the worst; none while nothing is held back.
pub(in crate::ui) fn all(cx: &Cx<'_>) -> Option<(Icon, String)> {
    let (all, now_ms) = (cx.model.list.hosts.all(), cx.model.now_ms);
    let offline = all.iter().find(|wait| wait.reason == WaitReason::Offline);
    if let Some(wait) = offline.or(all.first().filter(|_| all.len() == 1)) {
        return Some((icon(wait), line(cx.texts, wait, now_ms)));
    }
    let first = all.first()?;
    let count = all.len() as u64;
    let time = cx.texts.duration(first.secs_left(now_ms).unwrap_or_default());
    let values = [("count", count.into()), ("time", (&time).into())];
    Some((icon(first), cx.texts.with("waiting-hosts", &values)))
}

/// "Queued, next", "Queued, 3 before it"; none where the place is not known.
pub(super) fn place(cx: &Cx<'_>, row: &Row) -> Option<String> {
    match cx.model.list.order.before(row.id).filter(|_| row.state == State::Queued)? {
        0 => Some(cx.texts.get("queued-next").to_owned()),
        before => Some(cx.texts.count("queued-behind", before as u64)),
    }
}

/// The mark of one that does not wait in the usual line.
pub(super) fn priority<'a>(texts: &'a Texts, row: &Row) -> Option<(widgets::Tone, Icon, &'a str)> {
    if !matches!(row.state, State::Queued | State::Paused) {
        return None;
    }
    match row.priority {
        Priority::High => Some((widgets::Tone::Accent, icons::CARET_DOUBLE_UP, texts.get("priority-high"))),
        Priority::Low => Some((widgets::Tone::Neutral, icons::CARET_DOUBLE_DOWN, texts.get("priority-low"))),
        Priority::Normal => None,
    }
}
