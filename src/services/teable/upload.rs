//! The steps of a Teable upload: signature, bytes, notify, record.

use http::Method;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::api::{self, Api};
use super::record::Place;
use super::signature::{self, Signature};
use super::stored::{self, Noted, Whence};
use crate::domain::error::{Failure, Kind, Step};
use crate::domain::receipt::Receipt;
use crate::services::http::Exchange;
use crate::services::{Upload, storage};

/// Everything but RFC 3986's unreserved characters, so that no server takes a `+` for a space.
const QUERY_VALUE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Kept between notify and record: a retry then goes on at the record, because notify cannot be repeated.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    base: String,
    noted: Noted,
}

pub(super) async fn run(upload: &Upload, exchange: &mut Exchange) -> Result<Receipt, Failure> {
    let api = Api::new(&upload.target)?;
    let place = Place::of_target(&upload.target);
    let kept = exchange.resume::<Kept>().filter(|kept| {
        place.is_some() && kept.base == api.base.as_str() && kept.noted.size == upload.source.size
    });
    let noted = match kept {
        Some(kept) => kept.noted,
        None => store(&api, upload, exchange).await?,
    };
    let item = match &place {
        None => None,
        Some(place) => {
            exchange.checkpoint(&Kept { base: api.base.to_string(), noted: noted.clone() });
            exchange.step(Step::Confirm);
            Some(place.put(&api, &noted, exchange).await?)
        }
    };
    let upload_type = upload.target.setting("upload_type").trim();
    let whence = Whence { api: &api, upload_type, now_ms: exchange.now_ms() };
    Ok(whence.receipt(&noted, place.as_ref().zip(item.as_ref())))
}

/// Kept while the bytes are on their way: the name under which the signature is in memory.
#[derive(Debug, Serialize, Deserialize)]
struct Begun {
    signature: String,
}

/// A signature for a request. Everybody who has it may upload, so that it stays in memory, until the bytes are there: a
/// retry sends them to the same place, and no second object comes of it.
#[derive(Debug, Serialize, Deserialize)]
struct Asked {
    base: String,
    request: Value,
    signature: Signature,
}

/// The signature that an earlier try got for the same request, or a new one, with its name.
async fn sign(api: &Api, request: Value, exchange: &mut Exchange) -> Result<(String, Signature), Failure> {
    let earlier = exchange.resume::<Begun>().and_then(|Begun { signature }| {
        let asked = serde_json::from_str::<Asked>(&exchange.cached(&signature)?).ok()?;
        let same = asked.base == api.base.as_str() && asked.request == request;
        same.then_some((signature, asked.signature))
    });
    if let Some(earlier) = earlier {
        return Ok(earlier);
    }
    exchange.step(Step::Ticket);
    let url = api.endpoint(&["attachments", "signature"]);
    let answer = exchange.send(api.json(Method::POST, url, &request)?).await?;
    let asked = Asked { base: api.base.to_string(), request, signature: api::data(&answer)? };
    let name = format!("teable signature {}", stored::item_id(|below| exchange.random_below(below)));
    if let Ok(kept) = serde_json::to_string(&asked) {
        exchange.cache(&name, kept);
        exchange.checkpoint(&Begun { signature: name.clone() });
    }
    Ok((name, asked.signature))
}

/// Signature, bytes and notify: afterwards the file is an attachment of Teable.
async fn store(api: &Api, upload: &Upload, exchange: &mut Exchange) -> Result<Noted, Failure> {
    let request = signature::request(&upload.file, upload.source.size, &upload.target)?;
    let (name, signature) = sign(api, request, exchange).await?;
    exchange.hide(&signature.token);
    let url = api.absolute(&signature.url).ok_or_else(signature::odd_address)?;
    for secret in storage::secrets(&url) {
        exchange.hide(&secret);
    }
    let call = signature.call(url, &upload.file, upload.source.clone())?;

    exchange.step(Step::Send);
    let answer = exchange.send(call).await?;
    let stored = api::check_storage(&answer).and_then(|()| storage::compare(&answer, &upload.source));
    let good_for_more = stored.as_ref().is_err_and(|failure| failure.kind != Kind::Gone);
    if !good_for_more {
        exchange.forget_cached(&name);
    }
    stored?;

    exchange.step(Step::Confirm);
    let url = notify_url(api, &signature.token, &upload.file.name);
    let answer = exchange.send(api.call(Method::POST, url)?).await?;
    let mut noted: Noted = api::data(&answer)?;
    exchange.step(Step::Verify);
    noted.check_size(upload.source.size)?;
    noted.item_id = stored::item_id(|below| exchange.random_below(below));
    noted.name.clone_from(&upload.file.name);
    Ok(noted)
}

/// Never repeated: the token is used up by the first call. After a lost answer everything begins with a new token,
/// which leaves an orphan at worst; that is why the call itself counts as safe.
fn notify_url(api: &Api, token: &str, name: &str) -> url::Url {
    let mut url = api.endpoint(&["attachments", "notify", token]);
    url.set_query(Some(&format!("filename={}", utf8_percent_encode(name, QUERY_VALUE))));
    url
}

#[cfg(test)]
#[path = "upload_tests.rs"]
mod tests;
