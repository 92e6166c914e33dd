//! The clients that all exchanges share: one through the proxy, one straight for this computer's own addresses.

use std::error::Error as _;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use url::{Host, Url};

use crate::domain::error::{Failure, Kind, Retry};
use crate::services::body::{Gauge, Throttle};

/// How long an unused connection is kept for the next request. Servers close theirs after 5 seconds and more; a
/// request that meets such an end on its way is lost without anybody knowing whether it was read.
const KEPT: Duration = Duration::from_secs(4);

/// What the user may set of the network.
#[derive(Debug, Clone)]
pub struct Network {
    /// A proxy for everything but this computer's own addresses; the system's own where none is set.
    pub proxy: Option<String>,
    /// Certificates in PEM to trust besides the system's.
    pub extra_ca_pem: Option<Vec<u8>>,
    pub connect_timeout: Duration,
    /// How long nothing may move, in either direction. Once a body has been handed over whole, its answer gets more
    /// time, by its size.
    pub idle_timeout: Duration,
}

impl Default for Network {
    fn default() -> Self {
        Self {
            proxy: None,
            extra_ca_pem: None,
            connect_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_mins(1),
        }
    }
}

/// The shared clients; cheap to clone. Each is made by the first request that needs it, because the system's
/// certificates take a third of a short upload's time to read, and what stays on this computer needs none.
#[derive(Debug, Clone)]
pub struct Http {
    clients: Arc<Clients>,
    throttle: Throttle,
    pub(super) idle_timeout: Duration,
}

#[derive(Debug)]
struct Clients {
    network: Network,
    outside: OnceLock<Made>,
    loopback: OnceLock<Made>,
    /// Plain HTTP on this computer, which goes without any certificate.
    plain: OnceLock<Made>,
}

type Made = Result<reqwest::Client, Failure>;

impl Http {
    /// # Errors
    /// `Kind::Settings` when the proxy or the certificates of the settings cannot be used.
    pub fn new(network: &Network) -> Result<Self, Failure> {
        // A second call finds the first one's provider: both are the same.
        let _already_there = rustls::crypto::ring::default_provider().install_default();
        let clients = Clients {
            network: network.clone(),
            outside: OnceLock::new(),
            loopback: OnceLock::new(),
            plain: OnceLock::new(),
        };
        // What somebody has set is tried at once, so that a mistake is told before anything begins.
        if network.proxy.is_some() || network.extra_ca_pem.is_some() {
            clients.outside()?;
        }
        let throttle = Throttle::default();
        Ok(Self { clients: Arc::new(clients), throttle, idle_timeout: network.idle_timeout })
    }

    /// The bandwidth that all requests share; without a limit at first.
    #[must_use]
    pub fn throttle(&self) -> &Throttle {
        &self.throttle
    }

    /// The client for this address; reads the system's certificates where it is the first that needs them.
    ///
    /// # Errors
    /// `Kind::Tls` when this computer has no certificates to trust.
    pub(super) fn client(&self, url: &Url) -> Result<reqwest::Client, Failure> {
        match (is_loopback(url), url.scheme()) {
            (false, _) => self.clients.outside(),
            (true, "http") => self.clients.plain(),
            (true, _) => self.clients.loopback(),
        }
    }
}

impl Clients {
    fn outside(&self) -> Made {
        let make = || {
            let builder = with_certificates(&self.network)?;
            let Some(address) = &self.network.proxy else { return build(builder) };
            let proxy = reqwest::Proxy::all(address);
            build(builder.proxy(proxy.map_err(|error| unusable("The proxy cannot be used", &error))?))
        };
        self.outside.get_or_init(make).clone()
    }

    fn loopback(&self) -> Made {
        self.loopback.get_or_init(|| build(with_certificates(&self.network)?.no_proxy())).clone()
    }

    fn plain(&self) -> Made {
        let none = std::iter::empty();
        self.plain.get_or_init(|| build(builder(&self.network).no_proxy().tls_certs_only(none))).clone()
    }
}

/// How long the answer to a whole body of this size may take. Up to 8 MiB of it may still wait in the buffers of the
/// system, for a line of no more than 32 KiB a second; and the service may look through the file before it answers,
/// at no less than 16 MiB a second.
pub(super) fn answer_time(idle: Duration, body_bytes: u64) -> Duration {
    let buffered = body_bytes.min(8 << 20) >> 10;
    idle + Duration::from_secs(buffered / 32 + (body_bytes >> 24))
}

#[expect(clippy::disallowed_methods, reason = "this is the one place that the ban points to")]
fn builder(network: &Network) -> reqwest::ClientBuilder {
    let builder = reqwest::Client::builder()
        .user_agent(concat!("Affix/", env!("CARGO_PKG_VERSION")))
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .http1_only()
        .tcp_nodelay(true)
        .connect_timeout(network.connect_timeout)
        .pool_idle_timeout(KEPT);
    // A peer that vanished while bytes wait in the kernel is noticed without our own timers.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    let builder = builder.tcp_user_timeout(network.idle_timeout);
    builder
}

fn with_certificates(network: &Network) -> Result<reqwest::ClientBuilder, Failure> {
    let Some(pem) = &network.extra_ca_pem else { return Ok(builder(network)) };
    let certificates = reqwest::Certificate::from_pem_bundle(pem)
        .map_err(|error| unusable("The extra certificates cannot be read", &error))?;
    Ok(builder(network).tls_certs_merge(certificates))
}

fn build(builder: reqwest::ClientBuilder) -> Made {
    builder.build().map_err(|error| match find::<rustls::Error>(&error) {
        Some(rustls::Error::General(words)) => {
            Failure::new(Kind::Tls, "No secure connection is possible from this computer").cause(words).advice(
                "Install the system's certificates (ca-certificates), or name a file of them in the network settings.",
            )
        }
        _ => unusable("The network settings cannot be used", &error),
    })
}

fn unusable(what: &str, error: &reqwest::Error) -> Failure {
    Failure::new(Kind::Settings, what).cause(chain(error)).advice("Correct it in the network settings.")
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// The failure of a request that got no answer. `lost` says what a lost answer means.
pub(super) fn no_answer(error: &reqwest::Error, gauge: &Gauge, lost: Retry) -> Failure {
    if let Some(failure) = gauge.failure() {
        return failure;
    }
    if let Some(tls) = find::<rustls::Error>(error) {
        return tls_failure(tls, &host(error));
    }
    // A time-out by itself tells nothing: the system ends a connection with one when its peer has vanished.
    if error.is_connect() {
        let late = if error.is_timeout() { " in time" } else { "" };
        return Failure::new(Kind::Unreachable, format!("No connection to {}{late}", host(error)))
            .cause(chain(error))
            .advice("Check the network and the address, then retry.")
            .safe();
    }
    if error.is_builder() {
        return Failure::new(Kind::Settings, "The request could not be built").cause(chain(error));
    }
    broken(&chain(error), lost)
}

/// The connection broke under way.
pub(super) fn broken(cause: &str, lost: Retry) -> Failure {
    let failure = match lost {
        Retry::Ambiguous => Failure::new(
            Kind::Network,
            "Everything was sent, but the connection broke before the service answered",
        )
        .advice("The file may have arrived. Look at the service before you retry."),
        _ => Failure::new(Kind::Network, "The connection broke").advice("Check the network, then retry."),
    };
    failure.cause(cause).retry(lost)
}

/// Whom the request was for, with the port where it is not the usual one: a wrong address is seen at once.
fn host(error: &reqwest::Error) -> String {
    let host = |url: &Url| {
        let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
        Some(format!("{}{port}", url.host_str()?))
    };
    error.url().and_then(host).unwrap_or_else(|| "the server".to_owned())
}

fn tls_failure(error: &rustls::Error, host: &str) -> Failure {
    let failure = Failure::new(Kind::Tls, format!("No secure connection to {host}")).cause(error);
    match error {
        rustls::Error::InvalidCertificate(_) => failure.advice(
            "The server's certificate is not trusted. Check the address and this computer's clock, or add the \
             certificate's issuer in the network settings.",
        ),
        _ => failure.advice("Check the address, or retry later.").safe(),
    }
}

/// The first cause of this type in the chain. An `io::Error` hides what it wraps from `source`, so it is opened.
fn find<'a, E: std::error::Error + 'static>(error: &'a (dyn std::error::Error + 'static)) -> Option<&'a E> {
    if let Some(found) = error.downcast_ref::<E>() {
        return Some(found);
    }
    let wrapped = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
    match wrapped {
        Some(wrapped) => find(wrapped),
        None => find(error.source()?),
    }
}

/// The whole chain of causes in one line, without the URL, which may hold a token.
pub(super) fn chain(error: &reqwest::Error) -> String {
    let mut words = Vec::new();
    let mut link = error.source();
    while let Some(cause) = link {
        let text = cause.to_string();
        if words.last() != Some(&text) {
            words.push(text);
        }
        link = cause.source();
    }
    if words.is_empty() { "no further detail".to_owned() } else { words.join(": ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_body_has_time_to_be_worked_on() {
        let idle = Duration::from_mins(1);
        for (bytes, secs) in [(0, 60), (31 << 10, 60), (1 << 20, 92), (8 << 20, 316), (4 << 30, 572)] {
            assert_eq!(answer_time(idle, bytes), Duration::from_secs(secs), "{bytes}");
        }
    }
}
