//! One home: batch after batch is handed over, killed, taken up and proven.

use std::time::{Duration, Instant};

use fastrand::Rng;
use serde_json::json;

use crate::batch::{Batch, Way};
use crate::bench::{Bench, Row, Run};
use crate::leaks;
use crate::moment::Moment;
use crate::power;
use crate::proof::{self, Tally};

/// What a kill takes with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Loss {
    /// The process.
    Process,
    /// The process, and what the disk was not asked to keep.
    Power,
}

/// Until one has been seen: what a process lives for.
const FIRST_GUESS: Duration = Duration::from_millis(900);

pub(crate) struct Campaign {
    bench: Bench,
    rng: Rng,
    power: bool,
    batches: Vec<Batch>,
    /// How long uploading and taking up last when nobody kills them.
    usual: [Duration; 2],
    tally: Tally,
    wanted: u32,
}

impl Campaign {
    pub(crate) fn new(loss: Loss, seed: u64) -> Self {
        let mut bench = Bench::new();
        let power = loss == Loss::Power;
        if power {
            power::watch(&mut bench.home);
        }
        let (batches, usual, tally) = (Vec::new(), [FIRST_GUESS; 2], Tally::default());
        Self { bench, rng: Rng::with_seed(seed), power, batches, usual, tally, wanted: 0 }
    }

    /// Kills so many processes and proves what came of everything.
    pub(crate) fn run(mut self, kills: u32) -> Tally {
        self.wanted = kills;
        while self.tally.kills < kills {
            let way = Way::choose(&mut self.rng);
            let batch = Batch::make(&self.bench.home, self.batches.len(), way, &mut self.rng);
            self.round(batch);
        }
        for batch in &self.batches {
            self.tally.add(&proof::prove(&self.bench, batch));
        }
        proof::assert_nothing_else(&self.bench, &self.batches);
        leaks::assert_none_in(self.bench.home.path());
        self.tally
    }

    fn round(&mut self, batch: Batch) {
        self.faults(batch.way);
        // Now and then another copy of the program is at work, which no kill and no restart may disturb.
        let beside = !self.power && self.rng.u8(..6) == 0;
        let mut beside = beside.then(|| {
            let way = Way::choose(&mut self.rng);
            self.batches.push(Batch::make(&self.bench.home, self.batches.len() + 1, way, &mut self.rng));
            self.bench.upload_beside(self.batches.last().unwrap())
        });
        let mut upload = self.bench.upload(&batch);
        let killed = self.kill(&mut upload, 0, batch.files.len());
        let rows = self.bench.rows(&batch);
        assert_told_is_kept(&upload, &rows, &batch);
        assert_marked(&self.bench, &rows, &batch);
        if killed {
            self.go_on(&batch);
        } else {
            assert!(!rows.is_empty(), "it ended by itself without a row");
        }
        if let Some(beside) = &mut beside {
            beside.end();
        }
        self.bench.quiet();
        assert_done_stays(&rows, &self.bench.rows(&batch));
        // Proven right away, to see which round broke it; what counts is how it is in the end.
        let tally = proof::prove(&self.bench, &batch);
        assert_eq!((tally.lost, tally.doubled), (0, 0));
        self.batches.push(batch);
    }

    /// Starts the program until it was let end, and kills it now and then before.
    fn go_on(&mut self, batch: &Batch) {
        if self.rng.bool() {
            self.bench.quiet();
        }
        loop {
            self.tally.restarts += 1;
            let mut resume = self.bench.resume();
            let spared = self.tally.kills >= self.wanted || self.rng.u8(..100) < 65;
            if spared {
                self.usual[1] = resume.end();
                return;
            }
            if !self.kill(&mut resume, 1, batch.files.len()) {
                return;
            }
        }
    }

    /// Kills it at a random moment; false when it ended before.
    fn kill(&mut self, run: &mut Run, usual: usize, files: usize) -> bool {
        let begun = Instant::now();
        let moment = Moment::choose(&mut self.rng, self.usual[usual], files);
        let comes = moment.comes(&mut run.process, &self.bench.kept_files());
        if !comes {
            self.usual[usual] = begun.elapsed();
            return false;
        }
        run.kill();
        self.tally.kills += 1;
        if self.power {
            power::is_lost(&self.bench.database(), &mut self.rng);
        }
        true
    }

    /// What the sandbox does wrong meanwhile, or takes its time for.
    fn faults(&mut self, way: &Way) {
        let rng = &mut self.rng;
        let sending = way.routes.iter().find(|route| matches!(**route, "bytes" | "upload")).unwrap();
        let any = way.routes[rng.usize(..way.routes.len())];
        let (route, fault, times) = match rng.u8(..10) {
            0..3 => (any, None, None),
            3..5 => (*sending, Some(format!("slow={}", rng.u32(2_000_000..30_000_000))), None),
            5..7 => (any, Some(format!("late-answer={}", rng.u32(10..300))), None),
            7 => (any, Some("lost-answer".to_owned()), Some(rng.u32(1..4))),
            8 => (any, Some("cut-answer".to_owned()), Some(rng.u32(1..3))),
            _ => (any, Some("status=503;delay=60".to_owned()), Some(2)),
        };
        self.bench.home.no_faults();
        if let Some(fault) = fault {
            let fault = json!({ "fault": fault, "service": way.service, "step": route, "times": times });
            self.bench.home.fault(&fault);
        }
    }
}

/// What was printed is a promise.
fn assert_told_is_kept(upload: &Run, rows: &[Row], batch: &Batch) {
    for (line, file) in upload.printed().iter().zip(&batch.files).filter(|(line, _)| !line.is_empty()) {
        let row = rows.iter().find(|row| row.name == file.name);
        assert!(row.is_some_and(|row| row.state == "done"), "{line} was printed, and yet: {row:?}");
    }
}

/// What the service has is known to be there, or known to be perhaps there where a repeat would make another one; and
/// what is done is there.
fn assert_marked(bench: &Bench, rows: &[Row], batch: &Batch) {
    let kept = bench.kept();
    for (row, file) in rows.iter().zip(&batch.files) {
        let is_there = kept.iter().any(|kept| kept.sha256 == file.sha256);
        assert!(is_there || row.state != "done", "{row:?} is not there");
        let known = matches!(row.state.as_str(), "done" | "unsure") || row.whole_at_ms.is_some();
        assert!(!batch.way.ambiguous || !is_there || known, "it is there, and nobody knows: {row:?}");
    }
}

/// What was done is done, with the same receipt.
fn assert_done_stays(before: &[Row], after: &[Row]) {
    for row in before.iter().filter(|row| row.state == "done") {
        assert!(after.contains(row), "it was {row:?}, among {after:?}");
    }
}
