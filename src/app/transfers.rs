//! Passes on what is asked of the engine, and of the services afterwards.

use super::App;
use super::work::Core;
use crate::domain::attachment::{AttachmentId, BatchId, State};
use crate::domain::error::Failure;
use crate::model::{self, Notice, Transfer, list};
use crate::store::ListQuery;
use crate::transfer::Scope;
use crate::transfer::aftercare::{Aftercare, Looked};

impl App {
    pub(super) fn transfer_action(&mut self, core: &Core, action: Transfer) {
        let (core, clock) = (core.clone(), self.clock);
        let reporter = self.work.reporter();
        let changes = match &action {
            Transfer::Delete(id) | Transfer::Renew(id) | Transfer::Look(id) | Transfer::Change { id, .. } => {
                vec![*id]
            }
            Transfer::Prioritise(scope, _) => self.rows_of(scope),
            _ => Vec::new(),
        };
        self.work.start(async move {
            match carry_out(&core, action, clock).await {
                Ok(None) => {}
                Ok(Some(notice)) => reporter.send(model::Update::Tell(notice)).await,
                Err(failure) => reporter.send(model::Update::Tell(Notice::Failure(failure))).await,
            }
            reporter.send(model::Update::List(list::Update::Changed(changes))).await;
        });
    }

    /// Of the rows that are here those that a scope means.
    fn rows_of(&self, scope: &Scope) -> Vec<AttachmentId> {
        let rows = &self.model.list.rows;
        match scope {
            Scope::One(id) => vec![*id],
            Scope::Some(ids) => ids.iter().copied().filter(|id| rows.get(*id).is_some()).collect(),
            Scope::Batch(batch) => rows.all(|row| row.batch == *batch),
            Scope::Profile(profile) => rows.all(|row| row.profile == *profile),
            Scope::All => rows.all(|_| true),
        }
    }
}

/// Answers what there is to tell.
async fn carry_out(core: &Core, action: Transfer, clock: fn() -> i64) -> Result<Option<Notice>, Failure> {
    let aftercare = || Aftercare {
        store: core.store.clone(),
        targets: core.targets.clone(),
        http: core.http.clone(),
        clock,
    };
    match action {
        Transfer::Pause(scope) => core.handle.pause(scope).await?,
        Transfer::Resume(scope) => core.handle.resume(scope).await?,
        Transfer::Retry(scope) => retry(core, scope).await?,
        Transfer::Cancel(scope) => core.handle.cancel(scope).await?,
        Transfer::Forget(ids) => return forget(core, ids).await,
        Transfer::Remove(ids) => {
            // What is canceled by this stays in the list.
            let told = forget(core, ids.clone()).await?;
            core.handle.cancel(Scope::Some(ids)).await?;
            return Ok(told);
        }
        Transfer::Delete(id) => {
            aftercare().delete(id).await?;
            return Ok(Some(Notice::text("deleted-at-service")));
        }
        Transfer::Renew(id) => {
            aftercare().renew(id).await?;
            return Ok(Some(Notice::text("link-renewed")));
        }
        Transfer::TryNow(batch) => try_now(core, batch).await?,
        Transfer::Prioritise(scope, priority) => core.handle.prioritise(scope, priority).await?,
        Transfer::Reorder(scope, place) => core.handle.reorder(scope, place).await?,
        Transfer::Change { id, repairs, retry } => {
            if !core.handle.set_repairs(id, repairs).await? {
                return Ok(Some(Notice::text("changes-too-late")));
            }
            if retry {
                core.handle.retry(Scope::One(id)).await?;
            }
        }
        Transfer::CheckLinks(ids) => core.handle.check_links(ids).await?,
        Transfer::Look(id) => {
            let key = match aftercare().look(id).await? {
                Looked::Found(_) => "look-found",
                Looked::Missing => "look-missing",
            };
            return Ok(Some(Notice::text(key)));
        }
    }
    Ok(None)
}

async fn forget(core: &Core, ids: Vec<AttachmentId>) -> Result<Option<Notice>, Failure> {
    let gone = core.store.forget(ids).await?;
    Ok((gone > 0).then(|| Notice::text("removed-from-list").value("count", gone)))
}

/// Only what waits: what the user paused stays so.
async fn try_now(core: &Core, batch: Option<BatchId>) -> Result<(), Failure> {
    let ids = match batch {
        Some(batch) => {
            let waiting = core.store.batch(batch).await?.into_iter().filter(|row| row.state == State::Queued);
            waiting.map(|row| row.id).collect()
        }
        None => core.handle.order().to_vec(),
    };
    core.handle.resume(Scope::Some(ids)).await
}

/// One is tried again whatever it is. Of many only what failed for certain or never ended: what may have arrived is
/// not sent twice unasked, and what was canceled was canceled; unless it is among those that were chosen one by one.
async fn retry(core: &Core, scope: Scope) -> Result<(), Failure> {
    let profile = match &scope {
        Scope::One(_) => return core.handle.retry(scope).await.map(|_| ()),
        Scope::Some(ids) => {
            let mut rows = core.store.rows(ids.clone()).await?;
            rows.retain(|row| matches!(row.state, State::Failed | State::Interrupted | State::Canceled));
            let chosen = rows.iter().map(|row| row.id).collect();
            return core.handle.retry(Scope::Some(chosen)).await.map(|_| ());
        }
        Scope::Profile(profile) => Some(profile.clone()),
        Scope::Batch(_) | Scope::All => None,
    };
    let states = Some(vec![State::Failed, State::Interrupted]);
    let found = core.store.outline(ListQuery { states, search: None, profile }).await?;
    let ids = match scope {
        Scope::Batch(batch) => {
            let group = found.groups.iter().find(|group| group.batch == batch);
            let ids = group.and_then(|group| found.ids.get(group.first..group.first + group.count));
            ids.unwrap_or_default().to_vec()
        }
        _ => found.ids,
    };
    core.handle.retry(Scope::Some(ids)).await.map(|_| ())
}
