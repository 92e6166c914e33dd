//! Which files of a watched folder are complete. Knows no disk and no clock: it is handed what stands in the folder.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::time::{Duration, Instant, SystemTime};

/// A file is complete when nothing has changed in it for so long.
const STILL: Duration = Duration::from_secs(2);

/// Complete files wait for others that have just appeared, so that what is copied at once is one batch; no longer than
/// this, because others may appear for ever.
const TOGETHER: Duration = Duration::from_secs(10);

/// What browsers and download programs hang on a name until the file is whole, and editors on what is not the file.
/// Small letters.
const UNFINISHED: [&str; 9] =
    [".part", ".partial", ".crdownload", ".opdownload", ".download", ".aria2", ".!ut", ".tmp", "~"];

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
}

#[derive(Debug)]
enum Known {
    /// It was there when the watch began. An empty one may be a browser's place for what it is still loading.
    Before { empty: bool },
    Waiting {
        facts: Facts,
        /// Since when they are what they are.
        since: Instant,
        appeared: Instant,
    },
    /// Told as complete, as it was then.
    Told(Facts),
}

impl Folder {
    /// Everything that is not known already was there before.
    pub(super) fn begin(&mut self, listing: &Listing) {
        self.known.retain(|name, _| listing.contains_key(name));
        for (name, facts) in listing.iter().filter(|(name, _)| !is_unfinished(name)) {
            let empty = facts.is_some_and(|facts| facts.size == 0);
            self.known.entry(name.clone()).or_insert(Known::Before { empty });
        }
    }

    /// Whether size and time of this file matter: a folder may hold a hundred thousand others.
    pub(super) fn wants(&self, name: &OsStr) -> bool {
        !is_unfinished(name) && !matches!(self.known.get(name), Some(Known::Before { empty: false }))
    }

    /// Takes in what stands there now.
    pub(super) fn look(&mut self, listing: &Listing, now: Instant) {
        self.known.retain(|name, _| listing.contains_key(name));
        for (name, facts) in listing {
            let Some(facts) = facts.filter(|_| !is_unfinished(name)) else { continue };
            match self.known.get_mut(name) {
                Some(Known::Before { empty }) if !*empty || facts.size == 0 => {}
                Some(Known::Told(told)) if *told == facts => {}
                Some(Known::Waiting { facts: before, since, .. }) => {
                    if *before != facts {
                        (*before, *since) = (facts, now);
                    }
                }
                _ => {
                    let waiting = Known::Waiting { facts, since: now, appeared: now };
                    self.known.insert(name.clone(), waiting);
                }
            }
        }
    }

    /// The files that are complete, if it is time to tell them.
    pub(super) fn complete(&self, listing: &Listing, now: Instant) -> Vec<OsString> {
        let (mut complete, mut longest, mut more) = (Vec::new(), Duration::ZERO, false);
        for (name, known) in &self.known {
            let Known::Waiting { facts, since, appeared } = known else { continue };
            if is_being_loaded(name, *facts, listing) {
                continue;
            }
            if now.duration_since(*since) >= STILL {
                longest = longest.max(now.duration_since(*since));
                complete.push(name.clone());
            } else {
                more |= now.duration_since(*appeared) < STILL;
            }
        }
        if more && longest < TOGETHER { Vec::new() } else { complete }
    }

    /// These are handed on; changed later, they are told again.
    pub(super) fn told(&mut self, names: &[OsString]) {
        for name in names {
            if let Some(Known::Waiting { facts, .. }) = self.known.get(name) {
                self.known.insert(name.clone(), Known::Told(*facts));
            }
        }
    }

    /// Somebody writes to it: it is looked at anew after [`STILL`].
    pub(super) fn is_open(&mut self, name: &OsStr, now: Instant) {
        if let Some(Known::Waiting { since, .. }) = self.known.get_mut(name) {
            *since = now;
        }
    }

    pub(super) fn is_waiting(&self) -> bool {
        self.known.values().any(|known| matches!(known, Known::Waiting { .. }))
    }
}

/// Hidden, or named as what is not whole yet.
fn is_unfinished(name: &OsStr) -> bool {
    let name = name.to_string_lossy().to_lowercase();
    name.starts_with(['.', '~']) || UNFINISHED.iter().any(|end| name.ends_with(end))
}

/// Its content stands beside it under a name that says so: `a.zip.part` beside `a.zip`, or Firefox's `a.x7Kq.zip.part`
/// beside an empty `a.zip`.
fn is_being_loaded(name: &OsStr, facts: Facts, listing: &Listing) -> bool {
    let name = name.to_string_lossy();
    let start = if facts.size == 0 { name.rsplit_once('.').map_or(&*name, |(stem, _)| stem) } else { &name };
    let following = listing.range(OsString::from(start)..);
    following
        .map(|(other, _)| other.to_string_lossy())
        .take_while(|other| other.starts_with(start))
        .any(|other| other != name && is_unfinished(OsStr::new(&*other)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    /// A folder, and the time since it is watched.
    struct Bench {
        folder: Folder,
        listing: Listing,
        now: Instant,
    }

    impl Bench {
        fn watching(names: &[(&str, u64)]) -> Self {
            let mut bench = Self { folder: Folder::default(), listing: Listing::new(), now: Instant::now() };
            for (name, size) in names {
                bench.put(name, *size);
            }
            bench.folder.begin(&bench.listing);
            bench
        }

        /// Writes a file.
        fn put(&mut self, name: &str, size: u64) {
            let modified = Some(SystemTime::UNIX_EPOCH + Duration::from_secs(size));
            self.listing.insert(name.into(), Some(Facts { size, modified }));
        }

        fn rename(&mut self, from: &str, to: &str) {
            let facts = self.listing.remove(OsStr::new(from)).unwrap();
            self.listing.insert(to.into(), facts);
        }

        /// What is told at the end of this time, looked at every half second.
        fn pass(&mut self, ms: u32) -> Vec<String> {
            let mut told = Vec::new();
            for _ in 0..=ms / 500 {
                self.folder.look(&self.listing, self.now);
                let names = self.folder.complete(&self.listing, self.now);
                self.folder.told(&names);
                told.extend(names.into_iter().map(|name| name.into_string().unwrap()));
                self.now += MS * 500;
            }
            told
        }
    }

    const NOTHING: [&str; 0] = [];

    #[test]
    fn a_file_that_appears_is_told_once_when_it_has_stood_still() {
        let mut bench = Bench::watching(&[("old.txt", 3)]);
        bench.put("new.txt", 5);
        assert_eq!(bench.pass(1_500), NOTHING);
        assert_eq!(bench.pass(500), ["new.txt"]);
        assert_eq!(bench.pass(20_000), NOTHING);
    }

    #[test]
    fn one_that_grows_waits_for_its_end() {
        let mut bench = Bench::watching(&[]);
        for size in 1..=20 {
            bench.put("film.mp4", size);
            assert_eq!(bench.pass(1_000), NOTHING, "{size}");
        }
        assert_eq!(bench.pass(2_000), ["film.mp4"]);
    }

    #[test]
    fn what_was_there_before_is_left_alone_also_when_it_changes() {
        let mut bench = Bench::watching(&[("old.txt", 3)]);
        assert!(!bench.folder.wants(OsStr::new("old.txt")));
        bench.put("old.txt", 4);
        assert_eq!(bench.pass(5_000), NOTHING);
        // One that went and came again has appeared.
        bench.listing.clear();
        assert_eq!(bench.pass(500), NOTHING);
        bench.put("old.txt", 4);
        assert_eq!(bench.pass(5_000), ["old.txt"]);
    }

    #[test]
    fn a_changed_one_is_told_again() {
        let mut bench = Bench::watching(&[]);
        bench.put("a.txt", 1);
        assert_eq!(bench.pass(3_000), ["a.txt"]);
        bench.put("a.txt", 2);
        assert_eq!(bench.pass(3_000), ["a.txt"]);
    }

    #[test]
    fn unfinished_names_wait_until_they_are_renamed() {
        let names = [
            "a.part",
            "a.PARTIAL",
            "a.crdownload",
            "a.tmp",
            "a.txt~",
            ".hidden",
            "~$report.docx",
            ".~lock.a.odt#",
        ];
        let mut bench = Bench::watching(&[]);
        for name in names {
            bench.put(name, 7);
        }
        assert_eq!(bench.pass(10_000), NOTHING);
        for (number, name) in names.into_iter().enumerate() {
            let whole = format!("whole {number}");
            bench.rename(name, &whole);
            assert_eq!(bench.pass(3_000), [whole], "{name}");
        }
    }

    #[test]
    fn a_browsers_empty_place_for_a_file_is_not_the_file() {
        for loading in ["a.zip.part", "a.x7Kq.zip.part", "a.zip.crdownload"] {
            let mut bench = Bench::watching(&[]);
            bench.put("a.zip", 0);
            bench.put(loading, 9);
            assert_eq!(bench.pass(20_000), NOTHING, "{loading}");
            bench.rename(loading, "a.zip");
            assert_eq!(bench.pass(3_000), ["a.zip"], "{loading}");
        }
        // One that was made before Affix was opened is filled while it runs.
        let mut bench = Bench::watching(&[("a.zip", 0), ("a.zip.part", 5)]);
        assert_eq!(bench.pass(3_000), NOTHING);
        bench.rename("a.zip.part", "a.zip");
        assert_eq!(bench.pass(3_000), ["a.zip"]);
        // And an empty file is one.
        let mut bench = Bench::watching(&[]);
        bench.put("empty.txt", 0);
        assert_eq!(bench.pass(3_000), ["empty.txt"]);
    }

    #[test]
    fn what_appears_together_is_told_together() {
        let mut bench = Bench::watching(&[]);
        let mut batches = Vec::new();
        for number in 0..500_u64 {
            bench.put(&format!("{number:03}.jpg"), 1 + number);
            if number % 100 == 0 {
                batches.push(bench.pass(0).len());
            }
        }
        batches.extend([bench.pass(1_000), bench.pass(3_000)].map(|told| told.len()));
        assert_eq!(batches.into_iter().filter(|count| *count > 0).collect::<Vec<_>>(), [500]);
    }

    #[test]
    fn what_appears_for_ever_does_not_hold_the_others() {
        let mut bench = Bench::watching(&[]);
        let mut batches = Vec::new();
        for number in 0..60_u64 {
            bench.put(&format!("{number}"), 1);
            batches.push(bench.pass(500).len());
        }
        let told: Vec<_> = batches.into_iter().filter(|count| *count > 0).collect();
        assert!((2..=8).contains(&told.len()) && told.iter().sum::<usize>() > 45, "{told:?}");
    }

    #[test]
    fn one_that_is_written_to_waits() {
        let mut bench = Bench::watching(&[]);
        bench.put("a", 1);
        assert_eq!(bench.pass(1_500), NOTHING);
        bench.folder.is_open(OsStr::new("a"), bench.now);
        assert_eq!(bench.pass(1_500), NOTHING);
        assert!(bench.folder.is_waiting());
        assert_eq!(bench.pass(500), ["a"]);
        assert!(!bench.folder.is_waiting());
    }

    #[test]
    fn what_is_there_when_the_folder_comes_back_was_there_before() {
        let mut bench = Bench::watching(&[]);
        bench.put("told", 1);
        assert_eq!(bench.pass(3_000), ["told"]);
        bench.put("waits", 1);
        assert_eq!(bench.pass(0), NOTHING);
        bench.put("unknown", 1);
        bench.folder.begin(&bench.listing);
        assert_eq!(bench.pass(5_000), ["waits"]);
    }
}
