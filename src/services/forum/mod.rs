//! A forum's open API: ask for the upload servers, send one signed multipart POST, get links and a post's content.
//!
//! The product is not public: its signature rule is a setting with presets, its answers are read tolerantly.

mod describe;
pub mod multipart;
mod reply;
mod servers;
pub mod signature;
mod template;

use http::Method;
use url::Url;

use super::body::{Body, Piece};
use super::http::{Call, Exchange};
use super::{Service, Upload, Work, address};
use crate::domain::attachment::FileFacts;
use crate::domain::describe::Description;
use crate::domain::error::{Failure, Kind, Step};
use crate::domain::preflight::Finding;
use crate::domain::profile::Target;
use crate::domain::receipt::Receipt;
use crate::domain::secret::Secret;
use multipart::Form;
use reply::Uploaded;
use signature::{Facts, Rule};

/// The path of uploads, below an upload server.
const UPLOAD_PATH: &str = "openapi/forum/upload/attachment";

/// The service `forum`.
#[derive(Debug)]
pub struct Forum;

impl Service for Forum {
    fn description(&self) -> &'static Description {
        &describe::DESCRIPTION
    }

    fn host(&self, target: &Target) -> String {
        address::host(target, "base_url")
    }

    fn accept_secret(&self, _key: &str, value: Secret) -> Result<Secret, Failure> {
        Ok(Secret::new(value.expose().trim()))
    }

    fn check_settings(&self, target: &Target) -> Vec<String> {
        Rule::of(target).err().map(|failure| failure.to_string()).into_iter().collect()
    }

    fn preflight(&self, file: &FileFacts, _target: &Target) -> Vec<Finding> {
        preflight(file)
    }

    fn upload<'a>(&'a self, upload: &'a Upload, exchange: &'a mut Exchange) -> Work<'a, Receipt> {
        Box::pin(send(upload, exchange))
    }

    fn test<'a>(&'a self, target: &'a Target, exchange: &'a mut Exchange) -> Work<'a, String> {
        Box::pin(test(target, exchange))
    }
}

fn preflight(file: &FileFacts) -> Vec<Finding> {
    if !file.is_image() && !file.is_video() {
        return vec![Finding::error(
            Kind::WrongType,
            format!("The forum takes images and videos only, and {} is neither ({}).", file.name, file.mime),
        )];
    }
    if file.is_video() && file.duration_secs.is_none() {
        return vec![Finding::error(
            Kind::WrongType,
            "The forum asks how long a video is, and the length of this one cannot be read. \
             Convert it to MP4 (H.264) and try again.",
        )];
    }
    Vec::new()
}

/// A request as it was signed, and the signed text in words.
struct Signed {
    call: Call,
    shown: String,
}

/// Signs a request and gives it the three headers.
async fn signed(
    target: &Target,
    exchange: &mut Exchange,
    (method, url): (Method, Url),
    body: Body,
) -> Result<Signed, Failure> {
    let rule = Rule::of(target)?;
    let secret = |key: &str| {
        target.secret(key).ok_or_else(|| {
            Failure::new(Kind::Secret, format!("The forum's {key} is missing"))
                .advice("Set the secrets api_key and api_secret of this target.")
        })
    };
    let facts = Facts {
        key: secret("api_key")?.expose(),
        secret: secret("api_secret")?.expose(),
        now_ms: exchange.now_ms(),
        method: method.as_str(),
        path: url.path(),
        query: url.query().unwrap_or_default(),
    };
    let signature = rule.sign(&facts, &body).await?;
    exchange.hide(&signature);
    let shown = format!("signed with {}, which is “{}”", rule.words(), facts.shown(&rule.template));
    let call = Call::new(method.clone(), url.clone())
        .credential("api-key", facts.key)?
        .header("timestamp", &facts.timestamp())?
        .credential("signature", &signature)?
        .body(body);
    Ok(Signed { call, shown })
}

/// The form of an upload, with its content type.
fn form(upload: &Upload, boundary: String) -> Result<(String, Body), Failure> {
    let file = &upload.file;
    let kind = if file.is_video() { "public/video" } else { "public/image" };
    let mut form =
        Form::new(boundary).text("type", kind).text("group_name", upload.target.setting("group_name"));
    if file.is_video() {
        let lacks = |what: &str| {
            Failure::new(
                Kind::WrongType,
                format!("The forum asks for {what} of a video, and this one gives none"),
            )
            .advice("Convert it to MP4 (H.264) and try again.")
        };
        let duration_secs = file.duration_secs.ok_or_else(|| lacks("the length"))?;
        let thumb = upload.thumb.clone().ok_or_else(|| lacks("a picture"))?;
        form = form.text("duration", &duration_secs.to_string()).file(
            "thumb",
            "thumb.jpg",
            "image/jpeg",
            Piece::Bytes(thumb),
        );
    }
    Ok(form.file("file", &file.name, &file.mime, Piece::File(upload.source.clone())).finish())
}

async fn send(upload: &Upload, exchange: &mut Exchange) -> Result<Receipt, Failure> {
    let target = &upload.target;
    let (content_type, body) = form(upload, multipart::boundary(|n| exchange.random_below(n)))?;
    let server = if target.flag("server_list") {
        exchange.step(Step::Ticket);
        choose_server(target, exchange).await?
    } else {
        address::base(target, "base_url")?
    };
    exchange.step(Step::Send);
    let url = address::below(&server, UPLOAD_PATH);
    let call = signed(target, exchange, (Method::POST, url), body).await?.call;
    let answer = exchange.send(call.header("content-type", &content_type)?.ambiguous()).await?;
    let uploaded = Uploaded::parse(&reply::accepted(&answer)?)?;
    exchange.step(Step::Verify);
    uploaded.verify(upload.source.size)?;
    Ok(uploaded.receipt())
}

/// One of the upload servers, which are asked for once a batch.
async fn choose_server(target: &Target, exchange: &mut Exchange) -> Result<Url, Failure> {
    let base = address::base(target, "base_url")?;
    let key = format!("forum servers of {base}");
    let kept = exchange.cached(&key).and_then(|kept| serde_json::from_str::<Vec<String>>(&kept).ok());
    let servers = if let Some(servers) = kept {
        servers
    } else {
        let servers = ask_for_servers(target, exchange).await?.1;
        exchange.cache(&key, serde_json::Value::from(servers.clone()).to_string());
        servers
    };
    let chosen = servers.get(exchange.random_below(servers.len())).map(String::as_str).unwrap_or_default();
    Url::parse(chosen).map_err(|error| {
        Failure::new(Kind::Protocol, "The forum's upload server has no usable address").cause(error)
    })
}

/// Asks for the upload servers; answers what was signed, in words, and the servers.
async fn ask_for_servers(target: &Target, exchange: &mut Exchange) -> Result<(String, Vec<String>), Failure> {
    let base = address::base(target, "base_url")?;
    let request = (Method::GET, address::below(&base, servers::PATH));
    let sent = signed(target, exchange, request, Body::empty()).await?;
    let answer = exchange.send(sent.call).await?;
    let servers = reply::accepted(&answer)
        .and_then(|json| {
            servers::parse(&json, &base).map_err(|why| {
                Failure::new(Kind::Protocol, "The forum named no usable upload server")
                    .cause(why)
                    .advice("Set server_list to false to upload to the base address.")
                    .status(answer.status)
            })
        })
        .map_err(|failure| explained(failure, &sent.shown))?;
    Ok((sent.shown, servers))
}

/// Adds what was signed to a failure, because the rule is what is most often wrong.
fn explained(failure: Failure, shown: &str) -> Failure {
    let known = failure.advice.clone().unwrap_or_default();
    failure.advice(format!("{known} The request was {shown}.").trim_start())
}

async fn test(target: &Target, exchange: &mut Exchange) -> Result<String, Failure> {
    if target.flag("server_list") {
        let (shown, servers) = ask_for_servers(target, exchange).await?;
        return Ok(format!(
            "Asked for the upload servers, {shown}. The forum named {}: {}.",
            servers.len(),
            servers.join(", ")
        ));
    }
    let url = address::base(target, "base_url")?;
    let sent = signed(target, exchange, (Method::GET, url), Body::empty()).await?;
    let tried = format!("GET {}, {}", sent.call.url, sent.shown);
    let answer = exchange.send(sent.call).await?;
    if matches!(answer.status, 401 | 403 | 500..) {
        return Err(explained(answer.failure(&answer.quote()), &sent.shown));
    }
    Ok(format!("Sent {tried}. The answer was HTTP {}: {}", answer.status, answer.quote()))
}

#[cfg(test)]
mod tests;
