//! Cronofy attachments: one POST with the file in base64 inside JSON gives an id for calendar events.
//!
//! Source: Cronofy's API documentation, "Create attachment" and "Data centers".

mod check;
mod describe;
mod reply;
pub mod types;

use http::Method;
use md5::{Digest, Md5};
use serde_json::{Value, json};
use url::Url;

use super::body::{Body, FileSource, Piece};
use super::http::{Call, Exchange};
use super::{Service, Upload, Work, address, reading, texts};
use crate::domain::attachment::FileFacts;
use crate::domain::describe::Description;
use crate::domain::error::{Failure, Kind, Step};
use crate::domain::preflight::Finding;
use crate::domain::profile::Target;
use crate::domain::receipt::Receipt;
use crate::domain::secret::Secret;

/// The service `cronofy`.
#[derive(Debug)]
pub struct Cronofy;

impl Service for Cronofy {
    fn description(&self) -> &'static Description {
        &describe::DESCRIPTION
    }

    fn host(&self, target: &Target) -> String {
        base(target).map(|url| address::host_of(&url)).unwrap_or_default()
    }

    fn accept_secret(&self, _key: &str, value: Secret) -> Result<Secret, Failure> {
        texts::bearer_token(&value)
    }

    fn check_settings(&self, target: &Target) -> Vec<String> {
        interactions(target).err().into_iter().collect()
    }

    fn preflight(&self, file: &FileFacts, _target: &Target) -> Vec<Finding> {
        check::preflight(file)
    }

    fn upload<'a>(&'a self, upload: &'a Upload, exchange: &'a mut Exchange) -> Work<'a, Receipt> {
        Box::pin(create(upload, exchange))
    }

    fn test<'a>(&'a self, target: &'a Target, exchange: &'a mut Exchange) -> Work<'a, String> {
        Box::pin(test(target, exchange))
    }
}

/// The API's address: `base_url` where it is set, else the data center's.
fn base(target: &Target) -> Result<Url, Failure> {
    if target.optional("base_url").is_some() {
        return address::base(target, "base_url");
    }
    let host = match target.setting("data_center") {
        "us" => "api.cronofy.com".to_owned(),
        other => format!("api-{other}.cronofy.com"),
    };
    Url::parse(&format!("https://{host}"))
        .map_err(|error| Failure::new(Kind::Settings, "The setting data_center is wrong").cause(error))
}

/// A request with the API key.
fn call(target: &Target, method: Method, path: &str) -> Result<Call, Failure> {
    let key = target.secret("api_key").ok_or_else(|| {
        Failure::new(Kind::Secret, "Cronofy's API key is missing").advice(
            "Set the secret api_key of this target: the client secret of your application at Cronofy.",
        )
    })?;
    Call::new(method, address::below(&base(target)?, path))
        .credential("authorization", &format!("Bearer {}", key.expose().trim()))
}

/// The webhook's events, as the API names them; both where the setting is empty.
///
/// # Errors
/// One sentence about what the setting may be.
fn interactions(target: &Target) -> Result<Vec<&'static str>, String> {
    let setting = target.setting("webhook_interactions");
    let words: Vec<_> = setting.split(',').map(str::trim).filter(|word| !word.is_empty()).collect();
    if target.optional("webhook_uri").is_none() {
        if words.is_empty() {
            return Ok(Vec::new());
        }
        return Err("webhook_interactions needs webhook_uri: set the address that is to be called".to_owned());
    }
    let mut chosen = Vec::new();
    for word in &words {
        let name = match word.strip_prefix("attachment_").unwrap_or(word) {
            "approved" => "attachment_approved",
            "rejected" => "attachment_rejected",
            _ => {
                return Err("webhook_interactions must be approved, rejected or approved,rejected".to_owned());
            }
        };
        if !chosen.contains(&name) {
            chosen.push(name);
        }
    }
    if chosen.is_empty() {
        chosen = vec!["attachment_approved", "attachment_rejected"];
    }
    Ok(chosen)
}

/// The subscriptions of the request; none without a webhook.
fn subscriptions(target: &Target) -> Result<Option<Value>, Failure> {
    let Some(uri) = target.optional("webhook_uri") else { return Ok(None) };
    let chosen = interactions(target).map_err(|sentence| Failure::new(Kind::Settings, sentence))?;
    let interactions: Vec<_> = chosen.into_iter().map(|name| json!({"type": name})).collect();
    Ok(Some(json!([{"type": "webhook", "uri": uri.trim(), "interactions": interactions}])))
}

/// The JSON of the request with the file in base64 in its middle, of a length known beforehand.
fn body(file: &FileFacts, source: FileSource, subscriptions: Option<&Value>) -> Result<Body, Failure> {
    let content_type = types::content_type_for(&file.extension(), &file.mime).ok_or_else(|| {
        Failure::new(Kind::WrongType, format!("Cronofy takes no files like {}", file.name))
            .advice(format!("These extensions are taken: {}.", types::extensions()))
    })?;
    let (name, content_type) = (Value::from(file.name.as_str()), Value::from(content_type));
    let begin = format!(
        "{{\"attachment\":{{\"file_name\":{name},\"content_type\":{content_type},\"base64_content\":\""
    );
    let end = match subscriptions {
        Some(subscriptions) => format!("\"}},\"subscriptions\":{subscriptions}}}"),
        None => "\"}}".to_owned(),
    };
    Ok(Body::pieces(vec![Piece::Bytes(begin.into()), Piece::Base64(source), Piece::Bytes(end.into())]))
}

async fn create(upload: &Upload, exchange: &mut Exchange) -> Result<Receipt, Failure> {
    let target = &upload.target;
    let subscriptions = subscriptions(target)?;
    let body = body(&upload.file, upload.source.clone(), subscriptions.as_ref())?;
    let call = call(target, Method::POST, "v1/attachments")?
        .header("content-type", "application/json; charset=utf-8")?
        .body(body)
        .ambiguous();
    exchange.step(Step::Send);
    let answer = exchange.send(call).await?;
    if !answer.is_success() {
        return Err(reply::refusal(&answer));
    }
    let attachment = answer.json::<reply::Answer>()?.attachment;
    exchange.step(Step::Verify);
    reply::verify(&attachment, &local_md5(&upload.source).await?)?;
    Ok(reply::receipt(attachment, &upload.file.name, target.optional("webhook_uri")))
}

/// The file's checksum: the one taken while it was sent, or a pass of its own.
async fn local_md5(source: &FileSource) -> Result<String, Failure> {
    if let Some(taken) = source.digests.taken().md5 {
        return Ok(taken);
    }
    let body = Body::file(source.clone());
    let hasher = reading::fold(&body, Md5::new(), |hasher, block| hasher.update(block)).await?;
    Ok(hex::encode(hasher.finalize()))
}

async fn test(target: &Target, exchange: &mut Exchange) -> Result<String, Failure> {
    let call = call(target, Method::GET, "v1/userinfo")?;
    let tried = format!("GET {} with the API key", call.url);
    let answer = exchange.send(call).await?;
    if answer.is_success() {
        return Ok(format!("Tried {tried}: Cronofy accepts the key."));
    }
    Err(tested(reply::refusal(&answer), &tried))
}

/// Says what was tried where the key was not accepted, because the call asks for more than an upload does.
fn tested(failure: Failure, tried: &str) -> Failure {
    if !matches!(failure.http_status, Some(401 | 403)) {
        return failure;
    }
    let advice = format!(
        "Tried {tried}. Check the key and the data center. A key that may only upload can be refused here: \
         upload a small file to be sure."
    );
    failure.advice(advice)
}

#[cfg(test)]
mod tests;
