//! The bodies of requests and answers as they pass: counted, timed, read to their end.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use http_body::Frame;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use tokio::sync::oneshot;
use tokio::time::{Instant, Sleep};

use super::pulse::Beat;

/// A request's body must go on within this time.
const BODY_IDLE: Duration = Duration::from_mins(5);
/// What an early answer leaves unread is read on up to this many bytes and this long: a connection closed with
/// bytes unread is reset, and a reset takes the answer away from a client that sends before it reads.
const DRAIN_BYTES: usize = 16 * 1024 * 1024;
const DRAIN_TIME: Duration = Duration::from_secs(5);

/// An answer's body, which keeps an idle server awake until it is sent.
#[derive(Debug)]
pub(super) struct Alive {
    body: Body,
    _beat: Beat,
}

impl Alive {
    pub(super) fn new(body: Body, beat: Beat) -> Self {
        Self { body, _beat: beat }
    }
}

impl http_body::Body for Alive {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> http_body::SizeHint {
        self.body.size_hint()
    }
}

/// A request's body that counts its bytes, ends when nothing comes for too long, and hands itself back when its
/// reader stops before its end.
#[derive(Debug)]
pub(super) struct Watched {
    body: Option<Incoming>,
    read: Arc<AtomicU64>,
    idle: Pin<Box<Sleep>>,
    leave: Option<oneshot::Sender<Incoming>>,
}

impl Watched {
    pub(super) fn new(body: Incoming, read: Arc<AtomicU64>, leave: oneshot::Sender<Incoming>) -> Self {
        let idle = Box::pin(tokio::time::sleep(BODY_IDLE));
        Self { body: Some(body), read, idle, leave: Some(leave) }
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        let unread = self.body.take().filter(|body| !http_body::Body::is_end_stream(body));
        if let (Some(body), Some(leave)) = (unread, self.leave.take()) {
            // Nobody waits for it when the connection is gone.
            let _gone = leave.send(body);
        }
    }
}

impl http_body::Body for Watched {
    type Data = Bytes;
    type Error = Box<dyn std::error::Error + Send + Sync>;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let this = &mut *self;
        let Some(body) = &mut this.body else { return Poll::Ready(None) };
        match Pin::new(body).poll_frame(cx) {
            Poll::Ready(Some(Ok(frame))) => {
                let bytes = frame.data_ref().map_or(0, |data| data.len() as u64);
                this.read.fetch_add(bytes, Ordering::Relaxed);
                this.idle.as_mut().reset(Instant::now() + BODY_IDLE);
                Poll::Ready(Some(Ok(frame)))
            }
            Poll::Ready(end) => {
                this.body = None;
                Poll::Ready(end.map(|end| end.map_err(Into::into)))
            }
            Poll::Pending => {
                std::task::ready!(this.idle.as_mut().poll(cx));
                this.body = None;
                Poll::Ready(Some(Err("the request's body stopped".into())))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(http_body::Body::is_end_stream)
    }

    fn size_hint(&self) -> http_body::SizeHint {
        self.body.as_ref().map_or_else(|| http_body::SizeHint::with_exact(0), http_body::Body::size_hint)
    }
}

/// Reads and forgets what is left, within limits.
pub(super) async fn drain(mut body: Incoming) {
    let mut drained = 0;
    let all = async {
        while let Some(Ok(frame)) = body.frame().await {
            drained += frame.data_ref().map_or(0, Bytes::len);
            if drained > DRAIN_BYTES {
                return;
            }
        }
    };
    // What is not read in time is the client's loss.
    let _late = tokio::time::timeout(DRAIN_TIME, all).await;
}
