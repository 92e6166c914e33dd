//! The one HTTP client: time-outs, proxy, extra certificates; and the exchange of one upload, which counts bytes,
//! redacts, logs the activity and follows redirects to the same host only.

use std::sync::Arc;

use bytes::Bytes;
use http::Method;
use http::header::{HeaderMap, HeaderName, HeaderValue};
use serde::Serialize;
use serde::de::DeserializeOwned;
use url::Url;

use crate::domain::describe::Repeat;
use crate::domain::error::{Failure, Kind, Step};
use crate::services::body::Body;

/// One request.
#[derive(Debug, Clone)]
pub struct Call {
    pub method: Method,
    pub url: Url,
    pub headers: HeaderMap,
    pub body: Body,
    /// What a lost answer means. GET, HEAD, PUT to a presigned URL and the like are `Safe`.
    pub repeat: Repeat,
    /// The request carries the profile's credential: redirects are followed on the same origin only.
    pub credential: bool,
}

impl Call {
    /// A request without body, credential or headers, safe to repeat.
    #[must_use]
    pub fn new(method: Method, url: Url) -> Self {
        Self {
            method,
            url,
            headers: HeaderMap::new(),
            body: Body::empty(),
            repeat: Repeat::Safe,
            credential: false,
        }
    }

    /// Adds a header; the value may hold any visible text, non-ASCII is sent as UTF-8.
    pub fn header(mut self, name: &'static str, value: &str) -> Result<Self, Failure> {
        let value = HeaderValue::from_bytes(value.as_bytes()).map_err(|error| {
            Failure::new(Kind::Settings, format!("The header {name} cannot hold its value")).cause(error)
        })?;
        self.headers.insert(HeaderName::from_static(name), value);
        Ok(self)
    }

    /// Adds a header with the profile's credential: it is never shown, and redirects stay on the origin.
    pub fn credential(mut self, name: &'static str, value: &str) -> Result<Self, Failure> {
        self = self.header(name, value)?;
        if let Some(value) = self.headers.get_mut(name) {
            value.set_sensitive(true);
        }
        self.credential = true;
        Ok(self)
    }

    #[must_use]
    pub fn body(mut self, body: Body) -> Self {
        self.body = body;
        self
    }

    /// A repeat after a lost answer might make a second object.
    #[must_use]
    pub fn ambiguous(mut self) -> Self {
        self.repeat = Repeat::Ambiguous;
        self
    }
}

/// An answer: the whole text (at most [`REPLY_LIMIT`] bytes), whatever its status.
#[derive(Debug, Clone)]
pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Bytes,
    /// Where the answer came from, after redirects.
    pub url: Url,
    repeat: Repeat,
}

/// The largest answer that is read, in bytes.
pub const REPLY_LIMIT: usize = 4 * 1024 * 1024;

impl Reply {
    #[must_use]
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// A header's value as text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Reads the answer as JSON.
    ///
    /// # Errors
    /// `Kind::Protocol` that says what came instead (HTML, truncated JSON, nothing), with the first words of it.
    /// Its `retry` follows the call's own rule, because the request was received.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        todo!("written by the lead")
    }

    /// The failure that this answer's status stands for, with `message` (the service's own words) as the cause:
    /// 401 unauthorised, 402/403 forbidden, 404/410 gone, 409 name taken, 413 too large, 415 wrong type,
    /// 408/425/429/503 safe to repeat (with Retry-After), other 5xx by the call's rule, everything else refused.
    #[must_use]
    pub fn failure(&self, message: &str) -> Failure {
        todo!("written by the lead {message}")
    }
}

/// The exchange of one upload (or test, renewal, deletion): all its requests go through here.
#[derive(Debug)]
pub struct Exchange {
    step: Step,
    _lead: Arc<()>,
}

impl Exchange {
    /// Names the step that begins; the state and the errors follow it.
    pub fn step(&mut self, step: Step) {
        self.step = step;
    }

    /// Replaces this text by stars wherever it would be shown from now on (upload tokens, signatures).
    /// The profile's secrets are hidden already.
    pub fn hide(&mut self, secret: &str) {
        todo!("written by the lead {secret}")
    }

    /// The time, seconds since 1970 (UTC), with the milliseconds apart.
    #[must_use]
    pub fn now_ms(&self) -> i64 {
        todo!("written by the lead")
    }

    /// A random number below `n` (at least 1), for a choice among servers.
    #[must_use]
    pub fn random_below(&self, n: usize) -> usize {
        todo!("written by the lead {n}")
    }

    /// Keeps what a retry or the next start can go on from, such as the ticket whose bytes have been sent.
    pub fn checkpoint<T: Serialize>(&mut self, value: &T) {
        let _ = value;
    }

    /// What an earlier try of this attachment kept.
    #[must_use]
    pub fn resume<T: DeserializeOwned>(&self) -> Option<T> {
        None
    }

    /// Forgets the checkpoint: the next try begins anew.
    pub fn forget_checkpoint(&mut self) {}

    /// A value cached for the batch under `key` (the forum's server list), made by `make` at most once a batch.
    #[must_use]
    pub fn cached(&self, key: &str) -> Option<String> {
        let _ = key;
        None
    }

    pub fn cache(&mut self, key: &str, value: String) {
        let _ = (key, value);
    }

    /// Sends one request and reads its whole answer.
    ///
    /// # Errors
    /// Only the transport's: no connection (safe), time-out, TLS, broken connection (by the call's rule when the
    /// request had been sent whole, else safe), cancelled, redirect to another host, an endless answer.
    /// Every status, also 500, is an `Ok` reply for the service to judge.
    pub async fn send(&mut self, call: Call) -> Result<Reply, Failure> {
        let _ = call;
        todo!("written by the lead")
    }

    /// Sends one request and gives a successful answer's bytes to `sink` block by block, without a size limit;
    /// answers the reply with an empty body. An unsuccessful answer is read as by [`Exchange::send`].
    pub async fn download(
        &mut self,
        call: Call,
        sink: &mut (dyn FnMut(&[u8]) -> std::io::Result<()> + Send),
    ) -> Result<Reply, Failure> {
        let _ = (call, sink);
        todo!("written by the lead")
    }
}
