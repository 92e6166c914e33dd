//! The token of one Mixin request: a JWT that covers method, path, query and body.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::Signer as _;
use rsa::Pkcs1v15Sign;
use rsa::sha2::Sha512;
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::keystore::{Key, Keystore};
use crate::domain::error::{Failure, Kind};
use crate::domain::secret::Secret;

/// How long a token is good, in seconds. Mixin takes a minute as well as an hour. It is an hour, as in Mixin's own
/// client libraries: a clock that is slow by minutes then does no harm, and a stolen token is of little use anyway,
/// because it covers one request only.
pub(super) const LIFE_SECS: i64 = 60 * 60;

/// What a token covers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Covered<'a> {
    pub(super) method: &'a str,
    /// As it stands in the request's first line.
    pub(super) path_and_query: &'a str,
    pub(super) body: &'a [u8],
}

/// When a token was made, seconds since 1970, and its unique id, which the request repeats in `X-Request-Id`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stamp<'a> {
    pub(super) iat: i64,
    pub(super) exp: i64,
    pub(super) jti: &'a str,
}

/// In the order of the published vector.
#[derive(Serialize)]
struct Claims<'a> {
    exp: i64,
    iat: i64,
    jti: &'a str,
    scp: &'static str,
    sid: &'a str,
    sig: &'a str,
    uid: &'a str,
}

/// Lower-case hex SHA-256 of method, path with query and body, nothing between them.
pub(super) fn digest(covered: Covered<'_>) -> String {
    let hash = Sha256::new()
        .chain_update(covered.method)
        .chain_update(covered.path_and_query)
        .chain_update(covered.body)
        .finalize();
    hex::encode(hash)
}

/// Makes the token.
///
/// # Errors
/// `Kind::Secret` when the RSA key is too short to sign with.
pub(super) fn sign(keystore: &Keystore, covered: Covered<'_>, stamp: Stamp<'_>) -> Result<Secret, Failure> {
    let algorithm = match keystore.key {
        Key::Ed25519(_) => "EdDSA",
        Key::Rsa(_) => "RS512",
    };
    let header = format!(r#"{{"alg":"{algorithm}","typ":"JWT"}}"#);
    let sig = digest(covered);
    let claims = Claims {
        exp: stamp.exp,
        iat: stamp.iat,
        jti: stamp.jti,
        scp: "FULL",
        sid: &keystore.sid,
        sig: &sig,
        uid: &keystore.uid,
    };
    let payload = serde_json::to_vec(&claims).map_err(|error| cannot_sign().cause(error))?;
    let text = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload));
    let signature = match &keystore.key {
        Key::Ed25519(key) => key.sign(text.as_bytes()).to_bytes().to_vec(),
        Key::Rsa(key) => key
            .sign(Pkcs1v15Sign::new::<Sha512>(), &<Sha512 as rsa::sha2::Digest>::digest(text.as_bytes()))
            .map_err(|error| cannot_sign().cause(error))?,
    };
    let token = Zeroizing::new(format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature)));
    Ok(Secret::new(token.as_str()))
}

fn cannot_sign() -> Failure {
    Failure::new(Kind::Secret, "The keystore's key cannot sign")
        .advice("Make a new session for the bot in Mixin's developer dashboard and use its keystore.")
}
