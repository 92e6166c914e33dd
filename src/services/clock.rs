//! A wrong clock, named: what is signed with the time is refused where the service's clock says otherwise.

use super::http::Reply;
use crate::domain::error::{Failure, Kind};

/// From this difference on, a wrong clock is named as the likely reason, in seconds.
const NOTABLE_SECS: i64 = 60;

/// The difference, where it is large enough to be a reason.
pub(super) fn notable(ahead_secs: Option<i64>) -> Option<i64> {
    ahead_secs.filter(|secs| secs.abs() >= NOTABLE_SECS)
}

/// The failure of a refused request that carried the time, with the clocks' difference where there is one.
pub(super) fn named(failure: Failure, reply: &Reply) -> Failure {
    let refused = matches!(failure.kind, Kind::Unauthorized | Kind::Forbidden | Kind::Refused);
    match notable(reply.clock_ahead_secs()).filter(|_| refused) {
        None => failure,
        Some(secs) => {
            let broke =
                format!("{}, and this computer's clock is {} the service's", failure.broke, words(secs));
            Failure { broke, ..failure }.advice("Set this computer's clock, then retry.")
        }
    }
}

/// Such as `2 h 5 min ahead of`.
pub(super) fn words(ahead_secs: i64) -> String {
    let side = if ahead_secs > 0 { "ahead of" } else { "behind" };
    format!("{} {side}", duration(ahead_secs.unsigned_abs()))
}

/// The two largest units, such as `2 h 5 min`.
fn duration(secs: u64) -> String {
    let (days, hours, minutes) = (secs / 86_400, secs / 3600 % 24, secs / 60 % 60);
    match (days, hours) {
        (0, 0) => format!("{minutes} min {} s", secs % 60),
        (0, _) => format!("{hours} h {minutes} min"),
        _ => format!("{days} d {hours} h"),
    }
}
