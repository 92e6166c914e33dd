//! Secure connections that are not: at every connection that an upload makes, and where its bytes are sent on to; and
//! names of hosts that nobody knows.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use affix::domain::attachment::State;
use affix::domain::error::{Failure, Kind};
use affix::sandbox::demo_settings;
use affix::sandbox::faults::{Action, Fault, route};
use affix::services::http::Network;
use affix::transfer::{Event, Repairs, Scope, WaitReason};
use http::Method;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};

use crate::bench::{Route, assert_told, profiles, routes};
use crate::certificates::{Authority, Shown};
use crate::expected::{Nature, Outcome, expected};
use crate::live::{Live, RECORD_PROFILE};

const SIZE: usize = 3_000;

/// What a connection meets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Meets {
    /// A handshake with this certificate.
    Certificate(Shown),
    /// It is closed as soon as it has said what it wants.
    Cut,
    /// A server that speaks plain HTTP.
    Plain,
}

const FAULTS: [Meets; 6] = [
    Meets::Certificate(Shown::OtherName),
    Meets::Certificate(Shown::Expired),
    Meets::Certificate(Shown::NotYet),
    Meets::Certificate(Shown::SelfSigned),
    Meets::Cut,
    Meets::Plain,
];

impl Meets {
    /// A certificate stays as it is; whatever else broke a handshake, nothing was sent.
    fn nature(self) -> Nature {
        match self {
            Self::Certificate(_) => Nature::Untrusted,
            Self::Cut | Self::Plain => Nature::NoHandshake,
        }
    }
}

/// Takes secure connections and hands each one's request on to the sandbox, so that every request of an upload comes
/// over a connection of its own.
struct Relay {
    origin: String,
    /// What the next connections meet; well, once there is nothing here.
    plan: Arc<Mutex<VecDeque<Meets>>>,
    /// The routes that were asked for, in order.
    asked: Arc<Mutex<Vec<String>>>,
}

impl Relay {
    async fn start(authority: &Arc<Authority>, sandbox: std::net::SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("https://{}", listener.local_addr().unwrap());
        let (plan, asked) = (Arc::<Mutex<VecDeque<_>>>::default(), Arc::<Mutex<Vec<_>>>::default());
        let (authority, planned, seen) = (authority.clone(), plan.clone(), asked.clone());
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let meets = planned.lock().unwrap().pop_front();
                let meets = meets.unwrap_or(Meets::Certificate(Shown::Good));
                tokio::spawn(take(socket, meets, authority.clone(), sandbox, seen.clone()));
            }
        });
        Self { origin, plan, asked }
    }

    fn next(&self, good: usize, meets: Meets) {
        let good = std::iter::repeat_n(Meets::Certificate(Shown::Good), good);
        *self.plan.lock().unwrap() = good.chain([meets]).collect();
    }

    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }
}

async fn take(
    mut socket: TcpStream,
    meets: Meets,
    authority: Arc<Authority>,
    sandbox: std::net::SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
) {
    let shown = match meets {
        Meets::Certificate(shown) => shown,
        Meets::Cut => {
            let _some = socket.read(&mut [0; 16]).await;
            return;
        }
        Meets::Plain => {
            let _gone = socket.write_all(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n").await;
            let _rest = socket.read_to_end(&mut Vec::new()).await;
            return;
        }
    };
    let Ok(mut secure) = authority.acceptor(shown).accept(socket).await else { return };
    let Some((head, rest)) = head(&mut secure).await else { return };
    let route = route_of(&head);
    asked.lock().unwrap().push(route.clone());
    let relay = secure.get_ref().0.local_addr().unwrap();
    let mut plain = TcpStream::connect(sandbox).await.unwrap();
    plain.write_all(readdressed(&head, sandbox).as_bytes()).await.unwrap();
    plain.write_all(&rest).await.unwrap();
    if route == "servers" {
        // The list of servers names the sandbox: whoever is sent there comes by here again. Both ports have 5 digits.
        let mut answer = Vec::new();
        plain.read_to_end(&mut answer).await.unwrap();
        let answer = String::from_utf8(answer).unwrap().replace(&sandbox.to_string(), &relay.to_string());
        secure.write_all(answer.as_bytes()).await.unwrap();
        let _gone = secure.shutdown().await;
        return;
    }
    // Either may go first.
    let _ended = copy_bidirectional(&mut secure, &mut plain).await;
}

/// A request's head, and what came with it.
async fn head(stream: &mut (impl tokio::io::AsyncRead + Unpin)) -> Option<(String, Vec<u8>)> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end + 4;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let rest = bytes.split_off(end);
    Some((String::from_utf8(bytes).unwrap(), rest))
}

fn route_of(head: &str) -> String {
    let mut words = head.split(' ');
    let (method, target) = (words.next().unwrap(), words.next().unwrap());
    let path = target.split('?').next().unwrap();
    route(&Method::from_bytes(method.as_bytes()).unwrap(), path).step.to_owned()
}

/// The sandbox answers to its own name alone; and one request is all that a connection gets.
fn readdressed(head: &str, sandbox: std::net::SocketAddr) -> String {
    let lines = head.trim_end().split("\r\n").filter(|line| !line.to_lowercase().starts_with("host:"));
    let lines: Vec<_> = lines.collect();
    format!("{}\r\nhost: {sandbox}\r\nconnection: close\r\n\r\n", lines.join("\r\n"))
}

/// One profile at another address than the sandbox's own; Teable's record is one that nothing is in.
fn point_to(live: &Live, (profile, service): (&'static str, &'static str), origin: &str) {
    let mut settings = demo_settings(service, origin);
    if profile == RECORD_PROFILE {
        let record = format!("rec-{}", fastrand::u64(..));
        let place = [("table_id", "tbl1"), ("record_id", record.as_str()), ("field_id", "fld1")];
        settings.extend(place.map(|(key, value)| (key.to_owned(), value.to_owned())));
    }
    let settings: Vec<_> = settings.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    live.profile(profile, service, &settings);
}

async fn live_behind(authority: &Arc<Authority>) -> (Live, Relay) {
    let network = Network { extra_ca_pem: Some(authority.pem()), ..Network::default() };
    let live = Live::with_network(&network).await;
    let relay = Relay::start(authority, live.server.address()).await;
    (live, relay)
}

/// What must hold of an upload whose connection for this route met that.
async fn assert_ends(live: &mut Live, route: &Route, meets: Meets, wanted: Outcome) {
    let what = format!("{route} {meets:?}");
    let path = live.picture(SIZE);
    let end = live.upload(route.profile, &path).await;
    let kept = live.kept(route.service).await.len();
    let what = format!("{what}: {:?}, retried {:?}", end.failure, end.retried);
    assert_eq!((end.state, kept), (wanted.state, wanted.objects), "{what}");
    let met: Vec<&Failure> =
        end.failure.iter().chain(end.retried.iter().map(|(failure, _)| failure)).collect();
    // Mixin's link is known before it is confirmed: that it was not is a note.
    assert!(!met.is_empty() || wanted.state == State::Done, "{what}");
    for failure in met {
        assert_told(&what, failure);
        if meets.nature() == Nature::Untrusted {
            assert_eq!(failure.kind, Kind::Tls, "{what}");
            let advice = failure.advice.as_deref().unwrap();
            assert!(advice.contains("certificate is not trusted") && advice.contains("clock"), "{what}");
        }
    }
    std::fs::remove_file(path).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_connection_is_taken_for_secure_that_is_not() {
    let authority = Arc::new(Authority::new());
    let (mut live, relay) = live_behind(&authority).await;
    let mut cases = 0;
    for profile in profiles() {
        let known = routes(&mut live, profile, SIZE).await;
        point_to(&live, profile, &relay.origin);
        let path = live.picture(SIZE);
        let end = live.upload(profile.0, &path).await;
        assert_eq!(end.state, State::Done, "{profile:?}: {end:?}");
        let asked = relay.asked();
        assert!(!asked.is_empty(), "{profile:?} is not at the relay");
        for (position, name) in asked.iter().enumerate() {
            let route = known.iter().find(|route| route.name == *name).unwrap();
            for meets in FAULTS {
                live.reset().await;
                point_to(&live, profile, &relay.origin);
                relay.next(position, meets);
                assert_ends(&mut live, route, meets, expected(route, meets.nature())).await;
                relay.asked();
                cases += 1;
            }
        }
        live.reset().await;
    }
    assert_eq!(cases, 96, "cases");
}

/// Bytes go where the service sends them, without a credential; there, too, only to whom they are meant for.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bytes_are_not_sent_on_to_whom_nobody_trusts() {
    let authority = Arc::new(Authority::new());
    let (mut live, relay) = live_behind(&authority).await;
    for profile in profiles() {
        for route in routes(&mut live, profile, SIZE).await.iter().filter(|route| route.name == "bytes") {
            for meets in FAULTS.into_iter().filter(|meets| meets.nature() == Nature::Untrusted) {
                let there = Action::Redirect(format!("{}/elsewhere", relay.origin));
                live.fault(Fault::new(there).on(route.service, &route.name).times(1));
                relay.next(0, meets);
                let wanted = Outcome { state: State::Failed, objects: 0, more: None, kind: Some(Kind::Tls) };
                assert_ends(&mut live, route, meets, wanted).await;
                assert!(relay.asked().is_empty(), "{route} {meets:?}: something was sent");
                live.reset().await;
            }
        }
    }
}

/// A handshake that nobody answers is no connection.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_silent_handshake_is_waited_for() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let authority = Authority::new();
    let network = Network {
        extra_ca_pem: Some(authority.pem()),
        connect_timeout: Duration::from_millis(100),
        ..Network::default()
    };
    let live = Live::with_network(&network).await;
    for profile in profiles() {
        let origin = format!("https://{}", silent.local_addr().unwrap());
        assert_waited_for(&live, profile, &origin, "in time").await;
    }
}

/// RFC 2606: nobody has a name that ends so.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_that_nobody_has_is_told_and_waited_for() {
    let live = Live::start().await;
    for profile in profiles() {
        for scheme in ["http", "https"] {
            let origin = format!("{scheme}://affix-test.invalid");
            assert_waited_for(&live, profile, &origin, "No connection to affix-test.invalid").await;
        }
    }
}

/// Nothing fails for it, and the user is told whom it waits for, and why. An engine of its own: another upload to the
/// same host would wait without trying.
async fn assert_waited_for(
    first: &Live,
    (profile, service): (&'static str, &'static str),
    origin: &str,
    words: &str,
) {
    let mut live = first.another().await;
    point_to(&live, (profile, service), origin);
    let path = live.picture(SIZE);
    live.handle.submit(vec![path], profile, Repairs::Refuse).await.unwrap();
    let wait = loop {
        match live.events.recv().await.unwrap() {
            Event::HostWaits(wait) => break wait,
            Event::Finished(end) => panic!("{profile}: {end:?}"),
            _ => {}
        }
    };
    assert!(origin.ends_with(&wait.host) && wait.profiles == [profile], "{wait:?}");
    assert_ne!(wait.reason, WaitReason::Asked, "{profile}: {wait:?}");
    assert!(wait.failure.broke.contains(words), "{profile}: {wait:?}");
    assert_told(profile, &wait.failure);
    live.handle.cancel(Scope::All).await.unwrap();
    assert_eq!(live.end().await.state, State::Canceled, "{profile}");
    assert_eq!((live.kept(service).await.len(), live.asked(service).len()), (0, 0), "{profile}");
}
