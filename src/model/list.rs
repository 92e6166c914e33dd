//! The list: which rows there are, the few that are on the screen, totals, what moves.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;

use crate::domain::attachment::{AttachmentId, BatchId, State};
use crate::domain::error::Failure;
use crate::domain::progress::Meter;
use crate::model::queue::{Hosts, Order};
use crate::store::{BatchTotals, ListQuery, Outline, Overall, Row, Totals};
use crate::transfer::Moving;

/// Rows that are kept besides those on the screen.
const ROWS_KEPT: usize = 2_000;

/// The filter above the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum Filter {
    #[default]
    All,
    Active,
    Done,
    Failed,
}

impl Filter {
    pub const ALL: [Self; 4] = [Self::All, Self::Active, Self::Done, Self::Failed];

    /// The one that the settings file names; all for a word that is unknown.
    #[must_use]
    pub fn parse(code: &str) -> Self {
        Self::ALL.into_iter().find(|filter| filter.code() == code).unwrap_or_default()
    }

    /// The states that it shows; none for every state.
    #[must_use]
    pub fn states(self) -> Option<Vec<State>> {
        match self {
            Self::All => None,
            Self::Active => Some(vec![
                State::Queued,
                State::Preparing,
                State::Uploading,
                State::Finishing,
                State::Paused,
                State::Interrupted,
            ]),
            Self::Done => Some(vec![State::Done]),
            Self::Failed => Some(vec![State::Failed, State::Unsure, State::Canceled]),
        }
    }

    /// As the settings file names it.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Active => "active",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }
}

/// What the user wants to see.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Wanted {
    pub filter: Filter,
    pub search: String,
    /// Only this target's.
    pub target: Option<String>,
}

impl Wanted {
    #[must_use]
    pub fn query(&self) -> ListQuery {
        let search = Some(self.search.trim().to_owned()).filter(|text| !text.is_empty());
        ListQuery { states: self.filter.states(), search, profile: self.target.clone() }
    }

    /// Whether it leaves something out.
    #[must_use]
    pub fn narrows(&self) -> bool {
        *self != Self::default()
    }
}

#[derive(Debug, Default)]
pub struct List {
    pub wanted: Wanted,
    /// What was found for it; `None` until the first answer.
    pub outline: Option<Arc<Outline>>,
    /// How many there are in each state, whatever the filter.
    pub counts: Vec<(State, u64)>,
    pub rows: Rows,
    pub batches: HashMap<BatchId, BatchTotals>,
    pub overall: Overall,
    pub moving: Movements,
    /// The targets that the history knows, for the filter.
    pub targets_used: Vec<String>,
    /// A try again that is waited for: the attachment, why, and when (milliseconds since 1970).
    pub waiting: HashMap<AttachmentId, (Failure, i64)>,
    /// Hosts that are left alone for a while.
    pub hosts: Hosts,
    pub order: Order,
}

impl List {
    /// How many rows a filter shows, before search and target.
    #[must_use]
    pub fn count(&self, filter: Filter) -> u64 {
        let states = filter.states();
        let shown = |state: &State| states.as_ref().is_none_or(|states| states.contains(state));
        self.counts.iter().filter(|(state, _)| shown(state)).map(|(_, count)| count).sum()
    }
}

/// Rows by id: those on the screen and some around them. A row that is not here is asked for with
/// [`Action::Need`] and drawn as a placeholder until it comes.
#[derive(Debug, Default)]
pub struct Rows {
    known: HashMap<AttachmentId, Arc<Row>>,
    order: VecDeque<AttachmentId>,
    /// Changed since they were read.
    stale: HashSet<AttachmentId>,
    /// Asked for and not there yet.
    asked: HashSet<AttachmentId>,
    /// Asked for and not found; a new outline will not have them.
    lost: HashSet<AttachmentId>,
}

impl Rows {
    #[must_use]
    pub fn get(&self, id: AttachmentId) -> Option<&Arc<Row>> {
        self.known.get(&id)
    }

    /// Of those that are here the ones that are meant.
    #[must_use]
    pub fn all(&self, is_meant: impl Fn(&Row) -> bool) -> Vec<AttachmentId> {
        self.known.values().filter(|row| is_meant(row)).map(|row| row.id).collect()
    }

    #[must_use]
    pub fn any(&self, is_meant: impl Fn(&Row) -> bool) -> bool {
        self.known.values().any(|row| is_meant(row))
    }

    /// Whether it should be read: it is not here or not true any more, and nobody has asked yet.
    #[must_use]
    pub fn wants(&self, id: AttachmentId) -> bool {
        (!self.known.contains_key(&id) || self.stale.contains(&id))
            && !self.asked.contains(&id)
            && !self.lost.contains(&id)
    }

    /// Notes that they are asked for.
    pub fn ask(&mut self, ids: &[AttachmentId]) {
        self.asked.extend(ids);
    }

    /// Notes that they are being read now: what changes from here on makes them stale again.
    pub fn reading(&mut self, ids: &[AttachmentId]) {
        self.asked.extend(ids);
        for id in ids {
            self.stale.remove(id);
        }
    }

    /// What was read for these ids.
    pub fn arrived(&mut self, asked: &[AttachmentId], rows: Vec<Row>) {
        for id in asked {
            self.asked.remove(id);
        }
        self.lost.extend(asked);
        for row in rows {
            self.lost.remove(&row.id);
            // One that changed while it was read is newer here, and will be read again.
            if !(self.stale.contains(&row.id) && self.known.contains_key(&row.id)) {
                self.put(row);
            }
        }
        self.lost.retain(|id| !self.known.contains_key(id));
    }

    /// Changed in the database.
    pub fn outdated(&mut self, ids: &[AttachmentId]) {
        self.stale.extend(ids.iter().filter(|id| self.known.contains_key(id)));
    }

    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// A new outline has no ids that the database does not know.
    pub fn forget_lost(&mut self) {
        self.lost.clear();
    }

    fn put(&mut self, row: Row) {
        let id = row.id;
        if self.known.insert(id, Arc::new(row)).is_none() {
            self.order.push_back(id);
        }
        while self.order.len() > ROWS_KEPT {
            if let Some(oldest) = self.order.pop_front() {
                self.known.remove(&oldest);
                self.stale.remove(&oldest);
            }
        }
    }

    /// Changes a row that is here, at once; what the database has comes when it is read again.
    pub fn change(&mut self, id: AttachmentId, change: impl FnOnce(&mut Row)) {
        if let Some(row) = self.known.get_mut(&id) {
            change(Arc::make_mut(row));
            self.stale.insert(id);
        }
    }
}

/// How far the running uploads are, read at most ten times a second.
#[derive(Debug, Default)]
pub struct Movements {
    pub now: HashMap<AttachmentId, Moving>,
    pub meters: HashMap<AttachmentId, Meter>,
    /// All batches with unsettled work, together.
    pub overall: Flow,
    /// Of the batches whose header is drawn.
    pub batches: HashMap<BatchId, Flow>,
}

/// Several uploads together. Their speed is measured on what moves, not on what is done: a retry that begins anew
/// or a file that turns out larger does not make it jump.
#[derive(Debug, Clone)]
pub struct Flow {
    pub sent_bytes: u64,
    pub total_bytes: u64,
    moved_bytes: u64,
    meter: Meter,
}

impl Default for Flow {
    fn default() -> Self {
        Self { sent_bytes: 0, total_bytes: 0, moved_bytes: 0, meter: Meter::new(u64::MAX) }
    }
}

impl Flow {
    /// Takes what has moved since the last time.
    pub fn moved(&mut self, at_ms: u64, bytes: u64) {
        self.moved_bytes = self.moved_bytes.saturating_add(bytes);
        self.meter.record(at_ms, self.moved_bytes);
    }

    #[must_use]
    pub fn bytes_per_sec(&self) -> Option<u64> {
        self.meter.bytes_per_sec()
    }

    /// Rounded up; none while nothing moves.
    #[must_use]
    pub fn secs_left(&self) -> Option<u64> {
        let left = self.total_bytes.saturating_sub(self.sent_bytes);
        self.bytes_per_sec().filter(|speed| *speed > 0).map(|speed| left.div_ceil(speed))
    }

    /// From 0 to 1; nothing to send is nothing done.
    #[must_use]
    #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "a bar has few steps")]
    pub fn fraction(&self) -> f32 {
        if self.total_bytes == 0 {
            return 0.0;
        }
        (self.sent_bytes as f64 / self.total_bytes as f64).min(1.0) as f32
    }
}

#[derive(Debug, Clone)]
pub enum Action {
    Show(Wanted),
    /// Rows that are drawn or soon will be.
    Need(Vec<AttachmentId>),
    /// Batches whose header is drawn.
    NeedBatches(Vec<BatchId>),
}

#[derive(Debug)]
pub enum Update {
    Outline(ListQuery, Result<Outline, Failure>),
    Rows(Vec<AttachmentId>, Result<Vec<Row>, Failure>),
    /// Of everything that goes on, and of the batches whose header is drawn.
    Totals(Result<Totals, Failure>),
    /// How many there are in each state, and the targets that the history knows.
    Counts(Vec<(State, u64)>, Vec<String>),
    /// The user changed the history: it is read again, and these rows.
    Changed(Vec<AttachmentId>),
}
