//! How far the running uploads are: read from the engine's gauges, measured one by one, by batch and together.

use std::collections::HashMap;

use eframe::egui::Context;

use super::{App, Core, EVERY_MS, frame_in};
use crate::domain::attachment::{AttachmentId, BatchId, State};
use crate::domain::progress::Meter;
use crate::model::list::Flow;
use crate::transfer::Moving;

/// While something runs of which no byte moves (it is prepared, or its answer is waited for).
const RESTING_MS: i64 = 500;

/// Uploads whose bytes have all left but that no total counts yet. Without them a bar would step back whenever a
/// file ends.
#[derive(Debug, Default)]
pub(in crate::app) struct Landed {
    bytes: HashMap<AttachmentId, Landing>,
}

#[derive(Debug)]
struct Landing {
    batch: Option<BatchId>,
    bytes: u64,
    stage: Stage,
}

#[derive(Debug, PartialEq, Eq)]
enum Stage {
    Finishing,
    /// Recorded by the engine.
    Settled,
    /// The totals that are being read count it.
    Counted,
}

impl Landed {
    fn put(&mut self, id: AttachmentId, batch: Option<BatchId>, bytes: u64) {
        self.bytes.entry(id).or_insert(Landing { batch, bytes, stage: Stage::Finishing });
    }

    pub(super) fn remove(&mut self, id: AttachmentId) {
        self.bytes.remove(&id);
    }

    pub(super) fn settled(&mut self, id: AttachmentId) {
        if let Some(landing) = self.bytes.get_mut(&id) {
            landing.stage = Stage::Settled;
        }
    }

    pub(super) fn reading(&mut self) {
        for landing in self.bytes.values_mut().filter(|landing| landing.stage == Stage::Settled) {
            landing.stage = Stage::Counted;
        }
    }

    pub(super) fn read(&mut self) {
        self.bytes.retain(|_, landing| landing.stage != Stage::Counted);
    }

    fn sum(&self, batch: Option<BatchId>) -> u64 {
        let counts = |landing: &&Landing| batch.is_none() || landing.batch == batch;
        self.bytes.values().filter(counts).map(|landing| landing.bytes).sum()
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
        self.measure(found);
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

    fn measure(&mut self, found: Vec<Moving>) {
        let at_ms = self.model.now_ms.unsigned_abs();
        let list = &mut self.model.list;
        let batch_of = |id: AttachmentId| list.rows.get(id).map(|row| row.batch);
        let mut moved: HashMap<Option<BatchId>, u64> = HashMap::new();
        for moving in &found {
            let before = list.moving.now.get(&moving.id).map_or(0, |before| before.sent_bytes);
            // Fewer than before: a try began anew.
            let step = moving.sent_bytes.checked_sub(before).unwrap_or(moving.sent_bytes);
            *moved.entry(batch_of(moving.id)).or_default() += step;
            let meter = list.moving.meters.entry(moving.id).or_insert_with(|| Meter::new(moving.total_bytes));
            meter.record(at_ms, moving.sent_bytes);
        }
        let now: HashMap<_, _> = found.into_iter().map(|moving| (moving.id, moving)).collect();
        for (id, before) in &list.moving.now {
            let whole = before.total_bytes > 0 && before.sent_bytes >= before.total_bytes;
            if !now.contains_key(id) && whole {
                self.list.landed.put(*id, batch_of(*id), before.sent_bytes);
            }
        }
        list.moving.meters.retain(|id, _| now.contains_key(id));
        list.moving.now = now;
        list.moving.overall.moved(at_ms, moved.values().sum());
        let shown = &self.list.batches;
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
        // Those off the screen: their batch has to be known.
        let unknown =
            list.moving.now.keys().copied().filter(|id| list.rows.get(*id).is_none() && list.rows.wants(*id));
        let unknown = unknown.collect();
        self.read_rows(unknown);
    }

    /// What is done and what moves, against what there is.
    pub(super) fn count_bytes(&mut self) {
        let list = &mut self.model.list;
        let landed = &self.list.landed;
        let mut moving: HashMap<Option<BatchId>, u64> = HashMap::new();
        for (id, now) in &list.moving.now {
            let row = list.rows.get(*id);
            let size = row.and_then(|row| row.size).unwrap_or(now.total_bytes);
            *moving.entry(row.map(|row| row.batch)).or_default() += now.sent_bytes.min(size);
        }
        let overall = &mut list.moving.overall;
        overall.total_bytes = list.overall.total_bytes;
        let sent = list.overall.done_bytes + moving.values().sum::<u64>() + landed.sum(None);
        overall.sent_bytes = sent.min(overall.total_bytes);
        for id in &self.list.batches {
            let Some(totals) = list.batches.get(id) else { continue };
            let flow = list.moving.batches.entry(*id).or_default();
            flow.total_bytes = totals.bytes;
            let moving = moving.get(&Some(*id)).copied().unwrap_or_default();
            flow.sent_bytes = (totals.done_bytes + moving + landed.sum(Some(*id))).min(totals.bytes);
        }
    }
}
