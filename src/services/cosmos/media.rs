//! The bytes of stored attachments: saving them, and comparing them after an answer was lost.

use http::Method;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use std::io::{Error, Write};

use super::create::Item;
use super::place::Place;
use super::reply::{self, SENT_BYTES};
use crate::domain::error::{Failure, Kind};
use crate::services::body::{Body, FileSource};
use crate::services::http::{Exchange, Reply};
use crate::services::{Stored, Upload, reading};

/// Fetches the stored bytes of an attachment into `file`.
pub(super) async fn save(
    stored: &Stored,
    file: &mut (dyn Write + Send),
    exchange: &mut Exchange,
) -> Result<u64, Failure> {
    let media = stored.receipt.extra.get("media").and_then(Value::as_str).unwrap_or_default();
    let media_id = reply::media_id(media).ok_or_else(|| not_stored(media))?;
    let call = Place::of(&stored.target)?.media_call(media_id, exchange.now_ms())?;
    let (mut written, mut hasher) = (0_u64, Sha256::new());
    let answer = exchange
        .download(call, &mut |block| {
            written += block.len() as u64;
            hasher.update(block);
            file.write_all(block)
        })
        .await?;
    if !answer.is_success() {
        return Err(reply::refusal(&answer));
    }
    whole(stored, written, &hex::encode(hasher.finalize()))?;
    Ok(written)
}

/// Compares what was fetched with what the receipt says was sent.
fn whole(stored: &Stored, written: u64, sha256: &str) -> Result<(), Failure> {
    let sent = stored.receipt.extra.get(SENT_BYTES).and_then(Value::as_u64).or(stored.receipt.size);
    let wrong = if sent.is_some_and(|sent| sent != written) {
        format!("{} bytes were sent and {written} came back", sent.unwrap_or_default())
    } else if stored.receipt.sha256.as_deref().is_some_and(|sent| !sent.eq_ignore_ascii_case(sha256)) {
        "the checksum (SHA-256) differs".to_owned()
    } else {
        return Ok(());
    };
    Err(Failure::new(Kind::Protocol, format!("The saved copy of {} is not what was uploaded", stored.name))
        .cause(wrong)
        .advice(
            "Somebody may have replaced the attachment, or the transfer was damaged: save it again to see.",
        ))
}

fn not_stored(media: &str) -> Failure {
    let failure = Failure::new(Kind::Gone, "Cosmos DB holds no bytes of this attachment");
    if media.is_empty() {
        return failure.advice("Its receipt names no media. Upload the file again.");
    }
    failure.cause(format!("it points to {media}")).advice("Fetch it from that address.")
}

/// Finds out whether the attachment whose name is taken is the one that an earlier, unanswered try created.
/// Answers its resource and the answer that held it, or none where it is somebody else's.
pub(super) async fn find_own(
    place: &Place,
    item: &Item,
    upload: &Upload,
    exchange: &mut Exchange,
) -> Result<Option<(Map<String, Value>, Reply)>, Failure> {
    let call = place.attachment_call(Method::GET, &place.attachment(item.id()), exchange.now_ms())?;
    let answer = exchange.send(call).await?;
    if answer.status == 404 {
        return Ok(None);
    }
    if !answer.is_success() {
        return Err(reply::refusal(&answer));
    }
    let fields = reply::resource(&answer)?;
    let media = fields.get("media").and_then(Value::as_str).unwrap_or_default();
    let own = match item {
        Item::Link { address, .. } => media == address,
        Item::Raw { .. } => match reply::media_id(media) {
            Some(media_id) => same_bytes(place, media_id, &upload.source, exchange).await?,
            None => false,
        },
    };
    Ok(own.then_some((fields, answer)))
}

/// The stored media holds exactly the local file's bytes.
async fn same_bytes(
    place: &Place,
    media_id: &str,
    source: &FileSource,
    exchange: &mut Exchange,
) -> Result<bool, Failure> {
    let call = place.media_call(media_id, exchange.now_ms())?;
    let (mut came, mut hasher, size) = (0_u64, Sha256::new(), source.size);
    let answer = exchange
        .download(call, &mut |block| {
            came += block.len() as u64;
            if came > size {
                return Err(Error::other("larger than the local file"));
            }
            hasher.update(block);
            Ok(())
        })
        .await;
    if came > size {
        return Ok(false);
    }
    let answer = answer?;
    if !answer.is_success() {
        return Err(reply::refusal(&answer));
    }
    Ok(came == size && hex::encode(hasher.finalize()) == local_sha256(source).await?)
}

/// The file's checksum: the one taken while it was sent, or a pass of its own.
async fn local_sha256(source: &FileSource) -> Result<String, Failure> {
    if let Some(taken) = source.digests.taken().sha256 {
        return Ok(taken);
    }
    let body = Body::file(source.clone());
    let hasher = reading::fold(&body, Sha256::new(), |hasher, block| hasher.update(block)).await?;
    Ok(hex::encode(hasher.finalize()))
}

#[cfg(test)]
mod tests {
    use super::super::tests::target;
    use super::*;
    use crate::domain::receipt::Receipt;

    #[test]
    fn a_saved_copy_is_compared_with_what_was_sent() {
        let mut receipt = Receipt { sha256: Some("AB".to_owned()), ..Receipt::default() };
        receipt.extra.insert(SENT_BYTES.to_owned(), Value::from(5));
        let mut stored =
            Stored { target: std::sync::Arc::new(target(&[])), name: "a.txt".to_owned(), receipt };
        assert_eq!(whole(&stored, 5, "ab"), Ok(()));
        let short = whole(&stored, 4, "ab").unwrap_err();
        assert_eq!(short.cause.as_deref(), Some("5 bytes were sent and 4 came back"));
        assert!(whole(&stored, 5, "cd").unwrap_err().cause.unwrap().contains("SHA-256"));
        stored.receipt = Receipt::default();
        assert_eq!(whole(&stored, 4, "cd"), Ok(()));
    }

    #[test]
    fn a_registered_address_has_no_bytes_here() {
        assert_eq!(
            not_stored("https://e.org/x").to_string(),
            "Cosmos DB holds no bytes of this attachment (it points to https://e.org/x). Fetch it from that address."
        );
    }
}
