//! Whether the bytes of an upload are there whose end is not known: what Mixin says of the attachment, and what its
//! link gives.

use http::Method;

use super::reply::{self, Attachment};
use super::upload::{self, Api, Begun};
use crate::domain::error::{Failure, Kind, Step};
use crate::domain::receipt::Receipt;
use crate::services::http::{Call, Exchange};
use crate::services::{Upload, address};

/// By the ticket that the upload kept before its first byte left: without one none has.
pub(super) async fn look(lost: &Upload, exchange: &mut Exchange) -> Result<Option<Receipt>, Failure> {
    let api = Api::new(&lost.target)?;
    let Some(begun) = exchange.resume::<Begun>().filter(|begun| begun.is_of(&api, lost)) else {
        return Ok(None);
    };
    exchange.step(Step::Confirm);
    let found = find(&api, &begun.attachment, exchange).await?;
    Ok(found.filter(|(_, size)| *size == lost.source.size).map(|(fresh, size)| Receipt {
        size: Some(size),
        ..reply::receipt(&upload::or_earlier(fresh, &begun.attachment))
    }))
}

/// The file's bytes are all at this attachment.
pub(super) async fn is_there(
    api: &Api,
    attachment: &Attachment,
    upload: &Upload,
    exchange: &mut Exchange,
) -> Result<bool, Failure> {
    exchange.step(Step::Ticket);
    let found = find(api, attachment, exchange).await?;
    Ok(found.is_some_and(|(_, size)| size == upload.source.size))
}

/// The attachment and the number of its bytes; none where Mixin or its storage has nothing.
async fn find(
    api: &Api,
    attachment: &Attachment,
    exchange: &mut Exchange,
) -> Result<Option<(Attachment, u64)>, Failure> {
    let fresh = match upload::look_up(api, &attachment.id, exchange).await {
        Ok(fresh) => fresh,
        Err(failure) if failure.kind == Kind::Gone => return Ok(None),
        Err(failure) => return Err(failure),
    };
    let Some(view) = fresh.view_url.as_deref().and_then(address::web) else { return Ok(None) };
    // The address is signed for GET alone, so one byte is asked for instead of the head.
    let call = Call::new(Method::GET, view).header("range", "bytes=0-0")?;
    let mut came = 0_u64;
    let answer = exchange
        .download(call, &mut |block| {
            came += block.len() as u64;
            Ok(())
        })
        .await?;
    let size = match answer.status {
        // S3 says 403 of what is not there to those who may not list; 416 of an empty object.
        403 | 404 => None,
        206 | 416 => answer.whole_size(),
        _ if answer.is_success() => Some(came),
        _ => return Err(answer.failure(&answer.quote())),
    };
    Ok(size.map(|size| (fresh, size)))
}
