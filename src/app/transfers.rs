//! Passes on what is asked of the engine.

use super::App;
use super::work::Core;
use crate::domain::error::Failure;
use crate::model::{self, Notice, Transfer};

impl App {
    pub(super) fn transfer_action(&mut self, core: &Core, action: Transfer) {
        let core = core.clone();
        let reporter = self.work.reporter();
        self.work.start(async move {
            if let Err(failure) = carry_out(&core, action).await {
                reporter.send(model::Update::Tell(Notice::Failure(failure))).await;
            }
        });
    }
}

async fn carry_out(core: &Core, action: Transfer) -> Result<(), Failure> {
    match action {
        Transfer::Pause(scope) => core.handle.pause(scope).await,
        Transfer::Resume(scope) => core.handle.resume(scope).await,
        Transfer::Retry(scope) => core.handle.retry(scope).await.map(|_| ()),
        Transfer::Cancel(scope) => core.handle.cancel(scope).await,
        Transfer::Forget(ids) => core.store.forget(ids).await.map(|_| ()),
        Transfer::Delete(_) | Transfer::Renew(_) => Ok(()),
    }
}
