//! The forum's signature: a template of text, a digest and an encoding, because the vendor's rule is unpublished.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit};
use md5::Md5;
use sha1::Sha1;
use sha2::digest::{FixedOutput, Update};
use sha2::{Sha256, Sha512};

use super::template::{Part, Template};
use crate::domain::describe::Choice;
use crate::domain::error::{Failure, Kind};
use crate::domain::profile::Target;
use crate::services::body::Body;
use crate::services::reading;

/// The digests, by their names in the setting `signature_digest`.
pub(super) const DIGESTS: &[Choice] = &[
    Choice { value: "md5", label: "MD5" },
    Choice { value: "sha1", label: "SHA-1" },
    Choice { value: "sha256", label: "SHA-256" },
    Choice { value: "sha512", label: "SHA-512" },
    Choice { value: "hmac-md5", label: "HMAC-MD5 with the secret" },
    Choice { value: "hmac-sha1", label: "HMAC-SHA-1 with the secret" },
    Choice { value: "hmac-sha256", label: "HMAC-SHA-256 with the secret" },
    Choice { value: "hmac-sha512", label: "HMAC-SHA-512 with the secret" },
];

/// The encodings, by their names in the setting `signature_encoding`.
pub(super) const ENCODINGS: &[Choice] = &[
    Choice { value: "hex", label: "hex in lower case" },
    Choice { value: "HEX", label: "hex in upper case" },
    Choice { value: "base64", label: "Base64" },
];

/// A rule to try: a template, a digest and an encoding under one name.
#[derive(Debug, Clone, Copy)]
pub struct Preset {
    /// The value of the setting `signature_preset`.
    pub id: &'static str,
    pub template: &'static str,
    pub digest: &'static str,
    pub encoding: &'static str,
}

const fn preset(id: &'static str) -> Preset {
    Preset { id, template: "", digest: "hmac-sha256", encoding: "hex" }
}

/// The presets; the first is the default.
pub static PRESETS: &[Preset] = &[
    Preset { template: "{key}{timestamp}", ..preset("key-timestamp") },
    Preset {
        template: "{method}{timestamp}{path}{query}{body}",
        ..preset("method-timestamp-path-query-body")
    },
    Preset { template: "{key}{secret}{timestamp}", digest: "sha256", ..preset("key-secret-timestamp") },
    Preset { template: "{timestamp}.{body}", ..preset("timestamp-body") },
    Preset { template: "{timestamp}{secret}", digest: "md5", ..preset("timestamp-secret") },
    Preset { template: "{key}{timestamp}{secret}", digest: "md5", ..preset("key-timestamp-secret") },
    Preset { template: "{timestamp}{method}{path}", ..preset("timestamp-method-path") },
];

/// The setting's value for a rule of one's own.
pub(super) const CUSTOM: &str = "custom";

/// A rule ready for use.
#[derive(Debug)]
pub(super) struct Rule {
    pub template: Template,
    /// As the settings name it.
    pub digest: &'static str,
    /// As the settings name it.
    pub encoding: &'static str,
}

impl Rule {
    /// The profile's rule: the preset's, or that of the three settings.
    pub(super) fn of(target: &Target) -> Result<Self, Failure> {
        let chosen = target.setting("signature_preset");
        if let Some(preset) = PRESETS.iter().find(|preset| preset.id == chosen) {
            return Self::new(preset.template, preset.digest, preset.encoding);
        }
        let setting = |key| target.setting(key);
        Self::new(setting("signature_template"), setting("signature_digest"), setting("signature_encoding"))
    }

    pub(super) fn new(template: &str, digest: &str, encoding: &str) -> Result<Self, Failure> {
        let known = |choices: &'static [Choice], value: &str, key: &str| {
            choices.iter().map(|choice| choice.value).find(|known| *known == value).ok_or_else(|| {
                Failure::new(Kind::Settings, format!("The setting {key} has no choice “{value}”"))
            })
        };
        Ok(Self {
            template: Template::parse(template)?,
            digest: known(DIGESTS, digest, "signature_digest")?,
            encoding: known(ENCODINGS, encoding, "signature_encoding")?,
        })
    }

    /// The rule in words, for the test.
    pub(super) fn words(&self) -> String {
        format!("{} ({}) of “{}”", self.digest, self.encoding, self.template.source())
    }

    /// Signs a request. A body that the template names is read once, in blocks.
    pub(super) async fn sign(&self, facts: &Facts<'_>, body: &Body) -> Result<String, Failure> {
        let sha256 = if self.template.has(Part::BodySha256) {
            hex::encode(absorb(Box::new(Sha256::default()), body).await?.finish())
        } else {
            String::new()
        };
        let (before, after) = self.template.around_body(|part| facts.value(part, &sha256));
        let mut hasher = hasher(self.digest, facts.secret)?;
        hasher.absorb(before.as_bytes());
        if let Some(after) = after {
            hasher = absorb(hasher, body).await?;
            hasher.absorb(after.as_bytes());
        }
        Ok(encode(self.encoding, &hasher.finish()))
    }
}

/// What the placeholders stand for in one request.
#[derive(Debug, Clone, Copy)]
pub(super) struct Facts<'a> {
    pub key: &'a str,
    pub secret: &'a str,
    pub now_ms: i64,
    /// In upper case.
    pub method: &'a str,
    pub path: &'a str,
    /// Without the question mark; empty where there is none.
    pub query: &'a str,
}

impl Facts<'_> {
    /// The value of the header `Timestamp`: seconds since 1970 (UTC).
    pub(super) fn timestamp(&self) -> String {
        self.now_ms.div_euclid(1000).to_string()
    }

    fn value(&self, part: Part, body_sha256: &str) -> String {
        match part {
            Part::Key => self.key.to_owned(),
            Part::Secret => self.secret.to_owned(),
            Part::Timestamp => self.timestamp(),
            Part::TimestampMs => self.now_ms.to_string(),
            Part::Method => self.method.to_owned(),
            Part::Path => self.path.to_owned(),
            Part::Query => self.query.to_owned(),
            Part::BodySha256 => body_sha256.to_owned(),
            Part::Nl => "\n".to_owned(),
            // The body is fed to the digest between the two halves.
            Part::Body => String::new(),
        }
    }

    /// The text that is signed, with the key, the secret and the body named and not shown.
    pub(super) fn shown(&self, template: &Template) -> String {
        template.render(|part| match part {
            Part::Key => "<api key>".to_owned(),
            Part::Secret => "***".to_owned(),
            Part::Body => "<body>".to_owned(),
            Part::BodySha256 => "<SHA-256 of the body>".to_owned(),
            Part::Nl => "\\n".to_owned(),
            other => self.value(other, ""),
        })
    }
}

/// A digest, with or without a key, that text is fed to in order.
trait Absorb: Send {
    fn absorb(&mut self, bytes: &[u8]);
    fn finish(self: Box<Self>) -> Vec<u8>;
}

impl<T: Update + FixedOutput + Send> Absorb for T {
    fn absorb(&mut self, bytes: &[u8]) {
        self.update(bytes);
    }

    fn finish(self: Box<Self>) -> Vec<u8> {
        self.finalize_fixed().to_vec()
    }
}

fn hasher(digest: &str, secret: &str) -> Result<Box<dyn Absorb>, Failure> {
    let key = secret.as_bytes();
    Ok(match digest {
        "md5" => Box::new(Md5::default()),
        "sha1" => Box::new(Sha1::default()),
        "sha256" => Box::new(Sha256::default()),
        "sha512" => Box::new(Sha512::default()),
        "hmac-md5" => keyed::<Hmac<Md5>>(key)?,
        "hmac-sha1" => keyed::<Hmac<Sha1>>(key)?,
        "hmac-sha256" => keyed::<Hmac<Sha256>>(key)?,
        "hmac-sha512" => keyed::<Hmac<Sha512>>(key)?,
        _ => return Err(Failure::new(Kind::Settings, format!("There is no digest {digest}"))),
    })
}

fn keyed<M: KeyInit + Absorb + 'static>(key: &[u8]) -> Result<Box<dyn Absorb>, Failure> {
    let mac = M::new_from_slice(key)
        .map_err(|error| Failure::new(Kind::Secret, "The API secret cannot be used as a key").cause(error))?;
    Ok(Box::new(mac))
}

fn encode(encoding: &str, bytes: &[u8]) -> String {
    match encoding {
        "HEX" => hex::encode_upper(bytes),
        "base64" => STANDARD.encode(bytes),
        _ => hex::encode(bytes),
    }
}

/// Feeds the whole body to the hasher.
async fn absorb(hasher: Box<dyn Absorb>, body: &Body) -> Result<Box<dyn Absorb>, Failure> {
    reading::fold(body, hasher, |hasher, block| hasher.absorb(block)).await
}

#[cfg(test)]
mod tests;
