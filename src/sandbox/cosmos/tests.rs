//! Requests through the router, signed as a client would sign them.

use axum::body::Body;
use axum::http::Request;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::sandbox::testing::{Answer, Bench};

const DOCUMENT: &str = "dbs/VolcanoDB/colls/volcano1/docs/Doc 1";

/// One request to the account; the link is signed as given.
struct Ask<'a> {
    verb: &'a str,
    resource_type: &'a str,
    link: &'a str,
    /// Below `/cosmos/`, percent-encoded.
    path: String,
    headers: Vec<(&'a str, &'a str)>,
    body: Vec<u8>,
}

impl<'a> Ask<'a> {
    fn list(verb: &'a str) -> Self {
        let path = format!("{}/attachments", DOCUMENT.replace(' ', "%20"));
        Self {
            verb,
            resource_type: "attachments",
            link: DOCUMENT,
            path,
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    fn one(verb: &'a str, link: &'a str) -> Self {
        Self { link, path: link.replace(' ', "%20"), ..Self::list(verb) }
    }

    fn raw(name: &'a str, content_type: &'a str, bytes: &[u8]) -> Self {
        Self::list("POST").with("slug", name).with("content-type", content_type).body(bytes)
    }

    fn link_to(value: &Value) -> Self {
        Self::list("POST").with("content-type", "application/json").body(value.to_string().as_bytes())
    }

    fn with(mut self, name: &'a str, value: &'a str) -> Self {
        self.headers.push((name, value));
        self
    }

    fn body(mut self, bytes: &[u8]) -> Self {
        self.body = bytes.to_vec();
        self
    }

    async fn send(self, bench: &Bench) -> Answer {
        let Self { verb, resource_type, link, path, headers, body } = self;
        let date = httpdate::fmt_http_date(std::time::SystemTime::now());
        let text = format!("{}\n{resource_type}\n{link}\n{}\n\n", verb.to_lowercase(), date.to_lowercase());
        let key = STANDARD.decode(&bench.shared.credentials.cosmos_key).unwrap();
        let mac = Hmac::<Sha256>::new_from_slice(&key).unwrap().chain_update(text);
        let token =
            format!("type=master&ver=1.0&sig={}", STANDARD.encode(mac.finalize().into_bytes().as_slice()));
        let mut request = Request::builder()
            .method(verb)
            .uri(format!("/cosmos/{path}"))
            .header("authorization", utf8_percent_encode(&token, NON_ALPHANUMERIC).to_string())
            .header("x-ms-date", date)
            .header("x-ms-version", "2018-12-31");
        for (name, value) in headers {
            request = request.header(name, value);
        }
        bench.send(request.body(Body::from(body)).unwrap()).await
    }
}

fn is_error(answer: &Answer, status: u16, code: &str) -> bool {
    answer.status.as_u16() == status && answer.json()["code"] == code
}

#[tokio::test]
async fn raw_bytes_come_back_through_the_signed_media_link() {
    let bench = Bench::new();
    let bytes: Vec<u8> = (0..300_000_u32).map(|i| i.to_le_bytes()[0]).collect();
    let created = Ask::raw("My Photo.png", "image/png", &bytes).send(&bench).await;
    assert_eq!(created.status.as_u16(), 201);
    let resource = created.json();
    assert_eq!((&resource["id"], &resource["contentType"]), (&json!("My Photo.png"), &json!("image/png")));
    assert_eq!(created.header("etag"), resource["_etag"].as_str().unwrap());
    assert_eq!(created.header("x-ms-max-media-storage-usage-mb"), "2048");
    assert!(created.headers.contains_key("x-ms-request-charge"));
    assert!(created.headers.contains_key("x-ms-activity-id"));

    let media = resource["media"].as_str().unwrap().trim_start_matches('/');
    let rid = resource["_rid"].as_str().unwrap().to_lowercase();
    let read = |link| Ask { resource_type: "media", link, path: media.to_owned(), ..Ask::list("GET") };
    let answer = read(&rid).send(&bench).await;
    assert_eq!((answer.status.as_u16(), answer.bytes.as_ref()), (200, bytes.as_slice()));
    assert_eq!((answer.header("content-length"), answer.header("content-type")), ("300000", "image/png"));
    let refused = read(resource["_rid"].as_str().unwrap()).send(&bench).await;
    assert!(is_error(&refused, 401, "Unauthorized"));
    assert!(refused.json()["message"].as_str().unwrap().contains(&format!("get\nmedia\n{rid}\n")));
}

#[tokio::test]
async fn a_taken_name_is_a_conflict_unless_upserted() {
    let bench = Bench::new();
    let ask = |bytes: &[u8]| Ask::raw("a.txt", "text/plain", bytes);
    let first = ask(b"one").send(&bench).await.json();
    assert!(is_error(&ask(b"two").send(&bench).await, 409, "Conflict"));
    let replaced = ask(b"three").with("x-ms-documentdb-is-upsert", "true").send(&bench).await;
    assert_eq!(replaced.status.as_u16(), 200);
    assert_eq!(replaced.json()["_rid"], first["_rid"]);
    assert_ne!(replaced.json()["_etag"], first["_etag"]);
    let fresh =
        Ask::raw("b.txt", "text/plain", b"").with("x-ms-documentdb-is-upsert", "true").send(&bench).await;
    assert_eq!(fresh.status.as_u16(), 201);
    let kept = bench.shared.files.list("cosmos").await;
    assert_eq!(kept.iter().map(|kept| kept.size).collect::<Vec<_>>(), [5, 0]);
}

#[tokio::test]
async fn of_two_creates_at_once_one_wins() {
    let bench = Bench::new();
    let ask = || Ask::raw("a.txt", "text/plain", &vec![7; 100_000]).send(&bench);
    let (one, other) = tokio::join!(ask(), ask());
    let mut statuses = [one.status.as_u16(), other.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409]);
}

#[tokio::test]
async fn a_link_is_registered_replaced_and_deleted() {
    let bench = Bench::new();
    let link = json!({ "id": "image_id", "contentType": "image/jpg", "media": "https://example.com/a.jpg" });
    let created = Ask::link_to(&link).send(&bench).await;
    assert_eq!((created.status.as_u16(), &created.json()["media"]), (201, &link["media"]));

    let address = format!("{DOCUMENT}/attachments/image_id");
    let other = json!({ "id": "image_id", "contentType": "image/jpg", "media": "https://example.com/b.jpg" });
    let put = |etag| {
        Ask::one("PUT", &address)
            .with("content-type", "application/json")
            .with("if-match", etag)
            .body(other.to_string().as_bytes())
    };
    assert!(is_error(&put("\"other\"").send(&bench).await, 412, "PreconditionFailed"));
    assert_eq!(put(created.header("etag")).send(&bench).await.status.as_u16(), 200);
    assert_eq!(Ask::one("GET", &address).send(&bench).await.json()["media"], other["media"]);
    assert_eq!(Ask::one("DELETE", &address).send(&bench).await.status.as_u16(), 204);
    assert!(is_error(&Ask::one("GET", &address).send(&bench).await, 404, "NotFound"));
}

#[tokio::test]
async fn the_list_comes_in_pages() {
    let bench = Bench::new();
    for name in ["1", "2", "3"] {
        assert_eq!(Ask::raw(name, "text/plain", b"x").send(&bench).await.status.as_u16(), 201);
    }
    let ids = |answer: &Answer| -> Vec<String> {
        let body = answer.json();
        let items = body["Attachments"].as_array().unwrap().iter();
        items.map(|item| item["id"].as_str().unwrap().to_owned()).collect()
    };
    let first = Ask::list("GET").with("x-ms-max-item-count", "2").send(&bench).await;
    assert_eq!((ids(&first), first.json()["_count"].as_u64()), (vec!["1".into(), "2".into()], Some(2)));
    let token = first.header("x-ms-continuation");
    let second = Ask::list("GET").with("x-ms-continuation", token).send(&bench).await;
    assert_eq!((ids(&second), second.header("x-ms-continuation")), (vec!["3".into()], ""));
    let wrong = Ask::list("GET").with("x-ms-continuation", "elsewhere").send(&bench).await;
    assert!(is_error(&wrong, 400, "BadRequest"));
}

#[tokio::test]
async fn partition_keys_are_a_part_of_the_document() {
    let bench = Bench::new();
    let link = "dbs/a/colls/parts/docs/c";
    let ask = |key: Option<&'static str>| {
        let ask = Ask::raw("a.txt", "text/plain", b"x");
        let ask = Ask { link, path: format!("{link}/attachments"), ..ask };
        match key {
            Some(key) => ask.with("x-ms-documentdb-partitionkey", key),
            None => ask,
        }
    };
    assert!(is_error(&ask(None).send(&bench).await, 400, "BadRequest"));
    assert_eq!(ask(Some("[\"a\"]")).send(&bench).await.status.as_u16(), 201);
    assert_eq!(ask(Some("[\"b\"]")).send(&bench).await.status.as_u16(), 201);
    assert!(is_error(&ask(Some("[\"a\"]")).send(&bench).await, 409, "Conflict"));
}

#[tokio::test]
async fn unknown_types_names_and_documents_are_refused_and_nothing_is_kept() {
    let bench = Bench::new();
    let unknown = Ask::raw("a.torrent", "application/x-bittorrent", b"x").send(&bench).await;
    assert!(is_error(&unknown, 400, "BadRequest"));
    assert!(is_error(&Ask::raw("a?b", "text/plain", b"x").send(&bench).await, 400, "BadRequest"));
    let link = "dbs/missing/colls/a/docs/b";
    let missing = Ask { link, path: format!("{link}/attachments"), ..Ask::raw("a", "text/plain", b"x") };
    assert!(is_error(&missing.send(&bench).await, 404, "NotFound"));
    let percent_encoded = Ask { link: "dbs/VolcanoDB/colls/volcano1/docs/Doc%201", ..Ask::list("GET") };
    assert!(is_error(&percent_encoded.send(&bench).await, 401, "Unauthorized"));
    assert_eq!(bench.shared.files.list("cosmos").await.len(), 0);
}
