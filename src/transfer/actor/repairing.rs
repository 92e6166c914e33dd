//! What the user wants changed in the copies that are sent, as long as they are not on their way.

use super::super::{Answer, Repairs};
use super::Actor;
use crate::domain::attachment::AttachmentId;
use crate::domain::error::Failure;
use crate::domain::preflight::Repair;

impl Actor {
    /// False: it is on its way or was sent already.
    pub(super) async fn set_repairs(
        &mut self,
        id: AttachmentId,
        repairs: Vec<Repair>,
    ) -> Result<bool, Failure> {
        if self.queue.runs(id) {
            return Ok(false);
        }
        if !self.holds(id) {
            return self.config.store.set_repairs_at_rest(id, &lasting(&repairs)).await;
        }
        self.config.store.set_repairs(id, &lasting(&repairs)).await?;
        let held = self.paused.get_mut(&id).or_else(|| self.asked.get_mut(&id));
        match held {
            Some(job) => job.decided = repairs,
            None => self.queue.set_repairs(id, &repairs),
        }
        Ok(true)
    }

    /// What was chosen is kept, so that a crash does not ask again.
    pub(super) async fn answer(&mut self, id: AttachmentId, answer: Answer) {
        let Some(mut job) = self.asked.remove(&id) else { return };
        match answer {
            Answer::Repair(chosen) => {
                job.decided = Repair::with(std::mem::take(&mut job.decided), chosen);
                let kept = self.config.store.set_repairs(id, &lasting(&job.decided)).await;
                self.keep(kept);
            }
            // The same findings come again and are errors now.
            Answer::Refuse => job.policy = Repairs::Refuse,
        }
        self.queue.push_front(job);
    }
}

/// Those that count whenever the file is sent. Another target is agreed to once, and kept with the batch: a further
/// one is asked about.
fn lasting(repairs: &[Repair]) -> Vec<Repair> {
    repairs.iter().filter(|repair| **repair != Repair::UseChangedTarget).cloned().collect()
}
