//! A bench for the emulated services: their routers over real files, without a socket.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use bytes::Bytes;
use http_body_util::BodyExt as _;
use serde_json::Value;
use tower::ServiceExt as _;

use super::credentials::Credentials;
use super::files::{Files, Limits};
use super::{Shared, State};

#[derive(Debug)]
pub(super) struct Bench {
    pub(super) shared: State,
    router: Router,
    _dir: tempfile::TempDir,
}

/// An answer, read to its end.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) bytes: Bytes,
}

impl Bench {
    pub(super) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let limits = Limits { max_file_bytes: 64 * 1024 * 1024, max_total_bytes: 256 * 1024 * 1024 };
        let shared = Arc::new(Shared::new(
            "http://127.0.0.1:41234".to_owned(),
            Credentials::generate(),
            Files::at(dir.path(), limits).unwrap(),
        ));
        let router = Router::new()
            .nest("/cosmos", super::cosmos::router())
            .nest("/cronofy", super::cronofy::router())
            .nest("/forum", super::forum::router())
            .with_state(Arc::clone(&shared));
        Self { shared, router, _dir: dir }
    }

    pub(super) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        Answer { status: parts.status, headers: parts.headers, bytes }
    }
}

impl Answer {
    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap()
    }

    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}
