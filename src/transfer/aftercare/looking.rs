//! Asks a service for a file whose upload's end is not known.

use std::sync::Arc;

use super::{Aftercare, Kept, Looked};
use crate::domain::attachment::{AttachmentId, FileFacts, State};
use crate::domain::changes::Sent;
use crate::domain::error::{Failure, Kind, Step};
use crate::domain::preflight::Repair;
use crate::domain::receipt::Receipt;
use crate::services::Upload;
use crate::services::body::{Body, Digests, FileSource, Taken};
use crate::services::http::Exchange;
use crate::store::{Outcome, Row};
use crate::transfer::preflight;
use crate::transfer::targets::Resolved;

impl Aftercare {
    pub(super) async fn look_for(&self, row: Row) -> Result<Looked, Failure> {
        let (id, before) = (row.id, row.state);
        if !matches!(before, State::Unsure | State::Interrupted) {
            return Err(known());
        }
        let resolved = self.targets.resolve(&row.profile).await?;
        if !resolved.service.description().capability.looks {
            let name = resolved.service.description().name;
            return Err(Failure::new(Kind::Refused, format!("{name} cannot be asked for a file"))
                .advice("Look there yourself before you retry."));
        }
        let found = match upload_of(row.clone(), &resolved) {
            Some(lost) => self.ask(row, &lost, &resolved).await?,
            // No try has begun, so nothing was sent.
            None => None,
        };
        let looked = found.clone().map_or(Looked::Missing, |receipt| Looked::Found(Box::new(receipt)));
        let (state, outcome) = match found {
            Some(receipt) => (State::Done, Outcome { receipt: Some(receipt), failure: None }),
            None => (State::Failed, Outcome { receipt: None, failure: Some(missing()) }),
        };
        self.settle(id, before, state, outcome).await?;
        Ok(looked)
    }

    /// What the service has, compared with what was sent.
    async fn ask(&self, row: Row, lost: &Upload, resolved: &Resolved) -> Result<Option<Receipt>, Failure> {
        let kept = Arc::new(Kept::default());
        let mut exchange = Exchange::new(self.context(resolved, kept.clone(), row.checkpoint));
        let found = resolved.service.look(lost, &mut exchange).await;
        let Some(receipt) = self.heard(row.id, (&exchange, &kept), found).await? else { return Ok(None) };
        compare(receipt, &lost.source).await.map(Some)
    }

    async fn settle(
        &self,
        id: AttachmentId,
        before: State,
        state: State,
        outcome: Outcome,
    ) -> Result<(), Failure> {
        let settled = self.store.finish_from(id, before, state, outcome).await;
        // Somebody has taken it back into a queue meanwhile.
        if settled.map_err(|failure| failure.at(Step::Record))? { Ok(()) } else { Err(known()) }
    }
}

/// What the last try sent, as far as the row knows it; none where none has begun.
fn upload_of(row: Row, resolved: &Resolved) -> Option<Upload> {
    if row.attempts == 0 {
        return None;
    }
    let mut file = FileFacts {
        path: row.path,
        name: row.name,
        size: row.size?,
        mime: row.mime.unwrap_or_default(),
        modified: row.modified,
        pixels: row.pixels,
        duration_secs: row.duration_secs,
    };
    // Formats before 4 do not know it: a name that the service does not take was not sent, the one in its place was.
    if row.sent.is_none() {
        for finding in preflight::check(resolved.service, &file, &resolved.target) {
            if let Some(Repair::Rename { name }) = finding.repair {
                file.name = name;
            }
        }
    }
    let mut digests = Digests::new(true, true);
    if let Some(Sent { name, size, mime, removed: _, md5, sha256 }) = row.sent {
        (file.name, file.size, file.mime) = (name, size, mime);
        if sha256.is_some() {
            digests = Digests::known(Taken { md5, sha256, ..Taken::default() });
        }
    }
    let source = FileSource {
        path: Arc::from(file.path.as_path()),
        size: file.size,
        modified: file.modified,
        digests,
        held: None,
    };
    Some(Upload { target: resolved.target.clone(), file, source, thumb: None, answer_lost: true })
}

/// As after an upload: what the service says of the file must be true of the local one, as far as that is there.
async fn compare(mut receipt: Receipt, source: &FileSource) -> Result<Receipt, Failure> {
    if let Some(size) = receipt.size.filter(|size| *size != source.size) {
        return Err(other(format!("{} bytes were sent, the service has {size}", source.size)));
    }
    receipt.size = Some(source.size);
    if receipt.md5.is_none() && receipt.sha256.is_none() {
        return Ok(receipt);
    }
    // A copy is gone by now, and its checksums were kept.
    if source.digests.taken().sha256.is_none() {
        match Body::file(source.clone()).read_through(|_| {}).await {
            Ok(_) => {}
            // Gone or changed since: its size must do.
            Err(_gone) => return Ok(receipt),
        }
    }
    let taken = source.digests.taken();
    for (ours, theirs) in [(&taken.md5, &receipt.md5), (&taken.sha256, &receipt.sha256)] {
        if let (Some(ours), Some(theirs)) = (ours, theirs)
            && !ours.eq_ignore_ascii_case(theirs)
        {
            return Err(other(format!("checksum {ours} was sent, the service has {theirs}")));
        }
    }
    Ok(receipt)
}

fn other(cause: String) -> Failure {
    Failure::new(Kind::Protocol, "What stands at the service is not this file")
        .cause(cause)
        .advice("Do not use it. Retry to upload the file again.")
}

fn missing() -> Failure {
    Failure::new(Kind::Gone, "It is not at the service")
        .at(Step::Send)
        .advice("Retry: that makes no second one.")
        .safe()
}

fn known() -> Failure {
    Failure::new(Kind::Refused, "The file is not one whose upload's end is unknown")
        .advice("Look at its state in the list.")
}
