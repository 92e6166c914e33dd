//! What is done with a file that has been uploaded: deleted at the service, its link renewed, saved again.

mod looking;

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use tokio_util::sync::CancellationToken;

use super::part;
use super::targets::{Resolved, Targets};
use crate::domain::attachment::{Activity, AttachmentId};
use crate::domain::error::{Failure, Kind, Step};
use crate::domain::file_name;
use crate::domain::receipt::Receipt;
use crate::services::body::Gauge;
use crate::services::http::{Context, Exchange, Http, Observer};
use crate::services::{Service, Stored};
use crate::store::{During, Row, Store};

/// Speaks to the services about files that were uploaded before. Dropping a call's future cancels it.
#[derive(Debug, Clone)]
pub struct Aftercare {
    pub store: Store,
    pub targets: Arc<dyn Targets>,
    pub http: Http,
    /// Milliseconds since 1970 (UTC).
    pub clock: fn() -> i64,
}

/// What the service says of a file whose upload's end is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Looked {
    Found(Box<Receipt>),
    Missing,
}

/// One file at its service, and the exchange to speak about it.
struct Visit {
    service: &'static dyn Service,
    stored: Stored,
    exchange: Exchange,
    kept: Arc<Kept>,
}

impl Aftercare {
    /// Deletes the file at the service. Its row stays, without links, and says when it was deleted.
    pub async fn delete(&self, id: AttachmentId) -> Result<(), Failure> {
        let row = self.row(id).await?;
        let asked = format!("Delete {} at {}", file_name::display(&row.name), row.profile);
        self.delete_row(row).await.map_err(|failure| failure.asked(asked))
    }

    /// Asks the service whether a file is there whose upload's end is not known. Found: the row is done, with its
    /// links. Missing: the row has failed and can be retried without a second object.
    pub async fn look(&self, id: AttachmentId) -> Result<Looked, Failure> {
        let row = self.row(id).await?;
        let asked = format!("Look for {} at {}", file_name::display(&row.name), row.profile);
        self.look_for(row).await.map_err(|failure| failure.asked(asked))
    }

    /// Makes an expired link fresh; answers the receipt with the new links, which the row has now.
    pub async fn renew(&self, id: AttachmentId) -> Result<Receipt, Failure> {
        let row = self.row(id).await?;
        let asked = format!("Renew the link of {} at {}", file_name::display(&row.name), row.profile);
        self.renew_row(row).await.map_err(|failure| failure.asked(asked))
    }

    /// Fetches the file from the service with the target's credential; answers its bytes. What stands at `to` is
    /// replaced once everything is there, and stays as it is when something breaks.
    pub async fn save(&self, id: AttachmentId, to: &Path) -> Result<u64, Failure> {
        let row = self.row(id).await?;
        let asked = format!("Save {} from {}", file_name::display(&row.name), row.profile);
        self.save_row(row, to).await.map_err(|failure| failure.asked(asked))
    }

    async fn delete_row(&self, row: Row) -> Result<(), Failure> {
        let id = row.id;
        let mut visit = self.visit(row).await?;
        let deleted = visit.service.delete(&visit.stored, &mut visit.exchange).await;
        self.heard(id, visit.said(), deleted).await?;
        let receipt = visit.stored.receipt.deleted((self.clock)().div_euclid(1000));
        self.store.replace_receipt(id, receipt).await.map_err(|failure| failure.at(Step::Record))
    }

    async fn renew_row(&self, row: Row) -> Result<Receipt, Failure> {
        let id = row.id;
        let mut visit = self.visit(row).await?;
        let renewed = visit.service.renew(&visit.stored, &mut visit.exchange).await;
        let receipt = self.heard(id, visit.said(), renewed).await?;
        let kept = self.store.replace_receipt(id, receipt.clone()).await;
        kept.map_err(|failure| failure.at(Step::Record))?;
        Ok(receipt)
    }

    async fn save_row(&self, row: Row, to: &Path) -> Result<u64, Failure> {
        let id = row.id;
        let mut visit = self.visit(row).await?;
        let mut file = part::beside(to).map_err(|error| part::not_written(to, &error))?;
        let saved = visit.service.save(&visit.stored, &mut file, &mut visit.exchange).await;
        let bytes = self.heard(id, visit.said(), saved).await?;
        let place = to.to_owned();
        let kept = tokio::task::spawn_blocking(move || part::keep(file, &place)).await;
        kept.unwrap_or_else(|error| Err(error.into())).map_err(|error| part::not_written(to, &error))?;
        Ok(bytes)
    }

    async fn row(&self, id: AttachmentId) -> Result<Row, Failure> {
        self.store.attachment(id).await?.ok_or_else(|| {
            Failure::new(Kind::Gone, "The file is not in the history any more")
                .advice("It may have been removed from the list meanwhile.")
        })
    }

    async fn visit(&self, row: Row) -> Result<Visit, Failure> {
        let Some(receipt) = row.receipt else {
            return Err(Failure::new(Kind::Gone, "The file was not uploaded"));
        };
        if receipt.deleted_at.is_some() {
            return Err(Failure::new(Kind::Gone, "The file was deleted at the service"));
        }
        let resolved = self.targets.resolve(&row.profile).await?;
        let kept = Arc::new(Kept::default());
        let exchange = Exchange::new(self.context(&resolved, kept.clone(), None));
        let Resolved { target, service, .. } = resolved;
        Ok(Visit { service, stored: Stored { target, name: row.name, receipt }, exchange, kept })
    }

    fn context(&self, resolved: &Resolved, observer: Arc<Kept>, checkpoint: Option<String>) -> Context {
        Context {
            http: self.http.clone(),
            observer,
            cancel: CancellationToken::new(),
            redactor: resolved.redactor(),
            checkpoint,
            cache: Arc::default(),
            clock: self.clock,
        }
    }

    /// Writes down what was asked and answered, however it went.
    async fn heard<T>(
        &self,
        id: AttachmentId,
        (exchange, kept): (&Exchange, &Kept),
        outcome: Result<T, Failure>,
    ) -> Result<T, Failure> {
        for activity in kept.take() {
            let noted = self.store.add_activity(id, During::Aftercare, activity).await.kept().await;
            // What the service did is worth more than the note about it.
            if noted.is_err() {
                break;
            }
        }
        outcome.map_err(|failure| exchange.finish(failure))
    }
}

impl Visit {
    fn said(&self) -> (&Exchange, &Kept) {
        (&self.exchange, &self.kept)
    }
}

/// Keeps the activity until the call is over.
#[derive(Debug, Default)]
struct Kept(Mutex<Vec<Activity>>);

impl Kept {
    fn take(&self) -> Vec<Activity> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Observer for Kept {
    fn step(&self, _: Step) {}

    fn sending(&self, _: Arc<Gauge>) {}

    fn activity(&self, activity: Activity) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(activity);
    }

    fn checkpoint(&self, _: Option<String>) {}
}
