//! What must be true of every file after the last restart.

use std::fmt;

use affix::sandbox::files::Kept;

use crate::batch::{Batch, Made, Way};
use crate::bench::{Bench, Row};

/// What came of everything so far.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Tally {
    pub(crate) kills: u32,
    pub(crate) restarts: u32,
    /// Batches that were killed before they were taken: nobody was told anything, and nothing was sent.
    pub(crate) not_begun: u32,
    pub(crate) files: u32,
    pub(crate) done: u32,
    pub(crate) failed: u32,
    pub(crate) unsure: u32,
    /// Those of them that the service has.
    pub(crate) unsure_there: u32,
    /// Objects without a link that a repeat has left, where the service knows no better.
    pub(crate) orphans: u32,
    pub(crate) lost: u32,
    pub(crate) doubled: u32,
}

impl Tally {
    pub(crate) fn add(&mut self, more: &Self) {
        self.kills += more.kills;
        self.restarts += more.restarts;
        self.not_begun += more.not_begun;
        self.files += more.files;
        self.done += more.done;
        self.failed += more.failed;
        self.unsure += more.unsure;
        self.unsure_there += more.unsure_there;
        self.orphans += more.orphans;
        self.lost += more.lost;
        self.doubled += more.doubled;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kills, restarts, not_begun, files, done, failed, unsure, unsure_there, .. } = self;
        write!(
            f,
            "{kills} kills, {restarts} restarts, {not_begun} batches not begun, {files} files: {done} done, "
        )?;
        write!(f, "{failed} failed, {unsure} unsure ({unsure_there} of them there), ")?;
        write!(f, "{} orphans, {} lost, {} doubled", self.orphans, self.lost, self.doubled)
    }
}

/// Looks at every file of the batch: its row, its link and what the service has of it.
pub(crate) fn prove(bench: &Bench, batch: &Batch) -> Tally {
    let rows = bench.rows(batch);
    let kept = bench.kept();
    let mut tally = Tally::default();
    if rows.is_empty() {
        let sent = kept.iter().find(|kept| batch.files.iter().any(|file| file.sha256 == kept.sha256));
        assert!(sent.is_none(), "sent without being handed over: {sent:?}");
        return Tally { not_begun: 1, ..tally };
    }
    assert_eq!(rows.len(), batch.files.len(), "a batch is taken as a whole");
    for (row, file) in rows.iter().zip(&batch.files) {
        assert_eq!(row.name, file.name);
        let own: Vec<_> = kept.iter().filter(|kept| kept.sha256 == file.sha256).collect();
        assert!(own.iter().all(|kept| kept.service == batch.way.service), "{row:?}: {own:?}");
        tally.add(&Case { way: batch.way, row, made: file, own: &own }.prove());
    }
    tally
}

/// Every object is one of these files, whole.
pub(crate) fn assert_nothing_else(bench: &Bench, batches: &[Batch]) {
    let known: Vec<_> = batches.iter().flat_map(|batch| &batch.files).map(|file| &file.sha256).collect();
    for kept in bench.kept() {
        assert!(known.contains(&&kept.sha256), "half a file, or another one: {kept:?}");
    }
}

struct Case<'a> {
    way: &'a Way,
    row: &'a Row,
    made: &'a Made,
    /// The objects with its content.
    own: &'a [&'a Kept],
}

impl Case<'_> {
    fn prove(&self) -> Tally {
        let Self { way, row, own, .. } = self;
        let there = u32::try_from(own.len()).unwrap();
        let mut tally = Tally { files: 1, ..Tally::default() };
        let mut wanted = there.min(1);
        match row.state.as_str() {
            "done" => {
                tally.done = 1;
                wanted = 1;
                self.link_gives_the_bytes();
            }
            "failed" => {
                tally.failed = 1;
                assert!(row.failure.is_some(), "it failed without a reason: {row:?}");
                assert!(there == 0 || way.leaves_orphans, "it failed and is there: {row:?}, {own:?}");
                wanted = 0;
                eprintln!("failed: {row:?}");
            }
            "unsure" => {
                tally.unsure = 1;
                tally.unsure_there = wanted;
                assert!(way.ambiguous, "the service knows a repeat, and yet: {row:?}");
                assert!(row.failure.is_some(), "unsure without a reason: {row:?}");
            }
            _ => {
                tally.lost = 1;
                eprintln!("LOST: {row:?}, {own:?}");
            }
        }
        let more = there.saturating_sub(wanted);
        if way.leaves_orphans {
            tally.orphans = more;
        } else if more > 0 {
            tally.doubled = more;
            eprintln!("DOUBLED: {row:?}, {own:?}");
        }
        tally
    }

    /// Where the link is one that a browser opens, it is opened; else the id must be that of the object.
    fn link_gives_the_bytes(&self) {
        let Self { row, own, made, .. } = self;
        let links = row.links();
        let view = links.iter().find(|(kind, value)| kind == "view" && value.starts_with("http"));
        if let Some((_, url)) = view
            && self.way.service != "cosmos"
        {
            let sent = std::fs::read(&made.path).unwrap();
            assert!(Bench::bytes_at(url) == sent, "{url} gives other bytes: {row:?}");
            return;
        }
        let facts: Vec<_> = own.iter().map(|kept| serde_json::to_string(kept).unwrap()).collect();
        let id = links.iter().find(|(kind, _)| kind == "id");
        let (_, id) = id.unwrap_or_else(|| panic!("neither a link nor an id: {row:?}"));
        // Where it is a path, the object is its last part.
        let name = format!("\"{}\"", id.rsplit('/').next().unwrap());
        assert!(facts.iter().any(|facts| facts.contains(&name)), "{id} is not of {facts:?}");
    }
}
