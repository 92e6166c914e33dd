//! Certificates that are good, and such as nobody must trust.

use std::collections::BTreeMap;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tokio_rustls::TlsAcceptor;

/// What a server shows of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Shown {
    Good,
    /// Of another host.
    OtherName,
    Expired,
    NotYet,
    /// Signed by nobody but itself.
    SelfSigned,
}

const ALL: [Shown; 5] = [Shown::Good, Shown::OtherName, Shown::Expired, Shown::NotYet, Shown::SelfSigned];

/// Who signs certificates, for those who trust it.
pub(crate) struct Authority {
    pem: String,
    acceptors: BTreeMap<Shown, TlsAcceptor>,
}

impl Authority {
    pub(crate) fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let pem = params.self_signed(&key).unwrap().pem();
        let issuer = Issuer::new(params, key);
        Self { pem, acceptors: ALL.into_iter().map(|shown| (shown, acceptor(shown, &issuer))).collect() }
    }

    /// As the network settings take it.
    pub(crate) fn pem(&self) -> Vec<u8> {
        self.pem.clone().into_bytes()
    }

    pub(crate) fn acceptor(&self, shown: Shown) -> TlsAcceptor {
        self.acceptors[&shown].clone()
    }
}

fn acceptor(shown: Shown, issuer: &Issuer<'_, KeyPair>) -> TlsAcceptor {
    let key = KeyPair::generate().unwrap();
    let name = if shown == Shown::OtherName { "other.example" } else { "127.0.0.1" };
    let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    match shown {
        Shown::Expired => params.not_after = date_time_ymd(2020, 1, 1),
        Shown::NotYet => params.not_before = date_time_ymd(2090, 1, 1),
        Shown::Good | Shown::OtherName | Shown::SelfSigned => {}
    }
    let made = match shown {
        Shown::SelfSigned => params.self_signed(&key),
        _ => params.signed_by(&key, issuer),
    };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let config =
        config.with_no_client_auth().with_single_cert(vec![made.unwrap().der().clone()], key).unwrap();
    Arc::new(config).into()
}
