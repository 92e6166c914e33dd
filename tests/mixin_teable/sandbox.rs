//! Client and sandbox were written apart from each other, from the same page: where they meet, both read it alike.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use affix::domain::describe::Visibility;
use affix::domain::receipt::{LinkKind, Receipt};
use affix::sandbox::credentials::Credentials;
use affix::sandbox::server::{Config, Server};
use affix::sandbox::{demo_secrets, demo_settings};
use affix::services::Service;
use affix::services::http::{Call, Context, Exchange, Http, Network, Redactor};
use affix::services::mixin::Mixin;
use affix::services::teable::Teable;
use http::Method;
use url::Url;

use crate::script::{CONTENT, Client};

async fn server(dir: &tempfile::TempDir) -> (Server, Credentials) {
    let credentials = Credentials::generate();
    let server = Server::start(Config::new(dir.path().to_owned(), credentials.clone())).await.unwrap();
    (server, credentials)
}

fn demo(
    service: &'static dyn Service,
    origin: &str,
    credentials: &Credentials,
    more: &[(&str, &str)],
) -> Client {
    let id = service.description().id;
    let settings = demo_settings(id, origin);
    let mut settings: Vec<_> = settings.iter().map(|(key, value)| (key.as_str(), value.clone())).collect();
    settings.extend(more.iter().map(|(key, value)| (*key, (*value).to_owned())));
    let secrets = demo_secrets(id, credentials);
    let secrets: Vec<_> = secrets.iter().map(|(key, value)| (key.as_str(), value.expose())).collect();
    let mut client = Client::new(service, &settings, &secrets);
    client.bench.exchange = Exchange::new(Context {
        http: Http::new(&Network::default()).unwrap(),
        observer: client.bench.notes.clone(),
        cancel: client.bench.cancel.clone(),
        redactor: Redactor::default(),
        checkpoint: None,
        cache: Arc::default(),
        clock: || i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap(),
    });
    client
}

async fn assert_link_gives_the_bytes(client: &mut Client, receipt: &Receipt) {
    let view = Url::parse(receipt.link(LinkKind::View).unwrap()).unwrap();
    let reply = client.bench.exchange.send(Call::new(Method::GET, view)).await.unwrap();
    assert_eq!((reply.status, &reply.body[..]), (200, CONTENT));
}

#[tokio::test]
async fn mixin_meets_its_sandbox() {
    let dir = tempfile::tempdir().unwrap();
    let (server, credentials) = server(&dir).await;
    let mut client = demo(&Mixin, server.origin(), &credentials, &[]);
    let receipt = client.upload().await.unwrap();
    assert_link_gives_the_bytes(&mut client, &receipt).await;
    let renewed = client.renew(receipt).await.unwrap();
    assert_link_gives_the_bytes(&mut client, &renewed).await;
    assert!(client.test().await.unwrap().contains("GET /me"));
}

#[tokio::test]
async fn teable_meets_its_sandbox_for_every_type() {
    let dir = tempfile::tempdir().unwrap();
    let (server, credentials) = server(&dir).await;
    for kind in 1..=14 {
        let kind = kind.to_string();
        let more = [("upload_type", kind.as_str()), ("expires_in", "600"), ("base_id", "bse1")];
        let mut client = demo(&Teable, server.origin(), &credentials, &more);
        let receipt = client.upload().await.unwrap();
        assert_link_gives_the_bytes(&mut client, &receipt).await;
        assert_eq!(
            receipt.expires_at.is_some(),
            receipt.primary().unwrap().visibility == Visibility::Expiring
        );
    }
    assert!(
        demo(&Teable, server.origin(), &credentials, &[]).test().await.unwrap().contains("GET /auth/user")
    );
}

#[tokio::test]
async fn teable_records_meet_the_sandbox() {
    let dir = tempfile::tempdir().unwrap();
    let (server, credentials) = server(&dir).await;
    let mut client = demo(&Teable, server.origin(), &credentials, crate::teable::RECORD);
    for _ in 0..2 {
        let receipt = client.upload().await.unwrap();
        client.bench.exchange.forget_checkpoint();
        assert_link_gives_the_bytes(&mut client, &receipt).await;
        let renewed = client.renew(receipt).await.unwrap();
        assert_link_gives_the_bytes(&mut client, &renewed).await;
    }
}
