//! How far the running uploads are: read from the engine's gauges, measured one by one, by batch and together.

use std::collections::{HashMap, HashSet};

use eframe::egui::Context;

use super::{App, Core, Counted, EVERY_MS, frame_in};
use crate::domain::attachment::{AttachmentId, BatchId, State};
use crate::domain::progress::Meter;
use crate::model::list::{Flow, List};
use crate::transfer::Moving;

/// While something runs of which no byte moves (it is prepared, or its answer is waited for).
const RESTING_MS: i64 = 500;

/// Uploads whose bytes have all left but that no total counts yet. Without them a bar would step back whenever a
/// file ends.
#[derive(Debug, Default)]
pub(in crate::app) struct Landed {
    bytes: HashMap<AttachmentId, Landing>,
    /// Of those that have a gauge still: the totals count them already, or they are to be sent anew.
    ended: HashSet<AttachmentId>,
}

#[derive(Debug)]
struct Landing {
    batch: Option<BatchId>,
    bytes: u64,
}

impl Landed {
    fn sum(&self, batch: Option<BatchId>) -> u64 {
        let counts = |landing: &&Landing| batch.is_none() || landing.batch == batch;
        self.bytes.values().filter(counts).map(|landing| landing.bytes).sum()
    }
}

/// Those whose bytes may be counted here, because the totals do not count them yet.
fn counted_here(list: &List, landed: &Landed, found: &[Moving]) -> Vec<AttachmentId> {
    let here = list.moving.now.keys().chain(landed.bytes.keys()).copied();
    here.chain(found.iter().map(|moving| moving.id)).collect()
}

/// The files that a reading of totals is asked about. `counted`: those that are counted here; `found`: those with a
/// gauge, which may be counted here before long.
pub(super) fn named(counted: &[AttachmentId], found: &[Moving]) -> Vec<AttachmentId> {
    let mut ids: Vec<_> = counted.iter().copied().chain(found.iter().map(|moving| moving.id)).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// Those of the gauges that are counted from here on, read after they were named: a reading of totals that is under
/// way has asked about each of them, or it looked at the database before that file can have ended.
fn name_then_read(
    list: &List,
    landed: &Landed,
    counted: &Counted,
    found: &[Moving],
    read: impl FnOnce() -> Vec<Moving>,
) -> Vec<Moving> {
    let ids = counted_here(list, landed, found);
    counted.send_replace(ids.clone());
    let mut found = read();
    found.retain(|moving| ids.contains(&moving.id));
    found
}

/// They have ended or wait, as the database has it: what is done of them is in the totals.
pub(super) fn ended(list: &mut List, landed: &mut Landed, ids: &[AttachmentId]) {
    for id in ids {
        landed.bytes.remove(id);
        if list.moving.now.contains_key(id) {
            landed.ended.insert(*id);
        }
    }
}

impl App {
    /// Reads the gauges when it is time; asks for the next frame while something runs.
    pub(super) fn moving_due(&mut self, ctx: &Context, core: &Core) {
        let now_ms = self.model.now_ms;
        let found = core.handle.moving();
        let busy = !found.is_empty() || !self.model.list.moving.now.is_empty();
        if !busy {
            if self.running() > 0 {
                frame_in(ctx, RESTING_MS);
            }
            return;
        }
        let wait_ms = self.list.moving_at_ms + EVERY_MS - now_ms;
        if wait_ms > 0 {
            return frame_in(ctx, wait_ms);
        }
        self.list.moving_at_ms = now_ms;
        let list = &mut self.model.list;
        let found =
            name_then_read(list, &self.list.landed, &self.list.counted, &found, || core.handle.moving());
        measure(list, &mut self.list.landed, &self.list.batches, (found, now_ms.unsigned_abs()));
        // Those off the screen: their batch has to be known.
        let unknown =
            list.moving.now.keys().copied().filter(|id| list.rows.get(*id).is_none() && list.rows.wants(*id));
        let unknown = unknown.collect();
        self.read_rows(unknown);
        self.count_bytes();
        frame_in(ctx, EVERY_MS);
    }

    fn running(&self) -> u64 {
        let runs = |state: State| matches!(state, State::Preparing | State::Uploading | State::Finishing);
        self.model
            .list
            .overall
            .by_state
            .iter()
            .filter(|(state, _)| runs(*state))
            .map(|(_, count)| count)
            .sum()
    }

    /// What is done and what moves, against what there is.
    pub(super) fn count_bytes(&mut self) {
        count(&mut self.model.list, &self.list.landed, &self.list.batches);
    }
}

/// Takes what the gauges say now.
fn measure(list: &mut List, landed: &mut Landed, shown: &[BatchId], (found, at_ms): (Vec<Moving>, u64)) {
    let batch_of = |id: AttachmentId| list.rows.get(id).map(|row| row.batch);
    let mut moved: HashMap<Option<BatchId>, u64> = HashMap::new();
    for moving in &found {
        let before = list.moving.now.get(&moving.id).map_or(0, |before| before.sent_bytes);
        // Fewer than before: a try began anew.
        let step = moving.sent_bytes.checked_sub(before).unwrap_or_else(|| {
            landed.ended.remove(&moving.id);
            moving.sent_bytes
        });
        *moved.entry(batch_of(moving.id)).or_default() += step;
        let meter = list.moving.meters.entry(moving.id).or_insert_with(|| Meter::new(moving.total_bytes));
        if meter.total_bytes() != moving.total_bytes {
            // Another body: a repaired copy, or a try that wraps the file in more.
            *meter = Meter::new(moving.total_bytes);
        }
        meter.record(at_ms, moving.sent_bytes);
    }
    let now: HashMap<_, _> = found.into_iter().map(|moving| (moving.id, moving)).collect();
    for (id, before) in &list.moving.now {
        let whole = before.total_bytes > 0 && before.sent_bytes >= before.total_bytes;
        if whole && !now.contains_key(id) && !landed.ended.contains(id) {
            let landing = Landing { batch: batch_of(*id), bytes: sent_of_file(list, before) };
            landed.bytes.insert(*id, landing);
        }
    }
    list.moving.meters.retain(|id, _| now.contains_key(id));
    // One that is sent again.
    landed.bytes.retain(|id, _| !now.contains_key(id));
    landed.ended.retain(|id| now.contains_key(id));
    list.moving.now = now;
    list.moving.overall.moved(at_ms, moved.values().sum());
    list.moving.batches.retain(|id, _| shown.contains(id));
    for id in shown {
        let flow = list.moving.batches.entry(*id).or_default();
        flow.moved(at_ms, moved.get(&Some(*id)).copied().unwrap_or_default());
    }
    if list.moving.now.is_empty() {
        // The next upload is measured from its own beginning.
        list.moving.overall = Flow::default();
        list.moving.batches.clear();
    }
}

/// A request's body may be larger than the file that is in it.
fn sent_of_file(list: &List, moving: &Moving) -> u64 {
    let size = list.rows.get(moving.id).and_then(|row| row.size).unwrap_or(moving.total_bytes);
    moving.sent_bytes.min(size)
}

fn count(list: &mut List, landed: &Landed, shown: &[BatchId]) {
    let mut moving: HashMap<Option<BatchId>, u64> = HashMap::new();
    for now in list.moving.now.values().filter(|now| !landed.ended.contains(&now.id)) {
        let batch = list.rows.get(now.id).map(|row| row.batch);
        *moving.entry(batch).or_default() += sent_of_file(list, now);
    }
    let overall = &mut list.moving.overall;
    overall.total_bytes = list.overall.total_bytes;
    let sent = list.overall.done_bytes + moving.values().sum::<u64>() + landed.sum(None);
    overall.sent_bytes = sent.min(overall.total_bytes);
    for id in shown {
        let Some(totals) = list.batches.get(id) else { continue };
        let flow = list.moving.batches.entry(*id).or_default();
        flow.total_bytes = totals.bytes;
        let moving = moving.get(&Some(*id)).copied().unwrap_or_default();
        flow.sent_bytes = (totals.done_bytes + moving + landed.sum(Some(*id))).min(totals.bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::attachment::Priority;
    use crate::store::{BatchTotals, Overall, Row, SessionId};

    const FILM: AttachmentId = AttachmentId(1);
    const SONG: AttachmentId = AttachmentId(2);
    const BATCH: BatchId = BatchId(7);

    fn row(id: AttachmentId, size: u64) -> Row {
        Row {
            id,
            batch: BATCH,
            position: 0,
            path: "/files/a".into(),
            name: "a".to_owned(),
            size: Some(size),
            mime: None,
            modified: None,
            pixels: None,
            duration_secs: None,
            profile: "Bot".to_owned(),
            service: "sandbox".to_owned(),
            state: State::Uploading,
            step: None,
            attempts: 1,
            failure: None,
            receipt: None,
            checkpoint: None,
            answer_lost: false,
            added_at_ms: 0,
            started_at_ms: None,
            finished_at_ms: None,
            session: SessionId::fresh(),
            held: false,
            priority: Priority::Normal,
            rank: id.0,
            whole_at_ms: None,
            content: None,
            link_check: None,
            repairs: Vec::new(),
            sent: None,
        }
    }

    /// A film of 30 bytes and a song of 70 in one batch.
    #[derive(Default)]
    struct Bench {
        list: List,
        landed: Landed,
        at_ms: u64,
    }

    impl Bench {
        fn new() -> Self {
            let mut bench = Self::default();
            bench.list.rows.arrived(&[FILM, SONG], vec![row(FILM, 30), row(SONG, 70)]);
            bench.totals(0, &[]);
            bench
        }

        fn totals(&mut self, done_bytes: u64, gone: &[AttachmentId]) {
            ended(&mut self.list, &mut self.landed, gone);
            self.list.overall = Overall { total_bytes: 100, done_bytes, by_state: Vec::new() };
            let (profile, service) = ("Bot".to_owned(), "sandbox".to_owned());
            let totals = BatchTotals {
                batch: BATCH,
                profile,
                service,
                added_at_ms: 0,
                by_state: Vec::new(),
                bytes: 100,
                done_bytes,
            };
            self.list.batches.insert(BATCH, totals);
            count(&mut self.list, &self.landed, &[BATCH]);
        }

        /// What the gauges say: sent, and the whole body.
        fn gauges(&mut self, gauges: &[(AttachmentId, u64, u64)]) {
            self.at_ms += 100;
            let moving = |&(id, sent_bytes, total_bytes): &_| Moving { id, sent_bytes, total_bytes };
            let found = gauges.iter().map(moving).collect();
            measure(&mut self.list, &mut self.landed, &[BATCH], (found, self.at_ms));
            count(&mut self.list, &self.landed, &[BATCH]);
        }

        #[track_caller]
        fn assert_sent(&self, bytes: u64) {
            let batch = self.list.moving.batches.get(&BATCH).map(|flow| flow.sent_bytes);
            assert_eq!((batch, self.list.moving.overall.sent_bytes), (Some(bytes), bytes));
        }
    }

    #[test]
    fn a_file_that_ends_is_counted_once() {
        let mut bench = Bench::new();
        bench.gauges(&[(FILM, 33, 33), (SONG, 10, 75)]);
        bench.assert_sent(40);
        // Its gauge goes; no total has it yet.
        bench.gauges(&[(SONG, 20, 75)]);
        bench.assert_sent(50);
        assert_eq!(named(&counted_here(&bench.list, &bench.landed, &[]), &[]), [FILM, SONG]);
        bench.totals(30, &[FILM]);
        bench.assert_sent(50);
        bench.gauges(&[(SONG, 75, 75)]);
        bench.assert_sent(100);
    }

    #[test]
    fn another_body_of_the_same_file_is_measured_by_its_own_length() {
        let mut bench = Bench::new();
        bench.gauges(&[(FILM, 12, 12)]);
        bench.gauges(&[(FILM, 15, 30)]);
        let fraction = bench.list.moving.meters.get(&FILM).map(Meter::fraction);
        assert_eq!(fraction, Some(0.5));
    }

    #[test]
    fn a_file_is_counted_once_that_the_totals_have_before_its_gauge_goes() {
        let mut bench = Bench::new();
        bench.gauges(&[(FILM, 33, 33), (SONG, 10, 75)]);
        bench.totals(30, &[FILM]);
        bench.assert_sent(40);
        bench.gauges(&[(FILM, 33, 33), (SONG, 20, 75)]);
        bench.assert_sent(50);
        bench.gauges(&[(SONG, 20, 75)]);
        bench.assert_sent(50);
    }

    /// One that begins between the two looks at the gauges may end before the totals are read, unasked about.
    #[test]
    fn what_no_reading_can_ask_about_is_not_counted() {
        let (mut bench, counted) = (Bench::new(), Counted::default());
        let gauge = |id, sent_bytes| Moving { id, sent_bytes, total_bytes: 100 };
        let readers = counted.subscribe();
        let now = || vec![gauge(SONG, 7), gauge(FILM, 5)];
        let found = name_then_read(&bench.list, &bench.landed, &counted, &[gauge(FILM, 1)], now);
        assert_eq!(
            found.iter().map(|moving| (moving.id, moving.sent_bytes)).collect::<Vec<_>>(),
            [(FILM, 5)]
        );
        assert_eq!(*readers.borrow(), [FILM], "named before it is counted");
        bench.gauges(&[(FILM, 5, 33)]);
        let now = || vec![gauge(SONG, 9)];
        let found = name_then_read(&bench.list, &bench.landed, &counted, &now(), now);
        assert_eq!(found.len(), 1);
        assert_eq!(named(&readers.borrow(), &[]), [FILM, SONG], "until it is counted no more");
    }

    #[test]
    fn a_file_that_is_sent_anew_counts_what_is_sent_of_it_now() {
        let mut bench = Bench::new();
        bench.gauges(&[(FILM, 33, 33), (SONG, 10, 75)]);
        ended(&mut bench.list, &mut bench.landed, &[FILM]);
        bench.gauges(&[(FILM, 33, 33), (SONG, 10, 75)]);
        bench.assert_sent(10);
        bench.gauges(&[(FILM, 5, 33), (SONG, 10, 75)]);
        bench.assert_sent(15);
    }
}
