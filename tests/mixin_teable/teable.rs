use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use affix::domain::error::{Kind, Step};
use affix::domain::receipt::LinkKind;
use affix::services::teable::Teable;
use serde_json::{Value, json};

use crate::script::{Answer, CONTENT, Client, Script, answer, hang_up};
use crate::support::raw::serve;

pub(crate) fn client(script: &Script, more: &[(&str, &str)]) -> Client {
    client_at(script.address, more)
}

fn client_at(address: std::net::SocketAddr, more: &[(&str, &str)]) -> Client {
    let base = ("base_url", format!("http://{address}/api"));
    let settings: Vec<_> =
        std::iter::once(base).chain(more.iter().map(|(key, value)| (*key, (*value).to_owned()))).collect();
    Client::new(&Teable, &settings, &[("token", "teable_secret")])
}

pub(crate) const RECORD: &[(&str, &str)] =
    &[("table_id", "tbl1"), ("record_id", "rec1"), ("field_id", "fld1")];

pub(crate) fn signature() -> Answer {
    answer(
        "201 Created",
        json!({ "url": "/api/attachments/upload/tok-1", "uploadMethod": "put", "token": "tok-1",
        "path": "table/tok-1", "requestHeaders": { "Content-Type": "image/png", "Content-Length": 7, "X-N": 5 } }),
    )
}

fn noted_size(size: u64) -> Answer {
    answer(
        "201 Created",
        json!({ "token": "tok-1", "size": size, "url": "/table/tok-1", "path": "table/tok-1",
        "mimetype": "image/png", "width": 2, "height": 3, "presignedUrl": "/api/read/tok-1?token=x" }),
    )
}

pub(crate) fn noted() -> Answer {
    noted_size(7)
}

pub(crate) fn record(items: &Value) -> Answer {
    answer("200 OK", json!({ "id": "rec1", "fields": { "fld1": items } }))
}

pub(crate) fn old() -> Value {
    json!({ "id": "actold", "name": "o", "token": "tok-0", "path": "p", "size": 1, "mimetype": "a/b",
        "presignedUrl": "/old" })
}

pub(crate) fn new() -> Value {
    json!({ "id": "actnew", "name": "a b.png", "token": "tok-1", "path": "p", "size": 7, "mimetype": "image/png",
        "presignedUrl": "/fresh", "smThumbnailUrl": "/sm", "lgThumbnailUrl": "/lg" })
}

const SIGN: &str = "POST /api/attachments/signature";
const PUT: &str = "PUT /api/attachments/upload/tok-1";
const NOTIFY: &str = "POST /api/attachments/notify/tok-1?filename=a%20b.png";
const LOOK: &str = "GET /api/table/tbl1/record/rec1?fieldKeyType=id";
const PATCH: &str = "PATCH /api/table/tbl1/record/rec1";

#[tokio::test]
async fn signature_bytes_and_notify() {
    let script = Script::new(vec![signature(), answer("201 Created", "null"), noted()]).await;
    let mut client = client(&script, &[]);
    let receipt = client.upload().await.unwrap();
    assert_eq!(script.lines(), [SIGN, PUT, NOTIFY]);
    let view = format!("http://{}/api/read/tok-1?token=x", script.address);
    assert_eq!(receipt.link(LinkKind::View), Some(view.as_str()));
    assert_eq!((receipt.width, receipt.height, receipt.size), (Some(2), Some(3), Some(7)));
    assert_eq!(receipt.expires_at, Some(1_700_518_400));
    assert_eq!(
        *client.bench.notes.steps.lock().unwrap(),
        [Step::Ticket, Step::Send, Step::Confirm, Step::Verify]
    );

    let (sign, put, notify) = (script.request(0), script.request(1), script.request(2));
    let asked: Value = serde_json::from_slice(&sign.body).unwrap();
    assert_eq!(asked, json!({ "contentType": "image/png", "contentLength": 7, "type": 1 }));
    assert_eq!(sign.header("authorization").as_deref(), Some("Bearer teable_secret"));
    assert_eq!(put.body, CONTENT);
    assert_eq!(put.header("content-type").as_deref(), Some("image/png"));
    assert_eq!(put.header("content-length").as_deref(), Some("7"));
    assert_eq!(put.header("x-n").as_deref(), Some("5"));
    assert_eq!(put.header("authorization"), None);
    assert_eq!(notify.body, b"");
    script.assert_played();
}

#[tokio::test]
async fn a_file_goes_into_its_record_behind_what_is_there() {
    let answers = vec![
        signature(),
        answer("201 Created", ""),
        noted(),
        record(&json!([old()])),
        record(&json!([])),
        record(&json!([old(), new()])),
    ];
    let script = Script::new(answers).await;
    let receipt = client(&script, RECORD).upload().await.unwrap();
    assert_eq!(script.lines(), [SIGN, PUT, NOTIFY, LOOK, PATCH, LOOK]);
    let patch: Value = serde_json::from_slice(&script.request(4).body).unwrap();
    let items = patch["record"]["fields"]["fld1"].as_array().unwrap();
    assert_eq!((&items[0]["token"], &items[1]["token"]), (&json!("tok-0"), &json!("tok-1")));
    assert_eq!(patch["fieldKeyType"], "id");
    let at = |path: &str| format!("http://{}{path}", script.address);
    assert_eq!(receipt.link(LinkKind::View), Some(at("/fresh").as_str()));
    assert_eq!(receipt.link(LinkKind::Thumbnail), Some(at("/sm").as_str()));
    assert_eq!(receipt.link(LinkKind::Preview), Some(at("/lg").as_str()));
    script.assert_played();
}

#[tokio::test]
async fn a_second_try_goes_on_at_the_record_and_adds_nothing_twice() {
    let answers = vec![
        signature(),
        answer("201 Created", ""),
        noted(),
        record(&Value::Null),
        hang_up(),
        record(&json!([new()])),
    ];
    let script = Script::new(answers).await;
    let mut client = client(&script, RECORD);
    let failure = client.upload().await.unwrap_err();
    assert!(failure.is_retryable() && client.has_checkpoint(), "{failure}");
    let receipt = client.upload().await.unwrap();
    assert_eq!(script.lines(), [SIGN, PUT, NOTIFY, LOOK, PATCH, LOOK]);
    assert_eq!(receipt.link(LinkKind::Id), Some("tok-1"));
    script.assert_played();
}

#[tokio::test]
async fn a_lost_notify_begins_with_a_new_signature() {
    let answers = vec![
        signature(),
        answer("201 Created", ""),
        hang_up(),
        signature(),
        answer("201 Created", ""),
        noted(),
    ];
    let script = Script::new(answers).await;
    let mut client = client(&script, &[]);
    assert!(client.upload().await.unwrap_err().is_retryable());
    client.upload().await.unwrap();
    assert_eq!(script.lines(), [SIGN, PUT, NOTIFY, SIGN, PUT, NOTIFY]);
    script.assert_played();
}

#[tokio::test]
async fn another_size_fails_loudly() {
    let script = Script::new(vec![signature(), answer("201 Created", ""), noted_size(6)]).await;
    let failure = client(&script, RECORD).upload().await.unwrap_err();
    assert_eq!((failure.kind, failure.is_retryable()), (Kind::Protocol, false));
    script.assert_played();
}

#[tokio::test]
async fn an_item_that_another_writer_dropped_is_put_again() {
    let answers = vec![
        signature(),
        answer("201 Created", ""),
        noted(),
        record(&json!([])),
        record(&json!([])),
        record(&json!([old()])),
        record(&json!([old()])),
        record(&json!([])),
        record(&json!([old(), new()])),
    ];
    let script = Script::new(answers).await;
    let mut client = client(&script, RECORD);
    assert!(client.upload().await.unwrap_err().is_retryable());
    client.upload().await.unwrap();
    assert_eq!(script.lines(), [SIGN, PUT, NOTIFY, LOOK, PATCH, LOOK, LOOK, PATCH, LOOK]);
    script.assert_played();
}

#[tokio::test]
async fn links_are_renewed_from_the_record_only() {
    let user = answer("200 OK", json!({ "id": "usr1", "name": "Ada", "email": "a@b.c" }));
    let answers = vec![
        signature(),
        answer("201 Created", ""),
        noted(),
        record(&json!([new()])),
        record(&json!([new()])),
        record(&json!([old()])),
        user,
    ];
    let script = Script::new(answers).await;
    let mut client = client(&script, RECORD);
    let receipt = client.upload().await.unwrap();
    let renewed = client.renew(receipt.clone()).await.unwrap();
    assert_eq!(renewed.link(LinkKind::Thumbnail), receipt.link(LinkKind::Thumbnail));
    assert_eq!(client.renew(receipt.clone()).await.unwrap_err().kind, Kind::Gone);
    assert!(client.test().await.unwrap().contains("Ada (a@b.c)"));

    let mut alone = receipt;
    alone.extra.shift_remove("record_id");
    let failure = client.renew(alone.clone()).await.unwrap_err();
    assert_eq!(failure.kind, Kind::Refused);
    alone.expires_at = None;
    assert_eq!(client.renew(alone.clone()).await.unwrap(), alone);
    script.assert_played();
}

/// A small Teable with one record: answers by path, keeps the field's items.
async fn server_with_a_record() -> (std::net::SocketAddr, Arc<Mutex<Vec<Value>>>) {
    let items = Arc::new(Mutex::new(Vec::new()));
    let (kept, given) = (items.clone(), Arc::new(AtomicUsize::new(0)));
    let address = serve(move |mut wire| {
        let (items, given) = (kept.clone(), given.clone());
        async move {
            let request = wire.request().await;
            let line = request.head.lines().next().unwrap().to_owned();
            let token = line.split(['/', '?', ' ']).find(|part| part.starts_with("tok-")).unwrap_or_default();
            let body = if line.starts_with("POST /api/attachments/signature") {
                let token = format!("tok-{}", given.fetch_add(1, Ordering::Relaxed));
                json!({ "url": format!("/up/{token}"), "uploadMethod": "PUT", "token": token, "requestHeaders": {} })
            } else if line.starts_with("POST /api/attachments/notify") {
                json!({ "token": token, "size": 7, "path": "p", "mimetype": "image/png" })
            } else if line.starts_with("PATCH") {
                let patch: Value = serde_json::from_slice(&request.body).unwrap();
                *items.lock().unwrap() = patch["record"]["fields"]["fld1"].as_array().unwrap().clone();
                json!({})
            } else {
                json!({ "fields": { "fld1": *items.lock().unwrap() } })
            };
            wire.answer("200 OK", &[], &body.to_string()).await;
        }
    })
    .await;
    (address, items)
}

#[tokio::test]
async fn files_that_go_into_one_record_at_once_all_stay() {
    let (address, items) = server_with_a_record().await;
    let mut clients: Vec<_> = (0..3).map(|_| client_at(address, RECORD)).collect();
    let outcomes = futures_util::future::join_all(clients.iter_mut().map(Client::upload)).await;
    for outcome in outcomes {
        outcome.unwrap();
    }
    let mut tokens: Vec<_> = items.lock().unwrap().iter().map(|item| item["token"].clone()).collect();
    tokens.sort_by_key(Value::to_string);
    assert_eq!(tokens, ["tok-0", "tok-1", "tok-2"]);
}
