//! The last bytes of a request that must not be repeated stay here until it is kept that they leave.
#![expect(clippy::unwrap_used, reason = "helpers of tests may panic")]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::support::exchange::{bench, file_of, source_of};
use crate::support::raw::serve;
use affix::domain::attachment::Activity;
use affix::domain::error::{Failure, Kind, Retry, Step};
use affix::services::body::{Body, Gauge};
use affix::services::http::{Call, Context, Exchange, Http, Network, Observer, Redactor, Reply};
use futures_util::future::BoxFuture;
use http::Method;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use url::Url;

/// Bytes of the body: many slices and a part of one.
const SIZE: usize = 1_000_000;

/// Lets bytes go with a permit, or not at all.
#[derive(Debug)]
struct Warden {
    permits: Semaphore,
    refuses: bool,
    asked: AtomicUsize,
    gauge: Mutex<Option<Arc<Gauge>>>,
}

impl Observer for Warden {
    fn step(&self, _: Step) {}

    fn sending(&self, gauge: Arc<Gauge>) {
        *self.gauge.lock().unwrap() = Some(gauge);
    }

    fn activity(&self, _: Activity) {}

    fn checkpoint(&self, _: Option<String>) {}

    fn whole(&self) -> BoxFuture<'_, Result<(), Failure>> {
        Box::pin(async {
            self.asked.fetch_add(1, Ordering::SeqCst);
            if self.refuses {
                return Err(Failure::new(Kind::Storage, "The disk is full"));
            }
            self.permits.acquire().await.unwrap().forget();
            Ok(())
        })
    }
}

struct Bench {
    warden: Arc<Warden>,
    cancel: CancellationToken,
    url: Url,
    /// What the server has read of the body so far.
    read: Arc<AtomicUsize>,
}

impl Bench {
    /// A server that reads what comes and answers once it has the whole body.
    async fn new(refuses: bool) -> Self {
        let read = Arc::new(AtomicUsize::new(0));
        let counted = read.clone();
        let address = serve(move |mut wire| {
            let read = counted.clone();
            async move {
                let head = wire.head().await;
                let length = if head.contains("content-length: 0") { 0 } else { SIZE };
                // What came together with the head counts, too.
                let mut block = vec![0; 65536];
                let mut came = wire.ahead();
                read.store(came, Ordering::SeqCst);
                while came < length {
                    match wire.stream.read(&mut block).await {
                        Ok(0) | Err(_) => return,
                        Ok(some) => came += some,
                    }
                    read.store(came, Ordering::SeqCst);
                }
                wire.answer("200 OK", &[], "").await;
            }
        })
        .await;
        let gauge = Mutex::default();
        let warden = Warden { permits: Semaphore::new(0), refuses, asked: AtomicUsize::new(0), gauge };
        let url = Url::parse(&format!("http://{address}/")).unwrap();
        Self { warden: Arc::new(warden), cancel: CancellationToken::new(), url, read }
    }

    fn send(&self, call: Call) -> tokio::task::JoinHandle<Result<Reply, Failure>> {
        let mut exchange = Exchange::new(Context {
            http: Http::new(&Network::default()).unwrap(),
            observer: self.warden.clone(),
            cancel: self.cancel.clone(),
            redactor: Redactor::default(),
            checkpoint: None,
            cache: Arc::default(),
            clock: || 0,
        });
        tokio::spawn(async move { exchange.send(call).await })
    }

    fn call(&self, body: Body) -> Call {
        Call::new(Method::POST, self.url.clone()).body(body)
    }

    fn gauge(&self) -> Option<Arc<Gauge>> {
        self.warden.gauge.lock().unwrap().clone()
    }

    /// Until everything but the held bytes is at the server.
    async fn held(&self) {
        loop {
            let gauge = self.gauge().filter(|gauge| gauge.is_held());
            if gauge.is_some_and(|gauge| gauge.sent() == self.read.load(Ordering::SeqCst) as u64) {
                return;
            }
            tokio::task::yield_now().await;
        }
    }
}

#[tokio::test]
async fn the_end_of_a_body_waits_and_that_is_nobodys_slowness() {
    let file = file_of(&vec![7; SIZE]);
    for body in [Body::file(source_of(&file)), Body::bytes(vec![7; SIZE])] {
        let bench = Bench::new(false).await;
        let sending = bench.send(bench.call(body).ambiguous());
        bench.held().await;
        let gauge = bench.gauge().unwrap();
        assert!(!gauge.is_whole() && gauge.sent() >= (SIZE - 65536) as u64, "{gauge:?}");
        // Hours of a locked database: nothing moved, and nobody gives up.
        tokio::time::pause();
        for _ in 0..300 {
            tokio::time::advance(Duration::from_mins(1)).await;
            tokio::task::yield_now().await;
        }
        tokio::time::resume();
        assert!(!sending.is_finished());
        bench.warden.permits.add_permits(1);
        assert_eq!(sending.await.unwrap().unwrap().status, 200);
        assert!(gauge.is_whole() && !gauge.is_held());
        assert_eq!(bench.warden.asked.load(Ordering::SeqCst), 1);
    }
}

#[tokio::test]
async fn what_may_be_repeated_is_not_held() {
    let bench = Bench::new(true).await;
    let reply = bench.send(bench.call(Body::bytes(vec![7; SIZE]))).await.unwrap().unwrap();
    assert_eq!((reply.status, bench.warden.asked.load(Ordering::SeqCst)), (200, 0));
}

#[tokio::test]
async fn what_cannot_be_kept_does_not_leave() {
    let bench = Bench::new(true).await;
    let failure = bench.send(bench.call(Body::bytes(vec![7; SIZE])).ambiguous()).await.unwrap().unwrap_err();
    assert_eq!((failure.kind, failure.retry), (Kind::Storage, Retry::Never));
    assert!(!bench.gauge().unwrap().is_whole());
    assert!(bench.read.load(Ordering::SeqCst) < SIZE);
    // A request without a body is not even begun.
    let failure = bench.send(bench.call(Body::empty()).ambiguous()).await.unwrap().unwrap_err();
    assert_eq!(failure.kind, Kind::Storage);
}

#[tokio::test]
async fn a_request_without_a_body_waits_as_well() {
    let bench = Bench::new(false).await;
    let sending = bench.send(bench.call(Body::empty()).ambiguous());
    while bench.warden.asked.load(Ordering::SeqCst) == 0 {
        tokio::task::yield_now().await;
    }
    assert!(bench.gauge().is_none(), "no request has begun");
    bench.warden.permits.add_permits(1);
    assert_eq!(sending.await.unwrap().unwrap().status, 200);
}

#[tokio::test]
async fn cancelling_does_not_wait_for_the_permission() {
    let bench = Bench::new(false).await;
    let sending = bench.send(bench.call(Body::bytes(vec![7; SIZE])).ambiguous());
    bench.held().await;
    bench.cancel.cancel();
    assert_eq!(sending.await.unwrap().unwrap_err().kind, Kind::Cancelled);
    assert!(!bench.gauge().unwrap().is_whole());
    let bare = bench.send(bench.call(Body::empty()).ambiguous()).await.unwrap();
    assert_eq!(bare.unwrap_err().kind, Kind::Cancelled);
}

#[tokio::test]
async fn a_success_before_everything_was_sent_is_none() {
    for (status, early) in [("200 OK", true), ("413 Content Too Large", false)] {
        let address = serve(move |mut wire| async move {
            wire.head().await;
            let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 2\r\n\r\n{{}}");
            wire.stream.write_all(answer.as_bytes()).await.unwrap();
            // It stays, and reads nothing of the body.
            std::future::pending::<()>().await;
        })
        .await;
        // More than the kernel takes in without anybody reading.
        let file = file_of(&vec![7; 30_000_000]);
        let call = Call::new(Method::PUT, Url::parse(&format!("http://{address}/up")).unwrap())
            .body(Body::file(source_of(&file)));
        let reply = bench().exchange.send(call).await;
        if early {
            let failure = reply.unwrap_err();
            assert_eq!(
                (failure.kind, failure.retry, failure.http_status),
                (Kind::Protocol, Retry::Safe { after: None }, Some(200))
            );
            assert_eq!(failure.broke, "The service answered before it had been sent everything");
        } else {
            assert_eq!(reply.unwrap().status, 413);
        }
    }
}
