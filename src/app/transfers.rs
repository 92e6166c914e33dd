//! Passes on what is asked of the engine.

use super::App;
use super::work::Core;
use crate::domain::error::Failure;
use crate::model::{self, Notice, Transfer, list};

impl App {
    pub(super) fn transfer_action(&mut self, core: &Core, action: Transfer) {
        let core = core.clone();
        let reporter = self.work.reporter();
        self.work.start(async move {
            match carry_out(&core, action).await {
                Ok(None) => {}
                Ok(Some(notice)) => reporter.send(model::Update::Tell(notice)).await,
                Err(failure) => reporter.send(model::Update::Tell(Notice::Failure(failure))).await,
            }
            reporter.send(model::Update::List(list::Update::Changed)).await;
        });
    }
}

/// Answers what there is to tell.
async fn carry_out(core: &Core, action: Transfer) -> Result<Option<Notice>, Failure> {
    match action {
        Transfer::Cancel(scope) => core.handle.cancel(scope).await.map(|()| None),
        Transfer::Forget(ids) => {
            let gone = core.store.forget(ids).await?;
            Ok((gone > 0).then(|| Notice::text("removed-from-list").value("count", gone)))
        }
        _ => Ok(None),
    }
}
