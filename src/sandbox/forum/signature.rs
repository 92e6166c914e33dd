//! The `Signature` header. The vendor's rule is unpublished, so that the default of services.md and each of its presets
//! is taken, in each of its encodings (services.md, "Signature template placeholders", "Presets").

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use md5::Md5;
use sha2::{Digest, Sha256};

/// What a signature may cover besides the body.
#[derive(Debug, Clone, Copy)]
pub(super) struct Covered<'a> {
    pub(super) key: &'a str,
    pub(super) secret: &'a str,
    /// Seconds since 1970, as sent.
    pub(super) timestamp: &'a str,
    /// Upper case.
    pub(super) method: &'a str,
    /// As the client asked for it, from the server's root.
    pub(super) path: &'a str,
    /// Without the question mark; empty without a query.
    pub(super) query: &'a str,
}

#[derive(Debug, Clone, Copy)]
enum Part {
    Key,
    Secret,
    Timestamp,
    Method,
    Path,
    Query,
    Dot,
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    Md5,
    Sha256,
    HmacSha256,
}

/// A digest, what it is made of, and whether the request's body follows.
struct Preset {
    kind: Kind,
    parts: &'static [Part],
    has_body: bool,
}

const PRESETS: [Preset; 7] = [
    // The default: `{key}{timestamp}`.
    Preset { kind: Kind::HmacSha256, parts: &[Part::Key, Part::Timestamp], has_body: false },
    // Delta Exchange: `{method}{timestamp}{path}{query}{body}`.
    Preset {
        kind: Kind::HmacSha256,
        parts: &[Part::Method, Part::Timestamp, Part::Path, Part::Query],
        has_body: true,
    },
    // Hotelbeds: `{key}{secret}{timestamp}`.
    Preset { kind: Kind::Sha256, parts: &[Part::Key, Part::Secret, Part::Timestamp], has_body: false },
    // Zenzap: `{timestamp}.{body}`.
    Preset { kind: Kind::HmacSha256, parts: &[Part::Timestamp, Part::Dot], has_body: true },
    Preset { kind: Kind::Md5, parts: &[Part::Timestamp, Part::Secret], has_body: false },
    Preset { kind: Kind::Md5, parts: &[Part::Key, Part::Timestamp, Part::Secret], has_body: false },
    Preset { kind: Kind::HmacSha256, parts: &[Part::Timestamp, Part::Method, Part::Path], has_body: false },
];

/// A digest that is being computed.
#[derive(Debug, Clone)]
enum Sum {
    Md5(Md5),
    Sha256(Sha256),
    HmacSha256(Hmac<Sha256>),
}

impl Sum {
    fn begin(kind: Kind, secret: &str) -> Option<Self> {
        Some(match kind {
            Kind::Md5 => Self::Md5(Md5::new()),
            Kind::Sha256 => Self::Sha256(Sha256::new()),
            Kind::HmacSha256 => Self::HmacSha256(Hmac::new_from_slice(secret.as_bytes()).ok()?),
        })
    }

    fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Md5(sum) => Digest::update(sum, bytes),
            Self::Sha256(sum) => Digest::update(sum, bytes),
            Self::HmacSha256(sum) => Mac::update(sum, bytes),
        }
    }

    /// Whether the digest, in hex of either case or in base64, is the given text.
    fn is(self, given: &str) -> bool {
        let digest = match self {
            Self::Md5(sum) => sum.finalize().to_vec(),
            Self::Sha256(sum) => sum.finalize().to_vec(),
            Self::HmacSha256(sum) => sum.finalize().into_bytes().to_vec(),
        };
        given == hex::encode(&digest)
            || given == hex::encode_upper(&digest)
            || given == STANDARD.encode(&digest)
    }
}

/// What is known before the body came.
#[derive(Debug)]
pub(super) enum Verdict {
    /// A rule without the body fits.
    Accepted,
    /// Whether a rule with the body fits is known at its end.
    Open(BodyCheck),
}

/// The rules that cover the body, while it streams past.
#[derive(Debug)]
pub(super) struct BodyCheck {
    given: String,
    sums: Vec<Sum>,
}

/// Checks a signature against the rules that do not cover the body, and begins those that do.
pub(super) fn check(covered: Covered<'_>, given: &str) -> Verdict {
    let mut sums = Vec::new();
    for preset in &PRESETS {
        let Some(mut sum) = Sum::begin(preset.kind, covered.secret) else { continue };
        for part in preset.parts {
            sum.update(covered.part(*part).as_bytes());
        }
        if preset.has_body {
            sums.push(sum);
        } else if sum.is(given) {
            return Verdict::Accepted;
        }
    }
    Verdict::Open(BodyCheck { given: given.to_owned(), sums })
}

impl<'a> Covered<'a> {
    fn part(&self, part: Part) -> &'a str {
        match part {
            Part::Key => self.key,
            Part::Secret => self.secret,
            Part::Timestamp => self.timestamp,
            Part::Method => self.method,
            Part::Path => self.path,
            Part::Query => self.query,
            Part::Dot => ".",
        }
    }
}

impl BodyCheck {
    pub(super) fn update(&mut self, bytes: &[u8]) {
        for sum in &mut self.sums {
            sum.update(bytes);
        }
    }

    pub(super) fn finish(self) -> bool {
        let Self { given, sums } = self;
        sums.into_iter().any(|sum| sum.is(&given))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The request of services.md's vectors.
    const COVERED: Covered<'_> = Covered {
        key: "demo-key",
        secret: "demo-secret",
        timestamp: "1700000000",
        method: "POST",
        path: "/openapi/forum/upload/attachment",
        query: "",
    };

    #[test]
    fn the_vectors_of_the_page_pass() {
        for given in [
            "06b81f9cfdd5530394c5f7dce379e0f0fc2b13eddd1b452dfc6fd40282a06ded",
            "d7d9dd29da36ebd81efc271a193346ee",
            "D7D9DD29DA36EBD81EFC271A193346EE",
            "44571816a32091baf31cf861f97ac70165e7994cbb683ec8612e6de7ce10bc3c",
            "nDAmrd1sXg++b1gMCnnXazTdKd+5QM+dZflH2+ADJ44=",
        ] {
            assert!(matches!(check(COVERED, given), Verdict::Accepted), "{given}");
        }
    }

    /// Expected values from Python's `hmac` and `hashlib`.
    #[test]
    fn rules_over_the_body_are_decided_at_its_end() {
        for given in [
            "0d53366258dfb15606b498bd4c34e4e7b33ebf421ac39c6d2e1a91db9ace4bf7",
            "a557f5070f8a3c44d9fd7ea9f913c436937fbc8c4b7472624584af03e3733c6c",
        ] {
            let whole = |chunks: &[&str]| match check(COVERED, given) {
                Verdict::Accepted => panic!("{given} does not cover the body"),
                Verdict::Open(mut open) => {
                    for chunk in chunks {
                        open.update(chunk.as_bytes());
                    }
                    open.finish()
                }
            };
            assert!(whole(&["--b\r\n", "hello\r\n--b--\r\n"]), "{given}");
            assert!(!whole(&["--b\r\n", "hello\r\n--b--"]), "{given}");
        }
    }

    #[test]
    fn the_sixth_preset_and_wrong_signatures() {
        assert!(matches!(check(COVERED, "d31228e9463e47f39786f43f0a68d3c8"), Verdict::Accepted));
        for given in [
            "",
            "d31228e9463e47f39786f43f0a68d3c80",
            "44571816A32091baf31cf861f97ac70165e7994cbb683ec8612e6de7ce10bc3c",
        ] {
            let Verdict::Open(open) = check(COVERED, given) else { panic!("{given} was taken") };
            assert!(!open.finish(), "{given}");
        }
    }
}
