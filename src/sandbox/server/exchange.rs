//! What every request passes on its way in and out: host check, control routes, faults, log, safe headers.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_SECURITY_POLICY, HOST, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderMap, HeaderValue, Request, StatusCode, Uri};
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use super::bodies::{self, Alive, Watched};
use super::control;
use super::pulse::Pulse;
use crate::sandbox::State;
use crate::sandbox::faults::inject::{self, Cut, Early};
use crate::sandbox::faults::{Fault, route};
use crate::sandbox::log::Entry;

/// Where the requests come in.
#[derive(Debug)]
pub(super) struct Gate {
    pub(super) shared: State,
    pub(super) router: Router,
    pub(super) admin_token: String,
    pub(super) address: SocketAddr,
    pub(super) pulse: Arc<Pulse>,
    pub(super) stop: CancellationToken,
}

impl Gate {
    pub(super) async fn exchange(
        &self,
        request: Request<hyper::body::Incoming>,
    ) -> Result<Response<Alive>, Cut> {
        let beat = self.pulse.beat();
        let read = Arc::new(AtomicU64::new(0));
        let (leave, mut left) = oneshot::channel();
        let request = request.map(|body| Body::new(Watched::new(body, Arc::clone(&read), leave)));
        let mut answer = self.answer(request, read).await?;
        harden(answer.headers_mut());
        if let (Ok(rest), None) = (left.try_recv(), answer.extensions().get::<Early>()) {
            bodies::drain(rest).await;
        }
        Ok(answer.map(|body| Alive::new(body, beat)))
    }

    async fn answer(&self, request: Request<Body>, read: Arc<AtomicU64>) -> Result<Response, Cut> {
        if !self.is_ours(request.headers(), request.uri()) {
            let text = "The sandbox answers to 127.0.0.1, localhost and [::1] only";
            return Ok((StatusCode::MISDIRECTED_REQUEST, text).into_response());
        }
        if request.uri().path().starts_with("/_sandbox/") {
            return Ok(control::answer(self, request).await);
        }
        let route = route(request.method(), request.uri().path());
        let mut entry = Logged {
            shared: &self.shared,
            read,
            entry: Entry {
                method: request.method().to_string(),
                path: request.uri().path().to_owned(),
                service: route.service.to_owned(),
                step: route.step.to_owned(),
                status: None,
                body_bytes: 0,
            },
        };
        let answer = match inject::chosen(&self.shared.faults, &route, &request) {
            Err(problem) => Ok((StatusCode::BAD_REQUEST, problem).into_response()),
            Ok(None) => self.router.clone().oneshot(request).await.map_err(|never| match never {}),
            Ok(Some(fault)) => self.faulty(fault, request).await,
        };
        entry.entry.status = answer.as_ref().ok().map(|answer| answer.status().as_u16());
        answer
    }

    async fn faulty(&self, fault: Fault, request: Request<Body>) -> Result<Response, Cut> {
        inject::carry_out(fault, request, |request| self.router.clone().oneshot(request)).await
    }

    /// A page of another site that points its own name at this computer sends its own name as the host:
    /// without this check it could read and write the sandbox (DNS rebinding).
    fn is_ours(&self, headers: &HeaderMap, uri: &Uri) -> bool {
        let port = self.address.port();
        let names = ["127.0.0.1", "localhost", "[::1]"];
        let ours = |host: &str| {
            let (name, given) = host.rsplit_once(':').unwrap_or((host, ""));
            given == port.to_string() && names.iter().any(|ours| name.eq_ignore_ascii_case(ours))
        };
        let mut hosts = headers.get_all(HOST).iter();
        let (Some(host), None) = (hosts.next(), hosts.next()) else { return false };
        let same_in_uri = uri.authority().is_none_or(|authority| ours(authority.as_str()));
        host.to_str().is_ok_and(ours) && same_in_uri
    }
}

/// Nothing that the sandbox serves may run, guess types or tell where it was linked from.
fn harden(headers: &mut HeaderMap) {
    const POLICY: &str =
        "sandbox; default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'";
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
}

/// Writes the log's entry when the request ends, also when its client went away.
struct Logged<'a> {
    shared: &'a State,
    read: Arc<AtomicU64>,
    entry: Entry,
}

impl Drop for Logged<'_> {
    fn drop(&mut self) {
        self.entry.body_bytes = self.read.load(Ordering::Relaxed);
        self.shared.log.push(self.entry.clone());
    }
}
