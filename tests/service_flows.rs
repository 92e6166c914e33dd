//! The lines of Cosmos DB, Cronofy and the forum through a real exchange, against a server that answers from a
//! script: the order of requests, what a second one is for, and which answers are judged how.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::collections::{BTreeMap, VecDeque};
use std::io::Write as _;
use std::sync::{Arc, Mutex};

use affix::domain::attachment::FileFacts;
use affix::domain::error::{Kind, Retry, Step};
use affix::domain::profile::{Profile, Target};
use affix::domain::receipt::LinkKind;
use affix::domain::secret::Secret;
use affix::services::body::{Digests, FileSource};
use affix::services::cosmos::Cosmos;
use affix::services::cronofy::Cronofy;
use affix::services::forum::Forum;
use affix::services::http::{Context, Exchange, Http, Network, Redactor, Unobserved};
use affix::services::{Service, Stored, Upload};
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// A request as it arrived.
#[derive(Debug)]
struct Seen {
    line: String,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Seen {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

/// A server that gives the next answer of its script to whatever comes.
#[derive(Debug, Clone, Default)]
struct Script {
    answers: Arc<Mutex<VecDeque<(u16, String)>>>,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Script {
    fn new(answers: &[(u16, String)]) -> Self {
        Self { answers: Arc::new(Mutex::new(answers.to_vec().into())), seen: Arc::default() }
    }

    async fn start(&self) -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let app = axum::Router::new().fallback(answer).with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        origin
    }

    fn lines(&self) -> Vec<String> {
        self.seen.lock().unwrap().iter().map(|seen| seen.line.clone()).collect()
    }
}

async fn answer(State(script): State<Script>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap().to_vec();
    let line = format!("{} {}", parts.method, parts.uri);
    let origin = format!("http://{}", parts.headers["host"].to_str().unwrap());
    script.seen.lock().unwrap().push(Seen { line, headers: parts.headers, body });
    let (status, text) = script.answers.lock().unwrap().pop_front().expect("a request that the script has");
    Response::builder()
        .status(status)
        .header("x-ms-request-charge", "4.95")
        .body(Body::from(text.replace("{origin}", &origin)))
        .unwrap()
}

fn exchange() -> Exchange {
    Exchange::new(Context {
        http: Http::new(&Network::default()).unwrap(),
        observer: Arc::new(Unobserved),
        cancel: tokio_util::sync::CancellationToken::new(),
        redactor: Redactor::default(),
        checkpoint: None,
        cache: Arc::default(),
        clock: || 1_700_000_000_123,
    })
}

/// A target at the scripted server.
fn target(service: &dyn Service, origin: &str, settings: &[(&str, &str)], secrets: &[&str]) -> Arc<Target> {
    let description = service.description();
    let mut profile =
        Profile { name: "t".to_owned(), service: description.id.to_owned(), ..Profile::default() };
    let address = if description.id == "cosmos" { "endpoint" } else { "base_url" };
    for (key, value) in [(address, origin)].iter().chain(settings) {
        profile.settings.insert((*key).to_owned(), (*value).to_owned());
    }
    let secrets =
        secrets.iter().map(|key| ((*key).to_owned(), Secret::new("c2VjcmV0"))).collect::<BTreeMap<_, _>>();
    Arc::new(Target::new(&profile, description, secrets))
}

/// An upload of a file with this content; the file goes with the second value.
fn upload(target: &Arc<Target>, name: &str, mime: &str, content: &[u8]) -> (Upload, tempfile::NamedTempFile) {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(content).unwrap();
    let size = content.len() as u64;
    let facts = FileFacts {
        path: file.path().to_owned(),
        name: name.to_owned(),
        size,
        mime: mime.to_owned(),
        modified: None,
        pixels: None,
        duration_secs: None,
    };
    let source = FileSource {
        path: file.path().into(),
        size,
        modified: None,
        digests: Digests::new(true, false),
        held: None,
    };
    (Upload { target: target.clone(), file: facts, source, thumb: None, answer_lost: false }, file)
}

const CONTENT: &[u8] = b"the bytes of a volcano";
const LIST: &str = "/cosmos/dbs/d/colls/c/docs/e/attachments";

fn cosmos(origin: &str, settings: &[(&str, &str)]) -> Arc<Target> {
    let place = [("database", "d"), ("collection", "c"), ("document", "e")];
    let settings: Vec<_> = place.iter().chain(settings).copied().collect();
    target(&Cosmos, &format!("{origin}/cosmos"), &settings, &["key"])
}

fn attachment(id: &str, media: &str) -> String {
    json!({"id": id, "contentType": "image/png", "media": media, "_etag": "e"}).to_string()
}

#[tokio::test]
async fn cosmos_takes_an_unknown_media_type_at_the_second_try() {
    let script = Script::new(&[
        (400, json!({"code": "BadRequest", "message": "type"}).to_string()),
        (201, attachment("a.xyz", "/media/m1")),
    ]);
    let target = cosmos(&script.start().await, &[]);
    let (upload, _file) = upload(&target, "a.xyz", "chemical/x-xyz", CONTENT);
    let receipt = Cosmos.upload(&upload, &mut exchange()).await.unwrap();
    assert_eq!(receipt.link(LinkKind::Id), Some("dbs/d/colls/c/docs/e/attachments/a.xyz"));
    assert_eq!(receipt.extra["x-ms-request-charge"], "4.95");
    let seen = script.seen.lock().unwrap();
    let sent: Vec<_> = seen
        .iter()
        .map(|seen| {
            (seen.line.as_str(), seen.header("content-type"), seen.header("slug"), seen.body.as_slice())
        })
        .collect();
    let line = format!("POST {LIST}");
    assert_eq!(
        sent,
        [
            (line.as_str(), "chemical/x-xyz", "a.xyz", CONTENT),
            (line.as_str(), "application/octet-stream", "a.xyz", CONTENT)
        ]
    );
}

#[tokio::test]
async fn cosmos_looks_when_a_name_is_taken_after_a_lost_answer() {
    let taken = || (409, json!({"code": "Conflict", "message": "exists"}).to_string());
    let own = || (200, attachment("a.png", "/media/Sl8fALN4sw4CAAAAAAAAAOo3S2UB"));
    let longer = "the bytes of a volcano and more".to_owned();
    for (media, same) in [
        (String::from_utf8(CONTENT.to_vec()).unwrap(), true),
        ("the bytes of a vulcano".to_owned(), false),
        ("the bytes".to_owned(), false),
        (longer, false),
    ] {
        let script = Script::new(&[taken(), own(), (200, media)]);
        let target = cosmos(&script.start().await, &[]);
        let (mut upload, _file) = upload(&target, "a.png", "image/png", CONTENT);
        upload.answer_lost = true;
        let outcome = Cosmos.upload(&upload, &mut exchange()).await;
        assert_eq!(
            script.lines(),
            [
                format!("POST {LIST}"),
                format!("GET {LIST}/a.png"),
                "GET /cosmos/media/Sl8fALN4sw4CAAAAAAAAAOo3S2UB".to_owned()
            ]
        );
        match outcome {
            Ok(receipt) => assert!(same && receipt.notes[0].contains("lost"), "{receipt:?}"),
            Err(failure) => {
                assert!(!same, "{failure}");
                assert_eq!((failure.kind, failure.retry), (Kind::NameTaken, Retry::Never));
                assert!(failure.advice.unwrap().contains("upsert"));
            }
        }
    }
}

#[tokio::test]
async fn cosmos_does_not_look_when_no_answer_was_lost() {
    let script = Script::new(&[(409, "{}".to_owned())]);
    let target = cosmos(&script.start().await, &[]);
    let (upload, _file) = upload(&target, "a.png", "image/png", CONTENT);
    let failure = Cosmos.upload(&upload, &mut exchange()).await.unwrap_err();
    assert_eq!((failure.kind, script.lines().len()), (Kind::NameTaken, 1));
}

#[tokio::test]
async fn cosmos_registers_the_address_in_a_file() {
    let address = "https://e.org/photo.png";
    let script = Script::new(&[(409, "{}".to_owned()), (200, attachment("photo", address))]);
    let target = cosmos(&script.start().await, &[("mode", "link"), ("partition_key", "ü")]);
    let shortcut = format!("[InternetShortcut]\r\nURL={address}\r\n");
    let (mut upload, _file) = upload(&target, "photo.url", "text/plain", shortcut.as_bytes());
    upload.answer_lost = true;
    Cosmos.upload(&upload, &mut exchange()).await.unwrap();
    let seen = script.seen.lock().unwrap();
    assert_eq!(seen[0].header("content-type"), "application/json");
    assert_eq!(seen[0].header("x-ms-documentdb-partitionkey"), r#"["\u00fc"]"#);
    assert_eq!(
        serde_json::from_slice::<Value>(&seen[0].body).unwrap(),
        json!({"id": "photo", "contentType": "image/png", "media": address})
    );
    assert_eq!(seen[1].line, format!("GET {LIST}/photo"));
}

#[tokio::test]
async fn cosmos_saves_and_deletes_what_it_created() {
    let text = String::from_utf8(CONTENT.to_vec()).unwrap();
    let script = Script::new(&[
        (201, attachment("a.png", "/media/m1")),
        (200, text),
        (200, "short".to_owned()),
        (204, String::new()),
        (404, "{}".to_owned()),
        (403, "{}".to_owned()),
    ]);
    let target = cosmos(&script.start().await, &[]);
    let (upload, _file) = upload(&target, "a.png", "image/png", CONTENT);
    let service = Cosmos;
    let receipt = service.upload(&upload, &mut exchange()).await.unwrap();
    let stored = Stored { target, name: "a.png".to_owned(), receipt };
    let mut saved = Vec::new();
    assert_eq!(service.save(&stored, &mut saved, &mut exchange()).await.unwrap(), CONTENT.len() as u64);
    assert_eq!(saved, CONTENT);
    let short = service.save(&stored, &mut Vec::new(), &mut exchange()).await.unwrap_err();
    assert_eq!(short.kind, Kind::Protocol);
    service.delete(&stored, &mut exchange()).await.unwrap();
    service.delete(&stored, &mut exchange()).await.unwrap();
    assert_eq!(service.delete(&stored, &mut exchange()).await.unwrap_err().kind, Kind::Forbidden);
    assert_eq!(script.lines()[3], format!("DELETE {LIST}/a.png"));
}

/// `md5` of [`CONTENT`], computed with md5sum.
const CONTENT_MD5: &str = "e212fafecd8e1795682de7bad5f2270d";

#[tokio::test]
async fn cronofy_streams_base64_and_compares_the_checksum() {
    let answer = |md5: &str| {
        json!({"attachment": {"attachment_id": "att_1", "file_name": "a.pdf", "md5": md5}}).to_string()
    };
    let script = Script::new(&[(200, answer(CONTENT_MD5)), (200, answer("0")), (200, "<html>".to_owned())]);
    let target = target(&Cronofy, &script.start().await, &[], &["api_key"]);
    let (upload, _file) = upload(&target, "a.pdf", "application/pdf", CONTENT);
    let service = Cronofy;
    let receipt = service.upload(&upload, &mut exchange()).await.unwrap();
    assert_eq!(receipt.link(LinkKind::Id), Some("att_1"));
    let damaged = service.upload(&upload, &mut exchange()).await.unwrap_err();
    assert_eq!(
        (damaged.kind, damaged.retry, damaged.step),
        (Kind::Protocol, Retry::Never, Some(Step::Verify))
    );
    let page = service.upload(&upload, &mut exchange()).await.unwrap_err();
    assert_eq!((page.kind, page.retry), (Kind::Protocol, Retry::Ambiguous));
    let seen = script.seen.lock().unwrap();
    let body: Value = serde_json::from_slice(&seen[0].body).unwrap();
    assert_eq!(
        body,
        json!({"attachment": {"file_name": "a.pdf", "content_type": "application/pdf",
            "base64_content": "dGhlIGJ5dGVzIG9mIGEgdm9sY2Fubw=="}})
    );
    assert_eq!(seen[0].line, "POST /v1/attachments");
    assert_eq!(seen[0].header("content-length"), seen[0].body.len().to_string());
    assert_eq!(seen[0].header("authorization"), "Bearer c2VjcmV0");
}

#[tokio::test]
async fn cronofys_words_reach_the_failure() {
    let words = json!({"errors": {"attachment.file_name": [{"key": "k", "description": "odd"}]}}).to_string();
    let script = Script::new(&[(422, words), (401, String::new())]);
    let target = target(&Cronofy, &script.start().await, &[], &["api_key"]);
    let (upload, _file) = upload(&target, "a.pdf", "application/pdf", CONTENT);
    let service = Cronofy;
    let refused = service.upload(&upload, &mut exchange()).await.unwrap_err();
    assert!(refused.cause.unwrap().contains("attachment.file_name: odd (k)"));
    let untested = service.test(&target, &mut exchange()).await.unwrap_err();
    assert_eq!(untested.kind, Kind::Unauthorized);
    assert!(untested.advice.unwrap().contains("/v1/userinfo"));
}

fn forum(origin: &str, settings: &[(&str, &str)]) -> Arc<Target> {
    target(&Forum, &format!("{origin}/forum"), settings, &["api_key", "api_secret"])
}

fn uploaded(file_size: usize) -> String {
    json!({"code": 0, "data": {"file_size": file_size, "content": "{\"file_url\": \"https://o/a.png\"}"}})
        .to_string()
}

#[tokio::test]
async fn the_forum_is_asked_for_servers_once_a_batch() {
    let servers = json!({"code": 0, "data": ["{origin}/up/"]}).to_string();
    let done = || (200, uploaded(CONTENT.len()));
    let script = Script::new(&[(200, servers), done(), done()]);
    let target = forum(&script.start().await, &[]);
    let (upload, _file) = upload(&target, "a.png", "image/png", CONTENT);
    let mut exchange = exchange();
    for _ in 0..2 {
        let receipt = Forum.upload(&upload, &mut exchange).await.unwrap();
        assert_eq!(receipt.link(LinkKind::View), Some("https://o/a.png"));
        assert_eq!(receipt.link(LinkKind::Content), Some("{\"file_url\": \"https://o/a.png\"}"));
    }
    let post = "POST /up/openapi/forum/upload/attachment";
    assert_eq!(script.lines(), ["GET /forum/openapi/forum/conf/serverList", post, post]);
    for seen in script.seen.lock().unwrap().iter() {
        assert_eq!((seen.header("api-key"), seen.header("timestamp")), ("c2VjcmV0", "1700000000"));
        assert_eq!(seen.header("signature").len(), 64);
    }
}

#[tokio::test]
async fn the_forums_signature_covers_the_very_body_that_is_sent() {
    let script = Script::new(&[(200, uploaded(CONTENT.len()))]);
    let target = forum(
        &script.start().await,
        &[
            ("server_list", "false"),
            ("signature_template", "{timestamp}{body}"),
            ("signature_digest", "sha256"),
        ],
    );
    let (upload, _file) = upload(&target, "ä\".png", "image/png", CONTENT);
    Forum.upload(&upload, &mut exchange()).await.unwrap();
    let seen = script.seen.lock().unwrap();
    let mut signed = b"1700000000".to_vec();
    signed.extend(&seen[0].body);
    assert_eq!(seen[0].header("signature"), hex::encode(Sha256::digest(&signed)));
    assert_eq!(seen[0].header("content-length"), seen[0].body.len().to_string());
    assert!(seen[0].header("content-type").starts_with("multipart/form-data; boundary=affix-"));
}

#[tokio::test]
async fn the_forums_code_decides_whatever_the_status() {
    let refused = json!({"code": 10001, "message": "Invalid input"}).to_string();
    let script = Script::new(&[
        (200, refused.clone()),
        (401, refused),
        (500, uploaded(CONTENT.len())),
        (200, uploaded(1)),
        (502, "<html>".to_owned()),
    ]);
    let target = forum(&script.start().await, &[("server_list", "false")]);
    let (upload, _file) = upload(&target, "a.png", "image/png", CONTENT);
    let service = Forum;
    let refused = service.upload(&upload, &mut exchange()).await.unwrap_err();
    assert_eq!((refused.kind, refused.retry), (Kind::Refused, Retry::Never));
    assert!(refused.cause.unwrap().contains("10001: Invalid input"));
    let unauthorized = service.upload(&upload, &mut exchange()).await.unwrap_err();
    assert_eq!(unauthorized.kind, Kind::Unauthorized);
    assert!(unauthorized.cause.unwrap().contains("Invalid input"));
    service.upload(&upload, &mut exchange()).await.unwrap();
    let damaged = service.upload(&upload, &mut exchange()).await.unwrap_err();
    assert_eq!((damaged.kind, damaged.step), (Kind::Protocol, Some(Step::Verify)));
    let gateway = service.upload(&upload, &mut exchange()).await.unwrap_err();
    assert_eq!((gateway.kind, gateway.retry), (Kind::Server, Retry::Ambiguous));
}

#[tokio::test]
async fn the_forums_test_shows_what_was_signed() {
    let script = Script::new(&[
        (200, json!([{"host": "up.e.org"}]).to_string()),
        (200, json!({"code": 7, "msg": "bad sign"}).to_string()),
    ]);
    let target = forum(&script.start().await, &[("signature_template", "{key}{secret}{timestamp}")]);
    let service = Forum;
    let told = service.test(&target, &mut exchange()).await.unwrap();
    assert!(told.contains("<api key>***1700000000") && told.contains("http://up.e.org"), "{told}");
    let failure = service.test(&target, &mut exchange()).await.unwrap_err().to_string();
    for part in ["code 7: bad sign", "{key}{secret}{timestamp}", "<api key>***1700000000"] {
        assert!(failure.contains(part), "{failure}");
    }
    assert!(!failure.contains("c2VjcmV0"), "{failure}");
}
