//! The list: which rows there are, the few that are on the screen, totals, what moves.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;

use crate::domain::attachment::{AttachmentId, BatchId, State};
use crate::domain::error::Failure;
use crate::domain::progress::Meter;
use crate::store::{BatchTotals, ListQuery, Outline, Overall, Row};
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
    pub stale: HashSet<AttachmentId>,
    /// Asked for and not there yet.
    pub asked: HashSet<AttachmentId>,
}

impl Rows {
    #[must_use]
    pub fn get(&self, id: AttachmentId) -> Option<&Arc<Row>> {
        self.known.get(&id)
    }

    pub fn put(&mut self, row: Row) {
        let id = row.id;
        self.asked.remove(&id);
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

    pub fn clear(&mut self) {
        *self = Self::default();
    }
}

/// How far the running uploads are, read at most ten times a second.
#[derive(Debug, Default)]
pub struct Movements {
    pub now: HashMap<AttachmentId, Moving>,
    pub meters: HashMap<AttachmentId, Meter>,
    /// Of all running uploads together, against the batches' totals.
    pub overall: Option<Meter>,
    pub batches: HashMap<BatchId, Meter>,
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
    Batches(Result<Vec<BatchTotals>, Failure>),
    Totals { counts: Vec<(State, u64)>, overall: Overall, targets_used: Vec<String> },
}
