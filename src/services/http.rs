//! The one HTTP client: time-outs, proxy, extra certificates; and the exchange of one upload, which counts bytes,
//! redacts, logs the activity and follows redirects to the same host only.

mod client;
mod exchange;
mod pace;
mod redact;
mod reply;

use std::sync::Arc;

use http::Method;
use http::header::{HeaderMap, HeaderName, HeaderValue};
use url::Url;

use crate::domain::attachment::Activity;
use crate::domain::describe::Repeat;
use crate::domain::error::{Failure, Kind, Step};
use crate::services::body::{Body, Gauge};

pub use client::{Http, Network};
pub use exchange::{Context, Exchange, Observer};
pub use pace::Pace;
pub use redact::Redactor;
#[cfg(test)]
pub(crate) use reply::tests as testing;
pub use reply::{REPLY_LIMIT, Reply};

/// For an exchange of which nothing is shown or kept.
#[derive(Debug, Clone, Copy)]
pub struct Unobserved;

impl Observer for Unobserved {
    fn step(&self, _: Step) {}

    fn sending(&self, _: Arc<Gauge>) {}

    fn activity(&self, _: Activity) {}

    fn checkpoint(&self, _: Option<String>) {}
}

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
