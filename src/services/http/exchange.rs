//! The exchange of one upload: every request goes through here.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::StreamExt as _;
use futures_util::future::BoxFuture;
use http::Method;
use http::header::{CONTENT_LENGTH, HeaderMap, HeaderValue, LOCATION};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio_util::sync::CancellationToken;
use url::Url;

use super::Call;
use super::client::{Http, answer_time, broken, chain, no_answer};
use super::pace::Pace;
use super::redact::Redactor;
use super::reply::{REPLY_LIMIT, Reply};
use crate::domain::attachment::Activity;
use crate::domain::describe::Repeat;
use crate::domain::error::{Failure, Kind, Retry, Step};
use crate::services::body::{self, Feed, Gauge};

/// Redirects that are followed for one request.
const REDIRECTS: usize = 5;

/// Bytes of an answer's text that are kept in the activity.
const SHOWN_ANSWER: usize = 2048;

/// Answer headers that help when something is asked of the vendor.
const SHOWN_HEADERS: &[&str] = &[
    "content-type",
    "date",
    "location",
    "retry-after",
    "x-amz-request-id",
    "x-ms-activity-id",
    "x-ms-request-charge",
    "x-ms-retry-after-ms",
    "x-request-id",
    "x-server-time",
];

/// Who is told what an exchange does. Called from the task that runs it; must not block.
pub trait Observer: Send + Sync + fmt::Debug {
    fn step(&self, step: Step);
    /// A request's body begins to move; the gauge shows how far it is.
    fn sending(&self, gauge: Arc<Gauge>);
    fn activity(&self, activity: Activity);
    /// What a later try can go on from; `None` forgets it.
    fn checkpoint(&self, kept: Option<String>);
    /// Waits until every checkpoint is kept; an error: no further request goes out.
    fn kept(&self) -> BoxFuture<'_, Result<(), Failure>> {
        Box::pin(std::future::ready(Ok(())))
    }
    /// The last bytes of a request that must not be repeated are about to leave: waits until that is kept. An error: they
    /// stay here, and the service has nothing that it could act on.
    fn whole(&self) -> BoxFuture<'_, Result<(), Failure>> {
        Box::pin(std::future::ready(Ok(())))
    }
}

/// What an exchange needs from outside.
#[derive(Debug, Clone)]
pub struct Context {
    pub http: Http,
    pub observer: Arc<dyn Observer>,
    pub cancel: CancellationToken,
    /// Hides the profile's secrets already.
    pub redactor: Redactor,
    /// What an earlier try kept.
    pub checkpoint: Option<String>,
    /// Values cached for the batch.
    pub cache: Arc<Mutex<BTreeMap<String, String>>>,
    /// Milliseconds since 1970 (UTC).
    pub clock: fn() -> i64,
}

/// The exchange of one upload (or test, renewal, deletion): all its requests go through here.
#[derive(Debug)]
pub struct Exchange {
    context: Context,
    step: Step,
    pace: Pace,
    /// The next request has its turn already.
    ready: bool,
}

impl Exchange {
    #[must_use]
    pub fn new(context: Context) -> Self {
        Self { context, step: Step::Ticket, pace: Pace::default(), ready: false }
    }

    /// Each request waits for its turn among those of the target.
    #[must_use]
    pub fn paced(self, pace: Pace) -> Self {
        Self { pace, ..self }
    }

    /// Names the step that begins; the state and the errors follow it.
    pub fn step(&mut self, step: Step) {
        self.step = step;
        self.context.observer.step(step);
    }

    /// Replaces this text by stars wherever it would be shown from now on (upload tokens, signatures).
    /// The profile's secrets are hidden already.
    pub fn hide(&mut self, secret: &str) {
        self.context.redactor.hide(secret);
    }

    /// The text without secrets, for what a test answers.
    #[must_use]
    pub fn clean(&self, text: &str) -> String {
        self.context.redactor.clean(text)
    }

    /// Milliseconds since 1970 (UTC).
    #[must_use]
    pub fn now_ms(&self) -> i64 {
        (self.context.clock)()
    }

    /// A random number below `n` (at least 1), for a choice among servers.
    #[must_use]
    pub fn random_below(&self, n: usize) -> usize {
        fastrand::usize(..n.max(1))
    }

    /// Keeps what a retry or the next start can go on from, such as the ticket whose bytes have been sent.
    pub fn checkpoint<T: Serialize>(&mut self, value: &T) {
        self.context.checkpoint = serde_json::to_string(value).ok();
        self.context.observer.checkpoint(self.context.checkpoint.clone());
    }

    /// What an earlier try of this attachment kept.
    #[must_use]
    pub fn resume<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_str(self.context.checkpoint.as_deref()?).ok()
    }

    /// Forgets the checkpoint: the next try begins anew.
    pub fn forget_checkpoint(&mut self) {
        self.context.checkpoint = None;
        self.context.observer.checkpoint(None);
    }

    /// A value that [`Exchange::cache`] kept for this batch.
    #[must_use]
    pub fn cached(&self, key: &str) -> Option<String> {
        self.context.cache.lock().ok()?.get(key).cloned()
    }

    /// Keeps a value for the rest of the batch.
    pub fn cache(&mut self, key: &str, value: String) {
        if let Ok(mut cache) = self.context.cache.lock() {
            cache.insert(key.to_owned(), value);
        }
    }

    /// Forgets a value that [`Exchange::cache`] kept.
    pub fn forget_cached(&mut self, key: &str) {
        if let Ok(mut cache) = self.context.cache.lock() {
            cache.remove(key);
        }
    }

    /// Sends one request and reads its whole answer.
    ///
    /// # Errors
    /// Only the transport's: no connection (safe), time-out, TLS, broken connection (by the call's rule when the
    /// request had been sent whole, else safe), cancelled, redirect to another host, an endless answer.
    /// Every status, also 500, is an `Ok` reply for the service to judge.
    pub async fn send(&mut self, call: Call) -> Result<Reply, Failure> {
        self.run(call, Take::Whole).await
    }

    /// Sends one request and gives a successful answer's bytes to `sink` block by block, without a size limit;
    /// answers the reply with an empty body. An unsuccessful answer is read as by [`Exchange::send`].
    pub async fn download(
        &mut self,
        call: Call,
        sink: &mut (dyn FnMut(&[u8]) -> std::io::Result<()> + Send),
    ) -> Result<Reply, Failure> {
        self.run(call, Take::Into(sink)).await
    }

    /// Sends one request and reads no more than its answer's head; what follows of the answer is not waited for.
    pub async fn glance(&mut self, call: Call) -> Result<Reply, Failure> {
        self.run(call, Take::Head).await
    }

    async fn run(&mut self, mut call: Call, mut take: Take<'_>) -> Result<Reply, Failure> {
        // A service may quote what it was sent.
        for value in call.headers.values().filter(|value| value.is_sensitive()) {
            let text = String::from_utf8_lossy(value.as_bytes());
            self.hide(text.strip_prefix("Bearer ").unwrap_or(&text));
        }
        for _ in 0..=REDIRECTS {
            self.turn().await.map_err(|failure| self.finish(failure))?;
            let reply = self.once(&call, &mut take).await.map_err(|failure| self.finish(failure))?;
            match Self::redirect(&call, &reply).map_err(|failure| self.finish(failure))? {
                Some(url) => call.url = url,
                None => return Ok(reply),
            }
        }
        Err(self.finish(misdirected("The service points in a circle", &call.url)))
    }

    /// Waits for the first request's turn before it is made, because what is signed with the time must not wait long.
    pub async fn ready(&mut self) -> Result<(), Failure> {
        self.turn().await?;
        self.ready = true;
        Ok(())
    }

    /// Nothing was sent yet: who cancels now loses nothing.
    async fn turn(&mut self) -> Result<(), Failure> {
        if std::mem::take(&mut self.ready) {
            return Ok(());
        }
        tokio::select! {
            biased;
            () = self.context.cancel.cancelled() => Err(Failure::cancelled()),
            () = self.pace.turn() => Ok(()),
        }
    }

    /// Names the step that runs and takes secrets out of the words, also out of what a service quoted.
    #[must_use]
    pub fn finish(&self, mut failure: Failure) -> Failure {
        failure.broke = self.clean(&failure.broke);
        failure.cause = failure.cause.map(|cause| self.clean(&cause));
        failure.advice = failure.advice.map(|advice| self.clean(&advice));
        failure.at(self.step)
    }

    async fn once(&self, call: &Call, take: &mut Take<'_>) -> Result<Reply, Failure> {
        self.unless_cancelled(self.context.observer.kept()).await?;
        if call.repeat == Repeat::Ambiguous && call.body.is_empty() {
            self.unless_cancelled(self.context.observer.whole()).await?;
        }
        let gauge = Arc::new(Gauge::default());
        let begun_ms = self.now_ms();
        let began = tokio::time::Instant::now();
        let outcome = self.transfer(call, &gauge, take).await;
        let took_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.context.observer.activity(self.activity(call, &gauge, &outcome, (begun_ms, took_ms)));
        outcome
    }

    async fn transfer(&self, call: &Call, gauge: &Arc<Gauge>, take: &mut Take<'_>) -> Result<Reply, Failure> {
        let mut request = reqwest::Request::new(call.method.clone(), call.url.clone());
        *request.headers_mut() = call.headers.clone();
        let mut doorkeeper = None;
        // A body of known length: never chunked. GET, HEAD and DELETE go without one.
        if !call.body.is_empty() || !matches!(call.method, Method::GET | Method::HEAD | Method::DELETE) {
            let mut feed = Feed::start(&call.body, gauge.clone(), self.context.http.throttle().clone());
            if call.repeat == Repeat::Ambiguous {
                let (door, keeper) = body::closed();
                feed = feed.behind(door);
                doorkeeper = Some(keeper.keep(self.context.observer.whole()));
            }
            self.context.observer.sending(gauge.clone());
            *request.body_mut() = Some(reqwest::Body::wrap(feed));
            request.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(call.body.len()));
        }
        let client = self.context.http.client(&call.url)?;
        let answer = self.guard(Some(gauge), call, attended(client.execute(request), doorkeeper)).await?;
        let response = answer.map_err(|error| no_answer(&error, gauge, lost(call, gauge)))?;
        let mut reply = Reply {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            body: Bytes::new(),
            repeat: call.repeat,
            came_ms: self.now_ms(),
        };
        if reply.is_success() && !call.body.is_empty() && !gauge.is_whole() {
            return Err(reply.too_early(gauge).retry(lost(call, gauge)));
        }
        let sink: Option<Sink<'_>> = match take {
            Take::Head => return Ok(reply),
            Take::Into(sink) if reply.is_success() => Some(&mut **sink),
            Take::Into(_) | Take::Whole => None,
        };
        reply.body = self.read(call, response, sink).await?;
        Ok(reply)
    }

    async fn read(
        &self,
        call: &Call,
        response: reqwest::Response,
        mut sink: Option<Sink<'_>>,
    ) -> Result<Bytes, Failure> {
        let mut blocks = response.bytes_stream();
        let mut body = BytesMut::new();
        let lost = by_rule(call.repeat);
        while let Some(block) = self.guard(None, call, blocks.next()).await? {
            let block = block.map_err(|error| broken(&chain(&error), lost))?;
            if let Some(sink) = sink.as_mut() {
                sink(&block).map_err(|error| not_written(&error))?;
                continue;
            }
            if body.len() + block.len() > REPLY_LIMIT {
                return Err(Failure::new(Kind::Protocol, "The service's answer is too long to be an answer")
                    .cause(format!("more than {REPLY_LIMIT} bytes"))
                    .advice("Check the address in the target's settings: it may not be the API's.")
                    .retry(lost));
            }
            body.extend_from_slice(&block);
        }
        Ok(body.freeze())
    }

    /// Waits for `work` until it is cancelled or nothing has moved for the idle time-out. What is there counts, also
    /// when it came together with the wish to cancel: it may be a receipt.
    /// `gauge` is the request's while the answer has not begun.
    async fn guard<T>(
        &self,
        gauge: Option<&Gauge>,
        call: &Call,
        work: impl Future<Output = T>,
    ) -> Result<T, Failure> {
        const LOOKS: u32 = 4;
        let idle = self.context.http.idle_timeout;
        let sent = || gauge.map_or(0, Gauge::sent);
        let mut work = std::pin::pin!(work);
        let (mut seen, mut quiet) = (sent(), Duration::ZERO);
        loop {
            tokio::select! {
                biased;
                done = &mut work => return Ok(done),
                () = self.context.cancel.cancelled() => return Err(Failure::cancelled()),
                () = tokio::time::sleep(idle / LOOKS) => {}
            }
            let still = sent() == seen && !gauge.is_some_and(Gauge::is_held);
            quiet = if still { quiet + idle / LOOKS } else { Duration::ZERO };
            seen = sent();
            let patience = match gauge {
                Some(gauge) if gauge.is_whole() => answer_time(idle, gauge.total()),
                _ => idle,
            };
            if quiet >= patience {
                // Where the answer has begun, the request was acted on.
                let lost = gauge.map_or(by_rule(call.repeat), |gauge| lost(call, gauge));
                return Err(silent(patience, lost));
            }
        }
    }

    /// For what this computer does by itself.
    async fn unless_cancelled(&self, work: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
        tokio::select! {
            biased;
            done = work => done,
            () = self.context.cancel.cancelled() => Err(Failure::cancelled()),
        }
    }

    /// Where to go on, when the answer is a redirect that may be followed.
    fn redirect(call: &Call, reply: &Reply) -> Result<Option<Url>, Failure> {
        let keeps_method = matches!(reply.status, 307 | 308);
        if !keeps_method && !matches!(reply.status, 301..=303) {
            return Ok(None);
        }
        let Some(location) = reply.headers.get(LOCATION).and_then(|value| value.to_str().ok()) else {
            return Ok(None);
        };
        let url = call.url.join(location).map_err(|error| {
            misdirected("The service points to an address that cannot be read", &call.url).cause(error)
        })?;
        if !keeps_method && !matches!(call.method, Method::GET | Method::HEAD) {
            return Err(misdirected("The service points an upload elsewhere", &url));
        }
        let same_origin = url.origin() == call.url.origin();
        if (call.credential && !same_origin) || (call.url.scheme() == "https" && url.scheme() != "https") {
            return Err(misdirected("The service points to another host", &url));
        }
        if !matches!(url.scheme(), "http" | "https") {
            return Err(misdirected("The service points to an address that is not the web's", &url));
        }
        Ok(Some(url))
    }

    fn activity(
        &self,
        call: &Call,
        gauge: &Gauge,
        outcome: &Result<Reply, Failure>,
        (at_ms, took_ms): (i64, u64),
    ) -> Activity {
        let redactor = &self.context.redactor;
        let (status, answer_headers, answer) = match outcome {
            Ok(reply) => {
                let start = reply.body.get(..SHOWN_ANSWER).unwrap_or(&reply.body);
                let text = self.clean(&String::from_utf8_lossy(start));
                (Some(reply.status), self.shown(&reply.headers, Some(SHOWN_HEADERS)), Some(text))
            }
            Err(failure) => {
                let cause = failure.cause.as_ref().map(|cause| format!(" ({cause})")).unwrap_or_default();
                (None, Vec::new(), Some(self.clean(&format!("{}{cause}", failure.broke))))
            }
        };
        Activity {
            at_ms,
            took_ms,
            step: self.step,
            method: call.method.to_string(),
            url: redactor.clean_url(&call.url),
            headers: self.shown(&call.headers, None),
            sent_bytes: gauge.sent(),
            status,
            answer_headers,
            answer,
        }
    }

    fn shown(&self, headers: &HeaderMap, only: Option<&[&str]>) -> Vec<(String, String)> {
        let wanted = |name: &str| only.is_none_or(|only| only.contains(&name));
        let show = |value: &HeaderValue| {
            if value.is_sensitive() {
                return "***".to_owned();
            }
            self.context.redactor.clean(&String::from_utf8_lossy(value.as_bytes()))
        };
        headers
            .iter()
            .filter(|(name, _)| wanted(name.as_str()))
            .map(|(name, value)| (name.to_string(), show(value)))
            .collect()
    }
}

/// Does the work, and lets its last bytes go when their time has come.
async fn attended<T>(work: impl Future<Output = T>, doorkeeper: Option<impl Future<Output = ()>>) -> T {
    let mut work = std::pin::pin!(work);
    if let Some(doorkeeper) = doorkeeper {
        tokio::select! {
            biased;
            done = &mut work => return done,
            () = doorkeeper => {}
        }
    }
    work.await
}

/// What of an answer is read.
enum Take<'a> {
    Head,
    /// All of it, up to [`REPLY_LIMIT`].
    Whole,
    /// A successful one goes there; another one is read whole.
    Into(Sink<'a>),
}

type Sink<'a> = &'a mut (dyn FnMut(&[u8]) -> std::io::Result<()> + Send);

/// What a lost answer means for this call, now: a request that was not sent whole was not acted on.
fn lost(call: &Call, gauge: &Gauge) -> Retry {
    if gauge.is_whole() || call.body.is_empty() { by_rule(call.repeat) } else { Retry::Safe { after: None } }
}

fn by_rule(repeat: Repeat) -> Retry {
    match repeat {
        Repeat::Safe | Repeat::Conflicts => Retry::Safe { after: None },
        Repeat::Ambiguous => Retry::Ambiguous,
    }
}

fn silent(patience: Duration, lost: Retry) -> Failure {
    let advice = match lost {
        Retry::Ambiguous => "The file may have arrived. Look at the service before you retry.",
        _ => "Check the network, then retry.",
    };
    Failure::new(Kind::Timeout, "The service stopped answering")
        .cause(format!("nothing moved for {} s", patience.as_secs()))
        .advice(advice)
        .retry(lost)
}

fn misdirected(broke: &str, url: &Url) -> Failure {
    Failure::new(Kind::Protocol, broke)
        .cause(format!("{}://{}", url.scheme(), url.host_str().unwrap_or("?")))
        .advice("Check the address in the target's settings. The credential was not sent there.")
}

fn not_written(error: &std::io::Error) -> Failure {
    Failure::new(Kind::Storage, "The file cannot be written on this computer")
        .cause(error)
        .advice("Make room or choose another folder, then retry.")
}
