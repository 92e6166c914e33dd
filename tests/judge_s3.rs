//! An S3 server that is not ours judges the Mixin upload. `s3s` really checks presigned signatures and the headers
//! that they cover; the first tests prove that it does, because a judge that accepts everything proves nothing.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests may panic")]

mod support;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use affix::domain::attachment::FileFacts;
use affix::domain::error::{Failure, Kind, Retry};
use affix::domain::profile::{Profile, Target};
use affix::domain::receipt::{LinkKind, Receipt};
use affix::domain::secret::Secret;
use affix::sandbox::credentials::Credentials;
use affix::sandbox::server::{Config, Server};
use affix::sandbox::{demo_secrets, demo_settings};
use affix::services::http::{Context, Exchange, Http, Network, Redactor};
use affix::services::mixin::Mixin;
use affix::services::{Service as _, Upload};
use affix::store::system_clock;
use hyper_util::rt::TokioIo;
use jiff::Timestamp;
use rusty_s3::Method;
use rusty_s3::signing::sign;
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use s3s::validation::NameValidation;
use serde_json::{Value, json};
use support::exchange::{Notes, file_of, source_of};
use support::raw::serve;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use url::Url;

const ACCESS: &str = "JUDGE";
const SECRET: &str = "the judge's own secret key";
const BUCKET: &str = "attachments";
const KEY: &str = "5a3c";
const TYPE: (&str, &str) = ("content-type", "application/octet-stream");
const ACL: (&str, &str) = ("x-amz-acl", "public-read");

/// "s3", where the sandbox keeps its buckets, is too short for Amazon's own rule.
struct AnyBucket;

impl NameValidation for AnyBucket {
    fn validate_bucket_name(&self, _name: &str) -> bool {
        true
    }
}

/// `s3s-fs` on loopback, with one pair of keys and one bucket.
struct Judge {
    address: SocketAddr,
    dir: tempfile::TempDir,
}

impl Judge {
    async fn start(access: &str, secret: &str, bucket: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join(bucket)).unwrap();
        let mut service = S3ServiceBuilder::new(s3s_fs::FileSystem::new(dir.path()).unwrap());
        service.set_auth(SimpleAuth::from_single(access, secret));
        service.set_validation(AnyBucket);
        let service = service.build();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let connection = hyper::server::conn::http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), service.clone());
                tokio::spawn(connection);
            }
        });
        Self { address, dir }
    }

    async fn ours() -> Self {
        Self::start(ACCESS, SECRET, BUCKET).await
    }

    fn url(&self) -> Url {
        Url::parse(&format!("http://{}/{BUCKET}/{KEY}", self.address)).unwrap()
    }

    fn object(&self) -> Option<Vec<u8>> {
        std::fs::read(self.dir.path().join(BUCKET).join(KEY)).ok()
    }

    /// Sends a request by hand; answers status and body.
    async fn send(&self, line: &str, headers: &[(&str, &str)], body: &[u8]) -> (u16, Vec<u8>) {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        let headers: Vec<_> = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let headers = headers.concat();
        let head = format!(
            "{line} HTTP/1.1\r\n{headers}content-length: {}\r\nconnection: close\r\n\r\n",
            body.len()
        );
        stream.write_all(&[head.as_bytes(), body].concat()).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        let end = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap() + 4;
        let status = String::from_utf8_lossy(&answer[9..12]).parse().unwrap();
        (status, answer.split_off(end))
    }
}

/// What a presigned URL is made of; the default is what Mixin's tickets are.
struct Presigning<'a> {
    access: &'a str,
    secret: &'a str,
    since: Timestamp,
    life_secs: u64,
}

impl Default for Presigning<'_> {
    fn default() -> Self {
        Self { access: ACCESS, secret: SECRET, since: Timestamp::now(), life_secs: 600 }
    }
}

impl Presigning<'_> {
    fn put(&self, url: Url) -> Url {
        let (Self { access, secret, .. }, none) = (self, std::iter::empty());
        let headers = [TYPE, ACL].into_iter();
        sign(&self.since, Method::Put, url, access, secret, None, "us-east-1", self.life_secs, none, headers)
    }

    fn expired() -> Self {
        Self { since: Timestamp::now() - Duration::from_hours(1), life_secs: 60, ..Self::default() }
    }
}

fn line(method: &str, url: &Url) -> String {
    format!("{method} {}?{}", url.path(), url.query().unwrap())
}

#[tokio::test]
async fn the_judge_takes_what_was_signed() {
    let judge = Judge::ours().await;
    let url = Presigning::default().put(judge.url());
    assert!(url.as_str().contains("X-Amz-SignedHeaders=content-type%3Bhost%3Bx-amz-acl"), "{url}");
    let host = judge.address.to_string();
    let (status, _) = judge.send(&line("PUT", &url), &[("host", &host), TYPE, ACL], b"bytes").await;
    assert_eq!((status, judge.object().as_deref()), (200, Some(&b"bytes"[..])));
}

#[tokio::test]
async fn the_judge_refuses_every_other_header_and_address() {
    let judge = Judge::ours().await;
    let url = Presigning::default().put(judge.url());
    let good = line("PUT", &url);
    let host = judge.address.to_string();
    let host = ("host", host.as_str());
    let other_key = good.replace(KEY, "5a3d");
    let longer_life = good.replace("X-Amz-Expires=600", "X-Amz-Expires=601");
    let unsigned = format!("PUT {}", url.path());
    let fewer_headers = good.replace("content-type%3Bhost%3Bx-amz-acl", "host");
    let cases: &[(&str, &[(&str, &str)])] = &[
        (&good, &[host, ("content-type", "image/png"), ACL]),
        (&good, &[host, TYPE, ("x-amz-acl", "private")]),
        (&good, &[host, TYPE]),
        (&good, &[host, ACL]),
        (&good, &[("host", "other.example"), TYPE, ACL]),
        (&good.replace("PUT", "DELETE"), &[host, TYPE, ACL]),
        (&other_key, &[host, TYPE, ACL]),
        (&longer_life, &[host, TYPE, ACL]),
        (&unsigned, &[host, TYPE, ACL]),
        (&fewer_headers, &[host, TYPE, ACL]),
    ];
    for (line, headers) in cases {
        let (status, text) = judge.send(line, headers, b"bytes").await;
        let text = String::from_utf8_lossy(&text);
        assert_eq!((status, judge.object()), (403, None), "{line} {headers:?}: {text}");
    }
}

#[tokio::test]
async fn the_judge_refuses_wrong_keys_and_late_urls() {
    let judge = Judge::ours().await;
    let host = judge.address.to_string();
    let cases = [
        (Presigning { secret: "another secret key", ..Presigning::default() }, "SignatureDoesNotMatch"),
        (Presigning { access: "OTHER", ..Presigning::default() }, "NotSignedUp"),
        (Presigning::expired(), "AccessDenied"),
    ];
    for (presigning, code) in cases {
        let url = presigning.put(judge.url());
        let (status, text) = judge.send(&line("PUT", &url), &[("host", &host), TYPE, ACL], b"bytes").await;
        let text = String::from_utf8_lossy(&text);
        assert!(text.contains(code), "no {code} in {text}");
        assert_eq!((status, judge.object()), (403, None), "{code}");
    }
}

/// Mixin's API as far as one upload asks it, with this address in its ticket.
async fn scripted_mixin(upload_url: Url) -> SocketAddr {
    serve(move |mut wire| {
        let upload_url = upload_url.to_string();
        async move {
            let request = wire.request().await;
            let mut data = json!({ "attachment_id": KEY, "view_url": format!("https://view.example/{KEY}") });
            if request.head.starts_with("POST /attachments ") {
                data["upload_url"] = json!(upload_url);
            }
            wire.answer("200 OK", &[], &json!({ "data": data }).to_string()).await;
        }
    })
    .await
}

/// One upload by the program's own service.
async fn upload(
    settings: BTreeMap<String, String>,
    secrets: BTreeMap<String, Secret>,
    content: &[u8],
    clock: fn() -> i64,
) -> Result<Receipt, Failure> {
    let file = file_of(content);
    let profile = Profile { name: "Test".into(), settings, ..Profile::default() };
    let source = source_of(&file);
    let upload = Upload {
        target: Arc::new(Target::new(&profile, Mixin.description(), secrets)),
        file: FileFacts {
            path: file.path().into(),
            name: "a.bin".into(),
            size: source.size,
            mime: "application/octet-stream".into(),
            modified: source.modified,
            pixels: None,
            duration_secs: None,
        },
        source,
        thumb: None,
        answer_lost: false,
    };
    let mut exchange = Exchange::new(Context {
        http: Http::new(&Network::default()).unwrap(),
        observer: Arc::new(Notes::default()),
        cancel: CancellationToken::new(),
        redactor: Redactor::default(),
        checkpoint: None,
        cache: Arc::default(),
        clock,
    });
    Mixin.upload(&upload, &mut exchange).await
}

/// By a clock that stands still long ago, so that an address that ended is for the judge to refuse.
async fn upload_to(upload_url: Url, content: &[u8]) -> Result<Receipt, Failure> {
    let api = scripted_mixin(upload_url).await;
    let settings = [("base_url".to_owned(), format!("http://{api}"))].into();
    let secrets = [("token".to_owned(), Secret::new("a.b.c"))].into();
    upload(settings, secrets, content, || 0).await
}

fn content(size: usize) -> Vec<u8> {
    (0..size).map(|at| u8::try_from(at % 251).unwrap()).collect()
}

#[tokio::test]
async fn the_service_s_upload_is_accepted_at_every_size() {
    // Nothing, less than the reader's block, whole blocks, 5 MiB and a last block that is not full.
    for size in [0, 1, 2 * 384 * 1024, 5 * 1024 * 1024, 13 * 1024 * 1024 + 7] {
        let judge = Judge::ours().await;
        let content = content(size);
        let receipt = upload_to(Presigning::default().put(judge.url()), &content).await.unwrap();
        assert_eq!(receipt.link(LinkKind::View), Some("https://view.example/5a3c"));
        assert!(judge.object().unwrap() == content, "{size} bytes differ");
    }
}

#[tokio::test]
async fn the_judge_s_refusals_are_read_as_what_they_are() {
    let judge = Judge::ours().await;
    let late = upload_to(Presigning::expired().put(judge.url()), b"bytes").await.unwrap_err();
    assert_eq!((late.kind, late.retry), (Kind::Gone, Retry::Safe { after: None }), "{late}");
    let wrong = Presigning { secret: "another secret key", ..Presigning::default() };
    let wrong = upload_to(wrong.put(judge.url()), b"bytes").await.unwrap_err();
    assert_eq!((wrong.kind, wrong.retry), (Kind::Refused, Retry::Never), "{wrong}");
    assert!(wrong.cause.unwrap().contains("SignatureDoesNotMatch"));
    assert_eq!(judge.object(), None);
}

/// Passes an API on to the sandbox and keeps what it answers.
async fn listening_relay(sandbox: SocketAddr, heard: Arc<Mutex<Vec<Value>>>) -> SocketAddr {
    serve(move |mut wire| {
        let heard = heard.clone();
        async move {
            let request = wire.request().await;
            let here = format!("host: {}", wire.stream.local_addr().unwrap());
            let there = format!("host: {sandbox}\r\nconnection: close");
            let passed_on = request.head.replace(&here, &there);
            let mut stream = TcpStream::connect(sandbox).await.unwrap();
            stream.write_all(passed_on.as_bytes()).await.unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).await.unwrap();
            let body = answer.split_once("\r\n\r\n").unwrap().1;
            heard.lock().unwrap().push(serde_json::from_str(body).unwrap());
            wire.answer("200 OK", &["content-type: application/json"], body).await;
        }
    })
    .await
}

#[tokio::test]
async fn the_sandbox_s_own_addresses_are_accepted_by_the_judge() {
    let home = tempfile::tempdir().unwrap();
    let keys = Credentials::generate();
    let sandbox = Server::start(Config::new(home.path(), keys.clone())).await.unwrap();
    let heard = Arc::new(Mutex::new(Vec::new()));
    let relay = listening_relay(sandbox.address(), heard.clone()).await;
    let settings = demo_settings("mixin", &format!("http://{relay}"));
    upload(settings, demo_secrets("mixin", &keys), b"bytes", system_clock).await.unwrap();
    let ticket = heard.lock().unwrap()[0]["data"].clone();
    let url = |name: &str| Url::parse(ticket[name].as_str().unwrap()).unwrap();

    // The first part of the sandbox's path is a bucket to the judge; the host is signed, so it stays the sandbox's.
    let (put, view) = (url("upload_url"), url("view_url"));
    let (bucket, key) = put.path().trim_start_matches('/').split_once('/').unwrap();
    let judge = Judge::start(&keys.s3_access_key, &keys.s3_secret_key, bucket).await;
    let host = sandbox.address().to_string();
    let host = ("host", host.as_str());
    let (status, text) = judge.send(&line("PUT", &put), &[host, TYPE], b"bytes").await;
    assert_eq!(status, 403, "{}", String::from_utf8_lossy(&text));
    let (status, text) = judge.send(&line("PUT", &put), &[host, TYPE, ACL], b"bytes").await;
    assert_eq!(status, 200, "{}", String::from_utf8_lossy(&text));
    let stored = |key: &str| std::fs::read(judge.dir.path().join(bucket).join(Path::new(key)));
    assert_eq!(stored(key).unwrap(), b"bytes");
    let (status, bytes) = judge.send(&line("GET", &view), &[host], b"").await;
    assert_eq!((status, bytes.as_slice()), (200, &b"bytes"[..]));
}
