//! The exchange against servers that misbehave in every way a network can.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests may panic")]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::support::exchange::{bench, bench_with, file_of, source_of};
use crate::support::raw::{Request, serve};
use affix::domain::error::{Failure, Kind, Retry};
use affix::services::body::{Body, Piece};
use affix::services::http::{Call, Network, Pace};
use http::Method;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::mpsc;
use url::Url;

fn at(address: std::net::SocketAddr, path: &str) -> Url {
    Url::parse(&format!("http://{address}{path}")).unwrap()
}

const SAFE: Retry = Retry::Safe { after: None };

#[tokio::test]
async fn a_streamed_body_has_its_length_and_is_never_chunked() {
    let (sender, mut seen) = mpsc::channel::<Request>(1);
    let address = serve(move |mut wire| {
        let sender = sender.clone();
        async move {
            sender.send(wire.request().await).await.unwrap();
            wire.answer("201 Created", &["x-request-id: r1"], "{\"ok\":true}").await;
        }
    })
    .await;
    let content: Vec<u8> = (0..3_000_000_u32).map(|n| (n % 251) as u8).collect();
    let file = file_of(&content);
    let body =
        Body::pieces(vec![Piece::Bytes("<".into()), Piece::File(source_of(&file)), Piece::Bytes(">".into())]);
    let mut bench = bench();
    let call = Call::new(Method::PUT, at(address, "/up")).body(body);
    let reply = bench.exchange.send(call).await.unwrap();
    assert_eq!((reply.status, reply.header("x-request-id")), (201, Some("r1")));
    let request = seen.recv().await.unwrap();
    assert_eq!(request.header("content-length").as_deref(), Some("3000002"));
    assert_eq!(request.header("transfer-encoding"), None);
    assert_eq!(request.body, [b"<", content.as_slice(), b">"].concat());
    let activity = bench.notes.activities.lock().unwrap()[0].clone();
    assert_eq!((activity.sent_bytes, activity.status), (3_000_002, Some(201)));
    assert_eq!(activity.answer.as_deref(), Some("{\"ok\":true}"));
}

#[tokio::test]
async fn a_post_without_body_says_so_and_a_get_says_nothing() {
    let (sender, mut seen) = mpsc::channel::<Request>(2);
    let address = serve(move |mut wire| {
        let sender = sender.clone();
        async move {
            sender.send(wire.request().await).await.unwrap();
            wire.answer("200 OK", &[], "").await;
        }
    })
    .await;
    let mut bench = bench();
    bench.exchange.send(Call::new(Method::POST, at(address, "/"))).await.unwrap();
    assert_eq!(seen.recv().await.unwrap().header("content-length").as_deref(), Some("0"));
    bench.exchange.send(Call::new(Method::GET, at(address, "/"))).await.unwrap();
    assert_eq!(seen.recv().await.unwrap().header("content-length"), None);
}

#[tokio::test]
async fn a_lost_answer_is_judged_by_what_was_sent_and_by_the_calls_rule() {
    let address = serve(|mut wire| async move {
        let head = wire.head().await;
        if head.contains("/whole") {
            wire.body(&head).await;
        }
        // The connection ends here without an answer.
    })
    .await;
    let file = file_of(&vec![7; 1_000_000]);
    let small = || Call::new(Method::POST, at(address, "/whole")).body(Body::bytes(vec![1; 1_000_000]));
    assert_eq!(bench().exchange.send(small()).await.unwrap_err().retry, SAFE);
    let lost = bench().exchange.send(small().ambiguous()).await.unwrap_err();
    assert_eq!((lost.kind, lost.retry), (Kind::Network, Retry::Ambiguous));
    // Cut in the middle of 64 MB: nothing can have been made of it, whatever the rule.
    file.as_file().set_len(64_000_000).unwrap();
    let part = Call::new(Method::POST, at(address, "/part")).body(Body::file(source_of(&file))).ambiguous();
    let cut = bench().exchange.send(part).await.unwrap_err();
    assert_eq!((cut.kind, cut.retry), (Kind::Network, SAFE));
    // Without a body the request is whole as soon as it is sent.
    let bare = Call::new(Method::POST, at(address, "/bare")).ambiguous();
    assert_eq!(bench().exchange.send(bare).await.unwrap_err().retry, Retry::Ambiguous);
}

#[tokio::test]
async fn nobody_there_is_safe_to_repeat() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let call = Call::new(Method::POST, at(closed, "/")).body(Body::bytes("x")).ambiguous();
    let failure = bench().exchange.send(call).await.unwrap_err();
    assert_eq!((failure.kind, failure.retry), (Kind::Unreachable, SAFE));
    assert_eq!(failure.broke, format!("No connection to {closed}"));
    let nowhere = Url::parse("http://affix-test.invalid/").unwrap();
    let failure = bench().exchange.send(Call::new(Method::POST, nowhere).ambiguous()).await.unwrap_err();
    assert_eq!((failure.kind, failure.retry), (Kind::Unreachable, SAFE));
}

#[tokio::test]
async fn a_silent_server_times_out_and_a_slow_one_does_not() {
    let address = serve(|mut wire| async move {
        let head = wire.head().await;
        if head.contains("/silent") {
            let mut rest = Vec::new();
            wire.stream.read_to_end(&mut rest).await.unwrap_or_default();
            return;
        }
        wire.stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\n").await.unwrap();
        for byte in b"slowly" {
            // Each pause is shorter than the time-out, all together are longer.
            tokio::time::sleep(Duration::from_millis(120)).await;
            wire.stream.write_all(&[*byte]).await.unwrap();
        }
    })
    .await;
    let slow = bench().exchange.send(Call::new(Method::GET, at(address, "/slow"))).await.unwrap();
    assert_eq!(slow.body, "slowly");
    let call = Call::new(Method::POST, at(address, "/silent")).body(Body::bytes("x")).ambiguous();
    let failure = bench().exchange.send(call).await.unwrap_err();
    assert_eq!((failure.kind, failure.retry), (Kind::Timeout, Retry::Ambiguous));
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_not_taken_for_a_request_that_did_not_arrive() {
    let address = serve(|mut wire| async move {
        let head = wire.head().await;
        wire.body(&head).await;
        wire.stream.write_all(b"HTTP/1.1 201 Created\r\ncontent-length: 10\r\n\r\n{").await.unwrap();
        if head.contains("/silent") {
            let mut rest = Vec::new();
            wire.stream.read_to_end(&mut rest).await.unwrap_or_default();
        }
    })
    .await;
    for (path, kind) in [("/silent", Kind::Timeout), ("/cut", Kind::Network)] {
        let call = Call::new(Method::POST, at(address, path)).body(Body::bytes("x")).ambiguous();
        let failure = bench().exchange.send(call).await.unwrap_err();
        assert_eq!((failure.kind, failure.retry), (kind, Retry::Ambiguous), "{path}");
    }
}

#[tokio::test]
async fn a_service_may_work_on_a_large_file_before_it_answers() {
    let address = serve(|mut wire| async move {
        wire.request().await;
        // Longer than the idle time-out of the bench.
        tokio::time::sleep(Duration::from_millis(800)).await;
        wire.answer("200 OK", &[], "scanned").await;
    })
    .await;
    let call = Call::new(Method::POST, at(address, "/")).body(Body::bytes(vec![1; 200_000])).ambiguous();
    assert_eq!(bench().exchange.send(call).await.unwrap().body, "scanned");
}

#[tokio::test]
async fn an_answer_that_is_there_counts_although_it_was_cancelled_meanwhile() {
    let address = serve(|mut wire| async move {
        wire.request().await;
        wire.answer("200 OK", &[], "receipt").await;
    })
    .await;
    let mut bench = bench();
    let cancel = bench.cancel.clone();
    let mut came = Vec::new();
    let call = Call::new(Method::GET, at(address, "/"));
    let reply = bench
        .exchange
        .download(call.clone(), &mut |block| {
            came.extend_from_slice(block);
            cancel.cancel();
            Ok(())
        })
        .await
        .unwrap();
    assert_eq!((reply.status, came.as_slice()), (200, b"receipt".as_slice()));
    assert_eq!(bench.exchange.send(call).await.unwrap_err().kind, Kind::Cancelled);
}

#[tokio::test]
async fn connections_that_the_server_closes_between_requests_lose_nothing() {
    let connections = Arc::new(AtomicUsize::new(0));
    let count = connections.clone();
    let address = serve(move |mut wire| {
        count.fetch_add(1, Ordering::SeqCst);
        async move {
            // Says nothing of closing, answers, and closes.
            wire.request().await;
            wire.stream.write_all(b"HTTP/1.1 201 Created\r\ncontent-length: 2\r\n\r\nok").await.unwrap();
        }
    })
    .await;
    let mut bench = bench();
    for number in 0..200 {
        let body = if number % 2 == 0 { Body::bytes("x") } else { Body::empty() };
        let call = Call::new(Method::POST, at(address, "/")).body(body).ambiguous();
        let reply = bench.exchange.send(call).await;
        assert_eq!(reply.map(|reply| reply.status), Ok(201), "request {number}");
    }
    assert_eq!(connections.load(Ordering::SeqCst), 200);
}

/// Sockets of this machine's programs that lead to this port. What the kernel alone still holds is not counted.
#[cfg(target_os = "linux")]
fn sockets_to(port: u16) -> usize {
    let table = std::fs::read_to_string("/proc/net/tcp").unwrap();
    let leads_there = |line: &&str| {
        let columns: Vec<_> = line.split_whitespace().collect();
        columns[2].ends_with(&format!(":{port:04X}")) && columns[9] != "0"
    };
    table.lines().skip(1).filter(leads_there).count()
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn cancelling_frees_the_socket_within_a_second_also_while_the_server_takes_nothing() {
    let (accepted, mut begun) = mpsc::channel(1);
    let address = serve(move |mut wire| {
        let accepted = accepted.clone();
        async move {
            wire.head().await;
            // Takes nothing of the body, but keeps the connection open.
            accepted.send(wire).await.unwrap_or_default();
        }
    })
    .await;
    let file = file_of(b"");
    file.as_file().set_len(500_000_000).unwrap();
    let mut bench = bench_with(&Network::default(), &[]);
    let cancel = bench.cancel.clone();
    let call = Call::new(Method::PUT, at(address, "/")).body(Body::file(source_of(&file)));
    let sending = tokio::spawn(async move { bench.exchange.send(call).await });
    let _held_open = begun.recv().await.unwrap();
    assert_eq!(sockets_to(address.port()), 1);
    cancel.cancel();
    assert_eq!(sending.await.unwrap().unwrap_err().kind, Kind::Cancelled);
    let freed = async {
        while sockets_to(address.port()) > 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(1), freed)
        .await
        .expect("the socket is still open after a second");
}

#[tokio::test]
async fn the_credential_never_follows_to_another_host() {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = asked.clone();
    let other = serve(move |mut wire| {
        count.fetch_add(1, Ordering::SeqCst);
        async move {
            let request = wire.request().await;
            wire.answer("200 OK", &[], &String::from_utf8_lossy(&request.body)).await;
        }
    })
    .await;
    let bodies = Arc::new(Mutex::new(Vec::new()));
    let kept = bodies.clone();
    let address = serve(move |mut wire| {
        let kept = kept.clone();
        async move {
            let request = wire.request().await;
            let location = match request.head.split(' ').nth(1).unwrap() {
                "/there" => format!("location: http://{other}/"),
                "/circle" => "location: /circle".to_owned(),
                "/script" => "location: javascript:alert(1)".to_owned(),
                "/here" => "location: /end".to_owned(),
                _ => {
                    kept.lock().unwrap().push(request.body);
                    return wire.answer("200 OK", &[], "end").await;
                }
            };
            wire.answer("307 Temporary Redirect", &[&location], "").await;
        }
    })
    .await;
    let call = |path: &str| Call::new(Method::PUT, at(address, path)).body(Body::bytes("bytes"));
    let with_token = |path: &str| call(path).credential("authorization", "Bearer sesame").unwrap();

    let refused = bench().exchange.send(with_token("/there")).await.unwrap_err();
    assert_eq!((refused.kind, asked.load(Ordering::SeqCst)), (Kind::Protocol, 0));
    assert_eq!(refused.broke, "The service points to another host");
    // Without a credential the bytes may go where the storage says.
    assert_eq!(bench().exchange.send(call("/there")).await.unwrap().body, "bytes");
    // On the same host the body goes again, whole.
    assert_eq!(bench().exchange.send(with_token("/here")).await.unwrap().body, "end");
    assert_eq!(*bodies.lock().unwrap(), [b"bytes"]);
    for (path, broke) in [
        ("/circle", "The service points in a circle"),
        ("/script", "The service points to an address that is not the web's"),
    ] {
        assert_eq!(bench().exchange.send(call(path)).await.unwrap_err().broke, broke);
    }
}

#[tokio::test]
async fn an_upload_is_not_turned_into_a_get() {
    let address = serve(|mut wire| async move {
        wire.request().await;
        wire.answer("302 Found", &["location: /login"], "").await;
    })
    .await;
    let call = Call::new(Method::POST, at(address, "/")).body(Body::bytes("x"));
    assert_eq!(
        bench().exchange.send(call).await.unwrap_err().broke,
        "The service points an upload elsewhere"
    );
}

#[tokio::test]
async fn an_endless_answer_ends_at_the_limit() {
    let address = serve(|mut wire| async move {
        wire.head().await;
        wire.stream.write_all(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n").await.unwrap();
        while wire.stream.write_all(&[b' '; 8192]).await.is_ok() {}
    })
    .await;
    let failure = bench().exchange.send(Call::new(Method::GET, at(address, "/"))).await.unwrap_err();
    assert_eq!(failure.broke, "The service's answer is too long to be an answer");
    // Nor does an unsuccessful download end otherwise: what it says is no file.
    let refusing = serve(|mut wire| async move {
        wire.head().await;
        wire.stream.write_all(b"HTTP/1.1 500 No\r\nconnection: close\r\n\r\n").await.unwrap();
        while wire.stream.write_all(&[b' '; 8192]).await.is_ok() {}
    })
    .await;
    let call = Call::new(Method::GET, at(refusing, "/"));
    let failure = bench().exchange.download(call, &mut |_| panic!("no file")).await.unwrap_err();
    assert_eq!(failure.broke, "The service's answer is too long to be an answer");
    // A download has no such limit: the sink decides.
    let mut taken = 0_usize;
    let failure = bench()
        .exchange
        .download(Call::new(Method::GET, at(address, "/")), &mut |block| {
            taken += block.len();
            if taken > 6_000_000 { Err(std::io::Error::other("enough")) } else { Ok(()) }
        })
        .await
        .unwrap_err();
    assert_eq!(failure.kind, Kind::Storage);
    assert!(taken > 6_000_000);
}

#[tokio::test]
async fn nothing_secret_stands_in_the_activity() {
    let address = serve(|mut wire| async move {
        let request = wire.request().await;
        wire.answer("403 Forbidden", &[], &format!("you sent {}", request.head)).await;
    })
    .await;
    let mut bench = bench_with(&Network::default(), &["open sesame"]);
    bench.exchange.hide("ticket-1234");
    bench
        .exchange
        .send(Call::new(Method::GET, at(address, "/")).credential("signature", "one-time-4711").unwrap())
        .await
        .unwrap();
    let call = Call::new(Method::POST, at(address, "/t/ticket-1234?X-Amz-Signature=beef"))
        .credential("authorization", "Bearer open sesame")
        .unwrap()
        .header("x-note", "about ticket-1234")
        .unwrap();
    bench.exchange.send(call).await.unwrap();
    let shown = format!("{:?}", bench.notes.activities.lock().unwrap());
    for secret in ["sesame", "ticket-1234", "beef\"", "one-time-4711"] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
    let failure =
        Failure::new(Kind::Refused, "no ticket-1234").cause("one-time-4711").advice("use ticket-1234");
    let failure = bench.exchange.finish(failure).to_string();
    assert_eq!(failure, "no *** (***). use ***");
    assert!(shown.contains("/t/***?X-Amz-Signature=***") && shown.contains("about ***"), "{shown}");
}

/// A server with a certificate of its own making, which it answers in PEM, and one answer for everything.
async fn serve_tls(answer: &'static str) -> (std::net::SocketAddr, Vec<u8>) {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let key = rustls::pki_types::PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let address = serve(move |wire| {
        let acceptor = acceptor.clone();
        async move {
            let Ok(mut stream) = acceptor.accept(wire.stream).await else { return };
            let mut head = [0; 4096];
            let _got = stream.read(&mut head).await;
            let _sent = stream.write_all(answer.as_bytes()).await;
            let _ended = stream.shutdown().await;
        }
    })
    .await;
    (address, made.cert.pem().into_bytes())
}

#[tokio::test]
async fn a_redirect_never_leads_out_of_tls() {
    let (address, pem) =
        serve_tls("HTTP/1.1 307 There\r\nlocation: http://localhost/\r\ncontent-length: 0\r\n\r\n").await;
    let trusting = Network { extra_ca_pem: Some(pem), ..Network::default() };
    let url = Url::parse(&format!("https://localhost:{}/", address.port())).unwrap();
    // Also where no credential would be lost: the bytes are the user's own.
    let call = Call::new(Method::PUT, url).body(Body::bytes("x"));
    let failure = bench_with(&trusting, &[]).exchange.send(call).await.unwrap_err();
    assert_eq!(failure.broke, "The service points to another host");
}

#[tokio::test]
async fn the_proxy_is_asked_for_everything_but_this_computer() {
    let says = |word: &'static str| {
        serve(move |mut wire| async move {
            wire.request().await;
            wire.answer("200 OK", &[], word).await;
        })
    };
    let (proxy, here) = (says("proxy").await, says("here").await);
    let network = Network { proxy: Some(format!("http://{proxy}")), ..Network::default() };
    let outside = Url::parse("http://affix-test.invalid/").unwrap();
    for (url, word) in [(at(here, "/"), "here"), (outside, "proxy")] {
        let reply = bench_with(&network, &[]).exchange.send(Call::new(Method::GET, url)).await.unwrap();
        assert_eq!(reply.body, word);
    }
}

#[tokio::test]
async fn an_unknown_certificate_is_refused_and_a_trusted_one_taken() {
    let (address, pem) = serve_tls("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").await;
    let url = Url::parse(&format!("https://localhost:{}/", address.port())).unwrap();
    let failure = bench().exchange.send(Call::new(Method::GET, url.clone())).await.unwrap_err();
    assert_eq!((failure.kind, failure.retry), (Kind::Tls, Retry::Never), "{failure}");
    let trusting = Network { extra_ca_pem: Some(pem), ..Network::default() };
    let reply = bench_with(&trusting, &[]).exchange.send(Call::new(Method::GET, url)).await.unwrap();
    assert_eq!(reply.body, "ok");
}

#[tokio::test]
async fn a_limit_of_our_own_is_no_silence_of_the_network() {
    let address = serve(|mut wire| async move {
        wire.request().await;
        wire.answer("200 OK", &[], "slowly").await;
    })
    .await;
    // A slice of 256 bytes takes two of the bench's idle time-outs.
    let mut bench = bench();
    bench.throttle.set(Some(320));
    let began = std::time::Instant::now();
    let call = Call::new(Method::PUT, at(address, "/")).body(Body::bytes(vec![1; 600]));
    assert_eq!(bench.exchange.send(call).await.unwrap().body, "slowly");
    assert!(began.elapsed() > Duration::from_millis(1_400), "{:?}", began.elapsed());
}

#[tokio::test]
async fn requests_keep_the_pace_and_can_be_cancelled_while_they_wait() {
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = asked.clone();
    let address = serve(move |mut wire| {
        counted.fetch_add(1, Ordering::SeqCst);
        async move {
            wire.request().await;
            wire.answer("200 OK", &[], "").await;
        }
    })
    .await;
    let bench = bench();
    let pace = Pace::default();
    pace.set(Some(2));
    let mut exchange = bench.exchange.paced(pace);
    // The turn that was waited for before the request was made is the request's own.
    exchange.ready().await.unwrap();
    for _ in 0..2 {
        exchange.send(Call::new(Method::GET, at(address, "/"))).await.unwrap();
    }
    let cancel = bench.cancel.clone();
    let waiting = exchange.send(Call::new(Method::GET, at(address, "/")));
    let (ended, ()) = tokio::join!(waiting, async { cancel.cancel() });
    assert_eq!(ended.unwrap_err().kind, Kind::Cancelled);
    assert_eq!(asked.load(Ordering::SeqCst), 2);
}
