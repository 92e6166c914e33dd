//! Requests through the router.

use axum::body::Body;
use axum::http::Request;
use serde_json::json;

use crate::sandbox::testing::{Answer, Bench};

const RIGHT: &str =
    r#"{"attachment":{"file_name":"a.png","content_type":"image/png","base64_content":"++///g=="}}"#;

async fn post(bench: &Bench, content_type: &str, body: impl Into<Body>) -> Answer {
    let request = Request::post("/cronofy/v1/attachments")
        .header("authorization", format!("Bearer {}", bench.shared.credentials.cronofy_api_key))
        .header("content-type", content_type);
    bench.send(request.body(body.into()).unwrap()).await
}

#[tokio::test]
async fn an_attachment_gets_an_id_each_time() {
    let bench = Bench::new();
    let mut ids = Vec::new();
    for content_type in ["application/json", "application/json; charset=utf-8"] {
        let answer = post(&bench, content_type, RIGHT).await;
        assert_eq!(answer.status.as_u16(), 200);
        let attachment = &answer.json()["attachment"];
        // `printf '\xfb\xef\xff\xfe' | md5sum`
        assert_eq!(attachment["md5"], "4cfbb787bd75832a4ce69260b80ed1b5");
        assert_eq!(
            (&attachment["file_name"], &attachment["content_type"]),
            (&json!("a.png"), &json!("image/png"))
        );
        ids.push(attachment["attachment_id"].as_str().unwrap().to_owned());
    }
    assert_ne!(ids[0], ids[1]);
    for id in &ids {
        let digits = id.strip_prefix("att_").unwrap();
        assert!(digits.len() == 24 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()), "{id}");
    }
    let kept = bench.shared.files.list("cronofy").await;
    assert_eq!(kept.iter().map(|kept| kept.size).collect::<Vec<_>>(), [4, 4]);
    assert_eq!(kept[0].extra["attachment_id"], ids[0].as_str());
}

#[tokio::test]
async fn what_is_wrong_is_said_and_nothing_is_kept() {
    let bench = Bench::new();
    let wrong = RIGHT.replace("++//", "--__");
    let answer = post(&bench, "application/json", wrong).await;
    assert_eq!(answer.status.as_u16(), 422);
    let error = &answer.json()["errors"]["attachment.base64_content"][0];
    assert!(error["key"] == "errors.invalid" && error["description"].is_string());
    assert_eq!(post(&bench, "text/plain", RIGHT).await.status.as_u16(), 415);
    assert_eq!(post(&bench, "application/json", &RIGHT[..40]).await.status.as_u16(), 400);
    assert_eq!(post(&bench, "application/json", vec![b' '; 3_500_001]).await.status.as_u16(), 413);
    assert_eq!(bench.shared.files.list("cronofy").await.len(), 0);
}

#[tokio::test]
async fn only_the_api_key_opens() {
    let bench = Bench::new();
    for (key, status) in [(bench.shared.credentials.cronofy_api_key.as_str(), 200), ("other", 401)] {
        let request = Request::get("/cronofy/v1/userinfo").header("authorization", format!("Bearer {key}"));
        assert_eq!(bench.send(request.body(Body::empty()).unwrap()).await.status.as_u16(), status);
    }
    let without = Request::post("/cronofy/v1/attachments").header("content-type", "application/json");
    let answer = bench.send(without.body(Body::from(RIGHT)).unwrap()).await;
    assert_eq!(answer.status.as_u16(), 401);
    assert!(answer.header("www-authenticate").starts_with("Bearer"));
}
