//! The keystore that a bot's owner downloads from Mixin's developer dashboard, in all its spellings.
//!
//! Spellings: fox-one/mixin-sdk-go `keystore.go`, MixinNetwork/bot-api-go-client `auth.go`,
//! MixinNetwork/bot-api-nodejs-client `types/keystore.ts`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use ed25519_dalek::SigningKey;
use rsa::RsaPrivateKey;
use rsa::pkcs1::{DecodeRsaPrivateKey, EncodeRsaPrivateKey};
use rsa::pkcs8::{DecodePrivateKey, LineEnding};
use serde_json::{Map, Value, json};
use zeroize::Zeroizing;

use crate::domain::error::{Failure, Kind};
use crate::domain::secret::Secret;

/// Who signs, and with what.
pub(super) struct Keystore {
    /// The bot's id (`app_id`, `client_id` or `user_id`).
    pub(super) uid: String,
    pub(super) sid: String,
    pub(super) key: Key,
}

pub(super) enum Key {
    Ed25519(Box<SigningKey>),
    /// The oldest keystores; 1,024 bits are usual.
    Rsa(Box<RsaPrivateKey>),
}

impl Keystore {
    /// Reads a keystore's JSON. Failures name the field, never a value.
    pub(super) fn parse(text: &str) -> Result<Self, Failure> {
        let fields = object(text)?;
        let field = |name: &str| {
            fields.get(name).and_then(Value::as_str).map(str::trim).filter(|value| !value.is_empty())
        };
        let uid =
            ["app_id", "client_id", "user_id"].iter().find_map(|name| field(name)).ok_or_else(|| {
                bad("The keystore does not name its bot: app_id (or client_id, user_id) is missing")
            })?;
        let sid = field("session_id").ok_or_else(|| bad("The keystore has no session_id"))?;
        let key = match (field("session_private_key"), field("private_key")) {
            (Some(text), _) => ed25519("session_private_key", text)?,
            (None, Some(text)) if text.contains("-----BEGIN") => rsa(text)?,
            (None, Some(text)) => ed25519("private_key", text)?,
            (None, None) => return Err(no_key(field("spend_private_key").is_some())),
        };
        Ok(Self { uid: uid.to_owned(), sid: sid.to_owned(), key })
    }

    /// The smallest keystore that signs the same, as JSON. What moves money (`spend_private_key`, `pin`) and what is
    /// not needed (`pin_token`, `server_public_key`) is not in it.
    pub(super) fn to_secret(&self) -> Result<Secret, Failure> {
        let (name, key) = match &self.key {
            Key::Ed25519(key) => ("session_private_key", Zeroizing::new(hex::encode(key.as_bytes()))),
            Key::Rsa(key) => {
                let pem = key
                    .to_pkcs1_pem(LineEnding::LF)
                    .map_err(|error| bad("The RSA key cannot be written").cause(error))?;
                ("private_key", pem)
            }
        };
        let small = json!({ "app_id": self.uid, "session_id": self.sid, name: key.as_str() });
        Ok(Secret::new(small.to_string()))
    }
}

fn bad(broke: impl Into<String>) -> Failure {
    Failure::new(Kind::Secret, broke)
        .advice("Download the keystore again from Mixin's developer dashboard and paste all of it.")
}

fn no_key(has_spend_key: bool) -> Failure {
    if has_spend_key {
        return bad("The keystore has a spend_private_key only, which moves money and is of no use here: \
            session_private_key is missing");
    }
    bad("The keystore has no key: session_private_key (or private_key) is missing")
}

/// The position alone is told: a parser's own words may quote the secret.
fn object(text: &str) -> Result<Map<String, Value>, Failure> {
    let text = text.trim_start_matches('\u{feff}').trim();
    match serde_json::from_str(text) {
        Ok(Value::Object(fields)) => Ok(fields),
        Ok(_) => Err(bad("The keystore is not a JSON object")),
        Err(error) => Err(bad("The keystore is not JSON").cause(format!(
            "line {}, column {}",
            error.line(),
            error.column()
        ))),
    }
}

fn ed25519(field: &str, text: &str) -> Result<Key, Failure> {
    let bytes =
        key_bytes(text).ok_or_else(|| bad(format!("The keystore's {field} is neither hex nor base64")))?;
    if let Ok(seed) = <&[u8; 32]>::try_from(bytes.as_slice()) {
        return Ok(Key::Ed25519(Box::new(SigningKey::from_bytes(seed))));
    }
    let Ok(pair) = <&[u8; 64]>::try_from(bytes.as_slice()) else {
        return Err(bad(format!(
            "The keystore's {field} has the wrong length: {} bytes, where an Ed25519 key has 32 (or 64 with its public half)",
            bytes.len()
        )));
    };
    let key = SigningKey::from_keypair_bytes(pair).map_err(|error| {
        bad(format!("The two halves of the keystore's {field} do not belong together")).cause(error)
    })?;
    Ok(Key::Ed25519(Box::new(key)))
}

/// Hex, or base64 of either alphabet with or without padding.
fn key_bytes(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    if text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return hex::decode(text).ok().map(Zeroizing::new);
    }
    let standard = Zeroizing::new(text.trim_end_matches('=').replace('-', "+").replace('_', "/"));
    STANDARD_NO_PAD.decode(standard.as_str()).ok().map(Zeroizing::new)
}

/// PKCS#1 or PKCS#8 in PEM; tolerates line ends that came as `\n` in two characters, as spaces, or not at all.
fn rsa(text: &str) -> Result<Key, Failure> {
    let unreadable = || bad("The keystore's private_key is not a readable RSA key");
    let text = Zeroizing::new(text.replace("\\r", "").replace("\\n", "\n"));
    let (label, rest) = text
        .split_once("-----BEGIN ")
        .and_then(|(_, rest)| rest.split_once("-----"))
        .ok_or_else(unreadable)?;
    let (body, _) = rest.split_once("-----END").ok_or_else(unreadable)?;
    if label.contains("ENCRYPTED") || body.contains("ENCRYPTED") {
        return Err(bad("The keystore's private_key is protected by a passphrase"));
    }
    let packed: Zeroizing<String> =
        Zeroizing::new(body.chars().filter(|letter| !letter.is_whitespace() && *letter != '=').collect());
    let der = STANDARD_NO_PAD
        .decode(packed.as_str())
        .map(Zeroizing::new)
        .map_err(|_may_quote_the_key| unreadable())?;
    let key = match label {
        "RSA PRIVATE KEY" => RsaPrivateKey::from_pkcs1_der(&der).ok(),
        "PRIVATE KEY" => RsaPrivateKey::from_pkcs8_der(&der).ok(),
        _ => None,
    };
    Ok(Key::Rsa(Box::new(key.ok_or_else(unreadable)?)))
}
