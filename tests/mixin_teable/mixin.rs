use affix::domain::error::{Kind, Step};
use affix::domain::receipt::LinkKind;
use affix::services::mixin::Mixin;
use serde_json::json;

use crate::script::{Answer, CONTENT, Client, Script, answer, hang_up};

pub(crate) const KEYSTORE: &str = r#"{"app_id":"89e0bdee-c355-47f2-945a-be48be875606",
    "session_id":"c09cf313-7ded-425d-ad3f-a1ce4cfd5e5e",
    "session_private_key":"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"}"#;
const S3: &str = "/s3/key?X-Amz-Date=20231114T221320Z&X-Amz-Expires=60&X-Amz-Signature=beefbeef";

pub(crate) fn client(script: &Script) -> Client {
    Client::new(
        &Mixin,
        &[("base_url", format!("http://{}/proxy", script.address))],
        &[("keystore", KEYSTORE)],
    )
}

pub(crate) fn ticket() -> Answer {
    let url = format!("{{base}}{S3}");
    answer(
        "200 OK",
        json!({ "data": { "type": "attachment", "attachment_id": "id-1", "upload_url": url,
        "view_url": "https://view.example/old", "created_at": "2023-11-14T22:13:20Z" } }),
    )
}

pub(crate) fn confirmed() -> Answer {
    answer("200 OK", json!({ "data": { "attachment_id": "id-1", "view_url": "https://view.example/new" } }))
}

fn refused(code: u32) -> Answer {
    answer("202 Accepted", json!({ "error": { "status": 202, "code": code, "description": "No." } }))
}

fn put() -> String {
    format!("PUT {S3}")
}

const POST: &str = "POST /proxy/attachments";
const GET: &str = "GET /proxy/attachments/id-1";

#[tokio::test]
async fn ticket_bytes_and_fresh_link() {
    let script = Script::new(vec![ticket(), answer("200 OK", ""), confirmed()]).await;
    let mut client = client(&script);
    let receipt = client.upload().await.unwrap();
    assert_eq!(script.lines(), [POST, &put(), GET]);
    assert_eq!(receipt.link(LinkKind::View), Some("https://view.example/new"));
    assert_eq!(receipt.extra["created_at"], "2023-11-14T22:13:20Z");
    assert_eq!(*client.bench.notes.steps.lock().unwrap(), [Step::Ticket, Step::Send, Step::Confirm]);

    let post = script.request(0);
    assert_eq!(post.header("content-length").as_deref(), Some("0"));
    let bytes = script.request(1);
    assert_eq!(bytes.body, CONTENT);
    assert_eq!(bytes.header("content-type").as_deref(), Some("application/octet-stream"));
    assert_eq!(bytes.header("x-amz-acl").as_deref(), Some("public-read"));
    assert_eq!(bytes.header("content-length").as_deref(), Some("7"));
    for absent in ["authorization", "transfer-encoding", "x-request-id"] {
        assert_eq!(bytes.header(absent), None, "{absent}");
    }
    script.assert_played();
}

#[tokio::test]
async fn no_note_shows_the_signature_or_a_token() {
    let script = Script::new(vec![ticket(), answer("200 OK", ""), confirmed()]).await;
    let mut client = client(&script);
    client.upload().await.unwrap();
    let shown = format!("{:?}", client.bench.notes.activities.lock().unwrap());
    assert!(shown.contains("id-1"), "{shown}");
    let bearer = script.request(0).header("authorization").unwrap();
    for secret in ["beefbeef", bearer.trim_start_matches("Bearer ")] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
}

#[tokio::test]
async fn a_second_try_goes_on_at_the_link() {
    let script = Script::new(vec![ticket(), answer("200 OK", ""), refused(500), confirmed()]).await;
    let mut client = client(&script);
    let failure = client.upload().await.unwrap_err();
    assert_eq!((failure.kind, failure.is_retryable()), (Kind::Server, true));
    assert!(client.has_checkpoint());
    client.upload().await.unwrap();
    assert_eq!(script.lines(), [POST, &put(), GET, GET]);
    script.assert_played();
}

#[tokio::test]
async fn a_second_try_sends_the_bytes_to_the_same_place() {
    for lost in [hang_up(), answer("500 Internal Server Error", "")] {
        let script = Script::new(vec![ticket(), lost, answer("200 OK", ""), confirmed()]).await;
        let mut client = client(&script);
        assert!(client.upload().await.unwrap_err().is_retryable());
        client.upload().await.unwrap();
        assert_eq!(script.lines(), [POST, &put(), &put(), GET]);
        script.assert_played();
    }
}

#[tokio::test]
async fn an_attachment_that_is_gone_is_sent_anew() {
    let script = Script::new(vec![ticket(), answer("200 OK", ""), refused(404)]).await;
    let mut client = client(&script);
    let failure = client.upload().await.unwrap_err();
    assert_eq!((failure.kind, failure.is_retryable()), (Kind::Gone, true));
    assert!(!client.has_checkpoint());
    script.assert_played();
}

#[tokio::test]
async fn the_tickets_link_stands_in_when_mixin_will_not_confirm() {
    let script = Script::new(vec![ticket(), answer("200 OK", ""), refused(401)]).await;
    let receipt = client(&script).upload().await.unwrap();
    assert_eq!(receipt.link(LinkKind::View), Some("https://view.example/old"));
    assert_eq!(receipt.notes.len(), 1);
}

#[tokio::test]
async fn an_expired_ticket_is_not_used_and_a_new_one_is_safe() {
    let late = answer(
        "200 OK",
        json!({ "data": { "attachment_id": "id-1",
        "upload_url": "{base}/s3/key?X-Amz-Date=20231114T221219Z&X-Amz-Expires=60&X-Amz-Signature=beef" } }),
    );
    let xml = "<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>";
    let answers =
        vec![late, ticket(), answer("403 Forbidden", xml), ticket(), answer("200 OK", ""), confirmed()];
    let script = Script::new(answers).await;
    let mut client = client(&script);
    for tries in 1..=2 {
        let failure = client.upload().await.unwrap_err();
        assert_eq!((failure.kind, failure.is_retryable()), (Kind::Gone, true), "{tries}: {failure}");
    }
    client.upload().await.unwrap();
    assert_eq!(script.lines(), [POST, POST, &put(), POST, &put(), GET]);
    script.assert_played();
}

#[tokio::test]
async fn a_fast_clock_does_not_make_tickets_look_expired() {
    // The test's clock is at the ticket's begin; the server says that it was an hour earlier.
    let mut early = answer(
        "200 OK",
        json!({ "data": { "attachment_id": "id-1", "view_url": "https://v.example/1",
        "upload_url": "{base}/s3/key?X-Amz-Date=20231114T211320Z&X-Amz-Expires=60" } }),
    );
    early.headers.push("x-server-time: 1699996400000000000");
    let script = Script::new(vec![early, answer("200 OK", ""), confirmed()]).await;
    client(&script).upload().await.unwrap();
    script.assert_played();
}

#[tokio::test]
async fn every_lost_answer_is_safe_to_repeat() {
    for lost in 0..3 {
        let mut answers = vec![ticket(), answer("200 OK", ""), confirmed()];
        answers[lost] = hang_up();
        answers.truncate(lost + 1);
        let script = Script::new(answers).await;
        let failure = client(&script).upload().await.unwrap_err();
        assert!(failure.is_retryable(), "{lost}: {failure}");
    }
}

#[tokio::test]
async fn a_link_is_renewed_and_a_test_names_the_bot() {
    let me = answer("200 OK", json!({ "data": { "full_name": "Bot", "identity_number": "7000" } }));
    let script =
        Script::new(vec![ticket(), answer("200 OK", ""), confirmed(), confirmed(), me, refused(404)]).await;
    let mut client = client(&script);
    let receipt = client.upload().await.unwrap();
    let renewed = client.renew(receipt.clone()).await.unwrap();
    assert_eq!(renewed.link(LinkKind::View), Some("https://view.example/new"));
    assert!(client.test().await.unwrap().contains("“Bot” (7000)"));
    assert_eq!(client.renew(receipt).await.unwrap_err().kind, Kind::Gone);
    assert_eq!(script.lines()[3..], [GET, "GET /proxy/me", GET]);
}
