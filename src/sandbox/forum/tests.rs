//! Requests through the router.

use std::io::Cursor;

use axum::body::Body;
use axum::http::Request;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;

use crate::sandbox::testing::{Answer, Bench};

const PATH: &str = "/forum/openapi/forum/upload/attachment";
const BOUNDARY: &str = "----affix-test";

/// The default rule, or with a body the rule over it.
enum Rule {
    KeyAndTimestamp,
    TimestampDotBody,
    MethodTimestampPathBody,
}

fn now() -> u64 {
    std::time::UNIX_EPOCH.elapsed().unwrap().as_secs()
}

fn sign(bench: &Bench, rule: &Rule, timestamp: u64, body: &[u8]) -> String {
    let credentials = &bench.shared.credentials;
    let mut mac = Hmac::<Sha256>::new_from_slice(credentials.forum_api_secret.as_bytes()).unwrap();
    let before = match rule {
        Rule::KeyAndTimestamp => format!("{}{timestamp}", credentials.forum_api_key),
        Rule::TimestampDotBody => format!("{timestamp}."),
        Rule::MethodTimestampPathBody => format!("POST{timestamp}{PATH}"),
    };
    mac.update(before.as_bytes());
    if !matches!(rule, Rule::KeyAndTimestamp) {
        mac.update(body);
    }
    hex::encode(mac.finalize().into_bytes().as_slice())
}

/// A form's part: name, file name (none for text), bytes.
type Part<'a> = (&'a str, Option<&'a str>, &'a [u8]);

fn form(parts: &[Part<'_>]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, file_name, bytes) in parts {
        body.extend(format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"").bytes());
        if let Some(file_name) = file_name {
            body.extend(
                format!("; filename=\"{file_name}\"\r\nContent-Type: application/octet-stream").bytes(),
            );
        }
        body.extend(b"\r\n\r\n");
        body.extend(*bytes);
        body.extend(b"\r\n");
    }
    body.extend(format!("--{BOUNDARY}--\r\n").bytes());
    body
}

async fn send(bench: &Bench, timestamp: u64, signature: &str, body: Vec<u8>) -> Answer {
    let request = Request::post(PATH)
        .header("Api-Key", &bench.shared.credentials.forum_api_key)
        .header("Timestamp", timestamp)
        .header("Signature", signature)
        .header("content-type", format!("multipart/form-data; boundary={BOUNDARY}"));
    bench.send(request.body(Body::from(body)).unwrap()).await
}

async fn post(bench: &Bench, parts: &[Part<'_>]) -> Value {
    let timestamp = now();
    let signature = sign(bench, &Rule::KeyAndTimestamp, timestamp, b"");
    let answer = send(bench, timestamp, &signature, form(parts)).await;
    assert_eq!(answer.status.as_u16(), 200);
    answer.json()
}

fn png(width: u32, height: u32) -> Vec<u8> {
    let mut png = Cursor::new(Vec::new());
    image::DynamicImage::new_rgb8(width, height).write_to(&mut png, image::ImageFormat::Png).unwrap();
    png.into_inner()
}

const MP4: &[u8] = b"\0\0\0\x20ftypisom\0\0\x02\0isomiso2avc1mp41\0\0\0\x08mdat";

#[tokio::test]
async fn a_picture_gets_two_links() {
    let bench = Bench::new();
    let picture = png(640, 480);
    let parts: [Part<'_>; 3] = [
        ("file", Some("a picture.png"), &picture),
        ("group_name", None, b"tribe"),
        ("type", None, b"public/image"),
    ];
    let answer = post(&bench, &parts).await;
    let data = &answer["data"];
    assert_eq!((answer["code"].as_u64(), data["type"].as_u64()), (Some(0), Some(1)), "{answer}");
    assert_eq!(data["file_size"].as_u64(), Some(picture.len() as u64));
    assert_eq!((data["img_width"].as_u64(), data["img_height"].as_u64()), (Some(640), Some(480)));
    assert!(data.get("duration").is_none());
    let content: Value = serde_json::from_str(data["content"].as_str().unwrap()).unwrap();
    assert_ne!(content.to_string(), data["content"].as_str().unwrap());
    assert_eq!((&content["file_url"], &content["thumb_url"]), (&data["file_url"], &data["thumb_url"]));
    assert_eq!(content["preview_url"], "");
    let kept = bench.shared.files.list("forum").await;
    let links: Vec<String> =
        kept.iter().map(|kept| format!("{}{}", bench.shared.origin, bench.shared.files.link(kept))).collect();
    assert_eq!(links, [data["file_url"].as_str().unwrap(), data["thumb_url"].as_str().unwrap()]);
    assert_eq!((kept[0].mime.as_str(), kept[1].name.as_str()), ("image/png", "a picture_thumb.png"));
}

#[tokio::test]
async fn a_video_gets_three_links() {
    let bench = Bench::new();
    let thumb = png(800, 400);
    let parts: [Part<'_>; 5] = [
        ("type", None, b"public/video"),
        ("file", Some("a.mp4"), MP4),
        ("thumb", Some("a.png"), &thumb),
        ("duration", None, b"20"),
        ("group_name", None, b"post"),
    ];
    let answer = post(&bench, &parts).await;
    let data = &answer["data"];
    assert_eq!((data["type"].as_u64(), data["duration"].as_u64()), (Some(2), Some(20)), "{answer}");
    let content: Value = serde_json::from_str(data["content"].as_str().unwrap()).unwrap();
    let kept = bench.shared.files.list("forum").await;
    assert_eq!(
        kept.iter().map(|kept| kept.name.as_str()).collect::<Vec<_>>(),
        ["a.mp4", "a.png", "a_thumb.png"]
    );
    for (field, kept) in ["file_url", "preview_url", "thumb_url"].iter().zip(&kept) {
        let link = format!("{}{}", bench.shared.origin, bench.shared.files.link(kept));
        assert_eq!(content[field], link.as_str(), "{field}");
    }
}

#[tokio::test]
async fn forms_that_do_not_fit_are_refused_and_nothing_is_kept() {
    let bench = Bench::new();
    let picture = png(4, 4);
    let image: Part<'_> = ("type", None, b"public/image");
    let video: Part<'_> = ("type", None, b"public/video");
    let group: Part<'_> = ("group_name", None, b"tag");
    let file: Part<'_> = ("file", Some("a.png"), &picture);
    let mp4: Part<'_> = ("file", Some("a.mp4"), MP4);
    let thumb: Part<'_> = ("thumb", Some("t.png"), &picture);
    let secs: Part<'_> = ("duration", None, b"1");
    let cases: [(&str, &[Part<'_>]); 13] = [
        ("type is missing", &[group, file]),
        ("type is neither", &[("type", None, b"image"), group, file]),
        ("group_name is missing", &[image, file]),
        ("group_name is unknown", &[image, ("group_name", None, b"Tribe"), file]),
        ("file is missing", &[image, group]),
        ("no file name", &[image, group, ("file", None, &picture)]),
        ("not of the declared type", &[image, group, mp4]),
        ("not of the declared type", &[video, group, file, thumb, secs]),
        ("thumb is missing", &[video, group, mp4, secs]),
        ("thumb is not a picture", &[video, group, mp4, ("thumb", Some("t.png"), MP4), secs]),
        ("duration is missing", &[video, group, mp4, thumb]),
        ("whole seconds", &[video, group, mp4, thumb, ("duration", None, b"1.5")]),
        ("stands twice", &[image, group, file, file]),
    ];
    for (why, parts) in cases {
        let answer = post(&bench, parts).await;
        assert_eq!(answer["code"].as_u64(), Some(10_001), "{why}");
        assert!(answer["message"].as_str().unwrap().contains(why), "{why}: {answer}");
    }
    let zero = post(&bench, &[video, group, mp4, thumb, ("duration", None, b"0")]).await;
    assert_eq!(zero["code"].as_u64(), Some(10_001));
    assert_eq!(bench.shared.files.list("forum").await.len(), 0);
}

#[tokio::test]
async fn a_signature_over_the_body_covers_every_byte_of_it() {
    let picture = png(300, 300);
    let parts: [Part<'_>; 3] =
        [("type", None, b"public/image"), ("group_name", None, b"media"), ("file", Some("a.png"), &picture)];
    for rule in [Rule::TimestampDotBody, Rule::MethodTimestampPathBody] {
        let bench = Bench::new();
        let timestamp = now();
        let body = form(&parts);
        let signature = sign(&bench, &rule, timestamp, &body);
        assert_eq!(send(&bench, timestamp, &signature, body.clone()).await.json()["code"], 0);
        // The last two bytes stand behind the form's end, where its reader does not look.
        for changed in [0, body.len() / 2, body.len() - 1] {
            let mut other = body.clone();
            other[changed] ^= 1;
            let refused = send(&bench, timestamp, &signature, other).await.json();
            assert_eq!((&refused["code"], &refused["msg"].is_string()), (&10_001.into(), &true), "{changed}");
        }
        assert_eq!(bench.shared.files.list("forum").await.len(), 2, "one picture and its thumbnail");
    }
}

#[tokio::test]
async fn headers_are_checked() {
    let bench = Bench::new();
    let ask = async |key: &str, timestamp: &str, signature: &str| {
        let request = Request::get("/forum/openapi/forum/conf/serverList")
            .header("Api-Key", key)
            .header("Timestamp", timestamp)
            .header("Signature", signature);
        bench.send(request.body(Body::empty()).unwrap()).await.json()
    };
    let key = bench.shared.credentials.forum_api_key.clone();
    let signed = |secs: u64| (secs.to_string(), sign(&bench, &Rule::KeyAndTimestamp, secs, b""));
    let (time, signature) = signed(now());
    let list = ask(&key, &time, &signature).await;
    assert_eq!(list["data"]["list"][0]["url"], "http://127.0.0.1:41234/forum");
    assert_eq!(list["data"]["list"][1]["host"], "127.0.0.1:41234/forum");

    let (old, old_signature) = signed(now() - 400);
    let millis = format!("{time}000");
    for (key, time, signature, why) in [
        ("other", &time, &signature, "Api-Key is invalid"),
        (&key, &time, &old_signature, "Signature is invalid"),
        (&key, &old, &old_signature, "Timestamp has expired"),
        (&key, &millis, &signature, "Timestamp has expired"),
        (&key, &"soon".to_owned(), &signature, "Timestamp is invalid"),
        (&key, &time, &String::new(), "Signature is missing"),
    ] {
        let refused = ask(key, time, signature).await;
        assert!(refused["msg"].as_str().unwrap().ends_with(why), "{why}: {refused}");
    }
}
