//! The loopback server: HTTP/1.1 connections driven by hand, so that a fault can cut one.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::routing::get;
use http::StatusCode;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;

use super::credentials::Credentials;
use super::faults::Faults;
use super::files::{Files, Limits};
use super::log::Entry;
use super::{Shared, State, cosmos, cronofy, forum, links, mixin, plain, teable};
use crate::domain::error::{Failure, Kind};

mod bodies;
mod control;
mod exchange;
mod pulse;

pub(super) use control::proof;
use exchange::Gate;
use pulse::Pulse;

/// Connections at the same time; more wait in the system's queue.
const MAX_CONNECTIONS: usize = 512;
/// A request's head must be there within this time; also how long an idle connection stays open.
const HEAD_TIME: Duration = Duration::from_mins(1);
/// Of one request's head, in bytes.
const MAX_HEAD_BYTES: usize = 64 * 1024;
/// One read from a connection, in bytes: large, for speed.
const READ_BYTES: usize = 512 * 1024;
/// How long a stopping server waits for running requests.
const STOP_TIME: Duration = Duration::from_secs(2);

/// How a server is to be started.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where the files are kept.
    pub dir: PathBuf,
    /// A loopback address; port 0 takes any free port.
    pub bind: SocketAddr,
    pub credentials: Credentials,
    /// The largest file, in bytes.
    pub max_file_bytes: u64,
    /// All files together, in bytes; beyond it new files are refused.
    pub max_total_bytes: u64,
    /// Ends the server when no request came for this long.
    pub idle_exit: Option<Duration>,
    /// Opens the control routes below `/_sandbox`.
    pub admin_token: String,
}

impl Config {
    /// The usual limits, any free port of 127.0.0.1, a random admin token.
    pub fn new(dir: impl Into<PathBuf>, credentials: Credentials) -> Self {
        const GIB: u64 = 1024 * 1024 * 1024;
        Self {
            dir: dir.into(),
            bind: SocketAddr::from(([127, 0, 0, 1], 0)),
            credentials,
            max_file_bytes: 8 * GIB,
            max_total_bytes: 20 * GIB,
            idle_exit: None,
            admin_token: uuid::Uuid::new_v4().simple().to_string(),
        }
    }
}

/// A running server. Dropped, it stops.
#[derive(Debug)]
pub struct Server {
    shared: State,
    address: SocketAddr,
    stop: CancellationToken,
    ended: CancellationToken,
    _guard: DropGuard,
}

impl Server {
    /// Opens the folder, binds the address and serves from now on, on the runtime this is called from.
    ///
    /// # Errors
    /// `Kind::Settings` for an address that other computers could reach, `Kind::Network` for one that is taken,
    /// `Kind::Storage` for a folder that cannot be used.
    pub async fn start(config: Config) -> Result<Self, Failure> {
        if !config.bind.ip().is_loopback() {
            return Err(Failure::new(Kind::Settings, "The sandbox serves this computer only")
                .cause(config.bind)
                .advice("Choose an address such as 127.0.0.1:0."));
        }
        let listener = TcpListener::bind(config.bind).await.map_err(|error| unbound(config.bind, &error))?;
        let address = listener.local_addr().map_err(|error| unbound(config.bind, &error))?;
        let files = open_files(&config).await?;
        let shared: State = Arc::new(Shared::new(format!("http://{address}"), config.credentials, files));
        let (stop, ended) = (CancellationToken::new(), CancellationToken::new());
        let pulse = Arc::new(Pulse::default());
        let gate = Gate {
            shared: Arc::clone(&shared),
            router: router(Arc::clone(&shared)),
            admin_token: config.admin_token,
            address,
            pulse: Arc::clone(&pulse),
            stop: stop.clone(),
        };
        tokio::spawn(serve(listener, Arc::new(gate), stop.clone(), ended.clone()));
        if let Some(idle) = config.idle_exit {
            tokio::spawn(pulse::stop_when_idle(pulse, idle, stop.clone()));
        }
        Ok(Self { shared, address, ended, _guard: stop.clone().drop_guard(), stop })
    }

    /// Such as `http://127.0.0.1:41234`, without a slash at its end.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.shared.origin
    }

    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    #[must_use]
    pub fn shared(&self) -> &State {
        &self.shared
    }

    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.shared.faults
    }

    /// Every request so far, oldest first.
    #[must_use]
    pub fn log(&self) -> Vec<Entry> {
        self.shared.log.entries()
    }

    /// Takes no more requests, lets running ones end for two seconds, and returns when all is closed.
    pub async fn stop(&self) {
        self.stop.cancel();
        self.ended.cancelled().await;
    }

    /// Until it was stopped or was idle for the configured time.
    pub async fn wait(&self) {
        self.ended.cancelled().await;
    }
}

fn unbound(address: SocketAddr, error: &std::io::Error) -> Failure {
    Failure::new(Kind::Network, format!("The sandbox could not listen on {address}"))
        .cause(error)
        .advice("Another program may use this port. Choose another, or port 0 for any free one.")
}

async fn open_files(config: &Config) -> Result<Files, Failure> {
    let dir = config.dir.clone();
    let limits = Limits { max_file_bytes: config.max_file_bytes, max_total_bytes: config.max_total_bytes };
    let opened = tokio::task::spawn_blocking(move || Files::at(&dir, limits)).await;
    opened.map_err(std::io::Error::other).and_then(|files| files).map_err(|error| {
        Failure::new(Kind::Storage, "The sandbox's folder cannot be used")
            .cause(error)
            .advice(format!("Check that {} can be written.", config.dir.display()))
    })
}

fn router(shared: State) -> Router {
    Router::new()
        .route("/", get(|| async { "The Affix sandbox runs here. It serves this computer only.\n" }))
        .route("/f/{id}", get(links::public))
        .route("/f/{id}/{*name}", get(links::public))
        .nest("/cosmos", cosmos::router())
        .nest("/cronofy", cronofy::router())
        .nest("/forum", forum::router())
        .nest("/mixin", mixin::router())
        .nest("/s3", mixin::storage())
        .nest("/teable", teable::router())
        .nest("/plain", plain::router())
        .fallback(|| async { (StatusCode::NOT_FOUND, "The sandbox has nothing here") })
        .with_state(shared)
}

/// Takes connections until it is stopped, then waits for the running ones, but not for ever.
async fn serve(listener: TcpListener, gate: Arc<Gate>, stop: CancellationToken, ended: CancellationToken) {
    let _ended = ended.drop_guard();
    let connections = TaskTracker::new();
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let abort = CancellationToken::new();
    loop {
        let next = async {
            let place = Arc::clone(&places).acquire_owned().await;
            (place, listener.accept().await)
        };
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = next => accepted,
        };
        let (place, Ok((stream, _))) = accepted else {
            // Out of file handles, most likely: taking the next at once would only burn time.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let one = connection(stream, Arc::clone(&gate), stop.clone());
        let aborted = abort.clone().cancelled_owned();
        connections.spawn(async move {
            let _place = place;
            tokio::select! {
                () = one => {}
                () = aborted => {}
            }
        });
    }
    drop(listener);
    connections.close();
    let deadline = Instant::now() + STOP_TIME;
    if tokio::time::timeout_at(deadline.into(), connections.wait()).await.is_err() {
        abort.cancel();
        connections.wait().await;
    }
}

async fn connection(stream: TcpStream, gate: Arc<Gate>, stop: CancellationToken) {
    // Without it, small answers wait for the client's acknowledgement of the ones before.
    let _only_slower_without = stream.set_nodelay(true);
    let service = service_fn(move |request| {
        let gate = Arc::clone(&gate);
        async move { gate.exchange(request).await }
    });
    let mut builder = hyper::server::conn::http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME)
        .max_header_size(MAX_HEAD_BYTES)
        .max_buf_size(READ_BYTES);
    let connection = builder.serve_connection(TokioIo::new(stream), service);
    tokio::pin!(connection);
    let mut stopping = false;
    loop {
        tokio::select! {
            _closed = connection.as_mut() => return,
            () = stop.cancelled(), if !stopping => {
                stopping = true;
                connection.as_mut().graceful_shutdown();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn other_computers_are_never_served() {
        let dir = tempfile::tempdir().unwrap();
        let mut config = Config::new(dir.path(), Credentials::generate());
        config.bind = SocketAddr::from(([0, 0, 0, 0], 0));
        let failure = Server::start(config).await.unwrap_err();
        assert_eq!(failure.kind, Kind::Settings);
        assert!(failure.to_string().contains("127.0.0.1"), "{failure}");
    }

    #[tokio::test]
    async fn a_taken_port_is_said_in_words() {
        let dir = tempfile::tempdir().unwrap();
        let mut config = Config::new(dir.path(), Credentials::generate());
        let taken = std::net::TcpListener::bind(config.bind).unwrap();
        config.bind = taken.local_addr().unwrap();
        assert_eq!(Server::start(config).await.unwrap_err().kind, Kind::Network);
    }

    #[tokio::test]
    async fn an_idle_server_ends_by_itself() {
        let dir = tempfile::tempdir().unwrap();
        let mut config = Config::new(dir.path(), Credentials::generate());
        config.idle_exit = Some(Duration::from_millis(30));
        let server = Server::start(config).await.unwrap();
        let ended = tokio::time::timeout(Duration::from_secs(20), server.wait()).await;
        assert!(ended.is_ok());
        let gone = std::net::TcpStream::connect(server.address());
        assert!(gone.is_err());
    }
}
