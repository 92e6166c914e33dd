//! The sandbox on this computer: what a first run uploads to, without an account.
//!
//! One request with the bytes as its body. It carries a key of its own for each attachment, by which the sandbox
//! knows a repeat: so a lost answer may be asked for again.

use http::Method;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::body::Body;
use super::http::{Call, Exchange, Reply};
use super::{Service, Stored, Upload, Work, address};
use crate::domain::describe::{
    Capability, Checksum, Description, Repeat, SecretSpec, SettingKind, SettingSpec, Types, Visibility,
};
use crate::domain::error::{Failure, Kind, Retry, Step};
use crate::domain::profile::Target;
use crate::domain::receipt::{LinkKind, Receipt};

#[derive(Debug)]
pub struct Sandbox;

static DESCRIPTION: Description = Description {
    id: "sandbox",
    name: "Sandbox",
    line: "Keeps files on this computer: try everything without an account",
    settings: &[SettingSpec {
        key: "base_url",
        label: "Address",
        help: "Where the sandbox runs. A demo target fills this in by itself.",
        default: None,
        required: true,
        kind: SettingKind::Url,
    }],
    secrets: &[SecretSpec {
        key: "token",
        label: "Token",
        help: "The sandbox's own token. A demo target fills this in by itself.",
        multiline: false,
    }],
    credentials: &[&["token"]],
    capability: Capability {
        // The sandbox's own cap may be set lower; it is checked there.
        max_bytes: Some(8 * 1024 * 1024 * 1024),
        takes_empty: true,
        types: Types::Any,
        visibility: Visibility::Public,
        link_life: None,
        deletes: true,
        renews: false,
        saves: false,
        looks: true,
        checksum: Some(Checksum::Sha256),
        repeats: &[(Step::Send, Repeat::Safe)],
    },
};

/// What users should know of every link.
const NOTE: &str = "The link works on this computer only, while Affix or its sandbox runs";

/// Outlives a retry and a restart, so that the sandbox knows the same attachment again.
#[derive(Debug, Serialize, Deserialize)]
struct Checkpoint {
    key: String,
}

#[derive(Debug, Deserialize)]
struct Uploaded {
    id: String,
    url: String,
    size: u64,
    md5: Option<String>,
    sha256: String,
    mime: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Me {
    name: String,
    files: u64,
}

fn call(target: &Target, method: Method, path: &str) -> Result<Call, Failure> {
    let url = address::below(&address::base(target, "base_url")?, path);
    let token = target.secret("token").ok_or_else(|| {
        Failure::new(Kind::Secret, "The sandbox's token is missing").advice("Set the secret token.")
    })?;
    Call::new(method, url).credential("authorization", &format!("Bearer {}", token.expose()))
}

/// The failure that an unsuccessful answer stands for, in the sandbox's own words.
fn failure(reply: &Reply) -> Failure {
    let body: Option<Value> = serde_json::from_slice(&reply.body).ok();
    let message = body.as_ref().and_then(|body| body.pointer("/error/message")?.as_str());
    let quote = reply.quote();
    let message = message.unwrap_or(&quote);
    match reply.status {
        // Waiting makes no room.
        507 => Failure::new(Kind::Refused, "The sandbox has no room for the file")
            .cause(format!("HTTP 507: {message}"))
            .status(507)
            .advice("Delete files that you uploaded to the sandbox, or free disk space."),
        _ => reply.failure(message),
    }
}

async fn send_file(upload: &Upload, exchange: &mut Exchange) -> Result<Reply, Failure> {
    let checkpoint = exchange
        .resume::<Checkpoint>()
        .unwrap_or_else(|| Checkpoint { key: uuid::Uuid::new_v4().to_string() });
    exchange.checkpoint(&checkpoint);
    exchange.step(Step::Send);
    let name = utf8_percent_encode(&upload.file.name, NON_ALPHANUMERIC).to_string();
    let call = call(&upload.target, Method::POST, "files")?
        .header("content-type", &upload.file.mime)?
        .header("x-file-name", &name)?
        .header("idempotency-key", &checkpoint.key)?
        .body(Body::file(upload.source.clone()));
    let reply = exchange.send(call).await?;
    if reply.status == 409 {
        // The file was changed after an earlier try had been kept: this is another upload.
        exchange.forget_checkpoint();
        return Err(failure(&reply).retry(Retry::Safe { after: None }));
    }
    if reply.is_success() { Ok(reply) } else { Err(failure(&reply)) }
}

fn verify(upload: &Upload, uploaded: &Uploaded) -> Result<(), Failure> {
    let sent = upload.source.digests.taken().sha256;
    let same_bytes = sent.is_none_or(|sent| sent.eq_ignore_ascii_case(&uploaded.sha256));
    if same_bytes && uploaded.size == upload.source.size {
        return Ok(());
    }
    Err(Failure::new(Kind::Protocol, "The sandbox did not keep the bytes that were sent")
        .cause(format!("sent {} bytes, kept {}", upload.source.size, uploaded.size))
        .advice("Upload the file again."))
}

fn receipt(uploaded: Uploaded) -> Receipt {
    let mut extra = Map::new();
    if let Some(mime) = uploaded.mime {
        extra.insert("mime".to_owned(), mime.into());
    }
    let mut receipt = Receipt {
        size: Some(uploaded.size),
        md5: uploaded.md5,
        sha256: Some(uploaded.sha256),
        notes: vec![NOTE.to_owned()],
        extra,
        ..Receipt::default()
    };
    receipt.push(LinkKind::View, uploaded.url, Visibility::Public);
    receipt.push(LinkKind::Id, uploaded.id, Visibility::Private);
    receipt
}

impl Service for Sandbox {
    fn description(&self) -> &'static Description {
        &DESCRIPTION
    }

    fn host(&self, target: &Target) -> String {
        address::host(target, "base_url")
    }

    fn upload<'a>(&'a self, upload: &'a Upload, exchange: &'a mut Exchange) -> Work<'a, Receipt> {
        Box::pin(async move {
            let uploaded: Uploaded = send_file(upload, exchange).await?.json()?;
            exchange.step(Step::Verify);
            verify(upload, &uploaded)?;
            Ok(receipt(uploaded))
        })
    }

    fn test<'a>(&'a self, target: &'a Target, exchange: &'a mut Exchange) -> Work<'a, String> {
        Box::pin(async move {
            let reply = exchange.send(call(target, Method::GET, "me")?).await?;
            if !reply.is_success() {
                return Err(failure(&reply));
            }
            let Me { name, files } = reply.json()?;
            Ok(format!("Asked GET /me: {name} answered, it keeps {files} files."))
        })
    }

    fn look<'a>(&'a self, lost: &'a Upload, exchange: &'a mut Exchange) -> Work<'a, Option<Receipt>> {
        Box::pin(async move {
            // Kept before the first byte leaves: without it none has.
            let Some(Checkpoint { key }) = exchange.resume() else { return Ok(None) };
            let call = call(&lost.target, Method::GET, "files")?.header("idempotency-key", &key)?;
            let reply = exchange.send(call).await?;
            match reply.status {
                404 => Ok(None),
                _ if reply.is_success() => Ok(Some(receipt(reply.json()?))),
                _ => Err(failure(&reply)),
            }
        })
    }

    fn delete<'a>(&'a self, stored: &'a Stored, exchange: &'a mut Exchange) -> Work<'a, ()> {
        Box::pin(async move {
            let id = stored.receipt.link(LinkKind::Id).unwrap_or_default();
            let path = format!("files/{}", utf8_percent_encode(id, NON_ALPHANUMERIC));
            let reply = exchange.send(call(&stored.target, Method::DELETE, &path)?).await?;
            // Gone is what was wanted, also when an earlier answer was lost.
            if reply.is_success() || reply.status == 404 { Ok(()) } else { Err(failure(&reply)) }
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::domain::secret::Secret;
    use crate::sandbox::{credentials::Credentials, demo_secrets, demo_settings};

    fn target(secrets: BTreeMap<String, Secret>) -> Target {
        let settings = demo_settings("sandbox", "http://127.0.0.1:4");
        Target { profile: "Sandbox".to_owned(), settings, secrets }
    }

    #[test]
    fn the_token_is_sent_and_never_shown() {
        let credentials = Credentials::generate();
        let target = target(demo_secrets("sandbox", &credentials));
        let call = call(&target, Method::GET, "me").unwrap();
        assert_eq!(call.url.as_str(), "http://127.0.0.1:4/plain/me");
        let sent = call.headers.get("authorization").unwrap();
        assert_eq!(sent.to_str().unwrap(), format!("Bearer {}", credentials.plain_token));
        assert!(sent.is_sensitive() && call.credential);
        assert_eq!(Sandbox.host(&target), "127.0.0.1:4");
    }

    #[test]
    fn a_missing_token_is_said() {
        let failure = call(&target(BTreeMap::new()), Method::GET, "me").unwrap_err();
        assert_eq!(failure.kind, Kind::Secret);
    }

    #[test]
    fn a_receipt_says_where_its_link_works() {
        let uploaded = serde_json::from_str(r#"{"id":"1","url":"http://x/f/1/a","size":3,"sha256":"00"}"#);
        let receipt = receipt(uploaded.unwrap());
        assert_eq!(receipt.primary().map(|link| link.value.as_str()), Some("http://x/f/1/a"));
        assert_eq!(receipt.notes, [NOTE]);
    }
}
