//! Which files of a watched folder are complete. Knows no disk and no clock: it is handed what stands in the folder.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::time::{Duration, Instant, SystemTime};

use super::names::{self, is_unfinished};

/// A file is complete when nothing has changed in it for so long.
const STILL: Duration = Duration::from_secs(2);

/// One that somebody has open for writing is asked after again later and later, at last so seldom: some programs keep
/// files open for as long as they run, and asking goes through all processes.
const SELDOM: Duration = Duration::from_secs(30);

/// Complete files wait for others that have just appeared, so that what is copied at once is one batch; no longer than
/// this, because others may appear for ever.
const TOGETHER: Duration = Duration::from_secs(10);

/// An unfinished file beside a file that has content says nothing any more when it has not grown for so long.
const ABANDONED: Duration = Duration::from_secs(30);

/// How a file is told to have changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Facts {
    /// Bytes.
    pub size: u64,
    pub modified: Option<SystemTime>,
}

/// Regular files by name; without facts where [`Folder::wants`] none.
pub(super) type Listing = BTreeMap<OsString, Option<Facts>>;

/// What is known of each file, by name.
#[derive(Debug, Default)]
pub(super) struct Folder {
    known: BTreeMap<OsString, Known>,
    /// Waited when their folder went; an empty one may stand at its path until it is mounted again.
    away: BTreeMap<OsString, Waiting>,
    /// What is being loaded, by its unfinished name: what it is, and since when.
    loading: BTreeMap<OsString, (Option<Facts>, Instant)>,
    beside: Beside,
}

#[derive(Debug)]
enum Known {
    /// It was there when the watch began. An empty one may be a browser's place for what it is still loading.
    Before {
        empty: bool,
    },
    Waiting(Waiting),
    /// Told as complete, as it was then.
    Told(Facts),
}

#[derive(Debug)]
struct Waiting {
    facts: Facts,
    /// Since when they are what they are, or when it was found open for writing.
    since: Instant,
    /// For how long they have to be that.
    patience: Duration,
    appeared: Instant,
}

/// Which names something unfinished stands beside.
#[derive(Debug, Default)]
struct Beside {
    /// Files of these names are not whole until that time, or as long as it stands there.
    whole: BTreeMap<Vec<u8>, Option<Instant>>,
    /// Empty files of these names are a browser's places.
    places: BTreeSet<Vec<u8>>,
}

impl Folder {
    /// Everything that is not known already was there before.
    pub(super) fn begin(&mut self, listing: &Listing) {
        let mut back = std::mem::take(&mut self.away);
        let gone = self.known.extract_if(.., |name, _| !listing.contains_key(name));
        self.away = gone.filter_map(|(name, known)| Some((name, known.waiting()?))).collect();
        for (name, facts) in listing.iter().filter(|(name, _)| !is_unfinished(name)) {
            let empty = facts.is_some_and(|facts| facts.size == 0);
            let known = back.remove(name).map_or(Known::Before { empty }, Known::Waiting);
            self.known.entry(name.clone()).or_insert(known);
        }
    }

    /// Whether size and time of this file matter: a folder may hold a hundred thousand others.
    pub(super) fn wants(&self, name: &OsStr) -> bool {
        names::loading(name).is_some()
            || (!is_unfinished(name) && !matches!(self.known.get(name), Some(Known::Before { empty: false })))
    }

    /// Takes in what stands there now.
    pub(super) fn look(&mut self, listing: &Listing, now: Instant) {
        self.known.retain(|name, _| listing.contains_key(name));
        for (name, facts) in listing {
            let Some(facts) = facts.filter(|_| !is_unfinished(name)) else { continue };
            match self.known.get_mut(name) {
                Some(Known::Before { empty }) if !*empty || facts.size == 0 => {}
                Some(Known::Told(told)) if *told == facts => {}
                Some(Known::Waiting(waiting)) => {
                    if waiting.facts != facts {
                        *waiting = Waiting { appeared: waiting.appeared, ..Waiting::new(facts, now) };
                    }
                }
                _ => {
                    self.known.insert(name.clone(), Known::Waiting(Waiting::new(facts, now)));
                }
            }
        }
        self.look_at_loading(listing, now);
    }

    fn look_at_loading(&mut self, listing: &Listing, now: Instant) {
        self.loading.retain(|name, _| listing.contains_key(name));
        self.beside = Beside::default();
        for (name, facts) in listing {
            let Some(loading) = names::loading(name) else { continue };
            let (before, since) = self.loading.entry(name.clone()).or_insert((*facts, now));
            if *before != *facts {
                (*before, *since) = (*facts, now);
            }
            let until = (!loading.is_surely).then(|| *since + ABANDONED);
            let longest = self.beside.whole.entry(loading.whole.to_vec()).or_insert(until);
            *longest = longest.zip(until).map(|(one, other)| one.max(other));
            self.beside.places.extend(names::places(loading.whole));
        }
    }

    /// When this file is complete if nothing changes; `None`: something has to change.
    fn due(&self, name: &OsStr, waiting: &Waiting) -> Option<Instant> {
        let (bytes, due) = (name.as_encoded_bytes(), waiting.since + waiting.patience);
        match self.beside.whole.get(bytes) {
            _ if waiting.facts.size == 0 && self.beside.places.contains(bytes) => None,
            Some(until) => until.map(|until| until.max(due)),
            None => Some(due),
        }
    }

    fn waiting(&self) -> impl Iterator<Item = (&OsString, &Waiting, Instant)> {
        self.known.iter().filter_map(|(name, known)| match known {
            Known::Waiting(waiting) => Some((name, waiting, self.due(name, waiting)?)),
            Known::Before { .. } | Known::Told(_) => None,
        })
    }

    /// The files that are complete, if it is time to tell them.
    pub(super) fn complete(&self, now: Instant) -> Vec<OsString> {
        let (mut complete, mut longest, mut more) = (Vec::new(), Duration::ZERO, false);
        for (name, waiting, due) in self.waiting() {
            if due <= now {
                longest = longest.max(now.duration_since(due));
                complete.push(name.clone());
            } else {
                more |= now.duration_since(waiting.appeared) < STILL;
            }
        }
        if more && longest + STILL < TOGETHER { Vec::new() } else { complete }
    }

    /// How long until something is complete if nothing changes; `None`: nothing will be.
    pub(super) fn pause(&self, now: Instant) -> Option<Duration> {
        self.waiting().map(|(_, _, due)| due.saturating_duration_since(now)).min()
    }

    /// These are handed on; changed later, they are told again.
    pub(super) fn told(&mut self, names: &[OsString]) {
        for name in names {
            if let Some(Known::Waiting(waiting)) = self.known.get(name) {
                self.known.insert(name.clone(), Known::Told(waiting.facts));
            }
        }
    }

    /// Somebody has it open for writing.
    pub(super) fn is_open(&mut self, name: &OsStr, now: Instant) {
        if let Some(Known::Waiting(waiting)) = self.known.get_mut(name) {
            waiting.since = now;
            waiting.patience = (waiting.patience * 2).min(SELDOM);
        }
    }

    /// Somebody who had it open for writing has closed it.
    pub(super) fn is_closed(&mut self, name: &OsStr, now: Instant) {
        if let Some(Known::Waiting(waiting)) = self.known.get_mut(name)
            && waiting.patience > STILL
        {
            (waiting.since, waiting.patience) = (now, STILL);
        }
    }
}

impl Known {
    fn waiting(self) -> Option<Waiting> {
        match self {
            Self::Waiting(waiting) => Some(waiting),
            Self::Before { .. } | Self::Told(_) => None,
        }
    }
}

impl Waiting {
    fn new(facts: Facts, now: Instant) -> Self {
        Self { facts, since: now, patience: STILL, appeared: now }
    }
}

#[cfg(test)]
mod tests;
